//! Who has a say, and whether enough have said yes.

use crate::codes::Code;
use crate::gov::read::policy_in;
use crate::gov::record::{Proposal, Quorum};
use crate::gov::{Action, ActionKind, Need, Rule};
use crate::member_id::MemberId;
use crate::members::read::{member_in, of_role};
use crate::members::{Member, Role, acting, require_role};
use crate::nodes::read::nodes_in;
use crate::outcome::Failure;
use crate::run::{Caller, Run};
use crate::state::StateFault;
use std::collections::{BTreeMap, BTreeSet};

/// The most members that can be entitled to vote on a proposal.
pub(crate) const MAX_ENTITLED: usize = 128;

/// The members of these roles that are not suspended, up to one more than may be entitled.
fn with_roles(run: &Run<'_, '_>, roles: &[Role]) -> Result<BTreeSet<MemberId>, StateFault> {
    let mut found = BTreeSet::new();
    for role in roles {
        for member in of_role(run.state, *role, MAX_ENTITLED.saturating_add(1))? {
            if is_active(run, &member)? {
                found.insert(member);
            }
        }
    }
    Ok(found)
}

fn operators(run: &Run<'_, '_>) -> Result<BTreeSet<MemberId>, StateFault> {
    let mut found = BTreeSet::new();
    for node in nodes_in(run.state)? {
        if let Some(member) = node.member.as_ref().filter(|_| node.vote().is_some())
            && is_active(run, member)?
        {
            found.insert(member.clone());
        }
    }
    Ok(found)
}

fn is_active(run: &Run<'_, '_>, member: &MemberId) -> Result<bool, StateFault> {
    Ok(member_in(run.state, member)?.is_some_and(|member| !member.suspended))
}

/// Those whom a rule entitles besides the parties.
fn by_rule(run: &Run<'_, '_>, rule: &Rule) -> Result<BTreeSet<MemberId>, StateFault> {
    let mut entitled = with_roles(run, &rule.roles)?;
    if rule.operators {
        entitled.extend(operators(run)?);
    }
    Ok(entitled)
}

/// Whose approval these changes take: one quorum for each kind among them, in order of kind.
pub(crate) fn quorums(run: &Run<'_, '_>, actions: &[Action]) -> Result<Vec<Quorum>, Failure> {
    let policy = policy_in(run.state)?;
    let mut kinds: BTreeMap<ActionKind, Vec<&Action>> = BTreeMap::new();
    for action in actions {
        kinds.entry(action.kind()).or_default().push(action);
    }
    let mut quorums = Vec::with_capacity(kinds.len());
    for (kind, actions) in kinds {
        let rule = policy.rule(kind);
        let mut entitled = by_rule(run, rule)?;
        for action in &actions {
            if let Some(without) = action.without() {
                entitled.remove(without);
            }
        }
        let mut parties = BTreeSet::new();
        if rule.parties {
            parties.extend(actions.iter().flat_map(|a| a.parties()).cloned());
            entitled.extend(parties.iter().cloned());
        }
        let need = rule.need.of(entitled.len());
        let (count, most) = (number(entitled.len()), number(MAX_ENTITLED));
        if entitled.len() > MAX_ENTITLED {
            return Err(Failure::of(Code::TooManyEntitled)
                .fact("kind", kind.as_str())
                .fact("most", most));
        }
        if need == 0 || need > entitled.len() {
            return Err(Failure::of(Code::PolicyUnmet)
                .fact("kind", kind.as_str())
                .fact("have", count)
                .fact("need", number(need.max(1))));
        }
        for role in &rule.with {
            if !any_with(run, entitled.iter(), *role)? {
                return Err(Failure::of(Code::PolicyUnmet)
                    .fact("kind", kind.as_str())
                    .fact("role", role.as_str()));
            }
        }
        quorums.push(Quorum {
            kind,
            entitled: entitled.into_iter().collect(),
            need: u16::try_from(need).unwrap_or(u16::MAX),
            parties: parties.into_iter().collect(),
            roles: rule.roles.clone(),
            operators: rule.operators,
            with: rule.with.clone(),
        });
    }
    Ok(quorums)
}

fn any_with<'m>(
    run: &Run<'_, '_>,
    mut members: impl Iterator<Item = &'m MemberId>,
    role: Role,
) -> Result<bool, StateFault> {
    members.try_fold(false, |found, id| {
        Ok(found || member_in(run.state, id)?.is_some_and(|member| member.has_any(&[role])))
    })
}

