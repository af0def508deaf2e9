//! What genesis says to the contracts, and how it becomes the state of height 0.

mod rules;
mod write;

pub use crate::params::Params;
pub use rules::{GenesisRules, OpeningBalance, Settings, settings};
pub(crate) use write::write;
