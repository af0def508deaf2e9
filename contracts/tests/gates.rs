//! Gates before signing: the ceilings of banks, and acceptors that leave bills unpaid (rule book 2.5, gates).

mod support;

use allonge_contracts::bills::{BillKind, InstrumentNumber, Market, RefusalCode, Settlement};
use allonge_contracts::calls::*;
use allonge_contracts::gates::read;
use allonge_contracts::outcome::FactValue;
use allonge_contracts::params::ParamName;
use allonge_contracts::{CallResult, Code, DayCount, Event, Hash, Money, Rate};
use support::*;

fn declare(assets: &str, deposits: &str, margin: &str) -> Declare {
    Declare {
        assets: yuan(assets),
        deposits: yuan(deposits),
        margin: yuan(margin),
    }
}

/// A bill of `core`'s on some acceptor, payable to `s1`, for which acceptance is asked.
fn asked(w: &mut World, acceptor: &str, sum: &str, maturity: &str) -> InstrumentNumber {
    let mut draw = register(sum, maturity);
    draw.acceptor = member(acceptor);
    draw.kind = match acceptor {
        "bank-a" | "bank-b" => BillKind::Bank,
        "finco" => BillKind::FinanceCompany,
        _ => BillKind::Commercial,
    };
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    bill
}

fn delivered(w: &mut World, acceptor: &str, sum: &str, maturity: &str) -> InstrumentNumber {
    let bill = asked(w, acceptor, sum, maturity);
    w.agree(acceptor, bill, 1);
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    bill
}

/// The acceptor agrees to a new request for acceptance, and is refused.
#[track_caller]
fn barred(w: &mut World, acceptor: &str, sum: &str, maturity: &str) -> Code {
    let bill = asked(w, acceptor, sum, maturity);
    let call = agree(w.request_at(bill, 1));
    w.refused(acceptor, call)
}

fn set(w: &mut World, name: ParamName, value: u64, from: &str) {
    let from = date(from);
    w.ok("regulator", SetParam { name, value, from });
}

/// Month ends at which an acceptor was found overdue: until when it may not accept, and whether persistently.
fn found(events: &[Event]) -> Vec<(String, bool)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::AcceptorOverdue(e) => {
                assert_eq!(e.acceptor, member("s3"));
                Some((e.until.to_string(), e.persistently))
            }
            _ => None,
        })
        .collect()
}

/// Sums of what an acceptor has accepted, and of what it left unpaid.
fn sums(w: &World, acceptor: &str) -> (Vec<u128>, Vec<u128>) {
    let state = read::state(&w.memory, &member(acceptor)).unwrap();
    let minor = |totals: Vec<allonge_contracts::gates::Total>| {
        totals.into_iter().map(|total| total.minor).collect()
    };
    (minor(state.accepted), minor(state.overdue))
}

#[test]
fn figures_are_declared_by_banks_in_one_currency() {
    let mut w = World::checked();
    let dollars = |text: &str| Money::parse(text, "USD".parse().unwrap()).unwrap();
    let good = declare("1000.00", "500.00", "0.00");
    let rows = [
        ("core", good.clone(), Code::RoleRequired),
        ("central", good.clone(), Code::RoleRequired),
        ("guarantor", good.clone(), Code::RoleRequired),
        ("regulator", good.clone(), Code::RoleRequired),
        (
            "bank-a",
            Declare {
                deposits: dollars("1.00"),
                ..good.clone()
            },
            Code::InvalidArgument,
        ),
        (
            "bank-a",
            Declare {
                margin: dollars("1.00"),
                ..good.clone()
            },
            Code::InvalidArgument,
        ),
        (
            "bank-a",
            Declare {
                assets: dollars("1.00"),
                deposits: dollars("1.00"),
                margin: dollars("1.00"),
            },
            Code::UnknownCurrency,
        ),
        (
            "bank-a",
            declare("0.00", "500.00", "0.00"),
            Code::AmountZero,
        ),
    ];
    for (actor, call, code) in rows {
        assert_eq!(w.refused(actor, call.clone()), code, "{actor} {call:?}");
    }
    for bank in ["bank-a", "finco"] {
        w.ok(bank, good.clone());
        let state = read::state(&w.memory, &member(bank)).unwrap();
        let declared = state.declared.unwrap();
        assert_eq!(declared.assets, yuan("1000.00"));
        assert_eq!(declared.on, date("2027-01-05"));
    }
}

