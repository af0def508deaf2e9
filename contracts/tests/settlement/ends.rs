//! What does not settle leaves everything as it was.

use crate::*;
use allonge_contracts::Event;

/// s1 sells 60.00 of its bill of 100.00 to s2 for 59.00, and s3 pays s1 a fee of 1.00.
fn sale(w: &mut World) -> (InstrumentNumber, (RequestId, Hash)) {
    let bill = w.delivered("100.00", "2027-04-05");
    let legs = [
        paper(bill, "1-10000", "60.00", "s1", "s2"),
        cash("s2", "s1", yuan("59.00")),
        cash("s3", "s1", yuan("1.00")),
    ];
    let id = propose(w, "s1", &legs);
    (bill, id)
}

fn sellers() -> World {
    world(&[("s2", yuan("59.00")), ("s3", yuan("1.00"))])
}

#[track_caller]
fn untouched(w: &World, bill: InstrumentNumber) {
    assert_eq!(w.shape(bill), ["1-10000 s1 received/circulable"]);
    assert_eq!(w.cash("s1"), (0, 0));
    assert_eq!(w.cash("s2"), (5_900, 5_900));
    assert_eq!(w.cash("s3"), (100, 100));
}

#[test]
fn the_deadline_frees_everything() {
    let mut w = sellers();
    let (bill, id) = sale(&mut w);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    assert_eq!(w.cash("s2"), (5_900, 0));
    w.go_to("2027-01-08", 19 * 60 + 59);
    assert!(found(&w, id).is_some());
    let events = w.close("2027-01-08");
    assert_eq!(
        names(&events),
        [
            "request.lapsed",
            "lot.rejoined",
            "settlement.ended",
            "clock.day_closed"
        ]
    );
    let ended = events.iter().find_map(|event| match event {
        Event::InstructionEnded(e) => Some(e.waited_for.clone()),
        _ => None,
    });
    assert_eq!(ended, Some(vec![member("s3")]));
    untouched(&w, bill);
    assert_eq!(w.refused("s3", affirm(id)), Code::NoSuchInstruction);
}

#[test]
fn after_the_deadline_nobody_affirms_or_cancels_though_the_clock_is_late() {
    let mut w = sellers();
    let (bill, id) = sale(&mut w);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    w.time_ms = local_ms(date("2027-01-08"), 20 * 60);
    w.height += 1;
    assert_eq!(w.refused("s3", affirm(id)), Code::DuePending);
    assert_eq!(w.refused("s3", cancel(id)), Code::DuePending);
    // One item at a time: first the lot, then the cash.
    assert!(w.clock_with(1).pending);
    assert_eq!(w.cash("s2"), (5_900, 0));
    assert_eq!(w.refused("s3", affirm(id)), Code::DuePending);
    while w.clock_with(1).pending {}
    untouched(&w, bill);
}

#[test]
fn a_party_cancels_before_it_settles() {
    for who in ["s1", "s2", "s3"] {
        let mut w = sellers();
        let (bill, id) = sale(&mut w);
        w.ok("s1", affirm(id));
        w.ok("s2", affirm(id));
        for stranger in ["core", "regulator", "central"] {
            assert_eq!(w.refused(stranger, cancel(id)), Code::NotInInstruction);
        }
        let executed = w.run(who, &[cancel(id).into()]);
        assert_eq!(
            names(&executed.events),
            ["request.withdrawn", "lot.rejoined", "settlement.cancelled"]
        );
        untouched(&w, bill);
        assert_eq!(w.refused("s3", affirm(id)), Code::NoSuchInstruction);
        let due = allonge_contracts::clock::read::due(&w.memory, None, 99).unwrap();
        assert_eq!(due.len(), 1, "the bill's maturity");
    }
}

#[test]
fn parts_of_a_lot_rejoin_it_whatever_the_order_of_the_legs() {
    for by_clock in [false, true] {
        let mut w = world(&[]);
        let bill = w.delivered("100.00", "2027-04-05");
        let legs = ["1-10000", "1001-10000", "2001-10000", "3001-10000"]
            .map(|range| paper(bill, range, "10.00", "s1", "s2"));
        let id = propose(&mut w, "s1", &legs);
        w.ok("s1", affirm(id));
        assert_eq!(w.lots(bill).len(), 5);
        if by_clock {
            w.close("2027-01-08");
        } else {
            w.ok("s2", cancel(id));
        }
        assert_eq!(w.shape(bill), ["1-10000 s1 received/circulable"]);
    }
}

#[test]
fn a_last_affirmation_that_fails_changes_nothing() {
    let mut w = sellers();
    let (bill, id) = sale(&mut w);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    // One who has affirmed is suspended meanwhile: the others wait, and the leg is named.
    w.ok("regulator", suspend("s2"));
    let before = w.memory.clone();
    let facts = w.facts("s3", affirm(id));
    assert_eq!(facts[0].0, "member");
    let leg = facts.last().unwrap();
    assert_eq!((leg.0.as_str(), leg.1.to_string().as_str()), ("leg", "0"));
    assert!(w.memory == before);
    assert_eq!(w.refused("s3", affirm(id)), Code::CounterpartySuspended);
    w.ok("regulator", reinstate("s2"));
    w.ok("s3", affirm(id));
    assert_eq!(
        w.shape(bill),
        [
            "1-6000 s2 received/circulable",
            "6001-10000 s1 received/circulable"
        ]
    );
    assert_eq!(w.cash("s1").0, 6_000);
}

