//! Trade papers and what is drawn on them, as the state keeps them (rule book 3.3, 3.4).

use crate::date::Date;
use crate::hash::{Hash, RequestId};
use crate::instruments::InstrumentNumber;
use crate::json;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::text::Text;
use crate::trade::Quantity;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What a trade paper says. Of an invoice and a credit note the number is not here: only a commitment to it, made by
/// whoever records it with a key that the members share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum PaperBody {
    /// A contract of sale.
    Contract {
        /// The salted hash of its text.
        document: Hash,
        /// Who sells.
        seller: MemberId,
        /// Who buys.
        buyer: MemberId,
        /// Its date.
        date: Date,
    } = 1,
    /// An invoice: the only paper that backs a financing.
    Invoice {
        /// The keyed commitment over the seller's legal identifier, number, amount, currency and date.
        commitment: Hash,
        /// Who issued it and is owed.
        seller: MemberId,
        /// Who owes.
        buyer: MemberId,
        /// What it is worth.
        value: Money,
        /// Its date.
        date: Date,
    } = 2,
    /// A credit note: lowers what an invoice is worth.
    CreditNote {
        /// The keyed commitment, made as an invoice's.
        commitment: Hash,
        /// The commitment of the invoice that it lowers.
        invoice: Hash,
        /// By how much.
        value: Money,
        /// Its date.
        date: Date,
    } = 3,
    /// A movement of goods.
    Goods {
        /// Who gave them.
        from: MemberId,
        /// Who took them.
        to: MemberId,
        /// What they are.
        goods: Text<128>,
        /// Where they come from.
        origin: Text<64>,
        /// The day on which they moved.
        date: Date,
        /// How much of them.
        quantity: Quantity,
        /// In which unit of measure.
        unit: Text<16>,
        /// The price of all of them.
        price: Option<Money>,
        /// Their quality.
        grade: Text<64>,
    } = 4,
    /// Any other document.
    Document {
        /// Its salted hash.
        document: Hash,
    } = 5,
}

/// A trade paper on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Its id: the commitment, the document's hash, or of goods a hash of transaction and call.
    pub id: Hash,
    /// What it says.
    pub body: PaperBody,
    /// Who recorded it.
    pub by: MemberId,
    /// The business date on which it was recorded.
    pub recorded_on: Date,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Of an invoice, what is drawn on it and what lowers it; of other papers as at the beginning.
    pub usage: Usage,
    /// How many members have attested something of it.
    pub attested: u32,
    /// How many of them deny it: while one does, it backs nothing.
    pub denied: u32,
}

/// How far an invoice is used.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// What credit notes took off its value, in minor units; never more than the value.
    #[serde(with = "json::string")]
    pub credited: u64,
    /// The sum of what is drawn on it and not freed, in minor units.
    #[serde(with = "json::string")]
    pub drawn: u64,
    /// How many draws that is.
    pub live: u32,
    /// How many draws were ever made, the number of the next one.
    #[serde(with = "json::string")]
    pub draws: u64,
    /// A credit note once left less value than was drawn: it backs nothing more.
    pub over_backed: bool,
}

/// What stands on a draw.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Financing {
    /// A bill or a certificate.
    Instrument(InstrumentNumber) = 0,
    /// A claim on the bare invoice.
    Claim(RequestId) = 1,
}

/// A part of an invoice's value that one financing uses up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// Its number on the invoice, from 0: the order in which draws were registered.
    #[serde(with = "json::string")]
    pub number: u64,
    /// What it backs.
    pub financing: Financing,
    /// Who drew.
    pub by: MemberId,
    /// How much.
    pub money: Money,
    /// The business date.
    pub date: Date,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// It is registered: an instrument always is, by the ledger; a claim where it has a registry's number.
    pub registered: bool,
    /// The day on which the buyer had notice.
    pub notice_on: Option<Date>,
}

/// An invoice and how much of its value is to back a financing.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Backing {
    /// The invoice's commitment.
    pub paper: Hash,
    /// How much of it.
    pub money: Money,
}

impl PaperBody {
    /// The kind, as a word.
    pub const fn kind(&self) -> &'static str {
        match self {
            PaperBody::Contract { .. } => "contract",
            PaperBody::Invoice { .. } => "invoice",
            PaperBody::CreditNote { .. } => "credit note",
            PaperBody::Goods { .. } => "goods",
            PaperBody::Document { .. } => "document",
        }
    }

    /// Its date, where it has one.
    pub const fn date(&self) -> Option<Date> {
        match self {
            PaperBody::Contract { date, .. }
            | PaperBody::Invoice { date, .. }
            | PaperBody::CreditNote { date, .. }
            | PaperBody::Goods { date, .. } => Some(*date),
            PaperBody::Document { .. } => None,
        }
    }

    /// Who gives and who takes, where the paper itself names them.
    pub const fn parties(&self) -> Option<(&MemberId, &MemberId)> {
        match self {
            PaperBody::Contract { seller, buyer, .. }
            | PaperBody::Invoice { seller, buyer, .. } => Some((seller, buyer)),
            PaperBody::Goods { from, to, .. } => Some((from, to)),
            PaperBody::CreditNote { .. } | PaperBody::Document { .. } => None,
        }
    }
}

impl Paper {
    /// What an invoice is worth after its credit notes; none of another paper.
    pub const fn worth(&self) -> Option<Money> {
        match &self.body {
            PaperBody::Invoice { value, .. } => Some(Money::new(
                value.currency,
                value.minor.saturating_sub(self.usage.credited),
            )),
            _ => None,
        }
    }

    /// What may still be drawn on an invoice; none of another paper.
    pub const fn free(&self) -> Option<Money> {
        match self.worth() {
            Some(worth) if self.usage.over_backed || self.denied > 0 => {
                Some(Money::new(worth.currency, 0))
            }
            Some(worth) => Some(Money::new(
                worth.currency,
                worth.minor.saturating_sub(self.usage.drawn),
            )),
            None => None,
        }
    }
}
