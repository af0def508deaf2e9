//! Claims on bare invoices, double financing, and priority (rule book 3.4).

use crate::*;
use allonge_contracts::Call;

fn claim(money: &str) -> ClaimInvoice {
    ClaimInvoice {
        paper: hash(1),
        to: member("bank-a"),
        kind: ClaimKind::Pledge,
        money: yuan(money),
        registry: "0123".parse().unwrap(),
        notice: false,
    }
}

#[track_caller]
fn claimed(w: &mut World, call: ClaimInvoice) -> RequestId {
    match w.ok("s1", call) {
        CallResult::Claim(id) => id,
        other => panic!("{other:?}"),
    }
}

fn release(claim: RequestId, how: ClaimEnd) -> ReleaseClaim {
    ReleaseClaim { claim, how }
}

type Second = fn(&mut World, &str) -> (&'static str, Call);

/// Every way to finance an invoice of 100.00 again, after every way to finance 60.00 of it: what is left is 40.00, to the
/// minor unit, also when the first was paid.
#[test]
fn double_financing_is_refused_whatever_the_two_ways() {
    type Act = fn(&mut World);
    let first: [(&str, Act); 6] = [
        ("a bill", |w| {
            drawn(w, on_invoice("60.00", "60.00"));
        }),
        ("a paid bill", |w| {
            let bill = drawn(w, on_invoice("60.00", "60.00"));
            deliver(w, bill);
            w.morning("2027-04-06");
            assert_eq!(w.shape(bill), ["1-6000 s1 settled/ended"]);
        }),
        ("a certificate", |w| {
            let call = certificate(w, "60.00");
            w.ok("core", call);
        }),
        ("a pledge", |w| {
            claimed(w, claim("60.00"));
        }),
        ("an assignment", |w| {
            let kind = ClaimKind::Assignment;
            let claim = claim("60.00");
            claimed(w, ClaimInvoice { kind, ..claim });
        }),
        ("a paid claim", |w| {
            let id = claimed(w, claim("60.00"));
            w.ok("bank-a", release(id, ClaimEnd::Paid));
        }),
    ];
    let second: [(&str, Second); 3] = [
        ("a bill", |w, money| {
            let maturity = w.today().plus_days(60).unwrap();
            let draw = on_invoice(money, money);
            ("core", Register { maturity, ..draw }.into())
        }),
        ("a certificate", |w, money| {
            ("core", certificate(w, money).into())
        }),
        ("a claim of another", |_, money| {
            let to = member("bank-b");
            ("s1", ClaimInvoice { to, ..claim(money) }.into())
        }),
    ];
    for (one, finance) in first {
        for (other, again) in second {
            let name = format!("{one}, then {other}");
            let mut w = world();
            w.ok("s1", invoice(1, "100.00"));
            finance(&mut w);
            assert_eq!(free(&w, 1), yuan("40.00"), "{name}");
            let (who, call) = again(&mut w, "40.01");
            assert_eq!(w.refused(who, call), Code::InvoiceExhausted, "{name}");
            let (who, call) = again(&mut w, "40.00");
            w.ok(who, call);
            assert_eq!(free(&w, 1), yuan("0"), "{name}");
        }
    }
}

#[test]
fn an_unused_claim_frees_its_invoice_and_a_paid_one_does_not() {
    for (how, left) in [(ClaimEnd::Unused, "100.00"), (ClaimEnd::Paid, "40.00")] {
        let mut w = world();
        w.ok("s1", invoice(1, "100.00"));
        let id = claimed(&mut w, claim("60.00"));
        for stranger in ["s1", "core", "bank-b", "regulator"] {
            let code = w.refused(stranger, release(id, how));
            assert_eq!(code, Code::WrongParty);
        }
        w.ok("bank-a", release(id, how));
        assert_eq!(free(&w, 1), yuan(left));
        assert_eq!(w.refused("bank-a", release(id, how)), Code::WrongState);
        let found = read::claim(&w.memory, &id).unwrap().unwrap();
        assert_eq!(found.ended, Some(how));
        let held = read::claims_of(&w.memory, &member("bank-a"), None, 9).unwrap();
        assert_eq!(held, [found]);
    }
}

/// Only the seller has the invoice to give.
#[test]
fn a_claim_is_the_sellers_to_give() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    for stranger in ["core", "s2"] {
        assert_eq!(w.refused(stranger, claim("1.00")), Code::PaperParty);
    }
    assert_eq!(w.refused("regulator", claim("1.00")), Code::RoleRequired);
    for to in ["bank-a", "finco", "factor", "s2"] {
        let to = member(to);
        let claim = claim("1.00");
        claimed(&mut w, ClaimInvoice { to, ..claim });
    }
}

