//! Proof files: what anybody who has the genesis can check offline.

use super::bills::no_such_bill;
use super::error::ApiError;
use super::params::{Named, NoParams, Params};
use super::transactions::{pruned, unknown};
use super::{Api, offload};
use crate::handle::TransactionStatus;
use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{Code, Hash};
use allonge_ledger::{Certificate, LedgerState, NoProof, ProofFile, SetChange};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// `GET /v1/transactions/{id}/proof`.
pub async fn transaction(
    State(api): State<Api>,
    Named(id): Named<Hash>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Response, ApiError> {
    let (height, index) = match api.node.transaction(id).await? {
        TransactionStatus::Final { height, index, .. } => (height, index),
        TransactionStatus::Waiting => {
            return Err(ApiError::new(
                Code::NoProofYet,
                format!("transaction {id} is not final"),
            ));
        }
        TransactionStatus::Pruned { height } => return Err(pruned(&api, id, height)),
        TransactionStatus::Dropped { .. } | TransactionStatus::Unknown => {
            return Err(unknown(&api, id));
        }
    };
    let block = api
        .node
        .decided(height)
        .await?
        .ok_or_else(|| ApiError::internal(format!("block {height} cannot be found")))?;
    let changes = api.node.set_changes(height.saturating_sub(1)).await?;
    let proof = offload(move || {
        let certificate = block.certificate.as_ref().clone();
        ProofFile::transaction(&block.block, &block.receipts, index, certificate, changes)
            .map(|proof| proof.to_json())
    })
    .await?
    .map_err(ApiError::internal)?;
    Ok(file(proof))
}

/// `GET /v1/bills/{number}/proof`: the bill with all its lots at the latest block.
pub async fn bill(
    State(api): State<Api>,
    Named(number): Named<InstrumentNumber>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Response, ApiError> {
    of_lots(&api, number, ProofFile::bill).await
}

/// `GET /v1/receivables/{number}/proof`: the certificate with all its lots at the latest block.
pub async fn receivable(
    State(api): State<Api>,
    Named(number): Named<InstrumentNumber>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Response, ApiError> {
    of_lots(&api, number, ProofFile::receivable).await
}

type Prove =
    fn(&LedgerState, &InstrumentNumber, Certificate, Vec<SetChange>) -> Result<ProofFile, NoProof>;

async fn of_lots(api: &Api, number: InstrumentNumber, prove: Prove) -> Result<Response, ApiError> {
    let snapshot = api.node.snapshot();
    let certificate = snapshot
        .certificate
        .as_ref()
        .map(|certificate| certificate.as_ref().clone())
        .ok_or_else(|| ApiError::new(Code::NoProofYet, "the ledger has no block yet"))?;
    let before = snapshot.state.height().saturating_sub(1);
    let changes = api.node.set_changes(before).await?;
    let proof = offload(move || {
        prove(&snapshot.state, &number, certificate, changes).map(|proof| proof.to_json())
    })
    .await?
    .map_err(|error| match error {
        NoProof::NoBill(number) => no_such_bill(&number),
        NoProof::NoCertificate(number) => ApiError::new(Code::NoSuchCertificate, number.as_str()),
        NoProof::NoBlock | NoProof::TooMany(_) => {
            ApiError::new(Code::NoProofYet, error.to_string())
        }
        error => ApiError::internal(error),
    })?;
    Ok(file(proof))
}

fn file(json: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
