//! Making and signing transactions.

use crate::keystore::public_key;
use allonge_contracts::{Call, Hash, MemberId, Signature, Text};
use allonge_ledger::{Approval, Body, MAX_TRANSACTION_BYTES, Salt, Transaction};
use ed25519_dalek::{Signer, SigningKey};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a transaction stays valid unless told otherwise.
pub const DEFAULT_LIFE: Duration = Duration::from_secs(300);

/// What a client has to know of a network to make transactions for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its genesis hash.
    pub genesis: Hash,
    /// The time of its latest header, in UTC milliseconds.
    pub header_time_ms: u64,
    /// How far ahead of header time `valid_until` may lie.
    pub max_life_ms: u64,
}

impl Chain {
    /// A `valid_until` so far ahead: of this computer's clock, or of the ledger's where that is ahead,
    /// and never further than the network allows.
    pub fn valid_until(&self, life: Duration) -> u64 {
        let life = u64::try_from(life.as_millis()).unwrap_or(u64::MAX);
        let start = now_ms().max(self.header_time_ms);
        start
            .saturating_add(life)
            .min(self.header_time_ms.saturating_add(self.max_life_ms))
    }
}

/// This computer's clock in UTC milliseconds.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|d| u64::try_from(d.as_millis()).ok())
        .unwrap_or(0)
}

/// Why a transaction cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Counts beyond the format's bounds.
    #[error("not a transaction: {0}")]
    Bounds(String),
    /// Too many bytes.
    #[error("the transaction has {0} bytes, at most {MAX_TRANSACTION_BYTES} are allowed")]
    TooLarge(usize),
    /// No salt.
    #[error("the system gave no random bytes: {0}")]
    Random(String),
}

/// Puts a transaction together.
#[derive(Clone, Debug)]
pub struct TransactionBuilder {
    body: Body,
    salt: Option<Salt>,
}

/// A signed transaction, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Its id.
    pub id: Hash,
    /// The transaction.
    pub transaction: Transaction,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

impl TransactionBuilder {
    /// A transaction by `actor`, valid for [`DEFAULT_LIFE`].
    pub fn new(chain: &Chain, actor: MemberId) -> Self {
        TransactionBuilder {
            body: Body {
                genesis: chain.genesis,
                actor,
                calls: Vec::new(),
                valid_until: chain.valid_until(DEFAULT_LIFE),
                salt: allonge_contracts::RequestId([0; 16]),
                annexes: Vec::new(),
                memo: Text::empty(),
            },
            salt: None,
        }
    }

    /// Adds a call.
    pub fn call(mut self, call: impl Into<Call>) -> Self {
        self.body.calls.push(call.into());
        self
    }

    /// Adds calls.
    pub fn calls(mut self, calls: impl IntoIterator<Item = Call>) -> Self {
        self.body.calls.extend(calls);
        self
    }

    /// Sets the memo.
    pub fn memo(mut self, memo: Text<256>) -> Self {
        self.body.memo = memo;
        self
    }

    /// Adds a commitment to data that is kept off the ledger.
    pub fn annex(mut self, annex: Hash) -> Self {
        self.body.annexes.push(annex);
        self
    }

    /// Sets until when it may be put into a block, in UTC milliseconds of header time.
    pub fn valid_until(mut self, ms: u64) -> Self {
        self.body.valid_until = ms;
        self
    }

    /// Sets the salt; it is random otherwise.
    pub fn salt(mut self, salt: Salt) -> Self {
        self.salt = Some(salt);
        self
    }

    /// What is to be signed.
    ///
    /// # Errors
    /// No randomness for the salt.
    pub fn body(mut self) -> Result<Body, BuildError> {
        self.body.salt = match self.salt {
            Some(salt) => salt,
            None => random_salt()?,
        };
        Ok(self.body)
    }

    /// Signs with each key.
    ///
    /// # Errors
    /// No calls or too many, no keys or too many, too large, no randomness for the salt.
    pub fn sign<'k>(
        self,
        keys: impl IntoIterator<Item = &'k SigningKey>,
    ) -> Result<Signed, BuildError> {
        sign_body(self.body()?, keys)
    }
}

