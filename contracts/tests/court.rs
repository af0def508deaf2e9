//! Freeze, stop of payment, and their end (rule book 2.2).

mod encumbered;
mod support;

use allonge_contracts::bills::{
    BillKind, Dishonour, Frozen, HandKind, InstrumentNumber, RefusalCode, UseLimits,
};
use allonge_contracts::calls::*;
use allonge_contracts::requests::read as requests;
use allonge_contracts::{Call, Code, Money, Text};
use encumbered::*;
use support::*;

const WHOLE: &str = "1-100000";

fn due_on(d: &Desk, bill: InstrumentNumber, start: u64) -> Option<String> {
    let (id, _) = d.request_at(bill, start);
    let presentment = requests::presentment(&d.memory, &id).unwrap().unwrap();
    presentment.due_on.map(|day| day.to_string())
}

fn frozen(d: &Desk, bill: InstrumentNumber) -> Vec<Frozen> {
    d.lots(bill).iter().map(|lot| lot.frozen).collect()
}

/// Drawn on `s3`, which has no cash, in the hands of `s1`.
fn on_s3(d: &mut Desk) -> InstrumentNumber {
    let mut draw = register("1,000.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    d.delivered(draw)
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
fn on_a_frozen_or_stopped_lot_no_party_acts() {
    let measures: [fn(InstrumentNumber) -> Call; 2] = [
        |bill| freeze(bill, WHOLE, "400.00").into(),
        |bill| stop(bill, WHOLE, "400.00").into(),
    ];
    for measure in measures {
        let mut d = Desk::new();
        let bill = d.usual();
        d.ok("court", measure(bill));
        // The low end is cut off; the rest of the lot is free.
        assert_eq!(
            d.shape(bill),
            [
                "1-40000 s1 received/circulable",
                "40001-100000 s1 received/circulable"
            ]
        );
        let range = "1-40000";
        let acts: Vec<Call> = vec![
            ask_endorsement(bill, range, "", "s2").into(),
            ask_guarantee(bill, range, "", "guarantor").into(),
            ask_pledge(bill, range, "", "bank-b", "1.00", "2027-05-01").into(),
            narrow(bill, range, UseLimits::default()).into(),
            present(bill, range).into(),
        ];
        for act in acts {
            let name = act.name();
            assert_eq!(d.refused("s1", act), Code::Frozen, "{name}");
        }
        d.endorse(bill, "s1", "40001-100000", "", "s2");
        d.ok("court", unfreeze(bill, range));
        d.endorse(bill, "s1", range, "", "s2");
        let kinds = d.kinds(bill, 1);
        assert_eq!(kinds[1], HandKind::Unfrozen);
        assert!(matches!(kinds[2], HandKind::Frozen | HandKind::Stopped));
    }
}

#[test]
fn each_measure_shows_its_order() {
    let mut d = Desk::new();
    let bill = d.usual();
    let order = |d: &Desk| {
        let hand = d.last_hand(bill, 1);
        (
            hand.kind,
            hand.from.unwrap().to_string(),
            hand.text.to_string(),
        )
    };
    let court = |kind, text: &str| (kind, "court".to_string(), text.to_string());
    d.ok("court", freeze(bill, WHOLE, ""));
    assert_eq!(order(&d), court(HandKind::Frozen, "(2027) 11"));
    d.ok("court", unfreeze(bill, WHOLE));
    assert_eq!(order(&d), court(HandKind::Unfrozen, "(2027) 13"));
    d.ok("court", stop(bill, WHOLE, ""));
    assert_eq!(order(&d), court(HandKind::Stopped, "(2027) 12"));
    d.ok("court", order_transfer(bill, WHOLE, "", "s2"));
    assert_eq!(order(&d), court(HandKind::Ordered, "(2027) 14"));
    assert_eq!(d.last_hand(bill, 1).to, Some(member("s2")));
}

#[test]
fn pledged_and_marked_lots_are_frozen_too() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.ok("court", freeze(bill, WHOLE, ""));
    assert_eq!(
        d.refused("bank-b", ask_release(bill, WHOLE, "", "")),
        Code::Frozen
    );
    assert_eq!(d.refused("bank-b", present(bill, WHOLE)), Code::Frozen);
    let marked_bill = d.delivered(marked("1,000.00", "2027-04-05"));
    d.ok("court", freeze(marked_bill, WHOLE, ""));
    assert_eq!(
        d.refused("s1", ask_unmark(marked_bill, WHOLE, "")),
        Code::Frozen
    );
}

#[test]
fn an_undelivered_bill_is_frozen_as_a_whole() {
    let mut d = Desk::new();
    let issued = d.registered(register("1,000.00", "2027-04-05"));
    assert_eq!(
        d.refused("court", freeze(issued, WHOLE, "1.00")),
        Code::NotSplittable
    );
    d.ok("court", freeze(issued, WHOLE, ""));
    assert_eq!(d.refused("core", ask_acceptance(issued)), Code::Frozen);
    let revoke = Revoke {
        bill: InstrumentRef::Number(issued),
    };
    assert_eq!(d.refused("core", revoke), Code::Frozen);
    let accepted = d.accepted(register("1,000.00", "2027-04-05"));
    d.ok("court", stop(accepted, WHOLE, ""));
    assert_eq!(d.refused("core", ask_delivery(accepted)), Code::Frozen);
    assert_eq!(d.refused("core", ask_unused_return(accepted)), Code::Frozen);
    assert_eq!(
        d.refused("court", order_transfer(accepted, WHOLE, "", "s2")),
        Code::WrongState
    );
    // The clock ends them as ever, and nothing is left to be frozen.
    d.close("2027-04-15");
    for bill in [issued, accepted] {
        assert_eq!(d.shape(bill), ["1-100000 core terminated/ended"]);
        assert_eq!(frozen(&d, bill), [Frozen::No]);
        assert_eq!(d.refused("court", unfreeze(bill, WHOLE)), Code::WrongState);
        assert_eq!(
            d.refused("court", freeze(bill, WHOLE, "")),
            Code::WrongState
        );
    }
}

#[test]
fn a_pending_request_lapses() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("s1", ask_endorsement(bill, WHOLE, "400.00", "s2"));
    let request = d.request_at(bill, 1);
    let executed =
        d.0.run("court", &[freeze(bill, "1-40000", "100.00").into()]);
    assert_eq!(
        names(&executed.events),
        ["request.lapsed", "lot.split", "court.measured"]
    );
    d.sound();
    assert_eq!(
        d.shape(bill),
        [
            "1-10000 s1 received/circulable",
            "10001-40000 s1 received/circulable",
            "40001-100000 s1 received/circulable"
        ]
    );
    assert_eq!(frozen(&d, bill), [Frozen::Frozen, Frozen::No, Frozen::No]);
    assert_eq!(d.refused("s2", agree(request)), Code::NoSuchRequest);
    // On an issued bill, the request for acceptance.
    let issued = d.registered(register("1,000.00", "2027-04-05"));
    d.ok("core", ask_acceptance(issued));
    d.ok("court", stop(issued, WHOLE, ""));
    assert_eq!(d.shape(issued), ["1-100000 core issued/awaiting receipt"]);
    d.ok("court", unfreeze(issued, WHOLE));
    d.deal("core", ask_acceptance(issued), "bank-a", issued, 1);
    // Of a pledge under release, the request for it.
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.ok("bank-b", ask_release(bill, WHOLE, "", ""));
    d.ok("court", freeze(bill, WHOLE, ""));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/pledged"]);
}

