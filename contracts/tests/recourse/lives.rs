//! How recourse opens and how it ends.

use crate::*;
use allonge_contracts::Code;

const WHOLE: &str = "1-1000";

#[test]
fn an_early_refusal_opens_nothing() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "10.00", "2027-07-01", &["s2"]);
    step(&mut w, "s2", present(bill, WHOLE));
    let request = w.request_at(bill, 1);
    assert_eq!(
        w.refused("s2", notify(bill, WHOLE, &[])),
        Code::RequestPending
    );
    step(&mut w, "bank-a", refuse(request, RefusalCode::NotDue));
    assert_eq!(w.refused("s2", notify(bill, WHOLE, &[])), Code::NoRecourse);
    let now = view(&w, bill, WHOLE, "2027-01-05");
    assert_eq!((now.class, now.open), (RecourseClass::Early, false));
    assert!(now.why.starts_with("nobody yet"), "{}", now.why);
    assert!(now.claim.is_none() && now.rows.len() == 3);
    assert!(now.rows.iter().all(|row| row.rule == RecourseRule::NotOpen));
    // At maturity it is presented again, and paid.
    w.close("2027-07-01");
    assert_eq!(w.shape(bill), ["1-1000 s2 settled/ended"]);
    assert_eq!(w.refused("s2", notify(bill, WHOLE, &[])), Code::WrongState);
    assert!(view(&w, bill, WHOLE, "2027-07-01").why.contains("ended"));
}

#[test]
fn nothing_is_open_before_a_refusal() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "10.00", "2027-07-01", &["s2"]);
    assert_eq!(w.refused("s2", notify(bill, WHOLE, &[])), Code::NoRecourse);
    let now = view(&w, bill, WHOLE, "2027-01-05");
    assert_eq!(now.class, RecourseClass::Closed);
    assert!(!now.open && now.why.contains("not refused"), "{}", now.why);
    let missing = lot("1-999");
    let none =
        allonge_contracts::recourse::read::view(&w.memory, &bill, missing, date("2027-01-05"));
    assert_eq!(none.unwrap(), None);
}

/// A bill of 2,000.00, of which the acceptor has 1,000.00: refused at the close of its maturity.
fn refused_in_time(w: &mut World, endorsees: &[&str]) -> InstrumentNumber {
    let bill = along(w, "2,000.00", "2027-07-01", endorsees);
    w.close("2027-07-01");
    bill
}

const REFUSED: &str = "1-200000";

#[test]
fn refused_late_after_it_was_presented_in_time_is_in_time() {
    let mut w = desk("2027-01-05");
    let bill = refused_in_time(&mut w, &["s2"]);
    w.morning("2027-07-20");
    refused_late(&mut w, bill, REFUSED, "s2", "bank-a");
    let now = view(&w, bill, REFUSED, "2027-07-20");
    assert_eq!(now.class, RecourseClass::InTime);
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core s1");
    // Interest runs from maturity, the bar from the first refusal.
    assert_eq!(now.claim.unwrap().interest_from, date("2027-07-01"));
    assert_eq!(now.rows[2].until, Some(date("2028-01-03")));
}

#[test]
fn late_interest_runs_from_the_late_presentment() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "2,000.00", "2027-07-01", &["s2"]);
    unpresented(&mut w, bill, "s2", "2027-07-01");
    w.morning("2027-07-20");
    refused_late(&mut w, bill, REFUSED, "s2", "bank-a");
    let claim = view(&w, bill, REFUSED, "2027-08-19").claim.unwrap();
    // 30 days of 2,000.00 at 3.6 % are 6.00.
    assert_eq!((claim.days, claim.interest.minor), (30, 600));
    step(&mut w, "s2", notify(bill, REFUSED, &[]));
    // The acceptor must still pay.
    w.ok("core", transfer("bank-a", yuan("1,000.00")));
    pay(&mut w, "bank-a", offer(bill, REFUSED, "", ""), "s2");
    assert_eq!(w.shape(bill), ["1-200000 s2 settled/ended"]);
}

#[test]
fn what_was_presented_early_and_stands_on_a_closed_day_of_maturity_is_in_time() {
    let mut w = desk("2027-01-05");
    // Saturday 3 July 2027, payable on Monday.
    let bill = along(&mut w, "10.00", "2027-07-03", &["s2"]);
    step(&mut w, "s2", present(bill, WHOLE));
    w.morning("2027-07-04");
    let request = w.request_at(bill, 1);
    step(
        &mut w,
        "bank-a",
        refuse(request, RefusalCode::ContractBreach),
    );
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core s1");
}

