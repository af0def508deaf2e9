//! From the last approval needed to the change itself: at once, or when its day begins.

use crate::clock::{DueKey, DueKind, cancel, schedule};
use crate::codes::Code;
use crate::events::{GovCarried, GovEnded};
use crate::gov::ACTION_WORK;
use crate::gov::apply::carry_out;
use crate::gov::entitled::{is_carried, is_lost};
use crate::gov::read::{existing, live_of};
use crate::gov::record::{Proposal, ProposalStatus};
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{OPEN_PROPOSALS, PROPOSALS, id_bytes};

/// Carries out all changes of a proposal or none. The inner error is the rule that does not allow one of them. With
/// `keep` unset nothing is changed in any case.
pub(super) fn trial(
    run: &mut Run<'_, '_>,
    proposal: &Proposal,
    keep: bool,
) -> Result<Result<(), Failure>, StateFault> {
    run.attempt(keep, |run| {
        proposal
            .actions
            .iter()
            .try_for_each(|action| carry_out(run, &proposal.by, action))
    })
}

/// After a vote: the proposal is carried, lost, or waits on.
pub(super) fn settle(run: &mut Run<'_, '_>, mut proposal: Proposal) -> Result<(), StateFault> {
    if is_lost(&proposal) {
        return end(run, proposal, ProposalStatus::Rejected, None);
    }
    if !is_carried(run, &proposal)? {
        return put(run, &proposal);
    }
    run.emit(GovCarried {
        proposal: proposal.id,
    });
    let today = run.date().max(run.now().date);
    match proposal.from {
        Some(from) if from > today => {
            cancel(run, &end_key(&proposal));
            let due = DueKey::request(from, DueKind::Proposal, &proposal.id);
            schedule(run, &due, 0)?;
            proposal.status = ProposalStatus::Carried;
            put(run, &proposal)
        }
        _ => execute(run, proposal),
    }
}

/// Carries a proposal out that has its approvals and whose day has come.
fn execute(run: &mut Run<'_, '_>, proposal: Proposal) -> Result<(), StateFault> {
    match trial(run, &proposal, true)? {
        Ok(()) => end(run, proposal, ProposalStatus::Applied, None),
        Err(Failure::Rejected(code, _)) => end(run, proposal, ProposalStatus::Failed, Some(code)),
        Err(Failure::Fault(fault)) => Err(fault),
    }
}

/// The end of a proposal, whatever came of it.
pub(super) fn end(
    run: &mut Run<'_, '_>,
    mut proposal: Proposal,
    status: ProposalStatus,
    failure: Option<Code>,
) -> Result<(), StateFault> {
    if proposal.status == ProposalStatus::Open {
        cancel(run, &end_key(&proposal));
    }
    let by = proposal.by.as_str().as_bytes();
    match live_of(run.state, &proposal.by)?.saturating_sub(1) {
        0 => OPEN_PROPOSALS.remove(run.state, by, &[]),
        live => OPEN_PROPOSALS.put(run.state, by, &[], &live)?,
    }
    proposal.status = status;
    proposal.ended_on = Some(run.date());
    proposal.failure = failure;
    run.emit(GovEnded {
        proposal: proposal.id,
        status,
        failure,
    });
    put(run, &proposal)
}

fn put(run: &mut Run<'_, '_>, proposal: &Proposal) -> Result<(), StateFault> {
    PROPOSALS.put(run.state, id_bytes(&proposal.id), &[], proposal)
}

fn end_key(proposal: &Proposal) -> DueKey {
    DueKey::request(proposal.deadline, DueKind::ProposalEnd, &proposal.id)
}

/// The day has begun for which a carried proposal waits.
pub(crate) fn proposal_due(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    cancel(run, key);
    let proposal = existing(run.state, &key.request_id())?;
    let actions = u64::try_from(proposal.actions.len()).unwrap_or(u64::MAX);
    run.count(ACTION_WORK.saturating_mul(actions));
    execute(run, proposal)
}

/// The deadline of an open proposal has passed.
pub(crate) fn deadline(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(crate::work::PROPOSAL_END);
    cancel(run, key);
    let proposal = existing(run.state, &key.request_id())?;
    end(run, proposal, ProposalStatus::Lapsed, None)
}
