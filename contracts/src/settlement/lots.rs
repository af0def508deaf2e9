//! What is peculiar to the lots of bills and of certificates in an instruction.

use crate::bills::{endorsement, profile};
use crate::calls::InstrumentRef;
use crate::date::Date;
use crate::instruments::{Instrument, existing_instrument, instrument_named, lot_at, split};
use crate::members::{TRADING_ROLES, acting, named, require_active, require_role};
use crate::outcome::Failure;
use crate::receivables::transfer;
use crate::requests::read::request_in;
use crate::requests::{OnLot, Opening, Request, Terms, day_before_maturity, made, open};
use crate::run::{Caller, Run};
use crate::settlement::{Instruction, LotLeg};
use crate::state::StateFault;

/// The last day on which a lot may move.
pub(super) fn latest_day(instrument: &Instrument) -> Date {
    match instrument {
        Instrument::Bill(bill) => profile::latest_transfer(bill),
        Instrument::Certificate(certificate) => day_before_maturity(certificate),
    }
}

/// Whether the receiver signs for a lot: always for a bill, for a certificate unless notice is enough.
pub(super) fn needs_signature(instrument: &Instrument) -> bool {
    match instrument {
        Instrument::Bill(_) => true,
        Instrument::Certificate(certificate) => !certificate.notice_only,
    }
}

/// The deliverer's lot is cut to what moves and locked, if it may move to the receiver as it stands.
pub(super) fn lock(
    run: &mut Run<'_, '_>,
    caller: &Caller<'_>,
    instruction: &Instruction,
    number: u8,
    leg: &LotLeg,
) -> Result<(), Failure> {
    let paper = instrument_named(run, caller, InstrumentRef::Number(leg.instrument))?;
    let receiver = named(run.state, &leg.to)?;
    require_role(&acting(run.state, &leg.from)?, TRADING_ROLES)?;
    require_role(&receiver, TRADING_ROLES)?;
    require_active(&receiver)?;
    let on = OnLot {
        lot: leg.lot,
        part: leg.part,
    };
    let (lot, units) = match &paper {
        Instrument::Bill(bill) => {
            endorsement::check_move(run, bill, on, &leg.from, &receiver, &leg.purpose)?
        }
        Instrument::Certificate(certificate) => {
            transfer::check_transfer(run, certificate, on, &leg.from, &receiver, &leg.purpose)?
        }
    };
    let lot = split(run, &paper, lot, units)?;
    let opening = Opening {
        id: instruction.lock_id(number),
        from: leg.from.clone(),
        to: leg.to.clone(),
        terms: Terms::Leg {
            instruction: instruction.id,
            leg: number,
        },
        answer_by: Some(instruction.deadline),
    };
    let request = open(run, &paper, &lot, opening)?;
    made(run, request);
    Ok(())
}

/// The request that locks the lot of a leg, if there is one: none before the deliverer has affirmed, and none once a
/// court has acted on the lot.
pub(super) fn lock_of(
    run: &Run<'_, '_>,
    instruction: &Instruction,
    number: u8,
) -> Result<Option<Request>, StateFault> {
    request_in(run.state, &instruction.lock_id(number))
}

/// The lot moves to its receiver.
pub(super) fn deliver(
    run: &mut Run<'_, '_>,
    request: &Request,
    leg: &LotLeg,
) -> Result<(), StateFault> {
    let instrument = existing_instrument(run.state, &request.instrument)?;
    let lot = lot_at(run.state, &request.instrument, request.range)?;
    match instrument {
        Instrument::Bill(bill) => endorsement::agree(run, bill, lot, request, false),
        Instrument::Certificate(certificate) => {
            transfer::agree(run, certificate, &lot, request, &leg.purpose)
        }
    }
}
