//! Keys that were decoded before: decoding one costs a sixth of checking a signature.

use allonge_contracts::PublicKey;
use allonge_ledger::KeyCache;
use ed25519_dalek::VerifyingKey;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// The most keys that are remembered.
const MOST: usize = 100_000;

/// A bounded cache of decoded keys.
#[derive(Default)]
pub struct VerifyingKeys {
    known: RwLock<HashMap<PublicKey, VerifyingKey>>,
}

impl KeyCache for VerifyingKeys {
    fn verifying_key(&self, key: &PublicKey) -> Option<VerifyingKey> {
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .copied();
        if known.is_some() {
            return known;
        }
        let decoded = VerifyingKey::from_bytes(key.as_bytes()).ok()?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(*key, decoded);
        Some(decoded)
    }
}
