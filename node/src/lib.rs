//! The keeper: how the ledger is agreed on, kept and served.

pub mod api;
pub mod consensus;
pub mod handle;
pub mod machine;
pub mod metrics;
pub mod shell;
pub mod store;