/// Whether every quorum of a proposal is met: by members that are still entitled, and are not suspended.
pub(crate) fn is_carried(run: &Run<'_, '_>, proposal: &Proposal) -> Result<bool, StateFault> {
    for quorum in &proposal.quorums {
        let mut approving: Vec<Member> = Vec::new();
        for vote in proposal.votes.iter().filter(|vote| vote.approve) {
            if quorum.entitled.contains(&vote.member)
                && let Some(member) = member_in(run.state, &vote.member)?
                && still_entitled(run, quorum, &member)?
            {
                approving.push(member);
            }
        }
        let parties_agree = quorum
            .parties
            .iter()
            .all(|party| approving.iter().any(|member| member.id == *party));
        let roles_agree = quorum
            .with
            .iter()
            .all(|role| approving.iter().any(|member| member.has_any(&[*role])));
        if approving.len() < usize::from(quorum.need) || !parties_agree || !roles_agree {
            return Ok(false);
        }
    }
    Ok(true)
}

fn still_entitled(run: &Run<'_, '_>, quorum: &Quorum, member: &Member) -> Result<bool, StateFault> {
    if member.suspended {
        return Ok(false);
    }
    Ok(quorum.parties.contains(&member.id)
        || member.has_any(&quorum.roles)
        || (quorum.operators && operators(run)?.contains(&member.id)))
}

/// Whether so many are against a proposal that it cannot be carried any more.
pub(crate) fn is_lost(proposal: &Proposal) -> bool {
    proposal.quorums.iter().any(|quorum| {
        let against = |member: &&MemberId| proposal.vote_of(member) == Some(false);
        let left = quorum.entitled.iter().filter(|m| !against(m)).count();
        left < usize::from(quorum.need) || quorum.parties.iter().any(|m| against(&m))
    })
}

/// Refuses a direct call of one whom the policy does not entitle to this kind of change at all.
pub(crate) fn require_entitled(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    kind: ActionKind,
) -> Result<(), Failure> {
    let policy = policy_in(run.state)?;
    let rule = policy.rule(kind);
    if rule.operators && operators(run)?.contains(caller.actor) {
        return Ok(());
    }
    require_role(&acting(run.state, caller.actor)?, &rule.roles)
}

/// Refuses a direct call of one who is entitled, but may not decide alone.
pub(crate) fn require_alone(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    kind: ActionKind,
) -> Result<(), Failure> {
    let policy = policy_in(run.state)?;
    let rule = policy.rule(kind);
    let need = match rule.need {
        Need::Count(count) => usize::from(count),
        Need::Share { .. } => rule.need.of(by_rule(run, rule)?.len()),
    };
    let actor = acting(run.state, caller.actor)?;
    let with = rule.with.iter().all(|role| actor.has_any(&[*role]));
    if need > 1 || rule.parties || !with {
        return Err(Failure::of(Code::NeedsProposal)
            .fact("kind", kind.as_str())
            .fact("need", number(need)));
    }
    Ok(())
}

/// Refuses to take roles or the power to act from a member without whom some change could never be approved again.
pub(crate) fn require_attainable(
    run: &Run<'_, '_>,
    member: &Member,
    lost: &[Role],
) -> Result<(), Failure> {
    let policy = policy_in(run.state)?;
    for kind in ActionKind::ALL {
        let rule = policy.rule(*kind);
        let kept = |role: &Role| member.roles.contains(role) && !lost.contains(role);
        let loses = |roles: &[Role]| roles.iter().any(|role| lost.contains(role));
        if loses(&rule.roles) && !rule.operators && !rule.parties && !rule.roles.iter().any(kept) {
            let mut left = with_roles(run, &rule.roles)?;
            left.remove(&member.id);
            let need = match rule.need {
                Need::Count(count) => usize::from(count),
                Need::Share { .. } => 1,
            };
            if left.len() < need {
                return Err(locked_out(*kind, left.len(), need));
            }
        }
        for role in rule.with.iter().filter(|role| lost.contains(role)) {
            let mut left = with_roles(run, &[*role])?;
            left.remove(&member.id);
            if left.is_empty() {
                return Err(locked_out(*kind, 0, 1));
            }
        }
    }
    Ok(())
}

fn locked_out(kind: ActionKind, left: usize, need: usize) -> Failure {
    Failure::of(Code::WouldLockOut)
        .fact("kind", kind.as_str())
        .fact("have", number(left))
        .fact("need", number(need))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
