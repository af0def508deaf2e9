//! What the parties decide: from a day's opening state, in a fixed order, each by simple rules (docs/simulate.md).

mod answers;
mod bank;
mod core;
mod supplier;
#[cfg(test)]
mod tests;

pub(super) use answers::answer;

use super::act::Act;
use super::book::Book;
use super::demand;
use super::trade::{Effect, Trade};
use super::world::{MARKET, Who, World};
use allonge_contracts::calls::Transfer;
use allonge_contracts::{Date, Text};

/// What decisions are made from, and what they change.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub day: u32,
    pub today: Date,
    /// How many business days there were before.
    pub business_day: u64,
    pub book: Book,
    pub trade: Trade,
    /// What each party may still spend today of what it had in the morning.
    pub spend: Vec<u64>,
    /// Numbers papers and registrations.
    pub serial: u64,
}

impl State {
    pub fn new(world: &World) -> Self {
        State {
            day: 0,
            today: world.start,
            business_day: 0,
            book: Book::new(world),
            trade: Trade::default(),
            spend: Vec::new(),
            serial: 0,
        }
    }

    /// A new day begins: what is there in the morning may be spent.
    pub fn open_day(&mut self, world: &World, day: u32) {
        self.day = day;
        self.today = world.date(day);
        self.book.today = Some(self.today);
        self.spend = self.book.cash.clone();
        self.trade.loan_asks.clear();
    }

    pub fn spendable(&self, who: Who) -> u64 {
        self.spend.get(who).copied().unwrap_or(0)
    }

    /// Sets so much aside; false where it is not there.
    fn take(&mut self, who: Who, minor: u64) -> bool {
        match self.spend.get_mut(who) {
            Some(left) if *left >= minor => {
                *left -= minor;
                true
            }
            _ => false,
        }
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

/// A text that this program makes; empty where it would be too long.
fn words<const N: usize>(text: &str) -> Text<N> {
    text.parse().unwrap_or_default()
}

/// Cash to another party.
fn send(
    world: &World,
    from: Who,
    to: Who,
    minor: u64,
    purpose: &str,
    effect: Effect,
) -> Option<Act> {
    let call = Transfer {
        to: world.id(to)?.clone(),
        money: world.money(minor),
        purpose: words(purpose),
        reference: Text::empty(),
    };
    Some(Act::one(from, call, effect))
}

/// The acts of a business day's first round.
pub(super) fn morning(world: &World, state: &mut State) -> Vec<Act> {
    let buying: Vec<Who> = world
        .cores()
        .filter(|core| state.book.overdue(*core) == 0)
        .collect();
    let (today, business_day) = (state.today, state.business_day);
    demand::order(world, &mut state.trade, today, business_day, |core| {
        buying.contains(&core)
    });
    let mut acts = Vec::new();
    market(world, state, &mut acts);
    for core in world.cores() {
        core::morning(world, state, core, &mut acts);
    }
    core::invoices(world, state, &mut acts);
    for supplier in world.suppliers() {
        supplier::morning(world, state, supplier, &mut acts);
    }
    for bank in world.banks() {
        bank::morning(world, state, bank, &mut acts);
    }
    state.business_day += 1;
    acts
}

/// The market buys from the cores, but no more from one whose cash stops.
fn market(world: &World, state: &mut State, acts: &mut Vec<Act>) {
    for core in world.cores() {
        let stopped = world.under(super::Stress::CoreDefault, state.day)
            && world.failing_core() == Some(core);
        let minor = demand::revenue(world, core, state.business_day);
        if !stopped && minor > 0 && state.take(MARKET, minor) {
            acts.extend(send(world, MARKET, core, minor, "revenue", Effect::Nothing));
        }
    }
}
