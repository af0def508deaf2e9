//! Settlement instructions at the doors of the contracts (rule book 4): all legs or none.

mod certificates;
mod ends;
mod model;
mod refusals;
mod settles;
#[path = "../support/mod.rs"]
mod support;

use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::Role;
use allonge_contracts::settlement::{CashLeg, Instruction, Leg, LotLeg, read};
use allonge_contracts::{CallResult, Code, Currency, Hash, Money, RequestId};
use support::*;

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn euro(text: &str) -> Money {
    Money::parse(text, eur()).unwrap()
}

/// The standard members with a court, and euros issued by a second authority; cash for those named.
fn world(balances: &[(&str, Money)]) -> World {
    let authority = |currency, name| CurrencyAuthority {
        currency,
        authority: member(name),
    };
    let mut rules = GenesisRules {
        currencies: vec![authority(cny(), "central"), authority(eur(), "ecb")],
        balances: balances
            .iter()
            .map(|(name, money)| OpeningBalance {
                member: member(name),
                money: *money,
            })
            .collect(),
        ..rules()
    };
    rules.params.opening_needs_papers = 0;
    rules.members.extend([
        new_member("court", &[Role::Court], 21),
        new_member("ecb", &[Role::CentralBank], 22),
    ]);
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    }
}

fn cash(from: &str, to: &str, money: Money) -> Leg {
    Leg::Cash(CashLeg {
        from: member(from),
        to: member(to),
        money,
        purpose: Default::default(),
    })
}

/// An empty `part` means the whole lot.
fn paper(bill: InstrumentNumber, range: &str, part: &str, from: &str, to: &str) -> Leg {
    Leg::Lot(LotLeg {
        instrument: bill,
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        from: member(from),
        to: member(to),
        purpose: Default::default(),
    })
}

fn proposal(legs: &[Leg]) -> Propose {
    Propose {
        legs: legs.to_vec(),
        deadline: date("2027-01-08"),
        reference: "trade 7".parse().unwrap(),
    }
}

#[track_caller]
fn propose(w: &mut World, by: &str, legs: &[Leg]) -> (RequestId, Hash) {
    match w.ok(by, proposal(legs)) {
        CallResult::Instruction { instruction, terms } => (instruction, terms),
        other => panic!("{other:?}"),
    }
}

fn affirm((instruction, terms): (RequestId, Hash)) -> Affirm {
    Affirm {
        instruction: RequestRef::Id(instruction),
        terms,
    }
}

fn cancel((instruction, _): (RequestId, Hash)) -> CancelInstruction {
    CancelInstruction {
        instruction: RequestRef::Id(instruction),
    }
}

fn found(w: &World, (id, _): (RequestId, Hash)) -> Option<Instruction> {
    read::instruction(&w.memory, &id).unwrap()
}

/// Total and available of a currency, in minor units.
fn in_euro(w: &World, who: &str) -> (u64, u64) {
    let balance = allonge_contracts::cash::read::balance(&w.memory, &member(who), eur()).unwrap();
    (balance.total, balance.available())
}

fn suspend(who: &str) -> Suspend {
    Suspend {
        member: member(who),
        reason: Default::default(),
    }
}

fn reinstate(who: &str) -> Reinstate {
    Reinstate {
        member: member(who),
        reason: Default::default(),
    }
}
