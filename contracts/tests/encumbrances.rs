//! Pledge and release, and every code of the acts that encumber a lot (rule book 2.2).

mod encumbered;
mod support;

use allonge_contracts::bills::{
    BillKind, Dishonour, InstrumentNumber, RefusalCode, Settlement, UseLimits,
};
use allonge_contracts::calls::*;
use allonge_contracts::{Call, Code, Event, Money};
use encumbered::*;
use support::*;

const WHOLE: &str = "1-100000";

// Pledge.

#[test]
fn a_pledged_lot_stays_with_its_holder_and_moves_no_more() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok(
        "s1",
        ask_pledge(bill, WHOLE, "600.00", "bank-b", "500.00", "2027-03-01"),
    );
    assert_eq!(
        d.shape(bill),
        [
            "1-60000 s1 received/locked",
            "60001-100000 s1 received/circulable"
        ]
    );
    d.agree("bank-b", bill, 1);
    assert_eq!(
        d.shape(bill),
        [
            "1-60000 s1 received/pledged",
            "60001-100000 s1 received/circulable"
        ]
    );
    let pledge = d.lots(bill)[0].pledge.clone().unwrap();
    assert_eq!(
        (pledge.pledgee, pledge.debt),
        (member("bank-b"), yuan("500.00"))
    );
    let range = "1-60000";
    let acts: Vec<Call> = vec![
        ask_endorsement(bill, range, "", "s2").into(),
        ask_pledge(bill, range, "", "bank-a", "1.00", "2027-03-01").into(),
        ask_unmark(bill, range, "").into(),
        ask_guarantee(bill, range, "", "guarantor").into(),
        narrow(bill, range, UseLimits::default()).into(),
    ];
    for act in acts {
        let name = act.name();
        assert_eq!(d.refused("s1", act), Code::WrongState, "{name}");
    }
    assert_eq!(d.refused("s1", present(bill, range)), Code::NotHolder);
    assert_eq!(
        d.refused("s1", ask_release(bill, range, "", "")),
        Code::WrongParty
    );
}

#[test]
fn a_pledge_that_comes_to_nothing_leaves_the_lot_as_it_was() {
    let mut d = Desk::new();
    let bill = d.usual();
    for end in ["refuse", "withdraw", "lapse"] {
        d.ok(
            "s1",
            ask_pledge(bill, WHOLE, "600.00", "bank-b", "500.00", "2027-03-01"),
        );
        let request = d.request_at(bill, 1);
        match end {
            "refuse" => drop(d.ok("bank-b", refuse(request, RefusalCode::KnownDefence))),
            "withdraw" => drop(d.ok("s1", withdraw(request))),
            _ => drop(d.close("2027-04-04")),
        }
        assert_eq!(d.shape(bill), ["1-100000 s1 received/circulable"], "{end}");
        assert_eq!(d.lots(bill)[0].pledge, None);
    }
}

fn pledged(d: &mut Desk, debt: &str, due: &str) -> InstrumentNumber {
    let bill = d.usual();
    d.deal(
        "s1",
        ask_pledge(bill, WHOLE, "", "bank-b", debt, due),
        "bank-b",
        bill,
        1,
    );
    bill
}

#[test]
fn debt_due_first_the_pledgee_is_paid_up_to_the_debt() {
    for (debt, due, pledgee) in [
        ("600.00", "2027-03-01", 60_000),
        ("600.00", "2027-04-05", 60_000),
        ("1,500.00", "2027-03-01", 100_000),
    ] {
        let mut d = Desk::new();
        let bill = pledged(&mut d, debt, due);
        d.morning("2027-04-05");
        let request = d.request_at(bill, 1).0;
        let request = allonge_contracts::requests::read::request(&d.memory, &request);
        assert_eq!(
            request.unwrap().unwrap().from,
            member("bank-b"),
            "the pledgee presents"
        );
        let events = d.close("2027-04-05");
        assert_eq!(
            names(&events),
            ["bill.paid", "lot.proceeds_paid", "clock.day_closed"]
        );
        assert_eq!(d.account("bank-b"), (pledgee, 0, 0));
        assert_eq!(d.account("s1"), (100_000 - pledgee, 0, 0));
        assert_eq!(d.shape(bill), ["1-100000 s1 settled/ended"]);
    }
}

