//! The seeded simulator: a whole network in one thread, over a simulated network, clock and disk, with faults and liars.
//!
//! The node's own logic, its store, its way of putting proposals together and the engine's core are those of the running
//! node; what carries them is told here again: [`host`] for the shell, [`engine`] for the engine's actors, [`node`] for
//! sync. Everything follows from the seed, bit for bit. docs/testing.md says what is covered and what is not.

pub mod audit;
pub mod chance;
pub mod client;
pub mod disk;
pub mod engine;
pub mod host;
pub mod liar;
pub mod memo;
pub mod node;
pub mod plan;
mod run;
pub mod storm;
pub mod wire;
pub mod world;

pub use run::{guarded, main};
pub use storm::Report;
