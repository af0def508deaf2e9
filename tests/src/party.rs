//! Who signs: a member with its keys, making transactions by hand from the ledger's types.

use allonge_contracts::{Call, Currency, Hash, MemberId, Money, PublicKey, RequestId, Text};
use allonge_ledger::{Approval, Body, Transaction};
use ed25519_dalek::{Signer, SigningKey};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// How long a transaction lives unless told otherwise.
const LIFE_MS: u64 = 300_000;

/// This computer's clock in UTC milliseconds.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}

/// An amount in CNY as people write it.
///
/// # Panics
/// It is none.
pub fn money(text: &str) -> Money {
    let cny: Currency = "CNY".parse().expect("a currency");
    Money::parse(text, cny).expect("an amount")
}

/// Salts that never repeat, in this run or another.
fn salt() -> RequestId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [0; 16];
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64);
    let process = u64::from(std::process::id()) << 40;
    let count = NEXT.fetch_add(1, Ordering::Relaxed) ^ process;
    bytes[..8].copy_from_slice(&time.to_be_bytes());
    bytes[8..].copy_from_slice(&count.to_be_bytes());
    RequestId(bytes)
}

/// A member of a network with its keys.
#[derive(Clone)]
pub struct Party {
    /// Its name.
    pub id: MemberId,
    /// Its keys.
    pub keys: Vec<SigningKey>,
    genesis: Hash,
}

impl Party {
    /// A member that signs with these keys.
    pub fn new(genesis: Hash, id: MemberId, keys: Vec<SigningKey>) -> Self {
        Party { id, keys, genesis }
    }

    /// A party with `count` keys made from its name: for members that a test admits.
    ///
    /// # Panics
    /// The name is no member's.
    pub fn made(genesis: Hash, name: &str, count: u8) -> Self {
        let mut keys: Vec<SigningKey> = (0..count)
            .map(|i| {
                let tag = format!("allonge/test-key/{i}");
                let seed = allonge_contracts::tagged_hash(&tag, &[name.as_bytes()]);
                SigningKey::from_bytes(seed.as_bytes())
            })
            .collect();
        keys.sort_by_key(|key| key.verifying_key().to_bytes());
        Party::new(genesis, name.parse().expect("a member's name"), keys)
    }

    /// The network's genesis hash.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Its public keys, ascending.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        let mut keys: Vec<PublicKey> = self.keys.iter().map(public).collect();
        keys.sort();
        keys
    }

    /// A body that does these things, valid for five minutes.
    pub fn body(&self, calls: Vec<Call>) -> Body {
        Body {
            genesis: self.genesis,
            actor: self.id.clone(),
            calls,
            valid_until: now_ms() + LIFE_MS,
            salt: salt(),
            annexes: Vec::new(),
            memo: Text::empty(),
        }
    }

    /// Signs a body with all its keys.
    pub fn sign(&self, body: Body) -> Transaction {
        sign(body, &self.keys)
    }

    /// A signed transaction of one call.
    pub fn act(&self, call: impl Into<Call>) -> Transaction {
        self.sign(self.body(vec![call.into()]))
    }

    /// A signed transaction of several calls.
    pub fn acts(&self, calls: Vec<Call>) -> Transaction {
        self.sign(self.body(calls))
    }
}

/// The public half.
pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// Signs a body with these keys, in the order that the format asks for.
pub fn sign(body: Body, keys: &[SigningKey]) -> Transaction {
    let message = Body::sign_bytes(&body.id());
    let mut signatures: Vec<Approval> = keys
        .iter()
        .map(|key| Approval {
            key: public(key),
            signature: allonge_contracts::Signature(key.sign(&message).to_bytes()),
        })
        .collect();
    signatures.sort_by_key(|approval| approval.key);
    Transaction { body, signatures }
}
