//! The keeper: how the ledger is agreed on, kept and served.

pub mod admin;
pub mod api;
pub mod archive;
pub mod config;
pub mod consensus;
pub mod gate;
pub mod gossip;
pub mod guard;
pub mod handle;
pub mod keyfile;
pub mod logging;
pub mod machine;
pub mod metrics;
pub mod run;
mod seat;
pub mod shell;
pub mod store;
mod wall;