#[test]
fn what_is_paid_on_a_frozen_lot_stays_frozen() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("court", freeze(bill, WHOLE, "400.00"));
    d.morning("2027-04-05");
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s1 received/collecting",
            "40001-100000 s1 received/collecting"
        ]
    );
    let request = d.request_at(bill, 1);
    assert_eq!(d.refused("s1", withdraw(request)), Code::Frozen);
    d.close("2027-04-05");
    assert_eq!(d.account("s1"), (100_000, 0, 40_000));
    assert_eq!(
        d.refused("s1", transfer("s2", yuan("600.01"))),
        Code::InsufficientFunds
    );
    assert_eq!(frozen(&d, bill), [Frozen::Frozen, Frozen::No]);
    assert_eq!(
        d.refused("court", unfreeze(bill, "40001-100000")),
        Code::WrongState
    );
    d.ok("court", unfreeze(bill, "1-40000"));
    assert_eq!(d.account("s1"), (100_000, 0, 0));
    assert_eq!(frozen(&d, bill), [Frozen::No, Frozen::No]);
    assert_eq!(
        d.refused("court", unfreeze(bill, "1-40000")),
        Code::WrongState
    );
}

#[test]
fn a_presentment_under_way_goes_on() {
    let mut d = Desk::new();
    // Presented early, then frozen: the acceptor pays by hand, and the cash is frozen.
    let bill = d.usual();
    d.ok("s1", present(bill, WHOLE));
    d.ok("court", freeze(bill, WHOLE, ""));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/collecting"]);
    d.agree("bank-a", bill, 1);
    assert_eq!(d.account("s1"), (100_000, 0, 100_000));
    // It may refuse as well, for the court's freeze.
    let bill = d.usual();
    d.ok("s1", present(bill, WHOLE));
    d.ok("court", freeze(bill, WHOLE, ""));
    let request = d.request_at(bill, 1);
    d.ok("bank-a", refuse(request, RefusalCode::CourtFreeze));
    assert_eq!(d.shape(bill), ["1-100000 s1 received/circulable"]);
    assert_eq!(frozen(&d, bill), [Frozen::Frozen]);
    // At the close the clock refuses what the acceptor's cash does not cover.
    let bill = on_s3(&mut d);
    d.morning("2027-04-05");
    d.ok("court", freeze(bill, WHOLE, ""));
    d.close("2027-04-05");
    assert_eq!(d.shape(bill), ["1-100000 s1 received/circulable"]);
    assert_eq!(d.lots(bill)[0].dishonour, Dishonour::InTime);
    assert_eq!(d.refused("s1", present(bill, WHOLE)), Code::Frozen);
}

