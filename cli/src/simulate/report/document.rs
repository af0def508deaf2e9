//! The document for programs, and the summary on the screen.

use crate::output::{Style, fields};
use crate::simulate::Stress;
use allonge_contracts::Rate;
use serde::Serialize;
use std::collections::BTreeMap;

/// `allonge.simulation/1`. Amounts are decimal text in `currency`.
#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct Report {
    pub version: &'static str,
    pub currency: String,
    pub members: usize,
    pub tiers: u16,
    pub days: u32,
    pub seed: u64,
    pub stress: Stress,
    pub first_day: String,
    /// The first day of the stress.
    pub stress_day: Option<String>,
    pub fresh: bool,
    /// Of the business outcome: the same for the same seed and options.
    pub digest: String,
    /// The same run without splitting, on a network of its own; absent where it was not run.
    pub without_splitting: Option<Compared>,
    pub settled: SettledSums,
    pub reach: Vec<Reach>,
    pub cost_of_funds: Vec<CostOfTier>,
    pub netting: NettingFigures,
    pub losses: Losses,
    pub network: NetworkFigures,
    pub files: Vec<String>,
}

/// What the run without splitting came to.
#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct Compared {
    pub digest: String,
    pub settled: SettledSums,
    pub netting: NettingFigures,
    pub losses: Losses,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct SettledSums {
    pub all: String,
    pub paper_handed_on: String,
    pub certificates_redeemed: String,
    pub bills_paid: String,
    pub netted: String,
    pub cash: String,
}

/// How much paper came to suppliers of a tier.
#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct Reach {
    pub tier: u16,
    pub amount: String,
    pub pieces: u64,
}

/// What raising money cost suppliers of a tier, ACT/360.
#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct CostOfTier {
    pub tier: u16,
    pub with_splitting: CostFigures,
    pub without_splitting: Option<CostFigures>,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct CostFigures {
    /// The average of all, weighted by amount and days.
    pub rate: Option<Rate>,
    pub paper_rate: Option<Rate>,
    pub loan_rate: Option<Rate>,
    pub raised: String,
    pub interest: String,
    pub by_paper: String,
    pub by_loans: String,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct NettingFigures {
    pub obligations: u64,
    pub gross: String,
    /// What moved for it: the sum of what parties lost in cycles.
    pub net: String,
    pub saved: String,
    /// Gross over net, with two decimals.
    pub turnover: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct Losses {
    /// Paper that fell due and stands unpaid at the end, by who holds it.
    pub overdue_at_the_end: BTreeMap<String, String>,
    /// Claims given up after three deadlines, by who had them.
    pub given_up: BTreeMap<String, String>,
    /// What was due between parties and not settled at the end.
    pub unsettled_at_the_end: String,
    /// How losses went from one to another.
    pub ways: Vec<Way>,
    /// Parties with debts given up by those to whom they are owed, or overdue paper of their own.
    pub defaulted: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct Way {
    pub what: &'static str,
    pub from: String,
    pub to: String,
    pub amount: String,
    pub count: u64,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::simulate) struct NetworkFigures {
    pub transactions: u64,
    pub calls: u64,
    pub blocks: u64,
    pub height: u64,
    pub rejected: BTreeMap<String, u64>,
    pub seconds: u64,
    /// While a round was under way, in tenths.
    pub transactions_per_second_tenths: u64,
    /// From sending to being known to be final, in milliseconds.
    pub latency_ms: Latency,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(in crate::simulate) struct Latency {
    pub p50: u64,
    pub p95: u64,
    pub p99: u64,
    pub max: u64,
}

impl Report {
    /// The summary.
    pub fn text(&self, style: Style) -> String {
        let rate = |figures: &CostFigures| figures.rate.map_or("-".to_owned(), |r| r.to_string());
        let costs: Vec<String> = self
            .cost_of_funds
            .iter()
            .map(|tier| match &tier.without_splitting {
                Some(other) => format!(
                    "tier {} {} (without {})",
                    tier.tier,
                    rate(&tier.with_splitting),
                    rate(other)
                ),
                None => format!("tier {} {}", tier.tier, rate(&tier.with_splitting)),
            })
            .collect();
        let netting = &self.netting;
        let network = &self.network;
        let tenths = network.transactions_per_second_tenths;
        let mut rows = vec![
            ("settled", format!("{} {}", self.currency, self.settled.all)),
            ("cost of funds", costs.join(", ")),
            (
                "netting",
                format!(
                    "gross {}, net {}, saved {}, turnover {}",
                    netting.gross,
                    netting.net,
                    netting.saved,
                    netting.turnover.as_deref().unwrap_or("-")
                ),
            ),
            (
                "network",
                format!(
                    "{} transactions in {} blocks, {}.{} a second in rounds, p50 {} ms, p99 {} ms",
                    network.transactions,
                    network.blocks,
                    tenths / 10,
                    tenths % 10,
                    network.latency_ms.p50,
                    network.latency_ms.p99
                ),
            ),
            ("digest", self.digest.clone()),
        ];
        if let Some(other) = &self.without_splitting {
            rows.push(("without splitting", other.digest.clone()));
        }
        let title = format!(
            "{} members, {} tiers, {} days, seed {}",
            self.members, self.tiers, self.days, self.seed
        );
        format!("{}\n{}", style.bold(&title), fields(&rows))
    }
}
