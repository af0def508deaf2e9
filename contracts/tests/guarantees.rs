//! Unused return, removal of a mark, guarantee, and use limits (rule book 2.2).

mod encumbered;
mod support;

use allonge_contracts::bills::{HandKind, RefusalCode, UseLimits, read};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::{Code, clock};
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

// Use limits.

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
