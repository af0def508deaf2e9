//! What is refused of instructions.

use crate::*;
use allonge_contracts::calls::RequestDiscount;

#[test]
fn only_a_party_proposes() {
    let mut w = world(&[]);
    let legs = [cash("s1", "s2", yuan("1.00"))];
    for stranger in ["s3", "regulator", "central"] {
        assert_eq!(w.refused(stranger, proposal(&legs)), Code::NotInInstruction);
    }
    propose(&mut w, "s2", &legs);
    propose(&mut w, "s1", &legs);
}

#[test]
fn only_those_needed_affirm_and_each_once() {
    let mut w = world(&[("s1", yuan("1.00")), ("s2", yuan("1.00"))]);
    let legs = [
        cash("s1", "s2", yuan("1.00")),
        cash("s2", "s1", yuan("1.00")),
        cash("s2", "s3", yuan("0.00")),
    ];
    let id = propose(&mut w, "s1", &legs[..2]);
    for stranger in ["s3", "regulator"] {
        assert_eq!(w.refused(stranger, affirm(id)), Code::NotInInstruction);
    }
    let wrong = (id.0, Hash([7; 32]));
    assert_eq!(w.refused("s1", affirm(wrong)), Code::TermsChanged);
    w.ok("s1", affirm(id));
    assert_eq!(w.refused("s1", affirm(id)), Code::AlreadyAffirmed);
    w.ok("s2", affirm(id));
}

#[test]
fn no_unit_is_in_two_legs() {
    let mut w = world(&[]);
    let bill = w.delivered("100.00", "2027-04-05");
    let leg = |range, part| paper(bill, range, part, "s1", "s2");
    for legs in [
        [leg("1-10000", ""), leg("1-10000", "")],
        [leg("1-10000", "30.00"), leg("1-10000", "20.00")],
        [leg("1-10000", "30.00"), leg("1-10000", "")],
    ] {
        assert_eq!(w.refused("s1", proposal(&legs)), Code::LotTwice);
    }
    // What the first leg does not leave is no lot.
    for rest in ["3000-10000", "3001-9999", "3002-10000"] {
        let legs = [leg("1-10000", "30.00"), leg(rest, "")];
        assert_eq!(w.refused("s1", proposal(&legs)), Code::NoSuchLot);
    }
    propose(
        &mut w,
        "s1",
        &[leg("1-10000", "30.00"), leg("3001-10000", "")],
    );
}

#[test]
fn the_deadline_is_a_close_to_come_and_before_the_maturity_of_every_lot() {
    let mut w = world(&[]);
    let bill = w.delivered("100.00", "2027-04-05");
    let by = |deadline: &str, legs: &[Leg]| Propose {
        deadline: date(deadline),
        ..proposal(legs)
    };
    let money = [cash("s1", "s2", yuan("1.00"))];
    let lots = [paper(bill, "1-10000", "", "s1", "s2")];
    assert_eq!(w.refused("s1", by("2027-01-04", &money)), Code::DateInPast);
    w.ok("s1", by("2027-01-05", &money));
    w.ok("s1", by("2028-01-05", &money));
    assert_eq!(
        w.refused("s1", by("2027-04-05", &lots)),
        Code::AnswerByWrong
    );
    w.ok("s1", by("2027-04-04", &lots));
    w.close("2027-01-05");
    assert_eq!(w.refused("s1", by("2027-01-05", &money)), Code::DateInPast);
}

