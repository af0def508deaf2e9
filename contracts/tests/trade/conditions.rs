//! Conditions and escrow (rule book 2.2, 3.1): what waits for an attestation, and what becomes of it.

use crate::*;
use allonge_contracts::bills::{Market, RefusalCode, Settlement};
use allonge_contracts::{Call, DayCount, Outcome};

fn condition(deadline: &str) -> SetCondition {
    SetCondition {
        statement: "500 t of coil are in the warehouse".parse().unwrap(),
        attestor: member("attestor"),
        deadline: date(deadline),
    }
}

#[track_caller]
fn set(w: &mut World, who: &str, deadline: &str) -> RequestId {
    match w.ok(who, condition(deadline)) {
        CallResult::Condition(id) => id,
        other => panic!("{other:?}"),
    }
}

fn fulfil(condition: RequestId) -> FulfilCondition {
    FulfilCondition {
        condition,
        document: Some(hash(9)),
    }
}

/// The request on a lot's first unit waits for a condition.
fn escrow(w: &World, bill: InstrumentNumber, condition: RequestId) -> Escrow {
    Escrow {
        request: RequestRef::Id(w.request_at(bill, 1).0),
        condition: ConditionRef::Id(condition),
    }
}

#[track_caller]
fn state(w: &World, id: RequestId) -> Condition {
    read::condition(&w.memory, &id).unwrap().unwrap()
}

/// A bill of 10.00 with `s1`, whose endorsement of 4.00 to `s2` waits for a condition, all in one transaction.
fn endorsing(w: &mut World, deadline: &str) -> (InstrumentNumber, RequestId) {
    let bill = w.delivered("10.00", "2027-04-05");
    let calls: [Call; 3] = [
        ask_endorsement(bill, "1-1000", "4.00", "s2").into(),
        condition(deadline).into(),
        Escrow {
            request: RequestRef::Call(CallIndex { call: 0 }),
            condition: ConditionRef::Call(CallIndex { call: 1 }),
        }
        .into(),
    ];
    let results = match w.run("s1", &calls).outcome {
        Outcome::Accepted(results) => results,
        Outcome::Rejected(rejection) => panic!("{rejection}"),
    };
    let CallResult::Condition(id) = results[1] else {
        panic!("{results:?}");
    };
    let (request, terms) = w.request_at(bill, 1);
    assert_eq!(results[2], CallResult::Request { request, terms });
    (bill, id)
}

const WAITING: [&str; 2] = [
    "1-400 s1 received/locked",
    "401-1000 s1 received/circulable",
];
const ENDORSED: [&str; 2] = [
    "1-400 s2 received/circulable",
    "401-1000 s1 received/circulable",
];
const AS_BEFORE: [&str; 1] = ["1-1000 s1 received/circulable"];

#[test]
fn agreed_in_advance_it_is_carried_out_by_the_attestation() {
    let mut w = world();
    let (bill, id) = endorsing(&mut w, "2027-02-01");
    w.agree("s2", bill, 1);
    assert_eq!(w.shape(bill), WAITING);
    assert!(state(&w, id).agreed);
    let executed = w.run("attestor", &[fulfil(id).into()]);
    assert_eq!(
        names(&executed.events),
        ["trade.condition_fulfilled", "bill.endorsed"]
    );
    assert_eq!(w.shape(bill), ENDORSED);
    let done = state(&w, id);
    assert_eq!(done.status, ConditionStatus::Fulfilled);
    assert_eq!((done.request, done.agreed), (None, false));
    assert_eq!(done.document, Some(hash(9)));
    assert_eq!(done.ended_on, Some(w.today()));
    assert!(read::is_fulfilled(&w.memory, &id).unwrap());
}

#[test]
fn attested_first_it_is_agreed_as_ever() {
    let mut w = world();
    let (bill, id) = endorsing(&mut w, "2027-02-01");
    let executed = w.run("attestor", &[fulfil(id).into()]);
    assert_eq!(names(&executed.events), ["trade.condition_fulfilled"]);
    assert_eq!(w.shape(bill), WAITING);
    w.agree("s2", bill, 1);
    assert_eq!(w.shape(bill), ENDORSED);
}

/// Nobody is held to a condition that it did not see: the request's terms are others with it.
#[test]
fn who_answers_has_seen_the_condition() {
    let mut w = world();
    let bill = w.delivered("10.00", "2027-04-05");
    w.ok("s1", ask_endorsement(bill, "1-1000", "", "s2"));
    let seen = w.request_at(bill, 1);
    let id = set(&mut w, "s1", "2027-02-01");
    let call = escrow(&w, bill, id);
    w.ok("s1", call);
    assert_eq!(w.refused("s2", agree(seen)), Code::TermsChanged);
    w.agree("s2", bill, 1);
    assert!(state(&w, id).agreed);
}

