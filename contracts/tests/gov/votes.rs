//! From a proposal to its end.

use crate::*;
use allonge_contracts::params::ParamName;
use allonge_contracts::{Call, Outcome};

#[test]
fn a_proposal_is_carried_out_with_the_last_approval_needed() {
    let mut w = world(1);
    let proposal = w.proposed("regulator", propose(vec![admit("new", 50).into()]));
    let seen = w.proposal(proposal);
    assert_eq!(seen.number, 1);
    assert_eq!(seen.quorums[0].need, 2);
    let entitled: Vec<&str> = seen.quorums[0]
        .entitled
        .iter()
        .map(|m| m.as_str())
        .collect();
    assert_eq!(entitled, ["central", "regulator", "regulator-b"]);
    assert_eq!(seen.vote_of(&member("regulator")), Some(true));
    assert!(!is_member(&w, "new"));
    assert_eq!(
        w.refused("regulator", vote(proposal, true)),
        Code::AlreadyVoted
    );
    assert_eq!(w.refused("bank-a", vote(proposal, true)), Code::NotEntitled);
    let events = w.run("central", &[vote(proposal, true).into()]).events;
    let names: Vec<&str> = events.iter().map(Event::name).collect();
    assert_eq!(
        names,
        ["gov.voted", "gov.carried", "member.admitted", "gov.ended"]
    );
    assert!(is_member(&w, "new"));
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    assert_eq!(
        w.refused("regulator-b", vote(proposal, true)),
        Code::ProposalEnded
    );
}

#[test]
fn whoever_may_decide_alone_does_so_by_proposing() {
    let mut w = world_of(Policy::default(), 1);
    let proposal = w.proposed("central", propose(vec![admit("new", 50).into()]));
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    w.ok("central", admit("newer", 51));
    w.ok("regulator", suspend("newer"));
    assert_eq!(w.refused("central", suspend("new")), Code::RoleRequired);
    assert_eq!(
        w.refused("central", propose(vec![suspend("new").into()])),
        Code::NotEntitled
    );
}

#[test]
fn a_direct_call_of_one_who_may_not_decide_alone_says_to_propose() {
    let mut w = world(1);
    let reinstate = Reinstate {
        member: member("s2"),
        reason: Default::default(),
    };
    let set = SetParam {
        name: ParamName::SilentDays,
        value: 5,
        from: date("2027-03-01"),
    };
    w.decided(suspend("s2"));
    for (call, kind) in [
        (Call::from(admit("new", 50)), "admit"),
        (suspend("s1").into(), "suspend"),
        (reinstate.into(), "reinstate"),
        (set.into(), "set_param"),
    ] {
        let rejection = match w.run("regulator", std::slice::from_ref(&call)).outcome {
            Outcome::Rejected(rejection) => rejection,
            Outcome::Accepted(_) => panic!("{} was carried out", call.name()),
        };
        assert_eq!(rejection.code, Code::NeedsProposal);
        assert_eq!(
            rejection.to_string(),
            format!("{} (kind {kind}, need 2)", Code::NeedsProposal.summary())
        );
        assert_eq!(w.refused("s1", call), Code::RoleRequired);
    }
}

#[test]
fn so_many_against_it_that_it_cannot_be_carried_end_it() {
    let mut w = world(1);
    let proposal = w.proposed("regulator", propose(vec![suspend("s1").into()]));
    w.ok("central", vote(proposal, false));
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    w.ok("regulator-b", vote(proposal, false));
    assert_eq!(w.status(proposal), ProposalStatus::Rejected);
    assert!(!suspended(&w, "s1"));
}

#[test]
fn it_lapses_at_the_close_of_its_last_day_and_not_before() {
    let mut w = world(1);
    let proposal = w.proposed("regulator", propose(vec![suspend("s1").into()]));
    w.go_to("2027-01-20", 19 * 60 + 59);
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    let events = w.close("2027-01-20");
    assert!(events.iter().any(|e| e.name() == "gov.ended"), "{events:?}");
    assert_eq!(w.status(proposal), ProposalStatus::Lapsed);
    assert_eq!(w.proposal(proposal).ended_on, day("2027-01-20"));
    assert_eq!(
        w.refused("central", vote(proposal, true)),
        Code::ProposalEnded
    );
}

