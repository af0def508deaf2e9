//! Credit lines: grant, change, list.

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, table};
use crate::parse::{AmountArg, DayArg};
use allonge_contracts::calls::{ChangeLine, GrantLine};
use allonge_contracts::receivables::Line;
use allonge_contracts::{Currency, MemberId, Money, RequestId};
use clap::Args;
use serde::Serialize;

/// A new line.
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// The core enterprise
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// How much may be open at once
    #[arg(long, value_name = "AMOUNT")]
    limit: AmountArg,
    /// Its currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// The last day on which certificates are opened against it: a date, or a distance such as 12m
    #[arg(long, value_name = "DAY")]
    until: Option<DayArg>,
}

/// A line as it shall be.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// The line
    line: RequestId,
    /// How much may be open at once; 0 closes it for what is new
    #[arg(long, value_name = "AMOUNT")]
    limit: AmountArg,
    /// The last day on which certificates are opened against it; none where absent
    #[arg(long, value_name = "DAY")]
    until: Option<DayArg>,
}

/// Whose lines.
#[derive(Debug, Args)]
pub struct LinesArgs {
    /// Whose; the acting member's where absent
    member: Option<MemberId>,
}

#[derive(Serialize)]
struct Lines {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    member: MemberId,
    lines: Vec<Line>,
}

/// Grants a line.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn grant(context: &Context, args: GrantArgs) -> Result<(), CliError> {
    let call = GrantLine {
        issuer: args.to,
        limit: args.limit.money(args.currency)?,
        until: context.day_if_given(args.until).await?,
    };
    context.carry_out(call).await
}

/// Changes a line.
///
/// # Errors
/// No such line, wrong input, the node's, the ledger's.
pub async fn change(context: &Context, args: ChangeArgs) -> Result<(), CliError> {
    let line = context.client()?.line(&args.line).await?.body.line;
    let call = ChangeLine {
        line: args.line,
        limit: args.limit.money_in(line.limit.currency)?,
        until: context.day_if_given(args.until).await?,
    };
    context.carry_out(call).await
}

/// Lists lines.
///
/// # Errors
/// No member named, the node's.
pub async fn list(context: &Context, args: LinesArgs) -> Result<(), CliError> {
    let client = context.client()?;
    let member = match args.member {
        Some(member) => member,
        None => context.actor()?.clone(),
    };
    let first = client.lines(&member, None).await?;
    let mut list = Lines {
        height: first.height,
        member,
        lines: first.body.lines,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take() {
        let page = client.lines(&list.member, Some(&cursor)).await?.body;
        list.lines.extend(page.lines);
        next = page.next;
    }
    context.out.show("allonge.lines/1", &list, |_| {
        if list.lines.is_empty() {
            return format!("{} has no credit line\n", list.member);
        }
        let rows = list.lines.iter().map(|line| {
            let room = line.limit.minor.saturating_sub(line.used);
            vec![
                line.id.to_string(),
                line.grantor.to_string(),
                line.issuer.to_string(),
                line.limit.to_string(),
                Money::new(line.limit.currency, line.used).to_string(),
                Money::new(line.limit.currency, room).to_string(),
                line.until.map(|day| day.to_string()).unwrap_or_default(),
            ]
        });
        let columns = [
            Column::Left("LINE"),
            Column::Left("GRANTOR"),
            Column::Left("ISSUER"),
            Column::Right("LIMIT"),
            Column::Right("USED"),
            Column::Right("ROOM"),
            Column::Left("UNTIL"),
        ];
        table(&columns, rows.collect())
    })
}
