//! The answers to a request: agree, or refuse with a code.

use crate::bills::{
    Bill, Frozen, Lot, RefusalCode, acceptance, check_payment, delivery, discount, dishonour,
    endorsement, existing_bill, guarantee, lot_at, pay, pledge, redemption, release,
    require_worked_off, unmark, unused_return,
};
use crate::calls::{Agree, Refuse, RequestRef};
use crate::codes::Code;
use crate::events::RequestRefused;
use crate::hash::Hash;
use crate::members::{named, require_active};
use crate::outcome::{CallResult, Failure};
use crate::requests::read::request_in;
use crate::requests::{Request, Terms, check_not_frozen, restore};
use crate::run::{Act, Caller, Run};

/// A request with what it stands on.
pub(crate) struct Standing {
    pub(crate) request: Request,
    pub(crate) bill: Bill,
    pub(crate) lot: Lot,
}

/// Finds the request that a call names. One made by an earlier call of the same transaction has been seen
/// by whoever signed it.
pub(crate) fn find(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: RequestRef,
) -> Result<Standing, Failure> {
    let id = match reference {
        RequestRef::Id(id) => id,
        RequestRef::Call(index) => match caller.earlier(index.call)? {
            CallResult::Request { request, .. } => *request,
            _ => {
                return Err(Failure::of(Code::BadReference).fact("call", u64::from(index.call)));
            }
        },
    };
    let request = request_in(run.state, &id)?
        .ok_or_else(|| Failure::of(Code::NoSuchRequest).fact("request", id))?;
    let bill = existing_bill(run.state, &request.bill)?;
    let lot = lot_at(run.state, &request.bill, request.range)?;
    require_worked_off(run, &bill, &lot)?;
    // An offer is not the request that the lot names.
    if request.answer_by.is_some_and(|date| run.past_close(date)) {
        return Err(Failure::of(Code::DuePending).fact("bill", bill.number));
    }
    Ok(Standing { request, bill, lot })
}

/// Finds the request that an answer names, for the member that answers it, by the terms it has seen.
pub(crate) fn find_for_answer(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: RequestRef,
    terms: Hash,
) -> Result<Standing, Failure> {
    let standing = find(run, caller, reference)?;
    let by_id = matches!(reference, RequestRef::Id(_));
    if by_id && standing.request.terms_hash() != terms {
        return Err(Failure::of(Code::TermsChanged).fact("request", standing.request.id));
    }
    if standing.request.to != *caller.actor {
        return Err(Failure::of(Code::WrongParty).fact("answers", &standing.request.to));
    }
    check_measure(&standing)?;
    Ok(standing)
}

/// A court's freeze stops the holder: what was presented is paid or refused as ever. A stop of payment stops both.
fn check_measure(standing: &Standing) -> Result<(), Failure> {
    let presented = matches!(standing.request.terms, Terms::Presentment { .. });
    if presented && standing.lot.frozen == Frozen::Frozen {
        return Ok(());
    }
    check_not_frozen(&standing.lot)
}

impl Act for Agree {
    type Checked = Standing;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Standing, Failure> {
        let standing = find_for_answer(run, caller, self.request, self.terms)?;
        let Standing { request, bill, lot } = &standing;
        if !matches!(
            request.terms,
            Terms::Presentment { .. } | Terms::Offer { .. }
        ) {
            // What a suspended member has offered cannot be taken up; what it is owed is paid.
            require_active(&named(run.state, &request.from)?)?;
        }
        match &request.terms {
            Terms::Acceptance {} => acceptance::check_agree(run, bill, bill.sum)?,
            Terms::Presentment { .. } => check_payment(run, bill, lot)?,
            Terms::Guarantee { .. } => guarantee::check_agree(run, bill)?,
            Terms::Discount { .. } => discount::check_agree(run, &standing)?,
            Terms::Redemption { .. } => redemption::check_agree(run, &standing)?,
            Terms::Pledge { .. } => pledge::check_agree(run, bill)?,
            Terms::Release { .. } => release::check_agree(run, &standing)?,
            Terms::Delivery {}
            | Terms::Endorsement { .. }
            | Terms::UnusedReturn {}
            | Terms::Unmark {}
            | Terms::Offer { .. } => {}
        }
        Ok(standing)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        standing: Standing,
    ) -> Result<CallResult, Failure> {
        let Standing { request, bill, lot } = standing;
        match &request.terms {
            Terms::Acceptance {} => {
                let whole = bill.sum;
                acceptance::agree(run, bill, lot, &request, whole)?;
            }
            Terms::Delivery {} => delivery::agree(run, bill, lot, &request)?,
            Terms::Endorsement { not_transferable } => {
                endorsement::agree(run, bill, lot, &request, *not_transferable)?;
            }
            Terms::Presentment { .. } => pay(run, bill, lot, &request, false)?,
            Terms::UnusedReturn {} => unused_return::agree(run, bill, lot, &request)?,
            Terms::Unmark {} => unmark::agree(run, bill, lot, &request)?,
            Terms::Guarantee { ward } => guarantee::agree(run, bill, lot, &request, ward)?,
            Terms::Discount { .. } => discount::agree(run, bill, lot, &request)?,
            Terms::Redemption { settlement } => {
                redemption::agree(run, bill, lot, &request, *settlement)?;
            }
            Terms::Pledge { debt, debt_due } => {
                pledge::agree(run, bill, lot, &request, *debt, *debt_due)?;
            }
            Terms::Release { price, settlement } => {
                release::agree(run, bill, lot, &request, *price, *settlement)?;
            }
            Terms::Offer { units, money } => {
                crate::recourse::settle(run, bill, lot, &request, *units, *money)?;
            }
        }
        Ok(CallResult::Done)
    }
}

impl Act for Refuse {
    type Checked = Standing;

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.code == RefusalCode::Other && self.text.is_empty() {
            return Err(Failure::argument("text"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Standing, Failure> {
        let standing = find_for_answer(run, caller, self.request, self.terms)?;
        let rule = standing.request.terms.rule();
        let early = run.date() < standing.bill.maturity;
        let late = run.date() > standing.bill.window_end;
        let fits = rule.refusals.contains(&self.code)
            && (self.code != RefusalCode::NotDue || early)
            && (self.code != RefusalCode::Late || late);
        if !fits {
            return Err(Failure::of(Code::AnswerCodeWrong)
                .fact("act", rule.act)
                .fact("code", self.code.as_str()));
        }
        Ok(standing)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        standing: Standing,
    ) -> Result<CallResult, Failure> {
        let Standing { request, bill, lot } = standing;
        if let Terms::Presentment { .. } = request.terms {
            dishonour(run, bill, lot, &request, self.code, &self.text, false)?;
        } else {
            run.emit(RequestRefused {
                request: request.id,
                bill: request.bill,
                lot: request.range,
                by: caller.actor.clone(),
                code: self.code,
                text: self.text.clone(),
            });
            restore(run, &bill, &request, lot)?;
        }
        Ok(CallResult::Done)
    }
}
