//! `allonge key rotate`: a new key in the place of an old one, on the ledger and in the keystore.

use super::Sealing;
use crate::context::Context;
use crate::error::CliError;
use crate::keystore::{Keystore, new_key, public_key};
use crate::output::fields;
use allonge_contracts::calls::RotateKeys;
use allonge_contracts::members::Member;
use allonge_contracts::{Hash, PublicKey, Text};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `key rotate`.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// The key that is replaced; the new one gets its name
    name: String,
    #[command(flatten)]
    sealing: Sealing,
}

#[derive(Serialize)]
struct Rotated {
    name: String,
    public_key: PublicKey,
    file: PathBuf,
    retired_key: PublicKey,
    retired_file: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<Hash>,
}

/// Writes the new key to disk under `NAME.next`, has the member replace the old one on the ledger, and gives the new
/// one the old one's name once that is final. Run again after a crash it goes on where it stopped.
pub(super) async fn run(
    context: &Context,
    store: &Keystore,
    args: &RotateArgs,
) -> Result<(), CliError> {
    let name = args.name.as_str();
    let next = format!("{name}.next");
    let next_path = store.path(&next)?;
    let old = store.public(name)?;
    let actor = context.actor()?.clone();
    let member = context.client()?.member(&actor).await?;
    if next_path.exists() {
        let fresh = store.public(&next)?;
        if member.keys.contains(&fresh) && !member.keys.contains(&old) {
            return finish(context, store, name, &next, (old, fresh), None);
        }
    }
    if !member.keys.contains(&old) {
        return Err(CliError::input(
            "KEY_NOT_REGISTERED",
            format!("the key {name} ({old}) is none of {actor}'s"),
            format!("see `allonge member show {actor}` and `allonge key list`"),
        ));
    }
    if !next_path.exists() {
        make_next(context, store, name, &next, &args.sealing)?;
    }
    let fresh = store.public(&next)?;
    let call = RotateKeys {
        keys: with(&member, old, fresh),
        threshold: member.threshold,
    };
    let acted = context.act(vec![call.into()], Text::empty()).await?;
    if acted.accepted() {
        return finish(context, store, name, &next, (old, fresh), Some(acted.id()));
    }
    context.out.note(&format!(
        "the new key {fresh} waits in {}; `allonge key rotate {name}` goes on with it",
        next_path.display()
    ));
    acted.finish(&context.out)
}

/// The new key, with the old one's passphrase unless another is named.
fn make_next(
    context: &Context,
    store: &Keystore,
    name: &str,
    next: &str,
    sealing: &Sealing,
) -> Result<(), CliError> {
    let file = store.file(name)?;
    let asked = sealing.passphrase_env.is_some() || sealing.passphrase;
    let passphrase = if asked || !file.is_encrypted() {
        sealing.passphrase(context)?
    } else {
        let passphrase = context.passphrases().opening(&store.path(name)?)?;
        // A mistyped passphrase shall not become the new key's.
        file.open_with(&passphrase)?;
        Some(passphrase)
    };
    let key = new_key()?;
    store.insert(next, &key, passphrase.as_ref())?;
    context
        .out
        .note(&format!("made the key {}", public_key(&key)));
    Ok(())
}

fn with(member: &Member, old: PublicKey, fresh: PublicKey) -> Vec<PublicKey> {
    let mut keys: Vec<PublicKey> = member
        .keys
        .iter()
        .map(|key| if *key == old { fresh } else { *key })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn finish(
    context: &Context,
    store: &Keystore,
    name: &str,
    next: &str,
    (old, fresh): (PublicKey, PublicKey),
    transaction: Option<Hash>,
) -> Result<(), CliError> {
    let rotated = Rotated {
        name: name.to_owned(),
        public_key: fresh,
        file: store.path(name)?,
        retired_key: old,
        retired_file: store.succeed(name, &old, next)?,
        transaction,
    };
    context.out.show("allonge.key_rotation/1", &rotated, |_| {
        let mut lines = vec![
            ("name", rotated.name.clone()),
            ("public key", fresh.to_string()),
            ("file", rotated.file.display().to_string()),
            ("retired key", old.to_string()),
            ("retired file", rotated.retired_file.display().to_string()),
        ];
        lines.extend(transaction.map(|id| ("transaction", id.to_string())));
        fields(&lines)
    })
}
