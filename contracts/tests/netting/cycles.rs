//! What a cycle settles, and why the rest waits.

use crate::*;
use allonge_contracts::Code;
use allonge_contracts::params::ParamName;

/// `s1`, `s2` and `s3` owe each other in a circle 100 each, with 10, nothing and nothing.
fn circle(w: &mut World) -> Vec<RequestId> {
    [("s1", "s2"), ("s2", "s3"), ("s3", "s1")]
        .map(|(from, to)| queued(w, from, owe(to, yuan("100.00"))))
        .to_vec()
}

#[test]
fn a_gridlock_that_gross_payment_cannot_end_is_settled_at_the_close() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    // Gross: whoever begins has too little, so that nobody can.
    for (from, to) in [("s1", "s2"), ("s2", "s3"), ("s3", "s1")] {
        let code = w.refused(from, transfer(to, yuan("100.00")));
        assert_eq!(code, Code::InsufficientFunds);
    }
    let circle = circle(&mut w);
    let events = w.close("2027-01-05");
    let kinds = names(&events);
    assert_eq!(
        kinds,
        [
            "netting.settled",
            "netting.settled",
            "netting.settled",
            "netting.run",
            "clock.day_closed"
        ]
    );
    assert_eq!(settled(&events), circle);
    assert_eq!([w.cash("s1"), w.cash("s2")], [(1_000, 1_000), (0, 0)]);
    let cycle = last_cycle(&w);
    assert_eq!(
        (cycle.number, &cycle.by, cycle.date),
        (1, &None, date("2027-01-05"))
    );
    assert_eq!((cycle.waiting, cycle.eligible, cycle.settled), (3, 3, 3));
    assert_eq!((cycle.gross, cycle.net, cycle.saved()), (30_000, 0, 30_000));
    // Nothing waits, so that the clock has nothing to look at.
    assert_eq!(
        allonge_contracts::clock::read::due(&w.memory, None, 9).unwrap(),
        []
    );
}

#[test]
fn what_moves_is_the_net_and_what_is_recorded_is_gross() {
    let mut w = world(&[("s1", yuan("20.00"))]);
    queued(&mut w, "s1", owe("s2", yuan("100.00")));
    queued(&mut w, "s2", owe("s1", yuan("80.00")));
    queued(&mut w, "s2", owe("s3", yuan("15.00")));
    let events = w.close("2027-01-05");
    let paid: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::ObligationSettled(e) => Some((e.payer.as_str(), e.money, e.cycle)),
            _ => None,
        })
        .collect();
    assert_eq!(
        paid,
        [
            ("s1", yuan("100.00"), 1),
            ("s2", yuan("80.00"), 1),
            ("s2", yuan("15.00"), 1)
        ]
    );
    let cash = ["s1", "s2", "s3"].map(|name| w.cash(name).0);
    assert_eq!(cash, [0, 500, 1_500]);
    let cycle = last_cycle(&w);
    assert_eq!(
        (cycle.gross, cycle.net, cycle.saved()),
        (19_500, 2_000, 17_500)
    );
}

#[test]
fn the_queue_order_is_kept_and_no_part_of_an_obligation_is_paid() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let first = queued(&mut w, "s1", owe("s2", yuan("4.00")));
    queued(&mut w, "s1", owe("s2", yuan("6.01")));
    queued(&mut w, "s1", owe("s2", yuan("1.00")));
    assert_eq!(run(&mut w), [first]);
    assert_eq!(waits(&w, "s1"), [Wait::Cash, Wait::Behind]);
    assert_eq!(w.cash("s1").0, 600);
    // Put before it by its payer, the last one passes.
    let order = ids(&w, "s1");
    let reorder = Reorder {
        obligation: order[1],
        priority: None,
        before: Some(order[0]),
    };
    w.ok("s1", reorder);
    assert_eq!(run(&mut w), [order[1]]);
    assert_eq!(waits(&w, "s1"), [Wait::Cash]);
}

