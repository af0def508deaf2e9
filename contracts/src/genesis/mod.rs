//! What genesis says to the contracts, and how it becomes the state of height 0.

mod rules;
mod write;

pub use rules::{GenesisRules, OpeningBalance, Params, Settings, settings};
pub(crate) use write::write;
