//! The records of gates as the state keeps them.

use crate::bills::InstrumentNumber;
use crate::date::Date;
use crate::money::{Currency, Money};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What a bank declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Total assets.
    pub assets: Money,
    /// Total deposits, in the same currency.
    pub deposits: Money,
    /// Margins that it holds for acceptances, in the same currency.
    pub margin: Money,
    /// The day of the declaration.
    pub on: Date,
}

/// What an overdue acceptor may not do for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// No acceptance up to this day.
    pub no_acceptance_until: Date,
    /// Persistently overdue: its paper is not discounted, pledged or guaranteed up to this day.
    pub paper_barred_until: Option<Date>,
}

/// A running sum in one currency; it may pass what one amount can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// In minor units.
    #[serde(with = "crate::json::string")]
    pub minor: u128,
}

/// One package left unpaid on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverdueEvent {
    /// The day.
    pub date: Date,
    /// The package.
    pub bill: InstrumentNumber,
}

/// Everything that the gates know of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptorState {
    /// What it declared last.
    pub declared: Option<Declared>,
    /// What it has accepted and not yet paid, by currency.
    pub accepted: Vec<Total>,
    /// What it has refused and not paid since, by currency.
    pub overdue: Vec<Total>,
    /// Packages that it left unpaid in the window of overdue, the first first; at most 1,000.
    pub events: Vec<OverdueEvent>,
    /// Month ends of the same window at which it was found overdue.
    pub findings: Vec<Date>,
    /// What it was barred from last, and until when; past where the day lies behind.
    pub gate: Option<Gate>,
}
