//! Transfers over the tiers (rule book 3.1, 3.2).

use crate::*;

/// The parts of the rule book's vector: T1 to T2 350,000.00, T2 to T3 120,000.01, T1 finances 200,000.00 at F.
#[test]
fn parts_take_the_low_end_and_know_their_tier() {
    let mut w = world();
    let number = held_as(&mut w, |open| open.sum = yuan("1,000,000.00"));
    w.ok(
        "s1",
        transfer_lot(number, "1-100000000", "350,000.00", "s2"),
    );
    w.agree("s2", number, 1);
    w.ok("s2", transfer_lot(number, "1-35000000", "120,000.01", "s3"));
    w.agree("s3", number, 1);
    w.ok(
        "s1",
        finance(number, "35000001-100000000", "200,000.00", "finco"),
    );
    w.agree("finco", number, 35_000_001);
    assert_eq!(
        tiers(&w, number),
        [
            "1-12000001 s3 T3 held",
            "12000002-35000000 s2 T2 held",
            "35000001-55000000 finco T1 held",
            "55000001-100000000 s1 T1 held",
        ]
    );
}

#[test]
fn a_transfer_waits_for_its_receiver_unless_notice_is_enough() {
    let mut w = world();
    let asked = held(&mut w);
    w.ok("s1", transfer_lot(asked, "1-100000", "", "s2"));
    assert_eq!(tiers(&w, asked), ["1-100000 s1 T1 held"]);
    assert_eq!(w.lots(asked)[0].circulation.as_str(), "locked");
    let noticed = held_as(&mut w, |open| open.notice_only = true);
    assert_eq!(
        w.ok("s1", transfer_lot(noticed, "1-100000", "4.00", "s2")),
        CallResult::Done
    );
    assert_eq!(
        tiers(&w, noticed),
        ["1-400 s2 T2 held", "401-100000 s1 T1 held"]
    );
    let dated = TransferLot {
        answer_by: Some(date("2027-01-08")),
        ..transfer_lot(noticed, "401-100000", "", "s2")
    };
    assert_eq!(w.refused("s1", dated), Code::InvalidArgument);
}

#[test]
fn no_deeper_than_allowed_and_never_back_to_the_issuer() {
    let mut w = world();
    let number = held_as(&mut w, |open| {
        open.max_tier = Some(2);
        open.notice_only = true;
    });
    assert_eq!(
        w.refused("s1", transfer_lot(number, "1-100000", "", "core")),
        Code::NotToIssuer
    );
    w.ok("s1", transfer_lot(number, "1-100000", "", "s2"));
    assert_eq!(
        w.refused("s2", transfer_lot(number, "1-100000", "", "s3")),
        Code::TierLimit
    );
    w.ok("s2", finance(number, "1-100000", "", "factor"));
    w.agree("factor", number, 1);
    assert_eq!(
        tiers(&w, number),
        ["1-100000 factor T2 held"],
        "finance keeps the tier"
    );
}

#[test]
fn nothing_moves_from_the_due_day_on_nor_what_may_not_be_cut() {
    let mut w = world();
    let number = held_as(&mut w, |open| open.splittable = false);
    assert_eq!(
        w.refused("s1", transfer_lot(number, "1-100000", "1.00", "s2")),
        Code::NotSplittable
    );
    w.morning("2027-05-05");
    assert_eq!(
        w.refused("s1", transfer_lot(number, "1-100000", "", "s2")),
        Code::Matured
    );
    assert_eq!(
        w.refused("s1", finance(number, "1-100000", "", "finco")),
        Code::Matured
    );
}

#[test]
fn a_refused_or_lapsed_transfer_rejoins_its_lot() {
    let mut w = world();
    let number = held(&mut w);
    w.ok("s1", transfer_lot(number, "1-100000", "4.00", "s2"));
    w.ok("s1", transfer_lot(number, "401-100000", "6.00", "s3"));
    w.close("2027-05-04");
    assert_eq!(tiers(&w, number), ["1-100000 s1 T1 held"]);
}

#[test]
fn a_certificate_is_pledged_and_released_like_a_bill() {
    let mut w = world();
    let number = held(&mut w);
    let pledge = RequestPledge {
        instrument: of(number),
        lot: lot("1-100000"),
        part: Some(yuan("400.00")),
        to: member("bank-b"),
        debt: yuan("300.00"),
        debt_due: date("2027-03-01"),
        registry: "ZDW-7".parse().unwrap(),
        purpose: Default::default(),
        answer_by: None,
    };
    let unregistered = RequestPledge {
        registry: Default::default(),
        ..pledge.clone()
    };
    assert_eq!(w.refused("s1", unregistered), Code::InvalidArgument);
    w.ok("s1", pledge);
    w.agree("bank-b", number, 1);
    assert_eq!(
        w.refused("s1", transfer_lot(number, "1-40000", "", "s2")),
        Code::WrongState
    );
    w.ok(
        "bank-b",
        RequestRelease {
            instrument: of(number),
            lot: lot("1-40000"),
            part: None,
            price: None,
            settlement: Settlement::Free,
            answer_by: None,
        },
    );
    w.agree("s1", number, 1);
    w.ok("s1", transfer_lot(number, "1-40000", "", "s2"));
}
