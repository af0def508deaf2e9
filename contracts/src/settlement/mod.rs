//! Settlement instructions: legs of cash and paper among any number of members that settle all or nothing
//! (rule book 4).
//!
//! Nothing moves until everybody has affirmed. Whoever affirms sets its own side aside: its cash is held gross, its
//! lots are locked, each by a request of its own. The last affirmation settles all legs in the same call, so that
//! what cannot be carried out undoes the affirmation and nothing else.

mod affirm;
mod end;
mod legs;
mod lots;
mod propose;
pub mod read;
mod record;
mod settle;

pub(crate) use end::deadline;
pub use record::{Affirmation, CashLeg, Instruction, Leg, LotLeg};

/// Most legs of an instruction.
pub const MAX_LEGS: usize = 32;
/// Most instructions of one proposer that wait.
pub const MAX_PROPOSED: u32 = 1_024;

/// Work units of looking at a leg that is proposed.
pub const LOOK: u64 = 6;
/// Work units of setting the cash of a leg aside.
pub const HOLD: u64 = 4;
/// Work units of locking the lot of a leg, or of freeing it.
pub const LOCK: u64 = 16;
/// Work units of settling a leg of cash.
pub const PAY: u64 = 8;
/// Work units of settling a leg of paper.
pub const MOVE: u64 = 24;