#[test]
fn acceptances_stay_within_their_share_of_declared_assets() {
    for acceptor in ["bank-a", "finco"] {
        let mut w = World::checked();
        // Nothing declared: no ceiling.
        delivered(&mut w, acceptor, "100.00", "2027-04-05");
        w.ok(acceptor, declare("1000.00", "0.00", "0.00"));
        // 15 % of 1,000.00: 50.00 more reach it, a fen more passes it.
        assert_eq!(
            barred(&mut w, acceptor, "50.01", "2027-04-05"),
            Code::AcceptanceCeiling
        );
        let bill = asked(&mut w, acceptor, "50.00", "2027-04-06");
        w.agree(acceptor, bill, 1);
        assert_eq!(sums(&w, acceptor), (vec![15_000], vec![]));
        let over = asked(&mut w, acceptor, "0.01", "2027-04-05");
        let call = agree(w.request_at(over, 1));
        let facts = w.facts(acceptor, call.clone());
        assert_eq!(
            facts,
            [
                ("acceptances".to_owned(), FactValue::Money(yuan("150.01"))),
                ("ceiling".to_owned(), FactValue::Money(yuan("150.00"))),
            ]
        );
        // Declared anew, the last figures count.
        w.ok(acceptor, declare("999.99", "0.00", "0.00"));
        assert_eq!(w.refused(acceptor, call.clone()), Code::AcceptanceCeiling);
        w.ok(acceptor, declare("1000.07", "0.00", "0.00"));
        w.ok(acceptor, call);
    }
}

#[test]
fn what_is_paid_or_terminated_counts_no_longer() {
    let mut w = World::checked();
    w.ok("bank-a", declare("1000.00", "0.00", "0.00"));
    let paid = delivered(&mut w, "bank-a", "100.00", "2027-04-05");
    w.endorse(paid, "s1", "1-10000", "30.00", "s2");
    let undelivered = asked(&mut w, "bank-a", "50.00", "2027-04-05");
    w.agree("bank-a", undelivered, 1);
    assert_eq!(sums(&w, "bank-a").0, [15_000]);
    w.close("2027-04-05");
    assert_eq!(sums(&w, "bank-a").0, [50_00], "the delivered one is paid");
    assert_eq!(
        barred(&mut w, "bank-a", "100.01", "2027-07-05"),
        Code::AcceptanceCeiling
    );
    w.close("2027-04-15");
    assert_eq!(
        sums(&w, "bank-a").0,
        [] as [u128; 0],
        "its window has ended"
    );
    let bill = asked(&mut w, "bank-a", "150.00", "2027-07-05");
    w.agree("bank-a", bill, 1);
}

#[test]
fn a_ceiling_holds_in_the_currency_of_the_declaration() {
    let mut rules = rules();
    rules.currencies.push(CurrencyAuthority {
        currency: "USD".parse().unwrap(),
        authority: member("central"),
    });
    let mut w = World::new(&rules, "2027-01-05");
    w.checked = true;
    let dollars = |text: &str| Money::parse(text, "USD".parse().unwrap()).unwrap();
    w.ok(
        "bank-a",
        Declare {
            assets: dollars("100.00"),
            deposits: dollars("0.00"),
            margin: dollars("0.00"),
        },
    );
    // Accepted in yuan: neither barred by dollars nor counted among them.
    let bill = asked(&mut w, "bank-a", "1000.00", "2027-04-05");
    w.agree("bank-a", bill, 1);
    for (sum, fits) in [("15.00", true), ("0.01", false)] {
        let mut draw = register("1.00", "2027-04-05");
        draw.sum = dollars(sum);
        let CallResult::Bill(bill) = w.ok("core", draw) else {
            panic!("no bill");
        };
        w.ok("core", ask_acceptance(bill));
        let call = agree(w.request_at(bill, 1));
        if fits {
            w.ok("bank-a", call);
        } else {
            assert_eq!(w.refused("bank-a", call), Code::AcceptanceCeiling);
        }
    }
}

