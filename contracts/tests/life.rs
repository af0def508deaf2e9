//! The life of a bill as the rule book tells it (2.1 to 2.3).

mod support;

use allonge_contracts::bills::{
    BillKind, Circulation, Dishonour, HandKind, RefusalCode, Status, read,
};
use allonge_contracts::calls::*;
use allonge_contracts::{Call, CallResult, Code, Event, Hash, Outcome};
use support::*;

#[test]
fn a_bill_from_issue_to_payment() {
    let mut w = World::standard();
    let bill = w.registered("1,000.00", "2027-04-05");
    assert_eq!(bill.as_str(), "510210009999620270105000000011");
    assert_eq!(w.shape(bill), ["1-100000 core issued/awaiting receipt"]);
    w.ok("core", ask_acceptance(bill));
    assert_eq!(w.shape(bill), ["1-100000 core issued/locked"]);
    w.agree("bank-a", bill, 1);
    assert_eq!(w.shape(bill), ["1-100000 core accepted/awaiting receipt"]);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    assert_eq!(w.shape(bill), ["1-100000 s1 received/circulable"]);
    // The low end moves: the rule book's cut of 121.00 out of 101-100100, shifted by 100.
    w.endorse(bill, "s1", "1-100000", "121.00", "s2");
    assert_eq!(
        w.shape(bill),
        [
            "1-12100 s2 received/circulable",
            "12101-100000 s1 received/circulable"
        ]
    );
    w.sound();
    let events = w.morning("2027-04-05");
    assert_eq!(
        names(&events),
        [
            "clock.day_closed",
            "clock.day_began",
            "bill.presented",
            "bill.presented"
        ]
    );
    assert!(w.shape(bill).iter().all(|lot| lot.ends_with("/collecting")));
    w.sound();
    let events = w.close("2027-04-05");
    assert_eq!(
        names(&events),
        ["bill.paid", "bill.paid", "clock.day_closed"]
    );
    assert_eq!(
        w.shape(bill),
        ["1-12100 s2 settled/ended", "12101-100000 s1 settled/ended"]
    );
    assert_eq!(w.cash("s2").0, 12_100);
    assert_eq!(w.cash("s1").0, 87_900);
    assert_eq!(w.cash("bank-a").0, 1_000_000_000 - 100_000);
    let chain = read::chain(&w.memory, &bill, &w.lots(bill)[0], 99).unwrap();
    let kinds: Vec<HandKind> = chain.iter().map(|hand| hand.kind).collect();
    assert_eq!(
        kinds,
        [
            HandKind::Paid,
            HandKind::Presented,
            HandKind::Endorsed,
            HandKind::Delivered,
            HandKind::Accepted,
            HandKind::Registered
        ]
    );
    w.sound();
}

#[test]
fn the_cut_of_the_rule_book() {
    let mut w = World::standard();
    let bill = w.delivered("1,001.00", "2027-04-05");
    w.endorse(bill, "s1", "1-100100", "1.00", "s3");
    w.ok("s1", ask_endorsement(bill, "101-100100", "121.00", "s2"));
    assert_eq!(
        w.shape(bill)[1..],
        [
            "101-12200 s1 received/locked",
            "12201-100100 s1 received/circulable"
        ]
    );
}

#[test]
fn issue_in_one_transaction() {
    let mut w = World::standard();
    let calls: Vec<Call> = vec![
        register("5.00", "2027-04-05").into(),
        RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }
        .into(),
    ];
    let executed = w.run("core", &calls);
    let Outcome::Accepted(results) = executed.outcome else {
        panic!("{:?}", executed.outcome);
    };
    let [
        CallResult::Bill(bill),
        CallResult::Request { request, terms },
    ] = results[..]
    else {
        panic!("{results:?}");
    };
    assert_eq!(w.request_at(bill, 1), (request, terms));
    assert_eq!(names(&executed.events), ["bill.registered", "request.made"]);
    w.agree("bank-a", bill, 1);
    w.sound();
}

