//! What the buyer and attestors say of papers.

use crate::*;

fn say(byte: u8, verdict: Verdict) -> AttestPaper {
    AttestPaper {
        paper: hash(byte),
        verdict,
        document: Some(hash(200)),
        text: "as delivered".parse().unwrap(),
    }
}

/// Who may attest what: the buyer under the paper, and attestors of papers that they do not give themselves.
#[test]
fn the_buyer_or_an_attestor_attests() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    w.ok("s1", credit_note(2, 1, "1.00"));
    let document = PaperBody::Document { document: hash(3) };
    w.ok("s2", RecordPaper { paper: document });
    for (who, of_invoice, of_note, of_document) in [
        ("core", true, true, false),
        ("attestor", true, true, true),
        ("s1", false, false, false),
        ("s2", false, false, false),
        ("bank-a", false, false, false),
        ("regulator", false, false, false),
    ] {
        for (byte, may) in [(1, of_invoice), (2, of_note), (3, of_document)] {
            let call = say(byte, Verdict::Confirmed);
            if may {
                w.ok(who, call);
            } else {
                assert_eq!(w.refused(who, call), Code::PaperParty, "{who} {byte}");
            }
        }
    }
    let by: Vec<String> = read::attestations(&w.memory, &hash(1))
        .unwrap()
        .iter()
        .map(|one| one.by.to_string())
        .collect();
    assert_eq!(by, ["attestor", "core"]);
}

#[test]
fn while_somebody_denies_it_an_invoice_backs_nothing() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    drawn(&mut w, on_invoice("10.00", "10.00"));
    w.ok("core", say(1, Verdict::Denied));
    w.ok("attestor", say(1, Verdict::Denied));
    assert_eq!(paper(&w, 1).denied, 2);
    for denier in ["core", "attestor"] {
        let code = w.refused("core", on_invoice("1.00", "1.00"));
        assert_eq!(code, Code::PaperDenied);
        assert_eq!(free(&w, 1), yuan("0"));
        w.ok(denier, say(1, Verdict::Confirmed));
    }
    assert_eq!((paper(&w, 1).denied, paper(&w, 1).attested), (0, 2));
    // What was drawn before stayed drawn.
    assert_eq!(free(&w, 1), yuan("90.00"));
    drawn(&mut w, on_invoice("90.00", "90.00"));
}

#[test]
fn a_debtor_who_confirmed_cannot_deny_later() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    w.ok("core", say(1, Verdict::Confirmed));
    let code = w.refused("core", say(1, Verdict::Denied));
    assert_eq!(code, Code::AlreadyConfirmed);
    w.ok("core", say(1, Verdict::Confirmed));
    // An attestor may have erred, either way.
    use Verdict::{Confirmed, Denied};
    for verdict in [Confirmed, Denied, Denied, Confirmed] {
        w.ok("attestor", say(1, verdict));
        assert_eq!(paper(&w, 1).denied, u32::from(verdict == Denied));
    }
}
