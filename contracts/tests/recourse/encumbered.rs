//! Recourse on pledged lots, and under a court's measures (rule book 2.2, 2.5).

use crate::*;
use allonge_contracts::Code;

const WHOLE: &str = "1-200000";
const ALL: u64 = 200_000_000;

/// 2,000.00 held by `s2`, pledged to `bank-b` for a debt, and refused at maturity.
fn pledged(w: &mut World, debt: &str, debt_due: &str) -> InstrumentNumber {
    let bill = along(w, "2,000.00", "2027-07-01", &["s2"]);
    let call = RequestPledge {
        instrument: InstrumentRef::Number(bill),
        lot: lot(WHOLE),
        part: None,
        to: member("bank-b"),
        debt: yuan(debt),
        debt_due: date(debt_due),
        purpose: Default::default(),
        answer_by: None,
        registry: allonge_contracts::Text::empty(),
    };
    step(w, "s2", call);
    w.agree("bank-b", bill, 1);
    w.close("2027-07-01");
    w.sound();
    w.morning("2027-07-02");
    bill
}

#[test]
fn the_pledgee_claims_and_is_paid_its_debt() {
    let mut w = desk("2027-01-05");
    let bill = pledged(&mut w, "1,500.00", "2027-06-30");
    assert_eq!(w.refused("s2", notify(bill, WHOLE, &[])), Code::NotHolder);
    step(&mut w, "bank-b", notify(bill, WHOLE, &[]));
    let now = view(&w, bill, WHOLE, "2027-07-02");
    assert_eq!((now.claimant, now.holder), (member("bank-b"), member("s2")));
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core s1");
    let request = offered(&mut w, "s1", offer(bill, WHOLE, "", ""));
    assert_eq!(w.refused("s2", agree(request)), Code::WrongParty);
    step(&mut w, "bank-b", agree(request));
    assert_eq!(w.cash("bank-b"), (ALL + 150_000, ALL + 150_000));
    assert_eq!(w.cash("s2").0, ALL + 50_020);
    assert_eq!(w.shape(bill), ["1-200000 s1 received/in recourse"]);
    assert_eq!(lot_at(&w, bill, 1).pledge, None);
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core");
}

#[test]
fn what_is_paid_before_the_debt_is_due_waits_for_it() {
    let mut w = desk("2027-01-05");
    let bill = pledged(&mut w, "1,500.00", "2027-09-30");
    step(&mut w, "bank-b", notify(bill, WHOLE, &[]));
    pay(&mut w, "core", offer(bill, WHOLE, "800.00", ""), "bank-b");
    assert_eq!(
        w.shape(bill),
        [
            "1-80000 core received/in recourse",
            "80001-200000 s2 received/in recourse"
        ]
    );
    // 800.00 and a day's interest are held on the pledgor's account.
    assert_eq!(w.cash("s2"), (ALL + 80_008, ALL));
    pay(&mut w, "s1", offer(bill, "80001-200000", "", ""), "bank-b");
    assert_eq!(w.cash("s2"), (ALL + 200_020, ALL));
    // Who paid goes on meanwhile: the lots are no longer the pledgor's.
    w.ok("s3", transfer("bank-a", yuan("5,000.00")));
    pay(
        &mut w,
        "bank-a",
        offer(bill, "1-80000", "300.00", ""),
        "core",
    );
    assert_eq!(w.cash("s2"), (ALL + 200_020, ALL));
    let apply = ApplyProceeds {
        instrument: InstrumentRef::Number(bill),
        lot: lot("1-80000"),
    };
    assert_eq!(w.refused("core", apply.clone()), Code::WrongParty);
    step(&mut w, "s2", apply.clone());
    assert_eq!(w.cash("bank-b").0, ALL + 80_008);
    assert_eq!(w.refused("s2", apply), Code::NoSuchLot);
    w.close("2027-09-30");
    w.sound();
    // The debt of 1,500.00 is paid out of both, and the rest is the pledgor's.
    assert_eq!(w.cash("bank-b").0, ALL + 150_000);
    assert_eq!(w.cash("s2"), (ALL + 50_020, ALL + 50_020));
}

#[test]
fn the_acceptor_pays_on_a_pledged_lot() {
    let mut w = desk("2027-01-05");
    let bill = pledged(&mut w, "1,500.00", "2027-09-30");
    step(&mut w, "bank-b", notify_costs(bill, WHOLE, "10.00"));
    w.ok("s3", transfer("bank-a", yuan("5,000.00")));
    pay(&mut w, "bank-a", offer(bill, WHOLE, "", ""), "bank-b");
    assert_eq!(w.shape(bill), ["1-200000 s2 settled/ended"]);
    assert_eq!(w.cash("s2"), (ALL + 201_020, ALL));
    let release = ReleaseProceeds {
        instrument: InstrumentRef::Number(bill),
        lot: lot(WHOLE),
    };
    step(&mut w, "bank-b", release);
    assert_eq!(w.cash("s2"), (ALL + 201_020, ALL + 201_020));
}

