//! What validators are known to have done wrong.

use super::records::encode;
use super::{Batch, Records, StoreError, keys, sealed};
use allonge_ledger::Evidence;

/// Evidence with the key that comes after all earlier ones, for reading on.
pub type KnownEvidence = (Vec<u8>, Evidence);

impl Records {
    /// Adds what is new: of one validator, round and kind the first pair of statements is enough.
    pub(super) fn put_evidence(
        &self,
        batch: &mut Batch,
        all: &[Evidence],
    ) -> Result<(), StoreError> {
        for evidence in all {
            let (height, round) = (evidence.height, evidence.round);
            let key = keys::evidence(height, round, &evidence.validator, evidence.kind as u8);
            if self.store.get(&key)?.is_none() {
                sealed::put(batch, key, &encode(evidence));
            }
        }
        Ok(())
    }

    /// The first `limit` pieces of evidence, by height, after the one with this key.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn evidence(
        &self,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<KnownEvidence>, StoreError> {
        let table = keys::all_evidence();
        let from = match after {
            // The next key in order: no other lies between.
            Some(key) if key > table.as_slice() => [key, &[0]].concat(),
            _ => table.clone(),
        };
        let entries = self.store.range(&from, &keys::end_of(&table), limit)?;
        let read = |(key, bytes): (Vec<u8>, Vec<u8>)| {
            let value = sealed::open(&*self.store, &key, &bytes)?;
            let evidence = borsh::from_slice(&value).map_err(|error| self.broken(&key, error))?;
            Ok((key, evidence))
        };
        entries.into_iter().map(read).collect()
    }
}
