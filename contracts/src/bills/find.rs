//! Finding the bill that a call names.

use crate::bills::{Bill, InstrumentNumber, Lot, require_worked_off};
use crate::calls::InstrumentRef;
use crate::codes::Code;
use crate::instruments::number_named;
use crate::outcome::Failure;
use crate::run::{Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{BILLS, LOTS, instrument_entity};

/// The bill that a call names.
pub(crate) fn bill_named(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: InstrumentRef,
) -> Result<Bill, Failure> {
    let number = number_named(caller, reference)?;
    BILLS
        .get(run.state, instrument_entity(&number), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchBill).fact("bill", number))
}

/// A bill that the state itself points to.
pub(crate) fn existing_bill(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
) -> Result<Bill, StateFault> {
    BILLS
        .get(view, instrument_entity(number), &[])?
        .ok_or_else(|| StateFault::new(BILLS.name(), format!("bill {number} is missing")))
}

/// The first lot of a package, which is the whole of it until it is delivered.
pub(crate) fn whole_lot(run: &Run<'_, '_>, bill: &Bill) -> Result<Lot, Failure> {
    let (_, lot) = LOTS
        .next(run.state, instrument_entity(&bill.number), &[])?
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{} has no lot", bill.number)))?;
    require_worked_off(run, bill, &lot)?;
    Ok(lot)
}
