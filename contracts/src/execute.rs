//! The three doors of the contracts: a transaction's calls, the clock, and authority.

use crate::calls::Call;
use crate::clock::work_off;
use crate::codes::Code;
use crate::events::Event;
use crate::genesis::GenesisRules;
use crate::gov::activate_due;
use crate::hash::{Hash, PublicKey};
use crate::member_id::MemberId;
use crate::nodes::{Node, change_due};
use crate::outcome::{CallResult, Executed, Failure, Outcome, Rejection};
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault, View};
use crate::work;

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

/// Most calls in one transaction.
pub const MAX_CALLS: usize = 64;

/// Carries out the calls of a transaction, all or nothing, and keeps or rolls back its changes in `state`.
pub fn execute_calls(
    block: &BlockContext,
    transaction: &TransactionContext<'_>,
    calls: &[Call],
    state: &mut Overlay<'_>,
) -> Result<Executed, StateFault> {
    let mut run = Run::new(state, block, transaction.work_limit)?;
    let executed = match carry_out(&mut run, transaction, calls) {
        Ok(results) => Executed {
            outcome: Outcome::Accepted(results),
            events: std::mem::take(&mut run.events),
            work: run.work,
        },
        Err((call, Failure::Rejected(code, facts))) => Executed {
            outcome: Outcome::Rejected(Rejection { code, call, facts }),
            events: Vec::new(),
            work: run.work,
        },
        Err((_, Failure::Fault(fault))) => {
            state.rollback();
            return Err(fault);
        }
    };
    match executed.outcome {
        Outcome::Accepted(_) => state.commit(),
        Outcome::Rejected(_) => state.rollback(),
    }
    Ok(executed)
}

fn carry_out(
    run: &mut Run<'_, '_>,
    transaction: &TransactionContext<'_>,
    calls: &[Call],
) -> Result<Vec<CallResult>, (u8, Failure)> {
    if calls.is_empty() || calls.len() > MAX_CALLS {
        return Err((0, Failure::argument("calls")));
    }
    let mut results = Vec::with_capacity(calls.len());
    for (index, call) in (0u8..).zip(calls) {
        let caller = Caller {
            actor: transaction.actor,
            transaction: transaction.id,
            call: index,
            results: &results,
        };
        let result = perform(run, &caller, call).map_err(|failure| (index, failure))?;
        results.push(result);
    }
    Ok(results)
}

fn perform(run: &mut Run<'_, '_>, caller: &Caller<'_>, call: &Call) -> Result<CallResult, Failure> {
    run.charge(work::of_call(call))?;
    match call {
        Call::Admit(act) => act_on(run, caller, act),
        Call::Suspend(act) => act_on(run, caller, act),
        Call::Reinstate(act) => act_on(run, caller, act),
        Call::RotateKeys(act) => act_on(run, caller, act),
        Call::Mint(act) => act_on(run, caller, act),
        Call::Redeem(act) => act_on(run, caller, act),
        Call::Transfer(act) => act_on(run, caller, act),
        Call::PlaceHold(act) => act_on(run, caller, act),
        Call::ReleaseHold(act) => act_on(run, caller, act),
        Call::Register(act) => act_on(run, caller, act),
        Call::RequestAcceptance(act) => act_on(run, caller, act),
        Call::RequestDelivery(act) => act_on(run, caller, act),
        Call::RequestEndorsement(act) => act_on(run, caller, act),
        Call::Revoke(act) => act_on(run, caller, act),
        Call::Present(act) => act_on(run, caller, act),
        Call::Agree(act) => act_on(run, caller, act),
        Call::Refuse(act) => act_on(run, caller, act),
        Call::Withdraw(act) => act_on(run, caller, act),
        Call::AdvanceClock(act) => act_on(run, caller, act),
        Call::SetCalendar(act) => act_on(run, caller, act),
        Call::Declare(act) => act_on(run, caller, act),
        Call::RecordInsolvency(act) => act_on(run, caller, act),
        Call::RequestUnusedReturn(act) => act_on(run, caller, act),
        Call::RequestUnmark(act) => act_on(run, caller, act),
        Call::RequestGuarantee(act) => act_on(run, caller, act),
        Call::RequestDiscount(act) => act_on(run, caller, act),
        Call::RequestRedemption(act) => act_on(run, caller, act),
        Call::RequestPledge(act) => act_on(run, caller, act),
        Call::RequestRelease(act) => act_on(run, caller, act),
        Call::Disclose(act) => act_on(run, caller, act),
        Call::Narrow(act) => act_on(run, caller, act),
        Call::ApplyProceeds(act) => act_on(run, caller, act),
        Call::ReleaseProceeds(act) => act_on(run, caller, act),
        Call::AcceptPart(act) => act_on(run, caller, act),
        Call::Notify(act) => act_on(run, caller, act),
        Call::Offer(act) => act_on(run, caller, act),
        Call::Freeze(act) => act_on(run, caller, act),
        Call::Stop(act) => act_on(run, caller, act),
        Call::Unfreeze(act) => act_on(run, caller, act),
        Call::OrderTransfer(act) => act_on(run, caller, act),
        Call::SetParam(act) => act_on(run, caller, act),
        Call::GrantLine(act) => act_on(run, caller, act),
        Call::ChangeLine(act) => act_on(run, caller, act),
        Call::OpenCertificate(act) => act_on(run, caller, act),
        Call::RequestConfirmation(act) => act_on(run, caller, act),
        Call::RequestSignature(act) => act_on(run, caller, act),
        Call::CancelCertificate(act) => act_on(run, caller, act),
        Call::TransferLot(act) => act_on(run, caller, act),
        Call::FinanceLot(act) => act_on(run, caller, act),
        Call::AskQuotes(act) => act_on(run, caller, act),
        Call::GiveQuote(act) => act_on(run, caller, act),
        Call::TakeQuote(act) => act_on(run, caller, act),
        Call::CloseQuotes(act) => act_on(run, caller, act),
        Call::AskBack(act) => act_on(run, caller, act),
        Call::RedeemLot(act) => act_on(run, caller, act),
        Call::DisputeLot(act) => act_on(run, caller, act),
        Call::SettleDispute(act) => act_on(run, caller, act),
        Call::RecordPaper(act) => act_on(run, caller, act),
        Call::AttestPaper(act) => act_on(run, caller, act),
        Call::SetCondition(act) => act_on(run, caller, act),
        Call::FulfilCondition(act) => act_on(run, caller, act),
        Call::ClaimInvoice(act) => act_on(run, caller, act),
        Call::ReleaseClaim(act) => act_on(run, caller, act),
        Call::Escrow(act) => act_on(run, caller, act),
        Call::Propose(act) => act_on(run, caller, act),
        Call::Affirm(act) => act_on(run, caller, act),
        Call::CancelInstruction(act) => act_on(run, caller, act),
        Call::Queue(act) => act_on(run, caller, act),
        Call::Reorder(act) => act_on(run, caller, act),
        Call::CancelObligation(act) => act_on(run, caller, act),
        Call::SetLimits(act) => act_on(run, caller, act),
        Call::RunCycle(act) => act_on(run, caller, act),
        Call::ProposeChange(act) => act_on(run, caller, act),
        Call::VoteOnChange(act) => act_on(run, caller, act),
        Call::WithdrawChange(act) => act_on(run, caller, act),
    }
}

