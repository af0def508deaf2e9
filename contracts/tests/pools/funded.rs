//! What a funder keeps, what its seller has of the surplus, and asking back under recourse (rule book 3.2).

use crate::*;
use allonge_contracts::bills::RefusalCode;
use allonge_contracts::instruments::Funding;

/// A certificate of 1,000.00 financed by `finco` at 800.00 and 3.6 %.
fn funded(core: &str, recourse: bool) -> (World, InstrumentNumber) {
    let mut w = world(core);
    let line = line(&mut w);
    let number = held(&mut w, line, "1,000.00", DUE);
    let deal = FinanceLot {
        advance: Some(yuan("800.00")),
        recourse,
        ..finance(number, "1-100000", "", "finco")
    };
    financed(&mut w, deal, "s1");
    (w, number)
}

fn funding(w: &World, number: InstrumentNumber, start: u64) -> Option<Funding> {
    let lots = w.lots(number);
    let lot = lots.iter().find(|lot| lot.range.start == start).unwrap();
    lot.receivable.as_ref().unwrap().funding.clone()
}

const SIDES: [&str; 2] = ["finco", "s1"];

fn gains(w: &World, before: &[(&str, u64)]) -> Vec<u64> {
    gained(w, before)
        .into_iter()
        .map(|(_, gain)| gain)
        .collect()
}

fn ask_back(number: InstrumentNumber, range: &str, costs: &str) -> AskBack {
    AskBack {
        certificate: of(number),
        lot: lot(range),
        costs: (!costs.is_empty()).then(|| yuan(costs)),
        answer_by: None,
    }
}

#[test]
fn without_recourse_the_funder_keeps_all() {
    let (mut w, _) = funded("1,000.00", false);
    let before = now(&w, &SIDES);
    w.close(DUE);
    assert_eq!(gains(&w, &before), [100_000, 0]);
}

#[test]
fn with_recourse_the_surplus_is_the_sellers() {
    let (mut w, number) = funded("1,000.00", true);
    let before = now(&w, &SIDES);
    let events = w.close(DUE);
    assert_eq!(gains(&w, &before), [80_000, 20_000]);
    assert_eq!(funding(&w, number, 1), None);
    let shown: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::CertificateRedeemed(e) => Some((e.money, e.surplus, e.seller.clone())),
            _ => None,
        })
        .collect();
    let expected = (yuan("800.00"), yuan("200.00"), Some(member("s1")));
    assert_eq!(shown, [expected]);
}

#[test]
fn partial_recoveries_go_to_interest_first() {
    let (mut w, number) = funded("500.00", true);
    let before = now(&w, &SIDES);
    w.close(DUE);
    assert_eq!(gains(&w, &before), [50_000, 0]);
    let left = funding(&w, number, 50_001).unwrap();
    assert_eq!((left.principal, left.interest_from), (30_000, date(DUE)));
    // A day's interest on 300.00 at 3.6 % is 0.03.
    w.ok("bank-a", transfer("core", yuan("0.02")));
    let before = now(&w, &SIDES);
    w.close("2027-05-06");
    assert_eq!(gains(&w, &before), [2, 0]);
    let left = funding(&w, number, 50_003).unwrap();
    assert_eq!(
        (left.principal, left.interest_from, left.interest_paid),
        (30_000, date(DUE), 2)
    );
    // Two days' interest is 0.06, of which 0.04 is unpaid; 0.06 lowers the advance.
    w.ok("bank-a", transfer("core", yuan("0.10")));
    w.close("2027-05-07");
    let left = funding(&w, number, 50_013).unwrap();
    assert_eq!(
        (left.principal, left.interest_from, left.interest_paid),
        (29_994, date("2027-05-07"), 0)
    );
    // Three days later: 0.09 (29,994 × 0.036 × 3 / 360 = 8.998). The rest of the lot is 499.88.
    w.ok("bank-a", transfer("core", yuan("1,000.00")));
    let before = now(&w, &SIDES);
    w.close("2027-05-10");
    assert_eq!(gains(&w, &before), [29_994 + 9, 49_988 - 29_994 - 9]);
    assert_eq!(overdue(&w), (0, false));
}

