//! One batch of changes, each touched branch hashed once.

use super::node::{MAX_BITS, Node, bit_of, fork_bit};
use super::{Trie, TrieError, check_key, check_value};
use std::sync::Arc;

/// A key and its new value, or none to remove it.
type Change<'a> = (&'a [u8], Option<&'a Arc<[u8]>>);

pub(super) fn apply<'a>(
    trie: &Trie,
    changes: impl Iterator<Item = Change<'a>>,
) -> Result<Trie, TrieError> {
    let mut batch: Vec<Change<'a>> = Vec::with_capacity(changes.size_hint().0);
    for (key, value) in changes {
        check_key(key)?;
        if let Some(value) = value {
            check_value(key, value)?;
        }
        if let Some((before, _)) = batch.last() {
            if *before >= key {
                return Err(TrieError::unsorted(before, key));
            }
            fork_bit(before, key)?;
        }
        batch.push((key, value));
    }
    let mut update = Update { len: trie.len };
    let top = update.node(trie.top.as_ref(), None, 0, &batch)?;
    Ok(Trie::from_top(top, update.len))
}

struct Update {
    /// Entries in the trie so far.
    len: usize,
}

impl Update {
    /// `node` with the changes of `batch`. Every key of the batch agrees with those below `node`
    /// in the first `known` bits. `near` is a key below `node`, if the caller knows one.
    ///
    /// `known` grows with each call, so calls nest no deeper than keys have bits.
    fn node(
        &mut self,
        node: Option<&Node>,
        near: Option<&[u8]>,
        known: u16,
        batch: &[Change<'_>],
    ) -> Result<Option<Node>, TrieError> {
        let Some((low, high)) = ends(batch) else {
            return Ok(node.cloned());
        };
        let Some(node) = node else {
            return self.fresh(batch);
        };
        let bit = match node {
            Node::Leaf(_) => MAX_BITS,
            Node::Branch(branch) => branch.bit,
        };
        let mut near = near;
        if known < bit {
            // The keys below `node` agree up to `bit`; does the batch agree with them? Any of them
            // can tell; one on the way of `low` is on nodes that are needed next.
            let key = near.unwrap_or_else(|| node.walk(|bit| bit_of(low, bit)).key.as_slice());
            let part = match (fork_bit(key, low)?, fork_bit(key, high)?) {
                (Some(a), Some(b)) => a.min(b),
                (a, b) => a.or(b).unwrap_or(MAX_BITS),
            };
            if part < bit {
                let (zeros, ones) = split(batch, part);
                let (left, right) = if bit_of(key, part) {
                    let right = self.node(Some(node), Some(key), part + 1, ones)?;
                    (self.fresh(zeros)?, right)
                } else {
                    let left = self.node(Some(node), Some(key), part + 1, zeros)?;
                    (left, self.fresh(ones)?)
                };
                return Ok(join(part, left, right));
            }
            near = Some(key);
        }
        match node {
            Node::Leaf(leaf) => Ok(match batch[0].1 {
                None => {
                    self.len -= 1;
                    None
                }
                Some(value) if **value == *leaf.value => Some(node.clone()),
                Some(value) => Some(Node::leaf(low, value.clone())),
            }),
            Node::Branch(branch) => {
                // Of keys that agree up to `bit`, one that ends there is the lowest.
                if low.len() * 8 <= usize::from(bit) {
                    return Err(TrieError::prefix(low, node.first_key()));
                }
                let (zeros, ones) = split(batch, bit);
                let (near_left, near_right) = match near {
                    Some(key) if bit_of(key, bit) => (None, near),
                    _ => (near, None),
                };
                let left = self.node(Some(&branch.left), near_left, bit + 1, zeros)?;
                let right = self.node(Some(&branch.right), near_right, bit + 1, ones)?;
                if let (Some(l), Some(r)) = (&left, &right)
                    && l.same_as(&branch.left)
                    && r.same_as(&branch.right)
                {
                    return Ok(Some(node.clone()));
                }
                Ok(join(bit, left, right))
            }
        }
    }

    /// The tree of the batch alone; what it removes was not there.
    fn fresh(&mut self, batch: &[Change<'_>]) -> Result<Option<Node>, TrieError> {
        let Some((low, high)) = ends(batch) else {
            return Ok(None);
        };
        let Some(part) = fork_bit(low, high)? else {
            return Ok(batch[0].1.map(|value| {
                self.len += 1;
                Node::leaf(low, value.clone())
            }));
        };
        let (zeros, ones) = split(batch, part);
        let left = self.fresh(zeros)?;
        let right = self.fresh(ones)?;
        Ok(join(part, left, right))
    }
}

/// The lowest and the highest key.
fn ends<'a>(batch: &[Change<'a>]) -> Option<(&'a [u8], &'a [u8])> {
    Some((batch.first()?.0, batch.last()?.0))
}

/// Those with a zero at `bit`, and those with a one.
fn split<'a, 'b>(batch: &'b [Change<'a>], bit: u16) -> (&'b [Change<'a>], &'b [Change<'a>]) {
    batch.split_at(batch.partition_point(|(key, _)| !bit_of(key, bit)))
}

fn join(bit: u16, left: Option<Node>, right: Option<Node>) -> Option<Node> {
    match (left, right) {
        (Some(left), Some(right)) => Some(Node::branch(bit, left, right)),
        (left, right) => left.or(right),
    }
}
