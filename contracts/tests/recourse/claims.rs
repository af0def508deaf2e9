//! What is claimed: dated rates, costs, notices, parts with claims and chains of their own.

use crate::*;
use allonge_contracts::Event;
use allonge_contracts::params::ParamName;

const WHOLE: &str = "1-200000";

fn refused(w: &mut World, endorsees: &[&str]) -> InstrumentNumber {
    let bill = along(w, "2,000.00", "2027-07-01", endorsees);
    w.close("2027-07-01");
    w.morning("2027-07-02");
    bill
}

#[test]
fn the_rate_is_that_of_the_first_day_of_interest() {
    let mut w = desk("2027-01-05");
    let set = |value, from: &str| SetParam {
        name: ParamName::RecourseRate,
        value,
        from: date(from),
    };
    step(&mut w, "regulator", set(72_000, "2027-07-01"));
    let bill = refused(&mut w, &["s2"]);
    step(&mut w, "regulator", set(90_000, "2027-07-05"));
    w.morning("2027-07-31");
    // 30 days at 7.2 %, not at what holds since.
    assert_eq!(total(&w, bill, WHOLE, "2027-07-31"), "2,012.00");
}

#[test]
fn costs_stand_as_last_stated() {
    let mut w = desk("2027-01-05");
    let bill = refused(&mut w, &["s2"]);
    for (costs, total_then) in [("150.00", "2,150.20"), ("90.00", "2,090.20")] {
        step(&mut w, "s2", notify_costs(bill, WHOLE, costs));
        assert_eq!(total(&w, bill, WHOLE, "2027-07-02"), total_then);
    }
    step(&mut w, "s2", notify(bill, WHOLE, &["s1"]));
    assert_eq!(total(&w, bill, WHOLE, "2027-07-02"), "2,090.20");
    // Nothing is reckoned before the first day of interest.
    assert_eq!(total(&w, bill, WHOLE, "2027-06-01"), "2,090.00");
}

#[test]
fn notice_is_given_to_more_and_late_notice_is_told() {
    let mut w = desk("2027-01-05");
    let bill = refused(&mut w, &["s2", "s3"]);
    let late = |w: &mut World, call: Notify| {
        let executed = w.run("s3", &[call.into()]);
        match executed.events.as_slice() {
            [Event::RecourseNoticed(event)] => event.late,
            other => panic!("{other:?}"),
        }
    };
    // Three days from 1 July end on Sunday 4 July: until Monday.
    w.morning("2027-07-05");
    assert!(!late(&mut w, notify(bill, WHOLE, &["s2"])));
    w.morning("2027-07-06");
    assert!(late(&mut w, notify(bill, WHOLE, &["core", "s2"])));
    w.sound();
    let noticed: Vec<String> = view(&w, bill, WHOLE, "2027-07-06")
        .rows
        .into_iter()
        .filter(|row| row.noticed)
        .map(|row| row.party.to_string())
        .collect();
    assert_eq!(noticed, ["core", "s2"]);
    // Who was not noticed may settle as well.
    pay(&mut w, "s1", offer(bill, WHOLE, "", ""), "s3");
    assert_eq!(w.shape(bill), ["1-200000 s1 received/in recourse"]);
}

