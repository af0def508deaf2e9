//! What breaks a rule: one row each, with the code it is refused with and nothing changed.

mod support;

use allonge_contracts::bills::{BillKind, RefusalCode};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::outcome::FactValue;
use allonge_contracts::{Call, Code, Hash, Money, Outcome, RequestId};
use support::*;

/// A ledger with one bill in every state that the rows need.
struct Stage {
    world: World,
    registered: allonge_contracts::bills::InstrumentNumber,
    accepted: allonge_contracts::bills::InstrumentNumber,
    delivered: allonge_contracts::bills::InstrumentNumber,
    whole: allonge_contracts::bills::InstrumentNumber,
    marked: allonge_contracts::bills::InstrumentNumber,
    asked: allonge_contracts::bills::InstrumentNumber,
}

fn stage() -> Stage {
    let mut world = World::standard();
    let registered = world.registered("10.00", "2027-04-05");
    let accepted = world.accepted("10.00", "2027-04-05");
    let delivered = world.delivered("10.00", "2027-04-05");
    let mut draw = register("10.00", "2027-04-05");
    draw.splittable = false;
    draw.not_transferable = false;
    let whole = deliver(&mut world, draw.clone());
    draw.not_transferable = true;
    let marked = deliver(&mut world, draw);
    let asked = world.delivered("10.00", "2027-04-05");
    world.ok("s1", ask_endorsement(asked, "1-1000", "4.00", "s2"));
    world.ok(
        "regulator",
        Suspend {
            member: member("s3"),
            reason: Default::default(),
        },
    );
    Stage {
        world,
        registered,
        accepted,
        delivered,
        whole,
        marked,
        asked,
    }
}

fn deliver(world: &mut World, draw: Register) -> allonge_contracts::bills::InstrumentNumber {
    let allonge_contracts::CallResult::Bill(bill) = world.ok("core", draw) else {
        panic!("no bill");
    };
    world.ok("core", ask_acceptance(bill));
    world.agree("bank-a", bill, 1);
    world.ok("core", ask_delivery(bill));
    world.agree("s1", bill, 1);
    bill
}

fn changed<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

fn mint(to: &str, money: Money) -> Mint {
    Mint {
        to: member(to),
        money,
        reference: Default::default(),
    }
}

fn hold(money: Money, until: &str) -> PlaceHold {
    PlaceHold {
        money,
        releaser: None,
        until: date(until),
        reference: Default::default(),
    }
}

fn admit(name: &str) -> Admit {
    Admit {
        member: member(name),
        roles: vec![Role::Enterprise],
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys: vec![key(99)],
        threshold: 1,
    }
}

fn suspend(name: &str) -> Suspend {
    Suspend {
        member: member(name),
        reason: Default::default(),
    }
}