#[test]
fn a_bill_on_oneself_is_accepted_in_the_transaction_that_draws_it() {
    let mut w = World::standard();
    let mut draw = register("5.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("core");
    let calls: Vec<Call> = vec![
        draw.into(),
        RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }
        .into(),
        Agree {
            request: RequestRef::Call(CallIndex { call: 1 }),
            terms: Hash::ZERO,
        }
        .into(),
    ];
    let Outcome::Accepted(results) = w.run("core", &calls).outcome else {
        panic!("refused");
    };
    let CallResult::Bill(bill) = results[0] else {
        panic!("no bill");
    };
    // A commercial bill is numbered under its acceptor's account bank.
    assert!(bill.as_str().starts_with("6102100099996"));
    assert_eq!(w.lots(bill)[0].status, Status::Accepted);
    w.sound();
}

#[test]
fn serials_count_per_bank_and_day() {
    let mut w = World::standard();
    let first = w.registered("1.00", "2027-04-05");
    let second = w.registered("1.00", "2027-04-05");
    w.morning("2027-01-06");
    let third = w.registered("1.00", "2027-04-05");
    assert_eq!(&first.as_str()[13..29], "2027010500000001");
    assert_eq!(&second.as_str()[13..29], "2027010500000002");
    assert_eq!(&third.as_str()[13..29], "2027010600000001");
}

#[test]
fn the_longest_term_clamps_to_the_end_of_the_month() {
    let mut w = World::new(&rules(), "2026-08-31");
    assert_eq!(
        w.refused("core", register("1.00", "2027-03-01")),
        Code::TermTooLong
    );
    w.ok("core", register("1.00", "2027-02-28"));
}

#[test]
fn the_window_of_the_rule_book_skips_the_holidays() {
    let mut w = World::new(&rules(), "2027-07-15");
    let number = w.registered("1.00", "2027-09-22");
    let bill = read::bill(&w.memory, &number).unwrap().unwrap();
    assert_eq!(bill.payable_on, date("2027-09-22"));
    assert_eq!(bill.window_end, date("2027-10-08"));
    // Maturity on Sunday 3 October, in the holidays: payable on Friday 8 October.
    let number = w.registered("1.00", "2027-10-03");
    let bill = read::bill(&w.memory, &number).unwrap().unwrap();
    assert_eq!(bill.payable_on, date("2027-10-08"));
    assert_eq!(bill.window_end, date("2027-10-13"));
}

#[test]
fn matured_on_a_holiday_is_payable_the_next_business_day() {
    let mut w = World::new(&rules(), "2027-07-15");
    let bill = w.delivered("10.00", "2027-10-03");
    w.morning("2027-10-03");
    assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"]);
    assert_eq!(
        w.refused("s1", ask_endorsement(bill, "1-1000", "", "s2")),
        Code::Matured
    );
    w.close("2027-10-07");
    assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"]);
    w.morning("2027-10-08");
    assert_eq!(w.shape(bill), ["1-1000 s1 received/collecting"]);
    w.close("2027-10-08");
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
    w.sound();
}

#[test]
fn a_day_declared_closed_puts_payment_off() {
    let mut w = World::standard();
    let early = w.delivered("10.00", "2027-04-05");
    w.ok(
        "regulator",
        SetCalendar {
            closed: vec![date("2027-04-05")],
            open: vec![date("2027-04-17")],
        },
    );
    w.morning("2027-04-05");
    assert_eq!(w.shape(early), ["1-1000 s1 received/circulable"]);
    let bill = read::bill(&w.memory, &early).unwrap().unwrap();
    // The window's last day, 15 April, is a Thursday; nothing changes there.
    assert_eq!(
        (bill.payable_on, bill.window_end),
        (date("2027-04-06"), date("2027-04-15"))
    );
    w.morning("2027-04-06");
    assert_eq!(w.shape(early), ["1-1000 s1 received/collecting"]);
    w.close("2027-04-06");
    assert_eq!(w.shape(early), ["1-1000 s1 settled/ended"]);
    w.sound();
}

