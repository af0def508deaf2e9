//! Offers: several on a lot, the first accepted ends the others; cash is held while one waits.

use crate::*;
use allonge_contracts::Code;

const WHOLE: &str = "1-200000";
const ALL: u64 = 200_000_000;

fn in_recourse(w: &mut World) -> InstrumentNumber {
    let bill = along(w, "2,000.00", "2027-07-01", &["s2", "s3"]);
    w.close("2027-07-01");
    w.morning("2027-07-02");
    step(w, "s3", notify(bill, WHOLE, &[]));
    bill
}

#[test]
fn the_first_that_is_accepted_ends_the_others() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    let first = offered(&mut w, "s1", offer(bill, WHOLE, "", "1,900.00"));
    let second = offered(&mut w, "core", offer(bill, WHOLE, "500.00", ""));
    let third = offered(&mut w, "s2", offer(bill, WHOLE, "", ""));
    assert_eq!(w.cash("s1"), (ALL, ALL - 190_000));
    let waiting = view(&w, bill, WHOLE, "2027-07-02").offers;
    assert_eq!(waiting.len(), 3);
    let from_core = waiting.iter().find(|o| o.from == member("core")).unwrap();
    assert_eq!(
        (from_core.part, from_core.request),
        (yuan("500.00"), second.0)
    );
    assert_eq!(from_core.terms, second.1);
    // One offer a payer; more notices may be given meanwhile.
    let again = offer(bill, WHOLE, "", "1.00");
    assert_eq!(w.refused("s1", again), Code::RequestPending);
    step(&mut w, "s3", notify(bill, WHOLE, &["s1"]));
    let executed = w.run("s3", &[agree(first).into()]);
    assert_eq!(
        names(&executed.events),
        ["request.lapsed", "request.lapsed", "recourse.settled"]
    );
    w.sound();
    assert_eq!(w.shape(bill), ["1-200000 s1 received/in recourse"]);
    assert_eq!(w.cash("s1"), (ALL - 190_000, ALL - 190_000));
    for name in ["core", "s2"] {
        assert_eq!(w.cash(name), (ALL, ALL), "{name}");
    }
    for request in [first, second, third] {
        assert_eq!(w.refused("s3", agree(request)), Code::NoSuchRequest);
    }
    // It paid less than the claim, and may claim what it paid.
    assert_eq!(total(&w, bill, WHOLE, "2027-07-02"), "1,900.00");
}

#[test]
fn an_offer_is_refused_or_withdrawn_and_its_cash_is_free() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    let request = offered(&mut w, "s1", offer(bill, WHOLE, "", "1.00"));
    assert_eq!(w.refused("s2", agree(request)), Code::WrongParty);
    assert_eq!(w.refused("s3", withdraw(request)), Code::WrongParty);
    step(&mut w, "s3", refuse(request, RefusalCode::Other));
    assert_eq!(w.cash("s1"), (ALL, ALL));
    let request = offered(&mut w, "s1", offer(bill, WHOLE, "", ""));
    step(&mut w, "s1", withdraw(request));
    assert_eq!(w.cash("s1"), (ALL, ALL));
    assert_eq!(w.shape(bill), ["1-200000 s3 received/in recourse"]);
    assert!(view(&w, bill, WHOLE, "2027-07-02").offers.is_empty());
}

#[test]
fn an_offer_lapses_at_the_close_of_its_day() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    // Three days from Friday 2 July end on Monday 5 July.
    offered(&mut w, "s1", offer(bill, WHOLE, "", ""));
    let longer = Offer {
        answer_by: Some(date("2027-07-07")),
        ..offer(bill, WHOLE, "", "")
    };
    offered(&mut w, "s2", longer);
    w.go_to("2027-07-05", 19 * 60);
    assert_eq!(view(&w, bill, WHOLE, "2027-07-05").offers.len(), 2);
    let events = w.close("2027-07-05");
    w.sound();
    assert_eq!(names(&events), ["request.lapsed", "clock.day_closed"]);
    assert_eq!(w.cash("s1"), (ALL, ALL));
    w.close("2027-07-07");
    w.sound();
    assert_eq!(w.cash("s2"), (ALL, ALL));
    assert_eq!(w.shape(bill), ["1-200000 s3 received/in recourse"]);
}

#[test]
fn cash_held_for_an_offer_is_not_spent() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    let request = offered(&mut w, "s1", offer(bill, WHOLE, "", ""));
    assert_eq!(
        w.refused("s1", transfer("core", yuan("1,999,999.00"))),
        Code::InsufficientFunds
    );
    // What the claimant is owed is paid, though the payer is suspended meanwhile.
    let suspend = Suspend {
        member: member("s1"),
        reason: Default::default(),
    };
    step(&mut w, "regulator", suspend);
    step(&mut w, "s3", agree(request));
    assert_eq!(w.shape(bill), ["1-200000 s1 received/in recourse"]);
}

#[test]
fn looking_for_who_is_liable_costs_work() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    // Eight hands: registered, accepted, delivered, endorsed twice, presented, refused, noticed.
    let need = 20 + 8 * allonge_contracts::work::HAND;
    w.work_limit = need - 1;
    let call = || notify(bill, WHOLE, &["s1"]);
    assert_eq!(w.refused("s3", call()), Code::WorkExceeded);
    assert_eq!(
        w.refused("s1", offer(bill, WHOLE, "", "")),
        Code::WorkExceeded
    );
    w.work_limit = need;
    let executed = w.run("s3", &[call().into()]);
    assert_eq!(executed.work, need);
    assert!(matches!(executed.outcome, Outcome::Accepted(_)));
}

#[test]
fn an_offer_whose_day_has_closed_is_not_taken_up() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    let request = offered(&mut w, "s1", offer(bill, WHOLE, "", ""));
    // Past the close of its last day, which the clock has not yet worked off.
    w.time_ms = local_ms(date("2027-07-05"), 20 * 60);
    assert_eq!(w.refused("s3", agree(request)), Code::DuePending);
}
