//! What breaks a rule of a sale: one row each, with the code it is refused with and nothing changed.

use crate::support::*;
use crate::*;
use allonge_contracts::bills::{Status, UseLimits};
use allonge_contracts::{Code, Money};

/// A ledger with one bill in every state that the rows need.
struct Stage {
    w: World,
    accepted: InstrumentNumber,
    plain: InstrumentNumber,
    hidden: InstrumentNumber,
    bare: InstrumentNumber,
    whole: InstrumentNumber,
    marked: InstrumentNumber,
    asked: InstrumentNumber,
    limited: InstrumentNumber,
    discounted: InstrumentNumber,
    endorsed: InstrumentNumber,
    repo: InstrumentNumber,
    whole_repo: InstrumentNumber,
}

fn drawn(w: &mut World, draw: Register) -> InstrumentNumber {
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("bank-a", bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    bill
}

/// From 5 January 2027: bills of 10.00 that mature on 5 April.
fn stage() -> Stage {
    let mut w = world("2027-01-05");
    let draw = Register {
        trade_background: papers(),
        ..register("10.00", "2027-04-05")
    };
    let accepted = w.accepted("10.00", "2027-04-05");
    let plain = disclosed(&mut w, "10.00", "2027-04-05");
    let hidden = commercial(&mut w, "10.00", "2027-04-05");
    let bare = w.delivered("10.00", "2027-04-05");
    let solid = Register {
        splittable: false,
        ..draw.clone()
    };
    let whole = drawn(&mut w, solid.clone());
    let marked = drawn(
        &mut w,
        Register {
            not_transferable: true,
            ..draw.clone()
        },
    );
    let asked = disclosed(&mut w, "10.00", "2027-04-05");
    w.ok("s1", ask_endorsement(asked, "1-1000", "4.00", "s2"));
    let limits = UseLimits {
        holders: vec![member("s2")],
        ..UseLimits::default()
    };
    let limited = drawn(
        &mut w,
        Register {
            limits: Some(limits),
            ..draw
        },
    );
    let discounted = disclosed(&mut w, "10.00", "2027-04-05");
    deal(
        &mut w,
        "s1",
        sell(discounted, "1-1000", "", "bank-b", "3.9%"),
        discounted,
    );
    let endorsed = disclosed(&mut w, "10.00", "2027-04-05");
    w.endorse(endorsed, "s1", "1-1000", "", "bank-b");
    let repo = disclosed(&mut w, "10.00", "2027-04-05");
    let call = sell(repo, "1-1000", "", "bank-b", "3.9%");
    deal(
        &mut w,
        "s1",
        under_repo("2027-01-06", "2027-01-08", call),
        repo,
    );
    let whole_repo = drawn(&mut w, solid);
    let call = sell(whole_repo, "1-1000", "", "bank-b", "3.9%");
    deal(
        &mut w,
        "s1",
        under_repo("2027-01-06", "2027-01-08", call),
        whole_repo,
    );
    w.ok(
        "regulator",
        Suspend {
            member: member("finco"),
            reason: Default::default(),
        },
    );
    w.sound();
    Stage {
        w,
        accepted,
        plain,
        hidden,
        bare,
        whole,
        marked,
        asked,
        limited,
        discounted,
        endorsed,
        repo,
        whole_repo,
    }
}

fn changed<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

/// A number that nobody has registered.
fn unknown() -> InstrumentNumber {
    InstrumentNumber::compose(
        6,
        bank_number("102100099996").unwrap(),
        date("2026-01-05"),
        7,
    )
    .unwrap()
}

fn usd(minor: u64) -> Option<Money> {
    Some(Money::new("USD".parse().unwrap(), minor))
}

type Row = (&'static str, &'static str, Call, Code);

#[rustfmt::skip]
fn sales(s: &Stage) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |name, actor, call: RequestDiscount, code| rows.push((name, actor, call.into(), code));
    let sale = |bill| sell(bill, "1-1000", "", "bank-b", "3.9%");
    let plain = || sale(s.plain);
    let interbank = |bill, to| on(Market::Interbank, sell(bill, "1-1000", "", to, "3.9%"));
    let rediscount = |bill, to| on(Market::Rediscount, sell(bill, "1-1000", "", to, "3.9%"));
    let unknown = unknown();

    row("a part in another currency", "s1", changed(plain(), |c| c.part = usd(1)), Code::InvalidArgument);
    row("too many papers", "s1", changed(plain(), |c| c.papers = vec![Hash([1; 32]); 17]), Code::InvalidArgument);
    row("a waiver by the first seller", "s1", changed(plain(), |c| c.without_liability = true), Code::InvalidArgument);
    row("a waiver towards the central bank", "bank-b", changed(rediscount(s.discounted, "central"), |c| c.without_liability = true), Code::InvalidArgument);
    row("a waiver under repo", "bank-b", changed(under_repo("2027-03-01", "2027-03-31", interbank(s.discounted, "bank-a")), |c| c.without_liability = true), Code::InvalidArgument);
    row("by one who may not trade", "guarantor", plain(), Code::RoleRequired);
    row("a discount to an enterprise", "s1", changed(plain(), |c| c.to = member("s2")), Code::RoleRequired);
    row("a discount to the central bank", "s1", changed(plain(), |c| c.to = member("central")), Code::RoleRequired);
    row("an interbank discount by an enterprise", "s1", interbank(s.plain, "bank-b"), Code::RoleRequired);
    row("an interbank discount to an enterprise", "bank-b", interbank(s.discounted, "s2"), Code::RoleRequired);
    row("an interbank discount to the central bank", "bank-b", interbank(s.discounted, "central"), Code::RoleRequired);
    row("a rediscount by an enterprise", "s1", rediscount(s.plain, "central"), Code::RoleRequired);
    row("a rediscount to a bank", "bank-b", rediscount(s.discounted, "bank-a"), Code::RoleRequired);
    row("to nobody", "s1", changed(plain(), |c| c.to = member("nobody")), Code::NoSuchMember);
    row("to a suspended bank", "s1", changed(plain(), |c| c.to = member("finco")), Code::CounterpartySuspended);
    row("of nothing", "s1", changed(plain(), |c| c.part = Some(yuan("0"))), Code::AmountZero);
    row("to itself", "bank-b", interbank(s.discounted, "bank-b"), Code::SelfDealing);
    row("of no bill", "s1", sale(unknown), Code::NoSuchBill);
    row("of no lot", "s1", changed(plain(), |c| c.lot = lot("1-999")), Code::NoSuchLot);
    row("of another's lot", "s2", plain(), Code::NotHolder);
    row("of a lot that is asked for", "s1", changed(sale(s.asked), |c| c.lot = lot("1-400")), Code::RequestPending);
    row("before delivery", "core", sale(s.accepted), Code::WrongState);
    row("under repo", "bank-b", interbank(s.repo, "bank-a"), Code::WrongState);
    row("a second discount", "bank-b", changed(sale(s.discounted), |c| c.to = member("bank-a")), Code::WrongState);
    row("interbank before the discount", "bank-b", interbank(s.endorsed, "bank-a"), Code::WrongState);
    row("rediscount before the discount", "bank-b", rediscount(s.endorsed, "central"), Code::WrongState);
    row("of a marked lot", "s1", sale(s.marked), Code::NotTransferable);
    row("outside its limits", "s1", sale(s.limited), Code::UseLimited);
    row("outside its limits before too much of it", "s1", changed(sale(s.limited), |c| c.part = Some(yuan("10.01"))), Code::UseLimited);
    row("a part of what may not be cut", "s1", changed(sale(s.whole), |c| c.part = Some(yuan("1"))), Code::NotSplittable);
    row("too much of it", "s1", changed(plain(), |c| c.part = Some(yuan("10.01"))), Code::PartTooLarge);
    row("answered too late", "s1", changed(plain(), |c| c.answer_by = Some(date("2027-04-05"))), Code::AnswerByWrong);
    row("answered in the past", "s1", changed(plain(), |c| c.answer_by = Some(date("2027-01-04"))), Code::AnswerByWrong);
    row("a repo open today", "s1", under_repo("2027-01-05", "2027-03-01", plain()), Code::RepoDatesWrong);
    row("a repo over before it opens", "s1", under_repo("2027-03-02", "2027-03-01", plain()), Code::RepoDatesWrong);
    row("a repo until maturity", "s1", under_repo("2027-03-01", "2027-04-05", plain()), Code::RepoDatesWrong);
    row("a repo over yesterday", "s1", under_repo("2027-01-03", "2027-01-04", plain()), Code::RepoDatesWrong);
    row("a repo answered in the past", "s1", changed(under_repo("2027-01-03", "2027-01-04", plain()), |c| c.answer_by = Some(date("2027-01-04"))), Code::AnswerByWrong);
    row("not disclosed", "s1", sale(s.hidden), Code::NotDisclosed);
    row("without papers", "s1", sale(s.bare), Code::NoTradePapers);
    rows
}

