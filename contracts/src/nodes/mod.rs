//! The nodes of the network: who votes on blocks, and who may connect besides.

mod change;
mod key;
mod list;
pub mod read;
mod record;
mod write;

pub use change::ValidatorChange;
pub(crate) use change::change_due;
pub use key::is_usable_key;
pub use record::{Node, NodeKind};
pub(crate) use write::write;

/// The most validators that a set may have.
pub const MAX_VALIDATORS: usize = 128;

/// The largest total power of a set: three times it still fits a `u64`.
pub const MAX_TOTAL_POWER: u64 = 1 << 60;

/// The most observers that the list may have.
pub const MAX_OBSERVERS: usize = 128;
