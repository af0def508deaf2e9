//! What settles, and what is set aside until then.

use crate::*;
use allonge_contracts::bills::{HandKind, UseLimits};
use allonge_contracts::{Call, Event, Outcome};

#[test]
fn paper_against_cash() {
    let mut w = world(&[("s2", yuan("990.00"))]);
    let bill = w.delivered("1,000.00", "2027-04-05");
    let legs = [
        paper(bill, "1-100000", "", "s1", "s2"),
        cash("s2", "s1", yuan("990.00")),
    ];
    let id = propose(&mut w, "s1", &legs);
    assert_eq!(
        w.shape(bill),
        ["1-100000 s1 received/circulable"],
        "a proposal locks nothing"
    );
    w.ok("s1", affirm(id));
    assert_eq!(w.shape(bill), ["1-100000 s1 received/locked"]);
    assert_eq!(w.cash("s2"), (99_000, 99_000));
    assert_eq!(found(&w, id).unwrap().waits_for(), [member("s2")]);
    let executed = w.run("s2", &[affirm(id).into()]);
    assert_eq!(
        names(&executed.events),
        [
            "settlement.affirmed",
            "bill.endorsed",
            "cash.transferred",
            "settlement.settled"
        ]
    );
    assert_eq!(w.shape(bill), ["1-100000 s2 received/circulable"]);
    assert_eq!((w.cash("s1").0, w.cash("s2").0), (99_000, 0));
    assert_eq!(found(&w, id), None);
    assert_eq!(w.refused("s2", affirm(id)), Code::NoSuchInstruction);
    // The deliverer has endorsed it, and is liable as ever.
    let hands = allonge_contracts::bills::read::hands(&w.memory, &bill, 0, 99).unwrap();
    let last = hands.last().unwrap();
    assert_eq!(
        (last.kind, &last.from, &last.to),
        (HandKind::Endorsed, &Some(member("s1")), &Some(member("s2")))
    );
    // The clock has nothing left to do for it.
    let due = allonge_contracts::clock::read::due(&w.memory, None, 99).unwrap();
    assert_eq!(due.len(), 1);
}

#[test]
fn cash_is_set_aside_gross_and_from_the_affirmation_on() {
    let mut w = world(&[("s1", yuan("100.00")), ("s2", yuan("80.00"))]);
    // What s1 gets from s2 does not pay what it owes.
    let legs = [
        cash("s1", "s2", yuan("100.00")),
        cash("s2", "s1", yuan("80.00")),
    ];
    let id = propose(&mut w, "s2", &legs);
    w.ok("s1", affirm(id));
    assert_eq!(w.cash("s1"), (10_000, 0));
    assert_eq!(
        w.refused("s1", transfer("s3", yuan("0.01"))),
        Code::InsufficientFunds
    );
    w.ok("s2", transfer("s3", yuan("0.01")));
    assert_eq!(w.refused("s2", affirm(id)), Code::InsufficientFunds);
    w.ok("s3", transfer("s2", yuan("0.01")));
    w.ok("s2", affirm(id));
    assert_eq!(
        (w.cash("s1"), w.cash("s2")),
        ((8_000, 8_000), (10_000, 10_000))
    );
}

#[test]
fn one_currency_against_another() {
    let mut w = world(&[("bank-a", yuan("7,800.00")), ("bank-b", euro("1,000.00"))]);
    let legs = [
        cash("bank-a", "bank-b", yuan("7,800.00")),
        cash("bank-b", "bank-a", euro("1,000.00")),
    ];
    let id = propose(&mut w, "bank-b", &legs);
    w.ok("bank-b", affirm(id));
    assert_eq!(in_euro(&w, "bank-b"), (100_000, 0));
    assert_eq!(in_euro(&w, "bank-a"), (0, 0), "nobody is first");
    w.ok("bank-a", affirm(id));
    assert_eq!((w.cash("bank-a").0, w.cash("bank-b").0), (0, 780_000));
    assert_eq!(
        (in_euro(&w, "bank-a").0, in_euro(&w, "bank-b").0),
        (100_000, 0)
    );
}

