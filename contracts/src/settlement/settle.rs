//! All have affirmed: every leg settles at once. What fails here undoes the last affirmation and nothing else.

use crate::cash::{move_cash, unhold};
use crate::codes::Code;
use crate::events::{CashTransferred, InstructionSettled};
use crate::members::{named, require_active};
use crate::outcome::Failure;
use crate::requests::{Request, check_not_frozen};
use crate::run::Run;
use crate::settlement::end::remove_records;
use crate::settlement::legs::on_leg;
use crate::settlement::lots::{deliver, lock_of};
use crate::settlement::{Instruction, Leg, LotLeg, MOVE, PAY};
use crate::tables::{LOTS, instrument_entity};

pub(super) fn settle(run: &mut Run<'_, '_>, instruction: &Instruction) -> Result<(), Failure> {
    let mut locks = Vec::with_capacity(instruction.legs.len());
    for (number, leg) in instruction.numbered() {
        locks.push(on_leg(number, check(run, instruction, number, leg))?);
    }
    for (leg, lock) in instruction.legs.iter().zip(locks) {
        match (leg, lock) {
            (Leg::Lot(leg), Some(request)) => {
                run.charge(MOVE)?;
                deliver(run, &request, leg)?;
            }
            (Leg::Cash(leg), _) => {
                run.charge(PAY)?;
                unhold(run.state, &leg.from, leg.money)?;
                move_cash(run.state, &leg.from, &leg.to, leg.money)?;
                run.emit(CashTransferred {
                    from: leg.from.clone(),
                    to: leg.to.clone(),
                    money: leg.money,
                    purpose: leg.purpose.clone(),
                    reference: instruction.reference.clone(),
                });
            }
            (Leg::Lot(leg), None) => return Err(not_locked(leg)),
        }
    }
    remove_records(run, instruction)?;
    run.emit(InstructionSettled {
        instruction: instruction.id,
        parties: instruction.parties(),
        reference: instruction.reference.clone(),
    });
    Ok(())
}

/// Whoever pays, delivers or receives paper may still act, and the lot is still locked. A suspended member is
/// credited with cash. Gives the request that locks the lot.
fn check(
    run: &Run<'_, '_>,
    instruction: &Instruction,
    number: u8,
    leg: &Leg,
) -> Result<Option<Request>, Failure> {
    require_active(&named(run.state, leg.from())?)?;
    let Leg::Lot(leg) = leg else {
        return Ok(None);
    };
    require_active(&named(run.state, &leg.to)?)?;
    match lock_of(run, instruction, number)? {
        Some(request) => Ok(Some(request)),
        None => {
            let start = leg.lot.start.to_be_bytes();
            let lot = LOTS.get(run.state, instrument_entity(&leg.instrument), &start)?;
            if let Some(lot) = lot {
                check_not_frozen(&lot)?;
            }
            Err(not_locked(leg))
        }
    }
}

fn not_locked(leg: &LotLeg) -> Failure {
    Failure::of(Code::LotNotLocked)
        .fact("deliverer", &leg.from)
        .fact("lot", leg.lot)
}
