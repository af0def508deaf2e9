//! What the API says of trade papers, claims on invoices and conditions.

use allonge_contracts::json;
use allonge_contracts::trade::{Attestation, Condition, InvoiceClaim, Paper, PaperBody, Rank};
use allonge_contracts::{Date, Hash, MemberId, Money};
use serde::{Deserialize, Serialize};

/// A trade paper as whoever asks is told of it: not how far an invoice is used, nor by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaperFacts {
    /// Its id.
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
    /// What an invoice is worth after its credit notes; nothing of another paper.
    pub worth: Option<Money>,
    /// A credit note once left an invoice less worth than was drawn on it: it backs nothing more.
    pub over_backed: bool,
    /// How many members have attested something of it.
    pub attested: u32,
    /// How many of them deny it: while one does, it backs nothing.
    pub denied: u32,
}

impl From<Paper> for PaperFacts {
    fn from(paper: Paper) -> PaperFacts {
        PaperFacts {
            worth: paper.worth(),
            over_backed: paper.usage.over_backed,
            id: paper.id,
            body: paper.body,
            by: paper.by,
            recorded_on: paper.recorded_on,
            height: paper.height,
            attested: paper.attested,
            denied: paper.denied,
        }
    }
}

/// `GET /v1/trade/papers/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaperView {
    /// The paper.
    pub paper: PaperFacts,
    /// What members last attested of it, in order of name.
    pub attestations: Vec<Attestation>,
}

/// `GET /v1/trade/papers?member=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PapersBody {
    /// Whose.
    pub member: MemberId,
    /// Papers to which it is a party or that it recorded, in order of id.
    pub papers: Vec<PaperFacts>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/trade/check/{commitment}`: yes or no, and never who has drawn on it or how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckBody {
    /// Nothing stands against a financing on this invoice: of what was asked for, or of all its worth.
    pub free: bool,
}

/// `GET /v1/trade/claims?holder=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimsBody {
    /// Whose.
    pub holder: MemberId,
    /// Claims that it was given, ended or not, in order of id.
    pub claims: Vec<InvoiceClaim>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/trade/claims/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimBody {
    /// The claim.
    pub claim: InvoiceClaim,
    /// By what it ranks among all that is drawn on its invoice; absent where it draws nothing any more.
    pub rank: Option<Rank>,
    /// How much of it the invoice's worth covers.
    pub covered: Option<Money>,
}

/// `GET /v1/trade/conditions?attestor=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionsBody {
    /// Whose.
    pub attestor: MemberId,
    /// Open conditions that it is to attest, in order of id.
    pub conditions: Vec<Condition>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/trade/conditions/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionBody {
    /// The condition.
    pub condition: Condition,
}
