//! What no field can be read from: JSON of the wrong form or beyond the field's bounds.

use crate::*;
use serde_json::json;

fn texts(most: usize) -> Vec<Value> {
    vec![json!(7), json!("two\nlines"), json!("x".repeat(most + 1))]
}

/// Values that a field of this name can never have.
fn unreadable(field: &str) -> Vec<Value> {
    let money = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
    match field {
        "bill" | "instrument" | "certificate" => vec![
            json!("510210009999620270105000000012"),
            json!(7),
            json!({ "call": -1 }),
            json!({ "call": 256 }),
            json!({ "call": 0, "more": 1 }),
        ],
        "legs" => vec![
            json!({ "leg": "cash" }),
            json!([{ "leg": "cash", "from": "s1", "to": "s2" }]),
            json!([{ "leg": "cash", "from": "S1", "to": "s2", "money": money("1.00", "CNY") }]),
            json!([{ "leg": "cash", "from": "s1", "to": "s2", "money": money("1.00", "CNY"), "more": 1 }]),
            json!([{ "leg": "gold", "from": "s1", "to": "s2", "money": money("1.00", "CNY") }]),
            json!([{ "from": "s1", "to": "s2", "money": money("1.00", "CNY") }]),
            json!([{ "leg": "lot", "from": "s1", "to": "s2", "instrument": "510210009999620270105000000012",
                "lot": { "start": "1", "end": "2" } }]),
        ],
        "actions" => vec![
            json!({ "action": "member.suspend" }),
            json!([{ "action": "member.suspend", "args": { "member": "core" } }]),
            json!([{ "action": "member.suspend", "args": { "member": "Core", "reason": "" } }]),
            json!([{ "action": "member.suspend", "args": { "member": "core", "reason": "", "more": 1 } }]),
            json!([{ "action": "member.banish", "args": { "member": "core", "reason": "" } }]),
            json!([{ "action": "protocol.activate", "args": { "version": -1 } }]),
        ],
        "request" | "proposal" => vec![json!("00"), json!(7), json!({ "call": 256 })],
        "hold" => vec![json!("00"), json!({ "call": 0 })],
        "lot" => vec![
            json!("1-100"),
            json!({ "start": "1" }),
            json!({ "start": "1", "end": "18446744073709551616" }),
            json!({ "start": -1, "end": 5 }),
        ],
        "part" | "price" | "debt" | "costs" | "money" | "sum" | "assets" | "deposits"
        | "margin" | "multilateral" | "reserve" | "limit" | "advance" => {
            vec![
                money("-1.00", "CNY"),
                money("1.001", "CNY"),
                money("184467440737095516.16", "CNY"),
                money("1.00", "XXX9"),
                money("one", "CNY"),
                json!({ "amount": "1.00" }),
                json!("1.00"),
            ]
        }
        "to" | "member" | "acceptor" | "payee" | "guarantor" | "ward" | "releaser"
        | "account_bank" | "attestor" | "issuer" | "funder" => {
            vec![json!("Core"), json!(""), json!("a".repeat(33)), json!(7)]
        }
        "maturity" | "issue_date" | "answer_by" | "until" | "debt_due" | "from" | "not_before"
        | "deadline" | "due" => {
            vec![json!("2027-02-29"), json!("5 April 2027"), json!(20_000)]
        }
        "parties" => vec![json!("core"), json!(["Core"]), json!([7])],
        "closed" | "open" => vec![json!("2027-02-01"), json!(["2027-02-29"])],
        "keys" => vec![json!(["00"]), json!("00")],
        "papers" | "trade_background" => vec![json!(["00"]), json!("00")],
        "terms" => vec![json!("00"), json!(7)],
        "roles" => vec![json!(["emperor"]), json!("bank")],
        "legal_id" => vec![json!("529900T8BM49AURSDO56"), json!("ACME Ltd")],
        "bank_number" => vec![json!("10210009999"), json!("102100099997x")],
        "threshold" => vec![json!(-1), json!(256), json!("two")],
        "kind" | "market" | "day_count" | "settlement" | "profile" | "code" | "name" => {
            vec![json!("other than any"), json!(1)]
        }
        "rate" => vec![
            json!("100.0001%"),
            json!("-1%"),
            json!("3.9"),
            json!(39_000),
        ],
        "repo" => vec![
            json!({ "open_from": "2027-02-01" }),
            json!({ "open_from": "2027-02-01", "cut_off": "2027-02-29" }),
        ],
        "limits" => vec![
            json!({ "holders": ["Core"] }),
            json!({ "roles": ["emperor"] }),
            json!({ "colour": "red" }),
        ],
        "splittable" | "not_transferable" | "without_liability" | "unsplittable" | "lifted"
        | "notice" | "notice_only" | "recourse" | "approve" => {
            vec![json!("yes"), json!(1)]
        }
        "reason" | "explanation" | "text" | "term_reason" | "statement" => texts(256),
        "sealed" => texts(1_024),
        "max_tier" => vec![json!(-1), json!(65_536), json!("4")],
        "key" | "commitment" => vec![json!("00"), json!(7)],
        "opened" => vec![json!({ "rate": "3.85%" }), json!("3.85%")],
        "registry" => texts(32),
        "reference" | "purpose" | "order" => texts(64),
        "priority" => vec![json!(-1), json!(256), json!("first")],
        "obligation" | "before" | "line" | "ask" => vec![json!("00"), json!(7)],
        "currency" => vec![json!("cny"), json!("XXX9"), json!(156)],
        "verdict" | "how" => vec![json!("maybe"), json!(1)],
        "condition" | "claim" => vec![json!("00"), json!(7), json!({ "call": 256 })],
        "document" => vec![json!("00"), json!(7)],
        "paper" => vec![
            json!("00"),
            json!(7),
            json!({ "kind": "invoice" }),
            json!({ "kind": "promise", "document": "00" }),
        ],
        "backing" => vec![
            json!(["00"]),
            json!([{ "paper": "00", "money": money("1.00", "CNY") }]),
            json!([{ "paper": "07".repeat(32) }]),
        ],
        "bilateral" => vec![
            json!(["s1"]),
            json!([{ "member": "s1" }]),
            json!([{ "member": "S1", "limit": money("1.00", "CNY") }]),
        ],
        "value" | "valid_until" => vec![json!(-1), json!("18446744073709551616"), json!("3.6%")],
        other => panic!("no value of {other} is known to be wrong"),
    }
}

/// `to` is a day where the clock is meant.
fn unreadable_of(call: &Call, field: &str) -> Vec<Value> {
    match call {
        Call::AdvanceClock(_) => unreadable("maturity"),
        Call::Affirm(_) | Call::CancelInstruction(_) if field == "instruction" => {
            unreadable("request")
        }
        _ => unreadable(field),
    }
}

#[test]
fn what_a_field_cannot_be_is_refused_when_it_is_read() {
    for call in samples::calls() {
        let good = serde_json::to_value(&call).unwrap();
        for field in fields(&call).keys() {
            for value in unreadable_of(&call, field) {
                let mut wrong = good.clone();
                wrong["args"][field] = value.clone();
                let read = serde_json::from_value::<Call>(wrong);
                assert!(read.is_err(), "{} {field} {value}", call.name());
            }
        }
        let mut wrong = good;
        wrong["args"]["more"] = json!(1);
        assert!(serde_json::from_value::<Call>(wrong).is_err());
    }
}
