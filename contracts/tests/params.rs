//! Parameters: set from a day on, in force from its first moment (rule book, introduction; 2.3, clock order).

mod support;

use allonge_contracts::bills::{BillKind, InstrumentNumber, read};
use allonge_contracts::calls::*;
use allonge_contracts::genesis::Params;
use allonge_contracts::params::{self, ParamName};
use allonge_contracts::{CallResult, Code, Date, Event, clock};
use support::*;

fn set(name: ParamName, value: u64, from: &str) -> SetParam {
    SetParam {
        name,
        value,
        from: date(from),
    }
}

fn in_force(w: &World, name: ParamName) -> u64 {
    allonge_contracts::genesis::settings(&w.memory)
        .unwrap()
        .params
        .get(name)
}

/// A commercial bill of `core`'s on `s3`, delivered to `s1`.
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

#[test]
fn a_value_holds_from_the_first_moment_of_its_day() {
    let mut w = World::checked();
    w.ok(
        "regulator",
        set(ParamName::BillMaxTermMonths, 3, "2027-01-11"),
    );
    // Sunday, a minute before midnight.
    w.go_to("2027-01-10", 24 * 60 - 1);
    w.ok("core", register("1.00", "2027-07-10"));
    let events = w.go_to("2027-01-11", 0);
    assert_eq!(names(&events), ["clock.day_began", "params.changed"]);
    assert_eq!(
        w.refused("core", register("1.00", "2027-04-12")),
        Code::TermTooLong
    );
    w.ok("core", register("1.00", "2027-04-11"));
}

#[test]
fn the_last_value_set_for_a_day_counts_and_the_history_has_the_latest_first() {
    let mut w = World::checked();
    let name = ParamName::BillMaxTermMonths;
    for (value, from) in [(3, "2027-02-01"), (9, "2027-03-01"), (4, "2027-02-01")] {
        w.ok("regulator", set(name, value, from));
    }
    let history = params::read::history(&w.memory, name, usize::MAX).unwrap();
    assert_eq!(
        history,
        [
            (date("2027-03-01"), 9),
            (date("2027-02-01"), 4),
            (Date::FIRST, 6)
        ]
    );
    assert_eq!(
        params::read::history(&w.memory, name, 1).unwrap(),
        [(date("2027-03-01"), 9)]
    );
    let queued = clock::read::due(&w.memory, None, usize::MAX).unwrap();
    assert_eq!(queued.len(), 2);
    for (day, value) in [
        ("2027-01-31", 6),
        ("2027-02-01", 4),
        ("2027-02-28", 4),
        ("2027-03-01", 9),
        ("2030-01-01", 9),
    ] {
        assert_eq!(params::read::on(&w.memory, name, date(day)).unwrap(), value);
    }
    // Over both days at once: each in its turn.
    let changed: Vec<u64> = w
        .morning("2027-03-02")
        .iter()
        .filter_map(|event| match event {
            Event::ParamChanged(e) => Some(e.value),
            _ => None,
        })
        .collect();
    assert_eq!(changed, [4, 9]);
    assert_eq!(in_force(&w, name), 9);
    assert_eq!(in_force(&w, ParamName::BillMaxSum), 100_000_000_000);
}

#[test]
fn only_the_regulator_sets_a_value_in_range_for_a_day_to_come() {
    let mut w = World::checked();
    let term = ParamName::BillMaxTermMonths;
    for (actor, call, code) in [
        ("core", set(term, 3, "2027-01-06"), Code::RoleRequired),
        ("central", set(term, 3, "2027-01-06"), Code::RoleRequired),
        ("regulator", set(term, 3, "2027-01-05"), Code::DateInPast),
        ("regulator", set(term, 3, "2026-12-31"), Code::DateInPast),
        (
            "regulator",
            set(term, 0, "2027-01-06"),
            Code::InvalidArgument,
        ),
        (
            "regulator",
            set(term, 121, "2027-01-06"),
            Code::InvalidArgument,
        ),
        (
            "regulator",
            set(ParamName::SilentEcds, 2, "2027-01-06"),
            Code::InvalidArgument,
        ),
        (
            "regulator",
            set(ParamName::RecourseRate, 1_000_001, "2027-01-06"),
            Code::InvalidArgument,
        ),
        // Of two reasons the first by number.
        ("core", set(term, 0, "2027-01-05"), Code::InvalidArgument),
        ("core", set(term, 3, "2027-01-05"), Code::RoleRequired),
    ] {
        assert_eq!(w.refused(actor, call.clone()), code, "{actor} {call:?}");
    }
    for name in ParamName::ALL {
        let (least, most) = name.range();
        for value in [least, most] {
            w.ok("regulator", set(*name, value, "2027-01-06"));
        }
        if let Some(over) = most.checked_add(1) {
            let code = w.refused("regulator", set(*name, over, "2027-01-06"));
            assert_eq!(code, Code::InvalidArgument, "{name}");
        }
    }
}

