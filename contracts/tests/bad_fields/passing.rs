//! Endorsement, sale, redemption.

use crate::*;
use allonge_contracts::DayCount;
use allonge_contracts::bills::{Market, RepoDates, Settlement, UseLimits};

fn limited_to(holders: &[&str]) -> Register {
    Register {
        limits: Some(UseLimits {
            holders: holders.iter().map(|name| member(name)).collect(),
            roles: vec![],
            from: None,
            until: None,
            purpose: "steel".parse().unwrap(),
        }),
        ..register("10.00", "2027-04-05")
    }
}

fn discount(bill: InstrumentNumber) -> RequestDiscount {
    RequestDiscount {
        bill: number(bill),
        lot: lot("1-1000"),
        part: None,
        to: member("bank-b"),
        market: Market::Discount,
        rate: "3.9%".parse().unwrap(),
        day_count: DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![Hash([7; 32])],
        purpose: "steel".parse().unwrap(),
        answer_by: None,
    }
}

fn days(open_from: &str, cut_off: &str) -> Option<RepoDates> {
    Some(RepoDates {
        open_from: date(open_from),
        cut_off: date(cut_off),
    })
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut w = world();
    let bill = issued(&mut w, limited_to(&["bank-b", "barred-bank", "s2", "s3"]));
    let small = issued(&mut w, register("0.01", "2027-07-05"));
    for bill in [bill, small] {
        w.ok("bank-a", Disclose { bill: number(bill) });
    }
    let mut table = Table::new(w);

    let endorse = RequestEndorsement {
        purpose: "steel".parse().unwrap(),
        ..ask_endorsement(bill, "1-1000", "", "s2")
    };
    let mut r = table.call("s1", endorse);
    wrong_bill!(r);
    wrong_lot!(r);
    wrong_part!(r);
    wrong_member!(r, to, "guarantor", "barred");
    r.wrong("to", "itself", |c| c.to = member("s1"), SelfDealing, "member");
    r.wrong("to", "outside the limits", |c| c.to = member("core"), UseLimited, "receiver");
    r.wrong("purpose", "another than the lot's", |c| c.purpose = "coal".parse().unwrap(), UseLimited, "purpose");
    wrong_days!(r, "2027-04-05");

    let mut r = table.call("s1", discount(bill));
    wrong_bill!(r);
    wrong_lot!(r);
    wrong_part!(r);
    wrong_member!(r, to, "s2", "barred-bank");
    r.wrong("to", "outside the limits", |c| c.to = member("finco"), UseLimited, "receiver");
    r.wrong("market", "among banks", |c| c.market = Market::Interbank, RoleRequired, "member");
    r.wrong("market", "of the central bank", |c| c.market = Market::Rediscount, RoleRequired, "member");
    r.wrong("without_liability", "to a first buyer", |c| c.without_liability = true, InvalidArgument, "without_liability");
    r.wrong("papers", "none", |c| c.papers.clear(), NoTradePapers, "bill");
    r.wrong("papers", "17", |c| c.papers = vec![Hash::ZERO; 17], InvalidArgument, "papers");
    r.wrong("purpose", "another than the lot's", |c| c.purpose = "coal".parse().unwrap(), UseLimited, "purpose");
    for (what, open_from, cut_off) in [
        ("open today", "2027-01-05", "2027-02-01"),
        ("over before it opens", "2027-02-02", "2027-02-01"),
        ("open until maturity", "2027-02-01", "2027-04-05"),
    ] {
        r.wrong("repo", what, |c| c.repo = days(open_from, cut_off), RepoDatesWrong, "business date");
    }
    wrong_days!(r, "2027-04-05");

    let cheap = RequestDiscount {
        lot: lot("1-1"),
        ..discount(small)
    };
    let mut r = table.call("s1", cheap);
    r.wrong("rate", "that takes the whole amount", |c| c.rate = "100%".parse().unwrap(), RateWrong, "amount");

    let repo = RequestDiscount {
        repo: days("2027-02-01", "2027-03-01"),
        ..discount(bill)
    };
    let mut r = table.call("s1", repo);
    wrong_days!(r, "2027-02-01");
    table
}

/// A rate of nought is a price of face, and no error.
#[test]
fn a_rate_of_nought_is_allowed() {
    let mut table = table();
    let (actor, call) = table
        .good
        .iter()
        .find_map(|(actor, call)| match call {
            Call::RequestDiscount(call) => Some((*actor, call.clone())),
            _ => None,
        })
        .unwrap();
    let free = RequestDiscount {
        rate: "0%".parse().unwrap(),
        ..call
    };
    table.world.ok(actor, free);
}

/// A lot under repo at `bank-b`, in its window.
#[rustfmt::skip]
pub fn redemption() -> Table {
    use Code::*;
    let mut w = world();
    let bill = issued(&mut w, limited_to(&["bank-b"]));
    w.ok("bank-a", Disclose { bill: number(bill) });
    let repo = RequestDiscount {
        repo: days("2027-02-01", "2027-03-01"),
        ..discount(bill)
    };
    deal(&mut w, "s1", repo, "bank-b", bill);
    w.morning("2027-02-01");
    let other = issued(&mut w, register("10.00", "2027-04-05"));
    deal(&mut w, "s1", ask_endorsement(other, "1-1000", "", "bank-b"), "bank-b", other);
    let mut table = Table::new(w);
    let redeem = RequestRedemption {
        bill: number(bill),
        lot: lot("1-1000"),
        part: None,
        settlement: Settlement::Dvp,
        answer_by: None,
    };
    let mut r = table.call("bank-b", redeem);
    wrong_bill!(r);
    r.wrong("bill", "not under repo", |c| c.bill = number(other), WrongState, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    wrong_days!(r, "2027-03-02");
    table
}
