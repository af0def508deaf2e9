//! A request comes to wait on a lot.

use crate::cash::hold;
use crate::clock::{DueKey, schedule};
use crate::date::Date;
use crate::hash::RequestId;
use crate::instruments::{Lot, Paper, put_lot};
use crate::member_id::MemberId;
use crate::requests::{Request, Terms};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{
    OFFERS, REQUESTS, REQUESTS_BY_ANSWERER, id_bytes, instrument_entity, offer_suffix,
};

/// What a request is opened with. The lot is already cut to the part asked for.
pub(crate) struct Opening {
    pub(crate) id: RequestId,
    pub(crate) from: MemberId,
    pub(crate) to: MemberId,
    pub(crate) terms: Terms,
    pub(crate) answer_by: Option<Date>,
}

/// Records the request and locks its lot; an offer locks none, but holds its cash.
pub(crate) fn open(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: &Lot,
    opening: Opening,
) -> Result<Request, StateFault> {
    let request = Request {
        id: opening.id,
        instrument: paper.number(),
        range: lot.range,
        from: opening.from,
        to: opening.to,
        terms: opening.terms,
        answer_by: opening.answer_by,
        asked_on: run.date(),
        before: lot.circulation,
        condition: None,
    };
    REQUESTS.put(run.state, id_bytes(&request.id), &[], &request)?;
    if request.terms.answered() {
        REQUESTS_BY_ANSWERER.put(
            run.state,
            request.to.as_str().as_bytes(),
            id_bytes(&request.id),
            &(),
        )?;
    }
    if let Some(date) = request.answer_by {
        schedule(
            run,
            &DueKey::lapse(date, &request.id, request.range.start),
            0,
        )?;
    }
    if let Terms::Offer { money, .. } = &request.terms {
        hold(run.state, &request.from, *money)?;
        let suffix = offer_suffix(request.range.start, &request.id);
        OFFERS.put(run.state, instrument_entity(&paper.number()), &suffix, &())?;
        return Ok(request);
    }
    let locked = Lot {
        circulation: request.rule().waiting,
        request: Some(request.id),
        ..lot.clone()
    };
    put_lot(run.state, &paper.number(), &locked)?;
    Ok(request)
}
