//! `allonge trade list`: papers of a member, claims that it was given, conditions that it is to attest.

use crate::client::PaperFacts;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{claim_text, condition_text, paper_text};
use allonge_contracts::MemberId;
use allonge_contracts::trade::{Condition, InvoiceClaim};
use clap::Args;
use serde::Serialize;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Whose; the acting member's where absent
    member: Option<MemberId>,
    /// The claims on invoices that it was given, ended or not
    #[arg(long)]
    claims: bool,
    /// The open conditions that it is to attest
    #[arg(long, conflicts_with = "claims")]
    conditions: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
}

#[derive(Serialize)]
struct Listed<T> {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    member: MemberId,
    #[serde(flatten)]
    entries: T,
    more: bool,
}

#[derive(Serialize)]
struct Papers {
    papers: Vec<PaperFacts>,
}

#[derive(Serialize)]
struct Claims {
    claims: Vec<InvoiceClaim>,
}

#[derive(Serialize)]
struct Conditions {
    conditions: Vec<Condition>,
}

/// Lists.
///
/// # Errors
/// No member named, the node's.
pub async fn run(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let member = match &args.member {
        Some(member) => member.clone(),
        None => context.actor()?.clone(),
    };
    match (args.claims, args.conditions) {
        (true, _) => claims(context, member, args.limit).await,
        (_, true) => conditions(context, member, args.limit).await,
        _ => papers(context, member, args.limit).await,
    }
}

async fn papers(context: &Context, member: MemberId, limit: usize) -> Result<(), CliError> {
    let client = context.client()?;
    let first = client.trade_papers(&member, None).await?;
    let (mut papers, mut next) = (first.body.papers, first.body.next);
    while let Some(cursor) = next.take_if(|_| papers.len() <= limit) {
        let page = client.trade_papers(&member, Some(&cursor)).await?.body;
        papers.extend(page.papers);
        next = page.next;
    }
    let more = cut(context, &mut papers, limit);
    let lines = papers.iter().map(paper_line).collect();
    let listed = Listed {
        height: first.height,
        member,
        entries: Papers { papers },
        more,
    };
    show(context, "allonge.papers/1", &listed, lines, "no paper")
}

async fn claims(context: &Context, member: MemberId, limit: usize) -> Result<(), CliError> {
    let client = context.client()?;
    let first = client.claims(&member, None).await?;
    let (mut claims, mut next) = (first.body.claims, first.body.next);
    while let Some(cursor) = next.take_if(|_| claims.len() <= limit) {
        let page = client.claims(&member, Some(&cursor)).await?.body;
        claims.extend(page.claims);
        next = page.next;
    }
    let more = cut(context, &mut claims, limit);
    let lines = claims.iter().map(claim_line).collect();
    let listed = Listed {
        height: first.height,
        member,
        entries: Claims { claims },
        more,
    };
    show(context, "allonge.claims/1", &listed, lines, "no claim")
}

async fn conditions(context: &Context, member: MemberId, limit: usize) -> Result<(), CliError> {
    let client = context.client()?;
    let first = client.conditions(&member, None).await?;
    let (mut conditions, mut next) = (first.body.conditions, first.body.next);
    while let Some(cursor) = next.take_if(|_| conditions.len() <= limit) {
        let page = client.conditions(&member, Some(&cursor)).await?.body;
        conditions.extend(page.conditions);
        next = page.next;
    }
    let more = cut(context, &mut conditions, limit);
    let lines = conditions.iter().map(condition_text).collect();
    let listed = Listed {
        height: first.height,
        member,
        entries: Conditions { conditions },
        more,
    };
    let nothing = "no condition to attest";
    show(context, "allonge.conditions/1", &listed, lines, nothing)
}

fn show<T: Serialize>(
    context: &Context,
    schema: &str,
    listed: &Listed<T>,
    lines: Vec<String>,
    nothing: &str,
) -> Result<(), CliError> {
    context
        .out
        .show(schema, listed, |_| match lines.is_empty() {
            true => format!("{} has {nothing}\n", listed.member),
            false => lines.iter().map(|line| format!("{line}\n")).collect(),
        })
}

/// Cuts off what is too many, and says so.
fn cut<T>(context: &Context, entries: &mut Vec<T>, limit: usize) -> bool {
    let more = entries.len() > limit;
    entries.truncate(limit);
    if more {
        context.out.note(&format!(
            "only the first {limit} are shown; ask for more with --limit"
        ));
    }
    more
}

fn paper_line(paper: &PaperFacts) -> String {
    let mut line = paper_text(&paper.id, &paper.body);
    if let Some(worth) = paper.worth {
        line.push_str(&format!(", worth {worth}"));
    }
    if paper.denied > 0 {
        line.push_str(", denied");
    }
    if paper.over_backed {
        line.push_str(", over-backed");
    }
    line
}

fn claim_line(claim: &InvoiceClaim) -> String {
    match claim.ended {
        Some(ended) => format!("{}: {ended}", claim_text(claim)),
        None => claim_text(claim),
    }
}