#[test]
fn once_the_funder_is_whole_what_comes_later_is_the_sellers() {
    let (mut w, number) = funded("900.00", true);
    let before = now(&w, &SIDES);
    w.close(DUE);
    assert_eq!(gains(&w, &before), [80_000, 10_000]);
    assert_eq!(funding(&w, number, 90_001).unwrap().principal, 0);
    let ask = ask_back(number, "90001-100000", "");
    assert_eq!(w.refused("finco", ask), Code::AmountZero);
    w.ok("bank-a", transfer("core", yuan("100.00")));
    w.close("2027-05-06");
    assert_eq!(gains(&w, &before), [80_000, 20_000]);
}

fn order() -> allonge_contracts::Text<64> {
    "(2027) Civil 18".parse().unwrap()
}

fn freeze(number: InstrumentNumber, range: &str) -> Freeze {
    Freeze {
        instrument: of(number),
        lot: lot(range),
        part: None,
        order: order(),
    }
}

/// What a court froze on the funder's account goes where it would have gone without the freeze: the surplus is the seller's.
#[test]
fn of_a_frozen_lot_the_surplus_waits_for_the_seller() {
    let (mut w, number) = funded("900.00", true);
    w.ok("court", freeze(number, "1-100000"));
    let before = now(&w, &SIDES);
    let available = w.cash("finco").1;
    w.close(DUE);
    assert_eq!(gains(&w, &before), [90_000, 0]);
    assert_eq!(w.cash("finco").1, available, "all of it is frozen");
    assert_eq!(
        funding(&w, number, 90_001).unwrap().principal,
        0,
        "it is recovered all the same"
    );
    let lift = Unfreeze {
        instrument: of(number),
        lot: lot("1-90000"),
        order: order(),
    };
    let events = w.run("court", &[lift.into()]).events;
    assert_eq!(gains(&w, &before), [80_000, 10_000]);
    assert_eq!(w.cash("finco").1, available + 80_000);
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::ProceedsPaid(e) => Some((e.to.clone(), e.paid, e.freed)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(Some(member("s1")), yuan("100.00"), yuan("800.00"))]);
    // The rest is frozen still; what comes of it is the seller's.
    w.ok("bank-a", transfer("core", yuan("100.00")));
    w.close("2027-05-06");
    assert_eq!(gains(&w, &before), [90_000, 10_000]);
    let lift = Unfreeze {
        instrument: of(number),
        lot: lot("90001-100000"),
        order: order(),
    };
    w.ok("court", lift);
    assert_eq!(gains(&w, &before), [80_000, 20_000]);
}

#[test]
fn frozen_proceeds_that_a_court_transfers_go_whole_where_it_says() {
    for to in ["s2", "s1"] {
        let (mut w, number) = funded("1,000.00", true);
        w.ok("court", freeze(number, "1-100000"));
        let before = now(&w, &["finco", to]);
        w.close(DUE);
        let call = OrderTransfer {
            instrument: of(number),
            lot: lot("1-100000"),
            part: None,
            order: order(),
            to: member(to),
        };
        w.ok("court", call);
        assert_eq!(gains(&w, &before), [0, 100_000], "{to}");
    }
}

