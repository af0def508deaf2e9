//! Genesis: what a network agreed on before its first block.

use crate::transaction::MAX_TRANSACTION_BYTES;
use crate::validators::{Validator, ValidatorSet, ValidatorSetError};
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::nodes::{Node, NodeKind};
use allonge_contracts::{Hash, MemberId, PublicKey, Text, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The version of genesis documents.
pub const GENESIS_VERSION: u8 = 1;

/// The least bytes of a block: the largest transaction always fits.
const MIN_BLOCK_BYTES: u64 = 2 * MAX_TRANSACTION_BYTES as u64;
/// The most bytes of a block: larger ones could not be sent to latecomers.
const MAX_BLOCK_BYTES: u64 = 4 * 1024 * 1024;

/// A genesis document; JSON for people, its hash over borsh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// Format version, 1.
    pub version: u8,
    /// The network's name, for people; the hash is what counts.
    pub network: Text<64>,
    /// The time of height 0 in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// Bounds of blocks and transactions.
    pub limits: Limits,
    /// What the contracts start with.
    pub rules: GenesisRules,
    /// The first validators, 1 to 128, ascending by key.
    pub validators: Vec<GenesisValidator>,
    /// The first observers: nodes that may connect, follow and serve, without a vote; at most 128, ascending by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observers: Vec<GenesisObserver>,
}

/// A validator as genesis names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisValidator {
    /// A name for people, such as `node-0`.
    pub name: Text<32>,
    /// The member that runs it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The key that signs votes.
    pub key: PublicKey,
    /// Its weight.
    #[serde(with = "allonge_contracts::json::string")]
    pub power: u64,
    /// The ed25519 key of its node on the network; only peers named here may connect.
    pub peer: PublicKey,
    /// Where its consensus swarm listens, `host:port`.
    pub consensus_address: Text<128>,
    /// Where its transaction gossip listens, `host:port`.
    pub gossip_address: Text<128>,
}

/// An observer as genesis names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisObserver {
    /// A name for people, unlike that of any other node.
    pub name: Text<32>,
    /// The member that runs it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The ed25519 key of its node on the network.
    pub peer: PublicKey,
    /// Where its consensus swarm listens, `host:port`; empty where others need not dial it.
    #[serde(default)]
    pub consensus_address: Text<128>,
    /// Where its transaction gossip listens, `host:port`; empty where others need not dial it.
    #[serde(default)]
    pub gossip_address: Text<128>,
}

/// Bounds of blocks and transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How far ahead of header time a `valid_until` may lie (24 h); 1 s to 31 days.
    #[serde(with = "allonge_contracts::json::string")]
    pub transaction_life_ms: u64,
    /// The most bytes of an encoded block (2 MiB); 512 KiB to 4 MiB.
    pub block_bytes: u32,
    /// The most work units of a block, the clock's included (100,000, about 100 ms of one core); at most
    /// 10,000,000.
    #[serde(with = "allonge_contracts::json::string")]
    pub block_work: u64,
    /// The most work units of a transaction (20,000); at most half of a block's, which it may always use.
    #[serde(with = "allonge_contracts::json::string")]
    pub transaction_work: u64,
    /// The largest share of a block's bytes and work that one member may take while others wait, percent
    /// (50); 1 to 100.
    pub member_share_percent: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            transaction_life_ms: 24 * 3_600_000,
            block_bytes: 2 * 1024 * 1024,
            block_work: 100_000,
            transaction_work: 20_000,
            member_share_percent: 50,
        }
    }
}

impl Limits {
    fn check(&self) -> Result<(), String> {
        let inside = |what: &str, value: u64, least: u64, most: u64| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(format!(
                    "limits.{what} is {value}, it must be {least} to {most}"
                ))
            }
        };
        inside(
            "transaction_life_ms",
            self.transaction_life_ms,
            1_000,
            31 * 86_400_000,
        )?;
        inside(
            "block_bytes",
            self.block_bytes.into(),
            MIN_BLOCK_BYTES,
            MAX_BLOCK_BYTES,
        )?;
        inside("block_work", self.block_work, 2, 10_000_000)?;
        inside(
            "transaction_work",
            self.transaction_work,
            1,
            self.block_work / 2,
        )?;
        inside(
            "member_share_percent",
            self.member_share_percent.into(),
            1,
            100,
        )
    }
}

impl Genesis {
    /// The hash that names the network.
    pub fn hash(&self) -> Hash {
        // Writing into memory cannot fail.
        tagged_hash(
            "allonge/genesis/1",
            &[&borsh::to_vec(self).unwrap_or_default()],
        )
    }

    /// Checks what the contracts do not: version, limits, and the order of validators and observers.
    ///
    /// # Errors
    /// The rule that is broken, with the value.
    pub fn check(&self) -> Result<(), String> {
        if self.version != GENESIS_VERSION {
            return Err(format!(
                "version is {}, this program reads version {GENESIS_VERSION}",
                self.version
            ));
        }
        self.limits.check()?;
        for (a, b) in self.validators.iter().zip(self.validators.iter().skip(1)) {
            if a.key >= b.key {
                return Err(format!(
                    "validator {} with key {} must stand before {}: validators are sorted by key, each once",
                    b.name, b.key, a.name
                ));
            }
        }
        for (a, b) in self.observers.iter().zip(self.observers.iter().skip(1)) {
            if a.name >= b.name {
                return Err(format!(
                    "observer {} must stand before {}: observers are sorted by name, each once",
                    b.name, a.name
                ));
            }
        }
        Ok(())
    }

    /// Everyone who may connect: the validators and the observers.
    pub fn nodes(&self) -> Vec<Node> {
        let validators = self.validators.iter().map(|v| Node {
            name: v.name.clone(),
            kind: NodeKind::Validator,
            member: v.member.clone(),
            consensus_key: Some(v.key),
            peer_key: v.peer,
            consensus_address: v.consensus_address.clone(),
            gossip_address: v.gossip_address.clone(),
            power: v.power,
        });
        let observers = self.observers.iter().map(|o| Node {
            name: o.name.clone(),
            kind: NodeKind::Observer,
            member: o.member.clone(),
            consensus_key: None,
            peer_key: o.peer,
            consensus_address: o.consensus_address.clone(),
            gossip_address: o.gossip_address.clone(),
            power: 0,
        });
        validators.chain(observers).collect()
    }

    /// The first validator set.
    ///
    /// # Errors
    /// Whatever makes it no valid set.
    pub fn validator_set(&self) -> Result<ValidatorSet, ValidatorSetError> {
        ValidatorSet::new(
            self.validators
                .iter()
                .map(|v| Validator {
                    key: v.key,
                    power: v.power,
                })
                .collect(),
        )
    }
}
