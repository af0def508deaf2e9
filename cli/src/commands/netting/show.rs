//! `allonge netting show`: the state of a currency, a member's queue, and the report of the last cycles.

use crate::client::QueueBody;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, table, turnover};
use allonge_contracts::netting::{Cycle, Netting, Obligation, Queued};
use allonge_contracts::{Currency, MemberId, RequestId, format_minor};
use clap::Args;
use serde::Serialize;

/// What to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Whose queue; the acting member's where one acts, and none otherwise
    member: Option<MemberId>,
    /// In which currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// How many of the last cycles, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    cycles: u16,
    /// One obligation that waits, by its id, and nothing else
    #[arg(long, value_name = "ID", conflicts_with = "member")]
    obligation: Option<RequestId>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    netting: Netting,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<QueueBody>,
    cycles: Vec<ShownCycle>,
}

/// A cycle, with what follows from its figures.
#[derive(Serialize)]
struct ShownCycle {
    #[serde(flatten)]
    cycle: Cycle,
    /// Gross less net, in minor units.
    #[serde(with = "allonge_contracts::json::string")]
    saved: u128,
    /// Gross over net with four decimals; none where no cash moved.
    turnover: Option<String>,
}

/// Shows it.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, args: ShowArgs) -> Result<(), CliError> {
    let client = context.client()?;
    if let Some(id) = &args.obligation {
        let answer = client.obligation(id).await?;
        return context.out.show("allonge.obligation/1", &answer, |_| {
            one_text(&answer.body.obligation)
        });
    }
    let answer = client
        .netting(args.currency, usize::from(args.cycles))
        .await?;
    let queue = match args.member.as_ref().or(context.actor().ok()) {
        Some(member) => Some(client.queue(member, args.currency).await?.body),
        None => None,
    };
    let shown = Shown {
        height: answer.height,
        netting: answer.body.netting,
        queue,
        cycles: answer
            .body
            .cycles
            .into_iter()
            .map(|cycle| ShownCycle {
                saved: cycle.saved(),
                turnover: turnover(&cycle),
                cycle,
            })
            .collect(),
    };
    context
        .out
        .show("allonge.netting/1", &shown, |style| text(&shown, style))
}

fn text(shown: &Shown, style: Style) -> String {
    let netting = &shown.netting;
    let currency = netting.currency;
    let mut text = format!("{}\n", style.bold(&format!("NETTING IN {currency}")));
    text.push_str(&fields(&[
        ("waiting", obligations(netting.waiting)),
        ("cycles", netting.cycles.to_string()),
        (
            "next at the close of",
            netting
                .cycle_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ),
    ]));
    if let Some(queue) = &shown.queue {
        let title = format!("QUEUE OF {}", queue.payer);
        text.push_str(&format!("\n{}\n", style.bold(&title)));
        text.push_str(&queue_text(queue));
    }
    if !shown.cycles.is_empty() {
        text.push_str(&format!("\n{}\n", style.bold("CYCLES")));
        text.push_str(&cycles_text(&shown.cycles, currency));
    }
    text
}

fn obligations(count: u32) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "1 obligation".to_owned(),
        n => format!("{n} obligations"),
    }
}

fn queue_text(queue: &QueueBody) -> String {
    let mut text = limits_text(&queue.limits);
    if queue.obligations.is_empty() {
        text.push_str("nothing waits\n");
        return text;
    }
    let rows = queue.obligations.iter().map(|one| {
        vec![
            one.id.to_string(),
            one.payee.to_string(),
            one.money.grouped(),
            one.priority.to_string(),
            one.deadline.to_string(),
            one.waits.to_string(),
        ]
    });
    let columns = [
        Column::Left("OBLIGATION"),
        Column::Left("TO"),
        Column::Right("AMOUNT"),
        Column::Right("PRIORITY"),
        Column::Left("DEADLINE"),
        Column::Left("WAITS"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    for one in &queue.obligations {
        let notes = notes(one);
        if !notes.is_empty() {
            text.push_str(&format!("{}: {}\n", one.id, notes.join(", ")));
        }
    }
    text
}

/// What does not fit into the row of an obligation.
fn notes(one: &Obligation) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(one.not_before.map(|day| format!("not before {day}")));
    if !one.purpose.is_empty() {
        notes.push(format!("for \"{}\"", one.purpose));
    }
    if !one.reference.is_empty() {
        notes.push(format!("reference \"{}\"", one.reference));
    }
    notes
}

fn limits_text(limits: &Queued) -> String {
    let toward: Vec<String> = limits
        .bilateral
        .iter()
        .map(|one| format!("{} toward {}", one.limit, one.member))
        .collect();
    fields(&[
        (
            "a cycle may cost",
            limits
                .multilateral
                .map(|money| format!("{money} in all"))
                .into_iter()
                .chain(toward)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        (
            "kept for priority 0",
            limits
                .reserve
                .map(|money| money.to_string())
                .unwrap_or_default(),
        ),
    ])
}

fn cycles_text(cycles: &[ShownCycle], currency: Currency) -> String {
    let money = |minor| format_minor(minor, currency.decimals(), true);
    let rows = cycles.iter().map(|shown| {
        let cycle = &shown.cycle;
        vec![
            cycle.number.to_string(),
            cycle.date.to_string(),
            cycle
                .by
                .as_ref()
                .map_or("the clock".to_owned(), MemberId::to_string),
            format!("{} of {}", cycle.settled, cycle.waiting),
            money(cycle.gross),
            money(cycle.net),
            money(shown.saved),
            shown.turnover.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    });
    let columns = [
        Column::Right("NO"),
        Column::Left("DATE"),
        Column::Left("BY"),
        Column::Left("SETTLED"),
        Column::Right("GROSS"),
        Column::Right("NET"),
        Column::Right("SAVED"),
        Column::Right("TURNOVER"),
    ];
    table(&columns, rows.collect())
}

fn one_text(one: &Obligation) -> String {
    fields(&[
        ("obligation", one.id.to_string()),
        ("payer", one.payer.to_string()),
        ("payee", one.payee.to_string()),
        ("amount", one.money.to_string()),
        ("priority", one.priority.to_string()),
        (
            "not before",
            one.not_before
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ),
        ("deadline", one.deadline.to_string()),
        ("for", one.purpose.to_string()),
        ("reference", one.reference.to_string()),
        ("waits", one.waits.to_string()),
    ])
}
