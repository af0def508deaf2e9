//! Genesis: what a network agreed on before its first block.

use crate::validators::{Validator, ValidatorSet, ValidatorSetError};
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::{Hash, PublicKey, Text, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The version of genesis documents.
pub const GENESIS_VERSION: u8 = 1;

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
    /// The first validators, 1 to 100, ascending by key.
    pub validators: Vec<GenesisValidator>,
}

/// A validator as genesis names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisValidator {
    /// A name for people, such as `node-0`.
    pub name: Text<32>,
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

/// Bounds of blocks and transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How far ahead of header time a `valid_until` may lie (24 h).
    #[serde(with = "allonge_contracts::json::string")]
    pub transaction_life_ms: u64,
    /// The most bytes of an encoded block (2 MiB).
    pub block_bytes: u32,
    /// The most work units of a block, the clock's included (100,000, about 100 ms of one core).
    #[serde(with = "allonge_contracts::json::string")]
    pub block_work: u64,
    /// The most work units of a transaction.
    #[serde(with = "allonge_contracts::json::string")]
    pub transaction_work: u64,
    /// The largest share of a block's bytes and work that one member may take while others wait, percent.
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

impl Genesis {
    /// The hash that names the network.
    pub fn hash(&self) -> Hash {
        // Writing into memory cannot fail.
        tagged_hash(
            "allonge/genesis/1",
            &[&borsh::to_vec(self).unwrap_or_default()],
        )
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