#[test]
fn paper_moves_by_the_rules_of_endorsement() {
    let mut w = world(&[("bank-b", yuan("1,000.00"))]);
    // A marked bill is proposed, but its holder cannot affirm.
    let CallResult::Bill(marked) = w.ok(
        "core",
        Register {
            not_transferable: true,
            ..register("100.00", "2027-04-05")
        },
    ) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(marked));
    w.agree("bank-a", marked, 1);
    w.ok("core", ask_delivery(marked));
    w.agree("s1", marked, 1);
    let id = propose(&mut w, "s1", &[paper(marked, "1-10000", "", "s1", "s2")]);
    assert_eq!(w.refused("s1", affirm(id)), Code::NotTransferable);
    // A discounted one moves among banks only.
    let bill = w.delivered("100.00", "2027-04-05");
    w.ok(
        "bank-a",
        Disclose {
            bill: InstrumentRef::Number(bill),
        },
    );
    w.ok("s1", discount(bill));
    w.agree("bank-b", bill, 1);
    let id = propose(
        &mut w,
        "bank-b",
        &[paper(bill, "1-10000", "", "bank-b", "s2")],
    );
    assert_eq!(w.refused("bank-b", affirm(id)), Code::BanksOnly);
    let id = propose(
        &mut w,
        "bank-b",
        &[paper(bill, "1-10000", "", "bank-b", "finco")],
    );
    w.ok("bank-b", affirm(id));
    w.ok("finco", affirm(id));
    // Who trades in no bills takes none.
    let leg = [paper(bill, "1-10000", "", "finco", "guarantor")];
    assert_eq!(w.refused("finco", proposal(&leg)), Code::RoleRequired);
    // A bill that nobody has delivered yet moves only to its payee.
    let young = w.accepted("100.00", "2027-04-05");
    let id = propose(&mut w, "core", &[paper(young, "1-10000", "", "core", "s2")]);
    assert_eq!(w.refused("core", affirm(id)), Code::WrongState);
}

fn discount(bill: InstrumentNumber) -> RequestDiscount {
    use allonge_contracts::bills::{Market, Settlement};
    RequestDiscount {
        bill: InstrumentRef::Number(bill),
        lot: lot("1-10000"),
        part: None,
        to: member("bank-b"),
        market: Market::Discount,
        rate: allonge_contracts::Rate(18_500),
        day_count: allonge_contracts::DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![Hash([7; 32])],
        purpose: Default::default(),
        answer_by: None,
    }
}

#[test]
fn a_proposer_has_so_many_waiting_and_no_more() {
    use allonge_contracts::settlement::MAX_PROPOSED;
    let mut w = world(&[("s2", yuan("1.00"))]);
    w.checked = false;
    let call = proposal(&[cash("s2", "s1", yuan("1.00"))]);
    let calls: Vec<allonge_contracts::Call> = (0..64).map(|_| call.clone().into()).collect();
    for _ in 0..MAX_PROPOSED / 64 {
        let executed = w.run("s1", &calls);
        assert!(matches!(
            executed.outcome,
            allonge_contracts::Outcome::Accepted(_)
        ));
    }
    assert_eq!(w.refused("s1", call.clone()), Code::TooManyInstructions);
    // Another proposes, and one that settles makes room.
    w.ok("s2", call.clone());
    let waiting = read::of_member(&w.memory, &member("s1"), None, usize::MAX).unwrap();
    let own = waiting.iter().find(|one| one.by == member("s1")).unwrap();
    w.ok("s2", affirm((own.id, own.terms_hash())));
    w.ok("s1", call);
    w.sound();
}

#[test]
fn whoever_owes_what_is_due_sets_nothing_aside() {
    let mut w = world(&[("bank-a", yuan("1,000.00"))]);
    let bill = w.delivered("100.00", "2027-02-05");
    let legs = [cash("bank-a", "s2", yuan("950.00"))];
    let call = Propose {
        deadline: date("2027-03-01"),
        ..proposal(&legs)
    };
    let CallResult::Instruction { instruction, terms } = w.ok("bank-a", call) else {
        panic!("no instruction");
    };
    w.go_to("2027-02-05", 19 * 60);
    w.time_ms = local_ms(date("2027-02-05"), 20 * 60);
    w.height += 1;
    assert_eq!(
        w.refused("bank-a", affirm((instruction, terms))),
        Code::DuePending
    );
    while w.clock_with(PLENTY).pending {}
    assert_eq!(w.shape(bill), ["1-10000 s1 settled/ended"]);
    assert_eq!(
        w.refused("bank-a", affirm((instruction, terms))),
        Code::InsufficientFunds
    );
}
