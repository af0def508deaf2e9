//! What a proposal can ask for.

use crate::calls::{Admit, Reinstate, SetParam, Suspend};
use crate::coded::{coded_enum, coded_structs};
use crate::gov::ActionKind;
use crate::hash::PublicKey;
use crate::instruments::{InstrumentNumber, LotRange};
use crate::member_id::MemberId;
use crate::members::Role;
use crate::money::Money;
use crate::text::Text;

coded_enum! {
    /// One change of a proposal. In JSON `{"action": "member.suspend", "args": {…}}`.
    pub enum Action tag "action" content "args" {
        1 . 1 "member.admit" => Admit,
        1 . 2 "member.suspend" => Suspend,
        1 . 3 "member.reinstate" => Reinstate,
        1 . 4 "member.rotate_keys" => ReplaceKeys,
        1 . 5 "member.change_roles" => ChangeRoles,
        1 . 6 "member.recover" => Recover,
        2 . 1 "correct.cash" => CorrectCash,
        2 . 2 "correct.lot" => CorrectLot,
        3 . 1 "validator.add" => AddValidator,
        3 . 2 "validator.remove" => RemoveValidator,
        3 . 3 "validator.weigh" => WeighValidator,
        3 . 4 "validator.rekey" => RekeyValidator,
        3 . 5 "node.move" => MoveNode,
        4 . 1 "observer.add" => AddObserver,
        4 . 2 "observer.remove" => RemoveObserver,
        5 . 1 "params.set" => SetParam,
        6 . 1 "protocol.activate" => ActivateProtocol,
    }
}

coded_structs! {
    /// A member gets other keys.
    pub struct ReplaceKeys {
        /// Whose.
        pub member: MemberId,
        /// The new keys, 1 to 16, in ascending order.
        pub keys: Vec<PublicKey>,
        /// How many of them must sign.
        pub threshold: u8,
    }

    /// A member's roles change.
    pub struct ChangeRoles {
        /// Whose.
        pub member: MemberId,
        /// What it may do from then on; at least one.
        pub roles: Vec<Role>,
    }

    /// A member whose keys are all gone gets new ones.
    pub struct Recover {
        /// Who.
        pub member: MemberId,
        /// The new keys, 1 to 16, in ascending order.
        pub keys: Vec<PublicKey>,
        /// How many of them must sign.
        pub threshold: u8,
        /// The number of the order by which it is done.
        pub order: Text<64>,
    }

    /// Cash that went to the wrong member, or too much of it, goes back.
    pub struct CorrectCash {
        /// Whose available cash it comes from.
        pub from: MemberId,
        /// Who gets it.
        pub to: MemberId,
        /// How much.
        pub money: Money,
    }

    /// A lot that went to the wrong member goes back. Nothing may wait on it or encumber it.
    pub struct CorrectLot {
        /// The bill or certificate.
        pub instrument: InstrumentNumber,
        /// The lot as it stands.
        pub lot: LotRange,
        /// Who holds it.
        pub from: MemberId,
        /// Who is to hold it.
        pub to: MemberId,
    }

    /// A node becomes a validator. It may connect at once.
    pub struct AddValidator {
        /// Its name, unlike that of any other node.
        pub name: Text<32>,
        /// The member that runs it, where one does.
        pub member: Option<MemberId>,
        /// The ed25519 key that signs its votes.
        pub consensus_key: PublicKey,
        /// The ed25519 key of its node on the network.
        pub peer_key: PublicKey,
        /// Where its consensus swarm listens, `host:port`.
        pub consensus_address: Text<128>,
        /// Where its transaction gossip listens, `host:port`.
        pub gossip_address: Text<128>,
        /// Its weight.
        #[serde(with = "crate::json::string")]
        pub power: u64,
        /// From this height on; as soon as may be where it is 0 or too near.
        #[serde(default, with = "crate::json::string")]
        pub height: u64,
    }

    /// A validator votes no more, and leaves the list.
    pub struct RemoveValidator {
        /// Which.
        pub name: Text<32>,
        /// From this height on; as soon as may be where it is 0 or too near.
        #[serde(default, with = "crate::json::string")]
        pub height: u64,
    }

    /// A validator gets another weight.
    pub struct WeighValidator {
        /// Which.
        pub name: Text<32>,
        /// Its weight from then on.
        #[serde(with = "crate::json::string")]
        pub power: u64,
        /// From this height on; as soon as may be where it is 0 or too near.
        #[serde(default, with = "crate::json::string")]
        pub height: u64,
    }

    /// A validator signs its votes with another key.
    pub struct RekeyValidator {
        /// Which.
        pub name: Text<32>,
        /// The new key.
        pub consensus_key: PublicKey,
        /// From this height on; as soon as may be where it is 0 or too near.
        #[serde(default, with = "crate::json::string")]
        pub height: u64,
    }

    /// A node is found elsewhere, or by another key. What is absent stays.
    pub struct MoveNode {
        /// Which.
        pub name: Text<32>,
        /// The ed25519 key of its node on the network.
        pub peer_key: Option<PublicKey>,
        /// Where its consensus swarm listens, `host:port`.
        pub consensus_address: Option<Text<128>>,
        /// Where its transaction gossip listens, `host:port`.
        pub gossip_address: Option<Text<128>>,
    }

    /// A node may connect, follow and serve, without a vote.
    pub struct AddObserver {
        /// Its name, unlike that of any other node.
        pub name: Text<32>,
        /// The member that runs it, where one does.
        pub member: Option<MemberId>,
        /// The ed25519 key of its node on the network.
        pub peer_key: PublicKey,
        /// Where its consensus swarm listens, `host:port`; empty where others need not dial it.
        #[serde(default)]
        pub consensus_address: Text<128>,
        /// Where its transaction gossip listens, `host:port`; empty where others need not dial it.
        #[serde(default)]
        pub gossip_address: Text<128>,
    }

    /// An observer may connect no more.
    pub struct RemoveObserver {
        /// Which.
        pub name: Text<32>,
    }

    /// The next version of the protocol holds from a height on. Nodes whose program does not know it stop there.
    pub struct ActivateProtocol {
        /// The version: one above the one in force.
        pub version: u32,
        /// From this height on; as soon as may be where it is 0 or too near.
        #[serde(default, with = "crate::json::string")]
        pub height: u64,
    }
}

