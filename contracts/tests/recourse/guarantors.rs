//! Guarantors: liable with their ward; who pays has the ward and those liable to it (rule book 2.5).

use crate::*;

const WHOLE: &str = "1-80000000";

fn guarantee(bill: InstrumentNumber, range: Option<&str>, guarantor: &str) -> RequestGuarantee {
    RequestGuarantee {
        bill: InstrumentRef::Number(bill),
        lot: range.map(lot),
        part: None,
        guarantor: member(guarantor),
        ward: None,
        answer_by: None,
    }
}

/// Asked for and agreed.
fn guaranteed(w: &mut World, ward: &str, call: RequestGuarantee, bill: InstrumentNumber) {
    let guarantor = call.guarantor.to_string();
    step(w, ward, call);
    w.agree(&guarantor, bill, 1);
    w.sound();
}

/// The vector: D drew, X accepted (guarantor G), A → B → K (discount) → L → M, L under waiver.
fn chain(w: &mut World) -> InstrumentNumber {
    let bill = w.accepted("800,000.00", "2027-07-01");
    guaranteed(w, "bank-a", guarantee(bill, None, "guarantor"), bill);
    step(w, "core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    w.endorse(bill, "s1", WHOLE, "", "s2");
    sell(w, bill, WHOLE, "s2", "bank-b", Market::Discount, false);
    sell(w, bill, WHOLE, "bank-b", "finco", Market::Interbank, false);
    sell(w, bill, WHOLE, "finco", "bank-c", Market::Interbank, true);
    bill
}

fn refused(w: &mut World) -> InstrumentNumber {
    let bill = chain(w);
    w.close("2027-07-01");
    w.morning("2027-07-02");
    bill
}

#[test]
fn the_vector_in_time() {
    let mut w = desk("2027-01-05");
    let bill = refused(&mut w);
    assert_eq!(
        liable(&w, bill, WHOLE),
        "bank-a guarantor core s1 s2 bank-b"
    );
    let rows = view(&w, bill, WHOLE, "2027-07-02").rows;
    let rule = |name: &str| rows.iter().find(|r| r.party == member(name)).unwrap().rule;
    assert_eq!(rule("finco"), RecourseRule::WithoutLiability);
    let guarantor = &rows[1];
    assert_eq!(guarantor.ward, Some(member("bank-a")));
    assert_eq!(guarantor.until, Some(date("2029-07-02")));
}

#[test]
fn the_vector_late() {
    let mut w = desk("2027-01-05");
    let bill = chain(&mut w);
    unpresented(&mut w, bill, "bank-c", "2027-07-01");
    w.morning("2027-07-20");
    refused_late(&mut w, bill, WHOLE, "bank-c", "bank-a");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a guarantor core");
}

#[test]
fn the_vector_when_k_pays_and_then_g() {
    let mut w = desk("2027-01-05");
    let bill = refused(&mut w);
    step(&mut w, "bank-c", notify(bill, WHOLE, &[]));
    pay(&mut w, "bank-b", offer(bill, WHOLE, "", ""), "bank-c");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a guarantor core s1 s2");
    pay(&mut w, "guarantor", offer(bill, WHOLE, "", ""), "bank-b");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a");
    let rows = view(&w, bill, WHOLE, "2027-07-02").rows;
    let core = rows.iter().find(|r| r.party == member("core")).unwrap();
    assert_eq!(core.rule, RecourseRule::BeyondWard);
    assert_eq!(core.source, "NIL 52");
}

#[test]
fn an_endorsers_guarantor_has_its_ward_and_those_before() {
    let mut w = desk("2027-01-05");
    let whole = "1-200000";
    let bill = along(&mut w, "2,000.00", "2027-07-01", &[]);
    for guarantor in ["guarantor", "bank-b"] {
        guaranteed(&mut w, "s1", guarantee(bill, Some(whole), guarantor), bill);
    }
    w.endorse(bill, "s1", whole, "", "s2");
    w.endorse(bill, "s2", whole, "", "s3");
    w.close("2027-07-01");
    w.morning("2027-07-02");
    assert_eq!(
        liable(&w, bill, whole),
        "bank-a core s1 guarantor bank-b s2"
    );
    step(&mut w, "s3", notify(bill, whole, &["guarantor"]));
    // One of two guarantors pays for a part, which has a chain of its own.
    pay(&mut w, "guarantor", offer(bill, whole, "500.00", ""), "s3");
    assert_eq!(liable(&w, bill, "1-50000"), "bank-a core s1");
    assert_eq!(
        liable(&w, bill, "50001-200000"),
        "bank-a core s1 guarantor bank-b s2"
    );
    pay(&mut w, "s1", offer(bill, "1-50000", "", ""), "guarantor");
    assert_eq!(liable(&w, bill, "1-50000"), "bank-a core");
}

#[test]
fn the_holders_own_guarantor_is_bound_to_nobody_before() {
    let mut w = desk("2027-01-05");
    let whole = "1-200000";
    let bill = along(&mut w, "2,000.00", "2027-07-01", &[]);
    guaranteed(
        &mut w,
        "s1",
        guarantee(bill, Some(whole), "guarantor"),
        bill,
    );
    w.close("2027-07-01");
    assert_eq!(liable(&w, bill, whole), "bank-a core");
    let rows = view(&w, bill, whole, "2027-07-01").rows;
    assert_eq!(rows[2].rule, RecourseRule::WardNotBound);
}

#[test]
fn under_geneva_a_mark_binds_to_the_next_hand_only() {
    let mut w = desk("2027-01-05");
    let whole = "1-200000";
    let draw = Register {
        profile: Profile::Geneva,
        ..register("2,000.00", "2027-07-01")
    };
    let bill = along_drawn(&mut w, draw, &[]);
    let marked = RequestEndorsement {
        not_transferable: true,
        ..ask_endorsement(bill, whole, "", "s2")
    };
    step(&mut w, "s1", marked);
    w.agree("s2", bill, 1);
    w.endorse(bill, "s2", whole, "", "s3");
    empty_the_acceptor(&mut w);
    w.close("2027-07-01");
    w.morning("2027-07-02");
    assert_eq!(liable(&w, bill, whole), "bank-a core s2");
    let rows = view(&w, bill, whole, "2027-07-02").rows;
    assert_eq!(rows[2].rule, RecourseRule::Marked);
    step(&mut w, "s3", notify(bill, whole, &[]));
    pay(&mut w, "s2", offer(bill, whole, "", ""), "s3");
    // The endorsee itself has the marker.
    assert_eq!(liable(&w, bill, whole), "bank-a core s1");
}