#[test]
fn bill_first_the_proceeds_are_held_until_the_debt_is_due() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-04-20");
    let events = d.close("2027-04-05");
    assert!(names(&events).contains(&"lot.proceeds_held"));
    assert_eq!(d.account("s1"), (100_000, 100_000, 0));
    assert_eq!(
        d.refused("s1", transfer("s2", yuan("0.01"))),
        Code::InsufficientFunds
    );
    d.morning("2027-04-20");
    assert_eq!(d.account("s1"), (100_000, 100_000, 0));
    let events = d.close("2027-04-20");
    let paid = events.iter().find_map(|event| match event {
        Event::ProceedsPaid(paid) => Some((paid.paid, paid.freed, paid.instrument)),
        _ => None,
    });
    assert_eq!(paid, Some((yuan("600.00"), yuan("400.00"), bill)));
    assert_eq!(d.account("s1"), (40_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
}

#[test]
fn proceeds_are_applied_earlier_by_the_pledgor() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-04-20");
    assert_eq!(
        d.refused("s1", apply_proceeds(bill, WHOLE)),
        Code::WrongState
    );
    d.close("2027-04-05");
    assert_eq!(
        d.refused("bank-b", apply_proceeds(bill, WHOLE)),
        Code::WrongParty
    );
    d.ok("s1", apply_proceeds(bill, WHOLE));
    assert_eq!(d.account("s1"), (40_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(
        d.refused("s1", apply_proceeds(bill, WHOLE)),
        Code::WrongState
    );
    d.close("2027-04-20");
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
}

#[test]
fn proceeds_are_given_up_by_the_pledgee() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-04-20");
    d.close("2027-04-05");
    assert_eq!(
        d.refused("s1", release_proceeds(bill, WHOLE)),
        Code::WrongParty
    );
    d.ok("bank-b", release_proceeds(bill, WHOLE));
    assert_eq!(d.account("s1"), (100_000, 0, 0));
    assert_eq!(d.account("bank-b"), (0, 0, 0));
    d.close("2027-04-20");
    assert_eq!(d.account("bank-b"), (0, 0, 0));
    assert_eq!(
        d.refused("bank-b", release_proceeds(bill, WHOLE)),
        Code::WrongState
    );
}

#[test]
fn after_the_close_of_its_day_only_the_clock_touches_the_proceeds() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-04-20");
    d.close("2027-04-05");
    d.0.time_ms = local_ms(date("2027-04-20"), 20 * 60);
    assert_eq!(
        d.refused("bank-b", release_proceeds(bill, WHOLE)),
        Code::DuePending
    );
    assert_eq!(
        d.refused("s1", apply_proceeds(bill, WHOLE)),
        Code::DuePending
    );
}

#[test]
fn the_pledgee_presents_early() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.ok("bank-b", present(bill, WHOLE));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/collecting"]);
    let request = d.request_at(bill, 1);
    assert_eq!(d.refused("s1", withdraw(request)), Code::WrongParty);
    d.ok("bank-a", refuse(request, RefusalCode::NotDue));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/pledged"]);
    assert_eq!(d.lots(bill)[0].dishonour, Dishonour::Early);
    d.ok("bank-b", present(bill, WHOLE));
    // The acceptor pays before either is due: the cash waits for the debt.
    d.agree("bank-a", bill, 1);
    assert_eq!(d.account("s1"), (100_000, 100_000, 0));
    d.close("2027-03-01");
    assert_eq!(d.account("s1"), (40_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
}

#[test]
fn all_parts_of_a_pledged_lot_together_pay_the_debt_once() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.morning("2027-03-02");
    let part = Present {
        part: Some(yuan("500.00")),
        ..present(bill, WHOLE)
    };
    d.ok("bank-b", part);
    d.agree("bank-a", bill, 1);
    assert_eq!(d.account("bank-b"), (50_000, 0, 0));
    d.close("2027-04-05");
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(d.account("s1"), (40_000, 0, 0));
}

#[test]
fn the_acceptors_own_lot_is_not_extinguished_while_it_is_pledged() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.endorse(bill, "s1", WHOLE, "", "bank-a");
    let pledge = ask_pledge(bill, WHOLE, "", "bank-b", "600.00", "2027-03-01");
    d.deal("bank-a", pledge, "bank-b", bill, 1);
    d.close("2027-04-05");
    assert_eq!(d.shape(bill), ["1-100000 bank-a settled/ended"]);
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(d.cash("bank-a").0, 1_000_000_000 - 60_000);
}

#[test]
fn a_discounted_lot_is_pledged_to_banks_only() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.deal("s1", ask_repo(bill, WHOLE, "bank-a"), "bank-a", bill, 1);
    d.morning("2027-03-02");
    let pledge = |to: &str| ask_pledge(bill, WHOLE, "", to, "1.00", "2027-04-05");
    assert_eq!(d.refused("bank-a", pledge("s2")), Code::BanksOnly);
    assert_eq!(d.refused("bank-a", pledge("insurer")), Code::BanksOnly);
    d.deal("bank-a", pledge("bank-b"), "bank-b", bill, 1);
}

