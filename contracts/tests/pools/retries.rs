//! Pools of several days, and what is tried again day by day until it is whole.

use crate::*;

#[test]
fn older_due_days_come_first() {
    let mut w = world("0.00");
    let line = line(&mut w);
    // Due on a Saturday and on the Sunday after it: both are redeemed on Monday.
    let late = held(&mut w, line, "100.00", "2027-05-09");
    let early = held(&mut w, line, "100.00", "2027-05-08");
    w.ok("bank-a", transfer("core", yuan("150.00")));
    let events = w.close("2027-05-10");
    assert_eq!(redeemed(&events), [(10_000, 10_000), (10_000, 5_000)]);
    assert_eq!(lots(&w, early), ["1-10000 s1 redeemed"]);
    assert_eq!(
        lots(&w, late),
        ["1-5000 s1 redeemed", "5001-10000 s1 overdue"]
    );
    // What falls due later waits until what is older has been tried again.
    assert_eq!(overdue(&w), (5_000, true));
}

#[test]
fn a_later_pool_has_what_the_older_one_leaves() {
    let mut w = world("0.00");
    let line = line(&mut w);
    let first = held(&mut w, line, "100.00", DUE);
    let second = held(&mut w, line, "100.00", "2027-05-06");
    w.close(DUE);
    w.ok("bank-a", transfer("core", yuan("130.00")));
    let events = w.close("2027-05-06");
    assert_eq!(redeemed(&events), [(10_000, 10_000), (10_000, 3_000)]);
    assert_eq!(lots(&w, first), ["1-10000 s1 redeemed"]);
    assert_eq!(
        lots(&w, second),
        ["1-3000 s1 redeemed", "3001-10000 s1 overdue"]
    );
}

#[test]
fn pools_of_one_day_share_in_proportion_whatever_the_certificate() {
    let mut w = world("100.00");
    let line = line(&mut w);
    let a = held(&mut w, line, "100.00", DUE);
    let b = held(&mut w, line, "300.00", DUE);
    w.close(DUE);
    assert_eq!(lots(&w, a), ["1-2500 s1 redeemed", "2501-10000 s1 overdue"]);
    assert_eq!(lots(&w, b), ["1-7500 s1 redeemed", "7501-30000 s1 overdue"]);
}

#[test]
fn it_is_tried_again_every_business_day_until_it_is_whole() {
    let mut w = world("10.00");
    let line = line(&mut w);
    // Due on Thursday; Friday and Monday are the next business days.
    let number = held(&mut w, line, "100.00", "2027-05-06");
    pass(&mut w, number, "s1", "1-10000", "25.00", "s2");
    let mut paid = Vec::new();
    for (day, comes) in [
        ("2027-05-06", ""),
        ("2027-05-07", "20.00"),
        ("2027-05-08", ""),
        ("2027-05-10", "0.01"),
        ("2027-05-11", "100.00"),
        ("2027-05-12", ""),
    ] {
        w.morning(day);
        if !comes.is_empty() {
            w.ok("bank-a", transfer("core", yuan(comes)));
        }
        let before = now(&w, &["s2", "s1"]);
        w.close(day);
        let gains: Vec<u64> = gained(&w, &before).into_iter().map(|(_, g)| g).collect();
        paid.push((day, gains, overdue(&w)));
    }
    assert_eq!(
        paid,
        [
            ("2027-05-06", vec![250, 750], (9_000, true)),
            // 2,000 over 2,250 and 6,750.
            ("2027-05-07", vec![500, 1_500], (7_000, true)),
            ("2027-05-08", vec![0, 0], (7_000, true)),
            // One minor unit goes to the larger remainder.
            ("2027-05-10", vec![0, 1], (6_999, true)),
            ("2027-05-11", vec![1_750, 5_249], (0, false)),
            ("2027-05-12", vec![0, 0], (0, false)),
        ]
    );
    assert_eq!(pool_due(&w, "2027-05-06"), None);
    w.ok("core", transfer("bank-a", yuan("30.01")));
}

#[test]
fn after_the_retry_days_the_overdue_stays_and_is_redeemed_by_hand() {
    let mut w = world("0.00");
    let line = line(&mut w);
    let number = held(&mut w, line, "100.00", DUE);
    let unsigned = opened(&mut w, open(line, "1.00", "2027-06-04"));
    pass(&mut w, number, "s1", "1-10000", "40.00", "s2");
    w.close(DUE);
    assert_eq!(
        pool_due(&w, DUE).map(|pool| (pool.next, pool.retries)),
        Some((Some(date("2027-05-06")), Some(5)))
    );
    // Five business days: 6, 7, 10, 11, 12 May.
    w.close("2027-05-11");
    assert_eq!(overdue(&w), (10_000, true));
    let events = w.close("2027-05-12");
    assert_eq!(redeemed(&events), [(10_000, 0)]);
    assert_eq!(overdue(&w), (10_000, false));
    assert_eq!(redeemed(&w.close("2027-05-14")), []);

    w.ok("bank-a", transfer("core", yuan("100.00")));
    w.ok("core", transfer("bank-b", yuan("0.01")));
    assert_eq!(w.refused("s1", redeem(number, "1-4000")), Code::WrongParty);
    assert_eq!(w.refused("core", redeem(number, "1-3999")), Code::NoSuchLot);
    // In any order.
    w.ok("core", redeem(number, "4001-10000"));
    assert_eq!(overdue(&w), (4_000, false));
    assert_eq!(
        w.refused("core", redeem(number, "1-4000")),
        Code::InsufficientFunds
    );
    let call = open(line, "1.00", "2027-06-05");
    assert_eq!(w.refused("core", call.clone()), Code::IssuerOverdue);
    let ask = RequestSignature {
        certificate: of(unsigned),
        answer_by: None,
    };
    assert_eq!(w.refused("core", ask), Code::IssuerOverdue);
    w.ok("bank-b", transfer("core", yuan("0.01")));
    w.ok("core", redeem(number, "1-4000"));
    assert_eq!(
        w.refused("core", redeem(number, "1-4000")),
        Code::WrongState
    );
    assert_eq!((overdue(&w), pool_due(&w, DUE)), ((0, false), None));
    w.ok("core", call);
}

#[test]
fn without_retry_days_there_is_no_fence() {
    let mut w = world("0.00");
    let line = line(&mut w);
    let set = SetParam {
        name: allonge_contracts::params::ParamName::RedemptionRetryDays,
        value: 0,
        from: date("2027-02-01"),
    };
    w.ok("regulator", set);
    held(&mut w, line, "100.00", DUE);
    w.close(DUE);
    assert_eq!(overdue(&w), (10_000, false));
    w.ok("bank-a", transfer("core", yuan("1.00")));
    w.ok("core", transfer("s1", yuan("1.00")));
}

#[test]
fn a_retry_day_declared_closed_is_not_counted() {
    let mut w = world("0.00");
    let line = line(&mut w);
    held(&mut w, line, "100.00", DUE);
    w.close(DUE);
    let closed = SetCalendar {
        closed: vec![date("2027-05-06")],
        open: vec![],
    };
    w.time_ms = local_ms(date(DUE), 20 * 60 + 1);
    w.ok("regulator", closed);
    w.close("2027-05-06");
    assert_eq!(
        pool_due(&w, DUE).map(|pool| (pool.next, pool.retries)),
        Some((Some(date("2027-05-07")), Some(5)))
    );
}
