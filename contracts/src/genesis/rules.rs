//! What genesis says to the contracts: members, currencies, parameters, calendar.

use crate::calls::CurrencyAuthority;
use crate::date::Date;
use crate::gov::{FIRST_PROTOCOL, Policy};
use crate::member_id::MemberId;
use crate::members::Member;
use crate::money::Money;
use crate::params::Params;
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
    /// The numbers that a regulator can change; defaults where left out.
    #[serde(default)]
    pub params: Params,
    /// Whose approval each kind of change takes; as in a development network where left out.
    #[serde(default)]
    pub governance: Policy,
    /// The version of the protocol that the network starts with, 1 or 2.
    #[serde(default = "first_protocol")]
    pub protocol: u32,
}

const fn first_protocol() -> u32 {
    FIRST_PROTOCOL
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
