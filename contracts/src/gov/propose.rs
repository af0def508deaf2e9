//! A proposal is made; its proposer approves it thereby.

use crate::calls::ProposeChange;
use crate::clock::{DueKey, DueKind, schedule};
use crate::codes::Code;
use crate::date::Date;
use crate::events::GovProposed;
use crate::gov::apply::check_stateless;
use crate::gov::carry::{settle, trial};
use crate::gov::entitled::quorums;
use crate::gov::read::{last_number, live_of};
use crate::gov::record::{Proposal, ProposalStatus, Quorum, Vote};
use crate::gov::{ACTION_WORK, Action, MAX_ACTIONS, MAX_DEADLINE_DAYS, MAX_LIVE};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::tables::{ALL, OPEN_PROPOSALS, PROPOSAL_LIST, PROPOSALS, id_bytes, latest_number_first};
use crate::text::Text;

impl Act for ProposeChange {
    type Checked = Vec<Quorum>;

    fn check_stateless(&self) -> Result<(), Failure> {
        let set_changes = self.actions.iter().filter(|a| a.changes_set()).count();
        if self.actions.is_empty() || self.actions.len() > MAX_ACTIONS || set_changes > 1 {
            return Err(Failure::argument("actions"));
        }
        self.actions.iter().try_for_each(check_stateless)
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Vec<Quorum>, Failure> {
        self.check_days(run)?;
        let quorums = quorums(run, &self.actions)?;
        if !quorums.iter().any(|q| q.entitled.contains(caller.actor)) {
            return Err(Failure::of(Code::NotEntitled).fact("member", caller.actor));
        }
        if live_of(run.state, caller.actor)? >= MAX_LIVE {
            return Err(Failure::of(Code::TooManyProposals).fact("most", u64::from(MAX_LIVE)));
        }
        Ok(quorums)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        quorums: Vec<Quorum>,
    ) -> Result<CallResult, Failure> {
        let actions = u64::try_from(self.actions.len()).unwrap_or(u64::MAX);
        let entitled: usize = quorums.iter().map(|q| q.entitled.len()).sum();
        let entitled = u64::try_from(entitled).unwrap_or(u64::MAX);
        run.charge(ACTION_WORK.saturating_mul(actions).saturating_add(entitled))?;
        let proposal = Proposal {
            id: caller.new_id(),
            number: last_number(run.state)?.saturating_add(1),
            by: caller.actor.clone(),
            actions: self.actions.clone(),
            reason: self.reason.clone(),
            order: self.order.clone(),
            deadline: self.deadline,
            from: self.from,
            proposed_on: run.date(),
            quorums,
            votes: vec![Vote {
                member: caller.actor.clone(),
                approve: true,
                reason: Text::empty(),
            }],
            status: ProposalStatus::Open,
            ended_on: None,
            failure: None,
        };
        // What could not be done today is not worth a vote.
        trial(run, &proposal, false)??;
        let number = latest_number_first(proposal.number);
        PROPOSAL_LIST.put(run.state, ALL, &number, &proposal.id)?;
        PROPOSALS.put(run.state, id_bytes(&proposal.id), &[], &proposal)?;
        let live = live_of(run.state, caller.actor)?.saturating_add(1);
        OPEN_PROPOSALS.put(run.state, caller.actor.as_str().as_bytes(), &[], &live)?;
        let end = DueKey::request(self.deadline, DueKind::ProposalEnd, &proposal.id);
        schedule(run, &end, 0)?;
        let result = CallResult::Proposal {
            proposal: proposal.id,
            terms: proposal.terms_hash(),
        };
        run.emit(GovProposed {
            proposal: proposal.id,
            number: proposal.number,
            by: proposal.by.clone(),
            actions: proposal.actions.clone(),
            deadline: proposal.deadline,
        });
        settle(run, proposal)?;
        Ok(result)
    }
}

impl ProposeChange {
    /// The deadline is to come and not too far off; what has a day of its own has it after the deadline.
    fn check_days(&self, run: &Run<'_, '_>) -> Result<(), Failure> {
        let (least, most) = (run.next_close(), latest(run));
        if self.deadline < least || self.deadline > most {
            return Err(Failure::of(Code::AnswerByWrong)
                .fact("earliest", least)
                .fact("latest", most));
        }
        let today = run.date().max(run.now().date);
        if let Some(from) = self.from
            && from <= today
        {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", from)
                .fact("business date", today));
        }
        let carried = self
            .from
            .map_or(self.deadline, |from| from.max(self.deadline));
        for action in &self.actions {
            if let Action::SetParam(set) = action
                && set.from <= carried
            {
                return Err(Failure::of(Code::DateInPast)
                    .fact("date", set.from)
                    .fact("after", carried));
            }
        }
        Ok(())
    }
}

fn latest(run: &Run<'_, '_>) -> Date {
    let today = run.date();
    today.plus_days(MAX_DEADLINE_DAYS).unwrap_or(today)
}
