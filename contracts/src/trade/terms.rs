//! Attestations, claims and conditions as the state keeps them.

use crate::date::Date;
use crate::hash::{Hash, RequestId};
use crate::json;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::text::Text;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

words! {
    /// What is attested of a paper.
    pub enum Verdict {
        /// It is so.
        Confirmed = 1 "confirmed",
        /// It is not so.
        Denied = 2 "denied",
    }

    /// How a bare invoice serves a financier.
    pub enum ClaimKind {
        /// As a pledge.
        Pledge = 1 "pledge",
        /// Assigned to it.
        Assignment = 2 "assignment",
    }

    /// How a claim ended.
    pub enum ClaimEnd {
        /// It was not used or is given up: the invoice is free again.
        Unused = 1 "unused",
        /// The financing was paid: the invoice backs nothing again.
        Paid = 2 "paid",
    }

    /// Where a condition stands.
    pub enum ConditionStatus {
        /// To be attested.
        Open = 1 "open",
        /// Attested.
        Fulfilled = 2 "fulfilled",
        /// Not attested in time.
        Lapsed = 3 "lapsed",
    }
}

/// What a member last attested of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Who.
    pub by: MemberId,
    /// What.
    pub verdict: Verdict,
    /// The business date.
    pub date: Date,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// The salted hash of a document that shows it.
    pub document: Option<Hash>,
    /// In words.
    pub text: Text<256>,
}

/// A claim on an invoice that is no instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceClaim {
    /// Its id.
    pub id: RequestId,
    /// The invoice's commitment.
    pub paper: Hash,
    /// A pledge or an assignment.
    pub kind: ClaimKind,
    /// The invoice's seller, who gave it.
    pub from: MemberId,
    /// Who has it.
    pub to: MemberId,
    /// How much of the invoice.
    pub money: Money,
    /// The number under which it is registered; empty where it is not.
    pub registry: Text<32>,
    /// The day on which the buyer had notice, by its being recorded.
    pub notice_on: Option<Date>,
    /// The business date on which it was made.
    pub date: Date,
    /// How it ended.
    pub ended: Option<ClaimEnd>,
}

/// What an attestor is to attest by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its id.
    pub id: RequestId,
    /// Who set it.
    pub by: MemberId,
    /// What is to be attested, in words.
    pub statement: Text<256>,
    /// By whom.
    pub attestor: MemberId,
    /// Unattested, it lapses at the close of this day.
    pub deadline: Date,
    /// The day on which it was set.
    pub set_on: Date,
    /// Where it stands.
    pub status: ConditionStatus,
    /// The day on which it was attested or lapsed.
    pub ended_on: Option<Date>,
    /// The salted hash of a document that shows it.
    pub document: Option<Hash>,
    /// The live request that waits for it.
    pub request: Option<RequestId>,
    /// That request is agreed, and is carried out when this is attested.
    pub agreed: bool,
}
