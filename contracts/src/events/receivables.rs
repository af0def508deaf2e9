//! What happened to credit lines, certificates and quotes.

use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::RequestId;
use crate::instruments::{InstrumentNumber, LotRange, Settlement};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::rate::{DayCount, Rate};
use crate::receivables::{Certificate, Line, QuoteAsk};
use crate::text::Text;
use crate::words::words;

words! {
    /// Why a certificate ended before anybody held it.
    pub enum UnsignedEnd {
        /// The payee refused to sign, or rejected it unasked.
        Rejected = 1 "rejected",
        /// The issuer took it back.
        Cancelled = 2 "cancelled",
        /// Nobody signed in time.
        Expired = 3 "expired",
    }

    /// Why quotes are no longer asked for.
    pub enum QuotesEnd {
        /// One was taken.
        Taken = 1 "taken",
        /// The asker closed.
        Closed = 2 "closed",
        /// The last day passed.
        Ended = 3 "ended",
    }
}

coded_structs! {
    /// A credit line was granted.
    pub struct LineGranted { /// The line.
        pub line: Line }
    /// A credit line was changed.
    pub struct LineChanged { /// The line.
        pub line: RequestId, /// Its limit now.
        pub limit: Money, /// Its last day now.
        pub until: Option<Date> }
    /// A certificate was opened.
    pub struct CertificateOpened { /// The certificate.
        pub certificate: Certificate }
    /// A bank confirmed its long term.
    pub struct CertificateConfirmed { /// The certificate.
        pub certificate: InstrumentNumber, /// The bank.
        pub by: MemberId }
    /// The payee signed for it: the promise stands.
    pub struct CertificateSigned { /// The certificate.
        pub certificate: InstrumentNumber, /// Who promises.
        pub issuer: MemberId, /// To whom.
        pub payee: MemberId, /// The sum.
        pub money: Money }
    /// It ended before anybody held it; its line is free again.
    pub struct CertificateEnded { /// The certificate.
        pub certificate: InstrumentNumber, /// The sum.
        pub money: Money, /// Why.
        pub why: UnsignedEnd }
    /// A lot went one tier further down.
    pub struct LotTransferred { /// The certificate.
        pub certificate: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// From whom.
        pub from: MemberId, /// To whom.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// The tier it is at now.
        pub tier: u16, /// Without the receiver's signature.
        pub notice_only: bool, /// What for.
        pub purpose: Text<64> }
    /// A lot was financed: cash and lot moved in the same instant, unless free of payment.
    pub struct LotFinanced { /// The certificate.
        pub certificate: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Who sold it.
        pub from: MemberId, /// The funder.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// What was advanced, before interest.
        pub advance: Money, /// What was paid.
        pub price: Money, /// Annual rate.
        pub rate: Rate, /// How days were counted.
        pub day_count: DayCount, /// The seller answers for payment.
        pub recourse: bool, /// The number in the registry of movable finance.
        pub registry: Text<32>, /// How the money moved.
        pub settlement: Settlement, /// The tier at which it was financed.
        pub tier: u16 }
    /// A holder asks funders for quotes.
    pub struct QuotesAsked { /// What is asked.
        pub ask: QuoteAsk }
    /// A funder answered, sealed.
    pub struct QuoteGiven { /// What it answers.
        pub ask: RequestId, /// Who.
        pub funder: MemberId, /// Until when it binds, in milliseconds of business time.
        #[serde(with = "crate::json::string")]
        pub valid_until: u64 }
    /// Quotes are no longer asked for.
    pub struct QuotesEnded { /// What was asked.
        pub ask: RequestId, /// Why.
        pub why: QuotesEnd, /// Whose quote was taken.
        pub taken: Option<MemberId> }
    /// A lot is disputed.
    pub struct LotDisputed { /// The certificate.
        pub certificate: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// By whom.
        pub by: MemberId, /// What is disputed.
        pub reason: Text<256> }
    /// A dispute was withdrawn.
    pub struct DisputeSettled { /// The certificate.
        pub certificate: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// By whom.
        pub by: MemberId }
}
