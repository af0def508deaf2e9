//! Governance: proposals, their votes and counts; the nodes; the lists of members by role.

use crate::gov::ProposalStatus;
use crate::invariants::Findings;
use crate::member_id::MemberId;
use crate::members::Role;
use crate::nodes::read::{nodes_in, pending_in, set_changes, voters_in};
use crate::nodes::{MAX_TOTAL_POWER, MAX_VALIDATORS, NodeKind};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, MEMBERS, MEMBERS_BY_ROLE, OPEN_PROPOSALS, POLICY, PROPOSAL_LIST, PROPOSALS, PROTOCOL,
    id_bytes,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    proposals(view, findings)?;
    nodes(view, findings)?;
    roles(view, findings)?;
    let policy = POLICY.get(view, ALL, &[])?;
    findings.expect(policy.is_some(), "there is a policy", String::new);
    let protocol = PROTOCOL.get(view, ALL, &[])?;
    findings.expect(
        protocol.is_some_and(|p| p.scheduled.is_none_or(|next| next.version > p.version)),
        "the protocol only goes on",
        || "the version scheduled is not above the one in force, or there is none".to_owned(),
    );
    Ok(())
}

fn proposals(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut live: BTreeMap<MemberId, u32> = BTreeMap::new();
    let mut count = 0u64;
    for (_, id) in PROPOSAL_LIST.scan(view, ALL, &[], usize::MAX)? {
        let proposal = PROPOSALS
            .get(view, id_bytes(&id), &[])?
            .ok_or_else(|| StateFault::new(PROPOSALS.name(), format!("{id} is missing")))?;
        count = count.saturating_add(1);
        let entitled = proposal.entitled();
        let voters: BTreeSet<_> = proposal.votes.iter().map(|vote| &vote.member).collect();
        findings.expect(
            voters.len() == proposal.votes.len() && voters.is_subset(&entitled),
            "each who is entitled votes once",
            || format!("proposal {id}: {} votes", proposal.votes.len()),
        );
        findings.expect(
            proposal.is_live() == proposal.ended_on.is_none()
                && (proposal.status == ProposalStatus::Failed) == proposal.failure.is_some(),
            "a proposal that has ended says when, and why where it failed",
            || format!("proposal {id} is {}", proposal.status),
        );
        let enough = |approve: bool| {
            proposal.quorums.iter().all(|quorum| {
                let given = quorum
                    .entitled
                    .iter()
                    .filter(|member| proposal.vote_of(member) == Some(approve));
                given.count() >= usize::from(quorum.need)
            })
        };
        let carried = matches!(
            proposal.status,
            ProposalStatus::Carried | ProposalStatus::Applied | ProposalStatus::Failed
        );
        findings.expect(
            !carried || enough(true),
            "what is carried has its approvals",
            || format!("proposal {id} is {}", proposal.status),
        );
        if proposal.is_live() {
            let count = live.entry(proposal.by.clone()).or_default();
            *count = count.saturating_add(1);
        }
    }
    let all = PROPOSALS.all_from(view, &[]).count();
    findings.expect(
        u64::try_from(all) == Ok(count),
        "every proposal is in the list",
        || format!("{all} proposals, {count} listed"),
    );
    for entry in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let member = entry.1.id;
        let counted = OPEN_PROPOSALS.get(view, member.as_str().as_bytes(), &[])?;
        let expected = live.remove(&member);
        findings.expect(counted == expected, "live proposals are counted", || {
            format!("{member}: {counted:?} counted, {expected:?} live")
        });
    }
    Ok(())
}

fn nodes(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let nodes = nodes_in(view)?;
    let voters = voters_in(view)?;
    for node in &nodes {
        let votes = node.consensus_key.is_some() && node.power > 0;
        findings.expect(
            votes == (node.kind == NodeKind::Validator) && (votes || node.vote().is_none()),
            "validators vote and nobody else",
            || format!("{} is {}", node.name, node.kind),
        );
    }
    let keys: BTreeSet<_> = voters.iter().map(|(key, _)| key).collect();
    let peers: BTreeSet<_> = nodes.iter().map(|node| node.peer_key).collect();
    findings.expect(
        keys.len() == voters.len() && peers.len() == nodes.len(),
        "keys of nodes are unique",
        || format!("{} nodes", nodes.len()),
    );
    let power: u128 = voters.iter().map(|(_, power)| u128::from(*power)).sum();
    findings.expect(
        voters.len() <= MAX_VALIDATORS && power <= u128::from(MAX_TOTAL_POWER),
        "a set of validators is bounded",
        || format!("{} of power {power}", voters.len()),
    );
    let changes = set_changes(view)?;
    if let Some((height, last)) = changes.last() {
        findings.expect(
            *last == voters && !voters.is_empty(),
            "the last set on record votes",
            || format!("the set of height {height} is another"),
        );
    }
    if let Some(change) = pending_in(view)? {
        findings.expect(
            changes.last().is_none_or(|(last, _)| *last < change.height),
            "a change of validators comes after the last one",
            || format!("{} at height {}", change.name, change.height),
        );
    }
    Ok(())
}

fn roles(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut listed = BTreeSet::new();
    for role in Role::ALL {
        for (_, member) in MEMBERS_BY_ROLE.scan(view, &[*role as u8], &[], usize::MAX)? {
            listed.insert((*role, member));
        }
    }
    let mut held = BTreeSet::new();
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        for role in member.roles {
            held.insert((role, member.id.clone()));
        }
    }
    for (role, member) in listed.symmetric_difference(&held) {
        findings.expect(false, "members are listed by their roles", || {
            format!("{member} as {role}")
        });
    }
    Ok(())
}