#[rustfmt::skip]
fn rows(s: &Stage) -> Vec<(&'static str, &'static str, Call, Code)> {
    let draw = || register("10.00", "2027-04-05");
    let usd = |minor| Money::new("USD".parse().unwrap(), minor);
    let max = Money::new(cny(), u64::MAX);
    let asked = s.world.request_at(s.asked, 1);
    let unknown = (RequestId([7; 16]), Hash::ZERO);
    let mut rows: Vec<(&'static str, &'static str, Call, Code)> = Vec::new();
    let mut row = |name, actor, call: Call, code| rows.push((name, actor, call, code));

    row("transfer of nothing", "core", transfer("s1", yuan("0")).into(), Code::AmountZero);
    row("transfer to oneself", "core", transfer("core", yuan("1")).into(), Code::SelfDealing);
    row("transfer to nobody", "core", transfer("nobody", yuan("1")).into(), Code::NoSuchMember);
    row("transfer of an unknown currency", "core", transfer("s1", usd(1)).into(), Code::UnknownCurrency);
    row("transfer without funds", "core", transfer("s1", yuan("1000.01")).into(), Code::InsufficientFunds);
    row("several wrong: the first in order", "core", transfer("nobody", usd(0)).into(), Code::NoSuchMember);
    row("mint by a stranger", "bank-a", mint("s1", yuan("1")).into(), Code::NotCurrencyAuthority);
    row("mint of nothing", "central", mint("s1", yuan("0")).into(), Code::AmountZero);
    row("mint over 64 bits in all", "central", mint("s1", max).into(), Code::AmountOverflow);
    row("mint of an unknown currency", "central", mint("s1", usd(1)).into(), Code::UnknownCurrency);
    row("mint to nobody", "central", mint("nobody", yuan("1")).into(), Code::NoSuchMember);
    let redeem = |money| Redeem { money, reference: Default::default() };
    row("redemption without cash", "central", redeem(yuan("1")).into(), Code::InsufficientFunds);
    row("redemption by a stranger", "bank-a", redeem(yuan("1")).into(), Code::NotCurrencyAuthority);
    row("hold of nothing", "core", hold(yuan("0"), "2027-02-01").into(), Code::AmountZero);
    row("hold without funds", "core", hold(yuan("2000"), "2027-02-01").into(), Code::InsufficientFunds);
    row("hold until yesterday", "core", hold(yuan("1"), "2027-01-04").into(), Code::DateInPast);
    row(
        "hold released by nobody",
        "core",
        changed(hold(yuan("1"), "2027-02-01"), |h| h.releaser = Some(member("nobody"))).into(),
        Code::NoSuchMember,
    );
    row("no such hold", "core", ReleaseHold { hold: unknown.0 }.into(), Code::NoSuchHold);

    row("admission by an enterprise", "core", admit("new").into(), Code::RoleRequired);
    row("admission twice", "regulator", admit("core").into(), Code::AlreadyExists);
    row("no roles", "regulator", changed(admit("new"), |a| a.roles.clear()).into(), Code::InvalidArgument);
    row("a role twice", "regulator", changed(admit("new"), |a| a.roles.push(Role::Enterprise)).into(), Code::InvalidArgument);
    row("no keys", "regulator", changed(admit("new"), |a| a.keys.clear()).into(), Code::InvalidArgument);
    row("keys not in order", "regulator", changed(admit("new"), |a| a.keys.push(key(1))).into(), Code::InvalidArgument);
    row("17 keys", "regulator", changed(admit("new"), |a| a.keys = (1..=17).map(key).collect()).into(), Code::InvalidArgument);
    row("threshold nought", "regulator", changed(admit("new"), |a| a.threshold = 0).into(), Code::ThresholdWrong);
    row("threshold over the keys", "regulator", changed(admit("new"), |a| a.threshold = 2).into(), Code::ThresholdWrong);
    row("account at no bank", "regulator", changed(admit("new"), |a| a.account_bank = Some(member("s1"))).into(), Code::RoleRequired);
    row("account at nobody", "regulator", changed(admit("new"), |a| a.account_bank = Some(member("nobody"))).into(), Code::NoSuchMember);
    row("bank number in use", "regulator", changed(admit("new"), |a| a.bank_number = bank_number("102100099996")).into(), Code::AlreadyExists);
    row("rotation to a threshold out of reach", "core", RotateKeys { keys: vec![key(1)], threshold: 2 }.into(), Code::ThresholdWrong);
    row("rotation to no key", "core", RotateKeys { keys: vec![], threshold: 0 }.into(), Code::InvalidArgument);
    row("suspension by a bank", "bank-a", suspend("core").into(), Code::RoleRequired);
    row("suspension of nobody", "regulator", suspend("nobody").into(), Code::NoSuchMember);
    row("suspension of oneself", "regulator", suspend("regulator").into(), Code::SelfDealing);
    row("suspension twice", "regulator", suspend("s3").into(), Code::WrongState);
    let reinstate = Reinstate { member: member("core"), reason: Default::default() };
    row("reinstatement of an active member", "regulator", reinstate.into(), Code::WrongState);

    row("drawn by a regulator", "regulator", draw().into(), Code::RoleRequired);
    row("accepted by no bank", "core", changed(draw(), |d| d.acceptor = member("s2")).into(), Code::RoleRequired);
    row("a bank bill on a finance company", "core", changed(draw(), |d| d.acceptor = member("finco")).into(), Code::RoleRequired);
    row("a finance company's on a bank", "core", changed(draw(), |d| d.kind = BillKind::FinanceCompany).into(), Code::RoleRequired);
    row("a commercial bill on a bank", "core", changed(draw(), |d| d.kind = BillKind::Commercial).into(), Code::RoleRequired);
    row("payable to a guarantor", "core", changed(draw(), |d| d.payee = member("guarantor")).into(), Code::RoleRequired);
    row("a wrong acceptor and no payee", "core", changed(draw(), |d| { d.acceptor = member("s2"); d.payee = member("nobody"); }).into(), Code::RoleRequired);
    row("payable to nobody", "core", changed(draw(), |d| d.payee = member("nobody")).into(), Code::NoSuchMember);
    row("payable to a suspended member", "core", changed(draw(), |d| d.payee = member("s3")).into(), Code::CounterpartySuspended);
    row("a bill over nothing", "core", register("0", "2027-04-05").into(), Code::AmountZero);
    row("a bill over the ceiling", "core", register("1,000,000,000.01", "2027-04-05").into(), Code::AmountTooLarge);
    row("a bill in an unknown currency", "core", changed(draw(), |d| d.sum = usd(1)).into(), Code::UnknownCurrency);
    row("drawn by its payee on a bank", "s1", draw().into(), Code::SelfDealing);
    row("payable to its acceptor", "core", changed(draw(), |d| d.payee = member("bank-a")).into(), Code::SelfDealing);
    row("maturity today", "core", register("1", "2027-01-05").into(), Code::MaturityInPast);
    row("maturity in the past", "core", register("1", "2026-12-31").into(), Code::MaturityInPast);
    row("maturity beyond the term", "core", register("1", "2027-07-06").into(), Code::TermTooLong);
    row("issue date yesterday", "core", changed(draw(), |d| d.issue_date = Some(date("2027-01-04"))).into(), Code::IssueDateWrong);
    row("17 documents", "core", changed(draw(), |d| d.trade_background = vec![Hash::ZERO; 17]).into(), Code::InvalidArgument);
    let on_s2 = |d: &mut Register| {
        d.kind = BillKind::Commercial;
        d.acceptor = member("s2");
    };
    row("both sides of a commercial bill", "core", changed(draw(), |d| { on_s2(d); d.payee = member("s2"); }).into(), Code::SelfDealing);

    let absent = "510210009999620270105999999997".parse().or_else(|e| match e {
        allonge_contracts::bills::NumberError::CheckDigit { expected, .. } => format!("51021000999962027010599999999{expected}").parse(),
        e => Err(e),
    });
    row("no such bill", "core", ask_acceptance(absent.unwrap()).into(), Code::NoSuchBill);
    row("acceptance asked by a stranger", "s1", ask_acceptance(s.registered).into(), Code::WrongParty);
    row("acceptance twice", "core", ask_acceptance(s.accepted).into(), Code::WrongState);
    row("acceptance by yesterday", "core", changed(ask_acceptance(s.registered), |a| a.answer_by = Some(date("2027-01-04"))).into(), Code::AnswerByWrong);
    row("acceptance beyond three days", "core", changed(ask_acceptance(s.registered), |a| a.answer_by = Some(date("2027-01-09"))).into(), Code::AnswerByWrong);
    row("delivery before acceptance", "core", ask_delivery(s.registered).into(), Code::WrongState);
    row("delivery by a stranger", "s1", ask_delivery(s.accepted).into(), Code::WrongParty);
    row("delivery twice", "core", ask_delivery(s.delivered).into(), Code::WrongState);
    row("delivery beyond the window", "core", changed(ask_delivery(s.accepted), |a| a.answer_by = Some(date("2027-04-16"))).into(), Code::AnswerByWrong);

    let endorse = |range, part, to| ask_endorsement(s.delivered, range, part, to);
    row("endorsed by a stranger", "s2", endorse("1-1000", "", "core").into(), Code::NotHolder);
    row("endorsed to oneself", "s1", endorse("1-1000", "", "s1").into(), Code::SelfDealing);
    row("endorsed to nobody", "s1", endorse("1-1000", "", "nobody").into(), Code::NoSuchMember);
    row("endorsed to a guarantor", "s1", endorse("1-1000", "", "guarantor").into(), Code::RoleRequired);
    row("endorsed to a suspended member", "s1", endorse("1-1000", "", "s3").into(), Code::CounterpartySuspended);
    row("another range than the lot", "s1", endorse("1-999", "", "s2").into(), Code::NoSuchLot);
    row("a part of nothing", "s1", endorse("1-1000", "0.00", "s2").into(), Code::AmountZero);
    row("a part larger than the lot", "s1", endorse("1-1000", "10.01", "s2").into(), Code::PartTooLarge);
    row("a part in another currency", "s1", changed(endorse("1-1000", "", "s2"), |e| e.part = Some(usd(1))).into(), Code::InvalidArgument);
    row("not splittable", "s1", ask_endorsement(s.whole, "1-1000", "1.00", "s2").into(), Code::NotSplittable);
    row("not transferable", "s1", ask_endorsement(s.marked, "1-1000", "", "s2").into(), Code::NotTransferable);
    row("endorsed before delivery", "core", ask_endorsement(s.accepted, "1-1000", "", "s2").into(), Code::WrongState);
    row("endorsed while a request waits", "s1", ask_endorsement(s.asked, "1-400", "", "s2").into(), Code::RequestPending);
    row("the cut lot under its old range", "s1", ask_endorsement(s.asked, "1-1000", "", "s2").into(), Code::NoSuchLot);
    row("answer on the day of maturity", "s1", changed(endorse("1-1000", "", "s2"), |e| e.answer_by = Some(date("2027-04-05"))).into(), Code::AnswerByWrong);

    row("presented before delivery", "core", present(s.accepted, "1-1000").into(), Code::PresentmentTooEarly);
    row("presented by a stranger", "s2", present(s.delivered, "1-1000").into(), Code::NotHolder);
    row("presented while a request waits", "s1", present(s.asked, "1-400").into(), Code::RequestPending);

    row("an answer by the wrong party", "core", agree(asked).into(), Code::WrongParty);
    row("an answer by the one who asked", "s1", agree(asked).into(), Code::WrongParty);
    row("an answer to nothing", "s2", agree(unknown).into(), Code::NoSuchRequest);
    row("an answer to changed terms", "s2", agree((asked.0, Hash([1; 32]))).into(), Code::TermsChanged);
    row("a refusal of changed terms", "s2", refuse((asked.0, Hash([1; 32])), RefusalCode::Other).into(), Code::TermsChanged);
    row("a refusal by the wrong party", "core", refuse(asked, RefusalCode::Other).into(), Code::WrongParty);
    row("low balance to an endorsement", "s2", refuse(asked, RefusalCode::LowBalance).into(), Code::AnswerCodeWrong);
    row("other without words", "s2", changed(refuse(asked, RefusalCode::Other), |r| r.text = Default::default()).into(), Code::InvalidArgument);
    row("withdrawn by the other side", "s2", withdraw(asked).into(), Code::WrongParty);
    row("withdrawal of nothing", "s1", withdraw(unknown).into(), Code::NoSuchRequest);
    row("reference to a call that was not", "core", RequestAcceptance { bill: InstrumentRef::Call(CallIndex { call: 0 }), answer_by: None }.into(), Code::BadReference);
    row("reference to an answer that was not", "core", Withdraw { request: RequestRef::Call(CallIndex { call: 9 }) }.into(), Code::BadReference);

    row("clock back", "core", AdvanceClock { to: date("2027-01-05") }.into(), Code::DateInPast);
    row("clock too far", "core", AdvanceClock { to: date("2037-01-13") }.into(), Code::InvalidArgument);
    let calendar = |closed: &str| SetCalendar { closed: vec![date(closed)], open: vec![] };
    row("calendar by a bank", "bank-a", calendar("2027-02-01").into(), Code::RoleRequired);
    row("calendar of today", "regulator", calendar("2027-01-05").into(), Code::CalendarWrong);
    row("calendar of nothing", "regulator", SetCalendar { closed: vec![], open: vec![] }.into(), Code::InvalidArgument);
    row(
        "a day both closed and open",
        "regulator",
        changed(calendar("2027-02-01"), |c| c.open.push(date("2027-02-01"))).into(),
        Code::InvalidArgument,
    );
    rows
}

