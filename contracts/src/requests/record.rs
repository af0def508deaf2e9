//! A live request as the state keeps it.

use crate::bills::{Circulation, InstrumentNumber, LotRange, Market, RepoDates, Settlement};
use crate::date::Date;
use crate::hash::{Hash, RequestId, tagged_hash};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::rate::{DayCount, Rate};
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What is asked. The kind is the act of the rule table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Terms {
    /// Accept the whole bill.
    Acceptance {} = 1,
    /// Take delivery of the whole bill.
    Delivery {} = 2,
    /// Sign for an endorsement of the range.
    Endorsement {
        /// Marked not transferable by the endorser.
        not_transferable: bool,
    } = 3,
    /// Pay the range.
    Presentment {
        /// The words given with a late presentment.
        explanation: Text<256>,
    } = 4,
    /// Take the whole accepted bill back unused.
    UnusedReturn {} = 5,
    /// Remove the mark "not transferable" from the range.
    Unmark {} = 6,
    /// Guarantee the range.
    Guarantee {
        /// For whom.
        ward: MemberId,
    } = 7,
    /// Buy the range.
    Discount {
        /// On which market.
        market: Market,
        /// Annual rate.
        rate: Rate,
        /// How days are counted.
        day_count: DayCount,
        /// Under repo, until when it may be bought back.
        repo: Option<RepoDates>,
        /// How the money moves.
        settlement: Settlement,
        /// The seller is not liable to later holders.
        without_liability: bool,
        /// Hashes of trade papers.
        papers: Vec<Hash>,
    } = 8,
    /// Buy the range back at face.
    Redemption {
        /// How the money moves.
        settlement: Settlement,
    } = 9,
    /// Take the range in pledge.
    Pledge {
        /// The debt secured.
        debt: Money,
        /// When it is due.
        debt_due: Date,
        /// The number under which it is registered, of a certificate (rule book 3.4).
        registry: Text<32>,
    } = 10,
    /// Take the range back from pledge.
    Release {
        /// What the pledgor pays.
        price: Option<Money>,
        /// How the money moves.
        settlement: Settlement,
    } = 11,
    /// Let a claim of recourse be settled.
    Offer {
        /// How many units of the lot, from its low end, are settled.
        #[serde(with = "crate::json::string")]
        units: u64,
        /// What is paid, held on the payer's account meanwhile.
        money: Money,
    } = 12,
    /// Confirm a term above six months, as a bank (rule book 3.1).
    Confirmation {} = 13,
    /// Sign for the whole certificate.
    Signature {} = 14,
    /// Sign for the range, as a supplier of the next tier.
    Transfer {
        /// What for.
        purpose: Text<64>,
    } = 15,
    /// Finance the range.
    Finance {
        /// Annual rate.
        rate: Rate,
        /// How days are counted.
        day_count: DayCount,
        /// How much is advanced, before interest; the range's amount or less.
        advance: Money,
        /// The seller answers for payment.
        recourse: bool,
        /// The number under which it is registered (rule book 3.2).
        registry: Text<32>,
        /// How the money moves.
        settlement: Settlement,
    } = 16,
    /// Take the overdue lot back, under recourse.
    AskBack {
        /// What is paid for it: principal, interest and costs.
        money: Money,
    } = 17,
    /// Let the range move with the other legs of an instruction; answered by nobody.
    Leg {
        /// The instruction.
        instruction: RequestId,
        /// Which of its legs, counted from 0.
        leg: u8,
    } = 18,
}

/// A live request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The bill or certificate.
    pub instrument: InstrumentNumber,
    /// The lot it locks; an offer locks none.
    pub range: LotRange,
    /// Who asks: who may withdraw.
    pub from: MemberId,
    /// Who answers.
    pub to: MemberId,
    /// What is asked.
    pub terms: Terms,
    /// Lapses at the close of this day; a presentment does not lapse.
    pub answer_by: Option<Date>,
    /// The day it was made.
    pub asked_on: Date,
    /// What the lot's circulation was before, and is again when the request ends without effect.
    pub before: Circulation,
    /// The condition that must be attested before it takes effect.
    pub condition: Option<RequestId>,
}

impl Terms {
    /// Whether somebody answers: a leg waits for its instruction.
    pub const fn answered(&self) -> bool {
        !matches!(self, Terms::Leg { .. })
    }
}

impl Request {
    /// The hash that an answer must name, so that nobody signs for other terms than it saw.
    pub fn terms_hash(&self) -> Hash {
        // Serialising these types into memory cannot fail.
        let bytes = borsh::to_vec(self).unwrap_or_default();
        tagged_hash("allonge/terms/1", &[&bytes])
    }
}

/// What the clock needs to know of a request for payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentment {
    /// When it was presented: milliseconds of business time since 1970-01-01. Orders the payments of a day.
    #[serde(with = "crate::json::string")]
    pub at: u64,
    /// At the close of this day the clock pays or refuses; none while it is presented early.
    pub due_on: Option<Date>,
    /// Made by the clock, not by hand.
    pub by_clock: bool,
    /// It is the lot's first presentment inside the window.
    pub first_in_time: bool,
    /// It is the lot's first presentment after the window.
    pub first_late: bool,
}
