//! Finding the bill and the lot that a call names.

use crate::bills::{Bill, BillNumber, Lot, LotRange, repo_end};
use crate::calls::BillRef;
use crate::clock::{DueKey, DueKind, is_queued};
use crate::codes::Code;
use crate::outcome::{CallResult, Failure};
use crate::requests::read::existing;
use crate::run::{Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{BILLS, LOTS, PRESENTMENTS, bill_entity, id_bytes};

/// The bill that a call names.
pub(crate) fn bill_named(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: BillRef,
) -> Result<Bill, Failure> {
    let number = match reference {
        BillRef::Number(number) => number,
        BillRef::Call(index) => match caller.earlier(index.call)? {
            CallResult::Bill(number) => *number,
            _ => {
                return Err(Failure::of(Code::BadReference).fact("call", u64::from(index.call)));
            }
        },
    };
    BILLS
        .get(run.state, bill_entity(&number), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchBill).fact("bill", number))
}

/// A bill that the state itself points to.
pub(crate) fn existing_bill(
    view: &(impl View + ?Sized),
    number: &BillNumber,
) -> Result<Bill, StateFault> {
    BILLS
        .get(view, bill_entity(number), &[])?
        .ok_or_else(|| StateFault::new(BILLS.name(), format!("bill {number} is missing")))
}

/// The lot that a call names by its exact range, with nothing due on it.
pub(crate) fn lot_named(run: &Run<'_, '_>, bill: &Bill, range: LotRange) -> Result<Lot, Failure> {
    let lot = LOTS
        .get(
            run.state,
            bill_entity(&bill.number),
            &range.start.to_be_bytes(),
        )?
        .filter(|lot| lot.range == range)
        .ok_or_else(|| {
            Failure::of(Code::NoSuchLot)
                .fact("bill", bill.number)
                .fact("lot", range)
        })?;
    require_worked_off(run, bill, &lot)?;
    Ok(lot)
}

/// The first lot of a package, which is the whole of it until it is delivered.
pub(crate) fn whole_lot(run: &Run<'_, '_>, bill: &Bill) -> Result<Lot, Failure> {
    let (_, lot) = LOTS
        .next(run.state, bill_entity(&bill.number), &[])?
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{} has no lot", bill.number)))?;
    require_worked_off(run, bill, &lot)?;
    Ok(lot)
}

/// Refuses while the clock has yet to do what is due on the lot by now.
pub(crate) fn require_worked_off(run: &Run<'_, '_>, bill: &Bill, lot: &Lot) -> Result<(), Failure> {
    let today = run.now().date;
    let queued = |date, kind| is_queued(run, &DueKey::bill(date, kind, &bill.number));
    let bill_due = (today >= bill.maturity && queued(bill.maturity, DueKind::Maturity))
        || (today >= bill.payable_on && queued(bill.payable_on, DueKind::Presentment))
        || (run.past_close(bill.window_end) && queued(bill.window_end, DueKind::WindowEnd));
    let repo_due = repo_end(bill, lot).is_some_and(|key| today >= key.date && is_queued(run, &key));
    if bill_due || repo_due || request_due(run, lot)? {
        return Err(Failure::of(Code::DuePending).fact("bill", bill.number));
    }
    Ok(())
}

/// Whether the close has passed at which the lot's request lapses, or is paid or refused by the clock.
fn request_due(run: &Run<'_, '_>, lot: &Lot) -> Result<bool, StateFault> {
    let Some(id) = lot.request else {
        return Ok(false);
    };
    let ends = match existing(run.state, &id)?.answer_by {
        Some(date) => Some(date),
        None => PRESENTMENTS
            .get(run.state, id_bytes(&id), &[])?
            .and_then(|presentment| presentment.due_on),
    };
    Ok(ends.is_some_and(|date| run.past_close(date)))
}
