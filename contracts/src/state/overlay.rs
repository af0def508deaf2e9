//! Changes of a block, and of the transaction under way, over a view that stays as it is.

use super::{Value, View};
use std::collections::BTreeMap;

/// What a block changes: `None` removes the key.
pub type Changes = BTreeMap<Vec<u8>, Option<Value>>;

/// Two layers of changes over a view: those of the block so far, and those of the transaction under
/// way, which are kept or rolled back as one.
pub struct Overlay<'a> {
    base: &'a dyn View,
    block: Changes,
    transaction: Changes,
}

impl<'a> Overlay<'a> {
    /// No changes yet.
    pub fn new(base: &'a dyn View) -> Self {
        Overlay {
            base,
            block: Changes::new(),
            transaction: Changes::new(),
        }
    }

    /// The value under a key, changes included.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        match self.transaction.get(key).or_else(|| self.block.get(key)) {
            Some(change) => change.clone(),
            None => self.base.get(key),
        }
    }

    /// The first entry at or after `from`, changes included.
    pub fn next(&self, from: &[u8]) -> Option<(Vec<u8>, Value)> {
        let mut from = from.to_vec();
        loop {
            let base = self.base.next(&from);
            let block = first_from(&self.block, &from);
            let transaction = first_from(&self.transaction, &from);
            let key = [
                base.as_ref().map(|(key, _)| key.as_slice()),
                block,
                transaction,
            ]
            .into_iter()
            .flatten()
            .min()?
            .to_vec();
            if let Some(value) = self.get(&key) {
                return Some((key, value));
            }
            // The smallest key is removed by a change: look behind it.
            from = key;
            from.push(0);
        }
    }

    /// Writes a value.
    pub fn put(&mut self, key: Vec<u8>, value: Value) {
        self.transaction.insert(key, Some(value));
    }

    /// Removes a key; nothing happens if it is absent.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.transaction.insert(key, None);
    }

    /// Keeps the changes of the transaction under way.
    pub fn commit(&mut self) {
        // Not `append`, which walks the whole map: a commit costs what the transaction changed.
        self.block.extend(std::mem::take(&mut self.transaction));
    }

    /// Drops the changes of the transaction under way.
    pub fn rollback(&mut self) {
        self.transaction.clear();
    }

    /// All kept changes, for the trie; those of a transaction not committed are dropped.
    pub fn into_changes(self) -> Changes {
        self.block
    }
}

fn first_from<'m>(changes: &'m Changes, from: &[u8]) -> Option<&'m [u8]> {
    changes
        .range::<[u8], _>((std::ops::Bound::Included(from), std::ops::Bound::Unbounded))
        .next()
        .map(|(key, _)| key.as_slice())
}

impl View for Overlay<'_> {
    fn get(&self, key: &[u8]) -> Option<Value> {
        Overlay::get(self, key)
    }
    fn next(&self, from: &[u8]) -> Option<(Vec<u8>, Value)> {
        Overlay::next(self, from)
    }
}
