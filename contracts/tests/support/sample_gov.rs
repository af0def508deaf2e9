//! Of governance: one sample of every change, call and event.

use crate::samples::*;
use crate::support::*;
use allonge_contracts::calls::*;
use allonge_contracts::events::*;
use allonge_contracts::gov::*;
use allonge_contracts::members::Role;
use allonge_contracts::nodes::{Node, NodeKind, ValidatorChange};
use allonge_contracts::params::ParamName;
use allonge_contracts::{Call, Code, Event};

/// One of every change.
pub fn actions() -> Vec<Action> {
    vec![
        Admit {
            member: member("acme-3"),
            roles: vec![Role::Enterprise],
            legal_id: None,
            bank_number: None,
            account_bank: Some(member("bank-a")),
            keys: vec![key(1)],
            threshold: 1,
        }
        .into(),
        Suspend {
            member: member("core"),
            reason: text("audit 2027/4"),
        }
        .into(),
        Reinstate {
            member: member("core"),
            reason: text("audited"),
        }
        .into(),
        ReplaceKeys {
            member: member("s1"),
            keys: vec![key(4), key(5)],
            threshold: 2,
        }
        .into(),
        ChangeRoles {
            member: member("s1"),
            roles: vec![Role::Enterprise, Role::Factor],
        }
        .into(),
        Recover {
            member: member("s2"),
            keys: vec![key(6)],
            threshold: 1,
            order: text("(2027) 7"),
        }
        .into(),
        CorrectCash {
            from: member("s1"),
            to: member("core"),
            money: yuan("12.50"),
        }
        .into(),
        CorrectLot {
            instrument: number(),
            lot: lot("101-12200"),
            from: member("s2"),
            to: member("s1"),
        }
        .into(),
        AddValidator {
            name: text("node-4"),
            member: Some(member("bank-b")),
            consensus_key: key(7),
            peer_key: key(8),
            consensus_address: text("node-4.example:27000"),
            gossip_address: text("node-4.example:28000"),
            power: 10,
            height: 1_300,
        }
        .into(),
        RemoveValidator {
            name: text("node-3"),
            height: 0,
        }
        .into(),
        WeighValidator {
            name: text("node-2"),
            power: 12,
            height: 0,
        }
        .into(),
        RekeyValidator {
            name: text("node-1"),
            consensus_key: key(9),
            height: 0,
        }
        .into(),
        MoveNode {
            name: text("node-0"),
            peer_key: None,
            consensus_address: Some(text("node-0.example:27001")),
            gossip_address: None,
        }
        .into(),
        AddObserver {
            name: text("archive"),
            member: None,
            peer_key: key(10),
            consensus_address: text(""),
            gossip_address: text(""),
        }
        .into(),
        RemoveObserver {
            name: text("watch"),
        }
        .into(),
        SetParam {
            name: ParamName::SilentDays,
            value: 5,
            from: date("2027-03-01"),
        }
        .into(),
        ActivateProtocol {
            version: 2,
            height: 2_000,
        }
        .into(),
    ]
}

pub fn calls() -> Vec<Call> {
    vec![
        ProposeChange {
            actions: actions(),
            deadline: date("2027-01-20"),
            from: Some(date("2027-01-21")),
            reason: text("session 7"),
            order: text("(2027) 7"),
        }
        .into(),
        VoteOnChange {
            proposal: RequestRef::Id(id()),
            terms: hash(5),
            approve: true,
            reason: text("as agreed"),
        }
        .into(),
        WithdrawChange {
            proposal: RequestRef::Call(CallIndex { call: 0 }),
        }
        .into(),
    ]
}

fn node() -> Node {
    Node {
        name: text("node-4"),
        kind: NodeKind::Validator,
        member: Some(member("bank-b")),
        consensus_key: Some(key(7)),
        peer_key: key(8),
        consensus_address: text("node-4.example:27000"),
        gossip_address: text("node-4.example:28000"),
        power: 10,
    }
}

pub fn events() -> Vec<Event> {
    let by = member("regulator");
    vec![
        GovProposed {
            proposal: id(),
            number: 7,
            by: by.clone(),
            actions: actions(),
            deadline: date("2027-01-20"),
        }
        .into(),
        GovVoted {
            proposal: id(),
            by: by.clone(),
            approve: false,
            reason: text("not yet"),
        }
        .into(),
        GovWithdrawn {
            proposal: id(),
            by: by.clone(),
        }
        .into(),
        GovCarried { proposal: id() }.into(),
        GovEnded {
            proposal: id(),
            status: ProposalStatus::Failed,
            failure: Some(Code::InsufficientFunds),
        }
        .into(),
        RolesChanged {
            member: member("s1"),
            roles: vec![Role::Enterprise, Role::Factor],
        }
        .into(),
        MemberRecovered {
            member: member("s2"),
            by,
            order: text("(2027) 7"),
        }
        .into(),
        CashCorrected {
            from: member("s1"),
            to: member("core"),
            money: yuan("12.50"),
        }
        .into(),
        LotCorrected {
            instrument: number(),
            lot: lot("101-12200"),
            from: member("s2"),
            to: member("s1"),
        }
        .into(),
        NodeListed { node: node() }.into(),
        NodeDelisted {
            name: text("watch"),
        }
        .into(),
        ValidatorsScheduled {
            change: ValidatorChange {
                height: 1_300,
                name: text("node-4"),
                node: Some(node()),
            },
        }
        .into(),
        ValidatorsChanged {
            validators: 5,
            power: 50,
        }
        .into(),
        ProtocolScheduled {
            version: 2,
            height: 2_000,
        }
        .into(),
        ProtocolActivated { version: 2 }.into(),
    ]
}
