//! One sample of every event of instructions and netting.

use crate::samples::*;
use crate::support::*;
use allonge_contracts::Event;
use allonge_contracts::events::*;
use allonge_contracts::netting::{Cycle, Obligation, Wait};
use allonge_contracts::settlement::{Affirmation, Instruction};

pub fn settlement() -> Vec<Event> {
    let parties = vec![member("s1"), member("s2")];
    vec![
        InstructionProposed {
            instruction: Instruction {
                id: id(),
                by: member("s1"),
                legs: legs(),
                deadline: date("2027-01-08"),
                reference: text("i-1"),
                proposed_on: date("2027-01-05"),
                affirmations: parties
                    .iter()
                    .map(|member| Affirmation {
                        member: member.clone(),
                        affirmed: false,
                    })
                    .collect(),
            },
        }
        .into(),
        InstructionAffirmed {
            instruction: id(),
            by: member("s1"),
            waits_for: vec![member("s2")],
        }
        .into(),
        InstructionSettled {
            instruction: id(),
            parties: parties.clone(),
            reference: text("i-1"),
        }
        .into(),
        InstructionCancelled {
            instruction: id(),
            by: member("s2"),
            parties: parties.clone(),
            reference: text("i-1"),
        }
        .into(),
        InstructionEnded {
            instruction: id(),
            deadline: date("2027-01-08"),
            parties,
            waited_for: vec![member("s2")],
            reference: text("i-1"),
        }
        .into(),
    ]
}

pub fn netting() -> Vec<Event> {
    let (s1, s2) = (member("s1"), member("s2"));
    let money = yuan("250,000.00");
    vec![
        ObligationQueued {
            obligation: Obligation {
                id: id(),
                payer: s1.clone(),
                payee: s2.clone(),
                money,
                priority: 3,
                place: 17,
                not_before: Some(date("2027-01-06")),
                deadline: date("2027-01-08"),
                purpose: text("delivery 17"),
                reference: text("q-1"),
                waits: Wait::New,
            },
        }
        .into(),
        ObligationReordered {
            obligation: id(),
            payer: s1.clone(),
            priority: 0,
            before: None,
        }
        .into(),
        ObligationCancelled {
            obligation: id(),
            payer: s1.clone(),
            payee: s2.clone(),
            money,
        }
        .into(),
        LimitsSet {
            member: s1.clone(),
            currency: cny(),
            multilateral: Some(yuan("5,000,000.00")),
            bilateral: bilateral(),
            reserve: None,
        }
        .into(),
        ObligationSettled {
            obligation: id(),
            payer: s1.clone(),
            payee: s2.clone(),
            money,
            cycle: 3,
            purpose: text("delivery 17"),
            reference: text("q-1"),
        }
        .into(),
        ObligationEnded {
            obligation: id(),
            payer: s1.clone(),
            payee: s2,
            money,
            waits: Wait::Behind,
        }
        .into(),
        CycleRun {
            cycle: Cycle {
                currency: cny(),
                number: 3,
                date: date("2027-01-06"),
                height: 1_200,
                by: Some(s1),
                waiting: 12,
                eligible: 9,
                settled: 7,
                gross: u128::from(u64::MAX) + 1,
                net: 1_250_000,
            },
        }
        .into(),
    ]
}