#[rustfmt::skip]
fn redemptions(s: &Stage) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |name, actor, call: RequestRedemption, code| rows.push((name, actor, call.into(), code));
    let back = || redeem(s.repo, "1-1000", "");
    let unknown = unknown();

    row("a part in another currency", "bank-b", changed(back(), |c| c.part = usd(1)), Code::InvalidArgument);
    row("of nothing", "bank-b", changed(back(), |c| c.part = Some(yuan("0"))), Code::AmountZero);
    row("of no bill", "bank-b", redeem(unknown, "1-1000", ""), Code::NoSuchBill);
    row("of no lot", "bank-b", redeem(s.repo, "1-999", ""), Code::NoSuchLot);
    row("asked by the seller", "s1", back(), Code::NotHolder);
    row("of a lot that is asked for", "s1", redeem(s.asked, "1-400", ""), Code::RequestPending);
    row("of what was not sold under repo", "bank-b", redeem(s.discounted, "1-1000", ""), Code::WrongState);
    row("a part of what may not be cut", "bank-b", redeem(s.whole_repo, "1-1000", "1.00"), Code::NotSplittable);
    row("too much of it", "bank-b", redeem(s.repo, "1-1000", "10.01"), Code::PartTooLarge);
    row("answered after the cut-off", "bank-b", changed(back(), |c| c.answer_by = Some(date("2027-01-09"))), Code::AnswerByWrong);
    row("before its window", "bank-b", back(), Code::RedemptionWindow);
    rows
}

