//! What parties answer when they are asked, within what they can still spend today.

use super::bank::{LOAN_DAYS, loan_rate, refusal, willing};
use super::{State, send};
use crate::simulate::Stress;
use crate::simulate::act::{Act, Pending, What};
use crate::simulate::days::{add, friday_from};
use crate::simulate::trade::{Effect, Loan, Means};
use crate::simulate::world::{Who, World};
use allonge_contracts::DayCount;
use allonge_contracts::bills::RefusalCode;
use allonge_contracts::calls::{Agree, Refuse, RequestRef};
use allonge_contracts::days_between;
use std::collections::BTreeMap;

/// The acts of a day's second round: every question is answered, and loans are paid out.
pub(crate) fn answer(world: &World, state: &mut State, asked: &[Pending]) -> Vec<Act> {
    let mut left: BTreeMap<Who, u64> = world
        .banks()
        .map(|bank| (bank, willing(world, state, bank)))
        .collect();
    let mut acts = Vec::new();
    for pending in asked {
        acts.push(match decide(world, state, &mut left, pending) {
            Ok(effect) => agree(pending, effect),
            Err((why, effect)) => refuse(pending, why, effect),
        });
    }
    lend(world, state, &mut left, &mut acts);
    acts
}

type Refused = (&'static str, Effect);

/// Yes, with what it does; or no, with why and what that does.
fn decide(
    world: &World,
    state: &mut State,
    left: &mut BTreeMap<Who, u64>,
    pending: &Pending,
) -> Result<Effect, Refused> {
    let by = pending.ask.to;
    match pending.ask.what {
        What::Sign(order) => Ok(Effect::Live(order)),
        What::Deliver(order) => Ok(Effect::Live(order)),
        What::Accept(order) => accept(world, state, by, order),
        What::Paper { payable, minor } => Ok(Effect::Paid { payable, minor }),
        What::Finance { price } => {
            let budget = left.entry(by).or_default();
            if *budget < price || !state.take(by, price) {
                return Err(("no funds for it today", Effect::Nothing));
            }
            *budget -= price;
            Ok(Effect::Nothing)
        }
        What::TakeBack => {
            let price = state.book.asked(&pending.request);
            if price == 0 || !state.take(by, price) {
                return Err(("cannot pay", Effect::Nothing));
            }
            Ok(Effect::Nothing)
        }
    }
}

/// A bank accepts for a core with nothing overdue; in a stress of liquidity only every second bill.
fn accept(world: &World, state: &State, bank: Who, order: usize) -> Result<Effect, Refused> {
    let core = state.trade.orders.get(order).map(|order| order.core);
    let overdue = core.map_or(0, |core| state.book.overdue(core));
    let doubts = world.under(Stress::Liquidity, state.day)
        && world
            .dice
            .percent("accepts", &[bank as u64, order as u64], 50);
    debug_assert!(
        state
            .trade
            .orders
            .get(order)
            .is_none_or(|order| order.means == Means::Bill)
    );
    if overdue > 0 || doubts {
        return Err(("no room for it", Effect::NotAccepted(order)));
    }
    Ok(Effect::Accepted(order))
}

fn agree(pending: &Pending, effect: Effect) -> Act {
    let call = Agree {
        request: RequestRef::Id(pending.request),
        terms: pending.terms,
    };
    Act::one(pending.ask.to, call, effect)
}

fn refuse(pending: &Pending, why: &str, effect: Effect) -> Act {
    let call = Refuse {
        request: RequestRef::Id(pending.request),
        terms: pending.terms,
        code: RefusalCode::Other,
        text: refusal(why),
    };
    Act::one(pending.ask.to, call, effect)
}

/// Banks lend to their customers on their own credit, for about a month.
fn lend(world: &World, state: &mut State, left: &mut BTreeMap<Who, u64>, acts: &mut Vec<Act>) {
    for (to, minor) in state.trade.loan_asks.clone() {
        let bank = world.bank(to);
        let budget = left.entry(bank).or_default();
        if *budget < minor || !state.take(bank, minor) {
            continue;
        }
        *budget -= minor;
        let due = friday_from(add(state.today, LOAN_DAYS));
        let days = days_between(state.today, due);
        let rate = loan_rate(world, state, to);
        let loan = Loan {
            to,
            bank,
            minor,
            days,
            interest: rate.interest(minor, days, DayCount::Act360).unwrap_or(0),
            due,
        };
        acts.extend(send(world, bank, to, minor, "loan", Effect::Lent(loan)));
    }
}
