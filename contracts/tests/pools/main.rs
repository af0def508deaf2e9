//! Certificates that fall due, at the doors of the contracts (rule book 3.2): redeemed pool by pool, pro rata where the
//! cash falls short, tried again day by day behind a ring fence, redeemed by hand, asked back.

mod fence;
mod funded;
mod load;
mod measures;
mod model;
mod retries;
#[path = "../support/mod.rs"]
mod support;
mod vectors;

use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::instruments::{InstrumentNumber, Settlement};
use allonge_contracts::members::Role;
use allonge_contracts::receivables::{Overdue, Pool, pools};
use allonge_contracts::{CallResult, Code, DayCount, Event, Money, RequestId};
use support::*;

/// The day on which the certificates of these tests fall due, a Wednesday.
const DUE: &str = "2027-05-05";

/// The standard members; `core` has so much, the others ten thousand each, the first bank ten millions.
fn world(core: &str) -> World {
    let mut rules = rules();
    let court = new_member("court", &[Role::Court], 24);
    rules.members.push(court);
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    rules.balances = rules
        .members
        .iter()
        .filter(|member| member.id.as_str() != "core")
        .map(|member| OpeningBalance {
            member: member.id.clone(),
            money: yuan(match member.id.as_str() {
                "bank-a" => "10,000,000.00",
                _ => "10,000.00",
            }),
        })
        .collect();
    let core = yuan(core);
    if core.minor > 0 {
        rules.balances.push(OpeningBalance {
            member: member("core"),
            money: core,
        });
    }
    let balances = rules.balances.clone();
    rules.params.opening_needs_papers = 0;
    World {
        checked: true,
        ..World::new(&GenesisRules { balances, ..rules }, "2027-01-05")
    }
}

/// A line of `bank-a` for `core`, large enough.
#[track_caller]
fn line(w: &mut World) -> RequestId {
    let grant = GrantLine {
        issuer: member("core"),
        limit: yuan("1,000,000,000.00"),
        until: None,
    };
    match w.ok("bank-a", grant) {
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
        notice_only: true,
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

/// A certificate of `core` in the hands of `s1`.
#[track_caller]
fn held(w: &mut World, line: RequestId, sum: &str, due: &str) -> InstrumentNumber {
    let number = opened(w, open(line, sum, due));
    let ask = RequestSignature {
        certificate: of(number),
        answer_by: None,
    };
    w.ok("core", ask);
    w.agree("s1", number, 1);
    number
}

/// A part goes one tier further down, without a signature.
#[track_caller]
fn pass(w: &mut World, number: InstrumentNumber, from: &str, range: &str, part: &str, to: &str) {
    let call = TransferLot {
        certificate: of(number),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        to: member(to),
        purpose: Default::default(),
        answer_by: None,
    };
    w.ok(from, call);
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

/// A part is financed.
#[track_caller]
fn financed(w: &mut World, call: FinanceLot, from: &str) {
    let (number, start, funder) = match call.certificate {
        InstrumentRef::Number(number) => (number, call.lot.start, call.to.clone()),
        InstrumentRef::Call(_) => panic!("by number"),
    };
    w.ok(from, call);
    w.agree(funder.as_str(), number, start);
}

fn redeem(number: InstrumentNumber, range: &str) -> RedeemLot {
    RedeemLot {
        certificate: of(number),
        lot: lot(range),
    }
}

fn minor(text: &str) -> u64 {
    yuan(text).minor
}

/// How much more a member has than before, in minor units.
fn gained(w: &World, before: &[(&str, u64)]) -> Vec<(String, u64)> {
    before
        .iter()
        .map(|(who, had)| ((*who).to_owned(), w.cash(who).0 - had))
        .collect()
}

fn now<'a>(w: &World, who: &[&'a str]) -> Vec<(&'a str, u64)> {
    who.iter().map(|who| (*who, w.cash(who).0)).collect()
}

fn pool_due(w: &World, due: &str) -> Option<Pool> {
    pools::pool(&w.memory, &member("core"), date(due), cny()).unwrap()
}

/// What `core` has overdue in minor units, and whether its cash is ring-fenced.
fn overdue(w: &World) -> (u128, bool) {
    let Overdue { minor, fences } = pools::overdue(&w.memory, &member("core"), cny()).unwrap();
    (minor, fences > 0)
}

/// Holder, range and status of every lot, in words.
fn lots(w: &World, number: InstrumentNumber) -> Vec<String> {
    w.lots(number)
        .iter()
        .map(|l| format!("{} {} {}", l.range, l.holder, l.status))
        .collect()
}

/// What each redemption of a pool owed and paid.
fn redeemed(events: &[Event]) -> Vec<(u128, u64)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::PoolRedeemed(e) => Some((e.owed, e.paid)),
            _ => None,
        })
        .collect()
}