#[test]
fn held_cash_is_never_netted() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let hold = PlaceHold {
        money: yuan("6.00"),
        releaser: None,
        until: date("2027-01-29"),
        reference: Default::default(),
    };
    let CallResult::Hold(hold) = w.ok("s1", hold) else {
        panic!("no hold");
    };
    let id = queued(&mut w, "s1", owe("s2", yuan("4.01")));
    assert_eq!(run(&mut w), []);
    assert_eq!(waits(&w, "s1"), [Wait::Cash]);
    w.ok("s1", ReleaseHold { hold });
    assert_eq!(run(&mut w), [id]);
}

#[test]
fn the_limit_in_all_bites_on_what_a_cycle_costs_net() {
    let mut w = world(&[("s1", yuan("100.00"))]);
    w.ok(
        "s1",
        SetLimits {
            multilateral: Some(yuan("30.00")),
            ..no_limits()
        },
    );
    let one = queued(&mut w, "s1", owe("s2", yuan("30.00")));
    queued(&mut w, "s1", owe("s3", yuan("0.01")));
    assert_eq!(run(&mut w), [one]);
    assert_eq!(waits(&w, "s1"), [Wait::Multilateral]);
    // What comes in makes room: a hundred and a fen go out, seventy come in.
    queued(&mut w, "s1", owe("s3", yuan("99.99")));
    queued(&mut w, "s3", owe("s1", yuan("70.00")));
    assert_eq!(run(&mut w).len(), 3);
    assert_eq!(w.cash("s1").0, 4_000);
}

#[test]
fn the_limit_toward_a_member_bites_on_that_member_alone() {
    let mut w = world(&[("s1", yuan("100.00"))]);
    w.ok(
        "s1",
        SetLimits {
            bilateral: vec![toward("s2", yuan("5.00"))],
            ..no_limits()
        },
    );
    let three = queued(&mut w, "s1", owe("s3", yuan("20.00")));
    let five = queued(&mut w, "s1", owe("s2", yuan("5.00")));
    queued(&mut w, "s1", owe("s2", yuan("0.01")));
    queued(&mut w, "s1", owe("s3", yuan("1.00")));
    assert_eq!(run(&mut w), [three, five]);
    assert_eq!(waits(&w, "s1"), [Wait::Bilateral, Wait::Behind]);
    // Each cycle has the limit anew.
    assert_eq!(run(&mut w).len(), 2);
    // What comes from others makes no room, what comes from that member does.
    queued(&mut w, "s1", owe("s2", yuan("5.01")));
    queued(&mut w, "s3", owe("s1", yuan("1.00")));
    assert_eq!(run(&mut w).len(), 1);
    assert_eq!(waits(&w, "s1"), [Wait::Bilateral]);
    queued(&mut w, "s2", owe("s1", yuan("0.01")));
    assert_eq!(run(&mut w).len(), 2);
}

#[test]
fn the_reserve_is_for_what_is_most_urgent() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    w.ok(
        "s1",
        SetLimits {
            reserve: Some(yuan("4.00")),
            ..no_limits()
        },
    );
    queued(&mut w, "s1", owe("s2", yuan("6.01")));
    assert_eq!(run(&mut w), []);
    assert_eq!(waits(&w, "s1"), [Wait::Reserve]);
    let pressing = queued(&mut w, "s1", urgent("s2", yuan("10.00")));
    assert_eq!(run(&mut w), [pressing]);
    assert_eq!(waits(&w, "s1"), [Wait::Cash]);
    // Nothing is left, and a reserve of nothing hinders nobody whom a cycle costs nothing.
    queued(&mut w, "s2", owe("s1", yuan("6.01")));
    assert_eq!(run(&mut w).len(), 2);
}

#[test]
fn limits_that_are_set_replace_those_before() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let set = SetLimits {
        currency: cny(),
        multilateral: Some(yuan("0")),
        bilateral: vec![toward("s2", yuan("0")), toward("s3", yuan("1.00"))],
        reserve: Some(yuan("10.00")),
    };
    w.ok("s1", set.clone());
    let found = read::limits(&w.memory, &member("s1"), cny()).unwrap();
    assert_eq!(
        (found.multilateral, found.bilateral, found.reserve),
        (set.multilateral, set.bilateral, set.reserve)
    );
    let id = queued(&mut w, "s1", owe("s2", yuan("10.00")));
    assert_eq!(run(&mut w), []);
    w.ok("s1", no_limits());
    assert_eq!(run(&mut w), [id]);
    let found = read::limits(&w.memory, &member("s1"), cny()).unwrap();
    assert_eq!(found, Default::default());
}

