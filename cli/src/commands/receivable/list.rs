//! `allonge receivable list`: what a member holds, or what it opened.

use crate::client::{CertificateHolding, NodeClient};
use crate::commands::bill::list::say_more;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, range_text, state_text, table};
use allonge_contracts::MemberId;
use allonge_contracts::receivables::Certificate;
use clap::Args;
use serde::Serialize;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Lots in this member's hands; the acting member's where absent
    #[arg(long, value_name = "MEMBER", conflicts_with = "issuer")]
    holder: Option<MemberId>,
    /// The certificates that this member opened, ended ones too
    #[arg(long, value_name = "MEMBER")]
    issuer: Option<MemberId>,
    /// At most so many entries
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
}

#[derive(Serialize)]
struct Holdings {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    holder: MemberId,
    holdings: Vec<CertificateHolding>,
    more: bool,
}

#[derive(Serialize)]
struct Opened {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    issuer: MemberId,
    certificates: Vec<Certificate>,
    more: bool,
}

/// Lists.
///
/// # Errors
/// No member named, the node's.
pub async fn run(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let client = context.client()?;
    match (args.issuer, args.holder) {
        (Some(issuer), _) => opened(context, &client, issuer, args.limit).await,
        (None, Some(holder)) => held(context, &client, holder, args.limit).await,
        (None, None) => held(context, &client, context.actor()?.clone(), args.limit).await,
    }
}

async fn held(
    context: &Context,
    client: &NodeClient,
    holder: MemberId,
    limit: usize,
) -> Result<(), CliError> {
    let first = client.certificate_holdings(&holder, None).await?;
    let mut list = Holdings {
        height: first.height,
        holder,
        holdings: first.body.holdings,
        more: false,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| list.holdings.len() < limit) {
        let page = client
            .certificate_holdings(&list.holder, Some(&cursor))
            .await?
            .body;
        list.holdings.extend(page.holdings);
        next = page.next;
    }
    list.more = next.is_some() || list.holdings.len() > limit;
    list.holdings.truncate(limit);
    say_more(context, list.more, limit);
    let schema = "allonge.certificate_holdings/1";
    context.out.show(schema, &list, |_| {
        if list.holdings.is_empty() {
            return format!("{} holds no lot of a certificate\n", list.holder);
        }
        let rows = list.holdings.iter().map(|held| {
            let certificate = &held.certificate;
            let tier = held.lot.receivable.as_ref().map(|r| r.tier);
            vec![
                certificate.number.to_string(),
                range_text(held.lot.range, certificate.sum.currency),
                certificate.issuer.to_string(),
                tier.map(|tier| tier.to_string()).unwrap_or_default(),
                certificate.due.to_string(),
                held.lot.status.to_string(),
                state_text(&held.lot),
            ]
        });
        let columns = [
            Column::Left("CERTIFICATE"),
            Column::Left("LOT"),
            Column::Left("ISSUER"),
            Column::Right("TIER"),
            Column::Left("DUE"),
            Column::Left("STATUS"),
            Column::Left("STATE"),
        ];
        table(&columns, rows.collect())
    })
}

async fn opened(
    context: &Context,
    client: &NodeClient,
    issuer: MemberId,
    limit: usize,
) -> Result<(), CliError> {
    let first = client.certificates(&issuer, None).await?;
    let mut list = Opened {
        height: first.height,
        issuer,
        certificates: first.body.certificates,
        more: false,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| list.certificates.len() < limit) {
        let page = client.certificates(&list.issuer, Some(&cursor)).await?.body;
        list.certificates.extend(page.certificates);
        next = page.next;
    }
    list.more = next.is_some() || list.certificates.len() > limit;
    list.certificates.truncate(limit);
    say_more(context, list.more, limit);
    context.out.show("allonge.certificates/1", &list, |_| {
        if list.certificates.is_empty() {
            return format!("{} has opened no certificate\n", list.issuer);
        }
        let rows = list.certificates.iter().map(|certificate| {
            vec![
                certificate.number.to_string(),
                certificate.sum.to_string(),
                certificate.payee.to_string(),
                certificate.issue_date.to_string(),
                certificate.due.to_string(),
            ]
        });
        let columns = [
            Column::Left("CERTIFICATE"),
            Column::Right("SUM"),
            Column::Left("PAYEE"),
            Column::Left("OPENED"),
            Column::Left("DUE"),
        ];
        table(&columns, rows.collect())
    })
}
