//! What a policy may say.

use crate::*;
use allonge_contracts::state::{EmptyView, Overlay};
use allonge_contracts::write_genesis;

fn written(governance: Policy) -> Result<(), String> {
    let rules = GenesisRules {
        governance,
        ..rules()
    };
    write_genesis(&rules, 0, &mut Overlay::new(&EmptyView))
}

#[test]
fn a_policy_that_breaks_a_rule_is_refused_by_its_kind() {
    type Row = (fn(&mut Policy), &'static str);
    let rows: [Row; 12] = [
        (|p| p.admit.need = Need::Count(0), "admit: `need` must be"),
        (
            |p| p.admit.need = Need::Share { parts: 3, of: 2 },
            "admit: `need` must be",
        ),
        (
            |p| p.admit.need = Need::Share { parts: 0, of: 2 },
            "admit: `need` must be",
        ),
        (
            |p| p.suspend.roles = vec![Role::Regulator, Role::CentralBank],
            "suspend: roles must be in ascending order",
        ),
        (
            |p| p.suspend.with = vec![Role::Regulator; 2],
            "suspend: roles must be in ascending order",
        ),
        (
            |p| p.activate.roles = vec![],
            "activate: nobody is entitled",
        ),
        (
            |p| p.validators.parties = true,
            "validators: `parties` is for rotate_keys, change_roles and correct only",
        ),
        (|p| p.correct.parties = false, "correct: nobody is entitled"),
        (
            |p| {
                p.correct.parties = false;
                p.correct.roles = vec![Role::Regulator];
            },
            "correct: a correction takes the consent of all parties",
        ),
        (
            |p| p.recover.with = vec![],
            "recover: a regulator must be among those who approve",
        ),
        (
            |p| p.set_param.need = Need::Count(2),
            "set_param: 2 must approve, but only 1 members of genesis have such a role",
        ),
        (
            |p| p.admit.need = Need::Count(3),
            "admit: 3 must approve, but only 2",
        ),
    ];
    assert_eq!(written(Policy::default()), Ok(()));
    for (change, said) in rows {
        let mut policy = Policy::default();
        change(&mut policy);
        let error = written(policy).unwrap_err();
        assert!(error.contains(said), "{said}: {error}");
    }
    let unknown = GenesisRules {
        protocol: 3,
        ..rules()
    };
    let error = write_genesis(&unknown, 0, &mut Overlay::new(&EmptyView)).unwrap_err();
    assert!(
        error.contains("protocol: 3 is not between 1 and 2"),
        "{error}"
    );
}

#[test]
fn how_many_are_needed_is_a_count_or_a_share_rounded_up() {
    let need = |text: &str| text.parse::<Need>().unwrap();
    for (text, of, wanted) in [
        ("1", 5, 1),
        ("2", 5, 2),
        ("2/3", 3, 2),
        ("2/3", 4, 3),
        ("1/2", 5, 3),
        ("1/1", 7, 7),
        ("1/3", 0, 0),
    ] {
        assert_eq!(need(text).of(of), wanted, "{text} of {of}");
    }
    let written = serde_json::to_string(&[need("2"), need("2/3")]).unwrap();
    assert_eq!(written, "[2,\"2/3\"]");
    let read: Vec<Need> = serde_json::from_str(&written).unwrap();
    assert_eq!(read, [need("2"), need("2/3")]);
    for wrong in ["", "x", "2/", "-1", "70000", "1/2/3"] {
        assert!(wrong.parse::<Need>().is_err(), "{wrong}");
        assert!(serde_json::from_value::<Need>(wrong.into()).is_err());
    }
    let partly: Policy =
        serde_json::from_str("{\"admit\": {\"roles\": [\"bank\"], \"need\": \"2/3\"}}").unwrap();
    assert_eq!(partly.suspend, Policy::default().suspend);
    assert_eq!(partly.admit.roles, [Role::Bank]);
    assert!(serde_json::from_str::<Policy>("{\"banish\": {}}").is_err());
}
