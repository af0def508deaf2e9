//! What happened on each day, in figures.

use super::agents::State;
use super::book::Flow;
use super::papers::{PaperKind, Standing};
use super::world::{Kind, MARKET, Who, World};
use allonge_contracts::Date;
use std::collections::BTreeMap;

/// Who bears a loss or holds cash, as the charts group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Core(Who),
    Banks,
    Tier(u16),
    /// The market and the outside.
    Rest,
}

/// A class of a party.
pub(super) fn class(world: &World, who: Who) -> Class {
    match world.kind(who) {
        Kind::Core => Class::Core(who),
        Kind::Bank => Class::Banks,
        Kind::Supplier(tier) => Class::Tier(tier),
        Kind::Market | Kind::Outside => Class::Rest,
    }
}

impl Class {
    pub fn name(self, world: &World) -> String {
        match self {
            Class::Core(who) => world.name(who).to_owned(),
            Class::Banks => "banks".to_owned(),
            Class::Tier(tier) => format!("tier {tier}"),
            Class::Rest => "market".to_owned(),
        }
    }
}

/// How debts were settled on a day, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// Paper handed on for goods.
    pub paper: u64,
    /// Certificates redeemed.
    pub redeemed: u64,
    /// Bills paid.
    pub bills: u64,
    /// Obligations in cycles of netting, gross.
    pub netted: u64,
    /// Wages and costs in cash.
    pub cash: u64,
}

impl Settled {
    pub const fn parts(&self) -> [u64; 5] {
        [
            self.paper,
            self.redeemed,
            self.bills,
            self.netted,
            self.cash,
        ]
    }

    pub fn sum(&self) -> u64 {
        self.parts().iter().sum()
    }
}

/// A day.
#[derive(Clone, Debug)]
pub(super) struct DayOf {
    pub day: u32,
    pub date: Date,
    pub settled: Settled,
    /// Of each party at the end.
    pub cash: Vec<u64>,
    pub gross: u128,
    pub net: u128,
    /// Obligations settled by cycles.
    pub cycled: u32,
    /// Debts between parties that are due and not settled at the end.
    pub unsettled: u64,
    pub unsettled_count: u64,
    /// Paper that fell due and was not paid, which stands at the end, by who holds it.
    pub overdue: BTreeMap<Class, u64>,
    /// Claims given up so far, by who had them.
    pub given_up: BTreeMap<Class, u64>,
    pub transactions: u64,
    /// How long the rounds took, in milliseconds.
    pub busy_ms: u64,
    /// The digest of the business up to the end of the day, in hex.
    pub digest: String,
}

/// What raising money cost at a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// What was put out, before interest.
    pub amount: u128,
    pub interest: u128,
    /// Σ amount × days.
    pub amount_days: u128,
    pub count: u64,
}

impl Cost {
    fn add(&mut self, amount: u64, interest: u64, days: u32) {
        self.amount += u128::from(amount);
        self.interest += u128::from(interest);
        self.amount_days += u128::from(amount) * u128::from(days);
        self.count += 1;
    }

    pub fn and(mut self, other: &Cost) -> Cost {
        self.amount += other.amount;
        self.interest += other.interest;
        self.amount_days += other.amount_days;
        self.count += other.count;
        self
    }

    /// The average annual rate, ACT/360, in millionths; none where nothing was raised.
    pub fn rate(&self) -> Option<u64> {
        let numerator = self.interest.checked_mul(360_000_000)? + self.amount_days / 2;
        u64::try_from(numerator.checked_div(self.amount_days)?).ok()
    }
}

/// A move of a loss: from whom to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hop {
    /// A debtor did not pay paper on its day; its holder waits.
    Overdue,
    /// A funder had it taken back.
    TakenBack,
    /// A debt was given up.
    GivenUp,
}

impl Hop {
    pub const fn word(self) -> &'static str {
        match self {
            Hop::Overdue => "paper not paid on its day",
            Hop::TakenBack => "taken back under recourse",
            Hop::GivenUp => "claim given up",
        }
    }
}

/// Everything that a run came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub days: Vec<DayOf>,
    today: Settled,
    cycle: (u128, u128, u32),
    /// Sums of paper that came to a tier: at issue, and by being handed on.
    pub reached: BTreeMap<u16, (u64, u64)>,
    /// Cost of paper that was sold, and of loans, by tier of the seller or borrower.
    pub paper_cost: BTreeMap<u16, Cost>,
    pub loan_cost: BTreeMap<u16, Cost>,
    /// How losses went, from class to class.
    pub hops: BTreeMap<(Hop, Class, Class), (u64, u64)>,
    pub recourse: (u64, u64),
    pub pools_short: u64,
}

impl Tally {
    /// Takes in what happened.
    pub fn take(&mut self, world: &World, flows: &[Flow]) {
        for flow in flows {
            self.one(world, flow);
        }
    }

