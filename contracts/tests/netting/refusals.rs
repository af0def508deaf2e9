//! What is refused of netting, and of several reasons which comes first.

use crate::*;
use allonge_contracts::Code;
use allonge_contracts::params::ParamName;

#[test]
fn a_queue_is_its_payers() {
    let mut w = world(&[]);
    let id = queued(&mut w, "s1", owe("s2", yuan("1.00")));
    let others = queued(&mut w, "s2", owe("s1", yuan("1.00")));
    let cancel = CancelObligation { obligation: id };
    for actor in ["s2", "central", "regulator"] {
        assert_eq!(w.refused(actor, cancel.clone()), Code::WrongParty);
    }
    let reorder = Reorder {
        obligation: id,
        priority: None,
        before: Some(others),
    };
    assert_eq!(w.refused("s2", reorder.clone()), Code::WrongParty);
    assert_eq!(w.refused("s1", reorder), Code::WrongParty);
    w.ok("s1", cancel.clone());
    assert_eq!(w.refused("s1", cancel), Code::NoSuchObligation);
}

#[test]
fn another_currency_is_another_queue() {
    let mut w = world(&[]);
    let yuans = queued(&mut w, "s1", owe("s2", yuan("1.00")));
    let euros = queued(&mut w, "s1", owe("s2", euro("1.00")));
    let other = queued(&mut w, "s1", owe("s2", yuan("2.00")));
    let reorder = |before, priority| Reorder {
        obligation: yuans,
        priority,
        before: Some(before),
    };
    assert_eq!(w.refused("s1", reorder(euros, None)), Code::OtherQueue);
    assert_eq!(w.refused("s1", reorder(other, Some(4))), Code::OtherQueue);
    w.ok("s1", reorder(other, Some(5)));
}

#[test]
fn the_authority_and_whoever_waits_run_a_cycle() {
    let mut w = world(&[("s1", yuan("1.00"))]);
    assert_eq!(w.refused("central", cycle()), Code::NothingWaits);
    assert_eq!(w.refused("s1", cycle()), Code::NotInCycle);
    queued(&mut w, "s1", owe("s2", yuan("1.00")));
    // Who is only paid, and the regulator, wait for the close.
    for actor in ["s2", "ecb", "regulator"] {
        assert_eq!(w.refused(actor, cycle()), Code::NotInCycle);
    }
    w.ok("s1", cycle());
    assert_eq!(last_cycle(&w).by, Some(member("s1")));
}

#[test]
fn a_suspended_payee_is_owed_nothing_new() {
    let mut w = world(&[]);
    w.ok(
        "regulator",
        Suspend {
            member: member("s2"),
            reason: Default::default(),
        },
    );
    let code = w.refused("s1", owe("s2", yuan("1.00")));
    assert_eq!(code, Code::CounterpartySuspended);
}

#[test]
fn a_deadline_is_a_close_to_come() {
    let mut w = world(&[]);
    let by = |deadline: &str| Queue {
        deadline: date(deadline),
        ..owe("s2", yuan("1.00"))
    };
    assert_eq!(w.refused("s1", by("2027-01-04")), Code::DateInPast);
    queued(&mut w, "s1", by("2027-01-05"));
    w.close("2027-01-05");
    assert_eq!(w.refused("s1", by("2027-01-05")), Code::DateInPast);
    let never = Queue {
        not_before: Some(date("2027-01-08")),
        ..by("2027-01-07")
    };
    assert_eq!(w.refused("s1", never.clone()), Code::NeverEligible);
    let on_the_day = Queue {
        not_before: Some(date("2027-01-07")),
        ..never
    };
    queued(&mut w, "s1", on_the_day);
}

/// What waits takes a place that others need: for a month at most, or for as long as the parameter says.
#[test]
fn a_deadline_is_not_far_ahead() {
    let mut w = world(&[]);
    let by = |deadline: &str| Queue {
        deadline: date(deadline),
        ..owe("s2", yuan("1.00"))
    };
    queued(&mut w, "s1", by("2027-02-04"));
    for late in ["2027-02-05", "2030-01-05", "9999-12-31"] {
        assert_eq!(w.refused("s1", by(late)), Code::InvalidArgument);
        let facts = w.facts("s1", by(late));
        assert!(
            facts.contains(&("latest".into(), date("2027-02-04").into())),
            "{facts:?}"
        );
    }
    let shorter = SetParam {
        name: ParamName::NettingDeadlineDays,
        value: 1,
        from: date("2027-01-06"),
    };
    w.ok("regulator", shorter);
    w.morning("2027-01-06");
    assert_eq!(w.refused("s1", by("2027-01-08")), Code::InvalidArgument);
    queued(&mut w, "s1", by("2027-01-07"));
    // After the close the next one is tomorrow's, and can still be named.
    w.close("2027-01-06");
    queued(&mut w, "s1", by("2027-01-07"));
}
