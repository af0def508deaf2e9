//! What can be read of settlement instructions.

use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::settlement::Instruction;
use crate::state::{StateFault, View};
use crate::tables::{INSTRUCTIONS, INSTRUCTIONS_BY_MEMBER, PROPOSED, id_bytes};

/// An instruction that waits, by its id; none when it has settled, was cancelled or ended.
pub fn instruction(view: &dyn View, id: &RequestId) -> Result<Option<Instruction>, StateFault> {
    instruction_in(view, id)
}

/// The key of an instruction, for a proof.
pub fn instruction_key(id: &RequestId) -> Vec<u8> {
    INSTRUCTIONS.key(id_bytes(id), &[])
}

/// The instruction in the bytes stored under its key.
pub fn decode_instruction(bytes: &[u8]) -> Result<Instruction, StateFault> {
    INSTRUCTIONS.decode(bytes)
}

/// Up to `limit` instructions that wait and have a member among their parties, in order of id, after one of them or
/// from the first.
pub fn of_member(
    view: &dyn View,
    member: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<Instruction>, StateFault> {
    let from = after.map_or_else(Vec::new, |id| {
        let mut from = id_bytes(id).to_vec();
        from.push(0);
        from
    });
    INSTRUCTIONS_BY_MEMBER
        .scan(view, member.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .map(|(suffix, ())| {
            let id = <[u8; 16]>::try_from(suffix.as_slice()).map_err(|_| {
                StateFault::new(INSTRUCTIONS_BY_MEMBER.name(), "a key of wrong form")
            })?;
            existing(view, &RequestId(id))
        })
        .collect()
}

pub(crate) fn instruction_in(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Option<Instruction>, StateFault> {
    INSTRUCTIONS.get(view, id_bytes(id), &[])
}

/// An instruction that the state itself points to.
pub(crate) fn existing(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Instruction, StateFault> {
    instruction_in(view, id)?
        .ok_or_else(|| StateFault::new(INSTRUCTIONS.name(), format!("{id} is missing")))
}

/// How many instructions of a proposer wait.
pub(crate) fn proposed_in(
    view: &(impl View + ?Sized),
    member: &MemberId,
) -> Result<u32, StateFault> {
    Ok(PROPOSED
        .get(view, member.as_str().as_bytes(), &[])?
        .unwrap_or(0))
}
