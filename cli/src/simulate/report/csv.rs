//! The tables of a report, as RFC 4180 has them. Amounts are plain decimals.

use super::amount;
use super::document::{CostFigures, Report};
use crate::simulate::run::Outcome;
use std::fmt::Write;

/// A cell, in quotes where it needs them.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn row(out: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(&text)).collect();
    // Writing into a string does not fail.
    let _ = write!(out, "{}\r\n", cells.join(","));
}

fn names(out: &mut String, names: &[&str]) {
    row(out, names.iter().map(|name| (*name).to_owned()));
}

/// A line a day, of both runs.
pub(super) fn days(main: &Outcome, other: Option<&Outcome>) -> String {
    let mut out = String::new();
    names(
        &mut out,
        &[
            "run",
            "day",
            "date",
            "settled",
            "paper_handed_on",
            "certificates_redeemed",
            "bills_paid",
            "netted",
            "cash",
            "netting_gross",
            "netting_net",
            "obligations_netted",
            "due_unsettled",
            "due_unsettled_count",
            "paper_overdue",
            "claims_given_up",
            "digest",
        ],
    );
    let runs = [("splitting", Some(main)), ("without splitting", other)];
    for (name, outcome) in runs {
        for day in outcome.iter().flat_map(|outcome| &outcome.tally.days) {
            let mut cells = vec![
                name.to_owned(),
                (day.day + 1).to_string(),
                day.date.to_string(),
                amount(day.settled.sum()),
            ];
            cells.extend(day.settled.parts().map(amount));
            cells.extend([
                amount(day.gross),
                amount(day.net),
                day.cycled.to_string(),
                amount(day.unsettled),
                day.unsettled_count.to_string(),
                amount(day.overdue.values().sum::<u64>()),
                amount(day.given_up.values().sum::<u64>()),
                day.digest.clone(),
            ]);
            row(&mut out, cells);
        }
    }
    out
}

/// A line a day, a column a party.
pub(super) fn cash(main: &Outcome) -> String {
    let mut out = String::new();
    let parties = main.world.parties.iter().map(|party| party.id.to_string());
    row(
        &mut out,
        ["day", "date"]
            .map(str::to_owned)
            .into_iter()
            .chain(parties),
    );
    for day in &main.tally.days {
        let first = [(day.day + 1).to_string(), day.date.to_string()];
        let cells = day.cash.iter().map(|minor| amount(*minor));
        row(&mut out, first.into_iter().chain(cells));
    }
    out
}

/// A line a tier.
pub(super) fn tiers(report: &Report) -> String {
    let mut out = String::new();
    names(
        &mut out,
        &[
            "tier",
            "paper_reached",
            "pieces",
            "cost_with_splitting",
            "raised_with_splitting",
            "interest_with_splitting",
            "cost_without_splitting",
            "raised_without_splitting",
            "interest_without_splitting",
        ],
    );
    for cost in &report.cost_of_funds {
        let reach = report.reach.iter().find(|reach| reach.tier == cost.tier);
        let rate = |figures: &CostFigures| {
            figures
                .rate
                .map_or_else(String::new, |rate| rate.to_string())
        };
        let with = &cost.with_splitting;
        let mut cells = vec![
            cost.tier.to_string(),
            reach.map_or("0.00".to_owned(), |reach| reach.amount.clone()),
            reach.map_or(0, |reach| reach.pieces).to_string(),
            rate(with),
            with.raised.clone(),
            with.interest.clone(),
        ];
        match &cost.without_splitting {
            Some(other) => {
                cells.extend([rate(other), other.raised.clone(), other.interest.clone()])
            }
            None => cells.extend([const { String::new() }; 3]),
        }
        row(&mut out, cells);
    }
    out
}

/// A line a way that losses went.
pub(super) fn losses(report: &Report) -> String {
    let mut out = String::new();
    names(&mut out, &["run", "what", "from", "to", "amount", "count"]);
    let other = report.without_splitting.as_ref().map(|other| &other.losses);
    let runs = [
        ("splitting", Some(&report.losses)),
        ("without splitting", other),
    ];
    for (name, losses) in runs {
        for way in losses.iter().flat_map(|losses| &losses.ways) {
            row(
                &mut out,
                [
                    name.to_owned(),
                    way.what.to_owned(),
                    way.from.clone(),
                    way.to.clone(),
                    way.amount.clone(),
                    way.count.to_string(),
                ],
            );
        }
    }
    out
}

/// A line a day of what the network did.
pub(super) fn network(main: &Outcome) -> String {
    let mut out = String::new();
    names(&mut out, &["day", "date", "transactions", "rounds_took_ms"]);
    for day in &main.tally.days {
        row(
            &mut out,
            [
                (day.day + 1).to_string(),
                day.date.to_string(),
                day.transactions.to_string(),
                day.busy_ms.to_string(),
            ],
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(cell("tier 1"), "tier 1");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"x\""), "\"say \"\"x\"\"\"");
        let mut out = String::new();
        names(&mut out, &["a", "b,c"]);
        assert_eq!(out, "a,\"b,c\"\r\n");
    }
}
