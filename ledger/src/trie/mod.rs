//! The state: one persistent binary radix (Patricia) Merkle trie over byte keys.
//!
//! Nodes are shared, so a clone is O(1) and serves as the overlay of a proposed block, as a
//! checkpoint, and as the snapshot that proofs are made from. The shape, and with it the root,
//! follows from the entries alone, not from the order in which they came.
//!
//! # Keys and values
//!
//! A key has 1 to [`MAX_KEY_LEN`] bytes: the table `u8`, the first 20 bytes of the SHA-256 of the
//! entity, and a suffix. Within a table all keys have the same length, so no key begins another;
//! a change that would break this is refused. A value begins with a version byte and has at most
//! [`MAX_VALUE_LEN`] bytes.
//!
//! # Hashes
//!
//! Bits are counted from the highest bit of the first byte. A branch is at the first bit in which
//! the keys below it differ: those with a zero there are to its left, those with a one to its
//! right, and neither side is empty. With [`allonge_contracts::tagged_hash`]:
//!
//! * leaf: tag `allonge/trie-leaf/1`, length of the key `u8`, key, hash of the value (tag
//!   `allonge/trie-value/1`), so that a proof of absence need not show a stranger's value;
//! * branch: tag `allonge/trie-node/1`, its bit as a little-endian `u16`, left hash, right hash;
//! * root: the hash of the top node, or [`Hash::ZERO`] for a trie without entries.
//!
//! # Why proofs hold
//!
//! The root is taken from a certified header, so it is the root of a trie *T* built as above; what
//! is to be distrusted is the proof. As SHA-256 has no known collisions, and tag and length make
//! the encodings of leaves and branches unambiguous, whatever a verifier opens from the root down
//! (a branch's bit and its two hashes, a leaf's key and value) is a node of *T* at that very place.
//! The bit is hashed, so a prover cannot choose it to steer the walk; the bits that path
//! compression skips need no hash of their own, because a leaf shows its whole key and all keys
//! below a branch agree up to its bit.
//!
//! * **One key.** From the root go to the side that the key has at each branch's bit (zero past its
//!   end). If the key is in *T*, this walk ends at its leaf: every branch on its way divides the
//!   keys by just that bit. So the leaf at the end either has the key, or the key is absent.
//! * **All entries under a prefix of *n* bits.** Go down by the prefix while a branch's bit is
//!   below *n*, and call the node reached *S*. As above, every entry with the prefix is below *S*,
//!   and as all keys below *S* agree in their first *n* bits, all of them have it or none.
//!   Some: the proof lists all entries below *S*. The verifier builds the trie of the list and
//!   hashes it up to the root; a list with an entry more, less or changed has another hash. Every
//!   listed key must have the prefix, or *S* was taken too high; every branch on the path must
//!   be below *n*, or *S* was taken too low and entries may be hidden beside it.
//!   None: the proof opens one leaf below *S*, and its key does not have the prefix.
//!
//! An absence proof shows the key that is there instead, and the hash of its value.

mod build;
mod codec;
mod iter;
mod node;
mod proof;
mod update;
mod view;

pub use build::TrieBuilder;
pub use iter::{Entry, Iter};
pub use proof::{MAX_RANGE_ENTRIES, Proof, ProofError, ProvedEntries, RangeProof, TooMany};

use allonge_contracts::Hash;
use node::Node;
use std::fmt;
use std::sync::Arc;

/// The longest key, in bytes.
pub const MAX_KEY_LEN: usize = 128;
/// The longest value, in bytes.
pub const MAX_VALUE_LEN: usize = 1 << 20;

/// A key or value that the trie cannot hold, or changes out of order.
///
/// Keys and values come from the ledger's own code or from a checkpoint, never from a transaction
/// as they stand, so this is a fault in a program or in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrieError {
    /// An empty key, or one above [`MAX_KEY_LEN`].
    #[error("a key of {0} bytes; a key has 1 to {MAX_KEY_LEN}")]
    KeyLength(usize),
    /// An empty value (a value begins with a version byte), or one above [`MAX_VALUE_LEN`].
    #[error("a value of {len} bytes for the key {key}; a value has 1 to {MAX_VALUE_LEN}")]
    ValueLength {
        /// The key, in hex.
        key: String,
        /// The value's bytes.
        len: usize,
    },
    /// Keys must come in strictly increasing order.
    #[error("the key {key} comes after {before}; keys must increase")]
    Unsorted {
        /// The key before, in hex.
        before: String,
        /// The key that is not above it, in hex.
        key: String,
    },
    /// One key begins another: keys of one table must have one length.
    #[error("the key {short} begins the key {long}; the keys of a table must have one length")]
    Prefix {
        /// The shorter key, in hex.
        short: String,
        /// The longer key, in hex.
        long: String,
    },
}

