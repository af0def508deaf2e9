//! Netting at the doors of the contracts (rule book 4): queues, cycles, limits, and why what waits waits.

mod cycles;
mod load;
mod queues;
mod refusals;
#[path = "../support/mod.rs"]
mod support;

use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::Role;
use allonge_contracts::netting::{Cycle, Obligation, Wait, read};
use allonge_contracts::{CallResult, Currency, Event, Money, RequestId};
use support::*;

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn euro(text: &str) -> Money {
    Money::parse(text, eur()).unwrap()
}

/// The standard members with an attestor, and euros issued by a second authority; nobody has cash but those named.
fn world(balances: &[(&str, Money)]) -> World {
    let mut rules = GenesisRules {
        currencies: vec![
            CurrencyAuthority {
                currency: cny(),
                authority: member("central"),
            },
            CurrencyAuthority {
                currency: eur(),
                authority: member("ecb"),
            },
        ],
        balances: balances
            .iter()
            .map(|(name, money)| OpeningBalance {
                member: member(name),
                money: *money,
            })
            .collect(),
        ..rules()
    };
    rules.members.extend([
        new_member("attestor", &[Role::Attestor], 21),
        new_member("ecb", &[Role::CentralBank], 22),
    ]);
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    }
}

fn owe(to: &str, money: Money) -> Queue {
    Queue {
        to: member(to),
        money,
        priority: 5,
        not_before: None,
        deadline: date("2027-01-29"),
        purpose: Default::default(),
        reference: Default::default(),
    }
}

fn urgent(to: &str, money: Money) -> Queue {
    Queue {
        priority: 0,
        ..owe(to, money)
    }
}

#[track_caller]
fn queued(w: &mut World, payer: &str, call: Queue) -> RequestId {
    match w.ok(payer, call) {
        CallResult::Obligation(id) => id,
        other => panic!("{other:?}"),
    }
}

fn cycle() -> RunCycle {
    RunCycle { currency: cny() }
}

fn no_limits() -> SetLimits {
    SetLimits {
        currency: cny(),
        multilateral: None,
        bilateral: vec![],
        reserve: None,
    }
}

fn toward(name: &str, money: Money) -> BilateralLimit {
    BilateralLimit {
        member: member(name),
        limit: money,
    }
}

/// The central bank runs a cycle: the obligations that it settled.
#[track_caller]
fn run(w: &mut World) -> Vec<RequestId> {
    let executed = w.run("central", &[cycle().into()]);
    assert!(
        matches!(executed.outcome, allonge_contracts::Outcome::Accepted(_)),
        "{:?}",
        executed.outcome
    );
    settled(&executed.events)
}

fn settled(events: &[Event]) -> Vec<RequestId> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::ObligationSettled(e) => Some(e.obligation),
            _ => None,
        })
        .collect()
}

fn queue(w: &World, payer: &str) -> Vec<Obligation> {
    read::queue(&w.memory, &member(payer), cny(), None, usize::MAX).unwrap()
}

fn ids(w: &World, payer: &str) -> Vec<RequestId> {
    queue(w, payer).into_iter().map(|o| o.id).collect()
}

/// Why each of a member's queue waits.
fn waits(w: &World, payer: &str) -> Vec<Wait> {
    queue(w, payer).into_iter().map(|o| o.waits).collect()
}

fn last_cycle(w: &World) -> Cycle {
    let mut found = read::cycles(&w.memory, cny(), None, 1).unwrap();
    found.remove(0)
}