#[test]
fn what_is_paid_under_recourse_waits_for_the_debt_too() {
    let dishonoured = || {
        let mut d = Desk::new();
        let mut draw = register("1,000.00", "2027-04-05");
        draw.kind = BillKind::Commercial;
        draw.acceptor = member("s3");
        let bill = d.delivered(draw);
        let pledge = ask_pledge(bill, WHOLE, "", "bank-b", "600.00", "2027-05-20");
        d.deal("s1", pledge, "bank-b", bill, 1);
        d.close("2027-04-05");
        d.ok("bank-b", notify(bill, WHOLE));
        d.ok("core", offer(bill, WHOLE));
        let waiting =
            allonge_contracts::requests::read::waiting_for(&d.memory, &member("bank-b"), None, 9);
        let request = &waiting.unwrap()[0];
        let answer = agree((request.id, request.terms_hash()));
        d.ok("bank-b", answer);
        assert_eq!(d.shape(bill), ["1-100000 core received/in recourse"]);
        let (total, held, _) = d.account("s1");
        assert!(total >= 100_000 && held == total, "{total} {held}");
        (d, bill, total)
    };
    let (mut d, bill, paid) = dishonoured();
    // The payer holds the lot, but the proceeds are those of the pledgor.
    assert_eq!(
        d.refused("core", apply_proceeds(bill, WHOLE)),
        Code::WrongParty
    );
    d.ok("s1", apply_proceeds(bill, WHOLE));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(d.account("s1"), (paid - 60_000, 0, 0));
    let (mut d, bill, paid) = dishonoured();
    d.ok("bank-b", release_proceeds(bill, WHOLE));
    assert_eq!(d.account("s1"), (paid, 0, 0));
    let (mut d, _, paid) = dishonoured();
    d.close("2027-05-20");
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(d.account("s1"), (paid - 60_000, 0, 0));
}

// Release.

#[test]
fn a_pledge_is_released_without_cash() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    for end in ["refuse", "withdraw", "lapse"] {
        d.ok("bank-b", ask_release(bill, WHOLE, "400.00", ""));
        let request = d.request_at(bill, 1);
        match end {
            "refuse" => drop(d.ok("s1", refuse(request, RefusalCode::Other))),
            "withdraw" => drop(d.ok("bank-b", withdraw(request))),
            _ => drop(d.close("2027-04-04")),
        }
        assert_eq!(d.shape(bill), ["1-100000 s1 received/pledged"], "{end}");
    }
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.deal(
        "bank-b",
        ask_release(bill, WHOLE, "400.00", ""),
        "s1",
        bill,
        1,
    );
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s1 received/circulable",
            "40001-100000 s1 received/pledged"
        ]
    );
    d.endorse(bill, "s1", "1-40000", "", "s2");
    d.close("2027-04-05");
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(d.account("s2"), (40_000, 0, 0));
}

#[test]
fn release_against_cash_needs_the_cash_and_stays_open_without_it() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.ok("bank-b", ask_release(bill, WHOLE, "", "600.00"));
    let request = d.request_at(bill, 1);
    assert_eq!(d.refused("s1", agree(request)), Code::InsufficientFunds);
    assert_eq!(d.shape(bill), ["1-100000 s1 received/locked"]);
    d.ok("core", transfer("s1", yuan("700.00")));
    d.ok("s1", agree(request));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/circulable"]);
    assert_eq!(d.account("s1"), (10_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    let hand = d.last_hand(bill, 1);
    assert_eq!(hand.price, Some(yuan("600.00")));
}

#[test]
fn release_free_of_payment_records_the_price_and_moves_no_cash() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    let free = RequestRelease {
        settlement: Settlement::Free,
        ..ask_release(bill, WHOLE, "", "600.00")
    };
    d.deal("bank-b", free, "s1", bill, 1);
    assert_eq!(d.account("bank-b"), (0, 0, 0));
    let hand = d.last_hand(bill, 1);
    assert_eq!(
        (hand.price, hand.settlement),
        (Some(yuan("600.00")), Settlement::Free)
    );
}

