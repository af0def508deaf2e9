//! A bank: quotes by risk, lends on suppliers' own credit, pays interest on deposits, asks back what is overdue.

use super::{State, send, words};
use crate::simulate::Stress;
use crate::simulate::act::{Act, Ask, Then, What};
use crate::simulate::agents::supplier::queue_due;
use crate::simulate::book::Piece;
use crate::simulate::days::weekday;
use crate::simulate::papers::{PaperKind, Standing};
use crate::simulate::trade::{Effect, Why};
use crate::simulate::world::{Kind, OUTSIDE, Who, World, yuan};
use allonge_contracts::bills::LotRange;
use allonge_contracts::calls::{AskBack, InstrumentRef};
use allonge_contracts::{DayCount, Rate, days_between};

/// What money costs a bank, in millionths a year.
const BASE: u32 = 28_000;
/// A bank keeps this share of its opening cash, in percent.
const FLOOR: u64 = 20;
/// What it puts out on one day is at most this share of its opening cash, in percent; in a stress of liquidity less.
const APPETITE: u64 = 12;
const APPETITE_STRESSED: u64 = 1;
/// What a stress of liquidity adds to every rate.
const STRESS_ADDS: u32 = 18_000;
/// What bad news of a core adds to the rate of its paper, and how many days after its cash stopped it is known.
const NEWS_ADDS: u32 = 25_000;
const NEWS_DAYS: u32 = 10;
/// What deposits earn a year.
const DEPOSIT: Rate = Rate(3_500);
/// How long a loan runs, and the least that a supplier may borrow.
pub(super) const LOAN_DAYS: u32 = 30;
const LEAST_ROOM: u64 = yuan(60_000);

/// What a bank offers for paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub bank: Who,
    pub rate: Rate,
    pub day_count: DayCount,
}

impl Offer {
    /// What it pays for so much of a paper with so many days to run.
    pub fn price(&self, minor: u64, days: u32) -> Option<u64> {
        minor.checked_sub(self.rate.interest(minor, days, self.day_count)?)
    }
}

/// What a bank asks for paper of a debtor: its own margin, the debtor's risk, the term, recourse; none where it does
/// not deal in it.
pub(super) fn quote(
    world: &World,
    state: &State,
    bank: Who,
    piece: &Piece,
    recourse: bool,
) -> Option<Rate> {
    if state.book.overdue(piece.debtor) > 0
        || piece.debtor == bank
        || willing(world, state, bank) == 0
    {
        return None;
    }
    let margin = world.dice.between("margin", &[bank as u64], 0, 30) as u32 * 100;
    let months = days_between(state.today, piece.due) / 30;
    let mut rate = BASE + margin + months * 800;
    rate += match world.kind(piece.debtor) {
        Kind::Core => {
            4_000 + world.dice.between("risk", &[piece.debtor as u64], 0, 60) as u32 * 100
        }
        _ => 500,
    };
    if recourse {
        rate -= 3_000;
    }
    Some(Rate(rate + stress(world, state, piece.debtor)))
}

fn stress(world: &World, state: &State, debtor: Who) -> u32 {
    let mut adds = 0;
    if world.under(Stress::Liquidity, state.day) {
        adds += STRESS_ADDS;
    }
    let known = world
        .stress_day()
        .is_some_and(|day| state.day >= day + NEWS_DAYS);
    if world.stress == Stress::CoreDefault && known && world.failing_core() == Some(debtor) {
        adds += NEWS_ADDS;
    }
    adds
}

/// The cheapest of all banks' quotes; of equal ones the first bank's.
pub(super) fn best_offer(
    world: &World,
    state: &State,
    seller: Who,
    piece: &Piece,
    recourse: bool,
) -> Option<Offer> {
    world
        .banks()
        .filter(|bank| *bank != seller)
        .filter_map(|bank| {
            Some(Offer {
                bank,
                rate: quote(world, state, bank, piece, recourse)?,
                day_count: DayCount::Act360,
            })
        })
        .min_by_key(|offer| (offer.rate, offer.bank))
}

