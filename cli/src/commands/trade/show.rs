//! `allonge trade show`: a paper with all that concerns it, a claim, or a condition.

use super::Id;
use crate::client::{ClaimBody, PaperView};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, paper_text, table};
use allonge_contracts::RequestId;
use allonge_contracts::trade::{Attestation, Condition, PaperBody};

/// Shows it.
///
/// # Errors
/// The node's; there is nothing of this id.
pub async fn run(context: &Context, id: Id) -> Result<(), CliError> {
    match id {
        Id::Paper(id) => {
            let answer = context.client()?.trade_paper(&id).await?;
            context.out.show("allonge.paper/1", &answer, |style| {
                paper(&answer.body, style)
            })
        }
        Id::Short(id) => claim_or_condition(context, &id).await,
    }
}

async fn claim_or_condition(context: &Context, id: &RequestId) -> Result<(), CliError> {
    let client = context.client()?;
    match client.condition(id).await {
        Ok(answer) => {
            return context.out.show("allonge.condition/1", &answer, |style| {
                condition(&answer.body.condition, style)
            });
        }
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error.into()),
    }
    match client.claim(id).await {
        Ok(answer) => context.out.show("allonge.claim/1", &answer, |style| {
            claim(&answer.body, style)
        }),
        Err(error) if error.is_not_found() => Err(CliError::input(
            "NOT_FOUND",
            format!("there is neither a claim nor a condition {id}"),
            "take its id from the transaction that made it; that of a paper has 64 digits",
        )),
        Err(error) => Err(error.into()),
    }
}

fn or_nothing<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn paper(view: &PaperView, style: Style) -> String {
    let paper = &view.paper;
    let mut text = format!("{}\n", style.bold(&paper_text(&paper.id, &paper.body)));
    let (origin, price, grade) = match &paper.body {
        PaperBody::Goods {
            origin,
            price,
            grade,
            ..
        } => (origin.to_string(), or_nothing(*price), grade.to_string()),
        _ => (String::new(), String::new(), String::new()),
    };
    let mark = match (paper.denied > 0, paper.over_backed) {
        (true, _) => "denied: it backs nothing",
        (_, true) => "over-backed: it backs nothing more",
        _ => "",
    };
    text.push_str(&fields(&[
        (
            "recorded",
            format!("by {} on {}", paper.by, paper.recorded_on),
        ),
        ("origin", origin),
        ("price", price),
        ("quality", grade),
        ("worth", or_nothing(paper.worth)),
        ("mark", mark.to_owned()),
    ]));
    if !view.attestations.is_empty() {
        text.push_str(&format!("\n{}\n", style.bold("ATTESTED")));
        text.push_str(&attestations(&view.attestations));
    }
    text
}

fn attestations(attestations: &[Attestation]) -> String {
    let rows = attestations.iter().map(|one| {
        vec![
            one.by.to_string(),
            one.verdict.to_string(),
            one.date.to_string(),
            one.text.to_string(),
        ]
    });
    let columns = [
        Column::Left("BY"),
        Column::Left("SAYS"),
        Column::Left("DATE"),
        Column::Left("IN WORDS"),
    ];
    table(&columns, rows.collect())
}

fn claim(answer: &ClaimBody, style: Style) -> String {
    let claim = &answer.claim;
    let title = style.bold(&format!("CLAIM {}", claim.id));
    let rows = fields(&[
        ("kind", claim.kind.to_string()),
        ("invoice", claim.paper.to_string()),
        ("amount", claim.money.to_string()),
        ("from", claim.from.to_string()),
        ("to", claim.to.to_string()),
        ("made", claim.date.to_string()),
        ("registered as", claim.registry.to_string()),
        ("notice", or_nothing(claim.notice_on)),
        ("ranks by", or_nothing(answer.rank)),
        ("covered", or_nothing(answer.covered)),
        ("ended", or_nothing(claim.ended)),
    ]);
    format!("{title}\n{rows}")
}

fn condition(condition: &Condition, style: Style) -> String {
    let title = style.bold(&format!("CONDITION {}", condition.id));
    let status = match condition.ended_on {
        Some(day) => format!("{} on {day}", condition.status),
        None => condition.status.to_string(),
    };
    let agreed = if condition.agreed { ", agreed" } else { "" };
    let waits = condition.request.map(|id| format!("request {id}{agreed}"));
    let rows = fields(&[
        ("statement", condition.statement.to_string()),
        ("attestor", condition.attestor.to_string()),
        ("deadline", condition.deadline.to_string()),
        (
            "set",
            format!("by {} on {}", condition.by, condition.set_on),
        ),
        ("status", status),
        ("document", or_nothing(condition.document)),
        ("waited for by", waits.unwrap_or_default()),
    ]);
    format!("{title}\n{rows}")
}