/// Worth 750.00 after a credit note, with 1,000.00 drawn: 300.00 registered, 300.00 with notice, 200.00 and 100.00 with
/// neither, and a bill of 100.00. The registered ones come first, the bill among them, then the notice; 50.00 are left for
/// 300.00: 33.33 and 16.67, the odd unit to the larger remainder.
#[test]
fn priority_is_by_registration_then_notice_then_pro_rata() {
    let mut w = world();
    w.ok("s1", invoice(1, "1,000.00"));
    let bare = |money, to: &str, registry: &str, notice| ClaimInvoice {
        to: member(to),
        registry: registry.parse().unwrap(),
        notice,
        ..claim(money)
    };
    let c = claimed(&mut w, bare("200.00", "finco", "", false));
    let d = claimed(&mut w, bare("100.00", "s2", "", false));
    let b = claimed(&mut w, bare("300.00", "bank-b", "", true));
    let a = claimed(&mut w, bare("300.00", "bank-a", "0123", true));
    let bill = drawn(&mut w, on_invoice("100.00", "100.00"));
    let executed = w.run("s1", &[credit_note(2, 1, "250.00").into()]);
    let alerted: Vec<String> = executed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::BackingShort(e) => Some(e.funder.as_ref().map_or("", |m| m.as_str()).into()),
            _ => None,
        })
        .collect();
    assert_eq!(alerted, ["finco", "s2", "bank-b", "bank-a", ""]);
    let ranked = read::priority(&w.memory, &hash(1)).unwrap();
    let found: Vec<_> = ranked
        .iter()
        .map(|one| (one.draw.financing, one.rank, one.covered))
        .collect();
    assert_eq!(
        found,
        [
            (Financing::Claim(a), Rank::Registered, 30_000),
            (Financing::Instrument(bill), Rank::Registered, 10_000),
            (Financing::Claim(b), Rank::Notified, 30_000),
            (Financing::Claim(c), Rank::Shared, 3_333),
            (Financing::Claim(d), Rank::Shared, 1_667),
        ]
    );
}

/// The earlier notice comes first, whoever was recorded first without one.
#[test]
fn the_earlier_notice_comes_first_and_a_short_worth_stops_in_the_middle() {
    let mut w = world();
    w.ok("s1", invoice(1, "100.00"));
    let bare = |money, notice| ClaimInvoice {
        registry: Default::default(),
        notice,
        ..claim(money)
    };
    let silent = claimed(&mut w, bare("40.00", false));
    let tuesday = claimed(&mut w, bare("30.00", true));
    w.morning("2027-01-06");
    let wednesday = claimed(&mut w, bare("30.00", true));
    w.ok("s1", credit_note(2, 1, "50.01"));
    let ranked = read::priority(&w.memory, &hash(1)).unwrap();
    let found: Vec<_> = ranked
        .iter()
        .map(|one| (one.draw.financing, one.covered))
        .collect();
    let expected = [(tuesday, 3_000), (wednesday, 1_999), (silent, 0)];
    let expected = expected.map(|(id, covered)| (Financing::Claim(id), covered));
    assert_eq!(found, expected);
    let days: Vec<_> = ranked.iter().map(|one| one.draw.notice_on).collect();
    let expected = ["2027-01-05", "2027-01-06"].map(|day| Some(date(day)));
    assert_eq!(days[..2], expected);
    assert_eq!(days[2], None);
}
