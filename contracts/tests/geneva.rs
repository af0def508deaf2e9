//! What bills under the profile `geneva` do otherwise (rule book 2.6), each against the same bill under `prc`.

mod support;

use allonge_contracts::bills::{BillKind, Dishonour, InstrumentNumber, Profile, RefusalCode, read};
use allonge_contracts::calls::*;
use allonge_contracts::{CallResult, Code, Date, Event, Hash, RequestId};
use support::*;

use Profile::{Geneva, Prc};

/// A commercial bill of `core`'s on `s3`, payable to `s1`, for which acceptance is asked.
fn asked(w: &mut World, profile: Profile, sum: &str, maturity: &str) -> InstrumentNumber {
    let mut draw = register(sum, maturity);
    draw.profile = profile;
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    bill
}

fn deliver(w: &mut World, bill: InstrumentNumber) -> InstrumentNumber {
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    bill
}

fn delivered(w: &mut World, profile: Profile, sum: &str, maturity: &str) -> InstrumentNumber {
    let bill = asked(w, profile, sum, maturity);
    w.agree("s3", bill, 1);
    deliver(w, bill)
}

fn accept_part((request, terms): (RequestId, Hash), part: &str) -> AcceptPart {
    AcceptPart {
        request: RequestRef::Id(request),
        terms,
        part: yuan(part),
    }
}

/// Accepted for a part, and delivered.
fn accepted_in_part(w: &mut World, sum: &str, part: &str, maturity: &str) -> InstrumentNumber {
    let bill = asked(w, Geneva, sum, maturity);
    let call = accept_part(w.request_at(bill, 1), part);
    w.ok("s3", call);
    deliver(w, bill)
}

fn sums(w: &World, acceptor: &str) -> (u128, u128) {
    let state = allonge_contracts::gates::read::state(&w.memory, &member(acceptor)).unwrap();
    let first = |totals: Vec<allonge_contracts::gates::Total>| {
        totals.first().map_or(0, |total| total.minor)
    };
    (first(state.accepted), first(state.overdue))
}

/// Range and code of every refusal.
fn refusals(events: &[Event]) -> Vec<(String, RefusalCode, String)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::BillDishonoured(e) => Some((e.lot.to_string(), e.code, e.text.to_string())),
            _ => None,
        })
        .collect()
}

fn bill_of(w: &World, bill: InstrumentNumber) -> allonge_contracts::bills::Bill {
    read::bill(&w.memory, &bill).unwrap().unwrap()
}

#[test]
fn the_window_is_the_day_of_payment_and_two_business_days() {
    for (start, maturity, prc, geneva) in [
        // Monday; Friday; a Sunday in the holidays, payable on Friday 8 October.
        ("2027-01-05", "2027-04-05", "2027-04-15", "2027-04-07"),
        ("2027-01-05", "2027-04-09", "2027-04-19", "2027-04-13"),
        ("2027-07-15", "2027-10-03", "2027-10-13", "2027-10-12"),
        ("2027-07-15", "2027-09-22", "2027-10-08", "2027-09-24"),
    ] {
        let mut w = World::new(&rules(), start);
        w.checked = true;
        for (profile, end) in [(Prc, prc), (Geneva, geneva)] {
            let bill = asked(&mut w, profile, "1.00", maturity);
            assert_eq!(
                bill_of(&w, bill).window_end,
                date(end),
                "{profile} {maturity}"
            );
        }
    }
}

#[test]
fn the_window_decides_what_is_in_time() {
    // Under geneva the second business day after Monday is in time, the third is late.
    for (day, expected) in [
        ("2027-04-07", Dishonour::InTime),
        ("2027-04-08", Dishonour::Late),
    ] {
        let mut w = World::checked();
        let bill = delivered(&mut w, Geneva, "1.00", "2027-04-05");
        w.morning("2027-04-05");
        let call = withdraw(w.request_at(bill, 1));
        w.ok("s1", call);
        w.morning(day);
        w.ok(
            "s1",
            Present {
                explanation: "late by oversight".parse().unwrap(),
                ..present(bill, "1-100")
            },
        );
        w.close(day);
        assert_eq!(w.lots(bill)[0].dishonour, expected, "{day}");
    }
}