#[test]
fn the_suspended_and_the_insolvent_are_out_at_the_cut() {
    let mut w = world(&[("s1", yuan("10.00")), ("s2", yuan("10.00"))]);
    queued(&mut w, "s1", owe("s3", yuan("1.00")));
    queued(&mut w, "s2", owe("s1", yuan("2.00")));
    w.ok(
        "regulator",
        Suspend {
            member: member("s1"),
            reason: Default::default(),
        },
    );
    assert_eq!(run(&mut w), []);
    assert_eq!(waits(&w, "s1"), [Wait::PayerSuspended]);
    assert_eq!(waits(&w, "s2"), [Wait::PayeeSuspended]);
    w.ok(
        "regulator",
        Reinstate {
            member: member("s1"),
            reason: Default::default(),
        },
    );
    let mut insolvency = RecordInsolvency {
        member: member("s1"),
        order: "(2027) 3".parse().unwrap(),
        lifted: false,
    };
    w.ok("attestor", insolvency.clone());
    assert_eq!(run(&mut w), []);
    assert_eq!(waits(&w, "s1"), [Wait::PayerInsolvent]);
    assert_eq!(waits(&w, "s2"), [Wait::PayeeInsolvent]);
    insolvency.lifted = true;
    w.ok("attestor", insolvency);
    assert_eq!(run(&mut w).len(), 2);
}

#[test]
fn a_payer_whose_debts_are_due_is_out_and_still_receives() {
    let mut w = world(&[("core", yuan("10.00")), ("bank-a", yuan("100.00"))]);
    let bill = w.delivered("50.00", "2027-01-12");
    w.ok("s1", present(bill, "1-5000"));
    w.morning("2027-01-12");
    let out = queued(&mut w, "bank-a", owe("s2", yuan("1.00")));
    let incoming = queued(&mut w, "core", owe("bank-a", yuan("1.00")));
    // The close has passed; the clock has not come to it yet.
    w.time_ms = local_ms(date("2027-01-12"), 20 * 60);
    assert_eq!(run(&mut w), [incoming]);
    assert_eq!(waits(&w, "bank-a"), [Wait::PayerDue]);
    // At the close the bill is paid first, and then the cycle runs.
    let events = w.close("2027-01-12");
    assert_eq!(settled(&events), [out]);
    let kinds = names(&events);
    let place = |name| kinds.iter().position(|kind| *kind == name);
    assert!(place("bill.paid") < place("netting.settled"), "{kinds:?}");
}

#[test]
fn an_obligation_waits_for_its_first_day_and_hinders_nobody_meanwhile() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let later = queued(
        &mut w,
        "s1",
        Queue {
            not_before: Some(date("2027-01-07")),
            ..urgent("s2", yuan("10.00"))
        },
    );
    let now = queued(&mut w, "s1", owe("s2", yuan("3.00")));
    assert_eq!(settled(&w.close("2027-01-05")), [now]);
    assert_eq!(waits(&w, "s1"), [Wait::NotYet]);
    assert_eq!(settled(&w.close("2027-01-06")), []);
    w.ok("s2", transfer("s1", yuan("3.00")));
    assert_eq!(settled(&w.close("2027-01-07")), [later]);
}

