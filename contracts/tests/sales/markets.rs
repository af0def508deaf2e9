//! Who sells what to whom, and what becomes of the lot.

use crate::support::*;
use crate::*;
use allonge_contracts::bills::{HandKind, LotRange, Profile, UseLimits};
use allonge_contracts::members::Role;
use allonge_contracts::{Code, Money};

#[test]
fn a_lot_goes_through_every_market() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "1,000.00", "2027-07-05");
    deal(
        &mut w,
        "s1",
        sell(bill, "1-100000", "600.00", "bank-b", "3.9%"),
        bill,
    );
    assert_eq!(
        w.shape(bill),
        [
            "1-60000 bank-b received/circulable",
            "60001-100000 s1 received/circulable"
        ]
    );
    assert!(lot_at(&w, bill, 1).discounted);
    assert!(!lot_at(&w, bill, 60_001).discounted);
    assert_eq!(last_hand(&w, bill, 1).kind, HandKind::Discounted);

    let onward = RequestDiscount {
        without_liability: true,
        ..on(
            Market::Interbank,
            sell(bill, "1-60000", "300.00", "finco", "2.0%"),
        )
    };
    deal(&mut w, "bank-b", onward, bill);
    let hand = last_hand(&w, bill, 1);
    assert!(hand.without_liability);
    assert_eq!(hand.sale.unwrap().market, Market::Interbank);
    assert_eq!(
        (hand.from, hand.to),
        (Some(member("bank-b")), Some(member("finco")))
    );

    let again = on(
        Market::Rediscount,
        sell(bill, "1-30000", "", "central", "1.5%"),
    );
    deal(&mut w, "finco", again, bill);
    let hand = last_hand(&w, bill, 1);
    assert!(!hand.without_liability);
    assert_eq!(hand.sale.unwrap().market, Market::Rediscount);
    assert_eq!(
        w.shape(bill),
        [
            "1-30000 central received/circulable",
            "30001-60000 bank-b received/circulable",
            "60001-100000 s1 received/circulable"
        ]
    );
    // The holders are paid, wherever the lots have gone; the part that was not sold is an enterprise's still.
    let mint = Transfer {
        to: member("core"),
        ..transfer("core", yuan("1,000.00"))
    };
    step(&mut w, "bank-a", mint);
    let before = w.cash("central").0;
    w.close("2027-07-05");
    w.sound();
    assert_eq!(w.cash("central").0 - before, 30_000);
    assert!(
        w.lots(bill)
            .iter()
            .all(|lot| lot.status.as_str() == "settled")
    );
}

#[test]
fn a_discounted_lot_is_endorsed_among_banks_only() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "10.00", "2027-04-05");
    deal(
        &mut w,
        "s1",
        sell(bill, "1-1000", "", "bank-b", "3.9%"),
        bill,
    );
    // The receiver comes before the size of the part, whatever else is wrong.
    for part in ["", "4.00", "10.01"] {
        let call = ask_endorsement(bill, "1-1000", part, "s2");
        assert_eq!(w.refused("bank-b", call), Code::BanksOnly);
    }
    step(
        &mut w,
        "bank-b",
        ask_endorsement(bill, "1-1000", "4.00", "finco"),
    );
    settle(&mut w, "finco", bill, 1);
    assert!(lot_at(&w, bill, 1).discounted);
    assert_eq!(
        w.refused("finco", ask_endorsement(bill, "1-400", "", "s1")),
        Code::BanksOnly
    );
}

#[test]
fn short_of_cash_the_request_stays_open() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "1,000.00", "2027-04-05");
    step(&mut w, "s1", sell(bill, "1-100000", "", "bank-b", "3.6%"));
    // 90 days: 9.00 of interest, 991.00 to pay.
    step(&mut w, "bank-b", transfer("bank-a", yuan("4,999,009.01")));
    let seller = w.cash("s1");
    let request = w.request_at(bill, 1);
    assert_eq!(w.refused("bank-b", agree(request)), Code::InsufficientFunds);
    w.sound();
    assert_eq!(w.shape(bill), ["1-100000 s1 received/locked"]);
    assert_eq!(w.request_at(bill, 1), request);
    assert_eq!((w.cash("s1"), w.cash("bank-b").0), (seller, 99_099));
    step(&mut w, "bank-a", transfer("bank-b", yuan("0.01")));
    settle(&mut w, "bank-b", bill, 1);
    assert_eq!(w.cash("bank-b").0, 0);
    assert_eq!(w.cash("s1").0, seller.0 + 99_100);
}

