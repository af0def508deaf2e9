//! Recourse: who is liable to whom, for how much, until when (rule book 2.5).

mod bars;
mod chain;
mod claim;
mod liability;
mod notify;
mod offer;
mod pursuit;
pub mod read;
mod settle;

pub(crate) use chain::{Chain, signers_within};
pub use claim::ClaimAmount;
pub use liability::{RecourseClass, RecourseRule};
pub(crate) use settle::{settle, split_claimed};

#[cfg(test)]
mod tests;
