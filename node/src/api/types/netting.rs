//! What the API says of netting.

use allonge_contracts::netting::{Cycle, Netting, Obligation, Queued};
use allonge_contracts::{Currency, MemberId};
use serde::{Deserialize, Serialize};

/// `GET /v1/netting?currency=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NettingBody {
    /// Where netting in the currency stands.
    pub netting: Netting,
    /// Cycles, the latest first.
    pub cycles: Vec<Cycle>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/netting/queue?payer=&currency=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueBody {
    /// Whose.
    pub payer: MemberId,
    /// In which currency.
    pub currency: Currency,
    /// What it has set for cycles, and how much of its waits.
    pub limits: Queued,
    /// Its obligations in the order in which they are to be settled.
    pub obligations: Vec<Obligation>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/netting/obligations/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObligationBody {
    /// The obligation, which waits.
    pub obligation: Obligation,
}