#[test]
fn a_pledgee_that_signed_before_pursues_nobody_who_could_pursue_it() {
    let mut w = desk("2027-01-05");
    let bill = along(&mut w, "2,000.00", "2027-07-01", &["bank-b", "s2"]);
    let call = RequestPledge {
        instrument: InstrumentRef::Number(bill),
        lot: lot(WHOLE),
        part: None,
        to: member("s1"),
        debt: yuan("1.00"),
        debt_due: date("2027-06-30"),
        purpose: Default::default(),
        answer_by: None,
        registry: allonge_contracts::Text::empty(),
    };
    step(&mut w, "s2", call);
    w.agree("s1", bill, 1);
    w.close("2027-07-01");
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core");
}

fn freeze(bill: InstrumentNumber, range: &str, part: &str) -> Freeze {
    Freeze {
        instrument: InstrumentRef::Number(bill),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        order: "(2027) 7".parse().unwrap(),
    }
}

fn in_recourse(w: &mut World) -> InstrumentNumber {
    let bill = along(w, "2,000.00", "2027-07-01", &["s2"]);
    w.close("2027-07-01");
    w.morning("2027-07-02");
    step(w, "s2", notify_costs(bill, WHOLE, "0.03"));
    bill
}

#[test]
fn a_freeze_ends_offers_and_stops_every_act() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    offered(&mut w, "s1", offer(bill, WHOLE, "", ""));
    step(&mut w, "court", freeze(bill, WHOLE, ""));
    assert_eq!(w.cash("s1"), (ALL, ALL));
    assert_eq!(w.refused("s2", notify(bill, WHOLE, &[])), Code::Frozen);
    assert_eq!(w.refused("s1", offer(bill, WHOLE, "", "")), Code::Frozen);
    let now = view(&w, bill, WHOLE, "2027-07-02");
    assert!(now.why.contains("court"), "{}", now.why);
    let unfreeze = Unfreeze {
        instrument: InstrumentRef::Number(bill),
        lot: lot(WHOLE),
        order: "(2027) 8".parse().unwrap(),
    };
    step(&mut w, "court", unfreeze);
    pay(&mut w, "s1", offer(bill, WHOLE, "", ""), "s2");
}

#[test]
fn a_part_on_which_a_court_acts_has_its_share_of_the_claim() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    step(&mut w, "court", freeze(bill, WHOLE, "500.00"));
    let claim = |start| {
        let claim = lot_at(&w, bill, start).claim.unwrap();
        (claim.base, claim.costs)
    };
    assert_eq!((claim(1), claim(50_001)), ((50_000, 0), (150_000, 3)));
}

/// Who took less than the face has a claim that does not go round: its smallest part may have nothing of it.
#[test]
fn a_part_may_have_no_share_of_a_small_claim() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    pay(&mut w, "s1", offer(bill, WHOLE, "", "0.05"), "s2");
    step(&mut w, "court", freeze(bill, WHOLE, "100.00"));
    let base = |start| lot_at(&w, bill, start).claim.unwrap().base;
    assert_eq!((base(1), base(10_001)), (0, 5));
    w.sound();
}

fn order_transfer(bill: InstrumentNumber, range: &str, to: &str) -> OrderTransfer {
    OrderTransfer {
        instrument: InstrumentRef::Number(bill),
        lot: lot(range),
        part: None,
        order: "(2027) 9".parse().unwrap(),
        to: member(to),
    }
}

#[test]
fn a_transfer_by_order_takes_the_claim_along() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    step(&mut w, "court", order_transfer(bill, WHOLE, "s3"));
    assert_eq!(w.refused("s2", notify(bill, WHOLE, &[])), Code::NotHolder);
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core s1");
    pay(&mut w, "s1", offer(bill, WHOLE, "", ""), "s3");
    // What a payer has goes along as it is: S1's right, not a stranger's.
    step(&mut w, "court", order_transfer(bill, WHOLE, "bank-b"));
    assert_eq!(liable(&w, bill, WHOLE), "bank-a core");
}

#[test]
fn a_transfer_to_the_acceptor_ends_the_lot() {
    let mut w = desk("2027-01-05");
    let bill = in_recourse(&mut w);
    step(&mut w, "court", order_transfer(bill, WHOLE, "bank-a"));
    assert_eq!(w.shape(bill), ["1-200000 bank-a terminated/ended"]);
}
