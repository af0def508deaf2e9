//! Pledged lots, lots under a court's measure, and what the issuer comes to hold itself.

use crate::*;
use allonge_contracts::instruments::Frozen;

fn order() -> allonge_contracts::Text<64> {
    "(2027) Civil 17".parse().unwrap()
}

/// A certificate of 100.00: 40.00 of it with `s2`, 60.00 with `s1`.
fn two(core: &str) -> (World, InstrumentNumber) {
    let mut w = world(core);
    let line = line(&mut w);
    let number = held(&mut w, line, "100.00", DUE);
    pass(&mut w, number, "s1", "1-10000", "40.00", "s2");
    (w, number)
}

fn stop(number: InstrumentNumber, range: &str) -> Stop {
    Stop {
        instrument: of(number),
        lot: lot(range),
        part: None,
        order: order(),
    }
}

fn freeze(number: InstrumentNumber, range: &str) -> Freeze {
    Freeze {
        instrument: of(number),
        lot: lot(range),
        part: None,
        order: order(),
    }
}

fn lift(number: InstrumentNumber, range: &str) -> Unfreeze {
    Unfreeze {
        instrument: of(number),
        lot: lot(range),
        order: order(),
    }
}

fn to_issuer(number: InstrumentNumber, range: &str) -> OrderTransfer {
    OrderTransfer {
        instrument: of(number),
        lot: lot(range),
        part: None,
        order: order(),
        to: member("core"),
    }
}

#[track_caller]
fn pledge(w: &mut World, number: InstrumentNumber, debt: &str, debt_due: &str) {
    let call = RequestPledge {
        instrument: of(number),
        lot: lot("4001-10000"),
        part: None,
        to: member("bank-b"),
        debt: yuan(debt),
        debt_due: date(debt_due),
        purpose: Default::default(),
        registry: "ZDW-9".parse().unwrap(),
        answer_by: None,
    };
    w.ok("s1", call);
    w.agree("bank-b", number, 4_001);
}

#[test]
fn a_frozen_lot_is_redeemed_and_the_money_stays_frozen() {
    let (mut w, number) = two("50.00");
    w.ok("court", freeze(number, "1-4000"));
    let before = now(&w, &["s2", "s1"]);
    let available = w.cash("s2").1;
    w.close(DUE);
    assert_eq!(
        lots(&w, number),
        [
            "1-2000 s2 redeemed",
            "2001-4000 s2 overdue",
            "4001-7000 s1 redeemed",
            "7001-10000 s1 overdue",
        ]
    );
    assert_eq!(w.cash("s2"), (before[0].1 + 2_000, available));
    w.ok("court", lift(number, "1-2000"));
    assert_eq!(w.cash("s2"), (before[0].1 + 2_000, available + 2_000));
    w.ok("court", lift(number, "2001-4000"));
    w.ok("bank-a", transfer("core", yuan("50.00")));
    w.close("2027-05-06");
    assert_eq!(w.cash("s2").1, available + 4_000);
}

#[test]
fn a_stopped_lot_waits_and_the_others_are_paid_without_it() {
    let (mut w, number) = two("60.00");
    w.ok("court", stop(number, "1-4000"));
    let events = w.close(DUE);
    assert_eq!(redeemed(&events), [(6_000, 6_000)]);
    assert_eq!(
        lots(&w, number),
        ["1-4000 s2 held", "4001-10000 s1 redeemed"]
    );
    assert_eq!(overdue(&w), (0, false));
    assert_eq!(pool_due(&w, DUE).unwrap().next, None);
    // When it is lifted the pool is redeemed again, at the next close of a business day.
    w.morning("2027-05-08");
    w.ok("court", lift(number, "1-4000"));
    w.ok("bank-a", transfer("core", yuan("10.00")));
    let events = w.close("2027-05-10");
    assert_eq!(redeemed(&events), [(4_000, 1_000)]);
    assert_eq!(
        lots(&w, number),
        [
            "1-1000 s2 redeemed",
            "1001-4000 s2 overdue",
            "4001-10000 s1 redeemed",
        ]
    );
    assert_eq!(overdue(&w), (3_000, true));
    // Stopped again it is not redeemed by hand either.
    w.ok("court", stop(number, "1001-4000"));
    w.close("2027-05-11");
    assert_eq!(overdue(&w), (3_000, false), "nothing to be tried again");
    w.ok("bank-a", transfer("core", yuan("30.00")));
    assert_eq!(w.refused("core", redeem(number, "1001-4000")), Code::Frozen);
    w.ok("court", lift(number, "1001-4000"));
    w.ok("core", redeem(number, "1001-4000"));
    assert_eq!(pool_due(&w, DUE), None);
}

