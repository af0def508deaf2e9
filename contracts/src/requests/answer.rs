//! The answers to a request: agree, or refuse with a code.

use crate::bills::{answering as bills, dishonour};
use crate::calls::{Agree, Refuse, RequestRef};
use crate::codes::Code;
use crate::events::RequestRefused;
use crate::hash::{Hash, RequestId};
use crate::instruments::{
    Frozen, Instrument, Lot, Paper, RefusalCode, existing_instrument, lot_at, pledge, release,
    require_worked_off,
};
use crate::members::{named, require_active};
use crate::outcome::{CallResult, Failure};
use crate::receivables::answering as receivables;
use crate::requests::read::request_in;
use crate::requests::{Request, Terms, check_not_frozen, restore};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::trade::{Condition, escrow};

/// A request with what it stands on.
pub(crate) struct Standing {
    pub(crate) request: Request,
    pub(crate) instrument: Instrument,
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
    standing_of(run, &id)
}

/// Finds a request by its id, with nothing due on it.
pub(crate) fn standing_of(run: &Run<'_, '_>, id: &RequestId) -> Result<Standing, Failure> {
    let request = request_in(run.state, id)?
        .ok_or_else(|| Failure::of(Code::NoSuchRequest).fact("request", *id))?;
    let instrument = existing_instrument(run.state, &request.instrument)?;
    let lot = lot_at(run.state, &request.instrument, request.range)?;
    require_worked_off(run, &instrument, &lot)?;
    if let Terms::Leg { instruction, .. } = request.terms {
        return Err(Failure::of(Code::InInstruction).fact("instruction", instruction));
    }
    // An offer is not the request that the lot names.
    if request.answer_by.is_some_and(|date| run.past_close(date)) {
        return Err(Failure::of(Code::DuePending).fact("bill", instrument.number()));
    }
    escrow::check_deadline(run, &request)?;
    Ok(Standing {
        request,
        instrument,
        lot,
    })
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
    escrow::check_not_bound(run, &standing.request)?;
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

/// Whether a request can be agreed to as things are.
pub(crate) fn check_agreement(run: &Run<'_, '_>, standing: &Standing) -> Result<(), Failure> {
    let request = &standing.request;
    if !matches!(
        request.terms,
        Terms::Presentment { .. } | Terms::Offer { .. }
    ) {
        // What a suspended member has offered cannot be taken up; what it is owed is paid.
        require_active(&named(run.state, &request.from)?)?;
    }
    match (&request.terms, &standing.instrument) {
        (Terms::Pledge { .. }, instrument) => pledge::check_agree(run, instrument),
        (Terms::Release { .. }, _) => release::check_agree(run, standing),
        (_, Instrument::Bill(bill)) => bills::check_agree(run, bill, standing),
        (_, Instrument::Certificate(certificate)) => {
            receivables::check_agree(run, certificate, standing)
        }
    }
}

/// Carries out what was agreed.
pub(crate) fn carry_out(run: &mut Run<'_, '_>, standing: Standing) -> Result<(), StateFault> {
    let Standing {
        request,
        instrument,
        lot,
    } = standing;
    match (&request.terms, instrument) {
        (
            Terms::Pledge {
                debt,
                debt_due,
                registry,
            },
            instrument,
        ) => {
            let terms = pledge::PledgeTerms {
                debt: *debt,
                debt_due: *debt_due,
                registry: registry.clone(),
            };
            pledge::agree(run, instrument, lot, &request, terms)
        }
        (Terms::Release { price, settlement }, instrument) => {
            release::agree(run, instrument, lot, &request, *price, *settlement)
        }
        (_, Instrument::Bill(bill)) => bills::agree(run, bill, lot, &request),
        (_, Instrument::Certificate(certificate)) => {
            receivables::agree(run, certificate, lot, &request)
        }
    }
}

impl Act for Agree {
    /// With the condition for which the request has to wait.
    type Checked = (Standing, Option<Condition>);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let standing = find_for_answer(run, caller, self.request, self.terms)?;
        check_agreement(run, &standing)?;
        let condition = escrow::awaited(run.state, &standing.request)?;
        Ok((standing, condition))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        (standing, condition): Self::Checked,
    ) -> Result<CallResult, Failure> {
        match condition {
            Some(condition) => escrow::agree(run, &standing.request, condition)?,
            None => carry_out(run, standing)?,
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
        let rule = standing.request.rule();
        let early = run.date() < standing.instrument.maturity();
        let late = match &standing.instrument {
            Instrument::Bill(bill) => run.date() > bill.window_end,
            Instrument::Certificate(_) => false,
        };
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
        let Standing {
            request,
            instrument,
            lot,
        } = standing;
        if let Terms::Presentment { .. } = request.terms {
            let bill = instrument.into_bill()?;
            dishonour(run, bill, lot, &request, self.code, &self.text, false)?;
            return Ok(CallResult::Done);
        }
        run.emit(RequestRefused {
            request: request.id,
            instrument: request.instrument,
            lot: request.range,
            by: caller.actor.clone(),
            code: self.code,
            text: self.text.clone(),
        });
        match (&request.terms, instrument) {
            (Terms::Signature {}, Instrument::Certificate(certificate)) => {
                receivables::refused(run, certificate, lot, &request)?;
            }
            (_, instrument) => {
                restore(run, &instrument, &request, lot)?;
            }
        }
        Ok(CallResult::Done)
    }
}
