//! What a node keeps on disk: blocks, decisions, checkpoints and the index of transactions.
//!
//! [`Store`] is a small ordered key-value store with atomic batches; [`SledStore`] keeps it on disk,
//! [`MemoryStore`] is its twin for tests and simulation. [`Records`] says what is kept in it and how.
//! This is the only folder that names sled.

mod checkpoint;
mod evidence;
mod format;
mod history;
mod home;
mod index;
mod keys;
mod memory;
mod records;
mod repair;
mod sealed;
mod sled_store;
mod tip_note;

pub use checkpoint::CheckpointMeta;
pub use evidence::KnownEvidence;
pub use format::{FORMAT, Migration, OLDEST_FORMAT, migrate};
pub use history::{Keep, Pruned, WindowEntry};
pub use home::{Home, HomeError};
pub use index::{IndexEntry, Position};
pub use memory::MemoryStore;
pub use records::{DecidedBlock, DecidedRecord, Proposed, Records, Write};
pub use repair::{Finding, Repair, repair};
pub use sled_store::SledStore;

/// The store failed, or what it holds is not what was written. Nothing that follows can be relied
/// on: whoever gets this stops the node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store refused to open, read or write.
    #[error("{place}: {reason}")]
    Failed {
        /// Which store.
        place: String,
        /// What it said.
        reason: String,
    },
    /// A value's bytes are not those that were written.
    #[error("{place}: {record} is damaged ({what}); {}", HOW_TO_REBUILD)]
    Damaged {
        /// Which store.
        place: String,
        /// Which record.
        record: String,
        /// What is wrong with it.
        what: String,
    },
    /// The store is of an earlier version of the program.
    #[error(
        "{place}: it has format {found}, this program reads format {FORMAT}; take a backup with the program that wrote \
         it and run `allonge node migrate` with this node's --home"
    )]
    OldFormat {
        /// Which store.
        place: String,
        /// Its format.
        found: u8,
    },
    /// The store belongs to another network or another version of the program.
    #[error("{place}: {what}")]
    Foreign {
        /// Which store.
        place: String,
        /// What was found and what was expected.
        what: String,
    },
}

/// What to do about a damaged store.
pub const HOW_TO_REBUILD: &str = "stop the node and run `allonge node repair` with its --home, or move the folder `store` out of its home, and start it again: it fetches what is missing from its peers";

/// The record of [`StoreError::Damaged`] where the file itself that holds the records is damaged.
const WHOLE_FILE: &str = "a page";

/// Puts and removals that happen together or not at all. Later changes of a key win.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

/// Above this many keys a batch costs sled more memory than it is worth.
pub const MAX_BATCH_KEYS: usize = 1_000;

impl Batch {
    /// Sets a key.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.push((key, Some(value)));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.changes.push((key, None));
    }

    /// How many changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// An ordered key-value store with atomic batches and an explicit flush.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// The store failed.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first `limit` entries at or after `from` and before `to`, in order.
    ///
    /// # Errors
    /// The store failed.
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// As [`Store::range`], only the keys.
    ///
    /// # Errors
    /// The store failed.
    fn keys(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// The last entry at or after `from` and before `to`.
    ///
    /// # Errors
    /// The store failed.
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, StoreError>;

    /// Makes the changes of a batch, all or none; they outlast a crash only after [`Store::flush`].
    ///
    /// # Errors
    /// The store failed; what of the batch will be there is not known.
    fn apply(&self, batch: Batch) -> Result<(), StoreError>;

    /// Returns when all changes are on the disk itself.
    ///
    /// # Errors
    /// The store failed; what will be there is not known.
    fn flush(&self) -> Result<(), StoreError>;

    /// Another store beside this one, made if there is none of the name (`[a-z0-9-]`).
    ///
    /// # Errors
    /// The store failed.
    fn shelf(&self, name: &str) -> Result<Box<dyn Store>, StoreError>;

    /// The names of the stores beside this one.
    ///
    /// # Errors
    /// The store failed.
    fn shelves(&self) -> Result<Vec<String>, StoreError>;

    /// Removes a store beside this one and all it holds; nothing happens if there is none. It must
    /// not be open.
    ///
    /// # Errors
    /// The store failed.
    fn remove_shelf(&self, name: &str) -> Result<(), StoreError>;

    /// Notes outside the entries which height was committed last, so that a store that has lost its
    /// end can be told from a shorter one.
    ///
    /// # Errors
    /// The store failed.
    fn note_tip(&self, height: u64) -> Result<(), StoreError>;

    /// What was noted last; `None` if nothing was.
    ///
    /// # Errors
    /// It cannot be read, or is damaged.
    fn noted_tip(&self) -> Result<Option<u64>, StoreError>;

    /// Where it is, for messages.
    fn place(&self) -> String;
}
