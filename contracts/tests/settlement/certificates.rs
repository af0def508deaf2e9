//! Lots of certificates in instructions (rule book 3.2, 4).

use crate::*;
use allonge_contracts::bills::Lot;
use allonge_contracts::instruments::read as lots;

/// A certificate of `core` in the hands of a supplier, due on 5 May 2027.
#[track_caller]
pub fn held_by(
    w: &mut World,
    payee: &str,
    change: impl FnOnce(&mut OpenCertificate),
) -> InstrumentNumber {
    let grant = GrantLine {
        issuer: member("core"),
        limit: yuan("100,000.00"),
        until: None,
    };
    let CallResult::Line(line) = w.ok("bank-a", grant) else {
        panic!("no line");
    };
    let mut call = OpenCertificate {
        line,
        payee: member(payee),
        sum: yuan("1,000.00"),
        due: date("2027-05-05"),
        splittable: true,
        notice_only: false,
        max_tier: None,
        term_reason: Default::default(),
        backing: vec![],
    };
    change(&mut call);
    let CallResult::Certificate(number) = w.ok("core", call) else {
        panic!("no certificate");
    };
    let ask = RequestSignature {
        certificate: InstrumentRef::Number(number),
        answer_by: None,
    };
    w.ok("core", ask);
    w.agree(payee, number, 1);
    number
}

fn tiers(w: &World, number: InstrumentNumber) -> Vec<(String, u16)> {
    let found: Vec<Lot> = lots::lots(&w.memory, &number, 0, usize::MAX).unwrap();
    found
        .iter()
        .map(|lot| {
            let tier = lot.receivable.as_ref().unwrap().tier;
            (
                format!("{} {} {}", lot.range, lot.holder, lot.circulation),
                tier,
            )
        })
        .collect()
}

#[test]
fn a_bill_goes_for_two_receivables_and_cash_in_a_triangle() {
    let mut w = world(&[("s3", yuan("100.00"))]);
    let bill = w.delivered("1,600.00", "2027-04-05");
    let one = held_by(&mut w, "s2", |_| {});
    let two = held_by(&mut w, "s3", |_| {});
    // s1 gives its bill to s2; s2 gives 1,000.00 of receivables to s3; s3 gives 500.00 and 100.00 in cash to s1.
    let legs = [
        paper(bill, "1-160000", "", "s1", "s2"),
        paper(one, "1-100000", "", "s2", "s3"),
        paper(two, "1-100000", "500.00", "s3", "s1"),
        cash("s3", "s1", yuan("100.00")),
    ];
    let id = propose(&mut w, "s3", &legs);
    w.ok("s3", affirm(id));
    w.ok("s1", affirm(id));
    assert_eq!(w.cash("s3"), (10_000, 0));
    assert_eq!(
        tiers(&w, two),
        [
            ("1-50000 s3 locked".to_owned(), 1),
            ("50001-100000 s3 circulable".to_owned(), 1)
        ]
    );
    let executed = w.run("s2", &[affirm(id).into()]);
    assert_eq!(
        names(&executed.events),
        [
            "request.made",
            "settlement.affirmed",
            "bill.endorsed",
            "lot.transferred",
            "lot.transferred",
            "cash.transferred",
            "settlement.settled"
        ]
    );
    assert_eq!(w.shape(bill), ["1-160000 s2 received/circulable"]);
    assert_eq!(tiers(&w, one), [("1-100000 s3 circulable".to_owned(), 2)]);
    assert_eq!(
        tiers(&w, two),
        [
            ("1-50000 s1 circulable".to_owned(), 2),
            ("50001-100000 s3 circulable".to_owned(), 1)
        ]
    );
    assert_eq!((w.cash("s1").0, w.cash("s3").0), (10_000, 0));
}

