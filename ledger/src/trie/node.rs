//! Nodes, keys as bit strings, and how nodes are hashed.

use super::{MAX_KEY_LEN, TrieError};
use allonge_contracts::Hash;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The domain tags, length first, as [`allonge_contracts::tagged_hash`] writes them.
const LEAF_TAG: &[u8; 20] = b"\x13allonge/trie-leaf/1";
const VALUE_TAG: &[u8; 21] = b"\x14allonge/trie-value/1";
const NODE_TAG: &[u8; 20] = b"\x13allonge/trie-node/1";

/// The bits in the longest key; every branch is at a lower bit.
pub(super) const MAX_BITS: u16 = (MAX_KEY_LEN * 8) as u16;

/// H(value tag ‖ value).
pub(super) fn value_hash(value: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(VALUE_TAG);
    hasher.update(value);
    Hash(hasher.finalize().into())
}

/// H(leaf tag ‖ length of key `u8` ‖ key ‖ hash of the value), so that a leaf can be shown without
/// its value.
pub(super) fn leaf_hash(key: &[u8], value: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(LEAF_TAG);
    hasher.update([key.len() as u8]);
    hasher.update(key);
    hasher.update(value.as_bytes());
    Hash(hasher.finalize().into())
}

/// H(node tag ‖ bit, little-endian `u16` ‖ left ‖ right).
pub(super) fn node_hash(bit: u16, left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0u8; 20 + 2 + 64];
    bytes[..20].copy_from_slice(NODE_TAG);
    bytes[20..22].copy_from_slice(&bit.to_le_bytes());
    bytes[22..54].copy_from_slice(&left.0);
    bytes[54..].copy_from_slice(&right.0);
    Hash(Sha256::digest(bytes).into())
}

/// Bit `bit` of `key`, the highest bit of the first byte being 0; past the end all bits are zero.
pub(super) fn bit_of(key: &[u8], bit: u16) -> bool {
    match key.get(usize::from(bit >> 3)) {
        Some(byte) => byte & (0x80 >> (bit & 7)) != 0,
        None => false,
    }
}

/// Where two keys part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fork {
    /// At this bit.
    At(u16),
    /// One ends, at this bit, where the other goes on.
    Prefix(u16),
    /// Nowhere.
    Same,
}

/// Compares keys of any length; what is past bit `u16::MAX` counts as the same.
pub(super) fn fork(a: &[u8], b: &[u8]) -> Fork {
    let bit = |byte: usize, more: u32| u16::try_from(byte * 8 + more as usize).ok();
    let fork = match a.iter().zip(b).position(|(x, y)| x != y) {
        Some(i) => bit(i, (a[i] ^ b[i]).leading_zeros()).map(Fork::At),
        None if a.len() == b.len() => None,
        None => bit(a.len().min(b.len()), 0).map(Fork::Prefix),
    };
    fork.unwrap_or(Fork::Same)
}

/// Like [`fork`], but refuses keys of which one begins the other; `None` if they are the same.
pub(super) fn fork_bit(a: &[u8], b: &[u8]) -> Result<Option<u16>, TrieError> {
    match fork(a, b) {
        Fork::At(bit) => Ok(Some(bit)),
        Fork::Same => Ok(None),
        Fork::Prefix(_) => Err(TrieError::prefix(a, b)),
    }
}

/// A key of 1 to [`MAX_KEY_LEN`] bytes; the usual lengths lie in the leaf itself.
#[derive(Clone)]
pub(super) enum Key {
    Short { len: u8, bytes: [u8; Key::SHORT] },
    Long(Box<[u8]>),
}

impl Key {
    const SHORT: usize = 30;

    fn new(key: &[u8]) -> Key {
        let mut bytes = [0; Key::SHORT];
        match bytes.get_mut(..key.len()) {
            Some(start) => {
                start.copy_from_slice(key);
                let len = key.len() as u8;
                Key::Short { len, bytes }
            }
            None => Key::Long(key.into()),
        }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Key::Short { len, bytes } => &bytes[..usize::from(*len)],
            Key::Long(bytes) => bytes,
        }
    }
}

/// An entry. Its hash is not kept: it is needed at most about once a change, and 32 bytes long.
pub(super) struct Leaf {
    pub(super) key: Key,
    pub(super) value: Arc<[u8]>,
}

/// All keys below agree up to `bit`; those to the left have a zero there, those to the right a one.
pub(super) struct Branch {
    pub(super) hash: Hash,
    pub(super) bit: u16,
    pub(super) left: Node,
    pub(super) right: Node,
}

#[derive(Clone)]
pub(super) enum Node {
    Leaf(Arc<Leaf>),
    Branch(Arc<Branch>),
}

impl Node {
    pub(super) fn leaf(key: &[u8], value: Arc<[u8]>) -> Node {
        let key = Key::new(key);
        Node::Leaf(Arc::new(Leaf { key, value }))
    }

    pub(super) fn branch(bit: u16, left: Node, right: Node) -> Node {
        let hash = node_hash(bit, &left.hash(), &right.hash());
        Node::Branch(Arc::new(Branch {
            hash,
            bit,
            left,
            right,
        }))
    }

    pub(super) fn hash(&self) -> Hash {
        match self {
            Node::Leaf(leaf) => leaf_hash(leaf.key.as_slice(), &value_hash(&leaf.value)),
            Node::Branch(branch) => branch.hash,
        }
    }

    /// The smallest key below.
    pub(super) fn first_key(&self) -> &[u8] {
        self.walk(|_| false).key.as_slice()
    }

    /// The leaf where a walk ends that turns right where `right` says so for a branch's bit.
    pub(super) fn walk(&self, right: impl Fn(u16) -> bool) -> &Leaf {
        let mut node = self;
        loop {
            match node {
                Node::Leaf(leaf) => return leaf,
                Node::Branch(b) if right(b.bit) => node = &b.right,
                Node::Branch(b) => node = &b.left,
            }
        }
    }

    /// The top of the smallest subtree with every key that begins with `prefix`. All keys below
    /// it begin with `prefix`, or none.
    pub(super) fn subtree(&self, prefix: &[u8]) -> &Node {
        let mut node = self;
        while let Node::Branch(b) = node {
            if usize::from(b.bit) >= prefix.len() * 8 {
                break;
            }
            node = if bit_of(prefix, b.bit) {
                &b.right
            } else {
                &b.left
            };
        }
        node
    }

    pub(super) fn same_as(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Leaf(a), Node::Leaf(b)) => Arc::ptr_eq(a, b),
            (Node::Branch(a), Node::Branch(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::tagged_hash;

    #[test]
    fn hashes_are_tagged_hashes() {
        let (a, b) = (Hash([1; 32]), Hash([2; 32]));
        assert_eq!(
            node_hash(0x0102, &a, &b),
            tagged_hash("allonge/trie-node/1", &[&[2, 1], &a.0, &b.0])
        );
        assert_eq!(
            value_hash(b"\x01value"),
            tagged_hash("allonge/trie-value/1", &[b"\x01value"])
        );
        assert_eq!(
            leaf_hash(b"key", &a),
            tagged_hash("allonge/trie-leaf/1", &[&[3], b"key", &a.0])
        );
    }

    #[test]
    fn nodes_stay_small() {
        assert_eq!(size_of::<Leaf>(), 48);
        assert_eq!(size_of::<Branch>(), 72);
    }
}