#[test]
fn a_vote_after_the_close_counts_no_more_though_the_clock_has_yet_to_come() {
    let mut w = world(1);
    let proposal = w.proposed("regulator", propose(vec![suspend("s1").into()]));
    w.time_ms = local_ms(date("2027-01-20"), 20 * 60);
    assert_eq!(
        w.refused("central", vote(proposal, true)),
        Code::ProposalEnded
    );
}

#[test]
fn only_its_proposer_takes_it_back() {
    let mut w = world(1);
    let proposal = w.proposed("regulator", propose(vec![suspend("s1").into()]));
    assert_eq!(w.refused("central", withdraw(proposal)), Code::NotEntitled);
    w.ok("regulator", withdraw(proposal));
    assert_eq!(w.status(proposal), ProposalStatus::Withdrawn);
    assert_eq!(
        w.refused("regulator", withdraw(proposal)),
        Code::ProposalEnded
    );
    assert_eq!(
        w.refused("central", vote(proposal, true)),
        Code::ProposalEnded
    );
}

#[test]
fn a_carried_proposal_waits_for_its_day() {
    let mut w = world(1);
    let call = ProposeChange {
        from: day("2027-01-11"),
        ..propose(vec![suspend("s1").into()])
    };
    let proposal = w.proposed("regulator", call.clone());
    w.approved("central", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Carried);
    assert_eq!(
        w.refused("regulator", withdraw(proposal)),
        Code::ProposalEnded
    );
    w.close("2027-01-10");
    assert!(!suspended(&w, "s1"));
    w.go_to("2027-01-11", 0);
    assert!(suspended(&w, "s1"));
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    // Approved only after its day it is carried out at once.
    let late = ProposeChange {
        actions: vec![suspend("s2").into()],
        from: day("2027-01-12"),
        ..call
    };
    let late = w.proposed("regulator", late);
    w.morning("2027-01-13");
    w.approved("central", late);
    assert!(suspended(&w, "s2"));
}

#[test]
fn all_of_it_is_done_or_nothing() {
    let mut w = world(1);
    let both = || vec![suspend("s1").into(), admit("new", 50).into()];
    let first = w.proposed("regulator", propose(both()));
    let second = w.proposed("regulator", propose(vec![admit("new", 51).into()]));
    w.approved("central", second);
    w.approved("central", first);
    let first = w.proposal(first);
    assert_eq!(first.status, ProposalStatus::Failed);
    assert_eq!(first.failure, Some(Code::AlreadyExists));
    assert!(!suspended(&w, "s1"));
    // What could not be done today cannot even be proposed, and the later change sees the earlier one.
    assert_eq!(w.refused("regulator", propose(both())), Code::AlreadyExists);
    let twice = vec![suspend("s1").into(), suspend("s1").into()];
    assert_eq!(w.refused("regulator", propose(twice)), Code::WrongState);
}

