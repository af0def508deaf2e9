//! What proposals change of members.

use crate::*;
use allonge_contracts::members::read as members;
use allonge_contracts::{Outcome, authorise};

fn recover(name: &str) -> Recover {
    Recover {
        member: member(name),
        keys: vec![key(70), key(71)],
        threshold: 2,
        order: "court 12/2027".parse().unwrap(),
    }
}

fn change(name: &str, roles: &[Role]) -> ChangeRoles {
    ChangeRoles {
        member: member(name),
        roles: roles.to_vec(),
    }
}

#[test]
fn a_member_whose_keys_are_gone_gets_new_ones_with_a_regulator_among_those_who_approve() {
    let mut policy = strict();
    policy.recover = Rule {
        roles: vec![Role::Bank, Role::CentralBank, Role::Regulator],
        need: Need::Count(2),
        ..policy.recover
    };
    let mut w = world_of(policy, 1);
    let proposal = w.proposed("bank-a", propose(vec![recover("s1").into()]));
    w.approved("central", proposal);
    w.approved("bank-b", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    w.approved("regulator", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    let may = |keys: &[PublicKey]| authorise(&w.memory, &member("s1"), keys).unwrap();
    assert_eq!(may(&[key(8)]), Err(Code::UnknownKey));
    assert_eq!(may(&[key(70)]), Err(Code::TooFewApprovals));
    assert_eq!(may(&[key(70), key(71)]), Ok(()));
}

#[test]
fn whose_keys_may_be_in_wrong_hands_has_no_say_in_their_replacement() {
    let mut w = world(1);
    let proposal = w.proposed("central", propose(vec![recover("regulator-b").into()]));
    let entitled = w.proposal(proposal).quorums[0].entitled.clone();
    assert_eq!(entitled, [member("central"), member("regulator")]);
    assert_eq!(
        w.refused("regulator-b", vote(proposal, false)),
        Code::NotEntitled
    );
    w.approved("regulator", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
}

#[test]
fn keys_are_replaced_by_the_member_alone_or_with_those_whom_the_policy_names() {
    let mut policy = strict();
    policy.rotate_keys = Rule {
        roles: vec![Role::Regulator],
        parties: true,
        need: Need::Count(2),
        ..policy.rotate_keys
    };
    let mut w = world_of(policy, 1);
    let replace = ReplaceKeys {
        member: member("s1"),
        keys: vec![key(70)],
        threshold: 1,
    };
    let proposal = w.proposed("regulator", propose(vec![replace.clone().into()]));
    w.approved("regulator-b", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    w.approved("s1", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    // Against the member itself nothing is done.
    let proposal = w.proposed("regulator", propose(vec![replace.into()]));
    w.ok("s1", vote(proposal, false));
    assert_eq!(w.status(proposal), ProposalStatus::Rejected);
    let own = RotateKeys {
        keys: vec![key(80)],
        threshold: 1,
    };
    w.ok("s1", own);
    assert_eq!(
        authorise(&w.memory, &member("s1"), &[key(80)]).unwrap(),
        Ok(())
    );
}

#[test]
fn roles_change_and_with_them_who_has_a_say() {
    let mut w = world(1);
    let both = [Role::Enterprise, Role::Regulator];
    assert_eq!(
        w.decided(change("s1", &both)),
        (ProposalStatus::Applied, None)
    );
    let roles = |w: &World, name: &str| {
        let found = members::member(&w.memory, &member(name)).unwrap();
        found.unwrap().roles
    };
    assert_eq!(roles(&w, "s1"), both);
    let proposal = w.proposed("s1", propose(vec![admit("new", 50).into()]));
    let quorum = w.proposal(proposal).quorums[0].clone();
    assert_eq!((quorum.entitled.len(), quorum.need), (4, 3));
    let same = propose(vec![change("s1", &both).into()]);
    assert_eq!(w.refused("regulator", same), Code::WrongState);
    assert_eq!(
        w.decided(change("s1", &[Role::Enterprise])).0,
        ProposalStatus::Open
    );
}

#[test]
fn nobody_is_left_without_whom_no_change_could_be_approved() {
    let mut policy = Policy::default();
    for rule in [&mut policy.suspend, &mut policy.change_roles] {
        rule.need = Need::Count(2);
        rule.roles = vec![Role::CentralBank, Role::Regulator];
    }
    policy.set_param.need = Need::Count(2);
    let mut w = world_of(policy, 1);
    let mut refused = |action: Action| w.refused("regulator", propose(vec![action]));
    // Two regulators set parameters: neither can lose the role, nor be suspended.
    let lost = Code::WouldLockOut;
    assert_eq!(refused(suspend("regulator-b").into()), lost);
    assert_eq!(
        refused(change("regulator-b", &[Role::Enterprise]).into()),
        lost
    );
    // The authority of a currency stays a central bank.
    let wrong = Code::WrongState;
    assert_eq!(refused(change("central", &[Role::Bank]).into()), wrong);
    let third = Admit {
        roles: vec![Role::Regulator],
        ..admit("regulator-c", 60)
    };
    w.ok("central", third);
    let proposal = w.proposed("regulator", propose(vec![suspend("regulator-b").into()]));
    w.approved("central", proposal);
    assert!(suspended(&w, "regulator-b"));
}

#[test]
fn suspension_by_vote_and_back() {
    let mut w = world(1);
    assert_eq!(w.decided(suspend("s1")), (ProposalStatus::Applied, None));
    assert!(suspended(&w, "s1"));
    let back = Reinstate {
        member: member("s1"),
        reason: Default::default(),
    };
    assert_eq!(w.decided(back.clone()), (ProposalStatus::Applied, None));
    assert!(!suspended(&w, "s1"));
    assert_eq!(
        w.refused("regulator", propose(vec![back.into()])),
        Code::WrongState
    );
    let call = propose(vec![suspend("nobody").into()]);
    assert!(matches!(
        w.run("regulator", &[call.into()]).outcome,
        Outcome::Rejected(rejection) if rejection.code == Code::NoSuchMember
    ));
}

#[test]
fn where_no_regulator_is_left_to_approve_nothing_is_recovered() {
    let mut policy = strict();
    policy.recover.need = Need::Count(1);
    let rules = GenesisRules {
        governance: policy,
        ..rules()
    };
    let mut w = World::new(&rules, "2027-01-05");
    let call = propose(vec![recover("regulator").into()]);
    assert_eq!(w.refused("central", call), Code::PolicyUnmet);
}

#[test]
fn the_last_regulator_stays_where_recovery_needs_one() {
    let central = Rule {
        roles: vec![Role::CentralBank],
        ..Policy::default().suspend
    };
    let policy = Policy {
        admit: central.clone(),
        suspend: central.clone(),
        reinstate: central.clone(),
        change_roles: central.clone(),
        recover: Rule {
            with: vec![Role::Regulator],
            roles: vec![Role::CentralBank, Role::Regulator],
            ..central.clone()
        },
        validators: central.clone(),
        observers: central.clone(),
        set_param: central.clone(),
        activate: central,
        ..Policy::default()
    };
    let rules = GenesisRules {
        governance: policy,
        ..rules()
    };
    let mut w = World::new(&rules, "2027-01-05");
    assert_eq!(
        w.refused("central", suspend("regulator")),
        Code::WouldLockOut
    );
    w.ok("central", suspend("s1"));
}

#[test]
fn the_keys_of_one_suspended_are_not_replaced() {
    let mut policy = Policy::default();
    policy.rotate_keys = Rule {
        roles: vec![Role::Regulator],
        parties: true,
        ..policy.rotate_keys
    };
    let mut w = world_of(policy, 1);
    w.ok("regulator", suspend("s1"));
    let replace = ReplaceKeys {
        member: member("s1"),
        keys: vec![key(70)],
        threshold: 1,
    };
    let call = propose(vec![replace.into()]);
    assert_eq!(w.refused("regulator", call), Code::CounterpartySuspended);
}
