//! Acceptance of a bill by its drawee (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, bill_named, change_lot, lot_money, record_hand, whole_lot,
};
use crate::calendar::roll;
use crate::calls::{AcceptPart, RequestAcceptance};
use crate::clock::add_debt;
use crate::codes::Code;
use crate::date::Date;
use crate::events::BillAccepted;
use crate::gates;
use crate::members::{named, require_active};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::receivables::require_unfenced;
use crate::requests::{
    Ask, Asked, Request, Standing, Terms, answer_by, check_asking, check_not_frozen,
    day_before_maturity, find_for_answer, remove,
};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;

/// The last day for an answer: three days (a parameter), rolled to a business day, but before maturity.
fn latest_answer(run: &Run<'_, '_>, bill: &Bill) -> Result<Date, StateFault> {
    let days = u32::try_from(run.settings.params.acceptance_answer_days).unwrap_or(u32::MAX);
    let rolled = roll(run.state, run.date().plus_days(days).unwrap_or(Date::LAST))?;
    Ok(rolled.min(day_before_maturity(bill)))
}

impl Ask for RequestAcceptance {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill)?;
        require_active(&named(run.state, &bill.acceptor)?)?;
        let lot = whole_lot(run, &bill)?;
        let terms = Terms::Acceptance {};
        check_asking(terms.rule(), &bill, &lot, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, latest_answer(run, &bill)?)?;
        Ok(Asked {
            to: bill.acceptor.clone(),
            units: lot_money(&bill, &lot)?.minor,
            instrument: bill.into(),
            lot,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The gates before signing: an overdue acceptor may not accept, and a bank keeps to its ceilings. The clock pays bills from
/// ring-fenced cash, so that what is overdue would come after a bill accepted behind the fence.
pub(crate) fn check_agree(run: &Run<'_, '_>, bill: &Bill, accepted: Money) -> Result<(), Failure> {
    gates::check_acceptance(run, bill, accepted)?;
    require_unfenced(run.state, &bill.acceptor, bill.sum.currency)
}

impl Act for AcceptPart {
    type Checked = Standing;

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.part.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Standing, Failure> {
        let standing = find_for_answer(run, caller, self.request, self.terms)?;
        let Standing {
            request,
            instrument,
            lot,
        } = &standing;
        if !matches!(request.terms, Terms::Acceptance {}) {
            return Err(Failure::argument("request").fact("act", request.terms.rule().act));
        }
        let bill = instrument.as_bill()?;
        if !bill.profile.rules().partial_acceptance {
            return Err(Failure::argument("part").fact("profile", bill.profile.as_str()));
        }
        if self.part.currency != bill.sum.currency {
            return Err(Failure::argument("part").fact("currency", bill.sum.currency.code()));
        }
        check_not_frozen(lot)?;
        require_active(&named(run.state, &request.from)?)?;
        if self.part.minor > bill.sum.minor {
            return Err(Failure::of(Code::PartTooLarge)
                .fact("have", bill.sum)
                .fact("need", self.part));
        }
        check_agree(run, bill, self.part)?;
        Ok(standing)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        standing: Standing,
    ) -> Result<CallResult, Failure> {
        let Standing {
            request,
            instrument,
            lot,
        } = standing;
        agree(run, instrument.into_bill()?, lot, &request, self.part)?;
        Ok(CallResult::Done)
    }
}

/// The drawee accepts: it owes the sum from now on, or the part of it that it has accepted.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    money: Money,
) -> Result<(), StateFault> {
    remove(run, request)?;
    bill.accepted = money.minor;
    let hand = NewHand {
        from: Some(bill.acceptor.clone()),
        ..NewHand::new(HandKind::Accepted, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, circulation) = request.terms.rule().agreed;
    let accepted = Lot {
        status,
        circulation,
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &accepted)?;
    add_debt(run, &bill.acceptor, bill.maturity)?;
    gates::add_acceptance(run.state, &bill.acceptor, money)?;
    run.emit(BillAccepted {
        bill: bill.number,
        acceptor: bill.acceptor,
        money,
    });
    Ok(())
}