#[test]
fn once_agreed_both_sides_are_bound() {
    let mut w = world();
    let (bill, _) = endorsing(&mut w, "2027-02-01");
    let asked = w.request_at(bill, 1);
    w.agree("s2", bill, 1);
    assert_eq!(w.refused("s1", withdraw(asked)), Code::EscrowBound);
    assert_eq!(w.refused("s2", agree(asked)), Code::EscrowBound);
    let code = w.refused("s2", refuse(asked, RefusalCode::Other));
    assert_eq!(code, Code::EscrowBound);
    // Others are told that it is not theirs.
    assert_eq!(w.refused("s3", withdraw(asked)), Code::WrongParty);
}

#[test]
fn not_agreed_it_is_refused_or_withdrawn_and_the_condition_is_free() {
    for by_answerer in [true, false] {
        let mut w = world();
        let (bill, id) = endorsing(&mut w, "2027-02-01");
        let asked = w.request_at(bill, 1);
        if by_answerer {
            w.ok("s2", refuse(asked, RefusalCode::Other));
        } else {
            w.ok("s1", withdraw(asked));
        }
        assert_eq!(w.shape(bill), AS_BEFORE);
        assert_eq!(state(&w, id).request, None);
        // Another request may wait for it.
        w.ok("s1", ask_endorsement(bill, "1-1000", "", "s3"));
        let call = escrow(&w, bill, id);
        w.ok("s1", call);
        w.agree("s3", bill, 1);
        w.ok("attestor", fulfil(id));
        assert_eq!(w.shape(bill), ["1-1000 s3 received/circulable"]);
    }
}

#[test]
fn at_the_deadline_it_lapses_agreed_or_not() {
    for agreed in [true, false] {
        let mut w = world();
        let (bill, id) = endorsing(&mut w, "2027-02-01");
        if agreed {
            w.agree("s2", bill, 1);
        }
        w.go_to("2027-02-01", 19 * 60);
        assert_eq!(w.shape(bill), WAITING);
        let events = w.close("2027-02-01");
        assert_eq!(
            names(&events),
            [
                "trade.condition_lapsed",
                "request.lapsed",
                "lot.rejoined",
                "clock.day_closed"
            ]
        );
        assert_eq!(w.shape(bill), AS_BEFORE);
        let lapsed = state(&w, id);
        assert_eq!(lapsed.status, ConditionStatus::Lapsed);
        assert_eq!(lapsed.request, None);
        assert_eq!(w.refused("attestor", fulfil(id)), Code::ConditionEnded);
        w.ok("s1", ask_endorsement(bill, "1-1000", "", "s2"));
    }
}

/// Between the close and the clock's work nothing is attested, agreed or taken back.
#[test]
fn what_the_clock_has_yet_to_end_waits() {
    let mut w = world();
    let (bill, id) = endorsing(&mut w, "2027-02-01");
    let asked = w.request_at(bill, 1);
    w.morning("2027-02-01");
    w.time_ms = local_ms(date("2027-02-01"), 20 * 60);
    assert_eq!(w.refused("attestor", fulfil(id)), Code::DuePending);
    assert_eq!(w.refused("s2", agree(asked)), Code::DuePending);
    assert_eq!(w.refused("s1", withdraw(asked)), Code::DuePending);
}

/// The bank agreed, and has spent its cash when the goods arrive: the deal fails, the request stays.
#[test]
fn what_cannot_be_carried_out_is_to_be_agreed_anew() {
    let mut w = world();
    let bill = w.delivered("10.00", "2027-04-05");
    let disclose = Disclose {
        bill: InstrumentRef::Number(bill),
    };
    w.ok("bank-a", disclose);
    let sale = RequestDiscount {
        bill: InstrumentRef::Number(bill),
        lot: lot("1-1000"),
        part: None,
        to: member("bank-b"),
        market: Market::Discount,
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![hash(7)],
        purpose: Default::default(),
        answer_by: None,
    };
    w.ok("s1", sale);
    let id = set(&mut w, "s1", "2027-02-01");
    let call = escrow(&w, bill, id);
    w.ok("s1", call);
    w.agree("bank-b", bill, 1);
    w.ok("bank-b", transfer("bank-a", yuan("999,999.00")));
    let executed = w.run("attestor", &[fulfil(id).into()]);
    let failed: Vec<Code> = executed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::EscrowFailed(e) => Some(e.code),
            _ => None,
        })
        .collect();
    assert_eq!(failed, [Code::InsufficientFunds]);
    assert_eq!(w.shape(bill), ["1-1000 s1 received/locked"]);
    assert!(!state(&w, id).agreed);
    w.ok("bank-a", transfer("bank-b", yuan("100.00")));
    w.agree("bank-b", bill, 1);
    assert_eq!(w.shape(bill), ["1-1000 bank-b received/circulable"]);
}