/// The price of a deal and the interest asked back meet: on the day of redemption as the calendar has it, however it changed.
#[test]
fn interest_under_recourse_runs_from_the_day_of_redemption_as_it_is() {
    // The due day is closed before the deal, or after it.
    for before_deal in [true, false] {
        let mut w = world("0.00");
        let line = line(&mut w);
        let number = held(&mut w, line, "1,000.00", DUE);
        let closed = SetCalendar {
            closed: vec![date(DUE), date("2027-05-06")],
            open: vec![],
        };
        let deal = FinanceLot {
            advance: Some(yuan("800.00")),
            recourse: true,
            ..finance(number, "1-100000", "", "finco")
        };
        if before_deal {
            w.ok("regulator", closed.clone());
        }
        financed(&mut w, deal, "s1");
        if !before_deal {
            w.ok("regulator", closed);
        }
        let from = if before_deal { "2027-05-07" } else { DUE };
        assert_eq!(funding(&w, number, 1).unwrap().interest_from, date(from));
        w.close("2027-05-07");
        assert_eq!(overdue(&w).0, 100_000);
        // On Monday three days have passed since Friday: 800.00 at 3.6 % is 0.24.
        w.morning("2027-05-10");
        w.ok("finco", ask_back(number, "1-100000", ""));
        let request = w.request_at(number, 1);
        let found = allonge_contracts::requests::read::request(&w.memory, &request.0);
        let money = yuan("800.24");
        assert_eq!(
            found.unwrap().unwrap().terms,
            allonge_contracts::requests::Terms::AskBack { money }
        );
        // What the issuer pays goes to the same interest.
        w.ok("bank-a", transfer("core", yuan("1,000.00")));
        let before = now(&w, &SIDES);
        w.close("2027-05-10");
        assert_eq!(gains(&w, &before), [80_024, 19_976], "{before_deal}");
    }
}

#[test]
fn the_funder_asks_back_principal_interest_and_costs() {
    let (mut w, number) = funded("0.00", true);
    let early = ask_back(number, "1-100000", "1.00");
    assert_eq!(w.refused("finco", early.clone()), Code::WrongState);
    w.close(DUE);
    w.morning("2027-05-06");
    assert_eq!(w.refused("s1", early.clone()), Code::NotHolder);
    w.ok("finco", early.clone());
    // A day's interest on 800.00 is 0.08.
    let request = w.request_at(number, 1);
    let found = allonge_contracts::requests::read::request(&w.memory, &request.0);
    let money = yuan("801.08");
    assert_eq!(
        found.unwrap().unwrap().terms,
        allonge_contracts::requests::Terms::AskBack { money }
    );
    // A refusal leaves everything as it was.
    w.ok("s1", refuse(request, RefusalCode::Other));
    w.ok("finco", early);
    let agree = agree(w.request_at(number, 1));
    assert_eq!(w.refused("finco", agree.clone()), Code::WrongParty);
    let all = Money::new(cny(), w.cash("s1").1);
    w.ok("s1", transfer("bank-a", all));
    assert_eq!(w.refused("s1", agree.clone()), Code::InsufficientFunds);
    w.ok("bank-a", transfer("s1", all));
    let before = now(&w, &SIDES);
    w.ok("s1", agree);
    assert_eq!(w.cash("finco").0, before[0].1 + 80_108);
    assert_eq!(w.cash("s1").0, before[1].1 - 80_108);
    assert_eq!(lots(&w, number), ["1-100000 s1 overdue"]);
    assert_eq!(funding(&w, number, 1), None);
    assert_eq!(overdue(&w), (100_000, true));
    // What the issuer pays from now on is the seller's alone.
    w.ok("bank-a", transfer("core", yuan("1,000.00")));
    let before = now(&w, &SIDES);
    w.close("2027-05-06");
    assert_eq!(gains(&w, &before), [0, 100_000]);
}

#[test]
fn without_recourse_nothing_is_asked_back() {
    let (mut w, number) = funded("0.00", false);
    w.close(DUE);
    w.morning("2027-05-06");
    let ask = ask_back(number, "1-100000", "");
    assert_eq!(w.refused("finco", ask), Code::WithoutRecourse);
}

#[test]
fn a_payment_ends_what_was_asked_back_and_none_leaves_it() {
    let (mut w, number) = funded("0.00", true);
    w.close(DUE);
    w.morning("2027-05-06");
    w.ok("finco", ask_back(number, "1-100000", ""));
    w.close("2027-05-06");
    w.request_at(number, 1);
    w.ok("bank-a", transfer("core", yuan("100.00")));
    let events = w.close("2027-05-07");
    assert!(names(&events).contains(&"request.lapsed"));
    assert_eq!(
        lots(&w, number),
        ["1-10000 finco redeemed", "10001-100000 finco overdue"]
    );
    let left = w.lots(number).remove(1);
    assert_eq!(
        (left.request, left.circulation.as_str()),
        (None, "circulable")
    );
    w.ok("finco", ask_back(number, "10001-100000", ""));
}
