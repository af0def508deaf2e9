//! What a court's measure does to a presentment under way: it waits, goes on, is cut in two, or changes hands.

use crate::bills::presentment::{next_payment_day, schedule_payment};
use crate::bills::{Bill, Circulation, Lot, LotRange, circulable, lot_at, put_lot, split};
use crate::clock::{DueKey, cancel, remove_debt};
use crate::events::RequestMade;
use crate::hash::RequestId;
use crate::requests::read::existing;
use crate::requests::{Presentment, Request, claimant};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{PRESENTMENTS, REQUESTS, REQUESTS_BY_ANSWERER, id_bytes};

fn presentment(run: &Run<'_, '_>, id: &RequestId) -> Result<Presentment, StateFault> {
    PRESENTMENTS
        .get(run.state, id_bytes(id), &[])?
        .ok_or_else(|| StateFault::new(PRESENTMENTS.name(), format!("{id} is missing")))
}

/// The clock neither pays nor refuses it any more.
pub(crate) fn suspend_payment(run: &mut Run<'_, '_>, id: &RequestId) -> Result<(), StateFault> {
    let request = existing(run.state, id)?;
    let mut presentment = presentment(run, id)?;
    let Some(date) = presentment.due_on.take() else {
        return Ok(());
    };
    let start = request.range.start;
    let key = DueKey::payment(date, presentment.at, &request.instrument, start);
    cancel(run, &key);
    remove_debt(run, &request.to, date)?;
    PRESENTMENTS.put(run.state, id_bytes(id), &[], &presentment)
}

/// It is paid or refused on the next day of payment, if the bill is payable and no day is set.
pub(crate) fn resume_payment(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    id: &RequestId,
) -> Result<(), StateFault> {
    let presentment = presentment(run, id)?;
    if presentment.due_on.is_some() || run.date() < bill.payable_on {
        return Ok(());
    }
    let request = existing(run.state, id)?;
    let day = next_payment_day(run)?;
    schedule_payment(run, &request, presentment, day)
}

/// Whoever has the rights of the lot now may withdraw; a pledge that has ended does not come back by it.
pub(crate) fn readdress(
    run: &mut Run<'_, '_>,
    id: &RequestId,
    lot: &Lot,
) -> Result<(), StateFault> {
    let old = existing(run.state, id)?;
    let released = old.before == Circulation::Pledged && lot.pledge.is_none();
    let request = Request {
        from: claimant(lot).clone(),
        before: if released {
            circulable(lot)
        } else {
            old.before
        },
        ..old
    };
    REQUESTS.put(run.state, id_bytes(id), &[], &request)
}

/// Cuts `units` units off the low end of a presented lot. They keep the presentment; the high end has one of its
/// own from now on, alike in all but its range.
pub(crate) fn split_presented(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    lot: Lot,
    units: u64,
    id: RequestId,
) -> Result<Lot, StateFault> {
    let whole = lot.range;
    let low = split(run, bill, lot, units)?;
    let (Some(old), true) = (low.request, low.range != whole) else {
        return Ok(low);
    };
    let request = Request {
        range: low.range,
        ..existing(run.state, &old)?
    };
    REQUESTS.put(run.state, id_bytes(&old), &[], &request)?;
    let range = LotRange {
        start: low.range.end.saturating_add(1),
        end: whole.end,
    };
    let other = Request {
        id,
        range,
        ..request
    };
    REQUESTS.put(run.state, id_bytes(&id), &[], &other)?;
    let answerer = other.to.as_str().as_bytes();
    REQUESTS_BY_ANSWERER.put(run.state, answerer, id_bytes(&id), &())?;
    let mut copied = presentment(run, &old)?;
    let due_on = copied.due_on.take();
    PRESENTMENTS.put(run.state, id_bytes(&id), &[], &copied)?;
    if let Some(date) = due_on {
        schedule_payment(run, &other, copied, date)?;
    }
    let high = Lot {
        request: Some(id),
        ..lot_at(run.state, &bill.number, range)?
    };
    put_lot(run.state, &bill.number, &high)?;
    run.emit(RequestMade { request: other });
    Ok(low)
}
