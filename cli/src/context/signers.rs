//! With which keys a member signs from here.

use super::Context;
use crate::client::{ClientError, NodeClient, Signer, Signers};
use crate::error::CliError;
use crate::signing::RemoteSigner;
use allonge_contracts::members::Member;
use allonge_contracts::{MemberId, PublicKey};
use std::sync::Arc;

/// Keys to sign with.
pub struct Found {
    /// At least one.
    pub signers: Signers,
    /// How many of its keys the member needs, where the ledger was asked.
    pub threshold: Option<u8>,
}

impl Context {
    /// The keys to sign with: those named, or those that the ledger knows of the member; all that it takes, or at
    /// least one.
    ///
    /// # Errors
    /// `KEY_MISSING`, the keystore's, the node's.
    pub async fn signers_of(
        &self,
        client: &NodeClient,
        actor: &MemberId,
        all: bool,
    ) -> Result<Found, CliError> {
        let store = self.keystore()?;
        if !self.key_names.is_empty() {
            return Ok(Found {
                signers: self.named_signers()?,
                threshold: None,
            });
        }
        let member = client
            .member(actor)
            .await
            .map_err(|e| unknown_actor(e, actor))?;
        if let Some(remote) = self.remote()? {
            let signers = remote_of(remote, &member);
            let least = if all { member.threshold } else { 1 };
            if signers.len() < usize::from(least) {
                return Err(CliError::input(
                    "KEY_MISSING",
                    format!(
                        "{actor} acts with {} of its keys, and the signer holds {} of them",
                        member.threshold,
                        signers.len()
                    ),
                    "start the signer with the keys that are missing, or use --prepare FILE",
                ));
            }
            return Ok(Found {
                signers,
                threshold: Some(member.threshold),
            });
        }
        let mut found = store.for_member(&member)?;
        let least = if all { member.threshold } else { 1 };
        if found.keys.len() >= usize::from(least) {
            return Ok(Found {
                signers: found.keys.into_iter().map(shared).collect(),
                threshold: Some(member.threshold),
            });
        }
        // A file that cannot be read may hold the key that is missing.
        if !found.unreadable.is_empty() {
            return Err(found.unreadable.swap_remove(0).into());
        }
        Err(CliError::input(
            "KEY_MISSING",
            format!(
                "{actor} acts with {} of its keys, and {} of them are in {}",
                member.threshold,
                found.keys.len(),
                store.folder().display()
            ),
            if found.keys.is_empty() {
                format!(
                    "put the key files there, name another folder with --home, or see `allonge member show {actor}`"
                )
            } else {
                "sign with those that are here and let others sign too: --prepare FILE, then `allonge tx cosign FILE`"
                    .to_owned()
            },
        ))
    }

    /// Every key here of a member that is none of those; at most as many as the member must sign with.
    ///
    /// # Errors
    /// The keystore's, the node's.
    pub async fn all_signers_of(
        &self,
        client: &NodeClient,
        actor: &MemberId,
        but: &[PublicKey],
    ) -> Result<Signers, CliError> {
        let mut member = client
            .member(actor)
            .await
            .map_err(|e| unknown_actor(e, actor))?;
        let there = member.keys.iter().filter(|key| but.contains(key)).count();
        let missing = usize::from(member.threshold).saturating_sub(there);
        member.keys.retain(|key| !but.contains(key));
        member.threshold = u8::try_from(missing.max(1)).unwrap_or(u8::MAX);
        if let Some(remote) = self.remote()? {
            return Ok(remote_of(remote, &member));
        }
        let mut found = self.keystore()?.for_member(&member)?;
        if found.keys.is_empty() && !found.unreadable.is_empty() {
            return Err(found.unreadable.swap_remove(0).into());
        }
        Ok(found.keys.into_iter().map(shared).collect())
    }

    /// The keys named with --key, at the signer if one is named; none where none is.
    ///
    /// # Errors
    /// The keystore's, the signer's.
    pub fn named_signers(&self) -> Result<Signers, CliError> {
        if self.key_names.is_empty() {
            return Ok(Vec::new());
        }
        let Some(remote) = self.remote()? else {
            return self.kept_signers();
        };
        let mut signers: Signers = Vec::new();
        for name in &self.key_names {
            let found = remote.iter().find(|signer| signer.name() == name);
            let found = found.ok_or_else(|| {
                CliError::input(
                    "KEY_NOT_FOUND",
                    format!("the signer holds no key `{name}`"),
                    "start it with this key, or leave out --signer",
                )
            })?;
            signers.push(shared(found.clone()));
        }
        Ok(signers)
    }

    /// The keys named with --key, of the keystore.
    ///
    /// # Errors
    /// The keystore's.
    pub fn kept_signers(&self) -> Result<Signers, CliError> {
        let store = self.keystore()?;
        let mut signers: Signers = Vec::new();
        for name in &self.key_names {
            signers.push(shared(store.load(name)?));
        }
        Ok(signers)
    }

    /// The keys of the signer that was named.
    fn remote(&self) -> Result<Option<Vec<RemoteSigner>>, CliError> {
        let Some(address) = &self.signer else {
            return Ok(None);
        };
        let socket = RemoteSigner::socket(address)?;
        Ok(Some(RemoteSigner::all(&self.file(&socket))?))
    }
}

/// The member's among them, as many as it must sign with.
fn remote_of(remote: Vec<RemoteSigner>, member: &Member) -> Signers {
    remote
        .into_iter()
        .filter(|signer| member.keys.contains(&signer.public()))
        .take(usize::from(member.threshold))
        .map(shared)
        .collect()
}

fn shared(signer: impl Signer + 'static) -> Arc<dyn Signer> {
    Arc::new(signer)
}

fn unknown_actor(error: ClientError, actor: &MemberId) -> CliError {
    if error.is_not_found() {
        CliError::input(
            "UNKNOWN_MEMBER",
            format!("no member {actor} acts on this network"),
            "check the name with `allonge member list`",
        )
    } else {
        error.into()
    }
}