    fn one(&mut self, world: &World, flow: &Flow) {
        match flow {
            Flow::Cash {
                to, minor, purpose, ..
            } => {
                if *to == MARKET && purpose == "wages and costs" {
                    self.today.cash += minor;
                }
            }
            Flow::Netted { minor, .. } => self.today.netted += minor,
            Flow::Ended { .. } => {}
            Flow::Cycle {
                gross,
                net,
                settled,
                ..
            } => {
                self.cycle.0 += gross;
                self.cycle.1 += net;
                self.cycle.2 += settled;
            }
            Flow::Issued { to, minor, .. } => self.reach(world, *to, *minor),
            Flow::Moved { to, minor, .. } => {
                self.today.paper += minor;
                self.reach(world, *to, *minor);
            }
            Flow::Financed {
                seller,
                advance,
                price,
                days,
                recourse,
                ..
            } => {
                if let Kind::Supplier(tier) = world.kind(*seller) {
                    let interest = advance.saturating_sub(*price);
                    let cost = self.paper_cost.entry(tier).or_default();
                    cost.add(*advance, interest, *days);
                }
                self.recourse.0 += u64::from(*recourse);
                self.recourse.1 += u64::from(!recourse);
            }
            Flow::Paid { kind, minor, .. } => match kind {
                PaperKind::Certificate => self.today.redeemed += minor,
                PaperKind::Bill => self.today.bills += minor,
            },
            Flow::Overdue {
                debtor,
                holder,
                minor,
                ..
            } => self.hop(world, Hop::Overdue, *debtor, *holder, *minor),
            Flow::TakenBack {
                funder,
                seller,
                minor,
            } => self.hop(world, Hop::TakenBack, *funder, *seller, *minor),
            Flow::Pool { owed, paid, .. } => {
                self.pools_short += u64::from(u128::from(*paid) < *owed);
            }
        }
    }

    /// How deep paper came: the tier of the supplier that has it.
    fn reach(&mut self, world: &World, to: Who, minor: u64) {
        if let Kind::Supplier(tier) = world.kind(to) {
            let reached = self.reached.entry(tier).or_default();
            reached.0 += minor;
            reached.1 += 1;
        }
    }

    pub fn hop(&mut self, world: &World, hop: Hop, from: Who, to: Who, minor: u64) {
        let key = (hop, class(world, from), class(world, to));
        let sum = self.hops.entry(key).or_default();
        sum.0 += minor;
        sum.1 += 1;
    }

    /// The day is over.
    pub fn close(&mut self, world: &World, state: &State, digest: String, work: (u64, u64)) {
        let mut overdue: BTreeMap<Class, u64> = BTreeMap::new();
        for paper in state.book.papers.values() {
            for (start, lot) in &paper.lots {
                if lot.standing == Standing::Overdue {
                    let sum = overdue.entry(class(world, lot.holder)).or_default();
                    *sum += lot.units(*start);
                }
            }
        }
        let mut given_up: BTreeMap<Class, u64> = BTreeMap::new();
        for (_, _, to, minor) in &state.trade.lost {
            *given_up.entry(class(world, *to)).or_default() += minor;
        }
        let due: Vec<u64> = state
            .trade
            .unsettled()
            .filter(|debt| debt.due <= state.today)
            .map(|debt| debt.left())
            .collect();
        let (gross, net, cycled) = std::mem::take(&mut self.cycle);
        self.days.push(DayOf {
            day: state.day,
            date: state.today,
            settled: std::mem::take(&mut self.today),
            cash: state.book.cash.clone(),
            gross,
            net,
            cycled,
            unsettled: due.iter().sum(),
            unsettled_count: due.len() as u64,
            overdue,
            given_up,
            transactions: work.0,
            busy_ms: work.1,
            digest,
        });
    }

    /// The run is over: what loans cost, and where given up claims went.
    pub fn finish(&mut self, world: &World, state: &State) {
        for loan in &state.trade.loans {
            if let Kind::Supplier(tier) = world.kind(loan.to) {
                let cost = self.loan_cost.entry(tier).or_default();
                cost.add(loan.minor, loan.interest, loan.days);
            }
        }
        for (_, from, to, minor) in &state.trade.lost {
            self.hop(world, Hop::GivenUp, *from, *to, *minor);
        }
    }

    pub fn gross(&self) -> u128 {
        self.days.iter().map(|day| day.gross).sum()
    }

    pub fn net(&self) -> u128 {
        self.days.iter().map(|day| day.net).sum()
    }

    /// What it cost to raise money at a tier, in whatever way.
    pub fn cost(&self, tier: u16) -> Cost {
        let none = Cost::default();
        let paper = self.paper_cost.get(&tier).copied().unwrap_or(none);
        paper.and(self.loan_cost.get(&tier).unwrap_or(&none))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_rate_is_weighted_by_amount_and_days() {
        let mut cost = Cost::default();
        assert_eq!(cost.rate(), None);
        // 1,000.00 for 90 days at 4 %, and 3,000.00 for 30 days at 8 %.
        cost.add(100_000, 1_000, 90);
        cost.add(300_000, 2_000, 30);
        assert_eq!(cost.rate(), Some(60_000));
        assert_eq!(cost.and(&cost.clone()).rate(), Some(60_000));
    }
}
