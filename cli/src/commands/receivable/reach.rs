//! `allonge receivable reach`: the core enterprise's view.

use crate::client::CertificateReach;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, table};
use allonge_contracts::receivables::TierReach;
use allonge_contracts::{Currency, MemberId, Rate};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;

/// Whose credit.
#[derive(Debug, Args)]
pub struct ReachArgs {
    /// The core enterprise; the acting member where absent
    issuer: Option<MemberId>,
}

/// The figures of one tier and currency.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    tier: TierReach,
    cost_of_funds: Option<Rate>,
}

#[derive(Serialize)]
struct Reach {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    issuer: MemberId,
    tiers: Vec<Row>,
    certificates: Vec<CertificateReach>,
}

/// Shows it.
///
/// # Errors
/// No member named, the node's.
pub async fn run(context: &Context, args: ReachArgs) -> Result<(), CliError> {
    let issuer = match args.issuer {
        Some(issuer) => issuer,
        None => context.actor()?.clone(),
    };
    let found = context.client()?.reach(&issuer).await?;
    let certificates = found.body.certificates;
    let reach = Reach {
        height: found.height,
        issuer,
        tiers: together(&certificates),
        certificates,
    };
    context.out.show("allonge.reach/1", &reach, |_| {
        if reach.tiers.is_empty() {
            return format!("no certificate of {} has reached anybody\n", reach.issuer);
        }
        let rows = reach.tiers.iter().map(|row| {
            let tier = &row.tier;
            vec![
                tier.tier.to_string(),
                tier.held.to_string(),
                tier.overdue.to_string(),
                tier.redeemed.to_string(),
                tier.lots.to_string(),
                tier.advanced.to_string(),
                tier.interest.to_string(),
                row.cost_of_funds
                    .map(|rate| rate.to_string())
                    .unwrap_or_default(),
            ]
        });
        let columns = [
            Column::Right("TIER"),
            Column::Right("HELD"),
            Column::Right("OVERDUE"),
            Column::Right("REDEEMED"),
            Column::Right("LOTS"),
            Column::Right("ADVANCED"),
            Column::Right("INTEREST"),
            Column::Right("COST OF FUNDS"),
        ];
        table(&columns, rows.collect())
    })
}

/// The tiers of all certificates, currency by currency.
fn together(certificates: &[CertificateReach]) -> Vec<Row> {
    let mut sums: BTreeMap<(Currency, u16), TierReach> = BTreeMap::new();
    for tier in certificates.iter().flat_map(|one| &one.tiers) {
        sums.entry((tier.held.currency, tier.tier))
            .and_modify(|sum| sum.add(tier))
            .or_insert_with(|| tier.clone());
    }
    sums.into_values()
        .map(|tier| Row {
            cost_of_funds: tier.cost_of_funds(),
            tier,
        })
        .collect()
}
