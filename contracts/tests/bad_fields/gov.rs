//! Governance: a field of a proposal wrong, and of each change in it.

use crate::*;
use allonge_contracts::PublicKey;
use allonge_contracts::gov::*;
use allonge_contracts::nodes::{Node, NodeKind};
use allonge_contracts::params::ParamName;
use ed25519_dalek::SigningKey;

fn real_key(seed: u8) -> PublicKey {
    PublicKey(
        SigningKey::from_bytes(&[seed; 32])
            .verifying_key()
            .to_bytes(),
    )
}

fn node(seed: u8) -> Node {
    Node {
        name: format!("node-{seed}").parse().unwrap(),
        kind: NodeKind::Validator,
        member: None,
        consensus_key: Some(real_key(seed)),
        peer_key: real_key(100 + seed),
        consensus_address: format!("10.0.0.{seed}:1").parse().unwrap(),
        gossip_address: format!("10.0.0.{seed}:2").parse().unwrap(),
        power: 10,
    }
}

/// Suspension takes two of the central bank and the regulator; four validators.
fn governed() -> World {
    let mut rules = world_rules(rules());
    rules.governance.suspend = Rule {
        roles: vec![Role::CentralBank, Role::Regulator],
        need: Need::Count(2),
        ..rules.governance.suspend
    };
    rules.protocol = 2;
    let nodes: Vec<Node> = (1..=4).map(node).collect();
    World::with_nodes(&rules, "2027-01-05", &nodes)
}

fn propose(actions: Vec<Action>) -> ProposeChange {
    ProposeChange {
        actions,
        deadline: date("2027-01-20"),
        from: Some(date("2027-01-21")),
        reason: Default::default(),
        order: Default::default(),
    }
}

fn validator() -> AddValidator {
    AddValidator {
        name: "node-5".parse().unwrap(),
        member: Some(member("bank-a")),
        consensus_key: real_key(5),
        peer_key: real_key(105),
        consensus_address: "10.0.0.5:1".parse().unwrap(),
        gossip_address: "10.0.0.5:2".parse().unwrap(),
        power: 10,
        height: 0,
    }
}

fn observer() -> AddObserver {
    AddObserver {
        name: "watch".parse().unwrap(),
        member: None,
        peer_key: real_key(50),
        consensus_address: Default::default(),
        gossip_address: Default::default(),
    }
}

