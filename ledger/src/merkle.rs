//! The trees of transactions and of receipts in a block.
//!
//! The shape is that of RFC 6962, section 2.1: the left half is the largest power of two below
//! the number of leaves. Every hash carries the tag `allonge/merkle/1`, and after it
//!
//! * `0x00 ‖ leaf` for a leaf,
//! * `0x01 ‖ left ‖ right` for a node, and
//! * `0x02 ‖ count ‖ top node` for the root, with `count` a little-endian `u64`.
//!
//! The last is ours. Certificate Transparency signs the size of a tree beside its hash; our header
//! holds one hash for a tree, so the size goes into it. Without it, who is told a wrong size can be
//! told a wrong index: the third leaf of three sits where the second of two does.
//! A tree of nothing has the root [`Hash::ZERO`].

use allonge_contracts::Hash;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// The domain tag, its length first, as [`allonge_contracts::tagged_hash`] writes it.
const TAG: &[u8; 17] = b"\x10allonge/merkle/1";
/// The longest path: one sibling a level, in a tree of up to 2^64 leaves.
const MAX_SIBLINGS: usize = 64;

/// A path does not lead from the leaf to the root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// The leaf's place is outside the tree.
    #[error("there is no leaf {index} in a tree of {count}")]
    Index {
        /// The place asked for, from 0.
        index: u64,
        /// The number of leaves.
        count: u64,
    },
    /// Too few or too many siblings for this place in a tree of this size.
    #[error("a path of {found} hashes does not fit leaf {index} of {count}")]
    Length {
        /// The siblings in the path.
        found: usize,
        /// The place asked for, from 0.
        index: u64,
        /// The number of leaves.
        count: u64,
    },
    /// The path was made for another tree, leaf, place or size.
    #[error("the path leads to the root {found}, not to {expected}")]
    Root {
        /// The root asked for.
        expected: Hash,
        /// The root that leaf and path give.
        found: Hash,
    },
}

fn leaf_hash(leaf: &Hash) -> Hash {
    let mut bytes = [0u8; 17 + 1 + 32];
    bytes[..17].copy_from_slice(TAG);
    bytes[18..].copy_from_slice(&leaf.0);
    Hash(Sha256::digest(bytes).into())
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0u8; 17 + 1 + 64];
    bytes[..17].copy_from_slice(TAG);
    bytes[17] = 1;
    bytes[18..50].copy_from_slice(&left.0);
    bytes[50..].copy_from_slice(&right.0);
    Hash(Sha256::digest(bytes).into())
}

fn root_hash(count: u64, top: &Hash) -> Hash {
    let mut bytes = [0u8; 17 + 1 + 8 + 32];
    bytes[..17].copy_from_slice(TAG);
    bytes[17] = 2;
    bytes[18..26].copy_from_slice(&count.to_le_bytes());
    bytes[26..].copy_from_slice(&top.0);
    Hash(Sha256::digest(bytes).into())
}

/// Replaces a level by the one above; an odd last hash moves up unchanged.
fn raise(level: &mut Vec<Hash>) {
    let above = level.len().div_ceil(2);
    for i in 0..above {
        level[i] = match level.get(2 * i + 1) {
            Some(right) => node_hash(&level[2 * i], right),
            None => level[2 * i],
        };
    }
    level.truncate(above);
}

/// The root over `leaves`, in this order; [`Hash::ZERO`] if there are none.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut level: Vec<Hash> = leaves.iter().map(leaf_hash).collect();
    while level.len() > 1 {
        raise(&mut level);
    }
    match level.first() {
        Some(top) => root_hash(leaves.len() as u64, top),
        None => Hash::ZERO,
    }
}

/// The path from `leaves[index]` to the root; `None` if there is no such leaf.
pub fn path(leaves: &[Hash], index: usize) -> Option<MerklePath> {
    if index >= leaves.len() {
        return None;
    }
    let mut siblings = Vec::new();
    let mut level: Vec<Hash> = leaves.iter().map(leaf_hash).collect();
    let mut place = index;
    while level.len() > 1 {
        siblings.extend(level.get(place ^ 1));
        raise(&mut level);
        place /= 2;
    }
    Some(MerklePath { siblings })
}

/// Shows that a leaf is at a certain place in a tree of a certain size.
///
/// In JSON an array of hashes, the leaf's sibling first.
#[derive(Debug, Clone, Default, PartialEq, Eq, BorshSerialize, Serialize, Deserialize)]
#[serde(try_from = "Vec<Hash>", into = "Vec<Hash>")]
pub struct MerklePath {
    siblings: Vec<Hash>,
}

impl MerklePath {
    /// Checks that `leaf` is number `index` (from 0) of the `count` leaves under `root`.
    ///
    /// The root commits to `count`, so neither number needs to be trusted.
    pub fn verify(
        &self,
        root: &Hash,
        leaf: &Hash,
        index: u64,
        count: u64,
    ) -> Result<(), MerkleError> {
        if index >= count {
            return Err(MerkleError::Index { index, count });
        }
        let wrong_length = || MerkleError::Length {
            found: self.siblings.len(),
            index,
            count,
        };
        let mut siblings = self.siblings.iter();
        let mut hash = leaf_hash(leaf);
        let (mut place, mut last) = (index, count - 1);
        while last > 0 {
            if place % 2 == 1 {
                hash = node_hash(siblings.next().ok_or_else(wrong_length)?, &hash);
            } else if place < last {
                hash = node_hash(&hash, siblings.next().ok_or_else(wrong_length)?);
            }
            place /= 2;
            last /= 2;
        }
        if siblings.next().is_some() {
            return Err(wrong_length());
        }
        let found = root_hash(count, &hash);
        if found != *root {
            return Err(MerkleError::Root {
                expected: *root,
                found,
            });
        }
        Ok(())
    }

    /// The siblings on the way up, the leaf's own first.
    pub fn siblings(&self) -> &[Hash] {
        &self.siblings
    }
}

/// More siblings than any tree has levels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a Merkle path of {0} hashes; there are at most {MAX_SIBLINGS}")]
pub struct PathTooLong(pub usize);

impl TryFrom<Vec<Hash>> for MerklePath {
    type Error = PathTooLong;
    fn try_from(siblings: Vec<Hash>) -> Result<Self, PathTooLong> {
        if siblings.len() > MAX_SIBLINGS {
            return Err(PathTooLong(siblings.len()));
        }
        Ok(MerklePath { siblings })
    }
}

impl From<MerklePath> for Vec<Hash> {
    fn from(path: MerklePath) -> Self {
        path.siblings
    }
}

impl BorshDeserialize for MerklePath {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let len = u32::deserialize_reader(reader)? as usize;
        if len > MAX_SIBLINGS {
            return Err(io::Error::new(io::ErrorKind::InvalidData, PathTooLong(len)));
        }
        let siblings = (0..len)
            .map(|_| Hash::deserialize_reader(reader))
            .collect::<io::Result<_>>()?;
        Ok(MerklePath { siblings })
    }
}