#[test]
fn the_acceptors_insolvency_opens_recourse_before_maturity() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "2,000.00", "2027-07-01", &["s2", "s3"]);
    assert_eq!(
        w.refused("s3", notify(bill, REFUSED, &[])),
        Code::NoRecourse
    );
    w.morning("2027-03-01");
    step(&mut w, "court", record("bank-a", false));
    let now = view(&w, bill, REFUSED, "2027-03-01");
    assert_eq!(now.class, RecourseClass::Insolvent);
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core s1 s2");
    // Six months from the record; 1 September 2027 is a Wednesday.
    assert_eq!(now.rows[2].until, Some(date("2027-09-01")));
    // No interest before maturity.
    assert_eq!(total(&w, bill, REFUSED, "2027-03-31"), "2,000.00");
    assert_eq!(total(&w, bill, REFUSED, "2027-07-31"), "2,006.00");
    step(&mut w, "court", record("bank-a", true));
    assert_eq!(
        w.refused("s3", notify(bill, REFUSED, &[])),
        Code::NoRecourse
    );
    step(&mut w, "attestor", record("bank-a", false));
    step(&mut w, "s3", notify(bill, REFUSED, &[]));
    // What a notice has opened stays open.
    step(&mut w, "court", record("bank-a", true));
    step(&mut w, "s3", notify(bill, REFUSED, &["core"]));
    pay(&mut w, "s1", offer(bill, REFUSED, "", ""), "s3");
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core");
    // Maturity leaves a lot in recourse as it is.
    w.close("2027-07-01");
    assert_eq!(w.shape(bill), ["1-200000 s1 received/in recourse"]);
    w.sound();
}

#[test]
fn insolvency_stands_before_a_late_refusal() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "2,000.00", "2027-07-01", &["s2"]);
    unpresented(&mut w, bill, "s2", "2027-07-01");
    w.morning("2027-07-20");
    refused_late(&mut w, bill, REFUSED, "s2", "bank-a");
    step(&mut w, "s2", notify(bill, REFUSED, &[]));
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core");
    step(&mut w, "court", record("bank-a", false));
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core s1");
    step(&mut w, "s2", notify(bill, REFUSED, &["s1"]));
    assert!(!lot_at(&w, bill, 1).claim.unwrap().late);
}

#[test]
fn the_acceptor_pays_and_the_lot_ends() {
    let mut w = desk("2027-01-05");
    let bill = refused_in_time(&mut w, &["s2"]);
    w.morning("2027-07-31");
    step(&mut w, "s2", notify(bill, REFUSED, &[]));
    w.ok("core", transfer("bank-a", yuan("5,000.00")));
    let before = w.cash("s2").0;
    let events = pay(&mut w, "bank-a", offer(bill, REFUSED, "", ""), "s2");
    assert_eq!(names(&events), ["recourse.settled"]);
    assert_eq!(w.cash("s2").0 - before, 200_600);
    assert_eq!(w.shape(bill), ["1-200000 s2 settled/ended"]);
    assert_eq!(lot_at(&w, bill, 1).claim, None);
}

#[test]
fn the_drawer_pays_and_keeps_its_claim_on_the_acceptor() {
    let mut w = desk("2027-01-05");
    let bill = refused_in_time(&mut w, &["s2"]);
    w.morning("2027-07-31");
    step(&mut w, "s2", notify(bill, REFUSED, &["core"]));
    pay(&mut w, "core", offer(bill, REFUSED, "", ""), "s2");
    assert_eq!(w.shape(bill), ["1-200000 core received/in recourse"]);
    assert_eq!(liable(&w, bill, REFUSED), "bank-a");
    let now = view(&w, bill, REFUSED, "2027-07-31");
    assert!(now.again && now.noticed);
    assert!(now.rows.iter().all(|row| !row.noticed));
    assert_eq!(
        w.refused("s1", offer(bill, REFUSED, "", "")),
        Code::NotLiable
    );
    w.ok("s1", transfer("bank-a", yuan("5,000.00")));
    w.morning("2027-08-30");
    pay(&mut w, "bank-a", offer(bill, REFUSED, "", ""), "core");
    // 2,006.00 and 30 days of it: 6.018.
    assert_eq!(w.shape(bill), ["1-200000 core settled/ended"]);
    assert_eq!(w.cash("core").0, 200_000_000 + 602);
}

#[test]
fn a_commercial_bill_whose_drawer_is_its_acceptor_ends_when_it_pays() {
    let mut w = desk("2027-01-05");
    let draw = Register {
        kind: BillKind::Commercial,
        acceptor: member("core"),
        ..register("10.00", "2027-07-01")
    };
    let bill = along_drawn(&mut w, draw, &["s2"]);
    w.morning("2027-07-01");
    let request = w.request_at(bill, 1);
    step(&mut w, "core", refuse(request, RefusalCode::ContractBreach));
    assert_eq!(liable(&w, bill, WHOLE), "core s1");
    step(&mut w, "s2", notify(bill, WHOLE, &[]));
    pay(&mut w, "s1", offer(bill, WHOLE, "", ""), "s2");
    assert_eq!(liable(&w, bill, WHOLE), "core");
    pay(&mut w, "core", offer(bill, WHOLE, "", ""), "s1");
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
}

#[test]
fn the_acceptor_who_holds_its_own_bill_pursues_nobody() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "10.00", "2027-07-01", &["bank-a"]);
    step(&mut w, "court", record("bank-a", false));
    assert_eq!(
        w.refused("bank-a", notify(bill, WHOLE, &[])),
        Code::NoRecourse
    );
    let now = view(&w, bill, WHOLE, "2027-01-05");
    assert!(!now.open && now.why.starts_with("nobody:"), "{}", now.why);
}