#[test]
fn a_day_declared_closed_after_maturity_puts_payment_off_again() {
    let mut w = World::new(&rules(), "2027-07-15");
    let bill = w.delivered("10.00", "2027-10-03");
    w.ok("s1", present(bill, "1-1000"));
    w.morning("2027-10-04");
    w.ok(
        "regulator",
        SetCalendar {
            closed: vec![date("2027-10-08")],
            open: vec![],
        },
    );
    w.close("2027-10-10");
    assert_eq!(w.shape(bill), ["1-1000 s1 received/collecting"]);
    let stored = read::bill(&w.memory, &bill).unwrap().unwrap();
    assert_eq!(stored.payable_on, date("2027-10-11"));
    w.sound();
    w.close("2027-10-11");
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
    w.sound();
}

#[test]
fn an_unaccepted_bill_ends_at_maturity_and_its_request_before() {
    let mut w = World::standard();
    let bill = w.registered("10.00", "2027-01-07");
    w.ok("core", ask_acceptance(bill));
    assert_eq!(
        names(&w.close("2027-01-06"))[..],
        [
            "clock.day_closed",
            "clock.day_began",
            "request.lapsed",
            "clock.day_closed"
        ]
    );
    w.sound();
    let events = w.morning("2027-01-07");
    assert_eq!(names(&events), ["clock.day_began", "bill.terminated"]);
    let Event::BillTerminated(ended) = &events[1] else {
        panic!("{events:?}");
    };
    assert_eq!(ended.reason.as_str(), "unaccepted");
    assert_eq!(w.shape(bill), ["1-1000 core terminated/ended"]);
    w.sound();
}

#[test]
fn an_undelivered_bill_can_be_delivered_until_its_window_ends() {
    let mut w = World::standard();
    let forgotten = w.accepted("10.00", "2027-04-05");
    let late = w.accepted("20.00", "2027-04-05");
    w.morning("2027-04-15");
    w.ok("core", ask_delivery(late));
    w.ok("core", ask_delivery(forgotten));
    w.agree("s1", late, 1);
    // Delivered after the day it was payable: presented at once, in time.
    assert_eq!(w.shape(late), ["1-2000 s1 received/collecting"]);
    w.sound();
    let events = w.close("2027-04-15");
    assert_eq!(
        names(&events),
        [
            "bill.paid",
            "request.lapsed",
            "bill.terminated",
            "clock.day_closed"
        ]
    );
    assert_eq!(w.shape(late), ["1-2000 s1 settled/ended"]);
    assert_eq!(w.shape(forgotten), ["1-1000 core terminated/ended"]);
    w.sound();
}

#[test]
fn delivered_between_maturity_and_the_day_it_is_payable() {
    let mut w = World::new(&rules(), "2027-07-15");
    let bill = w.accepted("10.00", "2027-10-03");
    w.morning("2027-10-04");
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"]);
    w.sound();
    w.close("2027-10-08");
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
    w.sound();
}