#[test]
fn a_part_of_the_sum_may_be_accepted() {
    let mut w = World::checked();
    let bill = asked(&mut w, Geneva, "10.00", "2027-04-05");
    let request = w.request_at(bill, 1);
    let whole = asked(&mut w, Prc, "10.00", "2027-04-05");
    let prc = w.request_at(whole, 1);
    let wrong_terms = (request.0, Hash([9; 32]));
    let mut dollars = accept_part(request, "1.00");
    dollars.part.currency = "USD".parse().unwrap();
    for (actor, call, code) in [
        ("s3", accept_part(prc, "6.00"), Code::InvalidArgument),
        ("s3", dollars, Code::InvalidArgument),
        ("s3", accept_part(request, "0.00"), Code::AmountZero),
        ("s3", accept_part(wrong_terms, "6.00"), Code::TermsChanged),
        ("core", accept_part(request, "6.00"), Code::WrongParty),
        ("s3", accept_part(request, "10.01"), Code::PartTooLarge),
        (
            "s3",
            accept_part((RequestId([9; 16]), request.1), "6.00"),
            Code::NoSuchRequest,
        ),
    ] {
        assert_eq!(w.refused(actor, call.clone()), code, "{actor} {call:?}");
    }
    w.ok("s3", accept_part(request, "6.00"));
    assert_eq!(bill_of(&w, bill).accepted, 600);
    assert_eq!(w.shape(bill), ["1-1000 core accepted/awaiting receipt"]);
    assert_eq!(sums(&w, "s3"), (600, 0));
    // No other request can be answered so.
    w.ok("core", ask_delivery(bill));
    let delivery = w.request_at(bill, 1);
    assert_eq!(
        w.refused("s1", accept_part(delivery, "6.00")),
        Code::InvalidArgument
    );
    w.ok("s1", agree(delivery));
    assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"]);
    // Of the whole sum it is plain acceptance.
    let other = asked(&mut w, Geneva, "1.00", "2027-04-05");
    let call = accept_part(w.request_at(other, 1), "1.00");
    w.ok("s3", call);
    assert_eq!(bill_of(&w, other).accepted, 100);
    assert_eq!(sums(&w, "s3"), (700, 0));
}

#[test]
fn what_was_not_accepted_is_refused_by_the_clock_and_no_debt_of_the_acceptor() {
    let mut w = World::checked();
    w.ok("core", transfer("s3", yuan("100.00")));
    let bill = accepted_in_part(&mut w, "10.00", "6.00", "2027-04-05");
    // s2 has units 1-500, s1 the rest, in which the boundary lies.
    w.endorse(bill, "s1", "1-1000", "5.00", "s2");
    let morning = w.morning("2027-04-05");
    assert_eq!(
        w.shape(bill),
        [
            "1-500 s2 received/collecting",
            "501-600 s1 received/collecting",
            "601-1000 s1 received/collecting",
        ]
    );
    assert_eq!(
        names(&morning)
            .iter()
            .filter(|n| **n == "bill.presented")
            .count(),
        3
    );
    let events = w.close("2027-04-05");
    assert_eq!(
        refusals(&events),
        [(
            "601-1000".to_owned(),
            RefusalCode::Other,
            "not accepted".to_owned()
        )]
    );
    assert_eq!(
        w.shape(bill),
        [
            "1-500 s2 settled/ended",
            "501-600 s1 settled/ended",
            "601-1000 s1 received/circulable",
        ]
    );
    assert_eq!(w.lots(bill)[2].dishonour, Dishonour::InTime);
    assert_eq!(w.cash("s3"), (94_00, 94_00));
    // No gate counts it.
    assert_eq!(sums(&w, "s3"), (0, 0));
    let state = allonge_contracts::gates::read::state(&w.memory, &member("s3")).unwrap();
    assert_eq!(state.events, []);
}