#[test]
fn each_kind_of_change_in_it_takes_its_own_approvals() {
    let mut policy = strict();
    policy.observers = Rule {
        roles: vec![Role::Bank],
        need: Need::Count(2),
        ..policy.observers
    };
    let mut w = world_of(policy, 1);
    let observer = AddObserver {
        name: "archive".parse().unwrap(),
        member: Some(member("bank-a")),
        peer_key: real_key(9),
        consensus_address: Default::default(),
        gossip_address: Default::default(),
    };
    let actions = || vec![observer.clone().into(), suspend("s1").into()];
    let proposal = w.proposed("bank-a", propose(actions()));
    w.approved("regulator", proposal);
    w.approved("central", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    w.approved("bank-b", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
}

#[test]
fn who_was_suspended_or_lost_the_role_counts_no_more() {
    let mut policy = strict();
    policy.admit.need = Need::Count(3);
    let mut rules = rules_of(policy, 1);
    let fourth = new_member("regulator-c", &[Role::Regulator], 31);
    rules.members.push(fourth);
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    let mut w = World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    };
    let proposal = w.proposed("regulator-b", propose(vec![admit("new", 50).into()]));
    w.approved("central", proposal);
    w.decided(suspend("regulator-b"));
    w.approved("regulator", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    w.approved("regulator-c", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
}

#[test]
fn terms_other_than_those_seen_are_not_voted_on() {
    let mut w = world(1);
    let (id, _) = w.proposed("regulator", propose(vec![suspend("s1").into()]));
    let other = (id, Hash([1; 32]));
    assert_eq!(w.refused("central", vote(other, true)), Code::TermsChanged);
}

#[test]
fn a_member_has_at_most_sixteen_open() {
    let mut w = world(1);
    let mut first = None;
    for n in 0..16 {
        let made = w.proposed(
            "regulator",
            propose(vec![admit(&format!("n{n}"), 50).into()]),
        );
        first = first.or(Some(made));
    }
    let call = propose(vec![admit("more", 50).into()]);
    assert_eq!(w.refused("regulator", call.clone()), Code::TooManyProposals);
    w.ok("regulator", withdraw(first.unwrap()));
    w.proposed("regulator", call);
    assert_eq!(read::proposals(&w.memory, None, 100).unwrap().len(), 17);
    let some = read::proposals(&w.memory, Some(3), 100).unwrap();
    let numbers: Vec<u64> = some.iter().map(|p| p.number).collect();
    assert_eq!(numbers, [2, 1]);
}

#[test]
fn a_proposal_and_a_vote_can_come_in_one_transaction() {
    let mut w = world_of(
        Policy {
            admit: Rule {
                roles: vec![Role::CentralBank, Role::Regulator],
                need: Need::Count(3),
                ..strict().admit
            },
            ..strict()
        },
        1,
    );
    let call = propose(vec![admit("new", 50).into()]);
    let terms = w.proposed("regulator", call.clone()).1;
    let calls = [
        call.into(),
        WithdrawChange {
            proposal: RequestRef::Call(CallIndex { call: 0 }),
        }
        .into(),
    ];
    assert!(matches!(
        w.run("regulator", &calls).outcome,
        Outcome::Accepted(_)
    ));
    let wrong = VoteOnChange {
        proposal: RequestRef::Call(CallIndex { call: 3 }),
        terms,
        approve: true,
        reason: Default::default(),
    };
    assert_eq!(w.refused("central", wrong), Code::BadReference);
}

#[test]
fn a_policy_that_names_too_few_or_too_many_lets_nothing_be_proposed() {
    let mut w = world_of(Policy::default(), 1);
    // The only other regulator has no say in its own suspension: none is left but the proposer itself.
    let mut policy = Policy::default();
    policy.suspend.need = Need::Count(2);
    let mut strict = world_of(policy, 1);
    assert_eq!(
        strict.refused("regulator", propose(vec![suspend("regulator-b").into()])),
        Code::PolicyUnmet
    );
    for n in 0..127 {
        let role = Role::Regulator;
        w.ok(
            "regulator",
            Admit {
                roles: vec![role],
                ..admit(&format!("reg-{n:03}"), 60)
            },
        );
    }
    assert_eq!(
        w.refused("regulator", propose(vec![admit("new", 50).into()])),
        Code::TooManyEntitled
    );
}

#[test]
fn a_parameter_is_set_from_a_day_after_the_deadline() {
    let mut w = world(1);
    let set = |from| {
        propose(vec![
            SetParam {
                name: ParamName::SilentDays,
                value: 5,
                from: date(from),
            }
            .into(),
        ])
    };
    assert_eq!(w.refused("regulator", set("2027-01-20")), Code::DateInPast);
    let proposal = w.proposed("regulator", set("2027-01-21"));
    w.approved("central", proposal);
    let events = w.go_to("2027-01-21", 0);
    assert!(
        events.iter().any(|e| e.name() == "params.changed"),
        "{events:?}"
    );
}
