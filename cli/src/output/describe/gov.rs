//! Governance in words.

use super::noted;
use allonge_contracts::gov::Action;
use allonge_contracts::members::Role;
use allonge_contracts::nodes::ValidatorChange;
use allonge_contracts::{Event, PublicKey, Text};

fn roles(roles: &[Role]) -> String {
    let all: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    all.join(", ")
}

fn keys(keys: &[PublicKey], threshold: u8) -> String {
    format!("{threshold} of {} keys", keys.len())
}

fn since(height: u64) -> String {
    match height {
        0 => " as soon as may be".to_owned(),
        height => format!(" from height {height} on"),
    }
}

fn place(what: &str, value: Option<&Text<128>>) -> String {
    value
        .map(|v| format!(", {what} at {v}"))
        .unwrap_or_default()
}

/// What a change does, in one line.
pub fn action_text(action: &Action) -> String {
    match action {
        Action::Admit(a) => format!(
            "admit {} as {}, signing with {}",
            a.member,
            roles(&a.roles),
            keys(&a.keys, a.threshold)
        ),
        Action::Suspend(a) => {
            format!("suspend {}{}", a.member, noted("reason", a.reason.as_str()))
        }
        Action::Reinstate(a) => {
            format!(
                "reinstate {}{}",
                a.member,
                noted("reason", a.reason.as_str())
            )
        }
        Action::ReplaceKeys(a) => format!(
            "replace the keys of {} by {}",
            a.member,
            keys(&a.keys, a.threshold)
        ),
        Action::ChangeRoles(a) => format!("make {} {}", a.member, roles(&a.roles)),
        Action::Recover(a) => format!(
            "give {} new keys, {}{}",
            a.member,
            keys(&a.keys, a.threshold),
            noted("order", a.order.as_str())
        ),
        Action::CorrectCash(a) => format!(
            "correct an error: {} back from {} to {}",
            a.money.grouped(),
            a.from,
            a.to
        ),
        Action::CorrectLot(a) => format!(
            "correct an error: lot {}:{} back from {} to {}",
            a.instrument, a.lot, a.from, a.to
        ),
        Action::AddValidator(a) => format!(
            "let node {} vote with {}{}",
            a.name,
            a.power,
            since(a.height)
        ),
        Action::RemoveValidator(a) => format!("remove validator {}{}", a.name, since(a.height)),
        Action::WeighValidator(a) => format!(
            "let validator {} vote with {}{}",
            a.name,
            a.power,
            since(a.height)
        ),
        Action::RekeyValidator(a) => format!(
            "let validator {} sign with {}{}",
            a.name,
            a.consensus_key,
            since(a.height)
        ),
        Action::MoveNode(a) => {
            let key = a.peer_key.map(|key| format!(", by key {key}"));
            format!(
                "find node {} elsewhere{}{}{}",
                a.name,
                key.unwrap_or_default(),
                place("consensus", a.consensus_address.as_ref()),
                place("gossip", a.gossip_address.as_ref())
            )
        }
        Action::AddObserver(a) => format!("let node {} observe", a.name),
        Action::RemoveObserver(a) => format!("remove observer {}", a.name),
        Action::SetParam(a) => {
            format!("set {} to {} from {}", a.name, a.name.show(a.value), a.from)
        }
        Action::ActivateProtocol(a) => {
            format!("activate protocol {}{}", a.version, since(a.height))
        }
    }
}

fn change_text(change: &ValidatorChange) -> String {
    let what = match &change.node {
        Some(node) => format!("votes with {}", node.power),
        None => "leaves".to_owned(),
    };
    format!(
        "validator {} {what} from height {} on",
        change.name, change.height
    )
}

/// One line that says what happened; none for an event of another kind.
pub fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::GovProposed(e) => {
            let all: Vec<String> = e.actions.iter().map(action_text).collect();
            format!(
                "{} proposed until {}: {} (proposal {})",
                e.by,
                e.deadline,
                all.join("; "),
                e.proposal
            )
        }
        Event::GovVoted(e) => format!(
            "{} {} proposal {}{}",
            e.by,
            if e.approve { "approved" } else { "rejected" },
            e.proposal,
            noted("reason", e.reason.as_str())
        ),
        Event::GovWithdrawn(e) => format!("proposal {} taken back by {}", e.proposal, e.by),
        Event::GovCarried(e) => format!("proposal {} is carried", e.proposal),
        Event::GovEnded(e) => {
            let why = e.failure.map(|code| format!(": {}", code.summary()));
            format!(
                "proposal {} {}{}",
                e.proposal,
                e.status,
                why.unwrap_or_default()
            )
        }
        Event::RolesChanged(e) => format!("{} is now {}", e.member, roles(&e.roles)),
        Event::MemberRecovered(e) => format!(
            "{} has new keys{}",
            e.member,
            noted("order", e.order.as_str())
        ),
        Event::CashCorrected(e) => format!(
            "corrected: {} back from {} to {}",
            e.money.grouped(),
            e.from,
            e.to
        ),
        Event::LotCorrected(e) => format!(
            "corrected: lot {}:{} back from {} to {}",
            e.instrument, e.lot, e.from, e.to
        ),
        Event::NodeListed(e) => format!("node {} is listed as {}", e.node.name, e.node.kind),
        Event::NodeDelisted(e) => format!("node {} is off the list", e.name),
        Event::ValidatorsScheduled(e) => change_text(&e.change),
        Event::ValidatorsChanged(e) => format!(
            "{} validators with a power of {} vote from this block on",
            e.validators, e.power
        ),
        Event::ProtocolScheduled(e) => {
            format!("protocol {} from height {} on", e.version, e.height)
        }
        Event::ProtocolActivated(e) => format!("protocol {} from this block on", e.version),
        _ => return None,
    })
}