#[test]
fn the_accepted_part_is_presented_by_itself() {
    let mut w = World::checked();
    w.ok("core", transfer("s3", yuan("100.00")));
    let bill = accepted_in_part(&mut w, "10.00", "6.00", "2027-04-05");
    assert_eq!(w.refused("s1", present(bill, "1-1000")), Code::PartTooLarge);
    let part = |part: &str| Present {
        part: Some(yuan(part)),
        ..present(bill, "1-1000")
    };
    assert_eq!(w.refused("s1", part("6.01")), Code::PartTooLarge);
    w.ok("s1", part("6.00"));
    w.agree("s3", bill, 1);
    assert_eq!(
        w.shape(bill),
        ["1-600 s1 settled/ended", "601-1000 s1 received/circulable"]
    );
    assert_eq!(sums(&w, "s3"), (0, 0));
    // The drawee may pay what it has not accepted.
    w.ok("s1", present(bill, "601-1000"));
    w.agree("s3", bill, 601);
    assert_eq!(w.shape(bill)[1], "601-1000 s1 settled/ended");
    assert_eq!(w.cash("s3"), (90_00, 90_00));
}

#[test]
fn delivered_late_what_was_accepted_in_part_is_cut_as_well() {
    let mut w = World::checked();
    w.ok("core", transfer("s3", yuan("100.00")));
    let bill = asked(&mut w, Geneva, "10.00", "2027-04-05");
    let call = accept_part(w.request_at(bill, 1), "6.00");
    w.ok("s3", call);
    w.morning("2027-04-06");
    deliver(&mut w, bill);
    w.close("2027-04-06");
    assert_eq!(
        w.shape(bill),
        ["1-600 s1 settled/ended", "601-1000 s1 received/circulable"]
    );
}

#[test]
fn cash_that_covers_a_part_pays_the_low_end() {
    for (profile, paid) in [(Prc, false), (Geneva, true)] {
        let mut w = World::checked();
        let bill = delivered(&mut w, profile, "10.00", "2027-04-05");
        w.ok("core", transfer("s3", yuan("4.00")));
        let events = w.close("2027-04-05");
        let rest = if paid { "401-1000" } else { "1-1000" };
        assert_eq!(
            refusals(&events),
            [(rest.to_owned(), RefusalCode::LowBalance, String::new())]
        );
        let refused = format!("{rest} s1 received/circulable");
        if paid {
            assert_eq!(w.shape(bill), ["1-400 s1 settled/ended", &refused]);
            assert_eq!((w.cash("s3").0, w.cash("s1").0), (0, 4_00));
            assert_eq!(sums(&w, "s3"), (600, 600));
            assert_eq!(w.lots(bill)[1].dishonour, Dishonour::InTime);
        } else {
            assert_eq!(w.shape(bill), [refused]);
            assert_eq!((w.cash("s3").0, w.cash("s1").0), (4_00, 0));
            assert_eq!(sums(&w, "s3"), (1_000, 1_000));
        }
    }
}

#[test]
fn with_no_cash_the_whole_is_refused_and_an_unsplittable_lot_is_cut_all_the_same() {
    let mut w = World::checked();
    let bill = delivered(&mut w, Geneva, "10.00", "2027-04-05");
    w.close("2027-04-05");
    assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"]);
    let mut draw = register("10.00", "2027-04-08");
    draw.profile = Geneva;
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    draw.splittable = false;
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("s3", bill, 1);
    deliver(&mut w, bill);
    w.ok("core", transfer("s3", yuan("9.99")));
    w.close("2027-04-08");
    assert_eq!(
        w.shape(bill),
        ["1-999 s1 settled/ended", "1000-1000 s1 received/circulable"]
    );
}

