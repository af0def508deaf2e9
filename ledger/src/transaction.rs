//! Signed transactions.

use allonge_contracts::{Call, Code, Hash, MemberId, PublicKey, Signature, Text, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most bytes of an encoded transaction.
pub const MAX_TRANSACTION_BYTES: usize = 256 * 1024;
/// The most bytes of a transaction's JSON form, whose canonical bytes are bounded besides.
pub const MAX_TRANSACTION_JSON_BYTES: usize = 4 * MAX_TRANSACTION_BYTES;
/// The most calls of a transaction.
pub const MAX_CALLS: usize = 64;
/// The most signatures of a transaction.
pub const MAX_SIGNATURES: usize = 16;
/// The most annexes of a transaction.
pub const MAX_ANNEXES: usize = 16;

const VERSION: u8 = 1;

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The hash of the genesis of the network it is meant for.
    pub genesis: Hash,
    /// Who acts.
    pub actor: MemberId,
    /// What it does: 1 to 64 calls, all or nothing.
    pub calls: Vec<Call>,
    /// Until when it may be put into a block: UTC milliseconds of header time, never the business date.
    #[serde(with = "allonge_contracts::json::string")]
    pub valid_until: u64,
    /// Sixteen bytes that tell it from another transaction of the same content.
    pub salt: Salt,
    /// Salted commitments to data kept off the ledger, at most 16.
    #[serde(default)]
    pub annexes: Vec<Hash>,
    /// A note for the parties.
    #[serde(default)]
    pub memo: Text<256>,
}

/// Sixteen bytes that tell transactions of the same content apart; in JSON 32 hex digits.
pub type Salt = allonge_contracts::RequestId;

/// A body with the signatures of the acting member's keys.
///
/// In JSON `{"body": {…}, "signatures": [{"key": hex, "signature": hex}]}`; in bytes a version byte and borsh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// What is signed.
    pub body: Body,
    /// Signatures in ascending order of key, 1 to 16.
    pub signatures: Vec<Approval>,
}

/// A key and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Whose.
    pub key: PublicKey,
    /// Over [`Body::sign_bytes`].
    pub signature: Signature,
}

/// Why bytes are no transaction that a block may hold, whatever the state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .code.summary())]
pub struct Inadmissible {
    /// `TOO_LARGE`, `UNDECODABLE`, `WRONG_CHAIN` or `BAD_SIGNATURE`.
    pub code: Code,
    /// Which part of it, with the value.
    pub detail: String,
}

impl Inadmissible {
    /// With a code and the part that is wrong.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Inadmissible {
            code,
            detail: detail.into(),
        }
    }
}

impl Body {
    /// The transaction's id: the hash of the body without signatures, so that the same body signed by
    /// other keys is the same transaction.
    pub fn id(&self) -> Hash {
        tagged_hash("allonge/tx/1", &[&self.to_bytes()])
    }

    /// Version byte and borsh.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        // Writing into memory cannot fail.
        let _ = BorshSerialize::serialize(self, &mut bytes);
        bytes
    }

    /// What a key signs for a transaction of this id.
    pub fn sign_bytes(id: &Hash) -> Vec<u8> {
        let tag = b"allonge/tx-signature/1";
        let mut bytes = Vec::with_capacity(64);
        bytes.push(tag.len() as u8);
        bytes.extend_from_slice(tag);
        bytes.extend_from_slice(id.as_bytes());
        bytes
    }
}

impl Transaction {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        // Writing into memory cannot fail.
        let _ = BorshSerialize::serialize(self, &mut bytes);
        bytes
    }

    /// Reads canonical bytes and checks the bounds that hold whatever the state is.
    ///
    /// # Errors
    /// `TOO_LARGE`, `UNDECODABLE`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Inadmissible> {
        if bytes.len() > MAX_TRANSACTION_BYTES {
            return Err(Inadmissible::new(
                Code::TooLarge,
                format!(
                    "{} bytes, at most {MAX_TRANSACTION_BYTES} are allowed",
                    bytes.len()
                ),
            ));
        }
        let undecodable = |what: String| Inadmissible::new(Code::Undecodable, what);
        let (version, mut rest) = match bytes.split_first() {
            Some((version, rest)) => (*version, rest),
            None => return Err(undecodable("no bytes at all".to_owned())),
        };
        if version != VERSION {
            return Err(undecodable(format!(
                "version {version} at byte 0, this node reads version {VERSION}"
            )));
        }
        let decoded = <Transaction as BorshDeserialize>::deserialize(&mut rest);
        let offset = bytes.len().saturating_sub(rest.len());
        let transaction = decoded.map_err(|e| undecodable(format!("{e} (near byte {offset})")))?;
        if !rest.is_empty() {
            return Err(undecodable(format!(
                "{} bytes follow after byte {offset}",
                rest.len()
            )));
        }
        transaction.check_bounds()?;
        Ok(transaction)
    }

    /// Reads the JSON form and checks the bounds that hold whatever the state is. Unknown fields and calls
    /// are refused by name.
    ///
    /// # Errors
    /// `TOO_LARGE`, `UNDECODABLE`.
    pub fn from_json(text: &[u8]) -> Result<Self, Inadmissible> {
        if text.len() > MAX_TRANSACTION_JSON_BYTES {
            return Err(Inadmissible::new(
                Code::TooLarge,
                format!(
                    "{} bytes of JSON, at most {MAX_TRANSACTION_JSON_BYTES} are allowed",
                    text.len()
                ),
            ));
        }
        let transaction: Transaction = serde_json::from_slice(text)
            .map_err(|e| Inadmissible::new(Code::Undecodable, e.to_string()))?;
        transaction.check_bounds()?;
        Ok(transaction)
    }

    /// The JSON form.
    pub fn to_json(&self) -> String {
        // These types have no map with other keys than text, so they always can be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks the bounds that hold whatever the state is: counts and the order of signatures.
    ///
    /// # Errors
    /// `UNDECODABLE`.
    pub fn check_bounds(&self) -> Result<(), Inadmissible> {
        let wrong = |what: &str, count: usize, range: &str| {
            Err(Inadmissible::new(
                Code::Undecodable,
                format!("{count} {what}, {range} are allowed"),
            ))
        };
        if !(1..=MAX_CALLS).contains(&self.body.calls.len()) {
            return wrong("calls", self.body.calls.len(), "1 to 64");
        }
        if self.body.annexes.len() > MAX_ANNEXES {
            return wrong("annexes", self.body.annexes.len(), "at most 16");
        }
        if !(1..=MAX_SIGNATURES).contains(&self.signatures.len()) {
            return wrong("signatures", self.signatures.len(), "1 to 16");
        }
        let ascending = self
            .signatures
            .iter()
            .zip(self.signatures.iter().skip(1))
            .all(|(a, b)| a.key < b.key);
        if !ascending {
            return Err(Inadmissible::new(
                Code::Undecodable,
                "signatures are not in ascending order of key, or a key stands twice",
            ));
        }
        Ok(())
    }
}

