//! The trie as the view that contracts read.

use super::Trie;
use allonge_contracts::state::{Value, View};

impl View for Trie {
    fn get(&self, key: &[u8]) -> Option<Value> {
        Trie::get(self, key).cloned()
    }

    fn next(&self, from: &[u8]) -> Option<(Vec<u8>, Value)> {
        Trie::next(self, from).map(|(key, value)| (key.to_vec(), value.clone()))
    }
}
