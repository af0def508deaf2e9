//! Entries in key order.

use super::Trie;
use super::node::{Fork, Leaf, Node, bit_of, fork};
use std::sync::Arc;

/// An entry: key and value.
pub type Entry<'a> = (&'a [u8], &'a Arc<[u8]>);

fn entry(leaf: &Leaf) -> Entry<'_> {
    (leaf.key.as_slice(), &leaf.value)
}

/// The subtree that begins with the first key not below `from`, unless that key is the first of
/// the last subtree given to `pass`. `pass` gets, from the top, each subtree right of the way.
fn seek<'a>(top: &'a Node, from: &[u8], mut pass: impl FnMut(&'a Node)) -> Option<&'a Node> {
    let near = top.walk(|bit| bit_of(from, bit)).key.as_slice();
    let part = match fork(from, near) {
        Fork::At(bit) | Fork::Prefix(bit) => bit,
        Fork::Same => u16::MAX,
    };
    let mut node = top;
    while let Node::Branch(branch) = node {
        if branch.bit >= part {
            break;
        }
        if bit_of(from, branch.bit) {
            node = &branch.right;
        } else {
            pass(&branch.right);
            node = &branch.left;
        }
    }
    // All keys below `node` lie on the same side of `from` as `near` does.
    (near >= from).then_some(node)
}

pub(super) fn next<'a>(trie: &'a Trie, from: &[u8]) -> Option<Entry<'a>> {
    let mut after = None;
    let found = seek(trie.top.as_ref()?, from, |node| after = Some(node));
    found.or(after).map(|node| entry(node.walk(|_| false)))
}

/// Walks the entries under a prefix in key order.
///
/// The stack is bounded by the bits of a key.
pub struct Iter<'a> {
    /// Subtrees still to walk, the next one last.
    stack: Vec<&'a Node>,
    prefix: Vec<u8>,
}

impl<'a> Iter<'a> {
    pub(super) fn new(trie: &'a Trie, prefix: &[u8], from: &[u8]) -> Self {
        let mut stack = Vec::new();
        if let Some(top) = &trie.top {
            let found = seek(top, from.max(prefix), |node| stack.push(node));
            stack.extend(found);
        }
        let prefix = prefix.to_vec();
        Iter { stack, prefix }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let mut node = self.stack.pop()?;
        let leaf = loop {
            match node {
                Node::Leaf(leaf) => break leaf,
                Node::Branch(branch) => {
                    self.stack.push(&branch.right);
                    node = &branch.left;
                }
            }
        };
        if !leaf.key.as_slice().starts_with(&self.prefix) {
            self.stack.clear();
            return None;
        }
        Some(entry(leaf))
    }
}

impl std::iter::FusedIterator for Iter<'_> {}