#[rustfmt::skip]
fn disclosures(s: &Stage) -> Vec<Row> {
    let unknown = unknown();
    vec![
        ("of no bill", "core", disclose(unknown).into(), Code::NoSuchBill),
        ("by another", "s1", disclose(s.hidden).into(), Code::WrongParty),
        ("twice", "core", disclose(s.plain).into(), Code::WrongState),
    ]
}

#[test]
fn every_row_is_refused_with_its_code() {
    let mut s = stage();
    let rows = [sales(&s), redemptions(&s), disclosures(&s)].concat();
    for (name, actor, call, code) in rows {
        let before = s.w.memory.clone();
        assert_eq!(
            s.w.refused(actor, call.clone()),
            code,
            "{}: {name}",
            call.name()
        );
        assert!(s.w.memory == before, "{name}");
    }
}

#[test]
fn matured_or_due() {
    let mut s = stage();
    let call = sell(s.plain, "1-1000", "", "bank-b", "3.9%");
    s.w.time_ms = local_ms(date("2027-04-05"), 9 * 60);
    assert_eq!(s.w.refused("s1", call.clone()), Code::DuePending);
    assert_eq!(
        s.w.refused("bank-b", redeem(s.repo, "1-1000", "")),
        Code::DuePending
    );
    assert_eq!(s.w.refused("core", disclose(s.hidden)), Code::DuePending);
    // Matured on a Sunday, to be presented on Monday.
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "10.00", "2027-04-04");
    w.morning("2027-04-04");
    assert_eq!(
        w.refused("s1", sell(bill, "1-1000", "", "bank-b", "3.9%")),
        Code::Matured
    );
}

#[test]
fn an_unaccepted_or_ended_bill_is_not_disclosed() {
    let mut w = world("2027-01-05");
    let issued = w.registered("10.00", "2027-04-05");
    assert_eq!(w.refused("bank-a", disclose(issued)), Code::WrongState);
    let accepted = w.accepted("10.00", "2027-04-05");
    w.close("2027-04-15");
    assert_eq!(w.refused("bank-a", disclose(accepted)), Code::WrongState);
}

#[test]
fn what_is_paid_early_keeps_nothing_else_from_being_disclosed() {
    let mut w = world("2027-01-05");
    let bill = commercial(&mut w, "10.00", "2027-04-05");
    let early = Present {
        part: Some(yuan("1.00")),
        ..present(bill, "1-1000")
    };
    step(&mut w, "s1", early);
    w.agree("core", bill, 1);
    assert_eq!(w.lots(bill)[0].status, Status::Settled);
    step(&mut w, "core", disclose(bill));
    step(&mut w, "s1", sell(bill, "101-1000", "", "bank-b", "3.9%"));
}

