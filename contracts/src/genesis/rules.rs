//! What genesis says to the contracts: members, currencies, parameters, calendar.

use crate::calls::CurrencyAuthority;
use crate::date::Date;
use crate::json;
use crate::member_id::MemberId;
use crate::members::Member;
use crate::money::Money;
use crate::state::{StateFault, View};
use crate::tables::{ALL, SETTINGS};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The part of a genesis document that the contracts read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisRules {
    /// Members, ascending by name.
    pub members: Vec<Member>,
    /// Currencies and who issues each, ascending by currency.
    pub currencies: Vec<CurrencyAuthority>,
    /// Opening balances, minted at height 0.
    #[serde(default)]
    pub balances: Vec<OpeningBalance>,
    /// Days off besides weekends.
    #[serde(default)]
    pub holidays: Vec<Date>,
    /// Weekend days on which business is done.
    #[serde(default)]
    pub working_weekends: Vec<Date>,
    /// The ledger's fixed offset from UTC in minutes (default 480).
    pub utc_offset_minutes: i16,
    /// Minutes after midnight at which a day closes (default 1200, 20:00).
    pub close_minute: u16,
    /// Whether `clock.advance` is allowed.
    pub development_clock: bool,
    /// The numbers that a regulator can change.
    pub params: Params,
}

/// Opening cash of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningBalance {
    /// Who.
    pub member: MemberId,
    /// How much.
    pub money: Money,
}

/// Numbers of law and market that a regulator can change; never constants in the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Longest term of a bill in months (6; rule book 2.1, law).
    pub bill_max_term_months: u8,
    /// Largest sum of a bill in minor units (100,000,000,000 = 1,000,000,000.00; market).
    #[serde(with = "json::string")]
    pub bill_max_sum: u64,
    /// Days to answer a request for acceptance (3; law).
    pub acceptance_answer_days: u8,
    /// Days of the presentment window after nominal maturity (10; law).
    pub presentment_window_days: u8,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            bill_max_term_months: 6,
            bill_max_sum: 100_000_000_000,
            acceptance_answer_days: 3,
            presentment_window_days: 10,
        }
    }
}

/// What genesis fixed for the rules, as the state keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The ledger's fixed offset from UTC in minutes.
    pub utc_offset_minutes: i16,
    /// Minutes after midnight at which a day closes.
    pub close_minute: u16,
    /// Whether `clock.advance` is allowed.
    pub development_clock: bool,
    /// The numbers that a regulator can change.
    pub params: Params,
}

/// What genesis fixed, with the parameters now in force.
pub fn settings(view: &(impl View + ?Sized)) -> Result<Settings, StateFault> {
    SETTINGS
        .get(view, ALL, &[])?
        .ok_or_else(|| StateFault::new(SETTINGS.name(), "no settings: the state has no genesis"))
}
