//! `allonge gov show`, `list` and `policy`.

use crate::client::{PolicyBody, ProposalView};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, action_text, fields, table};
use allonge_contracts::gov::{ActionKind, Policy, ProposalStatus, Quorum, Rule};
use allonge_contracts::members::Role;
use allonge_contracts::{MemberId, RequestId};
use clap::Args;
use serde::Serialize;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those that can still come to something
    #[arg(long)]
    open: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

#[derive(Serialize)]
struct Listed {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    proposals: Vec<ProposalView>,
    more: bool,
}

/// Shows a proposal.
///
/// # Errors
/// The node's; there is none of this id.
pub async fn run(context: &Context, id: RequestId) -> Result<(), CliError> {
    let answer = context.client()?.proposal(&id).await?;
    context.out.show("allonge.proposal/1", &answer, |style| {
        text(&answer.body, style)
    })
}

fn text(view: &ProposalView, style: Style) -> String {
    let one = &view.proposal;
    let status = match (one.status, one.failure) {
        (ProposalStatus::Failed, Some(code)) => format!("failed: {}", code.summary()),
        (status, _) => status.to_string(),
    };
    let day = |day: Option<allonge_contracts::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    let mut text = format!("{}\n", style.bold(&format!("PROPOSAL {}", one.id)));
    text.push_str(&fields(&[
        ("number", one.number.to_string()),
        ("status", status),
        ("proposed", format!("by {} on {}", one.by, one.proposed_on)),
        ("deadline", one.deadline.to_string()),
        ("carried out on", day(one.from)),
        ("ended", day(one.ended_on)),
        ("reason", one.reason.to_string()),
        ("order", one.order.to_string()),
        ("terms", view.terms_hash.to_string()),
    ]));
    text.push_str(&format!("\n{}\n", style.bold("CHANGES")));
    for action in &one.actions {
        text.push_str(&format!("{}\n", action_text(action)));
    }
    text.push_str(&format!("\n{}\n", style.bold("APPROVALS")));
    for quorum in &one.quorums {
        text.push_str(&format!("{}: {}\n", quorum.kind, needed(quorum)));
    }
    let rows = one.entitled().into_iter().map(|member| {
        let vote = one.votes.iter().find(|vote| vote.member == *member);
        let (word, why) = match vote {
            Some(vote) if vote.approve => ("approves", vote.reason.to_string()),
            Some(vote) => ("rejects", vote.reason.to_string()),
            None if view.waits_for.contains(member) => ("may vote", String::new()),
            None => ("did not vote", String::new()),
        };
        vec![member.to_string(), word.to_owned(), why]
    });
    let columns = [
        Column::Left("MEMBER"),
        Column::Left("VOTE"),
        Column::Left("REASON"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    text
}

fn needed(quorum: &Quorum) -> String {
    let mut text = format!("{} of {}", quorum.need, quorum.entitled.len());
    if !quorum.parties.is_empty() {
        let all: Vec<&str> = quorum.parties.iter().map(MemberId::as_str).collect();
        text.push_str(&format!(", with {}", all.join(" and ")));
    }
    if !quorum.with.is_empty() {
        text.push_str(&format!(", with a {}", roles(&quorum.with)));
    }
    text
}

fn roles(roles: &[Role]) -> String {
    let all: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    all.join(", ")
}

/// Lists proposals.
///
/// # Errors
/// The node's.
pub async fn list(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let client = context.client()?;
    let first = client.proposals(None).await?;
    let height = first.height;
    let fits = |view: &ProposalView| !args.open || view.proposal.is_live();
    let mut found: Vec<ProposalView> = Vec::new();
    found.extend(first.body.proposals.into_iter().filter(fits));
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| found.len() <= args.limit) {
        let page = client.proposals(Some(&cursor)).await?.body;
        found.extend(page.proposals.into_iter().filter(fits));
        next = page.next;
    }
    let more = found.len() > args.limit;
    found.truncate(args.limit);
    if more {
        context.out.note(&format!(
            "only the first {} are shown; ask for more with --limit",
            args.limit
        ));
    }
    let listed = Listed {
        height,
        proposals: found,
        more,
    };
    context.out.show("allonge.proposals/1", &listed, |_| {
        if listed.proposals.is_empty() {
            return "no proposal\n".to_owned();
        }
        let rows = listed.proposals.iter().map(|view| {
            let one = &view.proposal;
            let what: Vec<&str> = one.actions.iter().map(|action| action.name()).collect();
            vec![
                one.number.to_string(),
                one.id.to_string(),
                one.by.to_string(),
                what.join(", "),
                one.status.to_string(),
                one.deadline.to_string(),
            ]
        });
        let columns = [
            Column::Right("NO"),
            Column::Left("PROPOSAL"),
            Column::Left("BY"),
            Column::Left("CHANGES"),
            Column::Left("STATUS"),
            Column::Left("DEADLINE"),
        ];
        table(&columns, rows.collect())
    })
}

/// Shows the policy.
///
/// # Errors
/// The node's.
pub async fn policy(context: &Context) -> Result<(), CliError> {
    let answer = context.client()?.policy().await?;
    context
        .out
        .show("allonge.policy/1", &answer, |_| policy_text(&answer.body))
}

fn policy_text(PolicyBody { policy }: &PolicyBody) -> String {
    let rows = ActionKind::ALL
        .iter()
        .map(|kind| vec![kind.to_string(), rule_text(policy, *kind)]);
    let columns = [Column::Left("CHANGE"), Column::Left("TAKES")];
    table(&columns, rows.collect())
}

/// Whose approval a kind of change takes, in words.
pub fn rule_text(policy: &Policy, kind: ActionKind) -> String {
    let Rule {
        roles: by,
        operators,
        parties,
        need,
        with,
    } = policy.rule(kind);
    let mut who: Vec<String> = Vec::new();
    if !by.is_empty() {
        who.push(roles(by));
    }
    if *operators {
        who.push("who runs a validator".to_owned());
    }
    if *parties {
        who.push("the members concerned".to_owned());
    }
    let mut text = format!("{need} of: {}", who.join("; "));
    if *parties {
        text.push_str(", all members concerned among them");
    }
    if !with.is_empty() {
        text.push_str(&format!(", with a {}", roles(with)));
    }
    text
}