#[test]
fn what_the_issuer_holds_itself_is_extinguished_without_cash() {
    let (mut w, number) = two("30.00");
    w.ok("court", to_issuer(number, "1-4000"));
    let events = w.close(DUE);
    assert_eq!(redeemed(&events), [(6_000, 3_000)]);
    assert_eq!(
        lots(&w, number),
        [
            "1-4000 core redeemed",
            "4001-7000 s1 redeemed",
            "7001-10000 s1 overdue",
        ]
    );
    // What it comes to hold when it is overdue, at once.
    w.ok("court", to_issuer(number, "7001-10000"));
    assert_eq!(lots(&w, number)[2], "7001-10000 core redeemed");
    assert_eq!(overdue(&w).0, 0);
    w.close("2027-05-06");
    assert_eq!((overdue(&w), pool_due(&w, DUE)), ((0, false), None));
}

/// What nobody signs for ends with its measure: nothing was paid, and nothing is left to be freed.
#[test]
fn a_measure_ends_with_a_certificate_that_is_not_signed_for() {
    for stopped in [false, true] {
        let mut w = world("0.00");
        let line = line(&mut w);
        let number = opened(&mut w, open(line, "100.00", DUE));
        if stopped {
            w.ok("court", stop(number, "1-10000"));
        } else {
            w.ok("court", freeze(number, "1-10000"));
        }
        w.morning(DUE);
        assert_eq!(lots(&w, number), ["1-10000 core expired"]);
        assert_eq!(w.lots(number)[0].frozen, Frozen::No);
        let lifted = w.refused("court", lift(number, "1-10000"));
        assert_eq!(lifted, Code::WrongState);
    }
}

#[test]
fn a_pledgee_has_what_its_debt_asks_for() {
    let (mut w, number) = two("50.00");
    pledge(&mut w, number, "40.00", "2027-05-03");
    let before = now(&w, &["bank-b", "s1", "s2"]);
    w.close(DUE);
    let gains = |w: &World| -> Vec<u64> {
        gained(w, &before)
            .into_iter()
            .map(|(_, gain)| gain)
            .collect()
    };
    assert_eq!(gains(&w), [3_000, 0, 2_000]);
    w.ok("bank-a", transfer("core", yuan("50.00")));
    w.close("2027-05-06");
    // 10.00 more of the debt, the rest is the holder's.
    assert_eq!(gains(&w), [4_000, 2_000, 4_000]);
}

#[test]
fn a_debt_due_later_holds_the_money_until_then() {
    let (mut w, number) = two("100.00");
    pledge(&mut w, number, "40.00", "2027-05-20");
    let before = now(&w, &["bank-b", "s1"]);
    let available = w.cash("s1").1;
    w.close(DUE);
    assert_eq!(w.cash("s1"), (before[1].1 + 6_000, available));
    w.close("2027-05-20");
    assert_eq!(w.cash("bank-b").0, before[0].1 + 4_000);
    assert_eq!(w.cash("s1"), (before[1].1 + 2_000, available + 2_000));
}

#[test]
fn a_lot_that_may_not_be_split_is_cut_by_the_clock_all_the_same() {
    let mut w = world("25.00");
    let line = line(&mut w);
    let call = OpenCertificate {
        splittable: false,
        ..open(line, "100.00", DUE)
    };
    let number = opened(&mut w, call);
    let ask = RequestSignature {
        certificate: of(number),
        answer_by: None,
    };
    w.ok("core", ask);
    w.agree("s1", number, 1);
    w.close(DUE);
    assert_eq!(
        lots(&w, number),
        ["1-2500 s1 redeemed", "2501-10000 s1 overdue"]
    );
}

#[test]
fn suspension_stops_neither_what_is_owed_nor_what_is_received() {
    let (mut w, number) = two("100.00");
    for who in ["core", "s2"] {
        let call = Suspend {
            member: member(who),
            reason: Default::default(),
        };
        w.ok("regulator", call);
    }
    let before = w.cash("s2").0;
    w.close(DUE);
    assert_eq!(w.cash("s2").0, before + 4_000);
    assert!(lots(&w, number).iter().all(|lot| lot.ends_with("redeemed")));
}
