//! An instruction ends without effect: by a party's act, or at its deadline by the clock.

use crate::calls::CancelInstruction;
use crate::cash::unhold;
use crate::clock::{DueKey, DueKind, cancel};
use crate::codes::Code;
use crate::events::{InstructionCancelled, InstructionEnded, RequestWithdrawn};
use crate::instruments::{existing_instrument, lot_at};
use crate::member_id::MemberId;
use crate::outcome::{CallResult, Failure};
use crate::requests::{Request, restore};
use crate::run::{Act, Caller, Run};
use crate::settlement::affirm::find;
use crate::settlement::lots::lock_of;
use crate::settlement::read::{existing, proposed_in};
use crate::settlement::{HOLD, Instruction, LOCK, Leg};
use crate::state::StateFault;
use crate::tables::{INSTRUCTIONS, INSTRUCTIONS_BY_MEMBER, PROPOSED, id_bytes};
use crate::work;
use std::cmp::Reverse;

/// Takes an instruction out of the state; what was set aside for it is the caller's to free or move.
pub(super) fn remove_records(
    run: &mut Run<'_, '_>,
    instruction: &Instruction,
) -> Result<(), StateFault> {
    let id = id_bytes(&instruction.id);
    INSTRUCTIONS.remove(run.state, id, &[]);
    for party in instruction.parties() {
        INSTRUCTIONS_BY_MEMBER.remove(run.state, party.as_str().as_bytes(), id);
    }
    let end = DueKey::request(
        instruction.deadline,
        DueKind::InstructionEnd,
        &instruction.id,
    );
    cancel(run, &end);
    let proposer = instruction.by.as_str().as_bytes();
    match proposed_in(run.state, &instruction.by)?.checked_sub(1) {
        Some(0) => PROPOSED.remove(run.state, proposer, &[]),
        Some(left) => PROPOSED.put(run.state, proposer, &[], &left)?,
        None => {
            let what = format!("nothing proposed by {}", instruction.by);
            return Err(StateFault::new(PROPOSED.name(), what));
        }
    }
    Ok(())
}

/// The cash of whoever has affirmed is available again.
fn free_cash(run: &mut Run<'_, '_>, instruction: &Instruction) -> Result<(), StateFault> {
    for leg in &instruction.legs {
        match leg {
            Leg::Cash(leg) if instruction.affirmed_by(&leg.from) => {
                unhold(run.state, &leg.from, leg.money)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The locks of an instruction's lots, higher lots first, so that parts cut one after the other from a lot all
/// rejoin it.
fn locks(run: &Run<'_, '_>, instruction: &Instruction) -> Result<Vec<Request>, StateFault> {
    let mut found = Vec::new();
    for (number, leg) in instruction.numbered() {
        if let Leg::Lot(_) = leg {
            found.extend(lock_of(run, instruction, number)?);
        }
    }
    found.sort_by_key(|request| Reverse(request.range.start));
    Ok(found)
}

/// Frees a lot by a party's act.
fn unlock(run: &mut Run<'_, '_>, by: &MemberId, request: &Request) -> Result<(), StateFault> {
    let instrument = existing_instrument(run.state, &request.instrument)?;
    let lot = lot_at(run.state, &request.instrument, request.range)?;
    run.emit(RequestWithdrawn {
        request: request.id,
        instrument: request.instrument,
        lot: request.range,
        by: by.clone(),
    });
    restore(run, &instrument, request, lot)?;
    Ok(())
}

impl Act for CancelInstruction {
    type Checked = Instruction;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Instruction, Failure> {
        let instruction = find(run, caller, self.instruction)?;
        let needed = instruction
            .affirmations
            .iter()
            .any(|one| one.member == *caller.actor);
        if !needed && instruction.by != *caller.actor {
            return Err(Failure::of(Code::NotInInstruction).fact("member", caller.actor));
        }
        Ok(instruction)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        instruction: Instruction,
    ) -> Result<CallResult, Failure> {
        let legs = u64::try_from(instruction.legs.len()).unwrap_or(u64::MAX);
        run.charge(HOLD.saturating_mul(legs))?;
        for request in locks(run, &instruction)? {
            run.charge(LOCK)?;
            unlock(run, caller.actor, &request)?;
        }
        free_cash(run, &instruction)?;
        remove_records(run, &instruction)?;
        run.emit(InstructionCancelled {
            instruction: instruction.id,
            by: caller.actor.clone(),
            parties: instruction.parties(),
            reference: instruction.reference,
        });
        Ok(CallResult::Done)
    }
}

/// The close of an instruction's last day. The locks of its lots have lapsed at the same close, each by itself.
pub(crate) fn deadline(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::INSTRUCTION_END);
    let instruction = existing(run.state, &key.request_id())?;
    let legs = u64::try_from(instruction.legs.len()).unwrap_or(u64::MAX);
    run.count(HOLD.saturating_mul(legs));
    free_cash(run, &instruction)?;
    remove_records(run, &instruction)?;
    run.emit(InstructionEnded {
        instruction: instruction.id,
        deadline: instruction.deadline,
        parties: instruction.parties(),
        waited_for: instruction.waits_for(),
        reference: instruction.reference,
    });
    Ok(())
}
