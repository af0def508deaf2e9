//! Balances and holds as the state keeps them.

use crate::date::Date;
use crate::hash::RequestId;
use crate::json;
use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What a member has of one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// The currency.
    pub currency: Currency,
    /// All of it, held and frozen parts included.
    #[serde(with = "json::string")]
    pub total: u64,
    /// The sum of its holds.
    #[serde(with = "json::string")]
    pub held: u64,
    /// Frozen by a court.
    #[serde(with = "json::string")]
    pub frozen: u64,
}

impl Balance {
    /// An account without cash.
    pub const fn empty(currency: Currency) -> Self {
        Balance {
            currency,
            total: 0,
            held: 0,
            frozen: 0,
        }
    }

    /// What can be spent: total − held − frozen, never below zero.
    pub const fn available(&self) -> u64 {
        self.total
            .saturating_sub(self.held)
            .saturating_sub(self.frozen)
    }
}

/// Cash set aside by its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Its id.
    pub id: RequestId,
    /// Whose cash.
    pub owner: MemberId,
    /// How much.
    pub money: Money,
    /// Who may release it.
    pub releaser: MemberId,
    /// Ends at the close of this day.
    pub until: Date,
    /// The owner's reference.
    pub reference: Text<64>,
}

/// A currency as the state keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrencyRecord {
    /// The currency.
    pub currency: Currency,
    /// Who issues it.
    pub authority: MemberId,
    /// All that was ever issued, in minor units.
    #[serde(with = "json::string")]
    pub minted: u128,
    /// All that was ever taken out of circulation, in minor units.
    #[serde(with = "json::string")]
    pub redeemed: u128,
}

impl CurrencyRecord {
    /// What is in circulation: the sum of all balances.
    pub const fn in_circulation(&self) -> u128 {
        self.minted.saturating_sub(self.redeemed)
    }
}
