//! What the clock makes due, in which order and within which budget (rule book 2.3; protocol, Execution).

mod support;

use allonge_contracts::bills::{BillKind, InstrumentNumber};
use allonge_contracts::calls::*;
use allonge_contracts::{CallResult, Code, Event, check_invariants, clock};
use support::*;

/// A commercial bill of `core`'s drawn on `s3`, delivered to `s1`.
fn on_s3(w: &mut World, sum: &str, maturity: &str) -> InstrumentNumber {
    let mut draw = register(sum, maturity);
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("s3", bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    bill
}

/// A bill cut into lots of one fen, the last being the rest.
fn cut(w: &mut World, lots: u64) -> InstrumentNumber {
    let sum = allonge_contracts::Money::new(cny(), lots);
    let bill = w.delivered(&sum.plain(), "2027-04-05");
    for start in 1..lots {
        let to = if start % 2 == 0 { "s2" } else { "core" };
        w.endorse(bill, "s1", &format!("{start}-{lots}"), "0.01", to);
    }
    bill
}

fn moment(w: &mut World, day: &str, minute: u32) {
    w.time_ms = local_ms(date(day), minute);
    w.height += 1;
}

#[test]
fn many_lots_are_worked_off_over_several_blocks() {
    let mut w = World::standard();
    let bill = cut(&mut w, 300);
    let other = w.delivered("1.00", "2027-06-01");
    moment(&mut w, "2027-04-05", 20 * 60);
    let budget = 500;
    let mut blocks = 0;
    let mut paid = 0;
    loop {
        let run = w.clock_with(budget);
        assert!(run.work <= budget + 40, "{}", run.work);
        paid += names(&run.events)
            .iter()
            .filter(|n| **n == "bill.paid")
            .count();
        w.sound();
        blocks += 1;
        if !run.pending {
            break;
        }
        // On what is being worked off everything waits; on another bill nothing does.
        let last_is_paid = w.shape(bill)[299].ends_with("settled/ended");
        if !last_is_paid {
            assert_eq!(
                w.refused("s1", ask_endorsement(bill, "300-300", "", "s2")),
                Code::DuePending,
                "block {blocks}"
            );
        }
        w.ok("s1", ask_endorsement(other, "1-100", "", "s2"));
        let request = w.request_at(other, 1);
        w.ok("s1", withdraw(request));
        // The acceptor's other debits wait too; others pay as they like.
        if !last_is_paid {
            assert_eq!(
                w.refused("bank-a", transfer("s1", yuan("1.00"))),
                Code::DuePending
            );
        }
        w.ok("core", transfer("s1", yuan("0.01")));
        w.height += 1;
        w.time_ms += 1_000;
    }
    assert!(blocks > 10, "{blocks} blocks");
    assert_eq!(paid, 300);
    assert!(
        w.shape(bill)
            .iter()
            .all(|lot| lot.ends_with("settled/ended"))
    );
    w.ok("bank-a", transfer("s1", yuan("1.00")));
}

#[test]
fn the_budget_does_not_change_the_outcome() {
    let mut states = Vec::new();
    for budget in [1, 200, PLENTY] {
        let mut w = World::standard();
        let bill = cut(&mut w, 12);
        moment(&mut w, "2027-04-05", 20 * 60);
        // The height is part of a hand, so that all blocks have the same one here.
        let mut rounds = 0;
        while w.clock_with(budget).pending {
            rounds += 1;
            assert!(rounds < 1_000, "the clock makes headway");
        }
        assert_eq!(w.lots(bill).len(), 12);
        states.push(w.memory);
    }
    assert!(states[0] == states[1] && states[1] == states[2]);
}

#[test]
fn payments_go_by_presentment_then_package_then_first_unit() {
    let mut w = World::standard();
    let first = on_s3(&mut w, "3.00", "2027-04-05");
    let second = on_s3(&mut w, "5.00", "2027-04-05");
    w.endorse(second, "s1", "1-500", "2.00", "s2");
    w.ok("core", transfer("s3", yuan("4.00")));
    // Presented early by hand and left: before all that the clock presents.
    w.ok("s1", present(second, "201-500"));
    w.morning("2027-04-05");
    let events = w.close("2027-04-05");
    let order: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::BillPaid(e) => Some(format!("paid {} {}", e.bill == second, e.lot)),
            Event::BillDishonoured(e) => Some(format!("refused {} {}", e.bill == second, e.lot)),
            _ => None,
        })
        .collect();
    // 4.00: the early 3.00 first, then 3.00 of the first package is short, and so is 2.00 of the second.
    assert_eq!(
        order,
        [
            "paid true 201-500",
            "refused false 1-300",
            "refused true 1-200"
        ]
    );
    assert!(first < second);
    w.sound();
}