#[test]
fn margins_stay_within_their_share_of_declared_deposits() {
    let mut w = World::checked();
    for (assets, deposits, margin, code) in [
        ("1000.00", "500.00", "50.01", Some(Code::MarginCeiling)),
        ("1000.00", "0.00", "0.01", Some(Code::MarginCeiling)),
        // Both broken: the first by number.
        ("1.00", "0.00", "0.01", Some(Code::AcceptanceCeiling)),
        ("1000.00", "500.00", "50.00", None),
        ("1000.00", "0.00", "0.00", None),
    ] {
        w.ok("bank-a", declare(assets, deposits, margin));
        let bill = asked(&mut w, "bank-a", "1.00", "2027-04-05");
        let call = agree(w.request_at(bill, 1));
        match code {
            Some(code) => assert_eq!(w.refused("bank-a", call), code, "{deposits} {margin}"),
            None => {
                w.ok("bank-a", call);
            }
        }
    }
}

#[test]
fn three_unpaid_packages_bar_acceptance_for_the_next_month() {
    let mut w = World::checked();
    let bills: Vec<InstrumentNumber> = ["2027-04-05", "2027-04-06", "2027-04-07"]
        .iter()
        .map(|day| delivered(&mut w, "s3", "10.00", day))
        .collect();
    w.close("2027-04-07");
    assert_eq!(sums(&w, "s3"), (vec![30_00], vec![30_00]));
    let state = read::state(&w.memory, &member("s3")).unwrap();
    assert_eq!(state.events.len(), 3);
    assert_eq!(
        state.events.iter().map(|e| e.bill).collect::<Vec<_>>(),
        bills
    );
    // Until the month ends nothing is barred.
    let events = w.go_to("2027-04-30", 20 * 60 - 1);
    assert_eq!(found(&events), []);
    let early = asked(&mut w, "s3", "10.00", "2027-06-15");
    w.agree("s3", early, 1);
    let events = w.close("2027-04-30");
    assert_eq!(found(&events), [("2027-05-31".to_owned(), false)]);
    w.morning("2027-05-03");
    let bill = asked(&mut w, "s3", "10.00", "2027-06-15");
    let call = agree(w.request_at(bill, 1));
    assert_eq!(w.refused("s3", call.clone()), Code::AcceptorOverdue);
    let (what, until) = w.facts("s3", call).remove(1);
    assert_eq!(
        (what.as_str(), until),
        ("until", FactValue::Date(date("2027-05-31")))
    );
    // Others are not concerned, and it may do everything else.
    let other = asked(&mut w, "s2", "10.00", "2027-06-15");
    w.agree("s2", other, 1);
    // It pays; no event in May: free again on the first of June.
    w.ok("core", transfer("s3", yuan("30.00")));
    for bill in &bills {
        w.ok("s1", present_late(*bill, "1-1000"));
        w.agree("s3", *bill, 1);
    }
    assert_eq!(sums(&w, "s3"), (vec![10_00], vec![]));
    let events = w.go_to("2027-05-31", 21 * 60);
    assert_eq!(found(&events), []);
    assert_eq!(
        barred(&mut w, "s3", "10.00", "2027-06-15"),
        Code::AcceptorOverdue
    );
    w.go_to("2027-06-01", 0);
    let bill = asked(&mut w, "s3", "10.00", "2027-06-15");
    w.agree("s3", bill, 1);
}

fn present_late(bill: InstrumentNumber, range: &str) -> Present {
    Present {
        explanation: "late by oversight".parse().unwrap(),
        ..present(bill, range)
    }
}

#[test]
fn a_package_counts_once_a_day_and_each_package_by_itself() {
    // Three lots of one package, refused at one close.
    let mut w = World::checked();
    let bill = delivered(&mut w, "s3", "3.00", "2027-04-05");
    w.endorse(bill, "s1", "1-300", "1.00", "s2");
    w.endorse(bill, "s1", "101-300", "1.00", "core");
    let events = w.close("2027-04-30");
    assert_eq!(sums(&w, "s3").1, [3_00]);
    assert_eq!(found(&events), []);
    // Three packages, refused at one close.
    let mut w = World::checked();
    for _ in 0..3 {
        delivered(&mut w, "s3", "1.00", "2027-04-05");
    }
    let events = w.close("2027-04-30");
    assert_eq!(found(&events), [("2027-05-31".to_owned(), false)]);
    // Refused again, a lot is no new event.
    let mut w = World::checked();
    let bill = delivered(&mut w, "s3", "1.00", "2027-04-05");
    w.close("2027-04-05");
    for day in ["2027-04-06", "2027-04-07"] {
        w.morning(day);
        w.ok("s1", present(bill, "1-100"));
        w.close(day);
    }
    assert_eq!(found(&w.close("2027-04-30")), []);
    assert_eq!(sums(&w, "s3").1, [1_00]);
}

