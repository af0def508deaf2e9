//! A request comes to its end.

use crate::bills::{Bill, Lot, lot_at, rejoin};
use crate::clock::{DueKey, cancel, remove_debt};
use crate::events::RequestLapsed;
use crate::requests::{Request, Terms};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{PRESENTMENTS, REQUESTS, REQUESTS_BY_ANSWERER, id_bytes};

/// Takes a request and all that was queued for it out of the state; the lot is the caller's to write.
pub(crate) fn remove(run: &mut Run<'_, '_>, request: &Request) -> Result<(), StateFault> {
    let id = id_bytes(&request.id);
    REQUESTS.remove(run.state, id, &[]);
    REQUESTS_BY_ANSWERER.remove(run.state, request.to.as_str().as_bytes(), id);
    if let Some(date) = request.answer_by {
        cancel(run, &DueKey::lapse(date, &request.id, request.range.start));
    }
    if let Terms::Presentment { .. } = request.terms {
        let presentment = PRESENTMENTS.get(run.state, id, &[])?;
        if let Some((at, date)) = presentment.and_then(|p| Some((p.at, p.due_on?))) {
            cancel(
                run,
                &DueKey::payment(date, at, &request.bill, request.range.start),
            );
            remove_debt(run, &request.to, date)?;
        }
        PRESENTMENTS.remove(run.state, id, &[]);
    }
    Ok(())
}

/// Ends a request without effect: the lot is as before and rejoins its neighbours where they are untouched.
pub(crate) fn restore(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    request: &Request,
    lot: Lot,
) -> Result<Lot, StateFault> {
    remove(run, request)?;
    let freed = Lot {
        circulation: request.before,
        request: None,
        ..lot
    };
    rejoin(run, bill, freed)
}

/// Nobody answered in time.
pub(crate) fn lapse(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    request: &Request,
) -> Result<Lot, StateFault> {
    let lot = lot_at(run.state, &request.bill, request.range)?;
    run.emit(RequestLapsed {
        request: request.id,
        bill: request.bill,
        lot: request.range,
    });
    restore(run, bill, request, lot)
}