#[test]
fn what_the_clock_presents_counts_from_the_beginning_of_the_day() {
    let mut w = World::standard();
    let refused = on_s3(&mut w, "1.00", "2027-04-05");
    let due = on_s3(&mut w, "2.00", "2027-04-06");
    w.endorse(due, "s1", "1-200", "1.00", "s2");
    w.close("2027-04-05");
    w.ok("core", transfer("s3", yuan("2.00")));
    moment(&mut w, "2027-04-06", 0);
    // A block whose budget is used when one of the two lots is presented.
    while !w.shape(due)[0].ends_with("collecting") {
        assert!(w.clock_with(1).pending);
    }
    assert!(w.shape(due)[1].ends_with("circulable"));
    w.time_ms += 1_000;
    w.ok("s1", present(refused, "1-100"));
    w.time_ms += 1_000;
    w.close("2027-04-06");
    // What was presented by hand in between comes after both.
    assert!(
        w.shape(due)
            .iter()
            .all(|lot| lot.ends_with("settled/ended"))
    );
    assert!(w.shape(refused)[0].ends_with("received/circulable"));
    w.sound();
}

#[test]
fn debts_bar_spending_only_between_close_and_settlement() {
    let mut w = World::standard();
    on_s3(&mut w, "3.00", "2027-04-05");
    w.ok("core", transfer("s3", yuan("5.00")));
    w.morning("2027-04-05");
    w.ok("s3", transfer("core", yuan("1.00")));
    moment(&mut w, "2027-04-05", 20 * 60);
    let before_the_clock = w.refused("s3", transfer("core", yuan("1.00")));
    assert_eq!(before_the_clock, Code::DuePending);
    assert!(!w.clock_with(PLENTY).pending);
    w.ok("s3", transfer("core", yuan("1.00")));
    w.sound();
}

#[test]
fn an_advance_of_ninety_days_is_cheap_and_skips_what_is_empty() {
    let mut w = World::standard();
    w.clock_with(PLENTY);
    let bill = w.delivered("1.00", "2027-02-10");
    w.ok(
        "s1",
        AdvanceClock {
            to: date("2027-04-05"),
        },
    );
    assert_eq!(w.today(), date("2027-01-05"), "from the next block on");
    w.time_ms += 1;
    let run = w.clock_with(PLENTY);
    assert!(!run.pending);
    assert!(run.work < 200, "{}", run.work);
    let days: Vec<_> = run
        .events
        .iter()
        .filter_map(|event| match event {
            Event::DayBegan(day) => Some(day.date),
            _ => None,
        })
        .collect();
    assert_eq!(days, [date("2027-02-10"), date("2027-04-05")]);
    assert_eq!(w.shape(bill), ["1-100 s1 settled/ended"]);
    let now = clock::read::moment(&w.memory, w.time_ms).unwrap();
    assert_eq!((now.date, now.minute), (date("2027-04-05"), 0));
    // Real time goes on from there.
    w.time_ms += 24 * 3_600_000;
    w.clock_with(PLENTY);
    assert_eq!(w.today(), date("2027-04-06"));
    // Twice in one block: from where the first has moved it.
    w.ok(
        "s1",
        AdvanceClock {
            to: date("2027-05-01"),
        },
    );
    assert_eq!(
        w.refused(
            "s1",
            AdvanceClock {
                to: date("2027-05-01")
            }
        ),
        Code::DateInPast
    );
    w.sound();
}

