//! The record of a bill package as the state keeps it.

use crate::bills::{BillKind, InstrumentNumber, Profile};
use crate::date::Date;
use crate::hash::Hash;
use crate::json;
use crate::member_id::MemberId;
use crate::money::Money;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A bill package: what was fixed when it was registered. What changes is in its lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// Its number.
    pub number: InstrumentNumber,
    /// Who accepts.
    pub kind: BillKind,
    /// The sum.
    pub sum: Money,
    /// Who drew it.
    pub drawer: MemberId,
    /// The drawee; acceptor once it has accepted.
    pub acceptor: MemberId,
    /// To whom it is payable.
    pub payee: MemberId,
    /// Issue date.
    pub issue_date: Date,
    /// Maturity date.
    pub maturity: Date,
    /// Whether it may be split.
    pub splittable: bool,
    /// Hashes of what lies behind it.
    pub trade_background: Vec<Hash>,
    /// The last day of the presentment window (maturity + 10 days, rolled to a business day).
    pub window_end: Date,
    /// The day on which it is payable (maturity, rolled to a business day).
    pub payable_on: Date,
    /// The law it is under.
    pub profile: Profile,
    /// The day on which the acceptor disclosed its acceptance.
    pub disclosed_on: Option<Date>,
    /// How many of its units, from the first on, the acceptor has accepted; less than all only under
    /// `geneva` (ULB 26).
    #[serde(with = "json::string")]
    pub accepted: u64,
    /// How many hands have been recorded, the number of the next one.
    #[serde(with = "json::string")]
    pub hands: u64,
}