#[test]
fn events_count_over_six_months() {
    for (days, expected) in [
        (["2027-02-01", "2027-03-31", "2027-07-02"], 1),
        (["2027-01-29", "2027-03-31", "2027-07-02"], 0),
    ] {
        let mut w = World::checked();
        for day in days {
            delivered(&mut w, "s3", "1.00", day);
        }
        let events = w.go_to("2027-07-31", 20 * 60 - 1);
        assert_eq!(found(&events), [], "{days:?}");
        let events = w.close("2027-07-31");
        assert_eq!(found(&events).len(), expected, "{days:?}");
        let state = read::state(&w.memory, &member("s3")).unwrap();
        assert_eq!(state.findings.len(), expected);
        assert_eq!(state.events.len(), if expected == 1 { 3 } else { 2 });
    }
}

#[test]
fn with_nothing_left_unpaid_only_an_event_of_the_month_counts() {
    for (last, expected) in [("2027-04-07", 1), ("2027-03-31", 0)] {
        let mut w = World::checked();
        let bills: Vec<InstrumentNumber> = ["2027-03-29", "2027-03-30", last]
            .iter()
            .map(|day| delivered(&mut w, "s3", "1.00", day))
            .collect();
        w.close("2027-03-31");
        w.close("2027-04-07");
        w.ok("core", transfer("s3", yuan("3.00")));
        for bill in bills {
            w.ok("s1", present(bill, "1-100"));
            w.agree("s3", bill, 1);
        }
        let march = read::state(&w.memory, &member("s3")).unwrap().findings;
        let events = w.close("2027-04-30");
        assert_eq!(found(&events).len(), expected, "{last}");
        // At the end of March there was still something unpaid.
        assert_eq!(march.len(), 1 - expected);
    }
}

#[test]
fn refused_after_the_last_close_of_a_month_counts_for_the_next() {
    let mut w = World::checked();
    set(&mut w, ParamName::OverdueEvents, 1, "2027-01-06");
    let bill = delivered(&mut w, "s3", "1.00", "2027-04-30");
    w.morning("2027-04-30");
    // Taken back from the clock, so that it can be refused by hand.
    let call = withdraw(w.request_at(bill, 1));
    w.ok("s1", call);
    let events = w.go_to("2027-04-30", 21 * 60);
    assert_eq!(found(&events), []);
    w.ok("s1", present(bill, "1-100"));
    let call = refuse(w.request_at(bill, 1), RefusalCode::KnownDefence);
    w.ok("s3", call);
    w.morning("2027-05-03");
    let bill = asked(&mut w, "s3", "1.00", "2027-06-15");
    w.agree("s3", bill, 1);
    let events = w.close("2027-05-31");
    assert_eq!(found(&events), [("2027-06-30".to_owned(), false)]);
}

#[test]
fn early_refusal_is_no_event() {
    let mut w = World::checked();
    set(&mut w, ParamName::OverdueEvents, 1, "2027-01-06");
    let bill = delivered(&mut w, "s3", "1.00", "2027-04-05");
    w.ok("s1", present(bill, "1-100"));
    let call = refuse(w.request_at(bill, 1), RefusalCode::NotDue);
    w.ok("s3", call);
    assert_eq!(found(&w.close("2027-01-31")), []);
    assert_eq!(sums(&w, "s3").1, [] as [u128; 0]);
}

