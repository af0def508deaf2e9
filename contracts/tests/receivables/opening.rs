//! Lines and opening; what happens until the payee has signed (rule book 3.1, 3.2).

use crate::*;
use allonge_contracts::bills::RefusalCode;

#[test]
fn opening_uses_the_line_and_the_payee_must_sign() {
    let mut w = world();
    let line = line(&mut w, "1,500.00");
    let number = opened(&mut w, open(line, "1,000.00", "2027-05-05"));
    assert!(number.as_str().starts_with("9102100099996"), "{number}");
    assert_eq!(used(&w, line), 100_000);
    assert_eq!(tiers(&w, number), ["1-100000 core T1 opened"]);
    let beyond = open(line, "500.01", "2027-05-05");
    assert_eq!(w.refused("core", beyond), Code::LineExceeded);
    assert_eq!(
        w.refused("core", transfer_lot(number, "1-100000", "", "s2")),
        Code::WrongState
    );
    w.ok("core", ask_signature(number));
    w.agree("s1", number, 1);
    assert_eq!(tiers(&w, number), ["1-100000 s1 T1 held"]);
    assert_eq!(
        used(&w, line),
        100_000,
        "a promise that stands uses its line"
    );
}

/// The ways in which a certificate ends before anybody holds it: each frees the line.
#[test]
fn what_is_not_signed_for_frees_the_line() {
    type End = fn(&mut World, InstrumentNumber);
    let refuse_it: End = |w, number| {
        w.ok("core", ask_signature(number));
        let refuse = refuse(w.request_at(number, 1), RefusalCode::Other);
        w.ok("s1", refuse);
    };
    let cancel: End = |w, number| {
        let cancel = CancelCertificate {
            certificate: of(number),
        };
        for stranger in ["s2", "bank-a", "regulator"] {
            assert_eq!(w.refused(stranger, cancel.clone()), Code::WrongParty);
        }
        w.ok("core", cancel);
    };
    // Nobody has asked it to sign.
    let decline: End = |w, number| {
        let cancel = CancelCertificate {
            certificate: of(number),
        };
        let executed = w.run("s1", &[cancel.into()]);
        assert_eq!(names(&executed.events), ["certificate.ended"]);
    };
    let lapse: End = |w, number| {
        w.ok("core", ask_signature(number));
        w.close("2027-01-14");
        assert_eq!(tiers(w, number), ["1-100000 core T1 opened"]);
        w.close("2027-01-15");
    };
    for (end, status) in [
        (refuse_it, "rejected"),
        (cancel, "cancelled"),
        (decline, "rejected"),
        (lapse, "expired"),
    ] {
        let mut w = world();
        let line = line(&mut w, "1,000.00");
        let number = opened(&mut w, open(line, "1,000.00", "2027-05-05"));
        end(&mut w, number);
        assert_eq!(tiers(&w, number), [format!("1-100000 core T1 {status}")]);
        assert_eq!(used(&w, line), 0, "{status}");
        assert_eq!(w.refused("core", ask_signature(number)), Code::WrongState);
        opened(&mut w, open(line, "1,000.00", "2027-05-05"));
    }
}

/// Ten days from the 6th is a Saturday: the payee has until the close of Monday, and never beyond the eve of the due day.
#[test]
fn the_last_day_to_sign_is_a_business_day() {
    for (due, last) in [("2027-05-05", "2027-01-18"), ("2027-01-17", "2027-01-16")] {
        let mut w = world();
        let line = line(&mut w, "1,000.00");
        w.morning("2027-01-06");
        let number = opened(&mut w, open(line, "1,000.00", due));
        w.ok("core", ask_signature(number));
        let request = w.request_at(number, 1);
        let found = allonge_contracts::requests::read::request(&w.memory, &request.0);
        assert_eq!(found.unwrap().unwrap().answer_by, Some(date(last)), "{due}");
    }
}

#[test]
fn a_request_in_the_way_is_answered_before_it_is_cancelled() {
    let mut w = world();
    let line = line(&mut w, "1,000.00");
    let number = opened(&mut w, open(line, "1,000.00", "2027-05-05"));
    w.ok("core", ask_signature(number));
    let cancel = CancelCertificate {
        certificate: of(number),
    };
    // The payee too: it refuses the request instead.
    for party in ["core", "s1"] {
        assert_eq!(w.refused(party, cancel.clone()), Code::RequestPending);
    }
    let take_back = withdraw(w.request_at(number, 1));
    w.ok("core", take_back);
    w.ok("core", cancel.clone());
    // What it has signed for it keeps.
    let number = opened(&mut w, open(line, "1,000.00", "2027-05-05"));
    w.ok("core", ask_signature(number));
    w.agree("s1", number, 1);
    let cancel = CancelCertificate {
        certificate: of(number),
    };
    for party in ["core", "s1"] {
        assert_eq!(w.refused(party, cancel.clone()), Code::WrongState);
    }
}