#[test]
fn low_balance_refuses_one_lot_and_tries_the_next() {
    let mut w = World::standard();
    let mut draw = register("9.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("s3", bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    w.endorse(bill, "s1", "1-900", "2.00", "s2");
    w.endorse(bill, "s1", "201-900", "4.00", "core");
    w.ok("core", transfer("s3", yuan("5.00")));
    w.morning("2027-04-05");
    let events = w.close("2027-04-05");
    // 5.00 pays 1-200, not 201-600, and then 601-900: each in full, in order of first unit.
    assert_eq!(
        names(&events),
        [
            "bill.paid",
            "bill.dishonoured",
            "bill.paid",
            "clock.day_closed"
        ]
    );
    assert_eq!(
        w.shape(bill),
        [
            "1-200 s2 settled/ended",
            "201-600 core received/circulable",
            "601-900 s1 settled/ended"
        ]
    );
    let refused = w.lots(bill).remove(1);
    assert_eq!(refused.dishonour, Dishonour::InTime);
    assert_eq!(
        refused.refused,
        Some((RefusalCode::LowBalance, date("2027-04-05")))
    );
    assert_eq!(refused.presented_in_time, Some(date("2027-04-05")));
    w.sound();
    // Nothing but another presentment is open to it.
    w.morning("2027-04-06");
    assert_eq!(
        w.refused("core", ask_endorsement(bill, "201-600", "", "s1")),
        Code::Matured
    );
    w.ok("core", present(bill, "201-600"));
    w.ok("core", transfer("s3", yuan("4.00")));
    w.sound();
    w.close("2027-04-06");
    assert_eq!(w.shape(bill)[1], "201-600 core settled/ended");
    w.sound();
}

#[test]
fn a_hold_is_not_available_to_pay() {
    let mut w = World::standard();
    let mut draw = register("5.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("s3", bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    w.ok("core", transfer("s3", yuan("5.00")));
    w.ok(
        "s3",
        PlaceHold {
            money: yuan("0.01"),
            releaser: None,
            until: date("2027-04-05"),
            reference: Default::default(),
        },
    );
    let events = w.close("2027-04-05");
    assert!(names(&events).contains(&"bill.dishonoured"));
    // The hold ends at the same close, after the payments.
    assert_eq!(names(&events).last(), Some(&"clock.day_closed"));
    assert_eq!(w.cash("s3"), (500, 500));
    w.sound();
}

#[test]
fn late_presentment_needs_an_explanation_and_is_dishonoured_late() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    // Presented early by hand and withdrawn after the clock has passed by: never presented in time.
    w.ok("s1", present(bill, "1-1000"));
    w.morning("2027-04-05");
    let request = w.request_at(bill, 1);
    w.ok("s1", withdraw(request));
    assert_eq!(w.lots(bill)[0].presented_in_time, None);
    w.sound();
    w.morning("2027-04-16");
    assert_eq!(
        w.refused("s1", present(bill, "1-1000")),
        Code::InvalidArgument
    );
    let mut explained = present(bill, "1-1000");
    explained.explanation = "the office was flooded".parse().unwrap();
    w.ok("s1", explained);
    let request = w.request_at(bill, 1);
    w.ok("bank-a", refuse(request, RefusalCode::Late));
    let lot = w.lots(bill).remove(0);
    assert_eq!(lot.dishonour, Dishonour::Late);
    assert_eq!(lot.circulation, Circulation::Circulable);
    w.sound();
}

#[test]
fn early_presentment_may_be_paid_refused_or_left() {
    let mut w = World::standard();
    let bill = w.delivered("30.00", "2027-04-05");
    w.endorse(bill, "s1", "1-3000", "10.00", "s2");
    w.endorse(bill, "s1", "1001-3000", "10.00", "s3");
    w.ok("s2", present(bill, "1-1000"));
    w.ok("s3", present(bill, "1001-2000"));
    w.ok("s1", present(bill, "2001-3000"));
    w.sound();
    w.agree("bank-a", bill, 1);
    let request = w.request_at(bill, 1001);
    w.ok("bank-a", refuse(request, RefusalCode::NotDue));
    assert_eq!(
        w.shape(bill),
        [
            "1-1000 s2 settled/ended",
            "1001-2000 s3 received/circulable",
            "2001-3000 s1 received/collecting"
        ]
    );
    assert_eq!(w.lots(bill)[1].dishonour, Dishonour::Early);
    w.sound();
    // An early refusal opens nothing and closes nothing.
    w.endorse(bill, "s3", "1001-2000", "", "s2");
    w.close("2027-04-05");
    assert!(
        w.shape(bill)
            .iter()
            .all(|lot| lot.ends_with("settled/ended"))
    );
    w.sound();
}

#[test]
fn the_acceptors_own_lot_is_extinguished() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    w.endorse(bill, "s1", "1-1000", "4.00", "bank-a");
    assert_eq!(
        w.refused("bank-a", present(bill, "1-400")),
        Code::SelfDealing
    );
    let before = w.cash("bank-a");
    w.close("2027-04-05");
    assert_eq!(
        w.shape(bill),
        ["1-400 bank-a terminated/ended", "401-1000 s1 settled/ended"]
    );
    assert_eq!(w.cash("bank-a").0, before.0 - 600);
    w.sound();
}

#[test]
fn the_acceptors_lot_may_go_on_before_maturity() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    w.endorse(bill, "s1", "1-1000", "", "bank-a");
    w.endorse(bill, "bank-a", "1-1000", "", "s3");
    w.close("2027-04-05");
    assert_eq!(w.cash("s3").0, 1_000);
}

