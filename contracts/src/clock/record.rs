//! Where the clock stands, as the state keeps it.

use crate::date::Date;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Where the clock stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockState {
    /// The business date on which the rules work. It moves one day at a time, and only when what was due
    /// before is worked off.
    pub date: Date,
    /// The close of that day is worked off.
    pub closed: bool,
    /// What the development clock has added to header time, in milliseconds.
    #[serde(with = "crate::json::string")]
    pub offset_ms: u64,
}
