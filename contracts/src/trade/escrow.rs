//! Escrow: a request that takes effect only when its condition is attested (rule book 2.2). It may be agreed before;
//! then both sides are bound, and it is carried out in the block of the attestation, or lapses at the deadline.

use crate::calls::Escrow;
use crate::codes::Code;
use crate::events::{EscrowAgreed, EscrowFailed, Escrowed};
use crate::hash::RequestId;
use crate::members::{named, require_active};
use crate::outcome::{CallResult, Failure};
use crate::requests::{Request, Standing, Terms, carry_out, check_agreement, find, standing_of};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{REQUESTS, id_bytes};
use crate::trade::conditions::{
    existing_condition, own_condition, put_condition, require_worked_off,
};
use crate::trade::{AGREEMENT, Condition, ConditionStatus};

/// Whether a request of this kind may wait for a condition. Acceptance and payment of a bill are never conditional, and a
/// condition on a guarantee has no effect.
const fn may_wait(terms: &Terms) -> bool {
    matches!(
        terms,
        Terms::Delivery {}
            | Terms::Endorsement { .. }
            | Terms::Discount { .. }
            | Terms::Pledge { .. }
            | Terms::Release { .. }
            | Terms::Signature {}
            | Terms::Transfer { .. }
            | Terms::Finance { .. }
    )
}

impl Act for Escrow {
    type Checked = (Request, Condition);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let request = find(run, caller, self.request)?.request;
        let condition = own_condition(run, caller, self.condition)?;
        let tied = request.condition.map(|id| ("condition", id));
        if let Some((what, id)) = tied.or(condition.request.map(|id| ("request", id))) {
            return Err(Failure::of(Code::AlreadyExists).fact(what, id));
        }
        if request.from != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("requester", &request.from));
        }
        if !may_wait(&request.terms) {
            return Err(Failure::of(Code::NotEscrowable).fact("act", request.rule().act));
        }
        match request.answer_by {
            Some(last) if condition.deadline <= last => Ok((request, condition)),
            last => Err(Failure::of(Code::ConditionLate)
                .fact("deadline", condition.deadline)
                .fact("answer_by", last.unwrap_or(condition.deadline))),
        }
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        (request, condition): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let request = Request {
            condition: Some(condition.id),
            ..request
        };
        REQUESTS.put(run.state, id_bytes(&request.id), &[], &request)?;
        let waited_for = Condition {
            request: Some(request.id),
            ..condition
        };
        put_condition(run, &waited_for)?;
        // Its terms are others now: nobody agrees to it who has not seen the condition.
        let result = CallResult::Request {
            request: request.id,
            terms: request.terms_hash(),
        };
        run.emit(Escrowed { request });
        Ok(result)
    }
}

/// Refuses while the clock has yet to let a request lapse for want of its condition.
pub(crate) fn check_deadline(run: &Run<'_, '_>, request: &Request) -> Result<(), Failure> {
    match &request.condition {
        Some(id) => require_worked_off(run, &existing_condition(run.state, id)?),
        None => Ok(()),
    }
}

/// Refuses to answer or take back what is agreed and waits for its condition.
pub(crate) fn check_not_bound(run: &Run<'_, '_>, request: &Request) -> Result<(), Failure> {
    match &request.condition {
        Some(id) if existing_condition(run.state, id)?.agreed => {
            Err(Failure::of(Code::EscrowBound).fact("condition", *id))
        }
        _ => Ok(()),
    }
}

/// The condition for which an agreement has to wait.
pub(crate) fn awaited(
    view: &(impl View + ?Sized),
    request: &Request,
) -> Result<Option<Condition>, StateFault> {
    let Some(id) = &request.condition else {
        return Ok(None);
    };
    let condition = existing_condition(view, id)?;
    Ok(Some(condition).filter(|condition| condition.status == ConditionStatus::Open))
}

/// The answerer agrees in advance.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    request: &Request,
    condition: Condition,
) -> Result<(), StateFault> {
    let agreed = Condition {
        agreed: true,
        ..condition
    };
    put_condition(run, &agreed)?;
    run.emit(EscrowAgreed {
        request: request.id,
        condition: agreed.id,
        from: request.from.clone(),
        to: request.to.clone(),
    });
    Ok(())
}

/// What an attestation of the condition carries out.
pub(super) fn waiting(
    run: &Run<'_, '_>,
    condition: &Condition,
) -> Result<Option<Standing>, Failure> {
    match &condition.request {
        Some(id) if condition.agreed => standing_of(run, id).map(Some),
        _ => Ok(None),
    }
}

/// The condition is attested: what was agreed is carried out. Where that cannot be, the request stays open, and is to be
/// agreed anew.
pub(super) fn release(
    run: &mut Run<'_, '_>,
    id: &RequestId,
    standing: Standing,
) -> Result<(), Failure> {
    run.charge(AGREEMENT)?;
    match check_now(run, &standing) {
        Ok(()) => carry_out(run, standing).map_err(Failure::from),
        Err(Failure::Rejected(code, _)) => {
            let condition = Condition {
                agreed: false,
                ..existing_condition(run.state, id)?
            };
            put_condition(run, &condition)?;
            run.emit(EscrowFailed {
                request: standing.request.id,
                condition: *id,
                code,
            });
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

fn check_now(run: &Run<'_, '_>, standing: &Standing) -> Result<(), Failure> {
    require_active(&named(run.state, &standing.request.to)?)?;
    check_agreement(run, standing)
}

/// A request has come to its end: nothing waits for its condition any more.
pub(crate) fn detach(run: &mut Run<'_, '_>, request: &Request) -> Result<(), StateFault> {
    let Some(id) = &request.condition else {
        return Ok(());
    };
    let condition = Condition {
        request: None,
        agreed: false,
        ..existing_condition(run.state, id)?
    };
    put_condition(run, &condition)
}