/// Sixteen random bytes.
///
/// # Errors
/// The operating system gave none.
pub fn random_salt() -> Result<Salt, BuildError> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| BuildError::Random(e.to_string()))?;
    Ok(allonge_contracts::RequestId(bytes))
}

/// Signs a body as it stands; signing one body with other keys makes the same transaction.
///
/// # Errors
/// As [`TransactionBuilder::sign`].
pub fn sign_body<'k>(
    body: Body,
    keys: impl IntoIterator<Item = &'k SigningKey>,
) -> Result<Signed, BuildError> {
    let id = body.id();
    let message = Body::sign_bytes(&id);
    let signatures: Vec<Approval> = keys
        .into_iter()
        .map(|key| Approval {
            key: public_key(key),
            signature: Signature(key.sign(&message).to_bytes()),
        })
        .collect();
    signed_with(body, signatures)
}

/// A body with the signatures that were made for it.
pub(super) fn signed_with(body: Body, mut signatures: Vec<Approval>) -> Result<Signed, BuildError> {
    let id = body.id();
    signatures.sort_by_key(|approval| approval.key);
    signatures.dedup_by_key(|approval| approval.key);
    let transaction = Transaction { body, signatures };
    transaction
        .check_bounds()
        .map_err(|e| BuildError::Bounds(e.detail))?;
    let bytes = transaction.to_bytes();
    if bytes.len() > MAX_TRANSACTION_BYTES {
        return Err(BuildError::TooLarge(bytes.len()));
    }
    Ok(Signed {
        id,
        transaction,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::calls::Transfer;
    use allonge_ledger::{CheckedTransaction, NoKeyCache};

    fn chain() -> Chain {
        Chain {
            genesis: Hash([7; 32]),
            header_time_ms: now_ms(),
            max_life_ms: 86_400_000,
        }
    }

    fn transfer() -> Transfer {
        Transfer {
            to: "bob".parse().unwrap(),
            money: allonge_contracts::Money::parse("1.00", "CNY".parse().unwrap()).unwrap(),
            purpose: Text::empty(),
            reference: Text::empty(),
        }
    }

    #[test]
    fn a_signed_transaction_passes_the_ledgers_own_check() {
        let keys: Vec<SigningKey> = [3u8, 1, 2, 1]
            .iter()
            .map(|seed| SigningKey::from_bytes(&[*seed; 32]))
            .collect();
        let signed = TransactionBuilder::new(&chain(), "alice".parse().unwrap())
            .call(transfer())
            .sign(&keys)
            .unwrap();
        assert_eq!(signed.transaction.signatures.len(), 3);
        let checked =
            CheckedTransaction::check(signed.bytes.clone().into(), &Hash([7; 32]), &NoKeyCache)
                .unwrap();
        assert_eq!(*checked.id(), signed.id);
    }

    #[test]
    fn the_same_act_twice_is_two_transactions() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let once = TransactionBuilder::new(&chain(), "alice".parse().unwrap()).call(transfer());
        let ids = [
            once.clone().sign([&key]).unwrap().id,
            once.sign([&key]).unwrap().id,
        ];
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn what_is_out_of_bounds_is_not_made() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let empty = TransactionBuilder::new(&chain(), "alice".parse().unwrap());
        assert!(matches!(
            empty.clone().sign([&key]),
            Err(BuildError::Bounds(_))
        ));
        assert!(matches!(
            empty.call(transfer()).sign([]),
            Err(BuildError::Bounds(_))
        ));
    }

    #[test]
    fn valid_until_follows_the_later_clock_and_the_networks_bound() {
        let now = now_ms();
        let life = Duration::from_secs(300);
        let ahead = Chain {
            header_time_ms: now + 3_600_000,
            ..chain()
        };
        assert_eq!(ahead.valid_until(life), now + 3_900_000);
        let behind = Chain {
            header_time_ms: now - 3_600_000,
            ..chain()
        };
        assert!(behind.valid_until(life) >= now + 300_000);
        let short = Chain {
            max_life_ms: 1_000,
            ..chain()
        };
        assert_eq!(short.valid_until(life), short.header_time_ms + 1_000);
    }
}
