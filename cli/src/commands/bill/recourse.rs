//! `allonge bill recourse`: who is liable to whom for a lot, for how much, until when, by which rule.

use super::select::{Pick, the_lot};
use crate::client::RecourseBody;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, range_text, table};
use crate::parse::{DayArg, LotArg};
use allonge_contracts::MemberId;
use allonge_contracts::recourse::ClaimAmount;
use allonge_contracts::recourse::read::RecourseRow;
use clap::Args;

/// Recourse on a lot.
#[derive(Debug, Args)]
pub struct RecourseArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// Reckon interest and time bars for this day: a date, or a distance such as 30d; today where absent
    #[arg(long, value_name = "DAY")]
    on: Option<DayArg>,
}

/// Shows it.
///
/// # Errors
/// Wrong input, the node's.
pub async fn run(context: &Context, args: RecourseArgs) -> Result<(), CliError> {
    let client = context.client()?;
    let lot = match args.lot.range {
        Some(range) => range,
        None => {
            let body = client.bill(&args.lot.bill).await?.body;
            // Whoever acts may look; without one the drawer's name stands in, since any live lot fits.
            let drawer = body.bill.drawer.clone();
            let member: &MemberId = context.actor().unwrap_or(&drawer);
            let body = body.into();
            the_lot(&body, &args.lot, member, Pick::InRecourse)
                .or_else(|_| the_lot(&body, &args.lot, member, Pick::Live))?
        }
    };
    let on = context.day_if_given(args.on).await?;
    let answer = client.recourse(&args.lot.bill, lot, on).await?;
    context.out.show("allonge.recourse/1", &answer, |style| {
        text(&answer.body, style)
    })
}

fn text(body: &RecourseBody, style: Style) -> String {
    let found = &body.recourse;
    // The currency is that of the claim; a lot without one has no sum to show.
    let lot = match &found.claim {
        Some(claim) => range_text(found.lot, claim.base.currency),
        None => found.lot.to_string(),
    };
    let mut text = format!(
        "{}\n",
        style.bold(&format!("RECOURSE FOR {}:{lot}", found.bill))
    );
    text.push_str(&fields(&[
        ("claimant", found.claimant.to_string()),
        (
            "holder",
            if found.holder == found.claimant {
                String::new()
            } else {
                found.holder.to_string()
            },
        ),
        ("refused", found.class.to_string()),
        (
            "notice",
            if found.noticed { "given" } else { "not given" }.to_owned(),
        ),
        ("against", found.why.clone()),
        (
            "claim",
            found
                .claim
                .as_ref()
                .map(|claim| claim_text(claim, found.again))
                .unwrap_or_default(),
        ),
    ]));
    let columns = [
        Column::Left("PARTY"),
        Column::Left("SIGNED AS"),
        Column::Right("RANK"),
        Column::Left("LIABLE"),
        Column::Left("UNTIL"),
        Column::Left("NOTICED"),
        Column::Left("BY"),
    ];
    text.push('\n');
    text.push_str(&table(&columns, found.rows.iter().map(row).collect()));
    for offer in &found.offers {
        let by = offer
            .answer_by
            .map(|day| format!(", to be answered by {day}"))
            .unwrap_or_default();
        text.push_str(&format!(
            "{} offers {} for {}{by} (request {})\n",
            offer.from, offer.money, offer.part, offer.request
        ));
    }
    text
}

fn claim_text(claim: &ClaimAmount, again: bool) -> String {
    let base = if again {
        format!("{} paid", claim.base)
    } else {
        claim.base.to_string()
    };
    format!(
        "{} on {}: {base}, interest {} ({} days at {} from {}), costs {}",
        claim.total,
        claim.as_of,
        claim.interest,
        claim.days,
        claim.rate,
        claim.interest_from,
        claim.costs
    )
}

fn row(row: &RecourseRow) -> Vec<String> {
    let signed_as = match &row.ward {
        Some(ward) => format!("{} for {ward}", row.signed_as),
        None => row.signed_as.to_string(),
    };
    let liable = match (row.liable, row.barred) {
        (true, false) => "yes".to_owned(),
        (true, true) => "time-barred".to_owned(),
        (false, _) => format!("no: {}", row.rule),
    };
    vec![
        row.party.to_string(),
        signed_as,
        row.rank.to_string(),
        liable,
        row.until.map(|day| day.to_string()).unwrap_or_default(),
        if row.noticed { "yes" } else { "" }.to_owned(),
        row.source.clone(),
    ]
}
