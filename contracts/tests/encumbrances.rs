//! Guarantee, pledge and release, marks, limits, unused return (rule book 2.2).

mod encumbered;
mod support;

use allonge_contracts::bills::{
    BillKind, Dishonour, HandKind, RefusalCode, Settlement, UseLimits, read,
};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::{Call, Code, Event, Money, clock};
use encumbered::*;
use support::*;

const WHOLE: &str = "1-100000";

// Unused return.

#[test]
fn an_unused_bill_is_returned_and_nothing_of_it_falls_due() {
    let mut d = Desk::new();
    let bill = d.accepted(register("1,000.00", "2027-04-05"));
    d.ok("core", ask_unused_return(bill));
    assert_eq!(d.shape(bill), ["1-100000 core accepted/locked"]);
    d.agree("bank-a", bill, 1);
    assert_eq!(d.shape(bill), ["1-100000 core terminated/ended"]);
    assert_eq!(d.kinds(bill, 1)[0], HandKind::ReturnedUnused);
    assert!(clock::read::due(&d.memory, None, 9).unwrap().is_empty());
    let events = d.close("2027-04-30");
    assert!(!names(&events).iter().any(|name| name.starts_with("bill.")));
    assert_eq!(d.cash("bank-a").0, 1_000_000_000);
}

#[test]
fn an_unused_bill_can_be_returned_after_maturity_until_its_window_ends() {
    let mut d = Desk::new();
    let bill = d.accepted(register("1,000.00", "2027-04-05"));
    d.morning("2027-04-12");
    let late = RequestUnusedReturn {
        answer_by: Some(date("2027-04-16")),
        ..ask_unused_return(bill)
    };
    // The window ends on Thursday 15 April.
    assert_eq!(d.refused("core", late), Code::AnswerByWrong);
    d.deal("core", ask_unused_return(bill), "bank-a", bill, 1);
    assert_eq!(d.shape(bill), ["1-100000 core terminated/ended"]);
    assert!(clock::read::due(&d.memory, None, 9).unwrap().is_empty());
}

#[test]
fn an_unused_return_that_comes_to_nothing_leaves_the_bill_as_it_was() {
    let mut d = Desk::new();
    let bill = d.accepted(register("1,000.00", "2027-04-05"));
    d.ok("core", ask_unused_return(bill));
    let request = d.request_at(bill, 1);
    assert_eq!(d.refused("s1", agree(request)), Code::WrongParty);
    d.ok("bank-a", refuse(request, RefusalCode::ContractBreach));
    assert_eq!(d.shape(bill), ["1-100000 core accepted/awaiting receipt"]);
    d.ok("core", ask_unused_return(bill));
    let request = d.request_at(bill, 1);
    d.ok("core", withdraw(request));
    assert_eq!(d.shape(bill), ["1-100000 core accepted/awaiting receipt"]);
    let asked = RequestUnusedReturn {
        answer_by: Some(date("2027-01-08")),
        ..ask_unused_return(bill)
    };
    d.ok("core", asked);
    let events = d.close("2027-01-08");
    assert!(names(&events).contains(&"request.lapsed"));
    assert_eq!(d.shape(bill), ["1-100000 core accepted/awaiting receipt"]);
    d.deal("core", ask_delivery(bill), "s1", bill, 1);
}

// The mark "not transferable".

#[test]
fn whoever_set_the_mark_removes_it() {
    let mut d = Desk::new();
    let bill = d.delivered(marked("1,000.00", "2027-04-05"));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/not transferable"]);
    // Part of a lot: the low end is freed, the rest stays marked.
    d.ok("s1", ask_unmark(bill, WHOLE, "400.00"));
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s1 received/locked",
            "40001-100000 s1 received/not transferable"
        ]
    );
    d.agree("core", bill, 1);
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s1 received/circulable",
            "40001-100000 s1 received/not transferable"
        ]
    );
    assert_eq!(d.lots(bill)[0].not_transferable_by, None);
    // An endorser's mark is its own to remove.
    let mark = RequestEndorsement {
        not_transferable: true,
        ..ask_endorsement(bill, "1-40000", "", "s2")
    };
    d.deal("s1", mark, "s2", bill, 1);
    d.ok("s2", ask_unmark(bill, "1-40000", ""));
    let request = d.request_at(bill, 1);
    assert_eq!(d.refused("core", agree(request)), Code::WrongParty);
    d.ok("s1", agree(request));
    d.endorse(bill, "s2", "1-40000", "", "s3");
    assert_eq!(
        d.refused("s1", ask_endorsement(bill, "40001-100000", "", "s3")),
        Code::NotTransferable
    );
}

