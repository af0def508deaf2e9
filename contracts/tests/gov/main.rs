//! Governance: proposals, who carries them, and what they change.

mod corrections;
mod members;
mod model;
mod nodes;
mod policies;
#[path = "../support/mod.rs"]
mod support;
mod votes;

use allonge_contracts::calls::*;
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::gov::*;
use allonge_contracts::members::Role;
use allonge_contracts::nodes::{Node, NodeKind};
use allonge_contracts::{CallResult, Code, Date, Event, Hash, PublicKey, RequestId};
use ed25519_dalek::SigningKey;
use support::*;

/// Admission, suspension and the like take two of the central bank and two regulators; so does everything else that
/// they decide.
pub fn strict() -> Policy {
    let two = Rule {
        roles: vec![Role::CentralBank, Role::Regulator],
        operators: false,
        parties: false,
        need: "2/3".parse().unwrap(),
        with: vec![],
    };
    Policy {
        admit: two.clone(),
        suspend: two.clone(),
        reinstate: two.clone(),
        change_roles: two.clone(),
        recover: Rule {
            with: vec![Role::Regulator],
            ..two.clone()
        },
        validators: two.clone(),
        observers: two.clone(),
        set_param: two.clone(),
        activate: two,
        ..Policy::default()
    }
}

/// The standard members and a second regulator, under a policy and a version of the protocol.
pub fn rules_of(governance: Policy, protocol: u32) -> GenesisRules {
    let mut rules = GenesisRules {
        governance,
        protocol,
        ..rules()
    };
    rules
        .members
        .push(new_member("regulator-b", &[Role::Regulator], 30));
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

pub fn real_key(seed: u8) -> PublicKey {
    PublicKey(
        SigningKey::from_bytes(&[seed; 32])
            .verifying_key()
            .to_bytes(),
    )
}

pub fn node(seed: u8, power: u64) -> Node {
    Node {
        name: format!("node-{seed}").parse().unwrap(),
        kind: NodeKind::Validator,
        member: None,
        consensus_key: Some(real_key(seed)),
        peer_key: real_key(100 + seed),
        consensus_address: format!("10.0.0.{seed}:1").parse().unwrap(),
        gossip_address: format!("10.0.0.{seed}:2").parse().unwrap(),
        power,
    }
}

/// Four validators of power 10 under the strict policy, everything checked after each act.
pub fn world(protocol: u32) -> World {
    world_of(strict(), protocol)
}

pub fn world_of(policy: Policy, protocol: u32) -> World {
    let nodes: Vec<Node> = (1..=4).map(|seed| node(seed, 10)).collect();
    World {
        checked: true,
        ..World::with_nodes(&rules_of(policy, protocol), "2027-01-05", &nodes)
    }
}

pub fn propose(actions: Vec<Action>) -> ProposeChange {
    ProposeChange {
        actions,
        deadline: date("2027-01-20"),
        from: None,
        reason: "agreed in session 7".parse().unwrap(),
        order: Default::default(),
    }
}

pub type Named = (RequestId, Hash);

impl World {
    #[track_caller]
    pub fn proposed(&mut self, by: &str, call: ProposeChange) -> Named {
        match self.ok(by, call) {
            CallResult::Proposal { proposal, terms } => (proposal, terms),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub fn approved(&mut self, by: &str, proposal: Named) {
        self.ok(by, vote(proposal, true));
    }

    /// Proposed and approved by all that the strict policy asks for; what came of it.
    #[track_caller]
    pub fn decided(&mut self, action: impl Into<Action>) -> (ProposalStatus, Option<Code>) {
        let proposal = self.proposed("regulator", propose(vec![action.into()]));
        self.approved("central", proposal);
        let proposal = self.proposal(proposal);
        (proposal.status, proposal.failure)
    }

    #[track_caller]
    pub fn proposal(&self, proposal: Named) -> Proposal {
        read::proposal(&self.memory, &proposal.0).unwrap().unwrap()
    }

    pub fn status(&self, proposal: Named) -> ProposalStatus {
        self.proposal(proposal).status
    }

    /// The clock in the next block.
    pub fn next_block(&mut self) -> Vec<Event> {
        self.height += 1;
        self.clock_with(PLENTY).events
    }
}

pub fn vote(proposal: Named, approve: bool) -> VoteOnChange {
    VoteOnChange {
        proposal: RequestRef::Id(proposal.0),
        terms: proposal.1,
        approve,
        reason: Default::default(),
    }
}

pub fn withdraw(proposal: Named) -> WithdrawChange {
    WithdrawChange {
        proposal: RequestRef::Id(proposal.0),
    }
}

pub fn suspend(name: &str) -> Suspend {
    Suspend {
        member: member(name),
        reason: "unpaid fees".parse().unwrap(),
    }
}

pub fn admit(name: &str, byte: u8) -> Admit {
    Admit {
        member: member(name),
        roles: vec![Role::Enterprise],
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys: vec![key(byte)],
        threshold: 1,
    }
}

pub fn is_member(w: &World, name: &str) -> bool {
    allonge_contracts::members::read::member(&w.memory, &member(name))
        .unwrap()
        .is_some()
}

pub fn suspended(w: &World, name: &str) -> bool {
    allonge_contracts::members::read::member(&w.memory, &member(name))
        .unwrap()
        .unwrap()
        .suspended
}

pub fn day(text: &str) -> Option<Date> {
    Some(date(text))
}
