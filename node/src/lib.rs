//! The keeper: how the ledger is agreed on, kept and served.

pub mod api;
pub mod archive;
pub mod config;
pub mod consensus;
pub mod gossip;
pub mod handle;
pub mod keyfile;
pub mod logging;
pub mod machine;
pub mod metrics;
pub mod run;
pub mod shell;
pub mod store;
mod wall;