#[test]
fn a_mark_that_is_not_removed_stays() {
    let mut d = Desk::new();
    let bill = d.delivered(marked("1,000.00", "2027-04-05"));
    let as_before = ["1-100000 s1 received/not transferable"];
    d.ok("s1", ask_unmark(bill, WHOLE, "400.00"));
    let request = d.request_at(bill, 1);
    d.ok("core", refuse(request, RefusalCode::Other));
    assert_eq!(d.shape(bill), as_before);
    d.ok("s1", ask_unmark(bill, WHOLE, "400.00"));
    let request = d.request_at(bill, 1);
    d.ok("s1", withdraw(request));
    assert_eq!(d.shape(bill), as_before);
    d.ok("s1", ask_unmark(bill, WHOLE, "400.00"));
    d.close("2027-04-04");
    assert_eq!(d.shape(bill), as_before);
    d.morning("2027-04-05");
    assert_eq!(d.shape(bill), ["1-100000 s1 received/collecting"]);
}

// Guarantee.

#[test]
fn several_guarantee_one_after_the_other_for_whom_the_law_says() {
    let mut d = Desk::new();
    let bill = d.registered(register("1,000.00", "2027-04-05"));
    d.deal(
        "core",
        ask_guarantee(bill, "", "", "finco"),
        "finco",
        bill,
        1,
    );
    assert_eq!(d.shape(bill), ["1-100000 core issued/awaiting receipt"]);
    d.deal("core", ask_acceptance(bill), "bank-a", bill, 1);
    d.deal(
        "bank-a",
        ask_guarantee(bill, "", "", "bank-b"),
        "bank-b",
        bill,
        1,
    );
    d.deal("core", ask_delivery(bill), "s1", bill, 1);
    d.deal(
        "s1",
        ask_guarantee(bill, WHOLE, "", "guarantor"),
        "guarantor",
        bill,
        1,
    );
    d.deal("s1", ask_guarantee(bill, WHOLE, "", "s3"), "s3", bill, 1);
    assert_eq!(d.shape(bill), ["1-100000 s1 received/circulable"]);
    let chain = read::chain(&d.memory, &bill, &d.lots(bill)[0], 99).unwrap();
    let guarantees: Vec<(String, String)> = chain
        .iter()
        .rev()
        .filter(|hand| hand.kind == HandKind::Guaranteed)
        .map(|hand| {
            let name = |id: &Option<allonge_contracts::MemberId>| id.as_ref().unwrap().to_string();
            (name(&hand.from), name(&hand.ward))
        })
        .collect();
    let expected = [
        ("finco", "core"),
        ("bank-b", "bank-a"),
        ("guarantor", "s1"),
        ("s3", "s1"),
    ];
    assert_eq!(
        guarantees,
        expected.map(|(a, b)| (a.to_string(), b.to_string()))
    );
    // Lots cut from it inherit.
    d.endorse(bill, "s1", WHOLE, "300.00", "s2");
    for start in [1, 30_001] {
        let found = d.kinds(bill, start);
        let count = found
            .iter()
            .filter(|kind| **kind == HandKind::Guaranteed)
            .count();
        assert_eq!(count, 4, "{found:?}");
    }
}

#[test]
fn a_part_is_guaranteed_by_itself() {
    let mut d = Desk::new();
    let bill = d.delivered(marked("1,000.00", "2027-04-05"));
    d.deal(
        "s1",
        ask_guarantee(bill, WHOLE, "250.00", "guarantor"),
        "guarantor",
        bill,
        1,
    );
    assert_eq!(
        d.shape(bill),
        [
            "1-25000 s1 received/not transferable",
            "25001-100000 s1 received/not transferable"
        ]
    );
    assert!(d.kinds(bill, 1).contains(&HandKind::Guaranteed));
    assert!(!d.kinds(bill, 25_001).contains(&HandKind::Guaranteed));
    // With the lot left out the bill must be whole.
    assert_eq!(
        d.refused("s1", ask_guarantee(bill, "", "", "s3")),
        Code::InvalidArgument
    );
}

