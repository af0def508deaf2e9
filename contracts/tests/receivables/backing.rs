//! Certificates draw on the invoices behind them (rule book 3.1, 3.4).

use crate::*;
use allonge_contracts::Hash;
use allonge_contracts::trade::{Backing, ClaimEnd, ClaimKind, PaperBody};

fn invoice(byte: u8, seller: &str, value: &str) -> RecordPaper {
    RecordPaper {
        paper: PaperBody::Invoice {
            commitment: Hash([byte; 32]),
            seller: member(seller),
            buyer: member("core"),
            value: yuan(value),
            date: date("2027-01-04"),
        },
    }
}

fn drawing(line: RequestId, sum: &str, drawn: &[(u8, &str)]) -> OpenCertificate {
    OpenCertificate {
        backing: drawn
            .iter()
            .map(|(byte, money)| Backing {
                paper: Hash([*byte; 32]),
                money: yuan(money),
            })
            .collect(),
        ..open(line, sum, "2027-05-05")
    }
}

/// Invoices from the payee to the issuer cover the sum; they are free again only when nobody ever held it.
#[test]
fn invoices_cover_the_sum_and_are_freed_by_non_use_alone() {
    let mut rules = rules();
    rules.params.opening_needs_papers = 1;
    let mut w = World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    };
    let line = line(&mut w, "5,000.00");
    for (byte, seller) in [(1, "s1"), (2, "s1"), (3, "s2")] {
        w.ok(seller, invoice(byte, seller, "600.00"));
    }
    for (drawn, code) in [
        (vec![], Code::NotCovered),
        (vec![(1, "600.00"), (2, "399.99")], Code::NotCovered),
        (vec![(1, "600.00"), (3, "400.00")], Code::PaperParty),
        (vec![(1, "600.01"), (2, "399.99")], Code::InvoiceExhausted),
        (vec![(1, "600.00"), (2, "400.01")], Code::InvalidArgument),
        (vec![(1, "500.00"), (9, "500.00")], Code::NoSuchPaper),
    ] {
        let call = drawing(line, "1,000.00", &drawn);
        assert_eq!(w.refused("core", call), code, "{drawn:?}");
    }
    let call = drawing(line, "1,000.00", &[(1, "600.00"), (2, "400.00")]);
    let number = opened(&mut w, call.clone());
    assert_eq!(w.refused("core", call.clone()), Code::InvoiceExhausted);
    w.ok(
        "core",
        CancelCertificate {
            certificate: of(number),
        },
    );
    // A buyer that opens and never asks for the signature does not keep its supplier from financing the invoice elsewhere.
    let idle = opened(&mut w, call.clone());
    let elsewhere = ClaimInvoice {
        paper: Hash([1; 32]),
        to: member("bank-b"),
        kind: ClaimKind::Assignment,
        money: yuan("600.00"),
        registry: Default::default(),
        notice: false,
    };
    assert_eq!(w.refused("s1", elsewhere.clone()), Code::InvoiceExhausted);
    w.ok(
        "s1",
        CancelCertificate {
            certificate: of(idle),
        },
    );
    let CallResult::Claim(claim) = w.ok("s1", elsewhere) else {
        panic!("no claim");
    };
    let how = ClaimEnd::Unused;
    w.ok("bank-b", ReleaseClaim { claim, how });
    let again = opened(&mut w, call.clone());
    w.ok("core", ask_signature(again));
    w.agree("s1", again, 1);
    w.morning("2027-05-20");
    assert_eq!(
        w.refused(
            "core",
            OpenCertificate {
                due: date("2027-06-05"),
                ..call
            }
        ),
        Code::InvoiceExhausted
    );
}
