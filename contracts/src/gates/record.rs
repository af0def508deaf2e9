//! The records of gates as the state keeps them.

use crate::date::Date;
use crate::money::Money;
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