#[test]
fn the_mark_does_not_stop_the_endorsee() {
    let mut w = World::checked();
    for (profile, goes_on) in [(Prc, false), (Geneva, true)] {
        let bill = delivered(&mut w, profile, "10.00", "2027-04-05");
        let marked = RequestEndorsement {
            not_transferable: true,
            ..ask_endorsement(bill, "1-1000", "", "s2")
        };
        w.ok("s1", marked);
        w.agree("s2", bill, 1);
        assert_eq!(w.shape(bill), ["1-1000 s2 received/not transferable"]);
        let on = ask_endorsement(bill, "1-1000", "4.00", "core");
        if !goes_on {
            assert_eq!(w.refused("s2", on), Code::NotTransferable);
            continue;
        }
        w.ok("s2", on.clone());
        // Refused, it is marked as before and whole again.
        let call = refuse(w.request_at(bill, 1), RefusalCode::KnownDefence);
        w.ok("core", call);
        assert_eq!(w.shape(bill), ["1-1000 s2 received/not transferable"]);
        w.ok("s2", on);
        w.agree("core", bill, 1);
        assert_eq!(
            w.shape(bill),
            [
                "1-400 core received/circulable",
                "401-1000 s2 received/not transferable"
            ]
        );
        let lots = w.lots(bill);
        assert_eq!(lots[0].not_transferable_by, None);
        assert_eq!(lots[1].not_transferable_by, Some(member("s1")));
        w.endorse(bill, "core", "1-400", "", "s1");
    }
}

/// A holder who has taken its lot back from the clock's presentment.
fn taken_back(w: &mut World, profile: Profile) -> InstrumentNumber {
    let bill = delivered(w, profile, "10.00", "2027-04-05");
    w.morning("2027-04-05");
    let call = withdraw(w.request_at(bill, 1));
    w.ok("s1", call);
    bill
}

#[test]
fn it_is_endorsed_after_maturity_until_payment_is_refused() {
    let mut w = World::checked();
    let prc = taken_back(&mut w, Prc);
    assert_eq!(
        w.refused("s1", ask_endorsement(prc, "1-1000", "", "s2")),
        Code::Matured
    );
    let mut w = World::checked();
    let bill = taken_back(&mut w, Geneva);
    // Until the end of the window, Wednesday.
    let mut call = ask_endorsement(bill, "1-1000", "4.00", "s2");
    call.answer_by = Some(date("2027-04-08"));
    assert_eq!(w.refused("s1", call.clone()), Code::AnswerByWrong);
    call.answer_by = None;
    w.ok("s1", call);
    w.agree("s2", bill, 1);
    assert_eq!(
        w.shape(bill),
        [
            "1-400 s2 received/circulable",
            "401-1000 s1 received/circulable"
        ]
    );
    // Refused in time: no more.
    w.ok("s2", present(bill, "1-400"));
    w.close("2027-04-05");
    assert_eq!(w.lots(bill)[0].dishonour, Dishonour::InTime);
    assert_eq!(
        w.refused("s2", ask_endorsement(bill, "1-400", "", "s1")),
        Code::Matured
    );
    w.morning("2027-04-07");
    w.endorse(bill, "s1", "401-1000", "", "core");
    w.morning("2027-04-08");
    assert_eq!(
        w.refused("core", ask_endorsement(bill, "401-1000", "", "s1")),
        Code::Matured
    );
}

#[test]
fn a_request_that_waits_over_maturity_ends_when_the_clock_presents() {
    // Maturity on Saturday, payable on Monday.
    let mut w = World::checked();
    w.ok("core", transfer("s3", yuan("100.00")));
    let bill = delivered(&mut w, Geneva, "10.00", "2027-04-10");
    w.morning("2027-04-10");
    w.ok("s1", ask_endorsement(bill, "1-1000", "4.00", "s2"));
    let events = w.morning("2027-04-12");
    assert!(names(&events).contains(&"request.lapsed"));
    assert_eq!(w.shape(bill), ["1-1000 s1 received/collecting"]);
    w.close("2027-04-12");
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
}

