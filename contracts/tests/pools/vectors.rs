//! The vector of rule book 3.2, full payment, and no cash at all.

use crate::*;

/// The certificate of the vector: T1 → T2 350,000.00; T2 → T3 120,000.01; T1 finances 200,000.00 at F.
fn vector(core: &str) -> (World, InstrumentNumber) {
    let mut w = world(core);
    let line = line(&mut w);
    let fund = transfer("finco", yuan("300,000.00"));
    w.ok("bank-a", fund);
    let number = held(&mut w, line, "1,000,000.00", DUE);
    pass(&mut w, number, "s1", "1-100000000", "350,000.00", "s2");
    pass(&mut w, number, "s2", "1-35000000", "120,000.01", "s3");
    let deal = finance(number, "35000001-100000000", "200,000.00", "finco");
    financed(&mut w, deal, "s1");
    assert_eq!(
        lots(&w, number),
        [
            "1-12000001 s3 held",
            "12000002-35000000 s2 held",
            "35000001-55000000 finco held",
            "55000001-100000000 s1 held",
        ]
    );
    (w, number)
}

const HOLDERS: [&str; 4] = ["s3", "s2", "finco", "s1"];

#[test]
fn the_vector_comes_out_to_the_minor_unit() {
    let (mut w, number) = vector("700,000.00");
    let before = now(&w, &HOLDERS);
    w.morning(DUE);
    let events = w.close(DUE);
    assert_eq!(
        gained(&w, &before),
        [
            ("s3".to_owned(), minor("84,000.01")),
            ("s2".to_owned(), minor("160,999.99")),
            ("finco".to_owned(), minor("140,000.00")),
            ("s1".to_owned(), minor("315,000.00")),
        ]
    );
    // The low ends are redeemed, the rest is overdue.
    assert_eq!(
        lots(&w, number),
        [
            "1-8400001 s3 redeemed",
            "8400002-12000001 s3 overdue",
            "12000002-28100000 s2 redeemed",
            "28100001-35000000 s2 overdue",
            "35000001-49000000 finco redeemed",
            "49000001-55000000 finco overdue",
            "55000001-86500000 s1 redeemed",
            "86500001-100000000 s1 overdue",
        ]
    );
    assert_eq!(redeemed(&events), [(100_000_000, 70_000_000)]);
    assert_eq!(w.cash("core"), (0, 0));
    assert_eq!(overdue(&w), (30_000_000, true));
}

#[test]
fn enough_cash_redeems_all_in_full() {
    let (mut w, number) = vector("1,000,000.01");
    let before = now(&w, &HOLDERS);
    w.close(DUE);
    let gained: u64 = gained(&w, &before).iter().map(|(_, gain)| gain).sum();
    assert_eq!(gained, 100_000_000);
    assert!(lots(&w, number).iter().all(|lot| lot.ends_with("redeemed")));
    assert_eq!(w.cash("core"), (1, 1));
    assert_eq!(overdue(&w), (0, false));
    assert_eq!(pool_due(&w, DUE), None);
}

#[test]
fn without_cash_all_of_it_is_overdue() {
    let (mut w, number) = vector("0.00");
    let events = w.close(DUE);
    assert_eq!(redeemed(&events), [(100_000_000, 0)]);
    assert_eq!(
        lots(&w, number),
        [
            "1-12000001 s3 overdue",
            "12000002-35000000 s2 overdue",
            "35000001-55000000 finco overdue",
            "55000001-100000000 s1 overdue",
        ]
    );
    assert_eq!(overdue(&w), (100_000_000, true));
    // An overdue issuer opens nothing new.
    let line = line(&mut w);
    let call = open(line, "1.00", "2027-06-05");
    assert_eq!(w.refused("core", call), Code::IssuerOverdue);
}

#[test]
fn what_nobody_signed_for_expires_on_the_due_day() {
    let mut w = world("100.00");
    let line = line(&mut w);
    let number = opened(&mut w, open(line, "100.00", DUE));
    w.morning(DUE);
    assert_eq!(lots(&w, number), ["1-10000 core expired"]);
    assert_eq!(pool_due(&w, DUE), None);
    w.close(DUE);
    assert_eq!(w.cash("core"), (10_000, 10_000));
}

#[test]
fn a_day_declared_closed_puts_redemption_off() {
    let mut w = world("100.00");
    let line = line(&mut w);
    let number = held(&mut w, line, "100.00", DUE);
    let closed = SetCalendar {
        closed: vec![date(DUE)],
        open: vec![],
    };
    w.ok("regulator", closed);
    w.close(DUE);
    assert_eq!(lots(&w, number), ["1-10000 s1 held"]);
    w.close("2027-05-06");
    assert_eq!(lots(&w, number), ["1-10000 s1 redeemed"]);
}