#[test]
fn a_bill_cash_and_euros_go_round_in_a_triangle() {
    let mut w = world(&[("s2", yuan("500.00")), ("bank-b", euro("60.00"))]);
    let bill = w.delivered("500.00", "2027-04-05");
    // s1 has paper and wants euros, s2 has yuan and wants paper, bank-b has euros and wants yuan.
    let legs = [
        paper(bill, "1-50000", "", "s1", "s2"),
        cash("s2", "bank-b", yuan("500.00")),
        cash("bank-b", "s1", euro("60.00")),
    ];
    let id = propose(&mut w, "bank-b", &legs);
    for (who, waits) in [("s2", 2), ("bank-b", 1)] {
        w.ok(who, affirm(id));
        assert_eq!(found(&w, id).unwrap().waits_for().len(), waits);
    }
    w.ok("s1", affirm(id));
    assert_eq!(w.shape(bill), ["1-50000 s2 received/circulable"]);
    assert_eq!((w.cash("s2").0, w.cash("bank-b").0), (0, 50_000));
    assert_eq!((in_euro(&w, "bank-b").0, in_euro(&w, "s1").0), (0, 6_000));
}

#[test]
fn parts_of_one_lot_go_to_several() {
    let mut w = world(&[("s2", yuan("30.00")), ("s3", yuan("20.00"))]);
    let bill = w.delivered("100.00", "2027-04-05");
    let legs = [
        paper(bill, "1-10000", "30.00", "s1", "s2"),
        paper(bill, "3001-10000", "20.00", "s1", "s3"),
        cash("s2", "s1", yuan("30.00")),
        cash("s3", "s1", yuan("20.00")),
    ];
    let id = propose(&mut w, "s1", &legs);
    assert_eq!(w.shape(bill), ["1-10000 s1 received/circulable"]);
    w.ok("s1", affirm(id));
    assert_eq!(
        w.shape(bill),
        [
            "1-3000 s1 received/locked",
            "3001-5000 s1 received/locked",
            "5001-10000 s1 received/circulable"
        ]
    );
    // What is left of the lot is its holder's to use.
    w.ok("s1", ask_endorsement(bill, "5001-10000", "1.00", "core"));
    w.ok("s3", affirm(id));
    w.ok("s2", affirm(id));
    assert_eq!(
        w.shape(bill),
        [
            "1-3000 s2 received/circulable",
            "3001-5000 s3 received/circulable",
            "5001-5100 s1 received/locked",
            "5101-10000 s1 received/circulable"
        ]
    );
    assert_eq!(w.cash("s1").0, 5_000);
}

#[test]
fn a_receiver_of_paper_signs_and_a_receiver_of_cash_does_not() {
    let mut w = world(&[("s1", yuan("5.00"))]);
    let bill = w.delivered("100.00", "2027-04-05");
    let legs = [
        paper(bill, "1-10000", "", "s1", "s2"),
        cash("s1", "s3", yuan("5.00")),
    ];
    let id = propose(&mut w, "s3", &legs);
    assert_eq!(
        found(&w, id).unwrap().waits_for(),
        [member("s1"), member("s2")]
    );
    assert_eq!(w.refused("s3", affirm(id)), Code::NotInInstruction);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    assert_eq!(w.cash("s3").0, 500);
}

#[test]
fn all_may_be_done_in_one_transaction() {
    let mut w = world(&[("s1", yuan("5.00"))]);
    let call = RequestRef::Call(CallIndex { call: 0 });
    let calls: Vec<Call> = vec![
        proposal(&[cash("s1", "s3", yuan("5.00"))]).into(),
        Affirm {
            instruction: call,
            terms: Hash([0; 32]),
        }
        .into(),
    ];
    let executed = w.run("s1", &calls);
    assert!(matches!(executed.outcome, Outcome::Accepted(_)));
    assert_eq!(w.cash("s3").0, 500);
}

