//! Finding the instrument and the lot that a call names.

use crate::bills::existing_bill;
use crate::calls::InstrumentRef;
use crate::codes::Code;
use crate::instruments::{Instrument, InstrumentKind, InstrumentNumber, Lot, LotRange, Paper};
use crate::outcome::{CallResult, Failure};
use crate::requests::read::existing;
use crate::run::{Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{BILLS, CERTIFICATES, LOTS, PRESENTMENTS, id_bytes, instrument_entity};

/// The number of the instrument that a call names.
pub(crate) fn number_named(
    caller: &Caller<'_>,
    reference: InstrumentRef,
) -> Result<InstrumentNumber, Failure> {
    match reference {
        InstrumentRef::Number(number) => Ok(number),
        InstrumentRef::Call(index) => match caller.earlier(index.call)? {
            CallResult::Bill(number) | CallResult::Certificate(number) => Ok(*number),
            _ => Err(Failure::of(Code::BadReference).fact("call", u64::from(index.call))),
        },
    }
}

/// The instrument that a call names.
pub(crate) fn instrument_named(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: InstrumentRef,
) -> Result<Instrument, Failure> {
    instrument_at(run.state, &number_named(caller, reference)?)
}

/// The instrument of this number.
pub(crate) fn instrument_at(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
) -> Result<Instrument, Failure> {
    let entity = instrument_entity(number);
    match number.kind() {
        InstrumentKind::Bill => BILLS
            .get(view, entity, &[])?
            .map(Instrument::Bill)
            .ok_or_else(|| Failure::of(Code::NoSuchBill).fact("bill", *number)),
        InstrumentKind::Certificate => CERTIFICATES
            .get(view, entity, &[])?
            .map(Instrument::Certificate)
            .ok_or_else(|| Failure::of(Code::NoSuchCertificate).fact("certificate", *number)),
    }
}

/// An instrument that the state itself points to.
pub(crate) fn existing_instrument(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
) -> Result<Instrument, StateFault> {
    match number.kind() {
        InstrumentKind::Bill => existing_bill(view, number).map(Instrument::Bill),
        InstrumentKind::Certificate => CERTIFICATES
            .get(view, instrument_entity(number), &[])?
            .map(Instrument::Certificate)
            .ok_or_else(|| StateFault::new(CERTIFICATES.name(), format!("{number} is missing"))),
    }
}

/// The lot that a call names by its exact range, with nothing due on it.
pub(crate) fn lot_named(
    run: &Run<'_, '_>,
    paper: &dyn Paper,
    range: LotRange,
) -> Result<Lot, Failure> {
    let lot = LOTS
        .get(
            run.state,
            instrument_entity(&paper.number()),
            &range.start.to_be_bytes(),
        )?
        .filter(|lot| lot.range == range)
        .ok_or_else(|| {
            Failure::of(Code::NoSuchLot)
                .fact("bill", paper.number())
                .fact("lot", range)
        })?;
    require_worked_off(run, paper, &lot)?;
    Ok(lot)
}

/// Refuses while the clock has yet to do what is due on the lot by now.
pub(crate) fn require_worked_off(
    run: &Run<'_, '_>,
    paper: &dyn Paper,
    lot: &Lot,
) -> Result<(), Failure> {
    if paper.is_due(run, lot)? || request_due(run, lot)? {
        return Err(Failure::of(Code::DuePending).fact("bill", paper.number()));
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
