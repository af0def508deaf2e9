//! The vectors of rule book 2.5.

use crate::*;
use allonge_contracts::Code;

const WHOLE: &str = "1-80000000";

/// D drew, X accepted, A → B → K (discount) → L → M, L under waiver; and the lot refused at maturity.
fn chain(w: &mut World) -> InstrumentNumber {
    let bill = along(w, "800,000.00", "2027-07-01", &["s2"]);
    sell(w, bill, WHOLE, "s2", "bank-b", Market::Discount, false);
    sell(w, bill, WHOLE, "bank-b", "finco", Market::Interbank, false);
    sell(w, bill, WHOLE, "finco", "bank-c", Market::Interbank, true);
    bill
}

#[test]
fn who_is_liable_when_refused_in_time() {
    let mut w = desk("2027-01-05");
    let bill = chain(&mut w);
    w.close("2027-07-01");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core s1 s2 bank-b");
    w.morning("2027-07-02");
    step(&mut w, "bank-c", notify(bill, WHOLE, &[]));
    let noticed = lot_at(&w, bill, 1).claim.unwrap().noticed;
    let names: Vec<String> = noticed.iter().map(ToString::to_string).collect();
    assert_eq!(names.join(" "), "bank-a core s1 s2 bank-b");
    assert_eq!(
        w.refused("finco", offer(bill, WHOLE, "", "")),
        Code::NotLiable
    );
    // K pays, and has what stands before it.
    pay(&mut w, "bank-b", offer(bill, WHOLE, "", ""), "bank-c");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core s1 s2");
    assert_eq!(w.shape(bill), ["1-80000000 bank-b received/in recourse"]);
}

#[test]
fn who_is_liable_when_refused_late_and_never_in_time() {
    let mut w = desk("2027-01-05");
    let bill = chain(&mut w);
    unpresented(&mut w, bill, "bank-c", "2027-07-01");
    w.morning("2027-07-20");
    assert_eq!(liable(&w, bill, WHOLE), "");
    refused_late(&mut w, bill, WHOLE, "bank-c", "bank-a");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core");
    let call = notify(bill, WHOLE, &["s1"]);
    assert_eq!(w.refused("bank-c", call), Code::NotLiable);
    let call = notify(bill, WHOLE, &["core"]);
    step(&mut w, "bank-c", call);
    assert!(lot_at(&w, bill, 1).claim.unwrap().late);
    // The drawer pays and has the acceptor.
    pay(&mut w, "core", offer(bill, WHOLE, "", ""), "bank-c");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a");
}

#[test]
fn what_is_claimed_and_what_again() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "800,000.00", "2027-07-01", &["s2", "s3"]);
    w.close("2027-07-01");
    w.morning("2027-08-20");
    step(&mut w, "s3", notify_costs(bill, WHOLE, "150.00"));
    let claim = view(&w, bill, WHOLE, "2027-08-20").claim.unwrap();
    assert_eq!(
        [claim.base, claim.interest, claim.costs, claim.total].map(|m| m.grouped()),
        ["800,000.00", "4,000.00", "150.00", "804,150.00"]
    );
    assert_eq!(
        (claim.days, claim.interest_from, claim.rate.to_string()),
        (50, date("2027-07-01"), "3.6%".to_owned())
    );
    let before = w.cash("s3").0;
    pay(&mut w, "s2", offer(bill, WHOLE, "", ""), "s3");
    assert_eq!(w.cash("s3").0 - before, 80_415_000);
    assert_eq!(w.cash("s2").0, 200_000_000 - 80_415_000);
    w.morning("2027-09-30");
    step(&mut w, "s2", notify_costs(bill, WHOLE, "80.00"));
    assert_eq!(total(&w, bill, WHOLE, "2027-09-30"), "807,527.02");
    assert_eq!(
        w.refused("s1", offer(bill, WHOLE, "", "807,527.03")),
        Code::ClaimExceeded
    );
    pay(&mut w, "s1", offer(bill, WHOLE, "", ""), "s2");
    assert_eq!(w.cash("s1").0, 200_000_000 - 80_752_702);
    assert_eq!(w.cash("s2").0, 200_000_000 - 80_415_000 + 80_752_702);
}

#[test]
fn until_when() {
    let mut w = desk("2027-03-05");
    let bill = along(&mut w, "2,000.00", "2027-08-31", &["s2", "s3"]);
    let whole = "1-200000";
    w.close("2027-08-31");
    let until = |name: &str, w: &World| {
        let rows = view(w, bill, whole, "2027-09-01").rows;
        rows.into_iter()
            .find(|row| row.party == member(name))
            .and_then(|row| row.until)
            .unwrap()
            .to_string()
    };
    assert_eq!(until("s1", &w), "2028-02-29");
    assert_eq!(until("s2", &w), "2028-02-29");
    // Two years from maturity: Friday 31 August 2029.
    assert_eq!(until("core", &w), "2029-08-31");
    assert_eq!(until("bank-a", &w), "2029-08-31");
    w.morning("2028-02-29");
    step(&mut w, "s3", notify(bill, whole, &["s2"]));
    w.close("2028-02-29");
    assert_eq!(
        w.refused("s3", notify(bill, whole, &["s1"])),
        Code::TimeBarred
    );
    assert_eq!(
        w.refused("s2", offer(bill, whole, "", "")),
        Code::TimeBarred
    );
    w.morning("2028-03-01");
    assert_eq!(liable(&w, bill, whole), "bank-a core");
    assert!(view(&w, bill, whole, "2028-03-01").open);
    // Of all who are liable those are noticed whom the bar leaves.
    step(&mut w, "s3", notify(bill, whole, &[]));
    w.morning("2029-08-31");
    step(&mut w, "s3", notify(bill, whole, &["core"]));
    w.morning("2029-09-03");
    for parties in [&["core"][..], &[]] {
        let call = notify(bill, whole, parties);
        assert_eq!(w.refused("s3", call), Code::TimeBarred);
    }
    let now = view(&w, bill, whole, "2029-09-03");
    assert!(!now.open && now.why.contains("time-barred"), "{}", now.why);
    assert!(now.rows.iter().all(|row| row.barred));
}

#[test]
fn until_when_again() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "2,000.00", "2027-07-01", &["s2", "s3"]);
    let whole = "1-200000";
    w.close("2027-07-01");
    w.morning("2027-08-20");
    step(&mut w, "s3", notify(bill, whole, &[]));
    pay(&mut w, "s2", offer(bill, whole, "", ""), "s3");
    let rows = view(&w, bill, whole, "2027-08-20").rows;
    let until: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("{} {}", row.party, row.until?)))
        .collect();
    // Three months from payment is Saturday 20 November; drawer and acceptor stay bound by their two years:
    // 1 July 2029 is a Sunday.
    assert_eq!(
        until,
        ["bank-a 2029-07-02", "core 2029-07-02", "s1 2027-11-22"]
    );
    w.morning("2027-11-22");
    assert_eq!(liable(&w, bill, whole), "bank-a core s1");
    w.morning("2027-11-23");
    assert_eq!(liable(&w, bill, whole), "bank-a core");
    assert_eq!(
        w.refused("s1", offer(bill, whole, "", "")),
        Code::TimeBarred
    );
}