#[test]
fn no_budget_lets_a_day_be_worked_with_the_numbers_of_the_day_before() {
    let mut w = World::checked();
    for _ in 0..5 {
        on_s3(&mut w, "1.00", "2027-04-05");
    }
    let day = date("2027-04-05");
    w.ok(
        "regulator",
        set(ParamName::BillMaxTermMonths, 3, "2027-04-05"),
    );
    w.ok("regulator", set(ParamName::SilentEcds, 1, "2027-04-05"));
    w.time_ms = local_ms(day, 8 * 60);
    let mut rounds = 0;
    loop {
        w.height += 1;
        let run = w.clock_with(1);
        let (months, silent) = if w.today() == day { (3, 1) } else { (6, 0) };
        assert_eq!(in_force(&w, ParamName::BillMaxTermMonths), months);
        assert_eq!(in_force(&w, ParamName::SilentEcds), silent);
        rounds += 1;
        if !run.pending {
            break;
        }
    }
    assert!(rounds > 10, "{rounds}");
}

#[test]
fn a_change_comes_before_what_falls_due_the_same_morning() {
    let mut w = World::checked();
    let bill = on_s3(&mut w, "1.00", "2027-04-05");
    w.ok(
        "regulator",
        set(ParamName::PresentmentWindowDays, 20, "2027-04-05"),
    );
    w.morning("2027-04-04");
    let window = |w: &World| read::bill(&w.memory, &bill).unwrap().unwrap().window_end;
    assert_eq!(window(&w), date("2027-04-15"));
    let events = w.morning("2027-04-05");
    assert_eq!(
        names(&events),
        [
            "clock.day_closed",
            "clock.day_began",
            "params.changed",
            "bill.presented"
        ]
    );
    // Maturity + 20 days is Sunday 25 April.
    assert_eq!(window(&w), date("2027-04-26"));
    // What changes after its maturity leaves a bill alone.
    w.ok(
        "regulator",
        set(ParamName::PresentmentWindowDays, 1, "2027-04-06"),
    );
    w.morning("2027-04-07");
    assert_eq!(window(&w), date("2027-04-26"));
}

#[test]
fn each_rule_takes_the_value_of_its_day() {
    let mut w = World::checked();
    let from = "2027-01-11";
    for (name, value) in [
        (ParamName::BillMaxSum, 1_000),
        (ParamName::AcceptanceAnswerDays, 5),
        (ParamName::AcceptanceCeiling, 10_000),
        (ParamName::MarginCeiling, 50_000),
        (ParamName::RecourseRate, 50_000),
    ] {
        w.ok("regulator", set(name, value, from));
    }
    let declare = |deposits: &str| Declare {
        assets: yuan("1,000.00"),
        deposits: yuan(deposits),
        margin: yuan("10.00"),
    };
    w.ok("bank-a", declare("100.00"));
    w.morning("2027-01-08");
    // The day before: 10.01 is no large sum, three days from Friday end on Monday, 15 % and 10 % hold.
    let first = w.registered("10.01", "2027-04-05");
    w.ok("core", ask_acceptance(first));
    let answer_by = |w: &World, bill| {
        let (id, _) = w.request_at(bill, 1);
        allonge_contracts::requests::read::request(&w.memory, &id)
            .unwrap()
            .unwrap()
            .answer_by
    };
    assert_eq!(answer_by(&w, first), Some(date("2027-01-11")));
    w.go_to(from, 0);
    assert_eq!(
        w.refused("core", register("10.01", "2027-04-05")),
        Code::AmountTooLarge
    );
    let second = w.registered("10.00", "2027-04-05");
    w.ok("core", ask_acceptance(second));
    // Five days from Monday end on Saturday.
    assert_eq!(answer_by(&w, second), Some(date("2027-01-18")));
    // 1 % of 1,000.00, and then 5 % of 100.00, asked before or after alike.
    let answer = agree(w.request_at(first, 1));
    assert_eq!(w.refused("bank-a", answer), Code::AcceptanceCeiling);
    let answer = agree(w.request_at(second, 1));
    assert_eq!(w.refused("bank-a", answer.clone()), Code::MarginCeiling);
    w.ok("bank-a", declare("200.00"));
    w.ok("bank-a", answer);
    // A rate is that of the day asked for, past or to come.
    for (day, rate) in [
        ("2027-01-10", 36_000),
        (from, 50_000),
        ("2028-01-01", 50_000),
    ] {
        let found = params::read::on(&w.memory, ParamName::RecourseRate, date(day)).unwrap();
        assert_eq!(found, rate, "{day}");
    }
}

