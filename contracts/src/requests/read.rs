//! What can be read of live requests.

use crate::bills::InstrumentNumber;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::requests::{Presentment, Request};
use crate::state::{StateFault, View};
use crate::tables::{
    LOTS, PRESENTMENTS, REQUESTS, REQUESTS_BY_ANSWERER, id_bytes, instrument_entity,
};

/// A live request by its id; none when it was answered, withdrawn or lapsed.
pub fn request(view: &dyn View, id: &RequestId) -> Result<Option<Request>, StateFault> {
    request_in(view, id)
}

pub(crate) fn request_in(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Option<Request>, StateFault> {
    REQUESTS.get(view, id_bytes(id), &[])
}

/// What else is known of a live request for payment.
pub fn presentment(view: &dyn View, id: &RequestId) -> Result<Option<Presentment>, StateFault> {
    PRESENTMENTS.get(view, id_bytes(id), &[])
}

/// The live requests on up to `limit` lots of a bill, lots taken in order from unit `from` on.
pub fn of_bill(
    view: &dyn View,
    number: &InstrumentNumber,
    from: u64,
    limit: usize,
) -> Result<Vec<Request>, StateFault> {
    let lots = LOTS.scan(view, instrument_entity(number), &from.to_be_bytes(), limit)?;
    lots.into_iter()
        .filter_map(|(_, lot)| lot.request)
        .map(|id| existing(view, &id))
        .collect()
}

/// Up to `limit` requests that wait for a member's answer, in order of id, after one of them or from the first.
pub fn waiting_for(
    view: &dyn View,
    member: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<Request>, StateFault> {
    let from = after.map_or_else(Vec::new, |id| {
        let mut from = id.as_bytes().to_vec();
        from.push(0);
        from
    });
    REQUESTS_BY_ANSWERER
        .scan(view, member.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .map(|(suffix, ())| {
            let id = <[u8; 16]>::try_from(suffix.as_slice())
                .map_err(|_| StateFault::new(REQUESTS_BY_ANSWERER.name(), "a key of wrong form"))?;
            existing(view, &RequestId(id))
        })
        .collect()
}

/// A request that the state itself points to.
pub(crate) fn existing(view: &(impl View + ?Sized), id: &RequestId) -> Result<Request, StateFault> {
    request_in(view, id)?
        .ok_or_else(|| StateFault::new(REQUESTS.name(), format!("request {id} is missing")))
}
