//! Final blocks.

use super::error::ApiError;
use super::params::{Named, NoParams, Params};
use super::types::{At, BlockBody, BlockTransaction, BlockView, CertificateView, CommitSignature};
use super::{Api, offload};
use crate::handle::Decided;
use allonge_contracts::{Code, Outcome};
use allonge_ledger::{Genesis, Transaction};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::str::FromStr;
use std::sync::Arc;

/// Which block.
pub enum Which {
    /// The latest.
    Latest,
    /// By height.
    Height(u64),
}

impl FromStr for Which {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "latest" {
            return Ok(Which::Latest);
        }
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
            .map(Which::Height)
            .ok_or_else(|| {
                let shown: String = text.chars().take(40).collect();
                format!("`{shown}` is neither a height nor `latest`")
            })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Detail {
    Summary,
    Full,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Show {
    detail: Option<Detail>,
}

/// `GET /v1/blocks/{height|latest}`.
pub async fn show(
    State(api): State<Api>,
    Named(which): Named<Which>,
    Params(params): Params<Show>,
) -> Result<Json<At<BlockBody>>, ApiError> {
    let tip = api.node.snapshot().state.height();
    let height = match which {
        Which::Latest => tip,
        Which::Height(height) => height,
    };
    let decided = match height {
        0 => None,
        _ => api.node.decided(height).await?,
    };
    let decided = decided.ok_or_else(|| {
        let start = api.node.history_start();
        if (1..start).contains(&height) {
            return ApiError::new(
                Code::Pruned,
                format!("block {height}; blocks are kept from height {start} on"),
            );
        }
        ApiError::new(
            Code::NotFound,
            format!("there is no block {height}; the latest is {tip}"),
        )
    })?;
    let full = params.detail == Some(Detail::Full);
    let block = offload(move || view(&decided, full)).await??;
    Ok(Json(At {
        height: tip.max(block.header.height),
        body: BlockBody { block },
    }))
}

fn view(decided: &Decided, full: bool) -> Result<BlockView, ApiError> {
    let mut transactions = Vec::with_capacity(decided.ids.len());
    let all = decided
        .ids
        .iter()
        .zip(&decided.block.transactions)
        .zip(&decided.receipts.transactions);
    for (index, ((id, bytes), receipt)) in (0u32..).zip(all) {
        let transaction = Transaction::from_bytes(bytes)
            .map_err(|e| ApiError::internal(format!("transaction {id} of a final block: {e}")))?;
        transactions.push(BlockTransaction {
            index,
            id: *id,
            actor: transaction.body.actor.clone(),
            calls: transaction
                .body
                .calls
                .iter()
                .map(|call| call.name().to_owned())
                .collect(),
            rejected: match &receipt.outcome {
                Outcome::Accepted(_) => None,
                Outcome::Rejected(rejection) => Some(rejection.code),
            },
            transaction: full.then_some(transaction),
            receipt: full.then(|| receipt.clone()),
        });
    }
    let certificate = &decided.certificate;
    Ok(BlockView {
        hash: decided.hash,
        header: decided.block.header.clone(),
        certificate: CertificateView {
            round: certificate.round,
            signatures: certificate
                .signatures
                .iter()
                .map(|(validator, signature)| CommitSignature {
                    validator: *validator,
                    signature: *signature,
                })
                .collect(),
        },
        system: decided.receipts.system.clone(),
        transactions,
    })
}

/// `GET /v1/genesis`: the document as it is, so that its hash can be computed.
pub async fn genesis(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Json<Arc<Genesis>> {
    Json(api.node.snapshot().state.genesis.clone())
}
