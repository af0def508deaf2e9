//! An instruction is proposed.

use crate::calls::Propose;
use crate::clock::{DueKey, DueKind, schedule};
use crate::codes::Code;
use crate::events::InstructionProposed;
use crate::member_id::MemberId;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::settlement::legs::{Looked, on_leg};
use crate::settlement::read::proposed_in;
use crate::settlement::{Affirmation, Instruction, LOOK, Leg, MAX_LEGS, MAX_PROPOSED};
use crate::tables::{INSTRUCTIONS, INSTRUCTIONS_BY_MEMBER, PROPOSED, id_bytes};
use std::collections::BTreeSet;

impl Act for Propose {
    /// Whose agreement it needs.
    type Checked = BTreeSet<MemberId>;

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.legs.is_empty() || self.legs.len() > MAX_LEGS {
            let most = u64::try_from(MAX_LEGS).unwrap_or(u64::MAX);
            return Err(Failure::argument("legs").fact("most", most));
        }
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let mut looked = Looked::default();
        for (number, leg) in (0u8..).zip(&self.legs) {
            on_leg(number, looked.look(run, caller, leg, self.deadline))?;
        }
        if self.deadline < run.next_close() {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.deadline)
                .fact("earliest", run.next_close()));
        }
        let party = |leg: &Leg| leg.from() == caller.actor || leg.to() == caller.actor;
        if !self.legs.iter().any(party) {
            return Err(Failure::of(Code::NotInInstruction).fact("member", caller.actor));
        }
        if proposed_in(run.state, caller.actor)? >= MAX_PROPOSED {
            return Err(
                Failure::of(Code::TooManyInstructions).fact("most", u64::from(MAX_PROPOSED))
            );
        }
        let mut needed: BTreeSet<MemberId> = looked.signers.into_iter().collect();
        needed.extend(self.legs.iter().map(|leg| leg.from().clone()));
        Ok(needed)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        needed: BTreeSet<MemberId>,
    ) -> Result<CallResult, Failure> {
        let legs = u64::try_from(self.legs.len()).unwrap_or(u64::MAX);
        run.charge(LOOK.saturating_mul(legs))?;
        let instruction = Instruction {
            id: caller.new_id(),
            by: caller.actor.clone(),
            legs: self.legs.clone(),
            deadline: self.deadline,
            reference: self.reference.clone(),
            proposed_on: run.date(),
            affirmations: needed
                .into_iter()
                .map(|member| Affirmation {
                    member,
                    affirmed: false,
                })
                .collect(),
        };
        let id = id_bytes(&instruction.id);
        INSTRUCTIONS.put(run.state, id, &[], &instruction)?;
        for party in instruction.parties() {
            INSTRUCTIONS_BY_MEMBER.put(run.state, party.as_str().as_bytes(), id, &())?;
        }
        let waiting = proposed_in(run.state, caller.actor)?.saturating_add(1);
        PROPOSED.put(run.state, caller.actor.as_str().as_bytes(), &[], &waiting)?;
        let end = DueKey::request(self.deadline, DueKind::InstructionEnd, &instruction.id);
        schedule(run, &end, 0)?;
        let result = CallResult::Instruction {
            instruction: instruction.id,
            terms: instruction.terms_hash(),
        };
        run.emit(InstructionProposed { instruction });
        Ok(result)
    }
}
