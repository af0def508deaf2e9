//! The records of a bill package as the state keeps them.

use crate::bills::BillNumber;
use crate::date::Date;
use crate::hash::{Hash, RequestId};
use crate::json;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::text::Text;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// Who accepts: decides the first digit of the number (rule book 2.1).
    pub enum BillKind {
        /// Accepted by a bank; number type 5.
        Bank = 5 "bank",
        /// Accepted by an enterprise; number type 6.
        Commercial = 6 "commercial",
        /// Accepted by a finance company; number type 7.
        FinanceCompany = 7 "finance-company",
    }

    /// How far a lot has come in its life (rule book 2.2).
    pub enum Status {
        /// Registered, not accepted.
        Issued = 0 "issued",
        /// Accepted, not delivered.
        Accepted = 1 "accepted",
        /// Delivered: in the hands of a holder.
        Received = 2 "received",
        /// Paid.
        Settled = 3 "settled",
        /// Ended without payment.
        Terminated = 4 "terminated",
    }

    /// What may be done with a lot now (rule book 2.2).
    pub enum Circulation {
        /// Not yet delivered to the payee.
        AwaitingReceipt = 0 "awaiting receipt",
        /// May be endorsed.
        Circulable = 1 "circulable",
        /// A request waits for an answer.
        Locked = 2 "locked",
        /// Marked: no endorsement, discount or pledge.
        NotTransferable = 3 "not transferable",
        /// Pledged.
        Pledged = 4 "pledged",
        /// Sold under repo, to be bought back.
        AwaitingRedemption = 5 "awaiting redemption",
        /// Presented for payment.
        Collecting = 6 "collecting",
        /// Recourse is under way.
        InRecourse = 7 "in recourse",
        /// Over.
        Ended = 8 "ended",
    }

    /// Whether and when payment was refused (rule book 2.5).
    pub enum Dishonour {
        /// Never.
        None = 0 "none",
        /// Before maturity: opens no recourse.
        Early = 1 "early",
        /// In time.
        InTime = 2 "in time",
        /// After a late presentment.
        Late = 3 "late",
    }

    /// A court's measure on a lot; a dimension of its own.
    pub enum Frozen {
        /// None.
        No = 0 "no",
        /// Frozen.
        Frozen = 1 "frozen",
        /// Payment stopped.
        Stopped = 2 "stopped",
    }

    /// Why a request is refused (rule book 2.5, market codes).
    pub enum RefusalCode {
        /// The holder broke a contract with the refuser.
        ContractBreach = 1 "contract breach",
        /// Obtained by fraud or theft.
        FraudOrTheft = 2 "fraud or theft",
        /// Acquired in bad faith.
        BadFaith = 3 "bad faith",
        /// A defence was known.
        KnownDefence = 4 "known defence",
        /// Acquired with gross negligence.
        GrossNegligence = 5 "gross negligence",
        /// Presented late without an explanation that holds.
        Late = 6 "late",
        /// Frozen by a court.
        CourtFreeze = 7 "court freeze",
        /// Not due.
        NotDue = 8 "not due",
        /// The acceptor's balance is too low.
        LowBalance = 9 "low balance",
        /// Other; the text says what.
        Other = 10 "other",
    }

    /// What happened in one step of a lot's life.
    pub enum HandKind {
        /// Registered by the drawer.
        Registered = 1 "registered",
        /// Accepted by the drawee.
        Accepted = 2 "accepted",
        /// Delivered to the payee.
        Delivered = 3 "delivered",
        /// Endorsed.
        Endorsed = 4 "endorsed",
        /// Presented for payment.
        Presented = 5 "presented",
        /// Payment refused.
        Refused = 6 "refused",
        /// Paid by the acceptor.
        Paid = 7 "paid",
        /// Revoked by the drawer.
        Revoked = 8 "revoked",
        /// Ended by the clock: not accepted or not delivered in time, or extinguished in the acceptor's hands.
        Terminated = 9 "terminated",
    }
}

/// A range of standard units, both ends included; one unit is one minor unit of the currency.
/// On screen `101-12200`; in JSON `{"start": "101", "end": "12200"}`.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct LotRange {
    /// First unit, from 1.
    #[serde(with = "json::string")]
    pub start: u64,
    /// Last unit, not before the first.
    #[serde(with = "json::string")]
    pub end: u64,
}

impl LotRange {
    /// How many units; `None` for a range that is empty or starts at 0.
    pub const fn amount(self) -> Option<u64> {
        if self.start == 0 {
            return None;
        }
        match self.end.checked_sub(self.start) {
            Some(rest) => rest.checked_add(1),
            None => None,
        }
    }
}

impl fmt::Display for LotRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start, self.end)
    }
}

impl fmt::Debug for LotRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a lot: write it like 101-12200")]
pub struct LotRangeError(pub String);

impl FromStr for LotRange {
    type Err = LotRangeError;
    fn from_str(text: &str) -> Result<Self, LotRangeError> {
        let number = |part: &str| -> Option<u64> {
            (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        text.split_once('-')
            .and_then(|(start, end)| {
                Some(LotRange {
                    start: number(start)?,
                    end: number(end)?,
                })
            })
            .filter(|range| range.amount().is_some())
            .ok_or_else(|| LotRangeError(text.chars().take(80).collect()))
    }
}

/// A bill package: what was fixed when it was registered. What changes is in its lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// Its number.
    pub number: BillNumber,
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
    /// How many hands have been recorded, the number of the next one.
    #[serde(with = "json::string")]
    pub hands: u64,
}

/// A lot: a range of a package in one hand. The lots of a package tile `1..=sum`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// The range.
    pub range: LotRange,
    /// Who holds it.
    pub holder: MemberId,
    /// How far it has come.
    pub status: Status,
    /// What may be done with it.
    pub circulation: Circulation,
    /// Who marked it not transferable.
    pub not_transferable_by: Option<MemberId>,
    /// Discounted: moves among banks only.
    pub discounted: bool,
    /// Whether payment was refused.
    pub dishonour: Dishonour,
    /// Why it was last refused, and on which day.
    pub refused: Option<(RefusalCode, Date)>,
    /// A court's measure.
    pub frozen: Frozen,
    /// The hand by which it came to stand as it does.
    #[serde(with = "json::string")]
    pub hand: u64,
    /// The live request on it.
    pub request: Option<RequestId>,
    /// The day of its first presentment inside the window.
    pub presented_in_time: Option<Date>,
}

/// One act in a lot's life; immutable, shared by the lots that split from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Hand {
    /// Its number within the package, from 0.
    #[serde(with = "json::string")]
    pub number: u64,
    /// The hand before it; none for the first.
    pub parent: Option<u64>,
    /// What happened.
    pub kind: HandKind,
    /// The range it happened to.
    pub range: LotRange,
    /// Who did it; none where the clock did.
    pub from: Option<MemberId>,
    /// To whom, where somebody received it or payment.
    pub to: Option<MemberId>,
    /// The business date.
    pub date: Date,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// What was paid for it.
    pub price: Option<Money>,
    /// Marked not transferable by `from`.
    pub not_transferable: bool,
    /// Of a refusal, its code.
    pub refusal: Option<RefusalCode>,
    /// Of a refusal or a late presentment, the words given.
    pub text: Text<256>,
}