#[test]
fn the_deadline_comes_after_the_cycle_of_its_close() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let today = |to: &str, sum: &str| Queue {
        deadline: date("2027-01-05"),
        ..owe(to, yuan(sum))
    };
    let paid = queued(&mut w, "s1", today("s2", "10.00"));
    let unpaid = queued(&mut w, "s1", today("s3", "0.01"));
    // After the close, before the clock has come to it, a cycle by hand takes neither.
    w.time_ms = local_ms(date("2027-01-05"), 20 * 60);
    assert_eq!(run(&mut w), []);
    assert_eq!(waits(&w, "s1"), [Wait::Late; 2]);
    let events = w.close("2027-01-05");
    assert_eq!(
        names(&events),
        [
            "netting.settled",
            "netting.run",
            "netting.ended",
            "clock.day_closed"
        ]
    );
    assert_eq!(settled(&events), [paid]);
    let ended: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::ObligationEnded(e) => Some((e.obligation, e.waits)),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [(unpaid, Wait::Cash)]);
    assert_eq!(queue(&w, "s1"), []);
    assert_eq!(
        allonge_contracts::clock::read::due(&w.memory, None, 9).unwrap(),
        []
    );
}

#[test]
fn the_clock_runs_cycles_on_business_days_and_only_where_the_parameter_says_so() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let set = |value, from: &str| SetParam {
        name: ParamName::NettingCloseCycle,
        value,
        from: date(from),
    };
    w.ok("regulator", set(0, "2027-01-06"));
    w.ok("regulator", set(1, "2027-01-09"));
    w.morning("2027-01-06");
    let id = queued(&mut w, "s1", owe("s2", yuan("1.00")));
    // Wednesday to Friday it is off, and on Saturday and Sunday nothing is settled.
    for day in [
        "2027-01-06",
        "2027-01-07",
        "2027-01-08",
        "2027-01-09",
        "2027-01-10",
    ] {
        assert!(!names(&w.close(day)).contains(&"netting.run"), "{day}");
    }
    assert_eq!(waits(&w, "s1"), [Wait::New]);
    assert_eq!(settled(&w.close("2027-01-11")), [id]);
    assert_eq!(last_cycle(&w).date, date("2027-01-11"));
}

#[test]
fn a_late_clock_settles_what_one_on_time_settles() {
    let prepare = || {
        let mut w = world(&[("core", yuan("10.00")), ("bank-a", yuan("60.00"))]);
        let bill = w.delivered("50.00", "2027-01-07");
        w.ok("s1", present(bill, "1-5000"));
        for (payer, call) in [
            ("bank-a", owe("s2", yuan("20.00"))),
            ("s2", owe("s3", yuan("5.00"))),
            ("core", owe("bank-a", yuan("4.00"))),
        ] {
            queued(&mut w, payer, call);
        }
        queued(
            &mut w,
            "core",
            Queue {
                not_before: Some(date("2027-01-06")),
                ..owe("bank-a", yuan("6.00"))
            },
        );
        w
    };
    let mut on_time = prepare();
    let mut events = Vec::new();
    for day in ["2027-01-05", "2027-01-06", "2027-01-07"] {
        events.extend(on_time.close(day));
    }
    let mut late = prepare();
    late.clock_budget = 1;
    late.checked = false;
    let all_at_once = late.close("2027-01-07");
    assert_eq!(settled(&events), settled(&all_at_once));
    assert_eq!(settled(&events).len(), 4);
    for name in ["core", "bank-a", "s1", "s2", "s3"] {
        assert_eq!(on_time.cash(name), late.cash(name), "{name}");
    }
    late.sound();
}

#[test]
fn a_cycle_is_of_one_currency() {
    let mut w = world(&[("s1", euro("10.00")), ("s2", yuan("10.00"))]);
    let euros = queued(&mut w, "s1", owe("s2", euro("10.00")));
    let yuans = queued(&mut w, "s1", owe("s2", yuan("10.00")));
    queued(&mut w, "s2", owe("s3", yuan("10.00")));
    // Ten euros do not pay ten yuan.
    assert_eq!(run(&mut w).len(), 1);
    assert_eq!(ids(&w, "s1"), [yuans]);
    let executed = w.run("ecb", &[RunCycle { currency: eur() }.into()]);
    assert_eq!(settled(&executed.events), [euros]);
    assert_eq!(
        read::cycles(&w.memory, eur(), None, 9).unwrap()[0].number,
        1
    );
    assert_eq!(w.refused("ecb", cycle()), Code::NotInCycle);
}