#[test]
fn a_guarantee_that_comes_to_nothing_leaves_the_lot_as_it_was() {
    let mut d = Desk::new();
    let bill = d.usual();
    let as_before = ["1-100000 s1 received/circulable"];
    for end in ["refuse", "withdraw", "lapse"] {
        d.ok("s1", ask_guarantee(bill, WHOLE, "250.00", "guarantor"));
        let request = d.request_at(bill, 1);
        match end {
            "refuse" => drop(d.ok("guarantor", refuse(request, RefusalCode::Other))),
            "withdraw" => drop(d.ok("s1", withdraw(request))),
            _ => drop(d.close("2027-04-04")),
        }
        assert_eq!(d.shape(bill), as_before, "{end}");
        assert!(!d.kinds(bill, 1).contains(&HandKind::Guaranteed));
    }
}

#[test]
fn nobody_guarantees_who_is_liable_already() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.deal(
        "s1",
        ask_guarantee(bill, WHOLE, "", "guarantor"),
        "guarantor",
        bill,
        1,
    );
    d.endorse(bill, "s1", WHOLE, "", "s2");
    for liable in ["core", "bank-a", "s1", "guarantor"] {
        assert_eq!(
            d.refused("s2", ask_guarantee(bill, WHOLE, "", liable)),
            Code::AlreadyLiable,
            "{liable}"
        );
    }
    assert_eq!(
        d.refused("s2", ask_guarantee(bill, WHOLE, "", "s2")),
        Code::SelfDealing
    );
    // The drawee is nobody's debtor before it accepts.
    let bill = d.registered(register("1.00", "2027-04-05"));
    d.ok("core", ask_guarantee(bill, "", "", "bank-a"));
    // Before delivery the drawer holds the bill, and does not guarantee it.
    let bill = d.accepted(register("1.00", "2027-04-05"));
    assert_eq!(
        d.refused("bank-a", ask_guarantee(bill, "", "", "core")),
        Code::SelfDealing
    );
}

#[test]
fn the_ward_is_named_under_geneva_only() {
    let mut d = Desk::new();
    let for_core = |bill| RequestGuarantee {
        ward: Some(member("core")),
        ..ask_guarantee(bill, WHOLE, "", "s3")
    };
    let bill = d.usual();
    assert_eq!(d.refused("s1", for_core(bill)), Code::InvalidArgument);
    let for_s1 = RequestGuarantee {
        ward: Some(member("s1")),
        ..ask_guarantee(bill, WHOLE, "", "s3")
    };
    d.deal("s1", for_s1, "s3", bill, 1);

    let bill = d.delivered(geneva("1,000.00", "2027-04-05"));
    // By default for the drawer, also by a party (ULB 30, 31).
    d.deal(
        "s1",
        ask_guarantee(bill, WHOLE, "", "bank-a"),
        "bank-a",
        bill,
        1,
    );
    let hand = d.last_hand(bill, 1);
    assert_eq!(hand.ward, Some(member("core")));
    let for_acceptor = RequestGuarantee {
        ward: Some(member("bank-a")),
        ..ask_guarantee(bill, WHOLE, "", "s3")
    };
    d.deal("s1", for_acceptor, "s3", bill, 1);
    let for_nobody = RequestGuarantee {
        ward: Some(member("s2")),
        ..ask_guarantee(bill, WHOLE, "", "bank-b")
    };
    assert_eq!(d.refused("s1", for_nobody), Code::NotLiable);
}

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

