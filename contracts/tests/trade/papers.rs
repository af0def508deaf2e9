//! What is recorded, and what a record tells whom.

use crate::*;
use allonge_contracts::Outcome;

/// What an invoice is worth is the seller's word: a buyer that recorded it first would set the value, and the seller could
/// not record its own.
#[test]
fn an_invoice_is_its_sellers_to_record_and_both_find_it() {
    let mut w = world();
    assert_eq!(w.refused("core", invoice(1, "0.01")), Code::WrongParty);
    for stranger in ["s2", "bank-a", "attestor"] {
        assert_eq!(w.refused(stranger, invoice(1, "100.00")), Code::WrongParty);
    }
    for other in ["regulator", "central"] {
        assert_eq!(w.refused(other, invoice(1, "100.00")), Code::RoleRequired);
    }
    assert_eq!(w.ok("s1", invoice(1, "100.00")), CallResult::Paper(hash(1)));
    for party in ["s1", "core"] {
        let found = read::of_party(&w.memory, &member(party), None, 9).unwrap();
        assert_eq!(found, [paper(&w, 1)]);
    }
    assert_eq!(paper(&w, 1).by, member("s1"));
}

/// Contracts and goods are worth nothing to a financier: either party records them.
#[test]
fn either_party_records_a_contract() {
    let contract = RecordPaper {
        paper: PaperBody::Contract {
            document: hash(1),
            seller: member("s1"),
            buyer: member("core"),
            date: date("2027-01-04"),
        },
    };
    for who in ["s1", "core"] {
        let mut w = world();
        w.ok(who, contract.clone());
        for party in ["s1", "core"] {
            let found = read::of_party(&w.memory, &member(party), None, 9).unwrap();
            assert_eq!(found, [paper(&w, 1)]);
        }
        assert_eq!(paper(&w, 1).by, member(who));
    }
    let mut w = world();
    assert_eq!(w.refused("s2", contract), Code::WrongParty);
}

/// The refusal says that it is known, and nothing else: neither whose it is nor what it is worth.
#[test]
fn a_known_invoice_is_told_without_a_fact() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    for (who, call) in [
        ("s1", invoice(1, "100.00")),
        ("core", between(1, "core", "s2", "100.00")),
        ("s3", between(1, "s3", "s2", "7.00")),
        ("s1", credit_note(1, 1, "1.00")),
    ] {
        match w.run(who, &[call.into()]).outcome {
            Outcome::Rejected(rejection) => {
                assert_eq!(rejection.code, Code::InvoiceKnown);
                assert_eq!(rejection.facts, []);
            }
            Outcome::Accepted(_) => panic!("recorded twice"),
        }
    }
}

/// Whoever is refused more of an invoice learns neither how much is left nor who has the rest.
#[test]
fn an_exhausted_invoice_is_named_and_no_more() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    drawn(&mut w, on_invoice("100.00", "60.00"));
    let facts = w.facts("core", on_invoice("100.00", "40.01"));
    let names: Vec<&str> = facts.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(names, ["paper"]);
    drawn(&mut w, on_invoice("100.00", "40.00"));
}

#[test]
fn a_credit_note_lowers_what_can_be_drawn_and_not_below_nothing() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    w.ok("s1", credit_note(11, 1, "30.00"));
    assert_eq!(free(&w, 1), yuan("70.00"));
    let code = w.refused("core", on_invoice("100.00", "70.01"));
    assert_eq!(code, Code::InvoiceExhausted);
    // It is the seller's to issue.
    for other in ["core", "s2"] {
        assert_eq!(
            w.refused(other, credit_note(12, 1, "1.00")),
            Code::PaperParty
        );
    }
    w.ok("s1", credit_note(12, 1, "500.00"));
    assert_eq!(free(&w, 1), yuan("0"));
    assert_eq!(paper(&w, 1).worth(), Some(yuan("0")));
    assert!(!paper(&w, 1).usage.over_backed, "nothing was drawn on it");
}

#[test]
fn a_credit_note_after_financing_unwinds_nothing_and_alerts() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    let first = drawn(&mut w, on_invoice("60.00", "60.00"));
    let second = drawn(&mut w, on_invoice("30.00", "30.00"));
    // Covered to the minor unit: no alert.
    let executed = w.run("s1", &[credit_note(11, 1, "10.00").into()]);
    assert_eq!(names(&executed.events), ["trade.recorded"]);
    let executed = w.run("s1", &[credit_note(12, 1, "0.01").into()]);
    assert_eq!(
        names(&executed.events),
        [
            "trade.recorded",
            "trade.over_backed",
            "trade.backing_short",
            "trade.backing_short"
        ]
    );
    let alerted: Vec<Financing> = executed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::BackingShort(e) => Some(e.draw.financing),
            _ => None,
        })
        .collect();
    assert_eq!(alerted, [first, second].map(Financing::Instrument));
    assert!(paper(&w, 1).usage.over_backed);
    assert_eq!(paper(&w, 1).usage.drawn, 9_000);
    // It backs nothing more, also when a financing comes to nothing and there would be room.
    w.ok(
        "core",
        Revoke {
            bill: InstrumentRef::Number(second),
        },
    );
    assert_eq!(paper(&w, 1).usage.drawn, 6_000);
    assert_eq!(free(&w, 1), yuan("0"));
    let code = w.refused("core", on_invoice("1.00", "1.00"));
    assert_eq!(code, Code::OverBacked);
}

#[test]
fn goods_contracts_and_documents_are_recorded_and_back_nothing() {
    let mut w = world();
    let goods = RecordPaper {
        paper: PaperBody::Goods {
            from: member("s1"),
            to: member("core"),
            goods: "coil".parse().unwrap(),
            origin: "Tangshan".parse().unwrap(),
            date: date("2027-01-03"),
            quantity: "12.5".parse().unwrap(),
            unit: "t".parse().unwrap(),
            price: Some(yuan("100.00")),
            grade: "Q235B".parse().unwrap(),
        },
    };
    let contract = RecordPaper {
        paper: PaperBody::Contract {
            document: hash(2),
            seller: member("s1"),
            buyer: member("core"),
            date: date("2026-12-01"),
        },
    };
    let document = RecordPaper {
        paper: PaperBody::Document { document: hash(3) },
    };
    // The same goods moved twice are two movements; a document is one.
    let mut ids = vec![];
    for call in [&goods, &goods, &contract, &document] {
        match w.ok("s1", call.clone()) {
            CallResult::Paper(id) => ids.push(id),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ids[2..], [hash(2), hash(3)]);
    assert_ne!(ids[0], ids[1]);
    for call in [contract, document] {
        assert_eq!(w.refused("core", call), Code::AlreadyExists);
    }
    for id in ids {
        let money = yuan("1.00");
        let call = Register {
            backing: vec![Backing { paper: id, money }],
            ..register("1.00", "2027-04-05")
        };
        assert_eq!(w.refused("core", call), Code::PaperKind);
    }
}
