//! Recourse: who is liable to whom, for how much, until when (rule book 2.5).

mod chain;
mod notify;
mod offer;
mod settle;

pub(crate) use chain::{Chain, signers, signers_within};
pub(crate) use settle::settle;