/// The rate of a loan on a supplier's own credit: the deeper its tier, the dearer.
pub(super) fn loan_rate(world: &World, state: &State, to: Who) -> Rate {
    let tier = match world.kind(to) {
        Kind::Supplier(tier) => u32::from(tier.saturating_sub(1)),
        _ => 0,
    };
    let mut rate = 52_000 + 14_000 * tier;
    if world.under(Stress::Liquidity, state.day) {
        rate += STRESS_ADDS;
    }
    Rate(rate)
}

/// How much more a supplier may borrow: a third of its sales of sixty days, less what it has borrowed.
pub(super) fn loan_room(state: &State, who: Who) -> u64 {
    let sales = state.trade.sales(who, state.today, 60);
    (sales / 3)
        .max(LEAST_ROOM)
        .saturating_sub(state.trade.borrowed(who))
}

/// What a bank puts out today at most.
pub(super) fn willing(world: &World, state: &State, bank: Who) -> u64 {
    let opening = world.opening(bank);
    let share = if world.under(Stress::Liquidity, state.day) {
        APPETITE_STRESSED
    } else {
        APPETITE
    };
    let above_floor = state
        .book
        .cash(bank)
        .saturating_sub(opening / 100 * floor(world, state));
    (opening / 100 * share)
        .min(above_floor)
        .min(state.spendable(bank))
}

/// When deposits were withdrawn the floor has come down with them.
fn floor(world: &World, state: &State) -> u64 {
    if world.under(Stress::Liquidity, state.day) {
        FLOOR / 4
    } else {
        FLOOR
    }
}

/// A bank's acts of a morning.
pub(super) fn morning(world: &World, state: &mut State, bank: Who, acts: &mut Vec<Act>) {
    withdrawn(world, state, bank, acts);
    deposits(world, state, bank);
    ask_back(state, bank, acts);
    queue_due(world, state, bank, acts, |_| true);
}

/// In a stress of liquidity four fifths of its cash are withdrawn.
fn withdrawn(world: &World, state: &mut State, bank: Who, acts: &mut Vec<Act>) {
    let hit = world.stress == Stress::Liquidity && world.stress_business_day(state.day);
    let minor = state.spendable(bank) / 5 * 4;
    if hit && minor > 0 && state.take(bank, minor) {
        let what = "deposits withdrawn";
        acts.extend(send(world, bank, OUTSIDE, minor, what, Effect::Nothing));
    }
}

/// On Fridays it owes interest for a week on what its customers have.
fn deposits(world: &World, state: &mut State, bank: Who) {
    if weekday(state.today) != 4 {
        return;
    }
    let today = state.today;
    let customers: Vec<Who> = world
        .suppliers()
        .filter(|who| world.bank(*who) == bank)
        .collect();
    for who in customers {
        let cash = state.book.cash(who);
        let interest = DEPOSIT.interest(cash, 7, DayCount::Act360).unwrap_or(0);
        state.trade.owe(bank, who, interest, today, Why::Deposit);
    }
}

/// Asks the sellers with recourse to take back what is overdue, once each.
fn ask_back(state: &mut State, bank: Who, acts: &mut Vec<Act>) {
    let mut asks = Vec::new();
    for (number, paper) in &state.book.papers {
        if paper.kind != PaperKind::Certificate {
            continue;
        }
        for (start, lot) in &paper.lots {
            let Some(seller) = lot.recourse_to else {
                continue;
            };
            let due = lot.holder == bank && lot.standing == Standing::Overdue && !lot.locked;
            if due && !state.trade.asked_back(*number, lot.end) {
                let range = LotRange {
                    start: *start,
                    end: lot.end,
                };
                asks.push((*number, range, seller));
            }
        }
    }
    for (number, lot, seller) in asks {
        let call = AskBack {
            certificate: InstrumentRef::Number(number),
            lot,
            costs: None,
            answer_by: None,
        };
        let ask = Ask {
            to: seller,
            what: What::TakeBack,
        };
        state.trade.take_asked_back(number, lot.end);
        acts.push(Act {
            by: bank,
            calls: vec![(call.into(), Then::Ask(ask))],
        });
    }
}

/// Words of a refusal.
pub(super) fn refusal(text: &str) -> allonge_contracts::Text<256> {
    words(text)
}
