//! `allonge bill list`: what a member holds, what waits for it, or all bills.

use crate::client::{Holding, NodeClient, RequestView, Side};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, range_text, table};
use allonge_contracts::MemberId;
use allonge_contracts::bills::Bill;
use clap::Args;
use serde::Serialize;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Lots in this member's hands; the acting member's where absent
    #[arg(long, value_name = "MEMBER", conflicts_with_all = ["all", "waiting", "made"])]
    holder: Option<MemberId>,
    /// The requests that wait for the acting member's answer
    #[arg(long, conflicts_with_all = ["all", "made"])]
    waiting: bool,
    /// The requests that the acting member made
    #[arg(long, conflicts_with = "all")]
    made: bool,
    /// All bills of the ledger
    #[arg(long)]
    all: bool,
    /// At most so many entries
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
}

#[derive(Serialize)]
struct Holdings {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    holder: MemberId,
    holdings: Vec<Holding>,
    more: bool,
}

#[derive(Serialize)]
struct Requests {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    member: MemberId,
    requests: Vec<RequestView>,
    more: bool,
}

#[derive(Serialize)]
struct Bills {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    bills: Vec<Bill>,
    more: bool,
}

/// Lists.
///
/// # Errors
/// No member named, the node's.
pub async fn run(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let client = context.client()?;
    if args.all {
        return all(context, &client, args.limit).await;
    }
    if args.waiting || args.made {
        let side = if args.waiting {
            Side::Waiting
        } else {
            Side::Made
        };
        return requests(context, &client, side, args.limit).await;
    }
    let holder = match args.holder {
        Some(holder) => holder,
        None => context.actor()?.clone(),
    };
    held(context, &client, holder, args.limit).await
}

async fn held(
    context: &Context,
    client: &NodeClient,
    holder: MemberId,
    limit: usize,
) -> Result<(), CliError> {
    let first = client.holdings(&holder, None).await?;
    let mut list = Holdings {
        height: first.height,
        holder,
        holdings: first.body.holdings,
        more: false,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| list.holdings.len() < limit) {
        let page = client.holdings(&list.holder, Some(&cursor)).await?.body;
        list.holdings.extend(page.holdings);
        next = page.next;
    }
    list.more = next.is_some() || list.holdings.len() > limit;
    list.holdings.truncate(limit);
    say_more(context, list.more, limit);
    context.out.show("allonge.holdings/1", &list, |_| {
        if list.holdings.is_empty() {
            return format!("{} holds no lot\n", list.holder);
        }
        let rows = list.holdings.iter().map(|Holding { bill, lot, .. }| {
            vec![
                bill.number.to_string(),
                range_text(lot.range, bill.sum.currency),
                bill.maturity.to_string(),
                lot.circulation.to_string(),
            ]
        });
        let columns = [
            Column::Left("BILL"),
            Column::Left("LOT"),
            Column::Left("MATURITY"),
            Column::Left("STATE"),
        ];
        table(&columns, rows.collect())
    })
}

async fn requests(
    context: &Context,
    client: &NodeClient,
    side: Side,
    limit: usize,
) -> Result<(), CliError> {
    let member = context.actor()?.clone();
    let first = client.requests(&member, side, None).await?;
    let mut list = Requests {
        height: first.height,
        member,
        requests: first.body.requests,
        more: false,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| list.requests.len() < limit) {
        let page = client
            .requests(&list.member, side, Some(&cursor))
            .await?
            .body;
        list.requests.extend(page.requests);
        next = page.next;
    }
    list.more = next.is_some() || list.requests.len() > limit;
    list.requests.truncate(limit);
    say_more(context, list.more, limit);
    context.out.show("allonge.requests/1", &list, |_| {
        if list.requests.is_empty() {
            return match side {
                Side::Waiting => format!("nothing waits for {}\n", list.member),
                Side::Made => format!("no request of {} waits\n", list.member),
            };
        }
        let rows = list.requests.iter().map(|view| {
            let request = &view.request;
            let other = match side {
                Side::Waiting => &request.from,
                Side::Made => &request.to,
            };
            vec![
                request.rule().act.to_owned(),
                request.instrument.to_string(),
                range_text(request.range, view.money.currency),
                other.to_string(),
            ]
        });
        let other = match side {
            Side::Waiting => "FROM",
            Side::Made => "OF",
        };
        let columns = [
            Column::Left("ACT"),
            Column::Left("BILL"),
            Column::Left("LOT"),
            Column::Left(other),
        ];
        table(&columns, rows.collect())
    })
}

async fn all(context: &Context, client: &NodeClient, limit: usize) -> Result<(), CliError> {
    let first = client.bills(None).await?;
    let mut list = Bills {
        height: first.height,
        bills: first.body.bills,
        more: false,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| list.bills.len() < limit) {
        let page = client.bills(Some(&cursor)).await?.body;
        list.bills.extend(page.bills);
        next = page.next;
    }
    list.more = next.is_some() || list.bills.len() > limit;
    list.bills.truncate(limit);
    say_more(context, list.more, limit);
    context.out.show("allonge.bills/1", &list, |_| {
        if list.bills.is_empty() {
            return "there is no bill yet\n".to_owned();
        }
        let rows = list.bills.iter().map(|bill| {
            vec![
                bill.number.to_string(),
                bill.sum.to_string(),
                bill.drawer.to_string(),
                bill.acceptor.to_string(),
                bill.maturity.to_string(),
            ]
        });
        let columns = [
            Column::Left("BILL"),
            Column::Right("SUM"),
            Column::Left("DRAWER"),
            Column::Left("ACCEPTOR"),
            Column::Left("MATURITY"),
        ];
        table(&columns, rows.collect())
    })
}

/// Says on standard error that a list was cut off at its limit.
pub fn say_more(context: &Context, more: bool, limit: usize) {
    if more {
        context.out.note(&format!(
            "only the first {limit} are shown; ask for more with --limit"
        ));
    }
}
