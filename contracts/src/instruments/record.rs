//! The records that bills and certificates share as the state keeps them: lots and hands.

use crate::date::Date;
use crate::hash::RequestId;
use crate::instruments::{
    Circulation, Dishonour, Frozen, HandKind, Market, RefusalCode, Settlement, Status,
};
use crate::json;
use crate::member_id::MemberId;
use crate::members::Role;
use crate::money::Money;
use crate::rate::{DayCount, Rate};
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

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
    /// The day of its first presentment after the window.
    pub presented_late: Option<Date>,
    /// Whether it may be cut; never again once narrowed.
    pub splittable: bool,
    /// To whom, when and for what it may move.
    pub limits: Option<UseLimits>,
    /// The pledge on it.
    pub pledge: Option<Pledge>,
    /// The repo under which the holder has it.
    pub repo: Option<Repo>,
    /// The claim under recourse.
    pub claim: Option<Claim>,
    /// Of a certificate, what a bill has not.
    pub receivable: Option<Receivable>,
}

/// What the lot of a certificate has besides (rule book 3.1, 3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Receivable {
    /// How many hands of suppliers it has reached: 1 with the payee, one more with every transfer.
    pub tier: u16,
    /// How its holder financed it with recourse.
    pub funding: Option<Funding>,
    /// Who disputes it.
    pub disputed_by: Option<MemberId>,
}

/// What a funder has advanced on a lot with recourse to its seller (rule book 3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Funding {
    /// Who sold it and answers for it.
    pub seller: MemberId,
    /// What is not yet recovered of the advance, in minor units.
    #[serde(with = "json::string")]
    pub principal: u64,
    /// Annual rate.
    pub rate: Rate,
    /// How days are counted.
    pub day_count: DayCount,
    /// Interest was taken up to this day; it runs on from there.
    pub interest_from: Date,
    /// What is recovered of the interest that runs from that day, in minor units.
    #[serde(with = "json::string")]
    pub interest_paid: u64,
}

/// What a repo fixes: when the seller may buy back (rule book 2.2).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct RepoDates {
    /// First day of the redemption window.
    pub open_from: Date,
    /// Last day of it, before maturity.
    pub cut_off: Date,
}

/// A repo in force on a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Repo {
    /// Who sold it and may buy it back.
    pub seller: MemberId,
    /// When.
    pub dates: RepoDates,
    /// Whether it was discounted before.
    pub discounted_before: bool,
}

/// A pledge in force on a lot; the holder is the pledgor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Pledge {
    /// To whom.
    pub pledgee: MemberId,
    /// The debt that it secures.
    pub debt: Money,
    /// When the debt is due.
    pub debt_due: Date,
    /// The hand by which it was made. Lots cut from the pledged one secure the same debt: what their proceeds
    /// have paid of it is counted under this number.
    #[serde(with = "json::string")]
    pub hand: u64,
}

/// Use limits of a lot: a request outside them is refused (rule book 2.2).
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields, default)]
pub struct UseLimits {
    /// Who may receive it, ascending, at most 16; besides `roles`.
    pub holders: Vec<MemberId>,
    /// Members of these roles may receive it, ascending. Anybody may where both lists are empty.
    pub roles: Vec<Role>,
    /// First day on which a transfer may be asked for.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// The purpose that a request must state; any where empty.
    pub purpose: Text<64>,
}

/// What the holder of a lot in recourse may claim, but for the interest of the days that pass (rule book 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The lot's amount, or under re-recourse the sum paid, in minor units.
    #[serde(with = "json::string")]
    pub base: u64,
    /// Interest runs from this day on.
    pub interest_from: Date,
    /// Costs stated, in minor units.
    #[serde(with = "json::string")]
    pub costs: u64,
    /// The day from which the time bar against endorsers runs: of refusal, of the record of insolvency, or
    /// under re-recourse of payment.
    pub since: Date,
    /// Re-recourse by one who has paid.
    pub again: bool,
    /// Refused late without ever having been presented in time: only drawer, acceptor and their guarantors.
    pub late: bool,
    /// Who has been given notice, at most 64.
    pub noticed: Vec<MemberId>,
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
    /// Of a refusal or a late presentment, the words given; of a court's measure, the order's number.
    pub text: Text<256>,
    /// Of a guarantee, for whom.
    pub ward: Option<MemberId>,
    /// The endorsement makes its endorser liable to nobody.
    pub without_liability: bool,
    /// Of a sale, what was agreed.
    pub sale: Option<Sale>,
    /// How the money of the act moved.
    pub settlement: Settlement,
}

/// What was agreed in a sale of a lot.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Sale {
    /// On which market.
    pub market: Market,
    /// Annual rate.
    pub rate: Rate,
    /// How days were counted.
    pub day_count: DayCount,
    /// Interest taken, in minor units.
    #[serde(with = "json::string")]
    pub interest: u64,
    /// Under repo, until when it may be bought back.
    pub repo: Option<RepoDates>,
}