#[test]
fn what_comes_to_the_acceptor_after_maturity_is_extinguished() {
    let mut w = World::checked();
    let bill = taken_back(&mut w, Geneva);
    w.ok("s1", ask_endorsement(bill, "1-1000", "4.00", "s3"));
    w.agree("s3", bill, 1);
    assert_eq!(
        w.shape(bill),
        [
            "1-400 s3 terminated/ended",
            "401-1000 s1 received/circulable"
        ]
    );
    assert_eq!(sums(&w, "s3"), (600, 0));
    // Before it is payable the clock does so.
    let bill = delivered(&mut w, Geneva, "1.00", "2027-04-10");
    w.morning("2027-04-10");
    w.endorse(bill, "s1", "1-100", "", "s3");
    assert_eq!(w.shape(bill), ["1-100 s3 received/circulable"]);
    w.morning("2027-04-12");
    assert_eq!(w.shape(bill), ["1-100 s3 terminated/ended"]);
}

#[test]
fn both_profiles_have_their_own_parameters() {
    let rate = |profile: Profile| profile.rules().recourse_rate;
    let mut w = World::checked();
    for (profile, millionths, primary, endorser, again) in
        [(Prc, 36_000, 24, 6, 3), (Geneva, 60_000, 36, 12, 6)]
    {
        let rules = profile.rules();
        let on = |name| allonge_contracts::params::read::on(&w.memory, name, Date::FIRST).unwrap();
        assert_eq!(on(rate(profile)), millionths);
        assert_eq!(
            (
                on(rules.bar_primary),
                on(rules.bar_endorser),
                on(rules.bar_again)
            ),
            (primary, endorser, again)
        );
    }
    // A window of one's own: none of the other's.
    w.ok(
        "regulator",
        SetParam {
            name: Geneva.rules().window_days,
            value: 5,
            from: date("2027-01-06"),
        },
    );
    w.morning("2027-01-06");
    for (profile, end) in [(Prc, "2027-04-15"), (Geneva, "2027-04-12")] {
        let bill = asked(&mut w, profile, "1.00", "2027-04-05");
        assert_eq!(bill_of(&w, bill).window_end, date(end));
    }
}

/// The part was cut off for an endorsement that may still be agreed to after maturity, and falls back to the lot
/// that is cut again where the acceptance ends.
#[test]
fn what_falls_back_to_a_lot_when_it_is_presented_is_presented_once() {
    let mut w = World::standard();
    let bill = accepted_in_part(&mut w, "6.01", "2.78", "2027-04-05");
    w.ok("s1", ask_endorsement(bill, "1-601", "1.03", "s2"));
    w.morning("2027-04-05");
    assert_eq!(
        w.shape(bill),
        [
            "1-278 s1 received/collecting",
            "279-601 s1 received/collecting"
        ]
    );
    w.sound();
    w.close("2027-04-05");
    w.sound();
}

#[test]
fn what_is_unaccepted_is_claimed_from_drawer_and_endorsers_only() {
    let mut w = World::standard();
    let bill = accepted_in_part(&mut w, "6.01", "2.78", "2027-04-05");
    w.close("2027-04-05");
    let notify = |start, end, party: &str| Notify {
        bill: InstrumentRef::Number(bill),
        lot: allonge_contracts::bills::LotRange { start, end },
        parties: vec![member(party)],
        costs: None,
        text: Default::default(),
    };
    assert_eq!(
        w.shape(bill),
        [
            "1-278 s1 received/circulable",
            "279-601 s1 received/circulable"
        ],
        "the acceptor has nothing"
    );
    w.ok("s1", notify(1, 278, "s3"));
    assert_eq!(w.refused("s1", notify(279, 601, "s3")), Code::NotLiable);
    w.ok("s1", notify(279, 601, "core"));
}