#[test]
fn a_part_is_settled_at_the_low_end_and_each_has_its_own_chain() {
    let mut w = desk("2027-01-05");
    let bill = refused(&mut w, &["s2", "s3"]);
    w.morning("2027-07-31");
    step(&mut w, "s3", notify_costs(bill, WHOLE, "10.01"));
    // 500.00 of 2,000.00: a quarter of the costs, rounded down, and 30 days of 500.00: 1.50.
    let request = offered(&mut w, "s2", offer(bill, WHOLE, "500.00", ""));
    assert_eq!(w.cash("s2"), (200_000_000, 200_000_000 - 50_400));
    assert_eq!(w.lots(bill).len(), 1);
    step(&mut w, "s3", agree(request));
    assert_eq!(
        w.shape(bill),
        [
            "1-50000 s2 received/in recourse",
            "50001-200000 s3 received/in recourse"
        ]
    );
    let claims = |start| {
        let claim = lot_at(&w, bill, start).claim.unwrap();
        (claim.base, claim.costs, claim.again)
    };
    assert_eq!(claims(1), (50_400, 0, true));
    assert_eq!(claims(50_001), (150_000, 751, false));
    assert_eq!(liable(&w, bill, "1-50000"), "bank-a core s1");
    assert_eq!(liable(&w, bill, "50001-200000"), "bank-a core s1 s2");
    // Of the rest, 1 is paid by the drawer: S2 stays liable for what remains.
    pay(
        &mut w,
        "core",
        offer(bill, "50001-200000", "1,000.00", ""),
        "s3",
    );
    assert_eq!(liable(&w, bill, "50001-150000"), "bank-a");
    assert_eq!(liable(&w, bill, "150001-200000"), "bank-a core s1 s2");
    // A third of 7.51 goes with the remaining 500.00: 7.51 less two thirds rounded down.
    let rest = lot_at(&w, bill, 150_001).claim.unwrap();
    assert_eq!((rest.base, rest.costs), (50_000, 251));
    // Of what was paid for once, a part is settled again pro rata.
    w.morning("2027-08-30");
    step(&mut w, "s2", notify_costs(bill, "1-50000", "0.03"));
    let now = view(&w, bill, "1-50000", "2027-08-30").claim.unwrap();
    assert_eq!((now.base.minor, now.interest.minor), (50_400, 151));
    pay(&mut w, "s1", offer(bill, "1-50000", "166.67", ""), "s2");
    // 504.00 × 16,667 ÷ 50,000 = 168.00336; 30 days of it: 0.50; costs 0.01.
    let paid = lot_at(&w, bill, 1).claim.unwrap();
    assert_eq!(paid.base, 16_800 + 50 + 1);
    let kept = lot_at(&w, bill, 16_668).claim.unwrap();
    assert_eq!((kept.base, kept.costs), (50_400 - 16_800, 2));
}

#[test]
fn a_part_paid_by_the_acceptor_ends() {
    let mut w = desk("2027-01-05");
    let bill = refused(&mut w, &["s2"]);
    step(&mut w, "s2", notify(bill, WHOLE, &[]));
    pay(&mut w, "bank-a", offer(bill, WHOLE, "900.00", ""), "s2");
    assert_eq!(
        w.shape(bill),
        [
            "1-90000 s2 settled/ended",
            "90001-200000 s2 received/in recourse"
        ]
    );
    assert_eq!(liable(&w, bill, "1-90000"), "");
    assert_eq!(liable(&w, bill, "90001-200000"), "bank-a core s1");
}

#[test]
fn lots_of_one_package_have_recourse_of_their_own() {
    let mut w = desk("2027-01-05");
    let bill = w.delivered("2,000.00", "2027-07-01");
    w.endorse(bill, "s1", WHOLE, "1,500.00", "s2");
    w.endorse(bill, "s2", "1-150000", "800.00", "s3");
    w.close("2027-07-01");
    // 1,000.00 cover the lot of 800.00, then not 700.00, nor 500.00.
    assert_eq!(
        w.shape(bill),
        [
            "1-80000 s3 settled/ended",
            "80001-150000 s2 received/circulable",
            "150001-200000 s1 received/circulable"
        ]
    );
    assert_eq!(liable(&w, bill, "80001-150000"), "bank-a core s1");
    assert_eq!(liable(&w, bill, "150001-200000"), "bank-a core");
    step(&mut w, "s2", notify(bill, "80001-150000", &[]));
    pay(&mut w, "s1", offer(bill, "80001-150000", "", ""), "s2");
    assert_eq!(liable(&w, bill, "80001-150000"), "bank-a core");
}
