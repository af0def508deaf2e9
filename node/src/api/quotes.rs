//! Questions for quotes and their sealed answers.

use super::Api;
use super::cash::id_of;
use super::error::ApiError;
use super::lines::OfMember;
use super::members::must_exist;
use super::pages::{List, cut};
use super::params::{Named, NoParams, Params, limit};
use super::types::{At, QuoteAskBody, QuoteAsksBody};
use allonge_contracts::receivables::read;
use allonge_contracts::{Code, RequestId};
use axum::Json;
use axum::extract::State;

/// `GET /v1/quotes?member=`.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<OfMember>,
) -> Result<Json<At<QuoteAsksBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let member = filter.member;
    let pins = api.pins.clone();
    api.page(
        List::Quotes,
        filter.cursor.as_deref(),
        move |snapshot, key| {
            let view = &snapshot.state.trie;
            must_exist(view, &member)?;
            let after = key.map(|key| id_of(&key)).transpose()?;
            let found =
                read::quote_asks_of(view, &member, after.as_ref(), limit.saturating_add(1))?;
            let (asks, more) = cut(found, limit);
            let next = asks
                .last()
                .filter(|_| more)
                .map(|last| pins.next(snapshot, List::Quotes, last.id.as_bytes()));
            Ok(QuoteAsksBody { member, asks, next })
        },
    )
    .await
}

/// `GET /v1/quotes/{ask}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<QuoteAskBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let view = &snapshot.state.trie;
    let ask = read::quote_ask(view, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchQuotes, id.to_string()))?;
    let quotes = read::quotes(view, &id)?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: QuoteAskBody { ask, quotes },
    }))
}