#[test]
fn free_of_payment_moves_no_cash_and_shows() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "1,000.00", "2027-04-05");
    let call = RequestDiscount {
        settlement: Settlement::Free,
        ..sell(bill, "1-100000", "", "bank-b", "3.6%")
    };
    let (seller, buyer) = (w.cash("s1"), w.cash("bank-b"));
    step(&mut w, "s1", call);
    let events = settle(&mut w, "bank-b", bill, 1);
    assert_eq!((w.cash("s1"), w.cash("bank-b")), (seller, buyer));
    let hand = last_hand(&w, bill, 1);
    assert_eq!(
        (hand.settlement, hand.price),
        (Settlement::Free, Some(yuan("991.00")))
    );
    let [Event::BillDiscounted(event)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(
        (event.settlement, event.price),
        (Settlement::Free, yuan("991.00"))
    );
    assert_eq!(w.shape(bill), ["1-100000 bank-b received/circulable"]);

    // Also without any cash.
    let short = disclosed(&mut w, "10.00", "2027-04-05");
    let all = Money::new(cny(), w.cash("finco").0);
    step(&mut w, "finco", transfer("bank-a", all));
    let call = RequestDiscount {
        settlement: Settlement::Free,
        ..sell(short, "1-1000", "", "finco", "3.6%")
    };
    deal(&mut w, "s1", call, short);
    assert_eq!(w.shape(short), ["1-1000 finco received/circulable"]);
}

#[test]
fn the_parts_of_a_request_that_ends_rejoin() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "10.00", "2027-04-05");
    let call = sell(bill, "1-1000", "4.00", "bank-b", "3.9%");
    for by in ["refusal", "withdrawal", "lapse"] {
        step(&mut w, "s1", call.clone());
        assert_eq!(
            w.shape(bill),
            [
                "1-400 s1 received/locked",
                "401-1000 s1 received/circulable"
            ]
        );
        let request = w.request_at(bill, 1);
        match by {
            "refusal" => {
                let code = allonge_contracts::bills::RefusalCode::Other;
                step(&mut w, "bank-b", refuse(request, code));
            }
            "withdrawal" => step(&mut w, "s1", withdraw(request)),
            _ => {
                w.close("2027-04-04");
                w.sound();
            }
        }
        assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"], "{by}");
    }
}

#[test]
fn the_gates_are_looked_at_again_when_it_is_agreed() {
    for (name, code) in [
        (ParamName::DisclosureCommercial, Code::NotDisclosed),
        (ParamName::DiscountNeedsPapers, Code::NoTradePapers),
    ] {
        let mut w = world("2027-01-05");
        step(&mut w, "regulator", set(name, 0, "2027-01-06"));
        w.morning("2027-01-06");
        let bill = match name {
            ParamName::DisclosureCommercial => commercial(&mut w, "10.00", "2027-04-05"),
            // A bank bill without trade papers: nothing to disclose.
            _ => w.delivered("10.00", "2027-04-05"),
        };
        step(&mut w, "s1", sell(bill, "1-1000", "", "bank-b", "3.9%"));
        step(&mut w, "regulator", set(name, 1, "2027-01-07"));
        w.morning("2027-01-07");
        let request = w.request_at(bill, 1);
        assert_eq!(w.refused("bank-b", agree(request)), code);
        assert_eq!(w.request_at(bill, 1), request);
        step(&mut w, "regulator", set(name, 0, "2027-01-08"));
        w.morning("2027-01-08");
        settle(&mut w, "bank-b", bill, 1);
    }
}

