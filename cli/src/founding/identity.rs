//! What an organisation tells the others of itself: its public keys and its node's addresses, signed by every one
//! of the keys, so that nobody can enter a key that it does not have.

use super::FoundingError;
use crate::files::{MOST_SHOWN, shown};
use crate::keystore::public_key;
use allonge_contracts::bills::BankNumber;
use allonge_contracts::members::{LegalId, Member, Role};
use allonge_contracts::{Hash, MemberId, PublicKey, Signature, Text, tagged_hash};
use borsh::BorshSerialize;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The version of identity files.
const IDENTITY_VERSION: u8 = 1;
/// The file's name in the home of the organisation.
pub const IDENTITY_FILE: &str = "identity.json";
/// What is hashed, and what is signed, is of no other kind.
const HASH_TAG: &str = "allonge/identity/1";
const SIGN_TAG: &[u8] = b"allonge/identity-signature/1";
/// The most keys of a member.
const MAX_KEYS: usize = 16;

/// An identity file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Format version, 1.
    pub version: u8,
    /// What it says.
    pub organisation: Organisation,
    /// One signature by every key in it, ascending by key.
    pub signatures: Vec<Possession>,
}

/// An organisation as it will stand in genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name as a member.
    pub name: MemberId,
    /// Its roles, ascending.
    pub roles: Vec<Role>,
    /// Its legal identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_id: Option<LegalId>,
    /// Its number in the payment system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_number: Option<BankNumber>,
    /// The bank at which it keeps its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_bank: Option<MemberId>,
    /// The keys with which it signs transactions, ascending.
    pub keys: Vec<PublicKey>,
    /// How many of them must sign.
    pub threshold: u8,
    /// Its node, where it runs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeIdentity>,
}

/// An organisation's node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize)]
#[serde(deny_unknown_fields)]
pub struct NodeIdentity {
    /// Its name, for people.
    pub name: Text<32>,
    /// The key that signs votes; an observer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator_key: Option<PublicKey>,
    /// The key by which other nodes know it.
    pub node_key: PublicKey,
    /// Where others reach its consensus, `host:port`; empty of an observer that others need not dial.
    pub consensus_address: Text<128>,
    /// Where others reach its transaction gossip; as above.
    pub gossip_address: Text<128>,
}

/// That whoever made the identity has a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Possession {
    /// The key.
    pub key: PublicKey,
    /// Its signature of the organisation.
    pub signature: Signature,
}

/// The private keys of an organisation, while it signs.
pub struct Signers<'a> {
    /// Those of the member.
    pub member: &'a [SigningKey],
    /// That of its validator.
    pub validator: Option<&'a SigningKey>,
    /// That of its node.
    pub node: Option<&'a SigningKey>,
}

impl Organisation {
    /// What names this organisation as it stands here.
    pub fn hash(&self) -> Hash {
        // Writing into memory cannot fail.
        tagged_hash(HASH_TAG, &[&borsh::to_vec(self).unwrap_or_default()])
    }

    fn sign_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![SIGN_TAG.len() as u8];
        bytes.extend_from_slice(SIGN_TAG);
        bytes.extend_from_slice(self.hash().as_bytes());
        bytes
    }

    /// All its keys with what each is for.
    pub fn all_keys(&self) -> Vec<(&'static str, PublicKey)> {
        let mut keys: Vec<_> = self.keys.iter().map(|key| ("member key", *key)).collect();
        if let Some(node) = &self.node {
            keys.extend(node.validator_key.map(|key| ("validator key", key)));
            keys.push(("node key", node.node_key));
        }
        keys
    }

    /// The member that it becomes.
    pub fn member(&self) -> Member {
        Member {
            id: self.name.clone(),
            roles: self.roles.clone(),
            legal_id: self.legal_id.clone(),
            bank_number: self.bank_number,
            account_bank: self.account_bank.clone(),
            keys: self.keys.clone(),
            threshold: self.threshold,
            suspended: false,
        }
    }

    /// Checks all that can be seen without other organisations.
    ///
    /// # Errors
    /// The rule that is broken, with the value.
    pub fn check(&self) -> Result<(), String> {
        let name = &self.name;
        if self.roles.is_empty() || !ascending(&self.roles) {
            return Err(format!(
                "`{name}`: roles must be at least one, ascending, none twice"
            ));
        }
        if self.keys.is_empty() || self.keys.len() > MAX_KEYS || !ascending(&self.keys) {
            return Err(format!(
                "`{name}`: keys must be 1 to {MAX_KEYS}, ascending, none twice"
            ));
        }
        if self.threshold == 0 || usize::from(self.threshold) > self.keys.len() {
            return Err(format!(
                "`{name}`: {} of its {} keys must sign; choose from 1 to {}",
                self.threshold,
                self.keys.len(),
                self.keys.len()
            ));
        }
        let mut keys = self.all_keys();
        keys.sort_by_key(|(_, key)| *key);
        for ((what, key), (other, next)) in keys.iter().zip(keys.iter().skip(1)) {
            if key == next {
                return Err(format!(
                    "`{name}`: its {what} and its {other} are the same key, {key}"
                ));
            }
        }
        self.node.as_ref().map_or(Ok(()), NodeIdentity::check)
    }
}

