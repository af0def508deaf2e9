//! What can be read of members.

use crate::member_id::MemberId;
use crate::members::{Member, Role};
use crate::state::{StateFault, View};
use crate::tables::{ALL, MEMBERS, MEMBERS_BY_ROLE, member_suffix};

/// A member by its name.
pub fn member(view: &dyn View, id: &MemberId) -> Result<Option<Member>, StateFault> {
    member_in(view, id)
}

pub(crate) fn member_in(
    view: &(impl View + ?Sized),
    id: &MemberId,
) -> Result<Option<Member>, StateFault> {
    MEMBERS.get(view, ALL, &member_suffix(id))
}

/// The key of a member, for a proof.
pub fn member_key(id: &MemberId) -> Vec<u8> {
    MEMBERS.key(ALL, &member_suffix(id))
}

/// The member in the bytes stored under its key.
pub fn decode_member(bytes: &[u8]) -> Result<Member, StateFault> {
    MEMBERS.decode(bytes)
}

/// Up to `limit` members in order of name, after one of them or from the first.
pub fn list(
    view: &dyn View,
    after: Option<&MemberId>,
    limit: usize,
) -> Result<Vec<Member>, StateFault> {
    let from = after.map_or_else(Vec::new, |id| {
        let mut from = member_suffix(id).to_vec();
        from.push(0);
        from
    });
    Ok(MEMBERS
        .scan(view, ALL, &from, limit)?
        .into_iter()
        .map(|(_, member)| member)
        .collect())
}

/// Up to `limit` members of a role, in order of name, suspended ones too.
pub(crate) fn of_role(
    view: &(impl View + ?Sized),
    role: Role,
    limit: usize,
) -> Result<Vec<MemberId>, StateFault> {
    let found = MEMBERS_BY_ROLE.scan(view, &[role as u8], &[], limit)?;
    Ok(found.into_iter().map(|(_, member)| member).collect())
}