impl Action {
    /// Which rule of the policy it is under.
    pub const fn kind(&self) -> ActionKind {
        match self {
            Action::Admit(_) => ActionKind::Admit,
            Action::Suspend(_) => ActionKind::Suspend,
            Action::Reinstate(_) => ActionKind::Reinstate,
            Action::ReplaceKeys(_) => ActionKind::RotateKeys,
            Action::ChangeRoles(_) => ActionKind::ChangeRoles,
            Action::Recover(_) => ActionKind::Recover,
            Action::CorrectCash(_) | Action::CorrectLot(_) => ActionKind::Correct,
            Action::AddValidator(_)
            | Action::RemoveValidator(_)
            | Action::WeighValidator(_)
            | Action::RekeyValidator(_)
            | Action::MoveNode(_) => ActionKind::Validators,
            Action::AddObserver(_) | Action::RemoveObserver(_) => ActionKind::Observers,
            Action::SetParam(_) => ActionKind::SetParam,
            Action::ActivateProtocol(_) => ActionKind::Activate,
        }
    }

    /// The members whose position it changes.
    pub fn parties(&self) -> Vec<&MemberId> {
        match self {
            Action::ReplaceKeys(a) => vec![&a.member],
            Action::ChangeRoles(a) => vec![&a.member],
            Action::CorrectCash(a) => vec![&a.from, &a.to],
            Action::CorrectLot(a) => vec![&a.from, &a.to],
            _ => Vec::new(),
        }
    }

    /// The member that has no say in it, even where its roles would entitle it.
    pub const fn without(&self) -> Option<&MemberId> {
        match self {
            Action::Suspend(a) => Some(&a.member),
            Action::Recover(a) => Some(&a.member),
            _ => None,
        }
    }

    /// Whether it changes the set of validators.
    pub const fn changes_set(&self) -> bool {
        matches!(
            self,
            Action::AddValidator(_)
                | Action::RemoveValidator(_)
                | Action::WeighValidator(_)
                | Action::RekeyValidator(_)
        )
    }
}