#[test]
fn found_three_times_an_acceptor_is_persistently_overdue() {
    let mut w = World::checked();
    let bills: Vec<InstrumentNumber> = (0..3)
        .map(|_| delivered(&mut w, "s3", "1.00", "2027-04-05"))
        .collect();
    assert_eq!(
        found(&w.close("2027-04-30")),
        [("2027-05-31".to_owned(), false)]
    );
    assert_eq!(
        found(&w.close("2027-05-31")),
        [("2027-06-30".to_owned(), false)]
    );
    let gate = read::gate(&w.memory, &member("s3")).unwrap().unwrap();
    assert_eq!(gate.paper_barred_until, None);
    // Two years from the third finding.
    assert_eq!(
        found(&w.close("2027-06-30")),
        [("2029-06-30".to_owned(), true)]
    );
    let gate = read::gate(&w.memory, &member("s3")).unwrap().unwrap();
    assert_eq!(gate.paper_barred_until, Some(date("2029-06-30")));
    // All is paid at once; the bar stays.
    w.ok("core", transfer("s3", yuan("3.00")));
    for bill in bills {
        w.ok("s1", present_late(bill, "1-100"));
        w.agree("s3", bill, 1);
    }
    assert_eq!(sums(&w, "s3"), (vec![], vec![]));
    assert_eq!(found(&w.morning("2029-06-29")), []);
    assert_eq!(
        barred(&mut w, "s3", "1.00", "2029-07-05"),
        Code::AcceptorOverdue
    );
    w.go_to("2029-07-01", 0);
    let bill = asked(&mut w, "s3", "1.00", "2029-07-05");
    w.agree("s3", bill, 1);
}

#[test]
fn the_paper_of_the_persistently_overdue_is_not_discounted_pledged_or_guaranteed() {
    let mut w = World::checked();
    for _ in 0..3 {
        delivered(&mut w, "s3", "1.00", "2027-04-05");
    }
    w.morning("2027-04-06");
    let bill = delivered(&mut w, "s3", "100.00", "2027-10-06");
    let number = InstrumentRef::Number(bill);
    w.ok("s3", Disclose { bill: number });
    let discount = RequestDiscount {
        bill: number,
        lot: lot("1-10000"),
        part: Some(yuan("40.00")),
        to: member("bank-a"),
        market: Market::Discount,
        rate: Rate(39_000),
        day_count: DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![Hash([7; 32])],
        purpose: Default::default(),
        answer_by: None,
    };
    // Overdue twice, its paper is still bought. What waits over the third finding is not.
    w.morning("2027-06-30");
    w.ok("s1", discount.clone());
    w.agree("bank-a", bill, 1);
    let rest = RequestDiscount {
        lot: lot("4001-10000"),
        ..discount
    };
    w.ok("s1", rest.clone());
    w.close("2027-06-30");
    let answer = agree(w.request_at(bill, 4001));
    assert_eq!(w.refused("bank-a", answer), Code::PersistentlyOverdue);
    let call = withdraw(w.request_at(bill, 4001));
    w.ok("s1", call);
    assert_eq!(w.refused("s1", rest), Code::PersistentlyOverdue);
    let pledge = RequestPledge {
        instrument: number,
        lot: lot("4001-10000"),
        part: None,
        to: member("bank-b"),
        debt: yuan("10.00"),
        debt_due: date("2027-09-01"),
        purpose: Default::default(),
        answer_by: None,
        registry: allonge_contracts::Text::empty(),
    };
    assert_eq!(w.refused("s1", pledge), Code::PersistentlyOverdue);
    w.ok(
        "s1",
        RequestGuarantee {
            bill: number,
            lot: Some(lot("4001-10000")),
            part: None,
            guarantor: member("guarantor"),
            ward: None,
            answer_by: None,
        },
    );
    let request = w.request_at(bill, 4001);
    assert_eq!(
        w.refused("guarantor", agree(request)),
        Code::PersistentlyOverdue
    );
    w.ok("s1", withdraw(request));
    // Endorsed it may be.
    w.endorse(bill, "s1", "4001-10000", "", "s2");
}

#[test]
fn the_clock_looks_on_while_something_is_unpaid() {
    let mut w = World::checked();
    for _ in 0..3 {
        delivered(&mut w, "s3", "1.00", "2027-04-05");
    }
    let events = w.close("2028-01-31");
    // Findings at the ends of April to September; from October on the events are too long ago.
    let ends: Vec<(String, bool)> = [
        ("2027-05-31", false),
        ("2027-06-30", false),
        ("2029-06-30", true),
        ("2029-07-31", true),
        ("2029-08-31", true),
        ("2029-09-30", true),
    ]
    .iter()
    .map(|(until, persistently)| ((*until).to_owned(), *persistently))
    .collect();
    assert_eq!(found(&events), ends);
}