#[test]
fn the_interest_may_not_reach_the_amount() {
    let mut w = world("2027-01-05");
    // 180 days to Sunday 4 July, one more to Monday.
    let bill = disclosed(&mut w, "1.00", "2027-07-04");
    let whole = "1-100";
    assert_eq!(
        w.refused("s1", sell(bill, whole, "0.01", "bank-b", "100%")),
        Code::RateWrong
    );
    // Under repo interest runs to the cut-off only.
    let call = under_repo(
        "2027-01-10",
        "2027-07-02",
        sell(bill, whole, "0.01", "bank-b", "100%"),
    );
    step(&mut w, "s1", call);
}

#[test]
fn at_the_agreement() {
    let mut s = stage();
    let bill = s.plain;
    step(&mut s.w, "s1", sell(bill, "1-1000", "", "bank-b", "3.9%"));
    let request = s.w.request_at(bill, 1);
    assert_eq!(s.w.refused("bank-a", agree(request)), Code::WrongParty);
    assert_eq!(s.w.refused("s1", agree(request)), Code::WrongParty);
    assert_eq!(
        s.w.refused("bank-b", agree((request.0, Hash::ZERO))),
        Code::TermsChanged
    );
    s.w.ok(
        "regulator",
        Suspend {
            member: member("s1"),
            reason: Default::default(),
        },
    );
    assert_eq!(
        s.w.refused("bank-b", agree(request)),
        Code::CounterpartySuspended
    );
    // A suspended seller may not be asked to buy back either, nor takes part in the deal.
    s.w.morning("2027-01-06");
    assert_eq!(
        s.w.refused("bank-b", redeem(s.repo, "1-1000", "")),
        Code::CounterpartySuspended
    );
    s.w.ok(
        "regulator",
        Reinstate {
            member: member("s1"),
            reason: Default::default(),
        },
    );
    settle(&mut s.w, "bank-b", bill, 1);
}

#[test]
fn a_buyer_whose_debts_are_due_pays_them_first() {
    let mut w = world("2027-01-05");
    // What `bank-b` accepted falls due on the day on which it is to buy.
    let draw = Register {
        acceptor: member("bank-b"),
        ..register("100.00", "2027-03-01")
    };
    let CallResult::Bill(due) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(due));
    w.agree("bank-b", due, 1);
    w.ok("core", ask_delivery(due));
    w.agree("s1", due, 1);
    let bill = disclosed(&mut w, "10.00", "2027-04-05");
    step(&mut w, "s1", sell(bill, "1-1000", "", "bank-b", "3.9%"));
    let other = disclosed(&mut w, "10.00", "2027-04-05");
    let free = RequestDiscount {
        settlement: Settlement::Free,
        ..sell(other, "1-1000", "", "bank-b", "3.9%")
    };
    step(&mut w, "s1", free);
    w.morning("2027-03-01");
    w.time_ms = local_ms(date("2027-03-01"), 20 * 60);
    let request = w.request_at(bill, 1);
    assert_eq!(w.refused("bank-b", agree(request)), Code::DuePending);
    // Free of payment costs it nothing.
    let free = w.request_at(other, 1);
    w.ok("bank-b", agree(free));
    w.close("2027-03-01");
    settle(&mut w, "bank-b", bill, 1);
}

#[test]
fn a_seller_whose_debts_are_due_pays_them_before_it_buys_back() {
    let mut w = world("2027-01-05");
    let draw = Register {
        kind: BillKind::Commercial,
        acceptor: member("s1"),
        payee: member("s2"),
        ..register("100.00", "2027-03-01")
    };
    let CallResult::Bill(due) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(due));
    w.agree("s1", due, 1);
    w.ok("core", ask_delivery(due));
    w.agree("s2", due, 1);
    let bill = disclosed(&mut w, "10.00", "2027-04-05");
    let call = sell(bill, "1-1000", "", "bank-b", "3.9%");
    deal(
        &mut w,
        "s1",
        under_repo("2027-02-01", "2027-03-31", call),
        bill,
    );
    w.morning("2027-03-01");
    step(&mut w, "bank-b", redeem(bill, "1-1000", ""));
    w.time_ms = local_ms(date("2027-03-01"), 20 * 60);
    let request = w.request_at(bill, 1);
    assert_eq!(w.refused("s1", agree(request)), Code::DuePending);
    w.close("2027-03-01");
    settle(&mut w, "s1", bill, 1);
}
