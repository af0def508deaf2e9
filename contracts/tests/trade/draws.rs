//! One invoice, one financing (rule book 3.4).

use crate::*;
use allonge_contracts::bills::{BillKind, RefusalCode};

/// Who draws on whom for whose invoice: (drawer, acceptor, payee) against (seller, buyer).
#[test]
fn an_invoice_is_from_whom_the_bill_pays_to_who_owes_under_it() {
    let bill = |acceptor: &str, payee: &str| Register {
        kind: BillKind::Commercial,
        acceptor: member(acceptor),
        payee: member(payee),
        ..on_invoice("10.00", "10.00")
    };
    let rows = [
        // The buyer draws for its seller, and accepts itself or lets another.
        ("core", "core", "s1", true),
        ("core", "s2", "s1", true),
        // The seller draws on its buyer, for itself or for its own creditor.
        ("s1", "core", "s1", true),
        ("s1", "core", "s2", true),
        // A stranger between the two has no part in the invoice, and uses it up for nobody.
        ("s2", "core", "s1", false),
        ("s3", "core", "s1", false),
        // The other way round, or about others.
        ("s1", "s1", "core", false),
        ("s1", "s2", "core", false),
        ("s2", "core", "s3", false),
        ("core", "s2", "s3", false),
        ("s2", "s3", "s1", false),
    ];
    for (drawer, acceptor, payee, fits) in rows {
        let mut w = world();
        w.ok("s1", invoice(1, "100.00"));
        let call = bill(acceptor, payee);
        let name = format!("{drawer} on {acceptor} to {payee}");
        if fits {
            w.ok(drawer, call);
            assert_eq!(free(&w, 1), yuan("90.00"), "{name}");
        } else {
            assert_eq!(w.refused(drawer, call), Code::PaperParty, "{name}");
        }
    }
}

#[test]
fn several_bills_share_an_invoice_and_several_invoices_a_bill() {
    let mut w = world();
    for byte in [1, 2] {
        w.ok("s1", invoice(byte, "100.00"));
    }
    let both = Register {
        backing: vec![backing(1, "70.00"), backing(2, "80.00")],
        ..register("160.00", "2027-04-05")
    };
    let bill = drawn(&mut w, both.clone());
    let behind = read::behind_instrument(&w.memory, &bill).unwrap();
    assert_eq!(behind, both.backing);
    assert_eq!((free(&w, 1), free(&w, 2)), (yuan("30.00"), yuan("20.00")));
    // One that does not suffice, and neither is drawn on.
    let more = Register {
        backing: vec![backing(1, "30.00"), backing(2, "20.01")],
        ..both.clone()
    };
    assert_eq!(w.refused("core", more), Code::InvoiceExhausted);
    assert_eq!((free(&w, 1), free(&w, 2)), (yuan("30.00"), yuan("20.00")));
    // Within one transaction too.
    let half = Register {
        backing: vec![backing(1, "20.00")],
        ..register("20.00", "2027-04-05")
    };
    let executed = w.run("core", &[half.clone().into(), half.into()]);
    assert!(matches!(
        executed.outcome,
        allonge_contracts::Outcome::Rejected(r) if r.code == Code::InvoiceExhausted && r.call == 1
    ));
    assert_eq!(free(&w, 1), yuan("30.00"));
}