impl TrieError {
    fn unsorted(before: &[u8], key: &[u8]) -> Self {
        TrieError::Unsorted {
            before: hex::encode(before),
            key: hex::encode(key),
        }
    }

    fn prefix(a: &[u8], b: &[u8]) -> Self {
        let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
        TrieError::Prefix {
            short: hex::encode(short),
            long: hex::encode(long),
        }
    }
}

fn check_key(key: &[u8]) -> Result<(), TrieError> {
    match key.len() {
        1..=MAX_KEY_LEN => Ok(()),
        len => Err(TrieError::KeyLength(len)),
    }
}

fn check_value(key: &[u8], value: &[u8]) -> Result<(), TrieError> {
    match value.len() {
        1..=MAX_VALUE_LEN => Ok(()),
        len => Err(TrieError::ValueLength {
            key: hex::encode(key),
            len,
        }),
    }
}

/// A version of the state; see the module. Cloning is O(1), and versions share what they have in
/// common.
#[derive(Clone)]
pub struct Trie {
    top: Option<Node>,
    len: usize,
    root: Hash,
}

impl Trie {
    /// A trie without entries.
    pub fn new() -> Self {
        Trie::from_top(None, 0)
    }

    fn from_top(top: Option<Node>, len: usize) -> Self {
        let root = top.as_ref().map_or(Hash::ZERO, Node::hash);
        Trie { top, len, root }
    }

    /// Builds a trie from entries in increasing key order, in time linear in their number.
    ///
    /// Where entries come with errors of their own, as from a file, use [`TrieBuilder`].
    pub fn from_sorted<K: AsRef<[u8]>>(
        entries: impl IntoIterator<Item = (K, Arc<[u8]>)>,
    ) -> Result<Self, TrieError> {
        let mut builder = TrieBuilder::new();
        for (key, value) in entries {
            builder.push(key.as_ref(), value)?;
        }
        Ok(builder.finish())
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.top.is_none()
    }

    /// The hash that commits to all entries; [`Hash::ZERO`] if there are none.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The value of `key`.
    pub fn get(&self, key: &[u8]) -> Option<&Arc<[u8]>> {
        let leaf = self.top.as_ref()?.walk(|bit| node::bit_of(key, bit));
        (leaf.key.as_slice() == key).then_some(&leaf.value)
    }

    /// The first entry whose key is `from` or above.
    pub fn next(&self, from: &[u8]) -> Option<Entry<'_>> {
        iter::next(self, from)
    }

    /// All entries in key order; with [`TrieBuilder`] what a checkpoint needs.
    pub fn iter(&self) -> Iter<'_> {
        self.scan_from(&[], &[])
    }

    /// The entries whose keys begin with `prefix`, in key order.
    pub fn scan_prefix(&self, prefix: &[u8]) -> Iter<'_> {
        self.scan_from(prefix, prefix)
    }

    /// The entries whose keys begin with `prefix` and are `from` or above, in key order.
    pub fn scan_from(&self, prefix: &[u8], from: &[u8]) -> Iter<'_> {
        Iter::new(self, prefix, from)
    }

    /// The root of the trie that has just the entries under `prefix`.
    ///
    /// Takes no longer than looking up a key, and so tells which parts of the state have changed
    /// since another version.
    pub fn prefix_root(&self, prefix: &[u8]) -> Hash {
        match &self.top {
            Some(top) => {
                let subtree = top.subtree(prefix);
                if subtree.first_key().starts_with(prefix) {
                    subtree.hash()
                } else {
                    Hash::ZERO
                }
            }
            None => Hash::ZERO,
        }
    }

    /// This version with `changes`: a value sets the key's entry, none removes it.
    ///
    /// Keys must come in strictly increasing order, as from a
    /// `BTreeMap<_, Option<Arc<[u8]>>>`; give a block's changes at once, since each node touched is
    /// made and hashed once a call. Removing what is not there changes nothing. A changed key that
    /// begins, or is begun by, another key of the trie or of the changes is an error, even if one of
    /// the two is being removed.
    pub fn apply<'a, K>(
        &self,
        changes: impl IntoIterator<Item = (&'a K, &'a Option<Arc<[u8]>>)>,
    ) -> Result<Trie, TrieError>
    where
        K: AsRef<[u8]> + ?Sized + 'a,
    {
        update::apply(
            self,
            changes
                .into_iter()
                .map(|(key, value)| (key.as_ref(), value.as_ref())),
        )
    }
}

impl Default for Trie {
    fn default() -> Self {
        Trie::new()
    }
}

impl fmt::Debug for Trie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trie")
            .field("len", &self.len)
            .field("root", &self.root)
            .finish()
    }
}

impl<'a> IntoIterator for &'a Trie {
    type Item = Entry<'a>;
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
