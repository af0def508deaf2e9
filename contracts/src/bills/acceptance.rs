//! Acceptance of a bill by its drawee (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, bill_named, change_lot, lot_money, record_hand, whole_lot,
};
use crate::calendar::roll;
use crate::calls::RequestAcceptance;
use crate::clock::add_debt;
use crate::date::Date;
use crate::events::BillAccepted;
use crate::gates;
use crate::members::{named, require_active};
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, Request, Terms, answer_by, check_asking, day_before_maturity, remove,
};
use crate::run::{Caller, Run};
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
            bill,
            lot,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The gates before signing: an overdue acceptor may not accept, and a bank keeps to its ceilings.
pub(crate) fn check_agree(run: &Run<'_, '_>, bill: &Bill) -> Result<(), Failure> {
    gates::check_acceptance(run, bill)
}

/// The drawee accepts: it owes the sum from now on.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    bill.accepted = bill.sum.minor;
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
    let money = lot_money(&bill, &lot)?;
    gates::add_acceptance(run.state, &bill.acceptor, money)?;
    run.emit(BillAccepted {
        bill: bill.number,
        acceptor: bill.acceptor,
        money,
    });
    Ok(())
}
