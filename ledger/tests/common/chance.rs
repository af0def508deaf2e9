//! Acts at random, the same in every run: on bills, certificates, papers, instructions and queues.

mod certificates;
mod papers;
mod settling;

use super::asks::*;
use super::deals::{admissions, grant_line, mint};
use super::*;
use allonge_contracts::bills::{self, RefusalCode};
use allonge_contracts::calls::{Agree, Refuse, Register, RequestRef, SetParam, Withdraw};
use allonge_contracts::params::ParamName;
use allonge_contracts::requests::read as requests;

/// The members and the line of credit that the acts need besides genesis.
pub fn beginning(chain: &mut Chain) {
    let retries = SetParam {
        name: ParamName::RedemptionRetryDays,
        value: 2,
        from: date("2027-01-05"),
    };
    let mut calls = admissions();
    calls.push(retries.into());
    let office = chain.tx("regulator", calls);
    chain.append(&[office]);
    let cash = [("core", 40_000), ("factor", 200_000), ("house", 200_000)];
    let cash = cash.map(|(name, minor)| mint(name, minor));
    let cash = chain.tx("cb", cash.into());
    let line = chain.tx("bank", vec![grant_line("core", 100_000_000)]);
    chain.append(&[cash, line]);
}

/// Numbers that are the same in every run.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }
}

const ALL: [&str; 6] = ["bank", "bank-2", "t-0", "t-1", "t-2", "t-3"];

/// Who asks and answers.
const EVERYBODY: [&str; 10] = [
    "bank",
    "bank-2",
    "core",
    "factor",
    "guarantor",
    "house",
    "t-0",
    "t-1",
    "t-2",
    "t-3",
];

/// A member and what it does in one transaction.
type Act = (&'static str, Vec<Call>);

/// An act on a lot that somebody holds, at random; many break a rule.
fn on_a_lot(chance: &mut Chance, chain: &Chain) -> Option<(&'static str, Call)> {
    let holder = chance.of(&ALL);
    let held = bills::read::held_by(
        &chain.state.trie,
        &id(holder),
        bills::InstrumentKind::Bill,
        None,
        100,
    )
    .unwrap();
    if held.is_empty() {
        return None;
    }
    let (bill, lot) = chance.of(&held);
    let range = lot.range;
    let half = (chance.below(2) == 0).then(|| cny(1 + (range.end - range.start) / 2));
    let to = chance.of(&ALL);
    let debt = 1 + chance.below(500);
    Some(match chance.below(8) {
        0..=2 => (holder, ask_endorsement(bill, range, half, to)),
        3 => (holder, ask_discount(bill, range, half, to).into()),
        4 => (
            holder,
            ask_pledge(bill, range, half, to, debt, "2027-03-05"),
        ),
        5 => (holder, ask_guarantee(bill, range, half)),
        6 => ("court", freeze(bill, range, half)),
        _ => (holder, present(bill, range, half)),
    })
}

fn draw(chance: &mut Chance, chain: &Chain) -> Act {
    let today = chain.state.business_date(chain.state.time_ms()).unwrap();
    let days = 10 + u32::try_from(chance.below(40)).unwrap();
    let maturity = today.plus_days(days).unwrap().to_string();
    let acceptor = chance.of(&["bank", "bank-2"]);
    let register = Register {
        payee: id(chance.of(&["t-1", "t-2"])),
        ..register(acceptor, 100 + chance.below(5_000), &maturity)
    };
    ("t-0", vec![register.into(), ask_acceptance_of(0)])
}

fn deliver(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let held = bills::read::held_by(
        &chain.state.trie,
        &id("t-0"),
        bills::InstrumentKind::Bill,
        None,
        100,
    )
    .unwrap();
    if held.is_empty() {
        return None;
    }
    let bill = chance.of(&held).0;
    Some(("t-0", vec![ask_delivery(bill)]))
}

fn disclosed(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let held = bills::read::held_by(
        &chain.state.trie,
        &id("t-1"),
        bills::InstrumentKind::Bill,
        None,
        100,
    )
    .unwrap();
    if held.is_empty() {
        return None;
    }
    let bill = chance.of(&held).0;
    Some((chance.of(&["bank", "bank-2"]), vec![disclose(bill)]))
}

/// An answer to something that waits, mostly agreement.
fn answer(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let who = chance.of(&EVERYBODY);
    let waiting = requests::waiting_for(&chain.state.trie, &id(who), None, 100).unwrap();
    if waiting.is_empty() {
        return None;
    }
    let found = chance.of(&waiting);
    let asker = EVERYBODY.into_iter().find(|name| id(name) == found.from);
    if let Some(asker) = asker.filter(|_| chance.below(10) == 0) {
        let request = RequestRef::Id(found.id);
        return Some((asker, vec![Withdraw { request }.into()]));
    }
    let (request, terms) = (RequestRef::Id(found.id), found.terms_hash());
    let call = if chance.below(6) == 0 {
        let refuse = Refuse {
            request,
            terms,
            code: RefusalCode::Other,
            text: "not ours".parse().unwrap(),
        };
        refuse.into()
    } else {
        Agree { request, terms }.into()
    };
    Some((who, vec![call]))
}

fn on_bills(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    match chance.below(7) {
        0 => Some(draw(chance, chain)),
        1 => deliver(chance, chain),
        2 => disclosed(chance, chain),
        _ => on_a_lot(chance, chain).map(|(actor, call)| (actor, vec![call])),
    }
}

/// An act of somebody, at random; many break a rule.
pub fn something(chance: &mut Chance, chain: &Chain) -> Act {
    let made = match chance.below(14) {
        0..=2 => on_bills(chance, chain),
        3..=6 => certificates::act(chance, chain),
        7..=10 => answer(chance, chain),
        11 => papers::act(chance, chain),
        12 => settling::act(chance, chain),
        _ => None,
    };
    made.unwrap_or_else(|| {
        let (to, most) = match chance.below(30) {
            0 => ("core", 3_000),
            _ => (chance.of(&ALL), 20_000),
        };
        let money = 1 + chance.below(most);
        (chance.of(&ALL), vec![transfer(to, money)])
    })
}
