//! The law: what the entries of the ledger mean.
//!
//! Pure rules over a key-value view. Same input, same output, everywhere: no files, sockets,
//! threads, wall clock, randomness, floats or hash-ordered maps.
//!
//! [`execute_calls`] carries out a transaction, [`run_clock`] what the calendar makes due, and
//! [`authorise`] says whether a set of keys may act for a member.

#![deny(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing)
)]

pub mod bills;
pub mod calendar;
pub mod calls;
pub mod cash;
pub mod clock;
mod coded;
pub mod codes;
mod court;
mod date;
pub mod events;
mod execute;
pub mod gates;
pub mod genesis;
pub mod gov;
mod hash;
pub mod instruments;
mod invariants;
pub mod json;
mod member_id;
pub mod members;
mod money;
pub mod netting;
pub mod nodes;
pub mod outcome;
pub mod params;
mod rate;
pub mod receivables;
pub mod recourse;
pub mod requests;
mod run;
pub mod settlement;
pub mod state;
mod tables;
mod text;
pub mod trade;
mod words;
pub mod work;

/// Whether this bug is on: only in builds into which bugs were planted to show that the simulator finds them. All that
/// were built in are, unless `ALLONGE_PLANT` names one.
#[cfg(any(plant_1, plant_2, plant_3, plant_4, plant_5))]
pub fn planted(bug: u8) -> bool {
    std::env::var("ALLONGE_PLANT").map_or(true, |which| which == bug.to_string())
}

pub use calls::Call;
pub use codes::Code;
pub use date::{Date, DateError};
pub use events::Event;
pub use execute::{
    BlockContext, ClockRun, MAX_CALLS, TransactionContext, authorise, execute_calls, run_clock,
    write_genesis, write_nodes,
};
pub use hash::{Hash, HexError, PublicKey, RequestId, Signature, tagged_hash};
pub use invariants::{Violation, check_invariants};
pub use member_id::{MemberId, MemberIdError};
pub use money::{Currency, Money, MoneyError, format_minor};
pub use outcome::{CallResult, Executed, Outcome, Rejection};
pub use rate::{DayCount, Rate, RateError, days_between};
pub use text::{Text, TextError};
