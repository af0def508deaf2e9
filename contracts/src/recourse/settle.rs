//! An offer is accepted: the claim is settled.

use crate::bills::{Bill, Lot};
use crate::money::Money;
use crate::requests::Request;
use crate::run::Run;
use crate::state::StateFault;

pub(crate) fn settle(
    _: &mut Run<'_, '_>,
    bill: Bill,
    _: Lot,
    _: &Request,
    _: u64,
    _: Money,
) -> Result<(), StateFault> {
    Err(StateFault::new(
        "bills",
        format!("{}: no recourse yet", bill.number),
    ))
}
