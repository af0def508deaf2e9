//! Receivable certificates at the doors of the contracts (rule book 3): opened, signed for, moved, financed, quoted.

mod backing;
mod disputes;
mod finance;
mod opening;
mod precedence;
mod quotes;
#[path = "../support/mod.rs"]
mod support;
mod transfers;

use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::instruments::{InstrumentNumber, Settlement};
use allonge_contracts::members::Role;
use allonge_contracts::receivables::{Line, read};
use allonge_contracts::{CallResult, Code, DayCount, RequestId};
use support::*;

/// The standard members with a factor, a million each.
fn world() -> World {
    let mut rules = rules();
    rules
        .members
        .push(new_member("factor", &[Role::Factor], 31));
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    let balances = rules
        .members
        .iter()
        .map(|member| OpeningBalance {
            member: member.id.clone(),
            money: yuan("1,000,000.00"),
        })
        .collect();
    rules.params.opening_needs_papers = 0;
    World {
        checked: true,
        ..World::new(&GenesisRules { balances, ..rules }, "2027-01-05")
    }
}

fn grant(limit: &str) -> GrantLine {
    GrantLine {
        issuer: member("core"),
        limit: yuan(limit),
        until: None,
    }
}

/// A line of `bank-a` for `core`.
#[track_caller]
fn line(w: &mut World, limit: &str) -> RequestId {
    match w.ok("bank-a", grant(limit)) {
        CallResult::Line(id) => id,
        other => panic!("{other:?}"),
    }
}

fn open(line: RequestId, sum: &str, due: &str) -> OpenCertificate {
    OpenCertificate {
        line,
        payee: member("s1"),
        sum: yuan(sum),
        due: date(due),
        splittable: true,
        notice_only: false,
        max_tier: None,
        term_reason: Default::default(),
        backing: vec![],
    }
}

fn of(number: InstrumentNumber) -> InstrumentRef {
    InstrumentRef::Number(number)
}

#[track_caller]
fn opened(w: &mut World, call: OpenCertificate) -> InstrumentNumber {
    match w.ok("core", call) {
        CallResult::Certificate(number) => number,
        other => panic!("{other:?}"),
    }
}

fn ask_signature(number: InstrumentNumber) -> RequestSignature {
    RequestSignature {
        certificate: of(number),
        answer_by: None,
    }
}

/// A certificate of `core` in the hands of `s1`, due on 5 May 2027.
#[track_caller]
fn held_as(w: &mut World, change: impl FnOnce(&mut OpenCertificate)) -> InstrumentNumber {
    let line = line(w, "5,000,000.00");
    let mut call = open(line, "1,000.00", "2027-05-05");
    change(&mut call);
    let number = opened(w, call);
    w.ok("core", ask_signature(number));
    w.agree("s1", number, 1);
    number
}

#[track_caller]
fn held(w: &mut World) -> InstrumentNumber {
    held_as(w, |_| {})
}

fn transfer_lot(number: InstrumentNumber, range: &str, part: &str, to: &str) -> TransferLot {
    TransferLot {
        certificate: of(number),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        to: member(to),
        purpose: Default::default(),
        answer_by: None,
    }
}

fn finance(number: InstrumentNumber, range: &str, part: &str, to: &str) -> FinanceLot {
    FinanceLot {
        certificate: of(number),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        to: member(to),
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: None,
        recourse: false,
        registry: "ZDW-1".parse().unwrap(),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
}

fn used(w: &World, line: RequestId) -> u64 {
    let found: Option<Line> = read::line(&w.memory, &line).unwrap();
    found.unwrap().used
}

/// Range, holder, tier and status of every lot, in words.
fn tiers(w: &World, number: InstrumentNumber) -> Vec<String> {
    w.lots(number)
        .iter()
        .map(|l| {
            let tier = l.receivable.as_ref().unwrap().tier;
            format!("{} {} T{tier} {}", l.range, l.holder, l.status)
        })
        .collect()
}
