//! What came of a transaction.

use crate::bills::{InstrumentNumber, LotRange};
use crate::codes::Code;
use crate::date::Date;
use crate::events::Event;
use crate::hash::{Hash, RequestId};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::state::StateFault;
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A fact in a rejection: what it is and the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What the value is: `have`, `need`, `holder`, `latest`, `field`, …
    pub what: Text<32>,
    /// The value.
    pub value: FactValue,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum FactValue {
    /// An amount.
    Money(Money) = 0,
    /// A member.
    Member(MemberId) = 1,
    /// A day.
    Date(Date) = 2,
    /// A count.
    Number(#[serde(with = "crate::json::string")] u64) = 3,
    /// A word from a fixed list, such as a status or the name of a field.
    Word(Text<64>) = 4,
    /// A bill.
    Bill(InstrumentNumber) = 5,
    /// A lot.
    Lot(LotRange) = 6,
    /// A request.
    Request(RequestId) = 7,
}

/// A transaction that was refused in execution: it stays in its block, without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// The rule that was broken.
    pub code: Code,
    /// Which call broke it, counting from 0.
    pub call: u8,
    /// The values that show it, at most 8.
    pub facts: Vec<Fact>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.summary())?;
        for (i, fact) in self.facts.iter().enumerate() {
            write!(
                f,
                "{}{} {}",
                if i == 0 { " (" } else { ", " },
                fact.what,
                fact.value
            )?;
        }
        f.write_str(if self.facts.is_empty() { "" } else { ")" })
    }
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FactValue::Money(v) => v.fmt(f),
            FactValue::Member(v) => v.fmt(f),
            FactValue::Date(v) => v.fmt(f),
            FactValue::Number(v) => v.fmt(f),
            FactValue::Word(v) => v.fmt(f),
            FactValue::Bill(v) => v.fmt(f),
            FactValue::Lot(v) => v.fmt(f),
            FactValue::Request(v) => v.fmt(f),
        }
    }
}

/// What a call made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum CallResult {
    /// Nothing that needs a name.
    Done = 0,
    /// A bill.
    Bill(InstrumentNumber) = 1,
    /// A request that waits for an answer, with the hash of its terms.
    Request {
        /// Its id.
        request: RequestId,
        /// What the answer must name.
        terms: Hash,
    } = 2,
    /// A hold on cash.
    Hold(RequestId) = 3,
    /// A credit line.
    Line(RequestId) = 4,
    /// A question for quotes.
    Quotes(RequestId) = 5,
    /// A trade paper.
    Paper(Hash) = 6,
    /// A settlement instruction that waits to be affirmed, with the hash of its terms.
    Instruction {
        /// Its id.
        instruction: RequestId,
        /// What an affirmation must name.
        terms: Hash,
    } = 7,
    /// An obligation that waits for a cycle of netting.
    Obligation(RequestId) = 8,
    /// A receivable certificate.
    Certificate(InstrumentNumber) = 9,
    /// A condition that is to be attested.
    Condition(RequestId) = 10,
    /// A claim on an invoice.
    Claim(RequestId) = 11,
    /// A proposal, with the hash of its terms.
    Proposal {
        /// Its id.
        proposal: RequestId,
        /// What a vote must name.
        terms: Hash,
    } = 12,
}

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Outcome {
    /// Every call was carried out; one result each.
    Accepted(Vec<CallResult>) = 0,
    /// Nothing was carried out.
    Rejected(Rejection) = 1,
}

/// What executing one transaction gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// What came of it.
    pub outcome: Outcome,
    /// What happened, in order; empty when rejected.
    pub events: Vec<Event>,
    /// Work units used.
    pub work: u64,
}

/// Why a rule function stopped: the call breaks a rule, or the state itself is damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The call breaks a rule.
    #[error("{}", .0.summary())]
    Rejected(Code, Vec<Fact>),
    /// The node must stop.
    #[error(transparent)]
    Fault(#[from] StateFault),
}
