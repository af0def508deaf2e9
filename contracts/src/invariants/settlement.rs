//! Instructions, the lists that name them, and what is locked for them agree.

use crate::invariants::Findings;
use crate::member_id::MemberId;
use crate::requests::Terms;
use crate::settlement::{Instruction, Leg, MAX_LEGS, MAX_PROPOSED};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, INSTRUCTIONS, INSTRUCTIONS_BY_MEMBER, MEMBERS, PROPOSED, REQUESTS, id_bytes,
};
use std::collections::BTreeMap;

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut proposed: BTreeMap<MemberId, u32> = BTreeMap::new();
    let mut entries = 0u64;
    for entry in INSTRUCTIONS.all_from(view, &[]) {
        let (key, instruction) = entry?;
        findings.expect(
            key == INSTRUCTIONS.key(id_bytes(&instruction.id), &[]),
            "an instruction is under its id",
            || format!("instruction {}", instruction.id),
        );
        let count = proposed.entry(instruction.by.clone()).or_default();
        *count = count.saturating_add(1);
        for party in instruction.parties() {
            entries = entries.saturating_add(1);
            let listed = INSTRUCTIONS_BY_MEMBER
                .get(view, party.as_str().as_bytes(), id_bytes(&instruction.id))?
                .is_some();
            findings.expect(listed, "an instruction is in its parties' lists", || {
                format!("instruction {} of {party}", instruction.id)
            });
        }
        check_affirmations(&instruction, findings);
    }
    let mut listed = 0u64;
    for entry in INSTRUCTIONS_BY_MEMBER.all_from(view, &[]) {
        entry?;
        listed = listed.saturating_add(1);
    }
    findings.expect(listed == entries, "a list names live instructions", || {
        format!("{listed} in lists, {entries} of instructions")
    });
    let mut counts = 0usize;
    for entry in PROPOSED.all_from(view, &[]) {
        entry?;
        counts = counts.saturating_add(1);
    }
    findings.expect(
        counts == proposed.len(),
        "every count is a member's",
        || format!("{counts} counts, {} proposers", proposed.len()),
    );
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let counted = PROPOSED.get(view, member.id.as_str().as_bytes(), &[])?;
        let waiting = proposed.get(&member.id).copied();
        findings.expect(
            counted == waiting && waiting.is_none_or(|waiting| waiting <= MAX_PROPOSED),
            "what a member has proposed is counted",
            || format!("{}: {counted:?} counted, {waiting:?} wait", member.id),
        );
    }
    check_locks(view, findings)
}

fn check_affirmations(instruction: &Instruction, findings: &mut Findings) {
    let needed = |member: &MemberId| {
        instruction
            .affirmations
            .iter()
            .any(|one| one.member == *member)
    };
    let in_order = instruction
        .affirmations
        .is_sorted_by(|one, next| one.member < next.member);
    findings.expect(
        (1..=MAX_LEGS).contains(&instruction.legs.len())
            && in_order
            && !instruction.waits_for().is_empty()
            && instruction.legs.iter().all(|leg| needed(leg.from())),
        "an instruction waits for somebody, and needs everybody who pays or delivers",
        || format!("instruction {}", instruction.id),
    );
}

/// Every lot that is locked for an instruction is that of a leg whose deliverer has affirmed it.
fn check_locks(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    for entry in REQUESTS.all_from(view, &[]) {
        let (_, request) = entry?;
        let Terms::Leg { instruction, leg } = request.terms else {
            continue;
        };
        let place = || format!("request {} of instruction {instruction}", request.id);
        let found = INSTRUCTIONS.get(view, id_bytes(&instruction), &[])?;
        let holds = found.is_some_and(|found| {
            let named = found.numbered().find(|(number, _)| *number == leg);
            found.lock_id(leg) == request.id
                && request.answer_by == Some(found.deadline)
                && matches!(named, Some((_, Leg::Lot(named)))
                    if named.instrument == request.instrument
                        && named.from == request.from
                        && named.to == request.to
                        && named.lot.start == request.range.start
                        && named.part.is_none_or(|part| Some(part.minor) == request.range.amount())
                        && found.affirmed_by(&named.from))
        });
        findings.expect(holds, "a locked lot is that of an affirmed leg", place);
    }
    Ok(())
}
