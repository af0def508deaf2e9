//! The node's own logic, its store and the shell around them.

mod crash;
mod faults;
mod idle;
mod keeping;
mod mempool;
mod rules;
mod shell;
mod store;
mod world;
