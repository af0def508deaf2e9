//! What the API says of certificates, credit lines and quotes.

use super::RequestView;
use allonge_contracts::MemberId;
use allonge_contracts::Money;
use allonge_contracts::instruments::{Hand, Lot};
use allonge_contracts::receivables::{Certificate, Line, QuoteAsk, SealedQuote, TierReach};
use serde::{Deserialize, Serialize};

/// `GET /v1/receivables?issuer=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificatesBody {
    /// Whose.
    pub issuer: MemberId,
    /// What it opened, ended or not, in order of number.
    pub certificates: Vec<Certificate>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// A lot in a member's hands, with the certificate it is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateHolding {
    /// The certificate.
    pub certificate: Certificate,
    /// The lot.
    pub lot: Lot,
    /// The lot's amount.
    pub money: Money,
}

/// `GET /v1/receivables?holder=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateHoldingsBody {
    /// Whose.
    pub holder: MemberId,
    /// Lots in order of certificate number and first unit.
    pub holdings: Vec<CertificateHolding>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/receivables/{number}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateBody {
    /// What was fixed when it was opened.
    pub certificate: Certificate,
    /// Its lots, ascending.
    pub lots: Vec<Lot>,
    /// The live requests on those lots.
    pub requests: Vec<RequestView>,
    /// Its hands, ascending by number.
    pub hands: Vec<Hand>,
    /// Where the next page of lots and hands begins; absent on the last.
    pub next: Option<String>,
}

/// How far one certificate has reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateReach {
    /// The certificate.
    pub certificate: Certificate,
    /// What stands and what was financed, tier by tier.
    pub tiers: Vec<TierReach>,
}

/// `GET /v1/receivables/reach?issuer=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachBody {
    /// Whose.
    pub issuer: MemberId,
    /// By certificate, in order of number.
    pub certificates: Vec<CertificateReach>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/lines?member=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinesBody {
    /// Whose.
    pub member: MemberId,
    /// Lines that it granted or was granted, in order of id.
    pub lines: Vec<Line>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/lines/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineBody {
    /// The line.
    pub line: Line,
}

/// `GET /v1/quotes?member=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuoteAsksBody {
    /// Whose.
    pub member: MemberId,
    /// Questions that it asked or is asked, in order of id.
    pub asks: Vec<QuoteAsk>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/quotes/{ask}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuoteAskBody {
    /// The question.
    pub ask: QuoteAsk,
    /// The sealed answers, by funder.
    pub quotes: Vec<SealedQuote>,
}
