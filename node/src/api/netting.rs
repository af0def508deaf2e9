//! Queues of obligations, and the cycles that settled them.

use super::Api;
use super::error::ApiError;
use super::members::must_exist;
use super::pages::{List, bad_cursor, cut};
use super::params::{Named, NoParams, Params, limit};
use super::types::{At, NettingBody, ObligationBody, QueueBody};
use allonge_contracts::netting::read;
use allonge_contracts::{Code, Currency, MemberId, RequestId};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfCurrency {
    currency: Currency,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfPayer {
    payer: MemberId,
    currency: Currency,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/netting?currency=`.
pub async fn show(
    State(api): State<Api>,
    Params(filter): Params<OfCurrency>,
) -> Result<Json<At<NettingBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let currency = filter.currency;
    let pins = api.pins.clone();
    let cursor = filter.cursor.as_deref();
    api.page(List::Cycles, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        let before = key.map(|key| number_of(&key)).transpose()?;
        let found = read::cycles(view, currency, before, limit.saturating_add(1))?;
        let (cycles, more) = cut(found, limit);
        let next = cycles
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, List::Cycles, &last.number.to_be_bytes()));
        Ok(NettingBody {
            netting: read::netting(view, currency)?,
            cycles,
            next,
        })
    })
    .await
}

/// `GET /v1/netting/queue?payer=&currency=`.
pub async fn queue(
    State(api): State<Api>,
    Params(filter): Params<OfPayer>,
) -> Result<Json<At<QueueBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let (payer, currency) = (filter.payer, filter.currency);
    let pins = api.pins.clone();
    let cursor = filter.cursor.as_deref();
    api.page(List::Queue, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &payer)?;
        let after = key.map(|key| place_of(&key)).transpose()?;
        let found = read::queue(view, &payer, currency, after, limit.saturating_add(1))?;
        let (obligations, more) = cut(found, limit);
        let next = obligations.last().filter(|_| more).map(|last| {
            let mut key = vec![last.priority];
            key.extend_from_slice(&last.place.to_be_bytes());
            pins.next(snapshot, List::Queue, &key)
        });
        Ok(QueueBody {
            limits: read::limits(view, &payer, currency)?,
            payer,
            currency,
            obligations,
            next,
        })
    })
    .await
}

/// `GET /v1/netting/obligations/{id}`.
pub async fn obligation(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<ObligationBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let obligation = read::obligation(&snapshot.state.trie, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchObligation, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: ObligationBody { obligation },
    }))
}

fn number_of(key: &[u8]) -> Result<u64, ApiError> {
    Ok(u64::from_be_bytes(
        key.try_into().map_err(|_| bad_cursor())?,
    ))
}

fn place_of(key: &[u8]) -> Result<(u8, u64), ApiError> {
    let (priority, place) = key.split_first().ok_or_else(bad_cursor)?;
    Ok((*priority, number_of(place)?))
}