#[test]
fn under_geneva_the_mark_does_not_stop_a_sale() {
    let mut w = world("2027-01-05");
    let draw = Register {
        not_transferable: true,
        profile: Profile::Geneva,
        trade_background: papers(),
        ..register("10.00", "2027-04-05")
    };
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("bank-a", bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    assert_eq!(w.shape(bill), ["1-1000 s1 received/not transferable"]);
    let call = sell(bill, "1-1000", "4.00", "bank-b", "3.9%");
    step(&mut w, "s1", call);
    let request = w.request_at(bill, 1);
    step(&mut w, "s1", withdraw(request));
    assert_eq!(w.shape(bill), ["1-1000 s1 received/not transferable"]);
    let call = sell(bill, "1-1000", "4.00", "bank-b", "3.9%");
    deal(&mut w, "s1", call, bill);
    assert_eq!(
        w.shape(bill),
        [
            "1-400 bank-b received/circulable",
            "401-1000 s1 received/not transferable"
        ]
    );
    assert_eq!(lot_at(&w, bill, 1).not_transferable_by, None);
}

#[test]
fn papers_come_with_the_bill_or_with_the_sale() {
    let mut w = world("2027-01-05");
    let bare = w.delivered("10.00", "2027-04-05");
    let call = sell(bare, "1-1000", "", "bank-b", "3.9%");
    assert_eq!(w.refused("s1", call.clone()), Code::NoTradePapers);
    let papers = papers();
    deal(&mut w, "s1", RequestDiscount { papers, ..call }, bare);
    // Once discounted it needs none, whoever sells it.
    let onward = on(Market::Interbank, sell(bare, "1-1000", "", "finco", "2%"));
    deal(&mut w, "bank-b", onward, bare);
}

#[test]
fn a_price_that_is_gone_by_the_agreement() {
    // 0.01 at 100 % for 179 days costs less than half a unit; for 180 days it costs all.
    let mut w = world("2027-01-07");
    let bill = disclosed(&mut w, "0.01", "2027-07-05");
    step(&mut w, "s1", sell(bill, "1-1", "", "bank-b", "100%"));
    let close = SetCalendar {
        closed: vec![date("2027-07-05")],
        open: vec![],
    };
    step(&mut w, "regulator", close);
    let request = w.request_at(bill, 1);
    assert_eq!(w.refused("bank-b", agree(request)), Code::RateWrong);
    w.morning("2027-01-08");
    settle(&mut w, "bank-b", bill, 1);
    assert_eq!(last_hand(&w, bill, 1).price, Some(yuan("0.01")));
}

#[test]
fn which_bills_are_disclosed_is_a_parameter_of_their_kind() {
    let mut w = world("2027-01-05");
    let draw = |kind, acceptor: &str| Register {
        kind,
        acceptor: member(acceptor),
        trade_background: papers(),
        ..register("10.00", "2027-04-05")
    };
    for (kind, acceptor, needed) in [
        (BillKind::Bank, "bank-a", false),
        (BillKind::FinanceCompany, "finco", true),
    ] {
        let CallResult::Bill(bill) = w.ok("core", draw(kind, acceptor)) else {
            panic!("no bill");
        };
        w.ok("core", ask_acceptance(bill));
        w.agree(acceptor, bill, 1);
        w.ok("core", ask_delivery(bill));
        w.agree("s1", bill, 1);
        let call = sell(bill, "1-1000", "", "bank-b", "3.9%");
        if needed {
            assert_eq!(w.refused("s1", call.clone()), Code::NotDisclosed);
            step(&mut w, acceptor, disclose(bill));
            let stored = read::bill(&w.memory, &bill).unwrap().unwrap();
            assert_eq!(stored.disclosed_on, Some(date("2027-01-05")));
        }
        deal(&mut w, "s1", call, bill);
    }
}

#[test]
fn limits_name_who_may_buy_and_for_what() {
    let mut w = world("2027-01-05");
    let draw = Register {
        trade_background: papers(),
        limits: Some(UseLimits {
            holders: vec![member("s2")],
            roles: vec![Role::FinanceCompany],
            purpose: "steel".parse().unwrap(),
            ..UseLimits::default()
        }),
        ..register("10.00", "2027-04-05")
    };
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("bank-a", bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    let to = |buyer, purpose: &str| RequestDiscount {
        purpose: purpose.parse().unwrap(),
        ..sell(bill, "1-1000", "", buyer, "3.9%")
    };
    assert_eq!(w.refused("s1", to("bank-b", "steel")), Code::UseLimited);
    assert_eq!(w.refused("s1", to("finco", "copper")), Code::UseLimited);
    deal(&mut w, "s1", to("finco", "steel"), bill);
    assert_eq!(
        lot_at(&w, bill, 1).range,
        LotRange {
            start: 1,
            end: 1_000
        }
    );
}
