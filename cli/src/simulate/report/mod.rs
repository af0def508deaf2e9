//! What a run came to: a document for programs, tables, and a page for people.

mod chart;
mod csv;
mod document;
mod figures;
mod html;
mod svg;
#[cfg(test)]
mod tests;

use super::Options;
use super::run::Outcome;
use super::tally::{Class, DayOf, class};
use super::trade::Standing;
use super::world::World;
use crate::error::CliError;
use allonge_contracts::{Rate, format_minor};
use document::{
    Compared, CostFigures, CostOfTier, Latency, Losses, NettingFigures, NetworkFigures, Reach,
    SettledSums, Way,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(super) use document::Report;

/// The document's schema.
pub(super) const SCHEMA: &str = "allonge.simulation/1";

/// A sum as plain decimal text, in the run's currency.
fn amount(minor: impl Into<u128>) -> String {
    format_minor(minor.into(), 2, false)
}

impl Report {
    pub fn new(options: &Options, main: &Outcome, other: Option<&Outcome>) -> Self {
        let world = &main.world;
        Report {
            version: env!("CARGO_PKG_VERSION"),
            currency: world.currency.code().to_owned(),
            members: options.members,
            tiers: options.tiers,
            days: options.days,
            seed: options.seed,
            stress: options.stress,
            first_day: world.start.to_string(),
            stress_day: world.stress_day().map(|day| world.date(day).to_string()),
            fresh: options.fresh,
            digest: main.digest.clone(),
            without_splitting: other.map(|other| Compared {
                digest: other.digest.clone(),
                settled: settled(other),
                netting: netting(other),
                losses: losses(other),
            }),
            settled: settled(main),
            reach: main
                .tally
                .reached
                .iter()
                .map(|(tier, (minor, pieces))| Reach {
                    tier: *tier,
                    amount: amount(*minor),
                    pieces: *pieces,
                })
                .collect(),
            cost_of_funds: (1..=world.tiers)
                .map(|tier| CostOfTier {
                    tier,
                    with_splitting: cost(main, tier),
                    without_splitting: other.map(|other| cost(other, tier)),
                })
                .collect(),
            netting: netting(main),
            losses: losses(main),
            network: network(main),
            files: FILES.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

fn settled(outcome: &Outcome) -> SettledSums {
    let mut sums = [0u64; 5];
    for day in &outcome.tally.days {
        for (sum, part) in sums.iter_mut().zip(day.settled.parts()) {
            *sum += part;
        }
    }
    let [paper, redeemed, bills, netted, cash] = sums;
    SettledSums {
        all: amount(sums.iter().sum::<u64>()),
        paper_handed_on: amount(paper),
        certificates_redeemed: amount(redeemed),
        bills_paid: amount(bills),
        netted: amount(netted),
        cash: amount(cash),
    }
}

fn as_rate(millionths: Option<u64>) -> Option<Rate> {
    millionths
        .and_then(|rate| u32::try_from(rate).ok())
        .filter(|rate| *rate <= 1_000_000)
        .map(Rate)
}

fn cost(outcome: &Outcome, tier: u16) -> CostFigures {
    let tally = &outcome.tally;
    let of = |map: &BTreeMap<u16, super::tally::Cost>| map.get(&tier).copied().unwrap_or_default();
    let (paper, loan) = (of(&tally.paper_cost), of(&tally.loan_cost));
    let all = tally.cost(tier);
    CostFigures {
        rate: as_rate(all.rate()),
        paper_rate: as_rate(paper.rate()),
        loan_rate: as_rate(loan.rate()),
        raised: amount(all.amount),
        interest: amount(all.interest),
        by_paper: amount(paper.amount),
        by_loans: amount(loan.amount),
    }
}

fn netting(outcome: &Outcome) -> NettingFigures {
    let (gross, net) = (outcome.tally.gross(), outcome.tally.net());
    let days = outcome.tally.days.iter();
    let hundredths = (gross * 100 + net / 2).checked_div(net);
    NettingFigures {
        obligations: days.map(|day| u64::from(day.cycled)).sum(),
        gross: amount(gross),
        net: amount(net),
        saved: amount(gross.saturating_sub(net)),
        turnover: hundredths.map(|turnover| format_minor(turnover, 2, false)),
    }
}

fn by_name(world: &World, sums: &BTreeMap<Class, u64>) -> BTreeMap<String, String> {
    sums.iter()
        .filter(|(_, sum)| **sum > 0)
        .map(|(class, sum)| (class.name(world), amount(*sum)))
        .collect()
}

fn losses(outcome: &Outcome) -> Losses {
    let world = &outcome.world;
    let last: Option<&DayOf> = outcome.tally.days.last();
    let none = BTreeMap::new();
    let ways = outcome.tally.hops.iter();
    let mut defaulted: BTreeSet<usize> = outcome.state.trade.lost.iter().map(|l| l.1).collect();
    let papers = outcome.state.book.papers.values();
    defaulted.extend(
        papers
            .filter(|paper| paper.sum_of(super::papers::Standing::Overdue) > 0)
            .map(|paper| paper.debtor),
    );
    let mut count: BTreeMap<String, u64> = BTreeMap::new();
    for who in defaulted {
        *count.entry(class(world, who).name(world)).or_default() += 1;
    }
    debug_assert!(
        outcome
            .state
            .trade
            .payables
            .iter()
            .filter(|debt| debt.standing == Standing::Lost)
            .count()
            == outcome.state.trade.lost.len()
    );
    Losses {
        overdue_at_the_end: by_name(world, last.map_or(&none, |day| &day.overdue)),
        given_up: by_name(world, last.map_or(&none, |day| &day.given_up)),
        unsettled_at_the_end: amount(last.map_or(0, |day| day.unsettled)),
        ways: ways
            .map(|((hop, from, to), (minor, count))| Way {
                what: hop.word(),
                from: from.name(world),
                to: to.name(world),
                amount: amount(*minor),
                count: *count,
            })
            .collect(),
        defaulted: count,
    }
}

fn network(outcome: &Outcome) -> NetworkFigures {
    let measure = &outcome.measure;
    let count = measure.latencies.len() as u64;
    let busy_ms = u64::try_from(measure.busy.as_millis()).unwrap_or(u64::MAX);
    NetworkFigures {
        transactions: count,
        calls: measure.calls,
        blocks: measure.blocks,
        height: outcome.height,
        rejected: measure.rejected.clone(),
        seconds: outcome.took.as_secs(),
        transactions_per_second_tenths: (count * 10_000).checked_div(busy_ms).unwrap_or(0),
        latency_ms: latency(&measure.latencies),
    }
}

/// Percentiles of microseconds, in milliseconds.
fn latency(micros: &[u64]) -> Latency {
    let mut sorted = micros.to_vec();
    sorted.sort_unstable();
    let at = |percent: usize| {
        let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(index).map_or(0, |micros| micros / 1_000)
    };
    Latency {
        p50: at(50),
        p95: at(95),
        p99: at(99),
        max: at(100),
    }
}

/// What stands in the folder.
const FILES: [&str; 7] = [
    "report.html",
    "report.json",
    "days.csv",
    "cash.csv",
    "tiers.csv",
    "losses.csv",
    "network.csv",
];

/// Makes the folder of a report.
pub(super) fn make_folder(dir: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(dir).map_err(|e| {
        CliError::input(
            "FILE",
            format!("cannot make {}: {e}", dir.display()),
            "name another folder with --report",
        )
    })
}

/// Writes all files of a report.
pub(super) fn write(
    options: &Options,
    report: &Report,
    main: &Outcome,
    other: Option<&Outcome>,
) -> Result<(), CliError> {
    let json = crate::output::envelope(SCHEMA, report).map_err(|e| CliError::Output(e.into()))?;
    let texts = [
        html::page(options, report, main, other),
        json,
        csv::days(main, other),
        csv::cash(main),
        csv::tiers(report),
        csv::losses(report),
        csv::network(main),
    ];
    for (name, text) in FILES.iter().zip(texts) {
        crate::files::write(&options.report.join(name), text.as_bytes(), "--report")?;
    }
    Ok(())
}
