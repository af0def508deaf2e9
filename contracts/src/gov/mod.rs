//! Governance on the ledger: who is a member, who votes on blocks and by which numbers, changed by proposals that
//! the entitled members approve.

mod actions;
mod apply;
mod carry;
mod correct;
mod entitled;
mod policy;
mod propose;
mod protocol;
pub mod read;
mod record;
mod vote;

pub use actions::{
    Action, ActivateProtocol, AddObserver, AddValidator, ChangeRoles, CorrectCash, CorrectLot,
    MoveNode, Recover, RekeyValidator, RemoveObserver, RemoveValidator, ReplaceKeys,
    WeighValidator,
};
pub(crate) use apply::height_of;
pub(crate) use carry::{deadline, proposal_due};
pub(crate) use entitled::{require_alone, require_attainable, require_entitled};
pub use policy::{ActionKind, Need, NeedError, Policy, Rule};
pub use protocol::{FIRST_PROTOCOL, LATEST_PROTOCOL, Protocol, ScheduledProtocol};
pub(crate) use protocol::{activate_due, write as write_protocol};
pub use record::{Proposal, ProposalStatus, Quorum, Vote};

/// The most changes in one proposal.
pub const MAX_ACTIONS: usize = 16;
/// The most proposals of one member that wait at a time.
pub const MAX_LIVE: u32 = 16;
/// The longest time to approve a proposal, in days.
pub const MAX_DEADLINE_DAYS: u32 = 366;
/// How many blocks ahead a change may be set to take effect, at most.
pub const MAX_HEIGHT_AHEAD: u64 = 1_000_000;
/// How many blocks ahead a change takes effect at the earliest: the header of the next block names the validators of
/// the one after it.
pub const LEAST_HEIGHT_AHEAD: u64 = 2;
/// Work units of carrying out one change.
pub(crate) const ACTION_WORK: u64 = 40;
