//! Numbers of new instruments: one series a bank and day, whatever they are for.

use crate::codes::Code;
use crate::instruments::{BankNumber, InstrumentNumber};
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{SERIALS, serial_entity};

const MAX_SERIAL: u32 = 99_999_999;

/// The number that the next instrument of a bank has today, with its serial.
pub(crate) fn next_number(
    run: &Run<'_, '_>,
    kind: u8,
    bank: BankNumber,
) -> Result<(InstrumentNumber, u32), Failure> {
    let used = SERIALS
        .get(run.state, &serial_entity(&bank, run.date()), &[])?
        .unwrap_or(0);
    let exhausted = || Failure::of(Code::SerialExhausted).fact("bank", bank.as_str());
    let serial = used
        .checked_add(1)
        .filter(|serial| *serial <= MAX_SERIAL)
        .ok_or_else(exhausted)?;
    let number = InstrumentNumber::compose(kind, bank, run.date(), serial).ok_or_else(exhausted)?;
    Ok((number, serial))
}

/// Takes it.
pub(crate) fn take_serial(
    run: &mut Run<'_, '_>,
    bank: BankNumber,
    serial: u32,
) -> Result<(), StateFault> {
    let entity = serial_entity(&bank, run.date());
    SERIALS.put(run.state, &entity, &[], &serial)
}
