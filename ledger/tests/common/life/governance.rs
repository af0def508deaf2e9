//! Governance: every kind of change once, voted on, taken back and in force at its height.

use super::*;
use allonge_contracts::gov::*;
use allonge_contracts::members::Role;

fn proposal(actions: Vec<Action>) -> ProposeChange {
    ProposeChange {
        actions,
        deadline: date("2027-08-28"),
        from: None,
        reason: "golden chain".parse().unwrap(),
        order: "(2027) 1".parse().unwrap(),
    }
}

impl Life {
    /// Proposed by one, approved by the other.
    fn agreed(&mut self, by: &str, action: impl Into<Action>, with: &str) {
        let call = proposal(vec![action.into()]);
        let made = self.block(vec![(by, vec![call.into()])]).remove(0);
        let CallResult::Proposal { proposal, terms } = made[0] else {
            panic!("{made:?}");
        };
        let vote = VoteOnChange {
            proposal: RequestRef::Id(proposal),
            terms,
            approve: true,
            reason: "so it was".parse().unwrap(),
        };
        self.block(vec![(with, vec![vote.into()])]);
    }

    /// The regulator decides alone; what moves cash or paper both sides agree to. `bill` is held by `t-3`, who had it
    /// from `t-1`.
    pub(super) fn governance(&mut self, bill: InstrumentNumber) {
        let observer = AddObserver {
            name: "archive".parse().unwrap(),
            member: Some(id("bank")),
            peer_key: public(&key("archive")),
            consensus_address: Default::default(),
            gossip_address: Default::default(),
        };
        let decided = proposal(vec![
            ActivateProtocol {
                version: 2,
                height: 0,
            }
            .into(),
            WeighValidator {
                name: "node-0".parse().unwrap(),
                power: 2,
                height: 0,
            }
            .into(),
            observer.into(),
        ]);
        self.block(vec![("regulator", vec![decided.into()])]);
        self.block(vec![]);
        self.block(vec![]);
        let decided = proposal(vec![
            RemoveObserver {
                name: "archive".parse().unwrap(),
            }
            .into(),
            ChangeRoles {
                member: id("t-2"),
                roles: vec![Role::Enterprise, Role::Factor],
            }
            .into(),
            Recover {
                member: id("t-2"),
                keys: vec![public(&key("t-2"))],
                threshold: 1,
                order: "(2027) 2".parse().unwrap(),
            }
            .into(),
        ]);
        self.block(vec![("regulator", vec![decided.into()])]);
        let cash = CorrectCash {
            from: id("t-1"),
            to: id("t-0"),
            money: cny(25),
        };
        self.agreed("t-0", cash.clone(), "t-1");
        let lot = CorrectLot {
            instrument: bill,
            lot: range(1, 20_000),
            from: id("t-3"),
            to: id("t-1"),
        };
        self.agreed("t-1", lot, "t-3");
        let withdrawn = vec![
            proposal(vec![cash.into()]).into(),
            WithdrawChange {
                proposal: RequestRef::Call(CallIndex { call: 0 }),
            }
            .into(),
        ];
        self.block(vec![("t-0", withdrawn)]);
    }
}