/// How a bill comes to nothing, or does not: what it drew afterwards.
#[test]
fn backing_is_freed_by_non_use_and_expiry_and_never_by_payment() {
    type Play = fn(&mut World, InstrumentNumber);
    let rows: [(&str, Play, bool); 9] = [
        (
            "revoked",
            |w, bill| {
                w.ok(
                    "core",
                    Revoke {
                        bill: InstrumentRef::Number(bill),
                    },
                );
            },
            true,
        ),
        (
            "acceptance refused",
            |w, bill| {
                w.ok("core", ask_acceptance(bill));
                let asked = w.request_at(bill, 1);
                w.ok("bank-a", refuse(asked, RefusalCode::Other));
            },
            false,
        ),
        (
            "refused, then revoked",
            |w, bill| {
                w.ok("core", ask_acceptance(bill));
                let asked = w.request_at(bill, 1);
                w.ok("bank-a", refuse(asked, RefusalCode::Other));
                w.ok(
                    "core",
                    Revoke {
                        bill: InstrumentRef::Number(bill),
                    },
                );
            },
            true,
        ),
        (
            "returned unused",
            |w, bill| {
                accept(w, bill);
                w.ok(
                    "core",
                    RequestUnusedReturn {
                        bill: InstrumentRef::Number(bill),
                        answer_by: None,
                    },
                );
                w.agree("bank-a", bill, 1);
            },
            true,
        ),
        (
            "unaccepted at maturity",
            |w, _| {
                w.morning("2027-04-05");
            },
            true,
        ),
        (
            "undelivered when the window ends",
            |w, bill| {
                accept(w, bill);
                w.morning("2027-04-15");
                assert_eq!(free(w, 1), yuan("0"), "deliverable still");
                w.morning("2027-04-16");
            },
            true,
        ),
        ("delivered", |w, bill| deliver(w, bill), false),
        (
            "paid",
            |w, bill| {
                deliver(w, bill);
                w.morning("2027-04-06");
                assert_eq!(w.shape(bill), ["1-10000 s1 settled/ended"]);
            },
            false,
        ),
        (
            "extinguished in the acceptor's hands",
            |w, bill| {
                deliver(w, bill);
                w.endorse(bill, "s1", "1-10000", "", "bank-a");
                w.morning("2027-04-06");
                assert_eq!(w.shape(bill), ["1-10000 bank-a terminated/ended"]);
            },
            false,
        ),
    ];
    for (name, play, freed) in rows {
        let mut w = world();
        w.ok("s1", invoice(1, "100.00"));
        let bill = drawn(&mut w, on_invoice("100.00", "100.00"));
        assert_eq!(free(&w, 1), yuan("0"));
        play(&mut w, bill);
        let expected = yuan(if freed { "100.00" } else { "0" });
        assert_eq!(free(&w, 1), expected, "{name}");
        let draws = read::draws(&w.memory, &hash(1), 0, 9).unwrap();
        assert_eq!(draws.is_empty(), freed, "{name}");
        let maturity = if w.today() < date("2027-04-05") {
            "2027-04-05"
        } else {
            "2027-06-01"
        };
        let again = Register {
            backing: vec![backing(1, "100.00")],
            ..register("100.00", maturity)
        };
        if freed {
            drawn(&mut w, again);
        } else {
            assert_eq!(w.refused("core", again), Code::InvoiceExhausted, "{name}");
        }
    }
}

#[test]
fn freed_twice_it_is_still_as_it_was() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    for _ in 0..3 {
        let bill = drawn(&mut w, on_invoice("100.00", "100.00"));
        w.ok(
            "core",
            Revoke {
                bill: InstrumentRef::Number(bill),
            },
        );
        assert_eq!(free(&w, 1), yuan("100.00"));
    }
    let usage = paper(&w, 1).usage;
    assert_eq!((usage.draws, usage.live, usage.drawn), (3, 0, 0));
}

/// As many draws stand on an invoice as may, and one more is refused.
#[test]
fn the_draws_on_an_invoice_are_bounded() {
    let mut w = World {
        checked: false,
        ..world()
    };
    w.ok("s1", invoice(1, "1,000.00"));
    for _ in 0..allonge_contracts::trade::MAX_DRAWS {
        drawn(&mut w, on_invoice("0.01", "0.01"));
    }
    let code = w.refused("core", on_invoice("0.01", "0.01"));
    assert_eq!(code, Code::InvoiceExhausted);
    w.sound();
}