/// The three steps of every call: without the state, against the state, into the state.
fn act_on<A: Act>(
    run: &mut Run<'_, '_>,
    caller: &Caller<'_>,
    act: &A,
) -> Result<CallResult, Failure> {
    act.check_stateless()?;
    let checked = act.check_state(run, caller)?;
    act.apply(run, caller, checked)
}

/// Works off what is due up to the block's business moment, in the defined order, within the budget.
/// Changes are committed to `state`.
///
/// The budget is looked at between items, so that the work can pass it by one item.
pub fn run_clock(
    block: &BlockContext,
    state: &mut Overlay<'_>,
    work_budget: u64,
) -> Result<ClockRun, StateFault> {
    let mut run = Run::new(state, block, work_budget)?;
    let worked = begin_block(&mut run).and_then(|()| work_off(&mut run));
    let (events, work) = (std::mem::take(&mut run.events), run.work);
    match worked {
        Ok(pending) => {
            state.commit();
            Ok(ClockRun {
                events,
                work,
                pending,
            })
        }
        Err(fault) => {
            state.rollback();
            Err(fault)
        }
    }
}

/// What holds from a height on, holds before anything else in its block: other validators, another protocol.
fn begin_block(run: &mut Run<'_, '_>) -> Result<(), StateFault> {
    change_due(run)?;
    activate_due(run)
}

/// Whether `keys` (which have signed, ascending and unique) may act for `actor` in this state:
/// member known, not suspended, all keys its own, threshold met.
pub fn authorise(
    view: &dyn View,
    actor: &MemberId,
    keys: &[PublicKey],
) -> Result<Result<(), Code>, StateFault> {
    crate::members::authorise(view, actor, keys)
}

/// Writes the nodes of the network as genesis lists them into the state of height 0, after [`write_genesis`], and
/// commits them. The error says which rule of genesis is broken.
pub fn write_nodes(nodes: &[Node], state: &mut Overlay<'_>) -> Result<(), String> {
    let written = crate::nodes::write(nodes, state);
    if written.is_ok() {
        state.commit();
    } else {
        state.rollback();
    }
    written
}

/// Writes the state of height 0 into `state` and commits it. `time_ms` is genesis time.
/// The error says which rule of genesis is broken.
pub fn write_genesis(
    rules: &GenesisRules,
    time_ms: u64,
    state: &mut Overlay<'_>,
) -> Result<(), String> {
    match crate::genesis::write(rules, time_ms, state) {
        Ok(()) => {
            state.commit();
            Ok(())
        }
        Err(error) => {
            state.rollback();
            Err(error)
        }
    }
}
