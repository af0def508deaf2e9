//! Every field of every call wrong once: refused with its code, the value at fault named, and nothing changed.
//!
//! A row alters one field of a call that is carried out as it stands, so that nothing but that field is at fault.

mod bytes;
mod cash;
mod court;
mod gov;
mod issue;
mod json;
mod netting;
mod network;
mod passing;
mod paying;
mod pools;
mod receivables;
mod rows;
#[allow(dead_code, reason = "of the samples only the calls are needed")]
#[path = "../support/samples.rs"]
mod samples;
mod securing;
mod settlement;
#[path = "../support/mod.rs"]
mod support;
mod trade;

use allonge_contracts::bills::{InstrumentNumber, NumberError};
use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::outcome::FactValue;
use allonge_contracts::{Call, CallResult, Code, Hash, Money, Outcome, RequestId};
use rows::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use support::*;

/// Fields of which the rules refuse no value that can be written: what is wrong is refused when it is read.
const ANY_VALUE: &[&str] = &[
    "members.admit legal_id",
    "members.suspend reason",
    "members.reinstate reason",
    "cash.mint reference",
    "cash.redeem reference",
    "cash.transfer purpose",
    "cash.transfer reference",
    "cash.hold reference",
    "bills.register splittable",
    "bills.register not_transferable",
    "bills.register profile",
    "bills.request_endorsement not_transferable",
    "bills.request_discount day_count",
    "bills.request_discount settlement",
    "bills.request_redemption settlement",
    "lots.request_release settlement",
    "recourse.notify text",
    "settle.propose reference",
    "gov.propose reason",
    "gov.propose order",
    "gov.vote approve",
    "gov.vote reason",
    "netting.queue purpose",
    "netting.queue reference",
    "trade.attest document",
    "trade.fulfil document",
    "trade.claim_invoice kind",
    "trade.claim_invoice registry",
    "trade.claim_invoice notice",
    "trade.release_claim how",
    "receivables.open splittable",
    "receivables.open notice_only",
    "receivables.transfer purpose",
    "receivables.finance day_count",
    "receivables.finance recourse",
    "receivables.finance settlement",
    "receivables.ask_quotes key",
    "receivables.quote commitment",
];

/// The standard members with a court, an attestor, an insurer, a bank that is an enterprise as well, and two that
/// are suspended; a million each.
fn world() -> World {
    world_of(rules())
}

/// The same under other parameters.
fn world_of(rules: GenesisRules) -> World {
    World::new(&world_rules(rules), "2027-01-05")
}

fn world_rules(rules: GenesisRules) -> GenesisRules {
    let mut members = rules.members.clone();
    let suspended = |member| Member {
        suspended: true,
        ..member
    };
    members.extend([
        new_member("attestor", &[Role::Attestor], 21),
        new_member("attestor-2", &[Role::Attestor], 31),
        suspended(new_member("barred-attestor", &[Role::Attestor], 32)),
        suspended(new_member("barred", &[Role::Enterprise], 22)),
        suspended(Member {
            bank_number: bank_number("104100000004"),
            ..new_member("barred-bank", &[Role::Bank], 23)
        }),
        new_member("court", &[Role::Court], 24),
        new_member("insurer", &[Role::Insurer], 25),
        Member {
            bank_number: bank_number("106100000017"),
            ..new_member("twin", &[Role::Enterprise, Role::Bank], 26)
        },
    ]);
    members.sort_by(|a, b| a.id.cmp(&b.id));
    let balances = members
        .iter()
        .map(|member| OpeningBalance {
            member: member.id.clone(),
            money: yuan("1,000,000.00"),
        })
        .collect();
    GenesisRules {
        members,
        balances,
        ..rules
    }
}

fn number(bill: InstrumentNumber) -> InstrumentRef {
    InstrumentRef::Number(bill)
}

/// The number of a bill that nobody registered.
fn absent() -> InstrumentNumber {
    match "510210009999620270105999999990".parse() {
        Ok(number) => number,
        Err(NumberError::CheckDigit { expected, .. }) => {
            format!("51021000999962027010599999999{expected}")
                .parse()
                .unwrap()
        }
        Err(error) => panic!("{error}"),
    }
}

fn usd(minor: u64) -> Money {
    Money::new("USD".parse().unwrap(), minor)
}

/// A call that makes neither a bill nor a request.
fn a_penny() -> Call {
    transfer("finco", yuan("0.01")).into()
}

/// Asked by one and agreed by the other.
#[track_caller]
fn deal(w: &mut World, from: &str, call: impl Into<Call>, to: &str, bill: InstrumentNumber) {
    w.ok(from, call);
    w.agree(to, bill, 1);
}

/// A bill as drawn, in the hands of its payee.
fn issued(w: &mut World, draw: Register) -> InstrumentNumber {
    let (acceptor, payee) = (draw.acceptor.to_string(), draw.payee.to_string());
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    deal(w, "core", ask_acceptance(bill), &acceptor, bill);
    deal(w, "core", ask_delivery(bill), &payee, bill);
    bill
}