#[test]
fn a_suspended_side_stops_what_was_agreed() {
    for side in ["s1", "s2"] {
        let mut w = world();
        let (bill, id) = endorsing(&mut w, "2027-02-01");
        w.agree("s2", bill, 1);
        let suspend = Suspend {
            member: member(side),
            reason: Default::default(),
        };
        w.ok("regulator", suspend);
        let executed = w.run("attestor", &[fulfil(id).into()]);
        assert_eq!(
            names(&executed.events),
            ["trade.condition_fulfilled", "trade.escrow_failed"]
        );
        assert_eq!(w.shape(bill), WAITING);
    }
}

/// A bill is never conditional: neither its acceptance nor its payment, nor a guarantee of it.
#[test]
fn acceptance_payment_and_guarantee_never_wait() {
    let mut w = world();
    let drawn = w.registered("10.00", "2027-04-05");
    w.ok("core", ask_acceptance(drawn));
    let held = w.delivered("10.00", "2027-04-05");
    w.ok("s1", present(held, "1-1000"));
    let guaranteed = w.delivered("10.00", "2027-04-05");
    let guarantee = RequestGuarantee {
        bill: InstrumentRef::Number(guaranteed),
        lot: Some(lot("1-1000")),
        part: None,
        guarantor: member("guarantor"),
        ward: None,
        answer_by: None,
    };
    w.ok("s1", guarantee);
    for (who, bill) in [("core", drawn), ("s1", held), ("s1", guaranteed)] {
        let id = set(&mut w, who, "2027-01-06");
        let call = escrow(&w, bill, id);
        assert_eq!(w.refused(who, call), Code::NotEscrowable);
    }
}

/// The signature of a certificate may wait; unattested, the certificate ends with its request and its backing is free.
#[test]
fn a_signature_waits_for_the_goods() {
    for attested in [true, false] {
        let mut w = world();
        w.ok("s1", invoice(1, "100.00"));
        let open = certificate(&mut w, "100.00");
        let CallResult::Certificate(number) = w.ok("core", open) else {
            panic!("no certificate");
        };
        let ask = RequestSignature {
            certificate: InstrumentRef::Number(number),
            answer_by: None,
        };
        w.ok("core", ask);
        let id = set(&mut w, "core", "2027-01-12");
        let call = escrow(&w, number, id);
        w.ok("core", call);
        w.agree("s1", number, 1);
        if attested {
            w.ok("attestor", fulfil(id));
            assert_eq!(w.shape(number), ["1-10000 s1 held/circulable"]);
            assert_eq!(free(&w, 1), yuan("0"));
        } else {
            w.close("2027-01-12");
            assert_eq!(w.shape(number), ["1-10000 core expired/ended"]);
            assert_eq!(free(&w, 1), yuan("100.00"));
        }
    }
}

/// A court's freeze ends the request; the condition may be attested, and carries nothing out.
#[test]
fn a_freeze_ends_what_waits() {
    let mut w = world();
    let (bill, id) = endorsing(&mut w, "2027-02-01");
    w.agree("s2", bill, 1);
    let freeze = Freeze {
        instrument: InstrumentRef::Number(bill),
        lot: lot("1-400"),
        part: None,
        order: "(2027) 1".parse().unwrap(),
    };
    w.ok("court", freeze);
    assert_eq!(state(&w, id).request, None);
    let executed = w.run("attestor", &[fulfil(id).into()]);
    assert_eq!(names(&executed.events), ["trade.condition_fulfilled"]);
}

#[test]
fn an_attestor_finds_what_it_is_to_attest() {
    let mut w = world();
    let mut ids: Vec<RequestId> = (0..3).map(|_| set(&mut w, "s1", "2027-02-01")).collect();
    let open = |w: &World| {
        let found = read::to_attest(&w.memory, &member("attestor"), None, 9).unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    ids.sort();
    assert_eq!(open(&w), ids);
    for stranger in ["s1", "core", "attestor-2"] {
        assert_eq!(w.refused(stranger, fulfil(ids[0])), Code::WrongParty);
    }
    w.ok("attestor", fulfil(ids[0]));
    assert_eq!(w.refused("attestor", fulfil(ids[0])), Code::ConditionEnded);
    assert_eq!(open(&w), ids[1..]);
    w.close("2027-02-01");
    assert_eq!(open(&w), []);
}
