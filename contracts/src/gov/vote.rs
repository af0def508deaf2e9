//! Voting on a proposal, and taking one back.

use crate::calls::{RequestRef, VoteOnChange, WithdrawChange};
use crate::codes::Code;
use crate::events::{GovVoted, GovWithdrawn};
use crate::gov::ACTION_WORK;
use crate::gov::carry::{end, settle};
use crate::gov::read::named;
use crate::gov::record::{Proposal, ProposalStatus, Vote};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

/// The open proposal that a call names.
fn open(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: RequestRef,
) -> Result<Proposal, Failure> {
    let id = match reference {
        RequestRef::Id(id) => id,
        RequestRef::Call(index) => match caller.earlier(index.call)? {
            CallResult::Proposal { proposal, .. } => *proposal,
            _ => return Err(Failure::of(Code::BadReference).fact("call", u64::from(index.call))),
        },
    };
    let proposal = named(run.state, &id)?;
    if proposal.status != ProposalStatus::Open || run.past_close(proposal.deadline) {
        return Err(Failure::of(Code::ProposalEnded).fact("status", proposal.status.as_str()));
    }
    Ok(proposal)
}

impl Act for VoteOnChange {
    type Checked = Proposal;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Proposal, Failure> {
        let proposal = open(run, caller, self.proposal);
        if let Ok(proposal) = &proposal
            && self.terms != proposal.terms_hash()
        {
            return Err(Failure::of(Code::TermsChanged).fact("proposal", proposal.id));
        }
        let proposal = proposal?;
        if !proposal.entitled().contains(caller.actor) {
            return Err(Failure::of(Code::NotEntitled).fact("member", caller.actor));
        }
        if proposal.vote_of(caller.actor).is_some() {
            return Err(Failure::of(Code::AlreadyVoted).fact("member", caller.actor));
        }
        Ok(proposal)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        mut proposal: Proposal,
    ) -> Result<CallResult, Failure> {
        let actions = u64::try_from(proposal.actions.len()).unwrap_or(u64::MAX);
        run.charge(ACTION_WORK.saturating_mul(actions))?;
        proposal.votes.push(Vote {
            member: caller.actor.clone(),
            approve: self.approve,
            reason: self.reason.clone(),
        });
        run.emit(GovVoted {
            proposal: proposal.id,
            by: caller.actor.clone(),
            approve: self.approve,
            reason: self.reason.clone(),
        });
        settle(run, proposal)?;
        Ok(CallResult::Done)
    }
}

impl Act for WithdrawChange {
    type Checked = Proposal;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Proposal, Failure> {
        let proposal = open(run, caller, self.proposal)?;
        if proposal.by != *caller.actor {
            return Err(Failure::of(Code::NotEntitled).fact("proposer", &proposal.by));
        }
        Ok(proposal)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        proposal: Proposal,
    ) -> Result<CallResult, Failure> {
        run.emit(GovWithdrawn {
            proposal: proposal.id,
            by: caller.actor.clone(),
        });
        end(run, proposal, ProposalStatus::Withdrawn, None)?;
        Ok(CallResult::Done)
    }
}
