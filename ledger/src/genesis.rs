//! Genesis: what a network agreed on before its first block.

use crate::transaction::MAX_TRANSACTION_BYTES;
use crate::validators::{Validator, ValidatorSet, ValidatorSetError};
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::{Hash, PublicKey, Text, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

    /// Checks what the contracts do not: version, limits, and the order and uniqueness of validators.
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
        for (what, unique) in [
            ("name", self.unique(|v| v.name.to_string())),
            ("peer key", self.unique(|v| v.peer.to_string())),
            (
                "consensus address",
                self.unique(|v| v.consensus_address.to_string()),
            ),
            (
                "gossip address",
                self.unique(|v| v.gossip_address.to_string()),
            ),
        ] {
            unique.map_err(|twice| format!("two validators have the {what} `{twice}`"))?;
        }
        Ok(())
    }

    /// The first value that two validators share.
    fn unique(&self, value: impl Fn(&GenesisValidator) -> String) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for validator in &self.validators {
            let value = value(validator);
            if !value.is_empty() && !seen.insert(value.clone()) {
                return Err(value);
            }
        }
        Ok(())
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
