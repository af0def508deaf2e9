//! What a request asks, and to whom a lot may move, in words.

use allonge_contracts::bills::{Settlement, UseLimits};
use allonge_contracts::requests::Terms;
use allonge_contracts::{Money, Text};

/// What a request says besides its act, lot and parties; empty where that is all.
pub fn terms_text(terms: &Terms) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut settlement = Settlement::Dvp;
    match terms {
        Terms::Acceptance {}
        | Terms::Delivery {}
        | Terms::UnusedReturn {}
        | Terms::Unmark {}
        | Terms::Confirmation {}
        | Terms::Signature {}
        | Terms::Transfer { .. } => {}
        Terms::Endorsement { not_transferable } => {
            if *not_transferable {
                parts.push("marked not transferable".to_owned());
            }
        }
        Terms::Presentment { explanation } => {
            if !explanation.is_empty() {
                parts.push(format!("\"{explanation}\""));
            }
        }
        Terms::Guarantee { ward } => parts.push(format!("for {ward}")),
        Terms::Discount {
            rate,
            day_count,
            repo,
            settlement: how,
            without_liability,
            papers,
            ..
        } => {
            parts.push(format!("{rate} {day_count}"));
            parts.extend(
                repo.map(|dates| format!("repo from {} to {}", dates.open_from, dates.cut_off)),
            );
            if *without_liability {
                parts.push("without liability".to_owned());
            }
            if !papers.is_empty() {
                parts.push(format!("{} trade papers", papers.len()));
            }
            settlement = *how;
        }
        Terms::Redemption { settlement: how } => settlement = *how,
        Terms::Pledge {
            debt,
            debt_due,
            registry,
        } => {
            parts.push(format!("for {debt} due {debt_due}"));
            parts.extend(registered(registry));
        }
        Terms::Release {
            price,
            settlement: how,
        } => {
            parts.extend(price.map(|price| format!("against {price}")));
            settlement = *how;
        }
        Terms::Offer { units, money } => {
            // An offer is in its lot's currency, whose units are the sum's minor units.
            let part = Money::new(money.currency, *units);
            parts.push(format!("{money} for {part} of the lot"));
        }
        Terms::Finance {
            rate,
            day_count,
            advance,
            recourse,
            registry,
            settlement: how,
        } => {
            parts.push(format!("{advance} at {rate} {day_count}"));
            let with = if *recourse { "with" } else { "without" };
            parts.push(format!("{with} recourse"));
            parts.extend(registered(registry));
            settlement = *how;
        }
        Terms::AskBack { money } => parts.push(format!("for {money}")),
        Terms::Leg { instruction, leg } => {
            parts.push(format!("leg {leg} of instruction {instruction}"));
        }
    }
    if settlement == Settlement::Free {
        parts.push("free of payment".to_owned());
    }
    parts.join(", ")
}

/// The number of a financing in the registry of movable finance, where it has one.
fn registered(registry: &Text<32>) -> Option<String> {
    (!registry.is_empty()).then(|| format!("registered as {registry}"))
}

/// To whom, when and for what a lot may move.
pub fn limits_text(limits: &UseLimits) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut receivers: Vec<&str> = limits.holders.iter().map(|id| id.as_str()).collect();
    let roles: Vec<String> = limits
        .roles
        .iter()
        .map(|role| format!("any {role}"))
        .collect();
    receivers.extend(roles.iter().map(String::as_str));
    if !receivers.is_empty() {
        parts.push(format!("to {}", receivers.join(", ")));
    }
    parts.extend(limits.from.map(|day| format!("from {day} on")));
    parts.extend(limits.until.map(|day| format!("until {day}")));
    if !limits.purpose.is_empty() {
        parts.push(format!("for \"{}\"", limits.purpose));
    }
    parts.join(", ")
}