#[test]
fn a_part_rejoins_its_neighbour_when_the_request_comes_to_nothing() {
    for end in ["refuse", "withdraw", "lapse"] {
        let mut w = World::standard();
        let bill = w.delivered("10.00", "2027-04-05");
        w.ok("s1", ask_endorsement(bill, "1-1000", "3.00", "s2"));
        assert_eq!(w.lots(bill).len(), 2);
        let request = w.request_at(bill, 1);
        match end {
            "refuse" => {
                w.ok("s2", refuse(request, RefusalCode::Other));
            }
            "withdraw" => {
                w.ok("s1", withdraw(request));
            }
            _ => {
                w.close("2027-04-04");
            }
        }
        assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"], "{end}");
        w.sound();
    }
}

#[test]
fn a_part_does_not_rejoin_a_neighbour_that_was_touched() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    w.ok("s1", ask_endorsement(bill, "1-1000", "3.00", "s2"));
    w.endorse(bill, "s1", "301-1000", "", "s3");
    let request = w.request_at(bill, 1);
    w.ok("s2", refuse(request, RefusalCode::Other));
    assert_eq!(
        w.shape(bill),
        [
            "1-300 s1 received/circulable",
            "301-1000 s3 received/circulable"
        ]
    );
    w.sound();
}

#[test]
fn revoked_before_acceptance_and_only_then() {
    let mut w = World::standard();
    let bill = w.registered("10.00", "2027-04-05");
    let revoke = || Revoke {
        bill: InstrumentRef::Number(bill),
    };
    w.ok("core", ask_acceptance(bill));
    assert_eq!(w.refused("core", revoke()), Code::RequestPending);
    let request = w.request_at(bill, 1);
    w.ok("bank-a", refuse(request, RefusalCode::Other));
    assert_eq!(w.refused("s1", revoke()), Code::WrongParty);
    w.ok("core", revoke());
    assert_eq!(w.shape(bill), ["1-1000 core terminated/ended"]);
    assert_eq!(w.refused("core", revoke()), Code::WrongState);
    w.sound();
    let accepted = w.accepted("10.00", "2027-04-05");
    let call = Revoke {
        bill: InstrumentRef::Number(accepted),
    };
    assert_eq!(w.refused("core", call), Code::WrongState);
}

#[test]
fn not_transferable_stops_endorsement_but_not_payment() {
    let mut w = World::standard();
    let mut draw = register("10.00", "2027-04-05");
    draw.not_transferable = true;
    let CallResult::Bill(marked) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(marked));
    w.agree("bank-a", marked, 1);
    w.ok("core", ask_delivery(marked));
    w.agree("s1", marked, 1);
    assert_eq!(w.shape(marked), ["1-1000 s1 received/not transferable"]);
    assert_eq!(
        w.refused("s1", ask_endorsement(marked, "1-1000", "", "s2")),
        Code::NotTransferable
    );
    let bill = w.delivered("10.00", "2027-04-05");
    let mut call = ask_endorsement(bill, "1-1000", "", "s2");
    call.not_transferable = true;
    w.ok("s1", call);
    w.agree("s2", bill, 1);
    assert_eq!(w.lots(bill)[0].not_transferable_by, Some(member("s1")));
    assert_eq!(
        w.refused("s2", ask_endorsement(bill, "1-1000", "", "s3")),
        Code::NotTransferable
    );
    w.close("2027-04-05");
    assert_eq!(w.cash("s1").0, 1_000);
    assert_eq!(w.cash("s2").0, 1_000);
    w.sound();
}

#[test]
fn the_clock_pays_for_and_to_a_suspended_member() {
    let mut w = World::standard();
    let bill = w.delivered("10.00", "2027-04-05");
    let pending = w.delivered("20.00", "2027-04-05");
    w.ok("s1", ask_endorsement(pending, "1-2000", "", "s2"));
    for name in ["bank-a", "s1"] {
        let suspend = Suspend {
            member: member(name),
            reason: Default::default(),
        };
        w.ok("regulator", suspend);
    }
    // What it has offered cannot be taken up.
    let call = agree(w.request_at(pending, 1));
    assert_eq!(w.refused("s2", call), Code::CounterpartySuspended);
    w.close("2027-04-05");
    assert_eq!(w.cash("s1").0, 3_000);
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
    w.sound();
}