#[test]
fn part_of_a_presented_lot_is_frozen() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.morning("2027-04-05");
    let seen = d.request_at(bill, 1);
    d.ok("court", freeze(bill, WHOLE, "300.00"));
    assert_eq!(
        d.shape(bill),
        [
            "1-30000 s1 received/collecting",
            "30001-100000 s1 received/collecting"
        ]
    );
    let (low, high) = (d.request_at(bill, 1), d.request_at(bill, 30_001));
    assert_eq!(low.0, seen.0);
    assert_ne!(low.0, high.0);
    // Nobody pays on terms that have changed since it saw them.
    assert_eq!(d.refused("bank-a", agree(seen)), Code::TermsChanged);
    d.ok("bank-a", agree(high));
    assert_eq!(d.account("s1"), (70_000, 0, 0));
    d.close("2027-04-05");
    assert_eq!(d.account("s1"), (100_000, 0, 30_000));
}

#[test]
fn a_stopped_lot_is_neither_paid_nor_refused_until_it_is_freed() {
    // Stopped before the day, or on it.
    for day in ["2027-03-01", "2027-04-05"] {
        let mut d = Desk::new();
        let bill = d.usual();
        d.morning(day);
        d.ok("court", stop(bill, WHOLE, ""));
        d.morning("2027-04-05");
        assert_eq!(d.shape(bill), ["1-100000 s1 received/collecting"]);
        assert_eq!(due_on(&d, bill, 1), None);
        let request = d.request_at(bill, 1);
        for (actor, call) in [
            ("bank-a", Call::from(agree(request))),
            ("bank-a", refuse(request, RefusalCode::CourtFreeze).into()),
            ("s1", withdraw(request).into()),
        ] {
            assert_eq!(d.refused(actor, call), Code::Frozen, "{actor}");
        }
        d.close("2027-04-09");
        assert_eq!(d.shape(bill), ["1-100000 s1 received/collecting"]);
        // Its acceptor's other debits do not wait for it.
        d.ok("bank-a", transfer("s2", yuan("1.00")));
        // Freed on a Saturday: Monday.
        d.morning("2027-04-10");
        d.ok("court", unfreeze(bill, WHOLE));
        assert_eq!(due_on(&d, bill, 1), Some("2027-04-12".to_string()));
        assert!(d.lots(bill)[0].presented_in_time.is_some());
        d.close("2027-04-12");
        assert_eq!(d.shape(bill), ["1-100000 s1 settled/ended"]);
        assert_eq!(d.account("s1"), (100_000, 0, 0));
    }
}

#[test]
fn an_early_presentment_that_is_stopped_waits_too() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("s1", present(bill, WHOLE));
    d.ok("court", stop(bill, WHOLE, "300.00"));
    d.close("2027-04-05");
    assert_eq!(
        d.shape(bill),
        [
            "1-30000 s1 received/collecting",
            "30001-100000 s1 settled/ended"
        ]
    );
    assert_eq!(d.lots(bill)[0].presented_in_time, Some(date("2027-04-05")));
    // After the close of a day: the next business day.
    d.ok("court", unfreeze(bill, "1-30000"));
    assert_eq!(due_on(&d, bill, 1), Some("2027-04-06".to_string()));
    d.close("2027-04-06");
    assert_eq!(d.account("s1"), (100_000, 0, 0));
    // Freed before the bill is payable it has no day yet.
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("s1", present(bill, WHOLE));
    d.ok("court", stop(bill, WHOLE, ""));
    d.ok("court", unfreeze(bill, WHOLE));
    assert_eq!(due_on(&d, bill, 1), None);
    d.close("2027-04-05");
    assert_eq!(d.account("s1"), (100_000, 0, 0));
}

#[test]
fn a_stop_follows_a_freeze_only_when_that_is_lifted() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("court", freeze(bill, WHOLE, ""));
    assert_eq!(d.refused("court", stop(bill, WHOLE, "")), Code::Frozen);
    assert_eq!(d.refused("court", freeze(bill, WHOLE, "")), Code::Frozen);
    let calls = [unfreeze(bill, WHOLE).into(), stop(bill, WHOLE, "").into()];
    assert!(!d.0.run("court", &calls).events.is_empty());
    d.sound();
    assert_eq!(frozen(&d, bill), [Frozen::Stopped]);
}