impl NodeIdentity {
    fn check(&self) -> Result<(), String> {
        if self.name.as_str().is_empty() {
            return Err("its node has no name".to_owned());
        }
        let observes = self.validator_key.is_none();
        for (what, address) in [
            ("consensus", &self.consensus_address),
            ("gossip", &self.gossip_address),
        ] {
            if !(observes && address.as_str().is_empty()) {
                check_address(what, address.as_str()).map_err(|error| error.to_string())?;
            }
        }
        if !self.consensus_address.as_str().is_empty()
            && self.consensus_address == self.gossip_address
        {
            return Err(format!(
                "its node has one address, {}, for consensus and gossip",
                self.gossip_address
            ));
        }
        Ok(())
    }
}

/// Whether others can dial this.
///
/// # Errors
/// It is not `host:port`, its port is 0, or it means every address of a machine.
pub fn check_address(what: &'static str, address: &str) -> Result<(), FoundingError> {
    let wrong = |why: &str| FoundingError::Address {
        what,
        address: address.chars().take(150).collect(),
        why: why.to_owned(),
    };
    allonge_node::consensus::tcp_multiaddr(address).map_err(|_| wrong("it is not host:port"))?;
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    if port.parse() == Ok(0u16) {
        return Err(wrong("its port is 0"));
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare
        .parse()
        .is_ok_and(|ip: std::net::IpAddr| ip.is_unspecified())
    {
        return Err(wrong(
            "a machine listens there, but others need the name or number of one machine",
        ));
    }
    Ok(())
}

impl Identity {
    /// Signs what an organisation says of itself, with all its keys.
    ///
    /// # Errors
    /// The organisation breaks a rule, or one of its keys is not among the signers.
    pub fn sign(organisation: Organisation, signers: &Signers<'_>) -> Result<Self, String> {
        organisation.check()?;
        let bytes = organisation.sign_bytes();
        let mut signatures: Vec<Possession> = signers
            .member
            .iter()
            .chain(signers.validator)
            .chain(signers.node)
            .map(|key| Possession {
                key: public_key(key),
                signature: Signature(key.sign(&bytes).to_bytes()),
            })
            .collect();
        signatures.sort_by_key(|possession| possession.key);
        let identity = Identity {
            version: IDENTITY_VERSION,
            organisation,
            signatures,
        };
        match identity.unsigned() {
            None => Ok(identity),
            Some(key) => Err(format!("the key {key} has not signed")),
        }
    }

    /// Reads and checks an identity file's text.
    ///
    /// # Errors
    /// `Identity` and `Signature`.
    pub fn read(text: &[u8], file: &Path) -> Result<Self, FoundingError> {
        let wrong = |what: String| FoundingError::Identity {
            file: file.to_owned(),
            what,
        };
        let identity: Identity = serde_json::from_slice(text).map_err(|error| {
            let error = shown(&error.to_string(), MOST_SHOWN);
            wrong(format!("not an identity file: {error}"))
        })?;
        if identity.version != IDENTITY_VERSION {
            return Err(wrong(format!(
                "its version is {}, this program reads version {IDENTITY_VERSION}",
                identity.version
            )));
        }
        identity.organisation.check().map_err(wrong)?;
        if let Some(key) = identity.unsigned() {
            return Err(FoundingError::Signature {
                file: file.to_owned(),
                key,
            });
        }
        let keys = identity.organisation.all_keys().len();
        if identity.signatures.len() != keys {
            return Err(wrong(format!(
                "it has {} signatures for {keys} keys; each key signs once",
                identity.signatures.len()
            )));
        }
        Ok(identity)
    }

    /// A key without its signature.
    fn unsigned(&self) -> Option<PublicKey> {
        let bytes = self.organisation.sign_bytes();
        let signed = |key: &PublicKey| {
            self.signatures.iter().any(|possession| {
                let signature = ed25519_dalek::Signature::from_bytes(&possession.signature.0);
                possession.key == *key
                    && VerifyingKey::from_bytes(&key.0)
                        .is_ok_and(|key| key.verify_strict(&bytes, &signature).is_ok())
            })
        };
        let keys = self.organisation.all_keys();
        keys.into_iter()
            .map(|(_, key)| key)
            .find(|key| !signed(key))
    }
}

fn ascending<T: Ord>(items: &[T]) -> bool {
    items.iter().zip(items.iter().skip(1)).all(|(a, b)| a < b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn organisation() -> Organisation {
        Organisation {
            name: "bank-a".parse().unwrap(),
            roles: vec![Role::Bank],
            legal_id: None,
            bank_number: None,
            account_bank: None,
            keys: vec![public_key(&key(1))],
            threshold: 1,
            node: Some(NodeIdentity {
                name: "bank-a".parse().unwrap(),
                validator_key: Some(public_key(&key(2))),
                node_key: public_key(&key(3)),
                consensus_address: "a.example:26656".parse().unwrap(),
                gossip_address: "a.example:26657".parse().unwrap(),
            }),
        }
    }

    fn signed() -> Identity {
        let signers = Signers {
            member: &[key(1)],
            validator: Some(&key(2)),
            node: Some(&key(3)),
        };
        Identity::sign(organisation(), &signers).unwrap()
    }

    fn read(identity: &Identity) -> Result<Identity, FoundingError> {
        Identity::read(&serde_json::to_vec(identity).unwrap(), Path::new("a.json"))
    }

    #[test]
    fn an_identity_is_read_as_it_was_written() {
        assert_eq!(read(&signed()).unwrap(), signed());
    }

    /// The format is docs/protocol.md's: a change needs another version.
    #[test]
    fn the_format_stays_as_it_is() {
        let identity = signed();
        assert_eq!(
            identity.organisation.hash().to_string(),
            "3e66dac854ccd2531778311d0ac768e32665230b45438e309321ad4544dd32b5"
        );
        let bytes = identity.organisation.sign_bytes();
        assert_eq!(bytes[..29], *b"\x1callonge/identity-signature/1");
        assert_eq!(bytes.len(), 29 + 32);
    }

    #[test]
    fn whatever_is_changed_afterwards_is_noticed() {
        let changes: [fn(&mut Identity); 8] = [
            |i| i.organisation.name = "bank-b".parse().unwrap(),
            |i| i.organisation.roles = vec![Role::Bank, Role::Regulator],
            |i| i.organisation.keys = vec![public_key(&key(9))],
            |i| i.organisation.node.as_mut().unwrap().node_key = public_key(&key(9)),
            |i| i.organisation.node.as_mut().unwrap().validator_key = Some(public_key(&key(9))),
            |i| {
                let node = i.organisation.node.as_mut().unwrap();
                node.gossip_address = "evil.example:1".parse().unwrap();
            },
            |i| i.signatures[0].signature.0[7] ^= 1,
            |i| i.signatures.truncate(2),
        ];
        for change in changes {
            let mut changed = signed();
            change(&mut changed);
            let error = read(&changed).unwrap_err();
            assert!(matches!(error, FoundingError::Signature { .. }), "{error}");
        }
    }

    #[test]
    fn another_organisations_key_cannot_be_entered() {
        let mut stolen = organisation();
        stolen.node.as_mut().unwrap().node_key = public_key(&key(77));
        let signers = Signers {
            member: &[key(1)],
            validator: Some(&key(2)),
            node: Some(&key(3)),
        };
        assert!(Identity::sign(stolen, &signers).is_err());
    }

    #[test]
    fn rules_are_named() {
        type Change = fn(&mut Organisation);
        let changes: [(Change, &str); 7] = [
            (|o| o.roles.clear(), "roles"),
            (|o| o.threshold = 2, "2 of its 1 keys"),
            (
                |o| o.node.as_mut().unwrap().node_key = o.keys[0],
                "same key",
            ),
            (|o| o.node.as_mut().unwrap().name = Text::empty(), "no name"),
            (
                |o| o.node.as_mut().unwrap().gossip_address = "a.example".parse().unwrap(),
                "not host:port",
            ),
            (
                |o| o.node.as_mut().unwrap().gossip_address = "0.0.0.0:1".parse().unwrap(),
                "0.0.0.0",
            ),
            (
                |o| {
                    let node = o.node.as_mut().unwrap();
                    node.gossip_address = node.consensus_address.clone();
                },
                "one address",
            ),
        ];
        for (change, says) in changes {
            let mut wrong = organisation();
            change(&mut wrong);
            let error = wrong.check().unwrap_err();
            assert!(error.contains(says), "{error} lacks {says}");
        }
        let mut observer = organisation();
        let node = observer.node.as_mut().unwrap();
        node.validator_key = None;
        node.consensus_address = Text::empty();
        node.gossip_address = Text::empty();
        observer.check().unwrap();
    }
}
