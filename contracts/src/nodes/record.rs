//! A node as the state keeps it.

use crate::hash::PublicKey;
use crate::member_id::MemberId;
use crate::text::Text;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

words! {
    /// What a node does in the network.
    pub enum NodeKind {
        /// It votes on blocks.
        Validator = 1 "validator",
        /// It follows and serves, without a vote.
        Observer = 2 "observer",
    }
}

/// A node on the ledger's list: only these may connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// A name for people, such as `node-0`; unique and not empty.
    pub name: Text<32>,
    /// What it does.
    pub kind: NodeKind,
    /// The member that runs it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The ed25519 key that signs a validator's votes; an observer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consensus_key: Option<PublicKey>,
    /// The ed25519 key of its node on the network.
    pub peer_key: PublicKey,
    /// Where its consensus swarm listens, `host:port`; empty where others need not dial it.
    pub consensus_address: Text<128>,
    /// Where its transaction gossip listens, `host:port`; empty where others need not dial it.
    pub gossip_address: Text<128>,
    /// A validator's weight, at least 1; 0 of an observer.
    #[serde(with = "crate::json::string")]
    pub power: u64,
}

impl Node {
    /// Its consensus key and its weight, if it votes.
    pub fn vote(&self) -> Option<(PublicKey, u64)> {
        self.consensus_key.map(|key| (key, self.power))
    }
}