#[test]
fn a_lot_in_recourse_is_frozen_and_its_offers_lapse() {
    let mut d = Desk::new();
    let bill = on_s3(&mut d);
    d.close("2027-04-05");
    d.ok("s1", notify(bill, WHOLE));
    d.ok("core", offer(bill, WHOLE));
    let (_, held, _) = d.account("core");
    assert!(held >= 100_000, "{held}");
    d.ok("court", freeze(bill, WHOLE, "400.00"));
    assert_eq!(d.account("core").1, 0);
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s1 received/in recourse",
            "40001-100000 s1 received/in recourse"
        ]
    );
    let range = "1-40000";
    assert_eq!(d.refused("s1", notify(bill, range)), Code::Frozen);
    assert_eq!(d.refused("core", offer(bill, range)), Code::Frozen);
    d.ok("core", offer(bill, "40001-100000"));
    d.ok("court", unfreeze(bill, range));
    d.ok("core", offer(bill, range));
    // Given to the acceptor, nobody is left to be pursued.
    d.ok("court", order_transfer(bill, range, "", "s3"));
    assert_eq!(d.shape(bill)[0], "1-40000 s3 terminated/ended");
    d.ok("court", order_transfer(bill, "40001-100000", "", "s2"));
    assert_eq!(d.shape(bill)[1], "40001-100000 s2 received/in recourse");
    assert_eq!(d.account("core").1, 0);
}

#[test]
fn what_breaks_a_rule_is_refused_with_its_code() {
    let mut d = Desk::new();
    let bill = d.usual();
    let whole = d.delivered(Register {
        splittable: false,
        ..register("1,000.00", "2027-04-05")
    });
    let ended = d.registered(register("1,000.00", "2027-04-05"));
    d.ok(
        "core",
        Revoke {
            bill: InstrumentRef::Number(ended),
        },
    );
    let usd = Some(Money::parse("1.00", "USD".parse().unwrap()).unwrap());
    let no_order = Text::<64>::empty;
    let rows: Vec<(&str, Call, Code)> = vec![
        (
            "court",
            Freeze {
                order: no_order(),
                ..freeze(bill, WHOLE, "")
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "court",
            Stop {
                order: no_order(),
                ..stop(bill, WHOLE, "")
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "court",
            Unfreeze {
                order: no_order(),
                ..unfreeze(bill, WHOLE)
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "court",
            OrderTransfer {
                order: no_order(),
                ..order_transfer(bill, WHOLE, "", "s2")
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "court",
            Freeze {
                part: usd,
                ..freeze(bill, WHOLE, "")
            }
            .into(),
            Code::InvalidArgument,
        ),
        (
            "regulator",
            freeze(bill, WHOLE, "").into(),
            Code::RoleRequired,
        ),
        ("s1", stop(bill, WHOLE, "").into(), Code::RoleRequired),
        ("bank-a", unfreeze(bill, WHOLE).into(), Code::RoleRequired),
        (
            "central",
            order_transfer(bill, WHOLE, "", "s2").into(),
            Code::RoleRequired,
        ),
        (
            "court",
            order_transfer(bill, WHOLE, "", "court").into(),
            Code::RoleRequired,
        ),
        (
            "court",
            order_transfer(bill, WHOLE, "", "regulator").into(),
            Code::RoleRequired,
        ),
        (
            "court",
            order_transfer(bill, WHOLE, "", "nobody").into(),
            Code::NoSuchMember,
        ),
        (
            "court",
            freeze(bill, WHOLE, "0.00").into(),
            Code::AmountZero,
        ),
        (
            "court",
            order_transfer(bill, WHOLE, "", "s1").into(),
            Code::SelfDealing,
        ),
        ("court", stop(bill, "1-5", "").into(), Code::NoSuchLot),
        ("court", unfreeze(bill, WHOLE).into(), Code::WrongState),
        ("court", freeze(ended, WHOLE, "").into(), Code::WrongState),
        (
            "court",
            order_transfer(ended, WHOLE, "", "s2").into(),
            Code::WrongState,
        ),
        (
            "court",
            freeze(whole, WHOLE, "1.00").into(),
            Code::NotSplittable,
        ),
        (
            "court",
            stop(bill, WHOLE, "1,000.01").into(),
            Code::PartTooLarge,
        ),
    ];
    for (row, (actor, call, code)) in rows.into_iter().enumerate() {
        let name = call.name();
        assert_eq!(d.refused(actor, call), code, "row {row}: {name} by {actor}");
    }
    d.0.time_ms = local_ms(date("2027-04-05"), 8 * 60);
    assert_eq!(
        d.refused("court", freeze(bill, WHOLE, "")),
        Code::DuePending
    );
}
