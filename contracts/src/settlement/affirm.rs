//! A member affirms: what it pays and delivers is set aside. The last one settles.

use crate::calls::{Affirm, RequestRef};
use crate::cash::{hold, require_available, require_no_due_debt};
use crate::codes::Code;
use crate::events::InstructionAffirmed;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::settlement::legs::on_leg;
use crate::settlement::lots::{lock, lock_of};
use crate::settlement::read::instruction_in;
use crate::settlement::settle::settle;
use crate::settlement::{HOLD, Instruction, LOCK, Leg};
use crate::state::StateFault;
use crate::tables::{INSTRUCTIONS, id_bytes};

/// Finds the instruction that a call names, which still waits.
pub(super) fn find(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: RequestRef,
) -> Result<Instruction, Failure> {
    let id = match reference {
        RequestRef::Id(id) => id,
        RequestRef::Call(index) => match caller.earlier(index.call)? {
            CallResult::Instruction { instruction, .. } => *instruction,
            _ => {
                return Err(Failure::of(Code::BadReference).fact("call", u64::from(index.call)));
            }
        },
    };
    let instruction = instruction_in(run.state, &id)?
        .ok_or_else(|| Failure::of(Code::NoSuchInstruction).fact("instruction", id))?;
    if run.past_close(instruction.deadline) {
        return Err(Failure::of(Code::DuePending).fact("instruction", id));
    }
    Ok(instruction)
}

/// Whether a court has freed a lot that the member had locked: then it may affirm anew.
fn lost_lock(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    instruction: &Instruction,
) -> Result<bool, StateFault> {
    for (number, leg) in instruction.numbered() {
        let own = matches!(leg, Leg::Lot(leg) if leg.from == *caller.actor);
        if own && lock_of(run, instruction, number)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Sets aside what the acting member pays and delivers, leg by leg; what is set aside already stays so.
fn set_aside(
    run: &mut Run<'_, '_>,
    caller: &Caller<'_>,
    instruction: &Instruction,
) -> Result<(), Failure> {
    let again = instruction.affirmed_by(caller.actor);
    for (number, leg) in instruction.numbered() {
        if leg.from() != caller.actor {
            continue;
        }
        match leg {
            Leg::Cash(_) if again => {}
            Leg::Cash(leg) => {
                run.charge(HOLD)?;
                on_leg(number, require_no_due_debt(run, &leg.from))?;
                on_leg(number, require_available(run.state, &leg.from, leg.money))?;
                hold(run.state, &leg.from, leg.money)?;
            }
            Leg::Lot(leg) => {
                run.charge(LOCK)?;
                if lock_of(run, instruction, number)?.is_none() {
                    on_leg(number, lock(run, caller, instruction, number, leg))?;
                }
            }
        }
    }
    Ok(())
}

impl Act for Affirm {
    type Checked = Instruction;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Instruction, Failure> {
        let instruction = find(run, caller, self.instruction)?;
        let by_id = matches!(self.instruction, RequestRef::Id(_));
        if by_id && instruction.terms_hash() != self.terms {
            return Err(Failure::of(Code::TermsChanged).fact("instruction", instruction.id));
        }
        let own = instruction
            .affirmations
            .iter()
            .find(|one| one.member == *caller.actor);
        let Some(own) = own else {
            return Err(Failure::of(Code::NotInInstruction).fact("member", caller.actor));
        };
        if own.affirmed && !lost_lock(run, caller, &instruction)? {
            return Err(Failure::of(Code::AlreadyAffirmed).fact("instruction", instruction.id));
        }
        Ok(instruction)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        mut instruction: Instruction,
    ) -> Result<CallResult, Failure> {
        set_aside(run, caller, &instruction)?;
        for one in &mut instruction.affirmations {
            one.affirmed = one.affirmed || one.member == *caller.actor;
        }
        let waits_for = instruction.waits_for();
        let last = waits_for.is_empty();
        run.emit(InstructionAffirmed {
            instruction: instruction.id,
            by: caller.actor.clone(),
            waits_for,
        });
        if last {
            settle(run, &instruction)?;
        } else {
            INSTRUCTIONS.put(run.state, id_bytes(&instruction.id), &[], &instruction)?;
        }
        Ok(CallResult::Done)
    }
}
