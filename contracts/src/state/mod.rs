//! The state: typed tables over an ordered key-value view.
//!
//! A key is `table (u8) ‖ first 20 bytes of SHA-256(entity) ‖ suffix`; within one table every suffix has
//! the same length, so no key is a prefix of another and a range proof over one entity is possible.
//! A value leads with a version byte.

mod overlay;
mod table;

pub use overlay::{Changes, Overlay};
pub use table::Table;

use std::sync::Arc;

/// The bytes of one value, version byte first.
pub type Value = Arc<[u8]>;

/// An ordered key-value store that can be read.
pub trait View: Send + Sync {
    /// The value under a key.
    fn get(&self, key: &[u8]) -> Option<Value>;

    /// The first entry whose key is at or after `from`.
    fn next(&self, from: &[u8]) -> Option<(Vec<u8>, Value)>;
}

/// A view without entries, on which genesis is written.
pub struct EmptyView;

impl View for EmptyView {
    fn get(&self, _: &[u8]) -> Option<Value> {
        None
    }
    fn next(&self, _: &[u8]) -> Option<(Vec<u8>, Value)> {
        None
    }
}

/// The state holds something the rules could never have written: the node must stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state is damaged: table {table}, {what}")]
pub struct StateFault {
    /// The table's name.
    pub table: &'static str,
    /// What was found.
    pub what: String,
}

impl StateFault {
    /// A fault in a table.
    pub fn new(table: &'static str, what: impl Into<String>) -> Self {
        StateFault {
            table,
            what: what.into(),
        }
    }
}
