//! The three doors of the contracts: a transaction's calls, the clock, and authority.

use crate::calls::Call;
use crate::codes::Code;
use crate::events::Event;
use crate::genesis::GenesisRules;
use crate::hash::{Hash, PublicKey};
use crate::member_id::MemberId;
use crate::outcome::Executed;
use crate::state::{Overlay, StateFault, View};

/// What a block gives to everything in it.
#[derive(Clone, Copy, Debug)]
pub struct BlockContext {
    /// Its height.
    pub height: u64,
    /// Its time in UTC milliseconds.
    pub time_ms: u64,
}

/// What a transaction gives to its calls.
#[derive(Clone, Debug)]
pub struct TransactionContext<'a> {
    /// Its id.
    pub id: Hash,
    /// Who acts.
    pub actor: &'a MemberId,
    /// Work units it may use.
    pub work_limit: u64,
}

/// What the clock did in one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClockRun {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Work units used.
    pub work: u64,
    /// More is due now than the budget allowed.
    pub pending: bool,
}

/// Carries out the calls of a transaction, all or nothing, and keeps or rolls back its changes in `state`.
pub fn execute_calls(
    block: &BlockContext,
    transaction: &TransactionContext<'_>,
    calls: &[Call],
    state: &mut Overlay<'_>,
) -> Result<Executed, StateFault> {
    todo!()
}

/// Works off what is due up to the block's business moment, in the defined order, within the budget.
/// Changes are committed to `state`.
pub fn run_clock(
    block: &BlockContext,
    state: &mut Overlay<'_>,
    work_budget: u64,
) -> Result<ClockRun, StateFault> {
    todo!()
}

/// Whether `keys` (which have signed, ascending and unique) may act for `actor` in this state:
/// member known, not suspended, all keys its own, threshold met.
pub fn authorise(
    view: &dyn View,
    actor: &MemberId,
    keys: &[PublicKey],
) -> Result<Result<(), Code>, StateFault> {
    todo!()
}

/// Writes the state of height 0 into `state` and commits it. `time_ms` is genesis time.
/// The error says which rule of genesis is broken.
pub fn write_genesis(
    rules: &GenesisRules,
    time_ms: u64,
    state: &mut Overlay<'_>,
) -> Result<(), String> {
    todo!()
}
