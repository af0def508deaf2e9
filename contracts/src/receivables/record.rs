//! The records of certificates, credit lines and quotes as the state keeps them.

use crate::date::Date;
use crate::hash::{Hash, PublicKey, RequestId, tagged_hash};
use crate::instruments::{InstrumentNumber, LotRange};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::rate::{DayCount, Rate};
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A receivable certificate: what was fixed when it was opened. What changes is in its lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Its number.
    pub number: InstrumentNumber,
    /// The sum.
    pub sum: Money,
    /// The core enterprise that promises to pay.
    pub issuer: MemberId,
    /// The credit line that it uses.
    pub line: RequestId,
    /// The supplier to whom it is opened: tier 1.
    pub payee: MemberId,
    /// The day on which it was opened.
    pub issue_date: Date,
    /// The day on which it falls due.
    pub due: Date,
    /// The day on which it is redeemed: the due day, rolled to a business day.
    pub payable_on: Date,
    /// Whether it may be split.
    pub splittable: bool,
    /// Later transfers take effect without the receiver's signature.
    pub notice_only: bool,
    /// The deepest tier that it may reach.
    pub max_tier: u16,
    /// Why its term is above six months (rule book 3.1).
    pub term_reason: Text<256>,
    /// The bank that confirmed such a term.
    pub confirmed_by: Option<MemberId>,
    /// How many hands have been recorded, the number of the next one.
    #[serde(with = "crate::json::string")]
    pub hands: u64,
}

/// A credit line: how much of an enterprise's promises its bank lets stand at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its id.
    pub id: RequestId,
    /// The bank or finance company that granted it.
    pub grantor: MemberId,
    /// The core enterprise.
    pub issuer: MemberId,
    /// How much may be open at once.
    pub limit: Money,
    /// What is open: the sum of all that is neither redeemed nor void, in minor units.
    #[serde(with = "crate::json::string")]
    pub used: u64,
    /// The last day on which certificates are opened against it.
    pub until: Option<Date>,
}

/// A holder's question to several funders. It locks nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteAsk {
    /// Its id.
    pub id: RequestId,
    /// The certificate.
    pub certificate: InstrumentNumber,
    /// The lot as it stood.
    pub lot: LotRange,
    /// How much of it, from its low end.
    pub money: Money,
    /// Who asks.
    pub asker: MemberId,
    /// Who is asked, ascending.
    pub to: Vec<MemberId>,
    /// The X25519 key to which quotes are sealed.
    pub key: PublicKey,
    /// Ends at the close of this day.
    pub until: Date,
}

/// A funder's sealed answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedQuote {
    /// Whose.
    pub funder: MemberId,
    /// Commits to the quote: `allonge/quote/1` over ask, funder and quote.
    pub commitment: Hash,
    /// The quote sealed to the asker's key, in lower-case hex.
    pub sealed: Text<1024>,
    /// Until when it binds: milliseconds of business time since 1970-01-01.
    #[serde(with = "crate::json::string")]
    pub valid_until: u64,
}

/// What a funder offers, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Quoted {
    /// Annual rate.
    pub rate: Rate,
    /// How days are counted.
    pub day_count: DayCount,
    /// How much is advanced, before interest.
    pub advance: Money,
    /// The seller answers for payment.
    pub recourse: bool,
    /// Random bytes, so that nobody finds the quote by trying.
    pub salt: Hash,
}

impl Quoted {
    /// What commits a funder to the quote, as `receivables.quote` carries it.
    pub fn commitment(&self, ask: &RequestId, funder: &MemberId) -> Hash {
        // Serialising these types into memory cannot fail.
        let bytes = borsh::to_vec(&(ask, funder, self)).unwrap_or_default();
        tagged_hash("allonge/quote/1", &[&bytes])
    }
}
