//! The events of trade papers, and the papers themselves, in words.

use super::noted;
use allonge_contracts::trade::{Condition, Draw, Financing, InvoiceClaim, PaperBody, Verdict};
use allonge_contracts::{Event, Hash};

/// What a paper is, in a few words.
pub fn paper_text(id: &Hash, body: &PaperBody) -> String {
    match body {
        PaperBody::Contract {
            seller,
            buyer,
            date,
            ..
        } => format!("contract {id} of {date} from {seller} to {buyer}"),
        PaperBody::Invoice {
            seller,
            buyer,
            value,
            date,
            ..
        } => format!("invoice {id} of {date} from {seller} to {buyer} over {value}"),
        PaperBody::CreditNote {
            invoice,
            value,
            date,
            ..
        } => format!("credit note {id} of {date}, which lowers invoice {invoice} by {value}"),
        PaperBody::Goods {
            from,
            to,
            goods,
            date,
            quantity,
            unit,
            ..
        } => format!("movement {id} of {date} from {from} to {to}: {quantity} {unit} of {goods}"),
        PaperBody::Document { .. } => format!("document {id}"),
    }
}

/// What draws on an invoice.
fn financing_text(financing: &Financing) -> String {
    match financing {
        Financing::Instrument(number) => format!("{number}"),
        Financing::Claim(id) => format!("claim {id}"),
    }
}

fn draw_text(draw: &Draw) -> String {
    format!("{} for {}", draw.money, financing_text(&draw.financing))
}

/// What a claim is, in a few words.
pub fn claim_text(claim: &InvoiceClaim) -> String {
    let registered = match claim.registry.is_empty() {
        true => String::new(),
        false => format!(", registered as {}", claim.registry),
    };
    let notice = match claim.notice_on {
        Some(day) => format!(", notice given on {day}"),
        None => String::new(),
    };
    format!(
        "{} of {} of invoice {} to {}{registered}{notice} (claim {})",
        claim.kind, claim.money, claim.paper, claim.to, claim.id
    )
}

/// What a condition is, in a few words.
pub fn condition_text(condition: &Condition) -> String {
    format!(
        "\"{}\", by {} until {} (condition {})",
        condition.statement, condition.attestor, condition.deadline, condition.id
    )
}

/// One line that says what happened; none for an event of another kind.
pub fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::PaperRecorded(e) => {
            format!(
                "{} recorded by {}",
                paper_text(&e.paper.id, &e.paper.body),
                e.paper.by
            )
        }
        Event::BackingDrawn(e) => format!(
            "{} drew {} on invoice {}",
            e.draw.by,
            draw_text(&e.draw),
            e.paper
        ),
        Event::BackingFreed(e) => {
            format!(
                "{} is free again on invoice {}",
                draw_text(&e.draw),
                e.paper
            )
        }
        Event::PaperOverBacked(e) => format!(
            "alert: invoice {} of {} on {} is worth {} now, but {} is drawn on it; it backs nothing more",
            e.paper, e.seller, e.buyer, e.worth, e.drawn
        ),
        Event::BackingShort(e) => format!(
            "alert{}: invoice {} may not cover {}",
            e.funder
                .as_ref()
                .map(|funder| format!(" to {funder}"))
                .unwrap_or_default(),
            e.paper,
            draw_text(&e.draw)
        ),
        Event::PaperAttested(e) => {
            let one = &e.attestation;
            let said = match one.verdict {
                Verdict::Confirmed => "confirmed",
                Verdict::Denied => "denied",
            };
            format!(
                "paper {} {said} by {}{}",
                e.paper,
                one.by,
                noted("text", one.text.as_str())
            )
        }
        Event::InvoiceClaimed(e) => format!("{} by {}", claim_text(&e.claim), e.claim.from),
        Event::ClaimReleased(e) => format!(
            "claim {} ended by {}: {}",
            e.claim.id,
            e.claim.to,
            e.claim.ended.map_or("", |ended| ended.as_str())
        ),
        Event::ConditionSet(e) => format!(
            "condition set by {}: {}",
            e.condition.by,
            condition_text(&e.condition)
        ),
        Event::ConditionFulfilled(e) => {
            format!("attested: {}", condition_text(&e.condition))
        }
        Event::ConditionLapsed(e) => {
            format!("not attested in time: {}", condition_text(&e.condition))
        }
        Event::Escrowed(e) => format!(
            "request {} waits for condition {}",
            e.request.id,
            e.request
                .condition
                .map(|id| id.to_string())
                .unwrap_or_default()
        ),
        Event::EscrowAgreed(e) => format!(
            "{} agreed to the request of {}, which is carried out when condition {} is attested (request {})",
            e.to, e.from, e.condition, e.request
        ),
        Event::EscrowFailed(e) => format!(
            "condition {} is attested, but request {} cannot be carried out ({}): it is to be agreed anew",
            e.condition, e.request, e.code
        ),
        _ => return None,
    })
}
