//! One live request a lot: each points to the other. Offers wait beside.

use crate::bills::read::lot;
use crate::invariants::Findings;
use crate::requests::Terms;
use crate::state::{StateFault, View};
use crate::tables::{
    LOTS, OFFERS, PRESENTMENTS, REQUESTS, REQUESTS_BY_ANSWERER, id_bytes, instrument_entity,
    offer_suffix,
};

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut requests = 0u64;
    let mut presentments = 0u64;
    let mut offers = 0u64;
    let mut legs = 0u64;
    for entry in REQUESTS.all_from(view, &[]) {
        let (key, request) = entry?;
        requests = requests.saturating_add(1);
        let place = || format!("request {}", request.id);
        findings.expect(
            key == REQUESTS.key(id_bytes(&request.id), &[]),
            "a request is under its id",
            place,
        );
        let lot = lot(view, &request.instrument, request.range.start)?;
        let offer = matches!(request.terms, Terms::Offer { .. });
        if offer {
            offers = offers.saturating_add(1);
            let suffix = offer_suffix(request.range.start, &request.id);
            findings.expect(
                OFFERS
                    .get(view, instrument_entity(&request.instrument), &suffix)?
                    .is_some(),
                "an offer is in its lot's list",
                place,
            );
        }
        findings.expect(
            lot.is_some_and(|lot| {
                lot.range == request.range
                    && (lot.request == Some(request.id)) != offer
                    && lot.circulation == request.terms.rule().waiting
            }),
            "a request and its lot point to each other",
            place,
        );
        let answerer = request.to.as_str().as_bytes();
        let answered = request.terms.answered();
        findings.expect(
            REQUESTS_BY_ANSWERER
                .get(view, answerer, id_bytes(&request.id))?
                .is_some()
                == answered,
            "a request is in its answerer's list, if somebody answers",
            place,
        );
        if !answered {
            legs = legs.saturating_add(1);
        }
        let presented = PRESENTMENTS
            .get(view, id_bytes(&request.id), &[])?
            .is_some();
        let asks_payment = matches!(request.terms, Terms::Presentment { .. });
        findings.expect(
            presented == asks_payment && request.answer_by.is_none() == asks_payment,
            "a presentment does not lapse, every other request does",
            place,
        );
        if presented {
            presentments = presentments.saturating_add(1);
        }
    }
    let mut listed = 0u64;
    for entry in REQUESTS_BY_ANSWERER.all_from(view, &[]) {
        entry?;
        listed = listed.saturating_add(1);
    }
    let mut stored = 0u64;
    for entry in PRESENTMENTS.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    let mut waiting = 0u64;
    for entry in LOTS.all_from(view, &[]) {
        if entry?.1.request.is_some() {
            waiting = waiting.saturating_add(1);
        }
    }
    let mut offered = 0u64;
    for entry in OFFERS.all_from(view, &[]) {
        entry?;
        offered = offered.saturating_add(1);
    }
    findings.expect(
        listed.saturating_add(legs) == requests
            && stored == presentments
            && waiting.saturating_add(offers) == requests
            && offered == offers,
        "nothing is left over",
        || {
            format!(
                "{requests} requests, {listed} in lists, {waiting} on lots; {offers} offers, {offered} in lists; {presentments} for payment, {stored} presentments"
            )
        },
    );
    Ok(())
}
