//! Finding the certificate, the lot and the line that a call names.

use crate::calls::InstrumentRef;
use crate::codes::Code;
use crate::hash::RequestId;
use crate::instruments::{InstrumentNumber, Lot, number_named, require_worked_off};
use crate::outcome::Failure;
use crate::receivables::{Certificate, Line};
use crate::run::{Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{CERTIFICATES, LINES, LOTS, id_bytes, instrument_entity};

/// The certificate that a call names.
pub(crate) fn certificate_named(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: InstrumentRef,
) -> Result<Certificate, Failure> {
    let number = number_named(caller, reference)?;
    CERTIFICATES
        .get(run.state, instrument_entity(&number), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchCertificate).fact("certificate", number))
}

/// A certificate that the state itself points to.
pub(crate) fn existing_certificate(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
) -> Result<Certificate, StateFault> {
    CERTIFICATES
        .get(view, instrument_entity(number), &[])?
        .ok_or_else(|| StateFault::new(CERTIFICATES.name(), format!("{number} is missing")))
}

/// The first lot of a certificate, which is the whole of it until it is signed for.
pub(crate) fn whole_lot(run: &Run<'_, '_>, certificate: &Certificate) -> Result<Lot, Failure> {
    let lot = first_lot(run.state, certificate)?;
    require_worked_off(run, certificate, &lot)?;
    Ok(lot)
}

/// The same for the clock.
pub(crate) fn first_lot(
    view: &(impl View + ?Sized),
    certificate: &Certificate,
) -> Result<Lot, StateFault> {
    LOTS.next(view, instrument_entity(&certificate.number), &[])?
        .map(|(_, lot)| lot)
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{} has no lot", certificate.number)))
}

/// The line that a call names.
pub(super) fn line_named(view: &impl View, id: &RequestId) -> Result<Line, Failure> {
    LINES
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchLine).fact("line", *id))
}

/// A line that the state itself points to.
pub(super) fn existing_line(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Line, StateFault> {
    LINES
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| StateFault::new(LINES.name(), format!("line {id} is missing")))
}