#[test]
fn re_recourse_runs_up_five_hands() {
    let mut w = desk("2027-01-05");
    let names = ["s2", "s3", "bank-b", "bank-c"];
    let bill = refused_in_time(&mut w, &names);
    w.morning("2027-07-02");
    let mut holder = "bank-c";
    for (payer, left) in [
        ("bank-b", "bank-a core s1 s2 s3"),
        ("s3", "bank-a core s1 s2"),
        ("s2", "bank-a core s1"),
        ("s1", "bank-a core"),
        ("core", "bank-a"),
    ] {
        step(&mut w, holder, notify(bill, REFUSED, &[payer]));
        pay(&mut w, payer, offer(bill, REFUSED, "", ""), holder);
        assert_eq!(liable(&w, bill, REFUSED), left, "{payer} has paid");
        holder = payer;
    }
    w.ok("s1", transfer("bank-a", yuan("5,000.00")));
    pay(&mut w, "bank-a", offer(bill, REFUSED, "", ""), "core");
    assert_eq!(w.shape(bill), ["1-200000 core settled/ended"]);
    for name in ["s2", "s3", "bank-b"] {
        assert_eq!(w.cash(name), (200_000_000, 200_000_000), "{name}");
    }
}

#[test]
fn who_comes_back_goes_on_from_its_first_signature() {
    let mut w = desk("2027-01-05");
    let bill = refused_in_time(&mut w, &["s2", "s3", "s2"]);
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core s1");
    let rows = view(&w, bill, REFUSED, "2027-07-01").rows;
    let rule = |name: &str| rows.iter().find(|r| r.party == member(name)).unwrap().rule;
    assert_eq!(rule("s3"), RecourseRule::SignedLater);
    assert_eq!(rule("s2"), RecourseRule::Claimant);
    assert_eq!(
        w.refused("s2", notify(bill, REFUSED, &["s3"])),
        Code::NotLiable
    );
}

#[test]
fn a_seller_whose_repo_lapsed_is_liable_and_a_redeemed_repo_binds_nobody() {
    let repo = |bill, to: &str| RequestDiscount {
        bill: InstrumentRef::Number(bill),
        lot: lot(REFUSED),
        part: None,
        to: member(to),
        market: Market::Discount,
        rate: "0%".parse().unwrap(),
        day_count: DayCount::Act360,
        repo: Some(allonge_contracts::bills::RepoDates {
            open_from: date("2027-02-01"),
            cut_off: date("2027-03-01"),
        }),
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![Hash([7; 32])],
        purpose: Default::default(),
        answer_by: None,
    };
    let mut w = desk("2027-01-05");
    let kept = along(&mut w, "2,000.00", "2027-07-01", &["s2"]);
    let back = along(&mut w, "2,000.00", "2027-07-01", &["s2"]);
    for bill in [kept, back] {
        step(&mut w, "s2", repo(bill, "bank-b"));
        w.agree("bank-b", bill, 1);
    }
    w.morning("2027-02-01");
    let redeem = RequestRedemption {
        bill: InstrumentRef::Number(back),
        lot: lot(REFUSED),
        part: None,
        settlement: Settlement::Dvp,
        answer_by: None,
    };
    step(&mut w, "bank-b", redeem);
    w.agree("s2", back, 1);
    w.close("2027-07-01");
    assert_eq!(liable(&w, kept, REFUSED), "bank-a core s1 s2");
    assert_eq!(liable(&w, back, REFUSED), "bank-a core s1");
    let rows = view(&w, back, REFUSED, "2027-07-01").rows;
    assert!(rows.iter().all(|row| row.party != member("s2")));
}

#[test]
fn under_geneva_rate_and_bars_are_its_own() {
    let mut w = desk("2027-01-05");
    let draw = Register {
        profile: Profile::Geneva,
        ..register("2,000.00", "2027-07-01")
    };
    let bill = along_drawn(&mut w, draw, &["s2"]);
    empty_the_acceptor(&mut w);
    w.close("2027-07-01");
    let now = view(&w, bill, REFUSED, "2027-07-31");
    let claim = now.claim.unwrap();
    // 30 days of 2,000.00 at 6 % are 10.00.
    assert_eq!(
        (claim.rate.to_string(), claim.interest.minor),
        ("6%".to_owned(), 1_000)
    );
    let until = |index: usize| now.rows[index].until.unwrap().to_string();
    // Three years, to a Monday; one year, to a Monday: 1 July 2028 is a Saturday.
    assert_eq!(
        (until(0).as_str(), until(2).as_str()),
        ("2030-07-01", "2028-07-03")
    );
    assert_eq!(now.rows[0].source, "ULB 43, 47");
    w.morning("2027-07-02");
    step(&mut w, "s2", notify(bill, REFUSED, &[]));
    pay(&mut w, "s1", offer(bill, REFUSED, "", ""), "s2");
    assert_eq!(liable(&w, bill, REFUSED), "bank-a core");
}