#[test]
fn who_is_suspended_after_affirming_pays_nothing() {
    let mut w = world(&[("s1", yuan("5.00")), ("s2", yuan("5.00"))]);
    let legs = [
        cash("s2", "s3", yuan("5.00")),
        cash("s1", "s3", yuan("5.00")),
    ];
    let id = propose(&mut w, "s1", &legs);
    w.ok("s1", affirm(id));
    w.ok("regulator", suspend("s1"));
    let facts = w.facts("s2", affirm(id));
    assert_eq!(facts.last().unwrap().1.to_string(), "1");
    assert_eq!(w.refused("s2", affirm(id)), Code::CounterpartySuspended);
    assert_eq!((w.cash("s1"), w.cash("s2")), ((500, 0), (500, 500)));
    // Its cash is free again at the deadline, though it may not act.
    w.close("2027-01-08");
    assert_eq!(w.cash("s1"), (500, 500));
}

#[test]
fn a_suspended_member_is_credited_with_cash() {
    let mut w = world(&[("s1", yuan("5.00")), ("s2", yuan("5.00"))]);
    let legs = [
        cash("s1", "s3", yuan("5.00")),
        cash("s2", "s3", yuan("5.00")),
    ];
    let id = propose(&mut w, "s1", &legs);
    w.ok("s1", affirm(id));
    w.ok("regulator", suspend("s3"));
    w.ok("s2", affirm(id));
    assert_eq!(w.cash("s3").0, 1_000);
}

fn freeze(bill: InstrumentNumber, range: &str) -> Freeze {
    Freeze {
        instrument: InstrumentRef::Number(bill),
        lot: lot(range),
        part: None,
        order: "(2027) 18".parse().unwrap(),
    }
}

#[test]
fn a_frozen_lot_holds_the_whole_instruction() {
    let mut w = sellers();
    let (bill, id) = sale(&mut w);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    w.ok("court", freeze(bill, "1-6000"));
    assert_eq!(w.refused("s3", affirm(id)), Code::Frozen);
    assert_eq!(w.cash("s3"), (100, 100));
    // The deliverer can not lock it again while it is frozen.
    assert_eq!(w.refused("s1", affirm(id)), Code::NoSuchLot);
    w.close("2027-01-08");
    assert_eq!(w.cash("s2"), (5_900, 5_900));
    assert_eq!(
        w.shape(bill),
        [
            "1-6000 s1 received/circulable",
            "6001-10000 s1 received/circulable"
        ]
    );
}

#[test]
fn a_deliverer_affirms_again_when_a_measure_on_its_whole_lot_is_lifted() {
    let mut w = world(&[("s2", yuan("99.00"))]);
    let bill = w.delivered("100.00", "2027-04-05");
    let legs = [
        paper(bill, "1-10000", "", "s1", "s2"),
        cash("s2", "s1", yuan("99.00")),
    ];
    let id = propose(&mut w, "s1", &legs);
    w.ok("s1", affirm(id));
    assert_eq!(w.refused("s1", affirm(id)), Code::AlreadyAffirmed);
    w.ok("court", freeze(bill, "1-10000"));
    assert_eq!(w.refused("s1", affirm(id)), Code::Frozen);
    w.ok(
        "court",
        Unfreeze {
            instrument: InstrumentRef::Number(bill),
            lot: lot("1-10000"),
            order: "(2027) 19".parse().unwrap(),
        },
    );
    assert_eq!(w.refused("s2", affirm(id)), Code::LotNotLocked);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    assert_eq!(w.shape(bill), ["1-10000 s2 received/circulable"]);
    assert_eq!(w.cash("s1"), (9_900, 9_900));
}

#[test]
fn a_lot_that_a_court_gave_to_another_is_lost() {
    let mut w = sellers();
    let (bill, id) = sale(&mut w);
    for who in ["s1", "s2"] {
        w.ok(who, affirm(id));
    }
    w.ok(
        "court",
        OrderTransfer {
            instrument: InstrumentRef::Number(bill),
            lot: lot("1-6000"),
            part: None,
            order: "(2027) 20".parse().unwrap(),
            to: member("core"),
        },
    );
    assert_eq!(w.refused("s3", affirm(id)), Code::LotNotLocked);
    w.ok("s2", cancel(id));
    assert_eq!(w.cash("s2"), (5_900, 5_900));
    assert_eq!(w.lots(bill)[0].holder, member("core"));
}

#[test]
fn a_lot_is_locked_for_the_first_of_two_instructions() {
    let mut w = world(&[]);
    let bill = w.delivered("100.00", "2027-04-05");
    let one = propose(&mut w, "s1", &[paper(bill, "1-10000", "", "s1", "s2")]);
    let other = propose(&mut w, "s1", &[paper(bill, "1-10000", "", "s1", "s3")]);
    w.ok("s1", affirm(one));
    assert_eq!(w.refused("s1", affirm(other)), Code::RequestPending);
    assert_eq!(
        w.refused("s1", ask_endorsement(bill, "1-10000", "", "s3")),
        Code::RequestPending
    );
    w.ok("s2", cancel(one));
    w.ok("s1", affirm(other));
    w.ok("s3", affirm(other));
    assert_eq!(w.shape(bill), ["1-10000 s3 received/circulable"]);
}

#[test]
fn what_waits_for_an_instruction_is_answered_and_withdrawn_by_nobody() {
    use allonge_contracts::bills::RefusalCode;
    let mut w = sellers();
    let (bill, id) = sale(&mut w);
    w.ok("s1", affirm(id));
    let request = w.request_at(bill, 1);
    assert_eq!(w.refused("s2", agree(request)), Code::InInstruction);
    let call = refuse(request, RefusalCode::Other);
    assert_eq!(w.refused("s2", call), Code::InInstruction);
    assert_eq!(w.refused("s1", withdraw(request)), Code::InInstruction);
    let listed = allonge_contracts::requests::read::waiting_for;
    assert_eq!(listed(&w.memory, &member("s2"), None, 9).unwrap(), []);
}
