//! What can be read of governance.

use crate::codes::Code;
use crate::gov::record::Proposal;
use crate::gov::{Policy, Protocol};
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::outcome::Failure;
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, OPEN_PROPOSALS, POLICY, PROPOSAL_LIST, PROPOSALS, PROTOCOL, id_bytes, latest_number_first,
};

/// Whose approval each kind of change takes.
pub fn policy(view: &dyn View) -> Result<Policy, StateFault> {
    policy_in(view)
}

pub(crate) fn policy_in(view: &(impl View + ?Sized)) -> Result<Policy, StateFault> {
    POLICY
        .get(view, ALL, &[])?
        .ok_or_else(|| StateFault::new(POLICY.name(), "no policy: the state has no genesis"))
}

/// The protocol in force after the last block, and what is scheduled.
pub fn protocol(view: &dyn View) -> Result<Protocol, StateFault> {
    protocol_in(view)
}

pub(crate) fn protocol_in(view: &(impl View + ?Sized)) -> Result<Protocol, StateFault> {
    PROTOCOL
        .get(view, ALL, &[])?
        .ok_or_else(|| StateFault::new(PROTOCOL.name(), "no version: the state has no genesis"))
}

/// A proposal by its id.
pub fn proposal(view: &dyn View, id: &RequestId) -> Result<Option<Proposal>, StateFault> {
    PROPOSALS.get(view, id_bytes(id), &[])
}

/// The proposal that the state itself points to.
pub(crate) fn existing(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Proposal, StateFault> {
    PROPOSALS
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| StateFault::new(PROPOSALS.name(), format!("{id} is missing")))
}

/// The proposal named in a call.
pub(crate) fn named(view: &(impl View + ?Sized), id: &RequestId) -> Result<Proposal, Failure> {
    PROPOSALS
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchProposal).fact("proposal", *id))
}

/// Up to `limit` proposals, the latest first: below a number, or from the latest.
pub fn proposals(
    view: &dyn View,
    below: Option<u64>,
    limit: usize,
) -> Result<Vec<Proposal>, StateFault> {
    let from = below.map_or_else(Vec::new, |number| {
        latest_number_first(number.saturating_sub(1)).to_vec()
    });
    if below == Some(0) {
        return Ok(Vec::new());
    }
    PROPOSAL_LIST
        .scan(view, ALL, &from, limit)?
        .into_iter()
        .map(|(_, id)| existing(view, &id))
        .collect()
}

/// The number of the last proposal; 0 where there is none.
pub(crate) fn last_number(view: &(impl View + ?Sized)) -> Result<u64, StateFault> {
    match PROPOSAL_LIST.next(view, ALL, &[])? {
        Some((_, id)) => Ok(existing(view, &id)?.number),
        None => Ok(0),
    }
}

/// How many proposals of a member are open or wait for their day.
pub(crate) fn live_of(view: &(impl View + ?Sized), member: &MemberId) -> Result<u32, StateFault> {
    Ok(OPEN_PROPOSALS
        .get(view, member.as_str().as_bytes(), &[])?
        .unwrap_or(0))
}
