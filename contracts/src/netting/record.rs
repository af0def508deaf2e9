//! Obligations, queues and cycles as the state keeps them.

use crate::calls::BilateralLimit;
use crate::date::Date;
use crate::hash::RequestId;
use crate::json;
use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::text::Text;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

words! {
    /// Why an obligation still waits, as the last cycle found it.
    pub enum Wait {
        /// No cycle has looked at it.
        New = 0 "new",
        /// Its first day has not come.
        NotYet = 1 "not yet",
        /// Its deadline passed before the cycle.
        Late = 2 "deadline passed",
        /// Its payer is suspended.
        PayerSuspended = 3 "payer suspended",
        /// Its payee is suspended.
        PayeeSuspended = 4 "payee suspended",
        /// Its payer is insolvent on record.
        PayerInsolvent = 5 "payer insolvent",
        /// Its payee is insolvent on record.
        PayeeInsolvent = 6 "payee insolvent",
        /// Its payer has debts due that the clock has not worked off.
        PayerDue = 7 "payer has debts due",
        /// The payer's available cash does not cover it, with what comes in.
        Cash = 8 "cash",
        /// It would take the payer's reserve for what is most urgent.
        Reserve = 9 "reserve",
        /// It would pass the payer's limit in all.
        Multilateral = 10 "limit in all",
        /// It would pass the payer's limit toward its payee.
        Bilateral = 11 "limit toward the payee",
        /// One before it in its queue waits.
        Behind = 12 "behind another",
        /// Its payer's cash is ring-fenced for overdue certificates.
        PayerFenced = 13 "payer ring-fenced",
    }
}

/// Cash that a member owes another and that waits for a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Its id.
    pub id: RequestId,
    /// Who owes.
    pub payer: MemberId,
    /// Who is owed.
    pub payee: MemberId,
    /// How much.
    pub money: Money,
    /// 0 the most urgent to 9.
    pub priority: u8,
    /// Its place among those of the same priority: the order of arrival, unless its payer moved it.
    #[serde(with = "json::string")]
    pub place: u64,
    /// No cycle takes it before this day.
    pub not_before: Option<Date>,
    /// Unsettled, it ends at the close of this day.
    pub deadline: Date,
    /// What for.
    pub purpose: Text<64>,
    /// The payer's reference.
    pub reference: Text<64>,
    /// Why it waits.
    pub waits: Wait,
}

/// What a member has set for cycles in a currency, and how much of its waits there.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Queued {
    /// How many of its obligations wait.
    pub waiting: u32,
    /// The most that one cycle may cost it in all, net.
    pub multilateral: Option<Money>,
    /// The most that one cycle may cost it toward one member, net, in order of name.
    pub bilateral: Vec<BilateralLimit>,
    /// Available cash that only obligations of priority 0 may use.
    pub reserve: Option<Money>,
}

/// Where netting in a currency stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Netting {
    /// The currency.
    pub currency: Currency,
    /// How many places in queues were ever given.
    #[serde(with = "json::string")]
    pub places: u64,
    /// How many obligations wait.
    pub waiting: u32,
    /// How many cycles there were.
    #[serde(with = "json::string")]
    pub cycles: u64,
    /// The day at whose close the clock looks at the queues; none while nothing waits.
    pub cycle_on: Option<Date>,
}

/// What a cycle did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// The currency.
    pub currency: Currency,
    /// Its number in the currency, from 1.
    #[serde(with = "json::string")]
    pub number: u64,
    /// The business date.
    pub date: Date,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Who ran it; the clock where absent.
    pub by: Option<MemberId>,
    /// Obligations that waited.
    pub waiting: u32,
    /// Those of them that could be taken.
    pub eligible: u32,
    /// Those settled.
    pub settled: u32,
    /// The sum of those settled, in minor units.
    #[serde(with = "json::string")]
    pub gross: u128,
    /// What moved for it: the sum of what members lost, in minor units.
    #[serde(with = "json::string")]
    pub net: u128,
}

impl Cycle {
    /// Liquidity saved against paying each alone, in minor units: gross − net. Turnover is gross over net.
    pub const fn saved(&self) -> u128 {
        self.gross.saturating_sub(self.net)
    }
}
