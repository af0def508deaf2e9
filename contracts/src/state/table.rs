//! A typed table: one kind of entity, one length of suffix, one type of value.

use super::{Overlay, StateFault, View};
use crate::hash::tagged_hash;
use borsh::{BorshDeserialize, BorshSerialize};
use std::marker::PhantomData;

/// A typed table over the key-value view. The suffix orders the entries of one entity; write numbers
/// big-endian so that their order is the keys' order.
pub struct Table<V> {
    id: u8,
    name: &'static str,
    version: u8,
    suffix: usize,
    value: PhantomData<fn() -> V>,
}

/// One entry found by a scan: the suffix of its key and its value.
pub type Entry<V> = (Vec<u8>, V);

impl<V: BorshSerialize + BorshDeserialize> Table<V> {
    /// Bytes of a key before the suffix.
    pub const PREFIX: usize = 21;

    /// A table with a number of its own, the version of its values and the length of its suffixes.
    pub const fn new(id: u8, name: &'static str, version: u8, suffix: usize) -> Self {
        Table {
            id,
            name,
            version,
            suffix,
            value: PhantomData,
        }
    }

    /// The table's name, for errors.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The first 21 bytes of the keys of one entity: what a range proof is made over.
    pub fn prefix(&self, entity: &[u8]) -> Vec<u8> {
        let digest = tagged_hash("allonge/key/1", &[&[self.id], entity]);
        let mut key = Vec::with_capacity(Self::PREFIX.saturating_add(self.suffix));
        key.push(self.id);
        key.extend_from_slice(&digest.0[..20]);
        key
    }

    /// The key of one entry.
    pub fn key(&self, entity: &[u8], suffix: &[u8]) -> Vec<u8> {
        debug_assert_eq!(suffix.len(), self.suffix, "suffix of table {}", self.name);
        let mut key = self.prefix(entity);
        key.extend_from_slice(suffix);
        key
    }

    /// Reads a value out of its stored bytes.
    pub fn decode(&self, bytes: &[u8]) -> Result<V, StateFault> {
        match bytes.split_first() {
            Some((version, body)) if *version == self.version => {
                borsh::from_slice(body).map_err(|e| StateFault::new(self.name, e.to_string()))
            }
            _ => Err(StateFault::new(self.name, "a value of an unknown version")),
        }
    }

    /// The entry of an entity under a suffix.
    pub fn get(
        &self,
        view: &(impl View + ?Sized),
        entity: &[u8],
        suffix: &[u8],
    ) -> Result<Option<V>, StateFault> {
        view.get(&self.key(entity, suffix))
            .map(|bytes| self.decode(&bytes))
            .transpose()
    }

    /// Writes an entry.
    pub fn put(
        &self,
        state: &mut Overlay<'_>,
        entity: &[u8],
        suffix: &[u8],
        value: &V,
    ) -> Result<(), StateFault> {
        let mut bytes = vec![self.version];
        value
            .serialize(&mut bytes)
            .map_err(|e| StateFault::new(self.name, e.to_string()))?;
        state.put(self.key(entity, suffix), bytes.into());
        Ok(())
    }

    /// Removes an entry; nothing happens if it is absent.
    pub fn remove(&self, state: &mut Overlay<'_>, entity: &[u8], suffix: &[u8]) {
        state.remove(self.key(entity, suffix));
    }

    /// The first entry of an entity at or after a suffix (empty: the very first).
    pub fn next(
        &self,
        view: &(impl View + ?Sized),
        entity: &[u8],
        from: &[u8],
    ) -> Result<Option<Entry<V>>, StateFault> {
        let prefix = self.prefix(entity);
        let mut start = prefix.clone();
        start.extend_from_slice(from);
        match view.next(&start) {
            Some((key, bytes)) if key.starts_with(&prefix) => {
                let suffix = key.get(prefix.len()..).unwrap_or_default().to_vec();
                Ok(Some((suffix, self.decode(&bytes)?)))
            }
            _ => Ok(None),
        }
    }

    /// Up to `limit` entries of an entity in key order, from a suffix on (empty: from the first).
    pub fn scan(
        &self,
        view: &(impl View + ?Sized),
        entity: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Entry<V>>, StateFault> {
        let mut found = Vec::new();
        let mut from = from.to_vec();
        while found.len() < limit {
            let Some((suffix, value)) = self.next(view, entity, &from)? else {
                break;
            };
            from.clone_from(&suffix);
            from.push(0);
            found.push((suffix, value));
        }
        Ok(found)
    }

    /// All entries of the table, whatever their entity, in order of key, from a key on (empty: the first).
    pub fn all_from<'v, S: View + ?Sized>(
        &'v self,
        view: &'v S,
        from: &[u8],
    ) -> impl Iterator<Item = Result<Entry<V>, StateFault>> + 'v {
        let mut from = if from.is_empty() {
            vec![self.id]
        } else {
            from.to_vec()
        };
        std::iter::from_fn(move || {
            let (key, bytes) = view.next(&from)?;
            if key.first() != Some(&self.id) {
                return None;
            }
            from.clone_from(&key);
            from.push(0);
            Some(self.decode(&bytes).map(|value| (key, value)))
        })
    }
}
