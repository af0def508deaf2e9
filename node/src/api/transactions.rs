//! Submitting transactions, and what became of them.

use super::error::{ApiError, problem};
use super::follow::Found;
use super::params::{Named, Params, WaitFor, wait};
use super::server::Slot;
use super::types::{At, TransactionState, TransactionView};
use super::{Api, offload};
use crate::handle::{Admitted, Source, TransactionStatus};
use crate::metrics::RateLimit;
use allonge_contracts::{Code, Hash, Outcome};
use allonge_ledger::{
    CheckedTransaction, Inadmissible, MAX_TRANSACTION_BYTES, Receipt, Transaction,
};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a transaction in JSON, which writes bytes in hex and escapes text.
pub const MAX_JSON_BYTES: usize = 4 * MAX_TRANSACTION_BYTES;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);
/// How often a waiting request looks by itself, for what no block tells: that it was dropped.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    wait: Option<WaitFor>,
    timeout: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    wait: Option<WaitFor>,
    timeout: Option<String>,
}

enum Form {
    Json,
    Bytes,
}

/// `POST /v1/transactions`.
pub async fn submit(
    State(api): State<Api>,
    Params(params): Params<Submission>,
    Extension(slot): Extension<Slot>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let patience = wait(params.wait, params.timeout.as_deref())?;
    if params.dry_run && patience.is_some() {
        return Err(ApiError::bad_request(
            "dry_run and wait are given: a dry run has nothing to wait for",
        ));
    }
    let form = form(&headers)?;
    let most = match form {
        Form::Json => MAX_JSON_BYTES,
        Form::Bytes => MAX_TRANSACTION_BYTES,
    };
    let bytes = read(&headers, body, most).await?;
    let (genesis, keys) = (api.genesis, api.keys.clone());
    let transaction = offload(move || -> Result<CheckedTransaction, Inadmissible> {
        let bytes = match form {
            Form::Json => canonical(&bytes)?,
            Form::Bytes => Arc::from(bytes.as_ref()),
        };
        CheckedTransaction::check(bytes, &genesis, keys.as_ref())
    })
    .await??;
    if params.dry_run {
        return Ok(Json(dry_run(&api, transaction).await?).into_response());
    }

    let id = *transaction.id();
    within_rate(&api, &transaction)?;
    // In place before the transaction is offered, so that no block can come in between.
    let place = patience.map(|_| api.waiters.wait(id));
    api.metrics.submitted(id);
    match api.node.submit(transaction, Source::Client).await {
        Ok(Admitted::AlreadyFinal) => {}
        Ok(Admitted::Waiting | Admitted::AlreadyWaiting) => {
            slot.release();
            if let (Some(place), Some(patience)) = (place, patience) {
                return until_final(&api, id, place, patience).await;
            }
            let view = api.at(TransactionView {
                id,
                status: TransactionState::Waiting,
            });
            return Ok((StatusCode::ACCEPTED, Json(view)).into_response());
        }
        // Past its valid_until the first result still answers whoever asks again.
        Err(refused) if matches!(refused.code, Code::Expired | Code::Duplicate) => {
            if !matches!(
                api.node.transaction(id).await?,
                TransactionStatus::Final { .. }
            ) {
                api.metrics.refused(refused.code);
                return Err(refused.into());
            }
        }
        Err(refused) => {
            api.metrics.refused(refused.code);
            return Err(refused.into());
        }
    }
    match state(&api, id).await? {
        Some(status) => Ok(Json(api.at(TransactionView { id, status })).into_response()),
        None => Err(ApiError::internal(format!(
            "transaction {id} is final, but its block cannot be found"
        ))),
    }
}

/// `GET /v1/transactions/{id}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<Hash>,
    Params(params): Params<Look>,
    Extension(slot): Extension<Slot>,
) -> Result<Response, ApiError> {
    let patience = wait(params.wait, params.timeout.as_deref())?;
    let place = patience.map(|_| api.waiters.wait(id));
    match (state(&api, id).await?, place, patience) {
        (Some(TransactionState::Waiting), Some(place), Some(patience)) => {
            slot.release();
            until_final(&api, id, place, patience).await
        }
        (Some(status), ..) => Ok(Json(api.at(TransactionView { id, status })).into_response()),
        (None, ..) => Err(unknown(&api, id)),
    }
}

/// What a transaction that this node does not know is answered with.
pub fn unknown(api: &Api, id: Hash) -> ApiError {
    let kept = match api.node.history_start() {
        1 => String::new(),
        start => {
            format!("; it keeps blocks from height {start} on and may not know of earlier ones")
        }
    };
    ApiError::new(
        Code::NotFound,
        format!("no transaction {id} is on the ledger or waiting at this node{kept}"),
    )
}

/// A transaction is final, but its block is gone.
pub fn pruned(api: &Api, id: Hash, height: u64) -> ApiError {
    let start = api.node.history_start();
    ApiError::new(
        Code::Pruned,
        format!(
            "transaction {id} is final in block {height}; blocks are kept from height {start} on"
        ),
    )
}

/// Holds a member to its rate. What the ledger would not admit is not counted: that may be anybody's.
fn within_rate(api: &Api, transaction: &CheckedTransaction) -> Result<(), ApiError> {
    if !api.limits.counts_members() {
        return Ok(());
    }
    let snapshot = api.node.snapshot();
    if snapshot
        .state
        .admit(transaction, crate::wall::now_ms())?
        .is_err()
    {
        return Ok(());
    }
    let actor = &transaction.transaction().body.actor;
    api.limits.transaction(actor).inspect_err(|refused| {
        api.metrics.refused(refused.code);
        api.metrics.rate_limited(RateLimit::Member);
    })
}

fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .map(|v| v.to_str().unwrap_or("no text"));
    let essence = given.and_then(|v| v.split(';').next()).map(str::trim);
    match essence {
        Some(t) if t.eq_ignore_ascii_case("application/json") => Ok(Form::Json),
        Some(t) if t.eq_ignore_ascii_case("application/octet-stream") => Ok(Form::Bytes),
        Some(t) => Err(ApiError::new(
            Code::UnsupportedMediaType,
            t.chars().take(80).collect::<String>(),
        )),
        None => Err(ApiError::new(Code::UnsupportedMediaType, "none is given")),
    }
}

/// Reads a body that is neither too long nor too slow.
async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<bytes::Bytes, ApiError> {
    let too_large = || ApiError::new(Code::BodyTooLarge, format!("over {most} bytes"));
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| n > most as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_TIME, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(if exceeded(&error) {
            too_large()
        } else {
            ApiError::bad_request(format!("the body broke off: {error}"))
        }),
        Err(_) => Err(ApiError::bad_request(format!(
            "the body did not arrive within {} s",
            BODY_TIME.as_secs()
        ))),
    }
}

fn exceeded(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}

fn canonical(json: &[u8]) -> Result<Arc<[u8]>, Inadmissible> {
    let transaction: Transaction = serde_json::from_slice(json)
        .map_err(|e| Inadmissible::new(Code::Undecodable, format!("JSON: {e}")))?;
    transaction.check_bounds()?;
    Ok(Arc::from(transaction.to_bytes()))
}

async fn dry_run(
    api: &Api,
    transaction: CheckedTransaction,
) -> Result<At<TransactionView>, ApiError> {
    let snapshot = api.node.snapshot();
    let now = crate::wall::now_ms();
    let (height, id) = (snapshot.state.height(), *transaction.id());
    let receipt = offload(move || snapshot.state.dry_run(&transaction, now))
        .await??
        .map_err(|code| ApiError::new(code, ""))?;
    Ok(At {
        height,
        body: TransactionView {
            id,
            status: TransactionState::DryRun {
                rejection: rejection(&receipt),
                receipt,
            },
        },
    })
}

/// Waits until the transaction is final, was dropped, or patience ends.
async fn until_final(
    api: &Api,
    id: Hash,
    mut place: super::follow::Wait,
    patience: Duration,
) -> Result<Response, ApiError> {
    let end = tokio::time::Instant::now() + patience;
    let mut stopping = api.stopping.clone();
    let mut told = false;
    let status = loop {
        let look = tokio::time::Instant::now() + LOOK_EVERY;
        tokio::select! {
            found = &mut place.found, if !told => {
                told = true;
                if let Ok(found) = found {
                    break from_block(found)?;
                }
            }
            _ = stopping.wait_for(|stop| *stop) => {
                return Err(ApiError::new(Code::NotReady, "the node is stopping; ask again with the id"));
            }
            () = tokio::time::sleep_until(look.min(end)) => {}
        }
        match state(api, id).await? {
            Some(TransactionState::Waiting) => {}
            Some(TransactionState::Dropped { problem, .. }) => {
                return Err(ApiError {
                    code: problem.code,
                    message: problem.message,
                    retry_after: None,
                });
            }
            Some(status) => break status,
            None => return Err(ApiError::new(Code::Dropped, id.to_string())),
        }
        if tokio::time::Instant::now() >= end {
            return Err(ApiError::new(
                Code::Timeout,
                format!("transaction {id} waits for a block"),
            ));
        }
    };
    Ok(Json(api.at(TransactionView { id, status })).into_response())
}

fn from_block((block, index): Found) -> Result<TransactionState, ApiError> {
    let receipt = usize::try_from(index)
        .ok()
        .and_then(|i| block.receipts.transactions.get(i))
        .ok_or_else(|| ApiError::internal(format!("block {} lacks a receipt", block.hash)))?;
    Ok(TransactionState::Final {
        block_height: block.block.header.height,
        block: block.hash,
        time_ms: block.block.header.time_ms,
        index,
        receipt: receipt.clone(),
        rejection: rejection(receipt),
    })
}

/// How far a transaction has come; `None` if it is not known.
async fn state(api: &Api, id: Hash) -> Result<Option<TransactionState>, ApiError> {
    Ok(match api.node.transaction(id).await? {
        TransactionStatus::Unknown => None,
        TransactionStatus::Pruned { height } => return Err(pruned(api, id, height)),
        TransactionStatus::Waiting => Some(TransactionState::Waiting),
        TransactionStatus::Dropped { code, at_ms } => Some(TransactionState::Dropped {
            problem: problem(code, code.summary().to_owned()),
            at_ms,
        }),
        TransactionStatus::Final { height, index, .. } => {
            let block = api
                .node
                .decided(height)
                .await?
                .ok_or_else(|| ApiError::internal(format!("block {height} cannot be found")))?;
            Some(from_block((block, index))?)
        }
    })
}

/// A rejection in words; `None` for an accepted transaction.
pub fn rejection(receipt: &Receipt) -> Option<super::types::Problem> {
    match &receipt.outcome {
        Outcome::Accepted(_) => None,
        Outcome::Rejected(rejection) => Some(problem(rejection.code, rejection.to_string())),
    }
}
