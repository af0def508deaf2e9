//! A tree from entries in key order, in one pass and without recursion.

use super::node::{Node, fork_bit};
use super::{Trie, TrieError, check_key, check_value};
use std::sync::Arc;

/// The right edge of a tree that grows to the right: what is finished to the left of each branch
/// on the edge, the branch's bit, and the last leaf.
pub(super) struct Edge<T> {
    open: Vec<(T, u16)>,
    last: T,
}

impl<T> Edge<T> {
    pub(super) fn new(first: T) -> Self {
        Edge {
            open: Vec::new(),
            last: first,
        }
    }

    /// Adds a leaf whose key is above the last one's and parts from it at `bit`.
    pub(super) fn push(self, bit: u16, leaf: T, join: impl Fn(u16, T, T) -> T) -> Self {
        let Edge {
            mut open,
            last: mut done,
        } = self;
        while let Some((left, at)) = open.pop_if(|(_, at)| *at > bit) {
            done = join(at, left, done);
        }
        open.push((done, bit));
        Edge { open, last: leaf }
    }

    pub(super) fn finish(self, join: impl Fn(u16, T, T) -> T) -> T {
        let mut done = self.last;
        for (left, bit) in self.open.into_iter().rev() {
            done = join(bit, left, done);
        }
        done
    }
}

/// Builds a trie from entries that come in key order, as they do from a checkpoint.
#[derive(Default)]
pub struct TrieBuilder {
    edge: Option<Edge<Node>>,
    last_key: Vec<u8>,
    len: usize,
}

impl TrieBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry; its key must be above the last one.
    ///
    /// On an error the builder is as it was.
    pub fn push(&mut self, key: &[u8], value: Arc<[u8]>) -> Result<(), TrieError> {
        check_key(key)?;
        check_value(key, &value)?;
        let bit = match &self.edge {
            None => 0,
            Some(_) if self.last_key.as_slice() >= key => {
                return Err(TrieError::unsorted(&self.last_key, key));
            }
            Some(_) => fork_bit(&self.last_key, key)?.unwrap_or(0),
        };
        let leaf = Node::leaf(key, value);
        self.edge = Some(match self.edge.take() {
            None => Edge::new(leaf),
            Some(edge) => edge.push(bit, leaf, Node::branch),
        });
        self.last_key.clear();
        self.last_key.extend_from_slice(key);
        self.len += 1;
        Ok(())
    }

    /// The trie of all entries.
    pub fn finish(self) -> Trie {
        let top = self.edge.map(|edge| edge.finish(Node::branch));
        Trie::from_top(top, self.len)
    }
}