/// Up to 6 months without a reason; up to 12 with a reason and a bank's confirmation; never more (notice 77).
#[test]
fn a_long_term_needs_a_reason_and_a_bank() {
    let mut w = world();
    let line = line(&mut w, "10,000.00");
    let reason = |due: &str, reason: &str| OpenCertificate {
        term_reason: reason.parse().unwrap(),
        ..open(line, "1,000.00", due)
    };
    for (due, why, code) in [
        ("2027-01-05", "", Code::MaturityInPast),
        ("2027-07-06", "", Code::TermReasonMissing),
        ("2028-01-06", "built to order", Code::TermTooLong),
    ] {
        assert_eq!(w.refused("core", reason(due, why)), code, "{due}");
    }
    let short = opened(&mut w, reason("2027-07-05", ""));
    let confirm = |number| RequestConfirmation {
        certificate: of(number),
        to: member("bank-b"),
        answer_by: None,
    };
    assert_eq!(w.refused("core", confirm(short)), Code::NothingToConfirm);
    let long = opened(&mut w, reason("2028-01-05", "built to order"));
    assert_eq!(w.refused("core", ask_signature(long)), Code::NotConfirmed);
    w.ok("core", confirm(long));
    w.agree("bank-b", long, 1);
    assert_eq!(w.refused("core", confirm(long)), Code::NothingToConfirm);
    w.ok("core", ask_signature(long));
    w.agree("s1", long, 1);
    assert_eq!(tiers(&w, long), ["1-100000 s1 T1 held"]);
}

#[test]
fn a_line_is_changed_by_its_grantor_alone_and_ends() {
    let mut w = world();
    let line = line(&mut w, "1,000.00");
    let change = |limit: &str, until: Option<&str>| ChangeLine {
        line,
        limit: yuan(limit),
        until: until.map(date),
    };
    assert_eq!(
        w.refused("core", change("9,000.00", None)),
        Code::WrongParty
    );
    opened(&mut w, open(line, "800.00", "2027-05-05"));
    w.ok("bank-a", change("500.00", None));
    assert_eq!(
        w.refused("core", open(line, "0.01", "2027-05-05")),
        Code::LineExceeded
    );
    w.ok("bank-a", change("1,000.00", Some("2027-01-08")));
    w.morning("2027-01-08");
    opened(&mut w, open(line, "100.00", "2027-05-05"));
    w.morning("2027-01-09");
    assert_eq!(
        w.refused("core", open(line, "0.01", "2027-05-05")),
        Code::LineEnded
    );
    assert_eq!(used(&w, line), 90_000);
}

/// Who may do what: a row for each act and each member that may not.
#[test]
fn who_may_open_and_who_may_grant() {
    let mut w = world();
    let line = line(&mut w, "1,000.00");
    for who in ["core", "s1", "factor", "regulator", "central"] {
        assert_eq!(
            w.refused(who, grant("1.00")),
            Code::RoleRequired,
            "{who} grants"
        );
    }
    for who in ["bank-a", "finco", "factor", "regulator"] {
        let call = open(line, "1.00", "2027-05-05");
        assert_eq!(w.refused(who, call), Code::RoleRequired, "{who} opens");
    }
    let call = open(line, "1.00", "2027-05-05");
    assert_eq!(w.refused("s2", call), Code::WrongParty, "another's line");
}

/// A court's measure keeps nobody from letting the certificate expire, and ends with it.
#[test]
fn an_unsigned_certificate_expires_under_a_measure_that_ends_with_it() {
    let mut rules = rules();
    rules.members.insert(
        3,
        new_member("court", &[allonge_contracts::members::Role::Court], 32),
    );
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    rules.params.opening_needs_papers = 0;
    let mut w = World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    };
    let line = line(&mut w, "1,000.00");
    let number = opened(&mut w, open(line, "1,000.00", "2027-05-05"));
    let freeze = Freeze {
        instrument: of(number),
        lot: lot("1-100000"),
        part: None,
        order: "(2027) 1".parse().unwrap(),
    };
    w.ok("court", freeze);
    assert_eq!(used(&w, line), 100_000);
    w.morning("2027-05-05");
    assert_eq!(w.shape(number), ["1-100000 core expired/ended"]);
    assert_eq!(w.lots(number)[0].frozen.as_str(), "no");
    assert_eq!(used(&w, line), 0);
}