fn recover() -> Recover {
    Recover {
        member: member("s1"),
        keys: vec![key(98), key(99)],
        threshold: 2,
        order: "(2027) 7".parse().unwrap(),
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    let mut table = Table::new(governed());
    proposals(&mut table);
    members(&mut table);
    nodes(&mut table);
    corrections(&mut table);
    votes(&mut table);
    table
}

#[rustfmt::skip]
fn proposals(table: &mut Table) {
    use Code::*;
    let many = |count| (0..count).map(|n| network::admit_as(n).into()).collect();
    let mut r = table.call("regulator", propose(vec![network::suspend("core").into()]));
    r.wrong("actions", "none", |c| c.actions.clear(), InvalidArgument, "actions");
    r.wrong("actions", "17", |c| c.actions = many(17), InvalidArgument, "actions");
    r.wrong("actions", "two of the set of validators", |c| c.actions = vec![validator().into(), RemoveValidator { name: node(1).name, height: 0 }.into()], InvalidArgument, "actions");
    r.wrong("actions", "of nobody", |c| c.actions = vec![network::suspend("nobody").into()], NoSuchMember, "member");
    r.wrong("actions", "suspended already", |c| c.actions = vec![network::suspend("barred").into()], WrongState, "member");
    r.wrong("deadline", "yesterday", |c| c.deadline = date("2027-01-04"), AnswerByWrong, "earliest");
    r.wrong("deadline", "367 days ahead", |c| c.deadline = date("2028-01-07"), AnswerByWrong, "earliest");
    r.wrong("from", "today", |c| c.from = Some(date("2027-01-05")), DateInPast, "date");
    let set = SetParam { from: date("2027-01-22"), ..network::set_param() };
    let mut r = table.call("regulator", propose(vec![set.clone().into()]));
    r.wrong("actions", "a parameter before the proposal's day is over", |c| c.actions = vec![SetParam { from: date("2027-01-21"), ..set.clone() }.into()], DateInPast, "date");
    r.wrong("actions", "a parameter out of its range", |c| c.actions = vec![SetParam { name: ParamName::BarPrimaryMonths, value: 0, from: date("2027-02-01") }.into()], InvalidArgument, "value");
    r.wrong("actions", "a protocol that skips one", |c| c.actions = vec![ActivateProtocol { version: 4, height: 0 }.into()], VersionWrong, "have");
    r.wrong("actions", "a height far off", |c| c.actions = vec![ActivateProtocol { version: 3, height: 1_000_003 }.into()], HeightWrong, "height");
}

#[rustfmt::skip]
fn members(table: &mut Table) {
    use Code::*;
    let mut r = table.call("regulator", propose(vec![network::admit().into()]));
    r.wrong("actions", "admits without a role", |c| c.actions = vec![Admit { roles: vec![], ..network::admit() }.into()], InvalidArgument, "roles");
    r.wrong("actions", "admits whom there is", |c| c.actions = vec![Admit { member: member("core"), ..network::admit() }.into()], AlreadyExists, "member");
    let replace = ReplaceKeys { member: member("s1"), keys: vec![key(98), key(99)], threshold: 2 };
    let mut r = table.call("s1", propose(vec![replace.clone().into()]));
    r.wrong("actions", "keys out of order", |c| c.actions = vec![ReplaceKeys { keys: vec![key(99), key(98)], ..replace.clone() }.into()], InvalidArgument, "keys");
    r.wrong("actions", "a threshold over the keys", |c| c.actions = vec![ReplaceKeys { threshold: 3, ..replace.clone() }.into()], ThresholdWrong, "threshold");
    r.wrong("actions", "keys of another", |c| c.actions = vec![ReplaceKeys { member: member("s2"), ..replace.clone() }.into()], NotEntitled, "member");
    let roles = |roles: &[Role]| ChangeRoles { member: member("s1"), roles: roles.to_vec() }.into();
    let mut r = table.call("regulator", propose(vec![roles(&[Role::Enterprise, Role::Factor])]));
    r.wrong("actions", "no role", |c| c.actions = vec![roles(&[])], InvalidArgument, "roles");
    r.wrong("actions", "roles out of order", |c| c.actions = vec![roles(&[Role::Factor, Role::Enterprise])], InvalidArgument, "roles");
    r.wrong("actions", "the roles it has", |c| c.actions = vec![roles(&[Role::Enterprise])], WrongState, "member");
    let mut r = table.call("regulator", propose(vec![recover().into()]));
    r.wrong("actions", "recovery without an order", |c| c.actions = vec![Recover { order: Default::default(), ..recover() }.into()], InvalidArgument, "order");
    r.wrong("actions", "recovery without a key", |c| c.actions = vec![Recover { keys: vec![], ..recover() }.into()], InvalidArgument, "keys");
    r.wrong("actions", "recovery with a threshold of nought", |c| c.actions = vec![Recover { threshold: 0, ..recover() }.into()], ThresholdWrong, "threshold");
    r.wrong("actions", "recovery of nobody", |c| c.actions = vec![Recover { member: member("nobody"), ..recover() }.into()], NoSuchMember, "member");
}

#[rustfmt::skip]
fn nodes(table: &mut Table) {
    use Code::*;
    let weak = { let mut bytes = [0; 32]; bytes[0] = 1; PublicKey(bytes) };
    let mut r = table.call("regulator", propose(vec![validator().into()]));
    let mut wrong = |what, call: AddValidator, code, fact| r.wrong("actions", what, |c| c.actions = vec![call.into()], code, fact);
    wrong("a validator without a name", AddValidator { name: Default::default(), ..validator() }, InvalidArgument, "name");
    wrong("a validator of a name in use", AddValidator { name: node(1).name, ..validator() }, NodeKnown, "field");
    wrong("a validator of nobody", AddValidator { member: Some(member("nobody")), ..validator() }, NoSuchMember, "member");
    wrong("a key for which anybody signs", AddValidator { consensus_key: weak, ..validator() }, InvalidArgument, "consensus_key");
    wrong("a peer key that is none", AddValidator { peer_key: weak, ..validator() }, InvalidArgument, "peer_key");
    wrong("an address in use", AddValidator { gossip_address: node(2).gossip_address, ..validator() }, NodeKnown, "field");
    wrong("no power", AddValidator { power: 0, ..validator() }, InvalidArgument, "power");
    wrong("power without bound", AddValidator { power: u64::MAX, ..validator() }, InvalidArgument, "power");
    wrong("a third of the power", AddValidator { power: 20, ..validator() }, ChangeTooLarge, "power");
    wrong("a validator from a far height on", AddValidator { height: 2_000_000, ..validator() }, HeightWrong, "height");
    let name = || node(1).name;
    let mut r = table.call("regulator", propose(vec![observer().into()]));
    let mut wrong = |what, action: Action, code, fact| r.wrong("actions", what, |c| c.actions = vec![action], code, fact);
    wrong("an observer without a name", AddObserver { name: Default::default(), ..observer() }.into(), InvalidArgument, "name");
    wrong("an observer with a weak key", AddObserver { peer_key: weak, ..observer() }.into(), InvalidArgument, "peer_key");
    wrong("an observer of nobody", AddObserver { member: Some(member("nobody")), ..observer() }.into(), NoSuchMember, "member");
    wrong("no such observer", RemoveObserver { name: name() }.into(), NoSuchNode, "validator");
    wrong("no such validator", RemoveValidator { name: observer().name, height: 0 }.into(), NoSuchNode, "node");
    wrong("the weight that it has", WeighValidator { name: name(), power: 10, height: 0 }.into(), NodeKnown, "power");
    wrong("no weight", WeighValidator { name: name(), power: 0, height: 0 }.into(), InvalidArgument, "power");
    wrong("a new key for which anybody signs", RekeyValidator { name: name(), consensus_key: weak, height: 0 }.into(), InvalidArgument, "consensus_key");
    wrong("the key of another", RekeyValidator { name: name(), consensus_key: real_key(2), height: 0 }.into(), NodeKnown, "field");
    wrong("no move at all", MoveNode { name: name(), peer_key: None, consensus_address: None, gossip_address: None }.into(), NodeKnown, "node");
    wrong("a move to a peer key that is none", MoveNode { name: name(), peer_key: Some(weak), consensus_address: None, gossip_address: None }.into(), InvalidArgument, "peer_key");
}

#[rustfmt::skip]
fn corrections(table: &mut Table) {
    use Code::*;
    let bill = issued(&mut table.world, register("10.00", "2027-04-05"));
    table.world.endorse(bill, "s1", "1-1000", "10.00", "s2");
    let cash = CorrectCash { from: member("s1"), to: member("core"), money: yuan("5.00") };
    let mut r = table.call("core", propose(vec![cash.clone().into()]));
    let mut wrong = |what, cash: CorrectCash, code, fact| r.wrong("actions", what, |c| c.actions = vec![cash.into()], code, fact);
    wrong("cash of nobody", CorrectCash { from: member("nobody"), ..cash.clone() }, NoSuchMember, "member");
    wrong("cash of one suspended", CorrectCash { from: member("barred"), ..cash.clone() }, CounterpartySuspended, "member");
    wrong("more than there is", CorrectCash { money: yuan("1,000,000.01"), ..cash.clone() }, InsufficientFunds, "have");
    wrong("none", CorrectCash { money: yuan("0"), ..cash.clone() }, AmountZero, "");
    wrong("of an unknown currency", CorrectCash { money: usd(1), ..cash.clone() }, UnknownCurrency, "currency");
    wrong("from one to the same", CorrectCash { from: member("core"), ..cash.clone() }, SelfDealing, "member");
    wrong("between others", CorrectCash { to: member("s2"), ..cash.clone() }, NotEntitled, "member");
    let back = CorrectLot { instrument: bill, lot: lot("1-1000"), from: member("s2"), to: member("s1") };
    let mut r = table.call("s1", propose(vec![back.clone().into()]));
    let mut wrong = |what, back: CorrectLot, code, fact| r.wrong("actions", what, |c| c.actions = vec![back.into()], code, fact);
    wrong("a lot of no bill", CorrectLot { instrument: absent(), ..back.clone() }, NoSuchBill, "bill");
    wrong("no such lot", CorrectLot { lot: lot("1-999"), ..back.clone() }, NoSuchLot, "bill");
    wrong("a lot of another holder", CorrectLot { from: member("s3"), ..back.clone() }, NotHolder, "holder");
    wrong("from one to the same", CorrectLot { from: member("s1"), ..back.clone() }, SelfDealing, "member");
    wrong("from one suspended", CorrectLot { from: member("barred"), ..back.clone() }, CounterpartySuspended, "member");
    wrong("from one who holds nothing", CorrectLot { from: member("regulator"), ..back.clone() }, RoleRequired, "member");
}

#[rustfmt::skip]
fn votes(table: &mut Table) {
    use Code::*;
    let made = |w: &mut World| match w.ok("regulator", propose(vec![network::suspend("s3").into()])) {
        CallResult::Proposal { proposal, terms } => (proposal, terms),
        other => panic!("{other:?}"),
    };
    let (open, terms) = made(&mut table.world);
    let (ended, _) = made(&mut table.world);
    let (voted, _) = made(&mut table.world);
    table.world.ok("regulator", WithdrawChange { proposal: RequestRef::Id(ended) });
    let vote = VoteOnChange { proposal: RequestRef::Id(open), terms, approve: false, reason: Default::default() };
    let call = |call| RequestRef::Call(CallIndex { call });
    let of = |id| RequestRef::Id(id);
    let missing = of(RequestId([7; 16]));
    let mut r = table.call("central", vote);
    r.wrong("proposal", "not there", |c| c.proposal = missing, NoSuchProposal, "proposal");
    r.wrong("proposal", "ended", |c| c.proposal = of(ended), ProposalEnded, "status");
    r.wrong("proposal", "another than the terms are of", |c| c.proposal = of(voted), TermsChanged, "proposal");
    r.wrong("proposal", "of a call that is not there", |c| c.proposal = call(0), BadReference, "call");
    r.wrong_after(vec![a_penny()], "proposal", "of a call that made none", |c| c.proposal = call(0), BadReference, "call");
    r.wrong("terms", "others", |c| c.terms = Hash([1; 32]), TermsChanged, "proposal");
    let mut r = table.call("regulator", WithdrawChange { proposal: of(open) });
    r.wrong("proposal", "not there", |c| c.proposal = missing, NoSuchProposal, "proposal");
    r.wrong("proposal", "ended", |c| c.proposal = of(ended), ProposalEnded, "status");
    r.wrong("proposal", "of a call that is not there", |c| c.proposal = call(0), BadReference, "call");
}
