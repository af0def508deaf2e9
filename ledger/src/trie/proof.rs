//! Proofs about one key, or about all keys under a prefix. Why they hold: see [`super`].

use super::build::Edge;
use super::node::{MAX_BITS, Node, bit_of, fork_bit, leaf_hash, node_hash, value_hash};
use super::{MAX_KEY_LEN, MAX_VALUE_LEN, Trie};
use allonge_contracts::Hash;

/// The most entries in a range proof.
pub const MAX_RANGE_ENTRIES: usize = 1 << 16;

/// A proof that does not show what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The proof was made for another root or key, or was changed.
    #[error("the proof leads to the root {found}, not to {expected}")]
    Root {
        /// The root asked for.
        expected: Hash,
        /// The root that the proof gives.
        found: Hash,
    },
    /// No trie has such a proof.
    #[error("the proof is malformed: {0}")]
    Malformed(&'static str),
}

/// More entries under a prefix than allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "more than {max} entries begin with {prefix}; ask for a longer prefix or allow more, up to {MAX_RANGE_ENTRIES}"
)]
pub struct TooMany {
    /// The prefix, in hex.
    pub prefix: String,
    /// The most entries allowed.
    pub max: usize,
}

/// A branch on the way down, and what lies on its other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) bit: u16,
    pub(super) sibling: Hash,
}

/// An entry shown by a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) key: Vec<u8>,
    pub(super) content: Content,
}

/// What a proof tells of an entry's value: all of it where it was asked for, only its hash where the
/// entry stands for the absence of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Value(Vec<u8>),
    Digest(Hash),
}

impl Shown {
    fn check(&self) -> Result<(), ProofError> {
        if !(1..=MAX_KEY_LEN).contains(&self.key.len()) {
            return Err(ProofError::Malformed("key length"));
        }
        match &self.content {
            Content::Value(value) if !(1..=MAX_VALUE_LEN).contains(&value.len()) => {
                Err(ProofError::Malformed("value length"))
            }
            _ => Ok(()),
        }
    }

    fn hash(&self) -> Hash {
        match &self.content {
            Content::Value(value) => leaf_hash(&self.key, &value_hash(value)),
            Content::Digest(hash) => leaf_hash(&self.key, hash),
        }
    }

    fn value(&self) -> Result<Vec<u8>, ProofError> {
        match &self.content {
            Content::Value(value) => Ok(value.clone()),
            Content::Digest(_) => Err(ProofError::Malformed(
                "a value that was asked for is missing",
            )),
        }
    }
}

/// Shows the value of a key, or that there is none.
///
/// Its borsh form begins with the version byte 1; its serde form is that in hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// From the root down.
    pub(super) path: Vec<Step>,
    /// The leaf at the end; none if the trie is empty.
    pub(super) leaf: Option<Shown>,
}

impl Proof {
    /// The value of `key` in the trie with this `root`, or `None` if it certainly has no such key.
    ///
    /// `root` must come from a certified header.
    pub fn verify(&self, root: &Hash, key: &[u8]) -> Result<Option<Vec<u8>>, ProofError> {
        let Some(leaf) = &self.leaf else {
            return check_empty(&self.path, root).map(|()| None);
        };
        leaf.check()?;
        check_path(&self.path, MAX_BITS)?;
        check_root(root, climb(leaf.hash(), &self.path, |bit| bit_of(key, bit)))?;
        (leaf.key == key).then(|| leaf.value()).transpose()
    }
}

/// Keys with their values, in key order.
pub type ProvedEntries = Vec<(Vec<u8>, Vec<u8>)>;

/// Shows all entries under a prefix.
///
/// Its borsh form begins with the version byte 1; its serde form is that in hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeProof {
    /// From the root down.
    pub(super) path: Vec<Step>,
    /// All entries under the prefix in key order, or one that does not have it if none has; empty
    /// if the trie is.
    pub(super) entries: Vec<Shown>,
}

impl RangeProof {
    /// All entries whose keys begin with `prefix`, in key order, in the trie with this `root`.
    ///
    /// `root` must come from a certified header. An empty answer says that there are none.
    pub fn verify(&self, root: &Hash, prefix: &[u8]) -> Result<ProvedEntries, ProofError> {
        let Some((first, others)) = self.entries.split_first() else {
            return check_empty(&self.path, root).map(|()| Vec::new());
        };
        for entry in &self.entries {
            entry.check()?;
        }
        let prefix_bits = prefix.len().saturating_mul(8);
        let prefix_bits = u16::try_from(prefix_bits).map_or(MAX_BITS, |bits| bits.min(MAX_BITS));
        if !first.key.starts_with(prefix) {
            if !others.is_empty() {
                return Err(ProofError::Malformed("entries outside the prefix"));
            }
            check_path(&self.path, MAX_BITS)?;
            let side = |bit| {
                bit_of(
                    if bit < prefix_bits {
                        prefix
                    } else {
                        &first.key
                    },
                    bit,
                )
            };
            check_root(root, climb(first.hash(), &self.path, side))?;
            return Ok(Vec::new());
        }
        check_path(&self.path, prefix_bits)?;
        let mut edge = Edge::new(first.hash());
        let mut before = first;
        for entry in others {
            if !entry.key.starts_with(prefix) || entry.key <= before.key {
                return Err(ProofError::Malformed("entries out of order"));
            }
            let bit = fork_bit(&before.key, &entry.key)
                .ok()
                .flatten()
                .ok_or(ProofError::Malformed("a key begins another"))?;
            edge = edge.push(bit, entry.hash(), join);
            before = entry;
        }
        let side = |bit| bit_of(prefix, bit);
        check_root(root, climb(edge.finish(join), &self.path, side))?;
        let pairs = self.entries.iter();
        pairs.map(|e| Ok((e.key.clone(), e.value()?))).collect()
    }
}

