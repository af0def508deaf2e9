//! Whether a set of keys may act for a member.

use crate::codes::Code;
use crate::hash::PublicKey;
use crate::member_id::MemberId;
use crate::members::read::member_in;
use crate::state::{StateFault, View};

/// The member is known and not suspended, all keys are its own, and its threshold is met (rule book 1).
pub(crate) fn authorise(
    view: &dyn View,
    actor: &MemberId,
    keys: &[PublicKey],
) -> Result<Result<(), Code>, StateFault> {
    let Some(member) = member_in(view, actor)? else {
        return Ok(Err(Code::UnknownMember));
    };
    if member.suspended {
        return Ok(Err(Code::MemberSuspended));
    }
    if keys.iter().any(|key| !member.keys.contains(key)) {
        return Ok(Err(Code::UnknownKey));
    }
    if keys.len() < usize::from(member.threshold).max(1) {
        return Ok(Err(Code::TooFewApprovals));
    }
    Ok(Ok(()))
}