#[test]
fn every_row_is_refused_with_its_code_and_changes_nothing() {
    let mut stage = stage();
    stage.world.sound();
    let before = stage.world.memory.clone();
    let rows = rows(&stage);
    assert!(rows.len() > 90, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for (name, actor, call, code) in rows {
        match stage.world.run(actor, &[call]).outcome {
            Outcome::Rejected(rejection) if rejection.code == code => {
                assert!(rejection.facts.len() <= 8, "{name}");
            }
            other => wrong.push(format!("{name}: {other:?}, not {code}")),
        }
        assert!(stage.world.memory == before, "{name} changed the state");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_answer_counts_once() {
    let mut s = stage();
    let asked = s.world.request_at(s.asked, 1);
    s.world.ok("s2", agree(asked));
    assert_eq!(s.world.refused("s2", agree(asked)), Code::NoSuchRequest);
    let again = refuse(asked, RefusalCode::Other);
    assert_eq!(s.world.refused("s2", again), Code::NoSuchRequest);
    assert_eq!(s.world.refused("s1", withdraw(asked)), Code::NoSuchRequest);
}

#[test]
fn an_answer_that_cannot_be_carried_out_leaves_the_request_open() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    w.ok("s1", present(bill, "1-1000"));
    let (total, _) = w.cash("bank-a");
    let all_but_one_fen = Money::new(cny(), total - 999);
    w.ok("bank-a", transfer("core", all_but_one_fen));
    let call = agree(w.request_at(bill, 1));
    assert_eq!(w.refused("bank-a", call.clone()), Code::InsufficientFunds);
    w.ok("core", transfer("bank-a", yuan("0.01")));
    w.ok("bank-a", call);
    assert_eq!(w.cash("s1").0, 1_000);
    w.sound();
}

#[test]
fn a_refusal_says_what_was_wrong_with_which_values() {
    let mut w = World::standard();
    let facts = w.facts("core", transfer("s1", yuan("2,000.00")));
    assert_eq!(
        facts,
        [
            ("have".to_owned(), FactValue::Money(yuan("1,000.00"))),
            ("need".to_owned(), FactValue::Money(yuan("2,000.00")))
        ]
    );
    let bill = w.delivered("10.00", "2027-04-05");
    let facts = w.facts("s2", ask_endorsement(bill, "1-1000", "", "s3"));
    assert_eq!(
        facts,
        [("holder".to_owned(), FactValue::Member(member("s1")))]
    );
    let facts = w.facts("core", register("1.00", "2027-08-01"));
    assert!(facts.contains(&("latest".to_owned(), FactValue::Date(date("2027-07-05")))));
}

#[test]
fn all_or_nothing_and_the_call_is_named() {
    let mut w = World::standard();
    let before = w.memory.clone();
    let calls: Vec<Call> = vec![
        transfer("s1", yuan("1.00")).into(),
        register("1.00", "2027-04-05").into(),
        transfer("s1", yuan("0.00")).into(),
    ];
    let Outcome::Rejected(rejection) = w.run("core", &calls).outcome else {
        panic!("carried out");
    };
    assert_eq!((rejection.call, rejection.code), (2, Code::AmountZero));
    assert!(w.memory == before);
    for calls in [vec![], vec![transfer("s1", yuan("0.01")).into(); 65]] {
        let Outcome::Rejected(rejection) = w.run("core", &calls).outcome else {
            panic!("carried out");
        };
        assert_eq!(rejection.code, Code::InvalidArgument);
    }
    let many: Vec<Call> = vec![transfer("s1", yuan("0.01")).into(); 64];
    assert!(matches!(w.run("core", &many).outcome, Outcome::Accepted(r) if r.len() == 64));
    w.sound();
}

#[test]
fn work_is_limited_and_counted() {
    let mut w = World::standard();
    let calls: Vec<Call> = vec![transfer("s1", yuan("0.01")).into(); 10];
    let used = w.run("core", &calls).work;
    assert!(used > 0);
    w.work_limit = used - 1;
    let executed = w.run("core", &calls);
    let Outcome::Rejected(rejection) = executed.outcome else {
        panic!("carried out");
    };
    assert_eq!((rejection.call, rejection.code), (9, Code::WorkExceeded));
    w.work_limit = used;
    assert!(matches!(
        w.run("core", &calls).outcome,
        Outcome::Accepted(_)
    ));
}

#[test]
fn holds_are_released_by_whom_the_owner_named() {
    let mut w = World::standard();
    let call = changed(hold(yuan("600.00"), "2027-02-01"), |h| {
        h.releaser = Some(member("s1"));
    });
    let allonge_contracts::CallResult::Hold(id) = w.ok("core", call) else {
        panic!("no hold");
    };
    assert_eq!(w.cash("core"), (100_000, 40_000));
    assert_eq!(
        w.refused("core", transfer("s1", yuan("400.01"))),
        Code::InsufficientFunds
    );
    assert_eq!(
        w.refused("core", ReleaseHold { hold: id }),
        Code::HoldNotYours
    );
    w.sound();
    w.ok("s1", ReleaseHold { hold: id });
    assert_eq!(w.cash("core"), (100_000, 100_000));
    assert_eq!(w.refused("s1", ReleaseHold { hold: id }), Code::NoSuchHold);
    w.sound();
}

#[test]
fn a_network_without_the_development_clock_refuses_it() {
    let mut rules = rules();
    rules.development_clock = false;
    let mut w = World::new(&rules, "2027-01-05");
    assert_eq!(
        w.refused(
            "core",
            AdvanceClock {
                to: date("2027-02-01")
            }
        ),
        Code::NotAllowedHere
    );
}
