//! The acts of the rule book's table 2.2 as calls.

use crate::states::*;
use crate::support::*;
use allonge_contracts::bills::{InstrumentNumber, Market, RepoDates, Settlement};
use allonge_contracts::calls::*;
use allonge_contracts::{Call, DayCount, Rate};

pub const ACTS: &[&str] = &[
    "acceptance",
    "unused return",
    "delivery",
    "revoke",
    "endorsement to an enterprise",
    "endorsement to a bank",
    "unmark",
    "guarantee",
    "discount",
    "repo discount",
    "interbank discount",
    "rediscount",
    "redemption",
    "pledge",
    "release",
    "release against cash",
    "presentment",
    "narrow",
    "notice of recourse",
    "freeze",
    "stop",
    "unfreeze",
    "transfer by order",
];

pub const ACTORS: &[&str] = &[
    "drawer", "acceptor", "holder", "pledgee", "seller", "court", "stranger",
];

pub fn who(actor: &str, stand: &Stand) -> &'static str {
    match actor {
        "drawer" => DRAWER,
        "acceptor" => ACCEPTOR,
        "holder" => stand.holder(),
        "pledgee" => PLEDGEE,
        "seller" => SELLER,
        "court" => COURT,
        _ => STRANGER,
    }
}

fn sale(bill: InstrumentNumber, market: Market, to: &str, repo: bool) -> Call {
    RequestDiscount {
        bill: InstrumentRef::Number(bill),
        lot: lot("1-100000"),
        part: None,
        to: member(to),
        market,
        rate: Rate(39_000),
        day_count: DayCount::Act360,
        repo: repo.then(|| RepoDates {
            open_from: date("2027-02-01"),
            cut_off: date("2027-03-01"),
        }),
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![],
        purpose: Default::default(),
        answer_by: None,
    }
    .into()
}

/// The call that asks for an act, or carries it out, on the bill's one lot.
pub fn call(act: &str, bill: InstrumentNumber) -> Call {
    let number = InstrumentRef::Number(bill);
    let whole = lot("1-100000");
    let order = || "(2027) 1".parse().unwrap();
    match act {
        "acceptance" => ask_acceptance(bill).into(),
        "unused return" => RequestUnusedReturn {
            bill: number,
            answer_by: None,
        }
        .into(),
        "delivery" => ask_delivery(bill).into(),
        "revoke" => Revoke { bill: number }.into(),
        "endorsement to an enterprise" => ask_endorsement(bill, "1-100000", "", "s4").into(),
        "endorsement to a bank" => ask_endorsement(bill, "1-100000", "", BUYER).into(),
        "unmark" => RequestUnmark {
            bill: number,
            lot: whole,
            part: None,
            answer_by: None,
        }
        .into(),
        "guarantee" => RequestGuarantee {
            bill: number,
            lot: Some(whole),
            part: None,
            guarantor: member("guarantor"),
            ward: None,
            answer_by: None,
        }
        .into(),
        "discount" => sale(bill, Market::Discount, BUYER, false),
        "repo discount" => sale(bill, Market::Discount, BUYER, true),
        "interbank discount" => sale(bill, Market::Interbank, BUYER, false),
        "rediscount" => sale(bill, Market::Rediscount, "central", false),
        "redemption" => RequestRedemption {
            bill: number,
            lot: whole,
            part: None,
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        "pledge" => RequestPledge {
            instrument: number,
            lot: whole,
            part: None,
            to: member(BUYER),
            debt: yuan("10.00"),
            debt_due: date("2027-06-01"),
            purpose: Default::default(),
            answer_by: None,
            registry: allonge_contracts::Text::empty(),
        }
        .into(),
        "release" | "release against cash" => RequestRelease {
            instrument: number,
            lot: whole,
            part: None,
            price: (act != "release").then(|| yuan("10.00")),
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        "presentment" => present(bill, "1-100000").into(),
        "narrow" => Narrow {
            bill: number,
            lot: whole,
            part: None,
            unsplittable: true,
            limits: None,
        }
        .into(),
        "notice of recourse" => Notify {
            bill: number,
            lot: whole,
            parties: vec![],
            costs: None,
            text: Default::default(),
        }
        .into(),
        "freeze" => Freeze {
            instrument: number,
            lot: whole,
            part: None,
            order: order(),
        }
        .into(),
        "stop" => Stop {
            instrument: number,
            lot: whole,
            part: None,
            order: order(),
        }
        .into(),
        "unfreeze" => Unfreeze {
            instrument: number,
            lot: whole,
            order: order(),
        }
        .into(),
        "transfer by order" => OrderTransfer {
            instrument: number,
            lot: whole,
            part: None,
            order: order(),
            to: member(BUYER),
        }
        .into(),
        other => panic!("no act `{other}`"),
    }
}

/// Who answers a request for the act.
pub fn answerer(act: &str, stand: &Stand) -> &'static str {
    match act {
        "acceptance" | "unused return" | "presentment" => ACCEPTOR,
        "delivery" => PAYEE,
        "endorsement to an enterprise" => "s4",
        "unmark" => DRAWER,
        "guarantee" => "guarantor",
        "rediscount" => "central",
        "redemption" => SELLER,
        "release" | "release against cash" => stand.holder(),
        _ => BUYER,
    }
}
