//! The API's answers; the node's own types, so that both sides mean the same.

use super::builder::Chain;
use allonge_contracts::{CallResult, Hash, Outcome, Rejection};
use allonge_ledger::Receipt;
use serde::{Deserialize, Serialize};

pub use allonge_node::api::types::{
    At, BalanceView, BillBody, BillsBody, BlockTransaction, BlockView, CashBody, CertificateBody,
    CertificateHolding, CertificateHoldingsBody, CertificateReach, CertificatesBody, CheckBody,
    ClaimBody, ClaimsBody, ClockView, ConditionBody, ConditionsBody, EventView, EvidenceBody,
    GatesBody, Holding, HoldingsBody, InstructionView, InstructionsBody, InvariantsBody, LineBody,
    LinesBody, MembersBody, NettingBody, NodesBody, ObligationBody, PaperFacts, PaperView,
    PapersBody, ParamChange, ParamView, ParamsBody, PolicyBody, Problem, ProposalView,
    ProposalsBody, QueueBody, QuoteAskBody, QuoteAsksBody, QuoteBody, ReachBody, RecourseBody,
    RequestBody, RequestView, RequestsBody, SnapshotView, SnapshotsBody, StatusBody,
    TransactionState, TransactionView,
};

/// A transaction that is on the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Final {
    /// Its id.
    pub id: Hash,
    /// The block's height.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// The block's hash.
    pub block: Hash,
    /// The block's time in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// Its position among the block's transactions, from 0.
    pub index: u32,
    /// What came of it.
    pub receipt: Receipt,
}

impl Final {
    /// What each call made; the rejection where a rule refused it.
    ///
    /// # Errors
    /// The rejection: the transaction is on the ledger, but without effect.
    pub fn results(&self) -> Result<&[CallResult], &Rejection> {
        match &self.receipt.outcome {
            Outcome::Accepted(results) => Ok(results),
            Outcome::Rejected(rejection) => Err(rejection),
        }
    }

    /// Whether it had its effect.
    pub fn accepted(&self) -> bool {
        self.results().is_ok()
    }
}

/// What is needed to make transactions for the network of this status.
pub fn chain_of(status: &StatusBody) -> Chain {
    Chain {
        genesis: status.genesis,
        header_time_ms: status.time_ms,
        max_life_ms: status.max_transaction_life_ms,
    }
}