#[test]
fn a_request_lapses_at_the_close_of_its_last_day() {
    let mut w = World::standard();
    let bill = w.registered("1.00", "2027-04-05");
    w.ok("core", ask_acceptance(bill));
    let request = w.request_at(bill, 1);
    w.go_to("2027-01-08", 20 * 60 - 1);
    assert_eq!(w.request_at(bill, 1), request);
    moment(&mut w, "2027-01-08", 20 * 60);
    assert_eq!(w.refused("bank-a", agree(request)), Code::DuePending);
    let run = w.clock_with(PLENTY);
    assert_eq!(names(&run.events), ["request.lapsed", "clock.day_closed"]);
    assert_eq!(w.refused("bank-a", agree(request)), Code::NoSuchRequest);
    // Past the close, the earliest day for an answer is the next; three days end on Monday.
    let mut call = ask_acceptance(bill);
    call.answer_by = Some(date("2027-01-08"));
    assert_eq!(w.refused("core", call.clone()), Code::AnswerByWrong);
    call.answer_by = Some(date("2027-01-11"));
    w.ok("core", call);
    w.sound();
}

#[test]
fn a_hold_ends_at_the_close_of_its_last_day() {
    let mut w = World::standard();
    w.ok(
        "core",
        PlaceHold {
            money: yuan("400.00"),
            releaser: None,
            until: date("2027-01-06"),
            reference: Default::default(),
        },
    );
    w.close("2027-01-05");
    assert_eq!(w.cash("core"), (100_000, 60_000));
    let events = w.close("2027-01-06");
    assert_eq!(
        names(&events),
        ["clock.day_began", "cash.released", "clock.day_closed"]
    );
    assert_eq!(w.cash("core"), (100_000, 100_000));
    w.sound();
}

#[test]
fn presented_after_the_close_is_answered_at_the_next_business_close() {
    let mut w = World::standard();
    // Friday 2 April.
    let bill = on_s3(&mut w, "3.00", "2027-04-02");
    let events = w.close("2027-04-02");
    assert!(names(&events).contains(&"bill.dishonoured"));
    w.go_to("2027-04-02", 21 * 60);
    w.ok("s1", present(bill, "1-300"));
    w.ok("core", transfer("s3", yuan("3.00")));
    w.close("2027-04-04");
    assert_eq!(w.shape(bill), ["1-300 s1 received/collecting"]);
    // The next business day is declared closed meanwhile.
    w.ok(
        "regulator",
        SetCalendar {
            closed: vec![date("2027-04-05")],
            open: vec![],
        },
    );
    w.close("2027-04-05");
    assert_eq!(w.shape(bill), ["1-300 s1 received/collecting"]);
    w.sound();
    w.close("2027-04-06");
    assert_eq!(w.shape(bill), ["1-300 s1 settled/ended"]);
    w.sound();
}

#[test]
fn the_checker_finds_what_does_not_hold() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    w.ok("s1", ask_endorsement(bill, "1-1000", "4.00", "s2"));
    w.sound();
    let clean = w.memory.clone();
    // Each entry of the state taken away by itself is noticed, or leaves a state without it sound.
    let mut unnoticed = Vec::new();
    for key in clean.0.keys() {
        let mut damaged = clean.clone();
        damaged.0.remove(key);
        if check_invariants(&damaged).is_ok_and(|found| found.is_empty()) {
            unnoticed.push(key[0]);
        }
    }
    unnoticed.sort_unstable();
    unnoticed.dedup();
    // Bank numbers (2), serials (24) and the calendar (50) stand by themselves.
    assert_eq!(unnoticed, [2, 24, 50]);
}