#[test]
fn a_silent_commercial_acceptor_is_answered_for_some_days_later() {
    // Monday + 3 days; Wednesday + 3 days is a Saturday; + 7 days by parameter.
    for (maturity, days, settled) in [
        ("2027-04-05", 3, "2027-04-08"),
        ("2027-04-07", 3, "2027-04-12"),
        ("2027-04-05", 7, "2027-04-12"),
    ] {
        let mut w = World::checked();
        w.ok("regulator", set(ParamName::SilentEcds, 1, "2027-02-01"));
        w.ok("regulator", set(ParamName::SilentDays, days, "2027-02-01"));
        let bill = on_s3(&mut w, "3.00", maturity);
        w.endorse(bill, "s1", "1-300", "1.00", "s2");
        // One lot presented early and left, one presented by the clock.
        w.ok("s2", present(bill, "1-100"));
        let bank_bill = w.delivered("1.00", maturity);
        w.ok("core", transfer("s3", yuan("1.00")));
        w.close(maturity);
        assert_eq!(w.shape(bank_bill), ["1-100 s1 settled/ended"]);
        let waiting = [
            "1-100 s2 received/collecting",
            "101-300 s1 received/collecting",
        ];
        assert_eq!(w.shape(bill), waiting);
        w.go_to(settled, 20 * 60 - 1);
        assert_eq!(w.shape(bill), waiting);
        w.close(settled);
        assert_eq!(
            w.shape(bill),
            ["1-100 s2 settled/ended", "101-300 s1 received/circulable"]
        );
        // Presented again by hand, it is settled at the next close.
        w.ok("core", transfer("s3", yuan("2.00")));
        let next = w.today().plus_days(1).unwrap();
        w.go(next, 9 * 60);
        w.ok(
            "s1",
            Present {
                explanation: "again".parse().unwrap(),
                ..present(bill, "101-300")
            },
        );
        w.go(next, 20 * 60);
        assert_eq!(w.shape(bill)[1], "101-300 s1 settled/ended");
    }
}

#[test]
fn delivered_after_maturity_a_commercial_bill_waits_as_well() {
    let mut w = World::checked();
    w.ok("regulator", set(ParamName::SilentEcds, 1, "2027-02-01"));
    let mut draw = register("1.00", "2027-04-05");
    draw.kind = BillKind::Commercial;
    draw.acceptor = member("s3");
    let CallResult::Bill(bill) = w.ok("core", draw) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(bill));
    w.agree("s3", bill, 1);
    w.morning("2027-04-06");
    w.ok("core", ask_delivery(bill));
    w.agree("s1", bill, 1);
    w.close("2027-04-08");
    assert_eq!(w.shape(bill), ["1-100 s1 received/collecting"]);
    w.close("2027-04-09");
    assert_eq!(w.shape(bill), ["1-100 s1 received/circulable"]);
}

#[test]
fn genesis_writes_parameters_in_words() {
    let params: Params = serde_json::from_str(
        r#"{"recourse_rate": "5%", "silent_ecds": "yes", "bill_max_sum": "100", "overdue_events": "2"}"#,
    )
    .unwrap();
    assert_eq!(params.recourse_rate, 50_000);
    assert_eq!(params.silent_ecds, 1);
    assert_eq!(params.bill_max_sum, 100);
    assert_eq!(params.bill_max_term_months, 6, "left out, the default");
    let text = serde_json::to_string(&params).unwrap();
    assert!(text.contains(r#""recourse_rate":"5%""#), "{text}");
    assert_eq!(serde_json::from_str::<Params>(&text).unwrap(), params);
    let mut rules = rules();
    rules.params = params;
    let mut w = World::new(&rules, "2027-01-05");
    w.checked = true;
    assert_eq!(
        w.refused("core", register("1.01", "2027-04-05")),
        Code::AmountTooLarge
    );
    let rate = params::read::on(&w.memory, ParamName::RecourseRate, date("2000-01-01")).unwrap();
    assert_eq!(rate, 50_000, "from the first day");
    for (name, value) in [
        ("recourse_rate", r#""5""#),
        ("recourse_rate", r#""101%""#),
        ("recourse_rate", r#""-1%""#),
        ("recourse_rate", "50000"),
        ("bill_max_term_months", r#""six""#),
        ("bill_max_term_months", r#""0""#),
        ("bill_max_term_months", r#""121""#),
        ("bill_max_sum", r#""1,000""#),
        ("bill_max_sum", r#""18446744073709551616""#),
        ("silent_ecds", r#""maybe""#),
        ("no_such", r#""1""#),
    ] {
        let text = format!(r#"{{"{name}": {value}}}"#);
        assert!(serde_json::from_str::<Params>(&text).is_err(), "{text}");
    }
}
