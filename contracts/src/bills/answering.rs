//! What agreement to a request on a bill needs, and what it does.

use crate::bills::{
    Bill, Lot, acceptance, check_payment, delivery, discount, endorsement, guarantee, pay,
    redemption, unmark, unused_return,
};
use crate::outcome::Failure;
use crate::requests::{Request, Standing, Terms};
use crate::run::Run;
use crate::state::StateFault;

/// What must hold when it is agreed, besides what every answer needs.
pub(crate) fn check_agree(
    run: &Run<'_, '_>,
    bill: &Bill,
    standing: &Standing,
) -> Result<(), Failure> {
    match &standing.request.terms {
        Terms::Acceptance {} => acceptance::check_agree(run, bill, bill.sum),
        Terms::Presentment { .. } => check_payment(run, bill, &standing.lot),
        Terms::Guarantee { .. } => guarantee::check_agree(run, bill),
        Terms::Discount { .. } => discount::check_agree(run, bill, standing),
        Terms::Redemption { .. } => redemption::check_agree(run, bill, standing),
        _ => Ok(()),
    }
}

/// Carries it out.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    match &request.terms {
        Terms::Acceptance {} => {
            let whole = bill.sum;
            acceptance::agree(run, bill, lot, request, whole)
        }
        Terms::Delivery {} => delivery::agree(run, bill, lot, request),
        Terms::Endorsement { not_transferable } => {
            endorsement::agree(run, bill, lot, request, *not_transferable)
        }
        Terms::Presentment { .. } => pay(run, bill, lot, request, false),
        Terms::UnusedReturn {} => unused_return::agree(run, bill, lot, request),
        Terms::Unmark {} => unmark::agree(run, bill, lot, request),
        Terms::Guarantee { ward } => guarantee::agree(run, bill, lot, request, ward),
        Terms::Discount { .. } => discount::agree(run, bill, lot, request),
        Terms::Redemption { settlement } => redemption::agree(run, bill, lot, request, *settlement),
        Terms::Offer { units, money } => {
            crate::recourse::settle(run, bill, lot, request, *units, *money)
        }
        _ => Err(StateFault::new(
            "requests",
            format!("{} is no act of bills", request.rule().act),
        )),
    }
}