#[test]
fn a_receiver_signs_unless_notice_is_enough() {
    let mut w = world(&[]);
    for (notice_only, waits) in [(false, vec!["s1", "s2"]), (true, vec!["s1"])] {
        let number = held_by(&mut w, "s1", |call| call.notice_only = notice_only);
        let id = propose(&mut w, "s1", &[paper(number, "1-100000", "", "s1", "s2")]);
        let waiting: Vec<_> = waits.iter().map(|name| member(name)).collect();
        assert_eq!(found(&w, id).unwrap().waits_for(), waiting);
        for who in waits {
            w.ok(who, affirm(id));
        }
        assert_eq!(
            tiers(&w, number),
            [("1-100000 s2 circulable".to_owned(), 2)]
        );
    }
}

#[test]
fn receivables_move_by_the_rules_of_transfer() {
    let mut w = world(&[("bank-b", yuan("2,000.00"))]);
    let shallow = held_by(&mut w, "s1", |call| call.max_tier = Some(1));
    let id = propose(&mut w, "s1", &[paper(shallow, "1-100000", "", "s1", "s2")]);
    assert_eq!(w.refused("s1", affirm(id)), Code::TierLimit);

    let number = held_by(&mut w, "s1", |_| {});
    let id = propose(&mut w, "s1", &[paper(number, "1-100000", "", "s1", "core")]);
    assert_eq!(w.refused("s1", affirm(id)), Code::NotToIssuer);
    let leg = [paper(number, "1-100000", "", "s1", "guarantor")];
    assert_eq!(w.refused("s1", proposal(&leg)), Code::RoleRequired);
    let late = Propose {
        deadline: date("2027-05-05"),
        ..proposal(&[paper(number, "1-100000", "", "s1", "s2")])
    };
    assert_eq!(w.refused("s1", late), Code::AnswerByWrong);

    // Disputed: not while it is, and no dispute while it is locked.
    let id = propose(&mut w, "s1", &[paper(number, "1-100000", "", "s1", "s2")]);
    let dispute = DisputeLot {
        certificate: InstrumentRef::Number(number),
        lot: lot("1-100000"),
        reason: "short delivery".parse().unwrap(),
    };
    w.ok("core", dispute.clone());
    assert_eq!(w.refused("s1", affirm(id)), Code::Disputed);
    w.ok(
        "core",
        SettleDispute {
            certificate: InstrumentRef::Number(number),
            lot: lot("1-100000"),
        },
    );
    w.ok("s1", affirm(id));
    assert_eq!(w.refused("core", dispute), Code::RequestPending);
    w.ok("s2", cancel(id));

    // Financed with recourse it stays with its funder.
    let finance = FinanceLot {
        certificate: InstrumentRef::Number(number),
        lot: lot("1-100000"),
        part: None,
        to: member("bank-b"),
        rate: "3.6%".parse().unwrap(),
        day_count: allonge_contracts::DayCount::Act360,
        advance: None,
        recourse: true,
        registry: "ZDW-1".parse().unwrap(),
        settlement: allonge_contracts::bills::Settlement::Dvp,
        answer_by: None,
    };
    w.ok("s1", finance);
    w.agree("bank-b", number, 1);
    let id = propose(
        &mut w,
        "bank-b",
        &[paper(number, "1-100000", "", "bank-b", "s2")],
    );
    assert_eq!(w.refused("bank-b", affirm(id)), Code::UnderRecourse);
}

#[test]
fn the_deadline_frees_receivables_too() {
    let mut w = world(&[]);
    let number = held_by(&mut w, "s1", |_| {});
    let legs = [
        paper(number, "1-100000", "10.00", "s1", "s2"),
        paper(number, "1001-100000", "10.00", "s1", "s3"),
    ];
    let id = propose(&mut w, "s1", &legs);
    for who in ["s1", "s2"] {
        w.ok(who, affirm(id));
    }
    let request = w.request_at(number, 1);
    assert_eq!(w.refused("s2", agree(request)), Code::InInstruction);
    w.close("2027-01-08");
    assert_eq!(
        tiers(&w, number),
        [("1-100000 s1 circulable".to_owned(), 1)]
    );
    assert_eq!(found(&w, id), None);
}