fn tables() -> Vec<Table> {
    vec![
        network::table(),
        cash::table(),
        issue::table(),
        passing::table(),
        passing::redemption(),
        securing::table(),
        securing::proceeds(),
        paying::answers(),
        paying::late(),
        paying::recourse(),
        court::table(),
        settlement::table(),
        pools::table(),
        netting::table(),
        gov::table(),
        trade::table(),
        trade::backed(),
        trade::claims(),
        trade::conditions(),
        receivables::opening(),
        receivables::moving(),
        receivables::quoting(),
        receivables::backed(),
    ]
}

fn fields(call: &Call) -> BTreeMap<String, Value> {
    let json = serde_json::to_value(call).unwrap();
    serde_json::from_value(json["args"].clone()).unwrap()
}

#[test]
fn every_row_is_refused_with_its_code_and_changes_nothing() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for Table {
        mut world,
        good,
        rows,
    } in tables()
    {
        world.sound();
        let before = world.memory.clone();
        for (actor, call) in &good {
            let outcome = world.run(actor, std::slice::from_ref(call)).outcome;
            if let Outcome::Rejected(rejection) = outcome {
                wrong.push(format!("{} as it stands: {rejection}", call.name()));
            }
            world.memory = before.clone();
        }
        for row in rows {
            count += 1;
            let name = format!("{} {} {}", row.call.name(), row.field, row.what);
            let place = row.before.len();
            let calls = [row.before, vec![row.call]].concat();
            match world.run(row.actor, &calls).outcome {
                Outcome::Rejected(found) => {
                    let fact = match found.facts.first() {
                        Some(fact) if found.code == Code::InvalidArgument => match &fact.value {
                            FactValue::Word(field) => field.as_str(),
                            _ => "",
                        },
                        Some(fact) => fact.what.as_str(),
                        None => "",
                    };
                    if (found.code, fact) != (row.code, row.fact) {
                        wrong.push(format!("{name}: {found}, not {} {}", row.code, row.fact));
                    }
                    assert_eq!(usize::from(found.call), place, "{name}");
                    assert!(found.facts.len() <= 8, "{name}");
                }
                Outcome::Accepted(_) => wrong.push(format!("{name}: carried out")),
            }
            if world.memory != before {
                wrong.push(format!("{name}: changed the state"));
                world.memory = before.clone();
            }
        }
    }
    println!("{count} rows");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_row_alters_the_one_field_that_it_names() {
    for table in tables() {
        for row in &table.rows {
            let wrong = fields(&row.call);
            let alike = table.good.iter().any(|(actor, good)| {
                let good_fields = fields(good);
                let differ: Vec<&String> = wrong
                    .keys()
                    .filter(|key| wrong.get(*key) != good_fields.get(*key))
                    .collect();
                *actor == row.actor && good.name() == row.call.name() && differ == [row.field]
            });
            assert!(alike, "{} {} {}", row.call.name(), row.field, row.what);
        }
    }
}

#[test]
fn every_field_of_every_call_has_a_row() {
    let all: BTreeSet<String> = samples::calls()
        .iter()
        .flat_map(|call| {
            let name = call.name();
            fields(call)
                .into_keys()
                .map(move |key| format!("{name} {key}"))
        })
        .collect();
    let named: BTreeSet<&str> = samples::calls().iter().map(Call::name).collect();
    assert!(Call::NAMES.iter().all(|(_, _, name)| named.contains(name)));
    let mut have: BTreeSet<String> = BTreeSet::new();
    for table in tables() {
        let rows = table.rows.iter();
        have.extend(rows.map(|row| format!("{} {}", row.call.name(), row.field)));
    }
    for field in ANY_VALUE {
        assert!(
            have.insert((*field).to_owned()),
            "{field} has a row as well"
        );
    }
    let missing: Vec<_> = all.difference(&have).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let unknown: Vec<_> = have.difference(&all).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn who_may_not_act_is_refused_before_anything_else_is_looked_at() {
    let mut w = world();
    let bill = issued(&mut w, register("10.00", "2027-04-05"));
    for (actor, call) in [
        ("s1", Call::from(network::admit())),
        ("s1", network::suspend("s2").into()),
        ("s1", network::record("s2").into()),
        ("bank-a", network::set_param().into()),
        ("s1", court::freeze(bill).into()),
        ("bank-a", court::order_transfer(bill).into()),
        ("regulator", register("10.00", "2027-04-05").into()),
    ] {
        assert_eq!(w.refused(actor, call), Code::RoleRequired);
    }
}

/// The request of a bill's first lot, as an answer names it.
fn asked(w: &World, bill: InstrumentNumber) -> (RequestRef, Hash) {
    let (request, terms): (RequestId, Hash) = w.request_at(bill, 1);
    (RequestRef::Id(request), terms)
}