fn join(bit: u16, left: Hash, right: Hash) -> Hash {
    node_hash(bit, &left, &right)
}

fn check_empty(path: &[Step], root: &Hash) -> Result<(), ProofError> {
    if !path.is_empty() {
        return Err(ProofError::Malformed("a path to no entry"));
    }
    check_root(root, Hash::ZERO)
}

/// Branches lie at increasing bits, all below `end`.
fn check_path(path: &[Step], end: u16) -> Result<(), ProofError> {
    let increasing = path.windows(2).all(|pair| pair[0].bit < pair[1].bit);
    if increasing && path.last().is_none_or(|step| step.bit < end) {
        Ok(())
    } else {
        Err(ProofError::Malformed("branches out of place"))
    }
}

fn check_root(expected: &Hash, found: Hash) -> Result<(), ProofError> {
    if found == *expected {
        Ok(())
    } else {
        Err(ProofError::Root {
            expected: *expected,
            found,
        })
    }
}

/// The root above a node with this `hash`, which lies right of a branch where `right` says so.
fn climb(hash: Hash, path: &[Step], right: impl Fn(u16) -> bool) -> Hash {
    path.iter().rev().fold(hash, |hash, step| {
        if right(step.bit) {
            node_hash(step.bit, &step.sibling, &hash)
        } else {
            node_hash(step.bit, &hash, &step.sibling)
        }
    })
}

/// Goes down from `top` as `right` says, while the branches are below `end`.
fn descend(top: &Node, end: u16, right: impl Fn(u16) -> bool) -> (Vec<Step>, &Node) {
    let mut path = Vec::new();
    let mut node = top;
    while let Node::Branch(branch) = node {
        if branch.bit >= end {
            break;
        }
        let (next, other) = if right(branch.bit) {
            (&branch.right, &branch.left)
        } else {
            (&branch.left, &branch.right)
        };
        path.push(Step {
            bit: branch.bit,
            sibling: other.hash(),
        });
        node = next;
    }
    (path, node)
}

fn show((key, value): super::Entry<'_>) -> Shown {
    Shown {
        key: key.to_vec(),
        content: Content::Value(value.to_vec()),
    }
}

fn show_hash(key: &[u8], value: &[u8]) -> Shown {
    Shown {
        key: key.to_vec(),
        content: Content::Digest(value_hash(value)),
    }
}

impl Trie {
    /// Proves the value of `key`, or that there is none.
    pub fn prove(&self, key: &[u8]) -> Proof {
        let Some(top) = &self.top else {
            let (path, leaf) = (Vec::new(), None);
            return Proof { path, leaf };
        };
        let (path, end) = descend(top, MAX_BITS, |bit| bit_of(key, bit));
        let leaf = end.walk(|_| false);
        let shown = if leaf.key.as_slice() == key {
            show((leaf.key.as_slice(), &leaf.value))
        } else {
            show_hash(leaf.key.as_slice(), &leaf.value)
        };
        let leaf = Some(shown);
        Proof { path, leaf }
    }

    /// Proves which entries have keys that begin with `prefix`, if there are no more than
    /// `max_entries` (and [`MAX_RANGE_ENTRIES`]).
    pub fn prove_prefix(&self, prefix: &[u8], max_entries: usize) -> Result<RangeProof, TooMany> {
        let max = max_entries.min(MAX_RANGE_ENTRIES);
        let entries: Vec<Shown> = self
            .scan_prefix(prefix)
            .take(max.saturating_add(1))
            .map(show)
            .collect();
        if entries.len() > max {
            let prefix = hex::encode(prefix);
            return Err(TooMany { prefix, max });
        }
        let Some(top) = &self.top else {
            let path = Vec::new();
            return Ok(RangeProof { path, entries });
        };
        if entries.is_empty() {
            let Proof { path, leaf } = self.prove(prefix);
            let entries = leaf.into_iter().collect();
            return Ok(RangeProof { path, entries });
        }
        // An entry has the prefix, so the prefix is no longer than a key.
        let end = (prefix.len() * 8) as u16;
        let (path, _) = descend(top, end, |bit| bit_of(prefix, bit));
        Ok(RangeProof { path, entries })
    }
}
