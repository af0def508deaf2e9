//! Trade papers at the doors of the contracts (rule book 3.3, 3.4): what backs what, and what frees it.

mod attestations;
mod claims;
mod conditions;
mod draws;
mod papers;
#[path = "../support/mod.rs"]
mod support;

use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::Role;
use allonge_contracts::trade::{
    Backing, ClaimEnd, ClaimKind, Condition, ConditionStatus, Financing, Paper, PaperBody, Rank,
    Verdict, read,
};
use allonge_contracts::{CallResult, Code, Event, Hash, Money, RequestId};
use support::*;

fn hash(byte: u8) -> Hash {
    Hash([byte; 32])
}

/// The standard members with two attestors, a court and a factor; the banks and the core enterprise have a million each.
fn world() -> World {
    let mut rules = GenesisRules {
        balances: ["bank-a", "bank-b", "core", "factor"]
            .map(|name| OpeningBalance {
                member: member(name),
                money: yuan("1,000,000.00"),
            })
            .to_vec(),
        ..rules()
    };
    rules.members.extend([
        new_member("attestor", &[Role::Attestor], 21),
        new_member("attestor-2", &[Role::Attestor], 22),
        new_member("court", &[Role::Court], 24),
        new_member("factor", &[Role::Factor], 23),
    ]);
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    }
}

/// An invoice of `s1` to `core`.
fn invoice(byte: u8, value: &str) -> RecordPaper {
    between(byte, "s1", "core", value)
}

fn between(byte: u8, seller: &str, buyer: &str, value: &str) -> RecordPaper {
    RecordPaper {
        paper: PaperBody::Invoice {
            commitment: hash(byte),
            seller: member(seller),
            buyer: member(buyer),
            value: yuan(value),
            date: date("2027-01-04"),
        },
    }
}

fn credit_note(byte: u8, of: u8, value: &str) -> RecordPaper {
    RecordPaper {
        paper: PaperBody::CreditNote {
            commitment: hash(byte),
            invoice: hash(of),
            value: yuan(value),
            date: date("2027-01-05"),
        },
    }
}

fn backing(byte: u8, money: &str) -> Backing {
    Backing {
        paper: hash(byte),
        money: yuan(money),
    }
}

/// A bill of `core` to `s1` on invoice 1.
fn on_invoice(sum: &str, drawn: &str) -> Register {
    Register {
        backing: vec![backing(1, drawn)],
        ..register(sum, "2027-04-05")
    }
}

/// A certificate of `core` to `s1` on invoice 1, sixty days to run, on a line of its own.
fn certificate(w: &mut World, money: &str) -> OpenCertificate {
    let grant = GrantLine {
        issuer: member("core"),
        limit: yuan("1,000.00"),
        until: None,
    };
    let CallResult::Line(line) = w.ok("bank-a", grant) else {
        panic!("no line");
    };
    OpenCertificate {
        line,
        payee: member("s1"),
        sum: yuan(money),
        due: w.today().plus_days(60).unwrap(),
        splittable: true,
        notice_only: false,
        max_tier: None,
        term_reason: Default::default(),
        backing: vec![backing(1, money)],
    }
}

#[track_caller]
fn drawn(w: &mut World, call: Register) -> InstrumentNumber {
    match w.ok("core", call) {
        CallResult::Bill(number) => number,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn paper(w: &World, byte: u8) -> Paper {
    read::paper(&w.memory, &hash(byte)).unwrap().unwrap()
}

/// What may still be drawn on an invoice.
#[track_caller]
fn free(w: &World, byte: u8) -> Money {
    paper(w, byte).free().unwrap()
}

#[track_caller]
fn accept(w: &mut World, bill: InstrumentNumber) {
    w.ok("core", ask_acceptance(bill));
    w.agree("bank-a", bill, 1);
}

#[track_caller]
fn deliver(w: &mut World, bill: InstrumentNumber) {
    accept(w, bill);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
}