/// Keys that were decoded before, so that none is decoded twice.
pub trait KeyCache: Sync {
    /// The point of a key; `None` if the bytes are no key.
    fn verifying_key(&self, key: &PublicKey) -> Option<VerifyingKey>;
}

/// Decodes every key anew.
pub struct NoKeyCache;

impl KeyCache for NoKeyCache {
    fn verifying_key(&self, key: &PublicKey) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(key.as_bytes()).ok()
    }
}

/// A transaction of which everything is checked that does not depend on the state: decodable, within
/// bounds, for this chain, every signature right. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CheckedTransaction {
    inner: Arc<Checked>,
}

#[derive(Debug)]
struct Checked {
    transaction: Transaction,
    id: Hash,
    leaf: Hash,
    bytes: Arc<[u8]>,
}

impl CheckedTransaction {
    /// Checks bytes that came from outside.
    ///
    /// # Errors
    /// `TOO_LARGE`, `UNDECODABLE`, `WRONG_CHAIN`, `BAD_SIGNATURE`.
    pub fn check(
        bytes: Arc<[u8]>,
        genesis: &Hash,
        keys: &dyn KeyCache,
    ) -> Result<Self, Inadmissible> {
        let checked = Self::unverified(bytes, genesis)?;
        checked.verify_signatures(keys)?;
        Ok(checked)
    }

    /// Checks all but the signatures: for transactions of blocks that a quorum has certified.
    ///
    /// # Errors
    /// `TOO_LARGE`, `UNDECODABLE`, `WRONG_CHAIN`.
    pub fn certified(bytes: Arc<[u8]>, genesis: &Hash) -> Result<Self, Inadmissible> {
        Self::unverified(bytes, genesis)
    }

    fn unverified(bytes: Arc<[u8]>, genesis: &Hash) -> Result<Self, Inadmissible> {
        let transaction = Transaction::from_bytes(&bytes)?;
        if transaction.body.genesis != *genesis {
            return Err(Inadmissible::new(
                Code::WrongChain,
                format!(
                    "made for genesis {}, this network is {genesis}",
                    transaction.body.genesis
                ),
            ));
        }
        Ok(CheckedTransaction {
            inner: Arc::new(Checked {
                id: transaction.body.id(),
                leaf: transaction_leaf(&bytes),
                transaction,
                bytes,
            }),
        })
    }

    fn verify_signatures(&self, keys: &dyn KeyCache) -> Result<(), Inadmissible> {
        let message = Body::sign_bytes(self.id());
        for approval in &self.transaction().signatures {
            let signature = ed25519_dalek::Signature::from_bytes(approval.signature.as_bytes());
            let right = keys
                .verifying_key(&approval.key)
                .is_some_and(|key| key.verify_strict(&message, &signature).is_ok());
            if !right {
                return Err(Inadmissible::new(
                    Code::BadSignature,
                    format!(
                        "the signature by key {} over id {}",
                        approval.key,
                        self.id()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The id.
    pub fn id(&self) -> &Hash {
        &self.inner.id
    }

    /// The leaf in the transaction root: over body and signatures.
    pub fn leaf(&self) -> Hash {
        self.inner.leaf
    }

    /// The transaction.
    pub fn transaction(&self) -> &Transaction {
        &self.inner.transaction
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.inner.bytes
    }

    /// The keys that signed, ascending and unique.
    pub fn keys(&self) -> Vec<PublicKey> {
        self.transaction()
            .signatures
            .iter()
            .map(|approval| approval.key)
            .collect()
    }
}

/// The hash of a transaction's bytes, as it enters the transaction tree.
pub fn transaction_leaf(bytes: &[u8]) -> Hash {
    tagged_hash("allonge/tx-leaf/1", &[bytes])
}