fn pledged(d: &mut Desk, debt: &str, due: &str) -> allonge_contracts::bills::BillNumber {
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
            ["bill.paid", "bill.proceeds_paid", "clock.day_closed"]
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
    assert!(names(&events).contains(&"bill.proceeds_held"));
    assert_eq!(d.account("s1"), (100_000, 100_000, 0));
    assert_eq!(
        d.refused("s1", transfer("s2", yuan("0.01"))),
        Code::InsufficientFunds
    );
    d.morning("2027-04-20");
    assert_eq!(d.account("s1"), (100_000, 100_000, 0));
    let events = d.close("2027-04-20");
    let paid = events.iter().find_map(|event| match event {
        Event::ProceedsPaid(paid) => Some((paid.paid, paid.freed, paid.bill)),
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

// Use limits.

fn limits(holders: &[&str], roles: &[Role], from: &str, until: &str, purpose: &str) -> UseLimits {
    let day = |day: &str| (!day.is_empty()).then(|| date(day));
    UseLimits {
        holders: holders.iter().map(|name| member(name)).collect(),
        roles: roles.to_vec(),
        from: day(from),
        until: day(until),
        purpose: text(purpose),
    }
}

#[test]
fn limits_are_narrowed_and_never_widened() {
    let mut d = Desk::new();
    let bill = d.usual();
    let banks = &[Role::Bank];
    let start = limits(&["s2", "s3"], banks, "2027-01-10", "2027-03-31", "");
    d.ok("s1", narrow(bill, WHOLE, start.clone()));
    let wider = [
        limits(&[], &[], "2027-01-10", "2027-03-31", ""),
        limits(&["finco", "s2"], banks, "2027-01-10", "2027-03-31", ""),
        limits(
            &["s2"],
            &[Role::Bank, Role::FinanceCompany],
            "2027-01-10",
            "2027-03-31",
            "",
        ),
        limits(&["s2"], banks, "2027-01-09", "2027-03-31", ""),
        limits(&["s2"], banks, "", "2027-03-31", ""),
        limits(&["s2"], banks, "2027-01-10", "2027-04-01", ""),
        limits(&["s2"], banks, "2027-01-10", "", ""),
    ];
    for wider in wider {
        assert_eq!(
            d.refused("s1", narrow(bill, WHOLE, wider.clone())),
            Code::NotNarrower,
            "{wider:?}"
        );
    }
    // A member of an allowed role may be named; the purpose is set once.
    let named = limits(&["bank-b", "s2"], &[], "2027-01-11", "2027-03-30", "steel");
    d.ok("s1", narrow(bill, WHOLE, named.clone()));
    assert_eq!(d.lots(bill)[0].limits, Some(named.clone()));
    let other = UseLimits {
        purpose: text("coal"),
        ..named.clone()
    };
    assert_eq!(
        d.refused("s1", narrow(bill, WHOLE, other)),
        Code::NotNarrower
    );
    d.ok("s1", narrow(bill, WHOLE, named));
}

#[test]
fn what_is_outside_the_limits_is_refused() {
    let mut d = Desk::new();
    let bill = d.usual();
    let set = limits(&["s2"], &[Role::Bank], "2027-01-10", "2027-03-31", "steel");
    let part = Narrow {
        part: Some(yuan("600.00")),
        ..narrow(bill, WHOLE, set)
    };
    d.ok("s1", part);
    let range = "1-60000";
    let endorse = |to: &str, purpose: &str| RequestEndorsement {
        purpose: text(purpose),
        ..ask_endorsement(bill, range, "", to)
    };
    let pledge = |to: &str, purpose: &str| RequestPledge {
        purpose: text(purpose),
        ..ask_pledge(bill, range, "", to, "1.00", "2027-05-01")
    };
    assert_eq!(d.refused("s1", endorse("s2", "steel")), Code::UseLimited);
    d.morning("2027-01-10");
    assert_eq!(d.refused("s1", endorse("s3", "steel")), Code::UseLimited);
    assert_eq!(d.refused("s1", endorse("s2", "coal")), Code::UseLimited);
    assert_eq!(d.refused("s1", pledge("finco", "steel")), Code::UseLimited);
    assert_eq!(d.refused("s1", pledge("bank-b", "")), Code::UseLimited);
    d.ok("s1", pledge("bank-b", "steel"));
    let request = d.request_at(bill, 1);
    d.ok("s1", withdraw(request));
    d.deal("s1", endorse("s2", "steel"), "s2", bill, 1);
    // They go with the lot; the rest of the package has none.
    assert_eq!(
        d.refused("s2", ask_endorsement(bill, range, "", "s3")),
        Code::UseLimited
    );
    d.ok("s1", ask_endorsement(bill, "60001-100000", "", "s3"));
    d.morning("2027-04-01");
    let back = RequestEndorsement {
        purpose: text("steel"),
        ..ask_endorsement(bill, range, "", "bank-b")
    };
    assert_eq!(d.refused("s2", back), Code::UseLimited);
}

#[test]
fn a_lot_that_may_not_be_cut_stays_so_in_every_hand() {
    let mut d = Desk::new();
    let bill = d.usual();
    let whole = Narrow {
        part: Some(yuan("600.00")),
        unsplittable: true,
        limits: None,
        ..narrow(bill, WHOLE, UseLimits::default())
    };
    d.ok("s1", whole);
    let range = "1-60000";
    d.endorse(bill, "s1", range, "", "s2");
    assert_eq!(
        d.refused("s2", ask_endorsement(bill, range, "1.00", "s3")),
        Code::NotSplittable
    );
    assert_eq!(
        d.refused(
            "s2",
            ask_pledge(bill, range, "1.00", "s3", "1.00", "2027-05-01")
        ),
        Code::NotSplittable
    );
    d.endorse(bill, "s1", "60001-100000", "1.00", "s2");
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