#[test]
fn thirty_two_legs_are_one_instruction() {
    let mut w = world(&[("s1", yuan("100.00"))]);
    let bill = w.delivered("100.00", "2027-04-05");
    let mut legs: Vec<Leg> = (0..16)
        .map(|n| {
            let range = format!("{}-10000", n * 100 + 1);
            paper(bill, &range, "1.00", "s1", "s2")
        })
        .collect();
    legs.extend((0..16).map(|_| cash("s1", "s3", yuan("1.00"))));
    let id = propose(&mut w, "s1", &legs);
    w.ok("s1", affirm(id));
    assert_eq!(w.lots(bill).len(), 17);
    let executed = w.run("s2", &[affirm(id).into()]);
    // The affirmation, sixteen lots, sixteen payments.
    assert_eq!(executed.work, 20 + 16 * 24 + 16 * 8);
    assert_eq!(w.cash("s3").0, 1_600);
    legs.push(cash("s1", "s3", yuan("1.00")));
    assert_eq!(w.refused("s1", proposal(&legs)), Code::InvalidArgument);
}

#[test]
fn a_lot_with_limits_moves_within_them() {
    let mut w = world(&[]);
    let bill = w.delivered("100.00", "2027-04-05");
    let limits = UseLimits {
        holders: vec![member("s2")],
        purpose: "steel".parse().unwrap(),
        ..UseLimits::default()
    };
    let narrow = Narrow {
        bill: InstrumentRef::Number(bill),
        lot: lot("1-10000"),
        part: None,
        unsplittable: false,
        limits: Some(limits),
    };
    w.ok("s1", narrow);
    let to = |to: &str, purpose: &str| {
        Leg::Lot(LotLeg {
            instrument: bill,
            lot: lot("1-10000"),
            part: None,
            from: member("s1"),
            to: member(to),
            purpose: purpose.parse().unwrap(),
        })
    };
    for leg in [to("s3", "steel"), to("s2", ""), to("s2", "coal")] {
        let id = propose(&mut w, "s1", &[leg]);
        assert_eq!(w.refused("s1", affirm(id)), Code::UseLimited);
    }
    let id = propose(&mut w, "s1", &[to("s2", "steel")]);
    w.ok("s1", affirm(id));
    w.ok("s2", affirm(id));
    assert_eq!(w.shape(bill), ["1-10000 s2 received/circulable"]);
}

#[test]
fn lists_name_what_waits_for_every_party_page_by_page() {
    let mut w = world(&[("s1", yuan("9.00"))]);
    let mut made: Vec<RequestId> = (0..5)
        .map(|_| propose(&mut w, "s1", &[cash("s1", "s3", yuan("1.00"))]).0)
        .collect();
    made.sort();
    for who in ["s1", "s3"] {
        let mut paged = Vec::new();
        loop {
            let page = read::of_member(&w.memory, &member(who), paged.last(), 2).unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page.into_iter().map(|one| one.id));
        }
        assert_eq!(paged, made);
    }
    assert_eq!(
        read::of_member(&w.memory, &member("s2"), None, 9).unwrap(),
        []
    );
    let key = read::instruction_key(&made[0]);
    let stored = w.memory.0.get(&key).unwrap();
    assert_eq!(read::decode_instruction(stored).unwrap().id, made[0]);
}

#[test]
fn terms_stay_the_same_while_the_parties_affirm() {
    let mut w = world(&[("s1", yuan("9.00")), ("s2", yuan("9.00"))]);
    let legs = [
        cash("s1", "s2", yuan("1.00")),
        cash("s2", "s1", yuan("2.00")),
    ];
    let id = propose(&mut w, "s1", &legs);
    assert_eq!(found(&w, id).unwrap().terms_hash(), id.1);
    w.ok("s1", affirm(id));
    let now = found(&w, id).unwrap();
    assert_eq!(now.terms_hash(), id.1);
    let other = Instruction {
        legs: vec![
            cash("s1", "s2", yuan("1.00")),
            cash("s2", "s1", yuan("2.01")),
        ],
        ..now
    };
    assert_ne!(other.terms_hash(), id.1);
    let executed = w.run("s2", &[affirm(id).into()]);
    let moved: Vec<_> = executed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::CashTransferred(e) => Some((e.from.as_str(), e.money, e.reference.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(
        moved,
        [
            ("s1", yuan("1.00"), "trade 7"),
            ("s2", yuan("2.00"), "trade 7")
        ]
    );
}
