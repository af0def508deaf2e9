//! Ten thousand bills due on one day: the clock works them off over several blocks, in order, within its budget,
//! and the debtor spends nothing first (rule book 2.3, clock order).

mod support;

use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange};
use allonge_contracts::calls::*;
use allonge_contracts::{Call, CallResult, Code, Event, Money, Outcome};
use support::*;

const BILLS: usize = 10_000;
/// Work of the clock in one block, as a block with transactions gives it.
const BUDGET: u64 = 50_000;
/// The costliest item: a lot that is paid or refused.
const ONE_ITEM: u64 = 40;

#[track_caller]
fn all(w: &mut World, actor: &str, calls: &[Call]) -> Vec<CallResult> {
    match w.run(actor, calls).outcome {
        Outcome::Accepted(results) => results,
        Outcome::Rejected(rejection) => panic!("{rejection}"),
    }
}

/// Agrees to every request among the results of earlier transactions.
fn agree_to_all(w: &mut World, actor: &str, requests: &[CallResult]) {
    let answers: Vec<Call> = requests
        .iter()
        .filter_map(|result| match result {
            CallResult::Request { request, terms } => Some(agree((*request, *terms)).into()),
            _ => None,
        })
        .collect();
    for calls in answers.chunks(64) {
        all(w, actor, calls);
    }
}

/// So many commercial bills of `core`'s on `s3`, of 1.00 each, delivered to `s1`.
fn draw(w: &mut World, count: usize, maturity: &str) -> Vec<InstrumentNumber> {
    let mut draw = register("1.00", maturity);
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let (mut bills, mut asked, mut offered) = (Vec::new(), Vec::new(), Vec::new());
    while bills.len() < count {
        let calls: Vec<Call> = (0..64u8)
            .map(|call| {
                if call % 2 == 0 {
                    draw.clone().into()
                } else {
                    let bill = InstrumentRef::Call(CallIndex { call: call - 1 });
                    RequestAcceptance {
                        bill,
                        answer_by: None,
                    }
                    .into()
                }
            })
            .take((count - bills.len()) * 2)
            .collect();
        let made = all(w, "core", &calls);
        bills.extend(made.iter().filter_map(|result| match result {
            CallResult::Bill(number) => Some(*number),
            _ => None,
        }));
        asked.extend(made);
    }
    agree_to_all(w, "s3", &asked);
    for numbers in bills.chunks(64) {
        let calls: Vec<Call> = numbers
            .iter()
            .map(|bill| ask_delivery(*bill).into())
            .collect();
        offered.extend(all(w, "core", &calls));
    }
    agree_to_all(w, "s1", &offered);
    bills
}

/// Runs the clock block by block until nothing is due. Meanwhile the debtor cannot spend, and others can.
fn work_off(w: &mut World, spending_waits: bool) -> (usize, Vec<Event>) {
    let (mut blocks, mut events) = (0, Vec::new());
    loop {
        w.height += 1;
        w.time_ms += 1_000;
        let run = w.clock_with(BUDGET);
        assert!(run.work < BUDGET + ONE_ITEM, "{}", run.work);
        events.extend(run.events);
        blocks += 1;
        if !run.pending {
            return (blocks, events);
        }
        assert!(run.work >= BUDGET, "a block is used: {}", run.work);
        // The last block may have settled the last lot and left only the end of the day.
        let settled = names(&events)
            .iter()
            .filter(|name| matches!(**name, "bill.paid" | "bill.dishonoured"))
            .count();
        if spending_waits && settled < BILLS {
            for call in [
                Call::from(transfer("core", yuan("0.01"))),
                Call::from(PlaceHold {
                    money: yuan("0.01"),
                    releaser: None,
                    until: date("2027-04-30"),
                    reference: Default::default(),
                }),
            ] {
                assert_eq!(w.refused("s3", call), Code::DuePending, "block {blocks}");
            }
        }
        w.ok("core", transfer("s2", yuan("0.01")));
    }
}

#[test]
fn ten_thousand_bills_of_one_day_are_worked_off_in_order() {
    let mut w = World::standard();
    let bills = draw(&mut w, BILLS, "2027-04-05");
    // Cash for 7,000 of them.
    let cash = Money::new(cny(), 700_000);
    w.ok("bank-a", transfer("s3", cash));
    w.time_ms = local_ms(date("2027-04-05"), 0);
    let (blocks, events) = work_off(&mut w, false);
    assert!(blocks > 5, "{blocks} blocks in the morning");
    let presented: Vec<InstrumentNumber> = events
        .iter()
        .filter_map(|event| match event {
            Event::BillPresented(e) => Some(e.bill),
            _ => None,
        })
        .collect();
    let mut in_order = bills.clone();
    in_order.sort_unstable();
    assert!(presented == in_order, "each once, by package");

    w.time_ms = local_ms(date("2027-04-05"), 20 * 60);
    let (blocks, events) = work_off(&mut w, true);
    assert!(blocks > 5, "{blocks} blocks at the close");
    let whole = LotRange { start: 1, end: 100 };
    let settled: Vec<(InstrumentNumber, bool)> = events
        .iter()
        .filter_map(|event| match event {
            Event::BillPaid(e) => Some((e.bill, e.lot, true)),
            Event::BillDishonoured(e) => Some((e.bill, e.lot, false)),
            _ => None,
        })
        .map(|(bill, lot, paid)| {
            assert_eq!(lot, whole);
            (bill, paid)
        })
        .collect();
    // The first 7,000 in order are paid, the others refused.
    let expected: Vec<(InstrumentNumber, bool)> = in_order
        .iter()
        .enumerate()
        .map(|(index, bill)| (*bill, index < 7_000))
        .collect();
    assert!(settled == expected, "paid and refused by package");
    assert_eq!(w.cash("s3"), (0, 0));
    assert_eq!(w.cash("s1"), (700_000, 700_000));
    // Nothing is due any more: the debtor acts again.
    w.ok("core", transfer("s3", yuan("1.00")));
    w.ok("s3", transfer("core", yuan("1.00")));
    w.sound();
}