#[test]
fn a_matured_lot_is_released_and_presented_by_its_holder() {
    let mut d = Desk::new();
    let mut draw = register("1,000.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let bill = d.delivered(draw);
    d.deal(
        "s1",
        ask_pledge(bill, WHOLE, "", "bank-b", "600.00", "2027-03-01"),
        "bank-b",
        bill,
        1,
    );
    d.close("2027-04-05");
    assert_eq!(d.shape(bill), ["1-100000 s1 received/pledged"]);
    assert_eq!(d.lots(bill)[0].dishonour, Dishonour::InTime);
    d.morning("2027-04-06");
    d.deal("bank-b", ask_release(bill, WHOLE, "", ""), "s1", bill, 1);
    assert_eq!(d.shape(bill), ["1-100000 s1 received/circulable"]);
    d.ok("core", transfer("s3", yuan("1,000.00")));
    d.ok("s1", present(bill, WHOLE));
    d.close("2027-04-06");
    assert_eq!(d.account("s1"), (100_000, 0, 0));
    assert_eq!(d.account("bank-b"), (0, 0, 0));
    // After the window too.
    let mut d = Desk::new();
    let mut draw = register("1,000.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let bill = d.delivered(draw);
    let pledge = ask_pledge(bill, WHOLE, "", "bank-b", "600.00", "2027-03-01");
    d.deal("s1", pledge, "bank-b", bill, 1);
    d.morning("2027-05-10");
    d.deal("bank-b", ask_release(bill, WHOLE, "", ""), "s1", bill, 1);
}

// Every code once.

#[test]
fn what_breaks_a_rule_is_refused_with_its_code() {
    let mut d = Desk::new();
    let open = d.usual();
    let issued = d.registered(register("1,000.00", "2027-04-05"));
    let accepted = d.accepted(register("1,000.00", "2027-04-05"));
    let marked_bill = d.delivered(marked("1,000.00", "2027-04-05"));
    let pledged_bill = pledged(&mut d, "600.00", "2027-04-20");
    let asked = d.usual();
    d.ok("s1", ask_endorsement(asked, WHOLE, "", "s2"));
    let taken = pledged(&mut d, "600.00", "2027-04-20");
    d.ok("bank-b", ask_release(taken, WHOLE, "", ""));
    d.ok("regulator", suspend("s3"));
    let usd = Money::parse("1.00", "USD".parse().unwrap()).unwrap();
    let pledge = |to: &str, debt: &str| ask_pledge(open, WHOLE, "", to, debt, "2027-03-01");
    let rows: Vec<(&str, Call, Code)> = vec![
        // Unused return.
        ("s1", ask_unused_return(accepted).into(), Code::WrongParty),
        ("core", ask_unused_return(issued).into(), Code::WrongState),
        ("core", ask_unused_return(open).into(), Code::WrongState),
        (
            "core",
            RequestUnusedReturn {
                answer_by: Some(date("2027-01-04")),
                ..ask_unused_return(accepted)
            }
            .into(),
            Code::AnswerByWrong,
        ),
        // Unmark.
        (
            "s2",
            ask_unmark(marked_bill, WHOLE, "").into(),
            Code::NotHolder,
        ),
        ("s1", ask_unmark(open, WHOLE, "").into(), Code::WrongState),
        (
            "s1",
            ask_unmark(marked_bill, "1-5", "").into(),
            Code::NoSuchLot,
        ),
        (
            "s1",
            ask_unmark(marked_bill, WHOLE, "0.00").into(),
            Code::AmountZero,
        ),
        (
            "s1",
            ask_unmark(marked_bill, WHOLE, "1,000.01").into(),
            Code::PartTooLarge,
        ),
        // Guarantee.
        (
            "s1",
            ask_guarantee(open, WHOLE, "", "court").into(),
            Code::RoleRequired,
        ),
        (
            "s1",
            ask_guarantee(open, WHOLE, "", "insurer").into(),
            Code::RoleRequired,
        ),
        (
            "s1",
            ask_guarantee(open, WHOLE, "", "nobody").into(),
            Code::NoSuchMember,
        ),
        (
            "s1",
            ask_guarantee(open, WHOLE, "", "s3").into(),
            Code::CounterpartySuspended,
        ),
        (
            "s2",
            ask_guarantee(open, WHOLE, "", "guarantor").into(),
            Code::WrongParty,
        ),
        (
            "core",
            ask_guarantee(accepted, "", "", "guarantor").into(),
            Code::WrongParty,
        ),
        (
            "bank-a",
            ask_guarantee(accepted, "", "1.00", "guarantor").into(),
            Code::NotSplittable,
        ),
        (
            "s1",
            ask_guarantee(pledged_bill, WHOLE, "", "guarantor").into(),
            Code::WrongState,
        ),
        (
            "s1",
            ask_guarantee(asked, WHOLE, "", "guarantor").into(),
            Code::RequestPending,
        ),
        // Pledge.
        ("s1", pledge("court", "1.00").into(), Code::RoleRequired),
        ("s1", pledge("central", "1.00").into(), Code::RoleRequired),
        ("s1", pledge("nobody", "1.00").into(), Code::NoSuchMember),
        (
            "s1",
            pledge("s3", "1.00").into(),
            Code::CounterpartySuspended,
        ),
        ("s1", pledge("bank-b", "0.00").into(), Code::AmountZero),
        ("s1", pledge("s1", "1.00").into(), Code::SelfDealing),
        ("s2", pledge("bank-b", "1.00").into(), Code::NotHolder),
        (
            "guarantor",
            pledge("bank-b", "1.00").into(),
            Code::RoleRequired,
        ),
        (
            "s1",
            RequestPledge {
                debt: usd,
                ..pledge("bank-b", "1.00")
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "s1",
            RequestPledge {
                debt_due: date("2027-01-04"),
                ..pledge("bank-b", "1.00")
            }
            .into(),
            Code::DateInPast,
        ),
        (
            "s1",
            RequestPledge {
                answer_by: Some(date("2027-04-05")),
                ..pledge("bank-b", "1.00")
            }
            .into(),
            Code::AnswerByWrong,
        ),
        (
            "s1",
            ask_pledge(marked_bill, WHOLE, "", "bank-b", "1.00", "2027-03-01").into(),
            Code::NotTransferable,
        ),
        // Release.
        (
            "s1",
            ask_release(pledged_bill, WHOLE, "", "").into(),
            Code::WrongParty,
        ),
        (
            "s1",
            ask_release(open, WHOLE, "", "").into(),
            Code::WrongState,
        ),
        (
            "bank-b",
            ask_release(pledged_bill, WHOLE, "", "0.00").into(),
            Code::AmountZero,
        ),
        (
            "bank-b",
            RequestRelease {
                price: Some(usd),
                ..ask_release(pledged_bill, WHOLE, "", "")
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "bank-b",
            RequestRelease {
                answer_by: Some(date("2027-04-05")),
                ..ask_release(pledged_bill, WHOLE, "", "")
            }
            .into(),
            Code::AnswerByWrong,
        ),
        (
            "bank-b",
            ask_release(taken, WHOLE, "", "").into(),
            Code::RequestPending,
        ),
        // Narrow.
        (
            "s2",
            narrow(open, WHOLE, UseLimits::default()).into(),
            Code::NotHolder,
        ),
        (
            "core",
            narrow(issued, WHOLE, UseLimits::default()).into(),
            Code::WrongState,
        ),
        (
            "s1",
            narrow(asked, WHOLE, UseLimits::default()).into(),
            Code::RequestPending,
        ),
        (
            "s1",
            Narrow {
                limits: None,
                ..narrow(open, WHOLE, UseLimits::default())
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "s1",
            narrow(open, WHOLE, limits(&["s3", "s2"], &[], "", "", "")).into(),
            Code::InvalidArgument,
        ),
        (
            "s1",
            narrow(open, WHOLE, limits(&["nobody"], &[], "", "", "")).into(),
            Code::NoSuchMember,
        ),
        // Proceeds.
        (
            "s1",
            apply_proceeds(pledged_bill, WHOLE).into(),
            Code::WrongState,
        ),
        (
            "bank-b",
            release_proceeds(pledged_bill, "1-5").into(),
            Code::NoSuchLot,
        ),
    ];
    for (row, (actor, call, code)) in rows.into_iter().enumerate() {
        let name = call.name();
        assert_eq!(d.refused(actor, call), code, "row {row}: {name} by {actor}");
    }
    d.sound();
}

#[test]
fn matured_lots_are_neither_pledged_nor_guaranteed_nor_unmarked() {
    let mut d = Desk::new();
    // Saturday 3 April: payable on Monday.
    let bill = d.delivered(register("1,000.00", "2027-04-03"));
    let marked_bill = d.delivered(marked("1,000.00", "2027-04-03"));
    d.morning("2027-04-03");
    for (bill, call) in [
        (
            bill,
            Call::from(ask_pledge(bill, WHOLE, "", "bank-b", "1.00", "2027-05-01")),
        ),
        (bill, ask_guarantee(bill, WHOLE, "", "guarantor").into()),
        (marked_bill, ask_unmark(marked_bill, WHOLE, "").into()),
    ] {
        assert_eq!(d.refused("s1", call), Code::Matured, "{bill}");
    }
}
