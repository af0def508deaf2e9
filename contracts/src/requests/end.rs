//! A request comes to its end.

use crate::cash::unhold;
use crate::clock::{DueKey, cancel, remove_debt};
use crate::events::RequestLapsed;
use crate::instruments::{Lot, Paper, lot_at, rejoin};
use crate::requests::read::existing;
use crate::requests::{Request, Terms};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{
    OFFERS, PRESENTMENTS, REQUESTS, REQUESTS_BY_ANSWERER, id_bytes, instrument_entity,
    offer_of_suffix, offer_suffix,
};
use crate::trade::escrow;

/// Takes a request and all that was queued for it out of the state; the lot is the caller's to write.
pub(crate) fn remove(run: &mut Run<'_, '_>, request: &Request) -> Result<(), StateFault> {
    let id = id_bytes(&request.id);
    REQUESTS.remove(run.state, id, &[]);
    escrow::detach(run, request)?;
    REQUESTS_BY_ANSWERER.remove(run.state, request.to.as_str().as_bytes(), id);
    if let Some(date) = request.answer_by {
        cancel(run, &DueKey::lapse(date, &request.id, request.range.start));
    }
    if let Terms::Presentment { .. } = request.terms {
        let presentment = PRESENTMENTS.get(run.state, id, &[])?;
        if let Some((at, date)) = presentment.and_then(|p| Some((p.at, p.due_on?))) {
            cancel(
                run,
                &DueKey::payment(date, at, &request.instrument, request.range.start),
            );
            remove_debt(run, &request.to, date)?;
        }
        PRESENTMENTS.remove(run.state, id, &[]);
    }
    if let Terms::Offer { money, .. } = &request.terms {
        OFFERS.remove(
            run.state,
            instrument_entity(&request.instrument),
            &offer_suffix(request.range.start, &request.id),
        );
        unhold(run.state, &request.from, *money)?;
    }
    Ok(())
}

/// Ends a request without effect: the lot is as before and rejoins its neighbours where they are untouched.
pub(crate) fn restore(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    request: &Request,
    lot: Lot,
) -> Result<Lot, StateFault> {
    remove(run, request)?;
    if let Terms::Offer { .. } = request.terms {
        return Ok(lot);
    }
    let freed = Lot {
        circulation: request.before,
        request: None,
        ..lot
    };
    rejoin(run, paper, freed)
}

/// Nobody answered in time.
pub(crate) fn lapse(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    request: &Request,
) -> Result<Lot, StateFault> {
    let lot = lot_at(run.state, &request.instrument, request.range)?;
    run.emit(RequestLapsed {
        request: request.id,
        instrument: request.instrument,
        lot: request.range,
    });
    restore(run, paper, request, lot)
}

/// Ends every offer that waits on a lot; their cash is available again.
pub(crate) fn end_offers(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: &Lot,
) -> Result<(), StateFault> {
    let start = lot.range.start.to_be_bytes();
    while let Some((suffix, ())) = OFFERS
        .next(run.state, instrument_entity(&paper.number()), &start)?
        .filter(|(suffix, ())| suffix.starts_with(&start))
    {
        let id = offer_of_suffix(&suffix)
            .ok_or_else(|| StateFault::new(OFFERS.name(), "a key of wrong form"))?;
        let offer = existing(run.state, &id)?;
        run.emit(RequestLapsed {
            request: offer.id,
            instrument: offer.instrument,
            lot: offer.range,
        });
        remove(run, &offer)?;
    }
    Ok(())
}
