//! Live requests: what waits for a member's answer, and what it asked of others.

use super::Api;
use super::bills::{lot_key, lot_of};
use super::cash::id_of;
use super::error::ApiError;
use super::members::must_exist;
use super::pages::{List, cut};
use super::params::{Named, NoParams, Params, limit};
use super::types::{At, RequestBody, RequestView, RequestsBody};
use crate::handle::Snapshot;
use allonge_contracts::instruments::{self, InstrumentKind};
use allonge_contracts::requests::{Request, read};
use allonge_contracts::state::{StateFault, View};
use allonge_contracts::{Code, MemberId, Money, RequestId};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// How many lots of a holder one page of requests that it made looks at.
const LOTS_A_PAGE: usize = 10_000;

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    /// Waiting for the member's answer.
    #[default]
    Waiting,
    /// Made by the member.
    Made,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    member: MemberId,
    #[serde(default)]
    side: Side,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/requests?member=`.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<Filter>,
) -> Result<Json<At<RequestsBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let (member, side) = (filter.member, filter.side);
    let list = match side {
        Side::Waiting => List::Waiting,
        Side::Made => List::Made,
    };
    let pins = api.pins.clone();
    api.page(list, filter.cursor.as_deref(), move |snapshot, key| {
        must_exist(&snapshot.state.trie, &member)?;
        let (requests, more) = match side {
            Side::Waiting => waiting(snapshot, &member, key, limit)?,
            Side::Made => made(snapshot, &member, key, limit)?,
        };
        Ok(RequestsBody {
            member,
            requests,
            next: more.map(|key| pins.next(snapshot, list, &key)),
        })
    })
    .await
}

/// `GET /v1/requests/{id}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<RequestBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let view = &snapshot.state.trie;
    let request = read::request(view, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchRequest, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: RequestBody {
            request: with_terms(view, request)?,
        },
    }))
}

/// A page and the key after which the next one begins.
type Found = (Vec<RequestView>, Option<Vec<u8>>);

fn waiting(
    snapshot: &Arc<Snapshot>,
    member: &MemberId,
    key: Option<Vec<u8>>,
    limit: usize,
) -> Result<Found, ApiError> {
    let view = &snapshot.state.trie;
    let after = key.map(|key| id_of(&key)).transpose()?;
    let found = read::waiting_for(view, member, after.as_ref(), limit.saturating_add(1))?;
    let (found, more) = cut(found, limit);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| last.id.as_bytes().to_vec());
    let requests = found
        .into_iter()
        .map(|request| with_terms(view, request))
        .collect::<Result<_, _>>()?;
    Ok((requests, next))
}

/// A request locks a lot of whoever made it, so the member's lots lead to them.
fn made(
    snapshot: &Arc<Snapshot>,
    member: &MemberId,
    key: Option<Vec<u8>>,
    limit: usize,
) -> Result<Found, ApiError> {
    let view = &snapshot.state.trie;
    let mut after = key.map(|key| lot_of(&key)).transpose()?;
    let mut requests = Vec::new();
    let mut seen = 0usize;
    loop {
        let from = after.as_ref().map(|(number, start)| (number, *start));
        let kind = from.map_or(InstrumentKind::Bill, |(number, _)| number.kind());
        let mut lots = instruments::read::held_by(view, member, kind, from, limit)?;
        if lots.len() < limit && kind == InstrumentKind::Bill {
            let rest = limit.saturating_sub(lots.len());
            let kind = InstrumentKind::Certificate;
            lots.extend(instruments::read::held_by(view, member, kind, None, rest)?);
        }
        let last = lots.len() < limit;
        for (number, lot) in lots {
            let key = lot_key(&number, &lot);
            seen = seen.saturating_add(1);
            after = Some((number, lot.range.start));
            if let Some(id) = lot.request {
                let request = view_of(view, &id)?;
                if request.request.from == *member {
                    requests.push(request);
                }
            }
            if requests.len() >= limit || seen >= LOTS_A_PAGE {
                return Ok((requests, Some(key)));
            }
        }
        if last {
            return Ok((requests, None));
        }
    }
}

/// A request that a lot points to.
///
/// # Errors
/// Every request that the state points to is there.
pub fn view_of(view: &dyn View, id: &RequestId) -> Result<RequestView, StateFault> {
    let request = read::request(view, id)?
        .ok_or_else(|| StateFault::new("requests", format!("request {id} is missing")))?;
    with_terms(view, request)
}

/// A request, and what an answer to it must name.
///
/// # Errors
/// Every instrument that the state points to is there.
pub fn with_terms(view: &dyn View, request: Request) -> Result<RequestView, StateFault> {
    let instrument = instruments::read::instrument(view, &request.instrument)?;
    let minor = request
        .range
        .amount()
        .ok_or_else(|| StateFault::new("requests", format!("{} has no range", request.id)))?;
    Ok(RequestView {
        terms_hash: request.terms_hash(),
        money: Money::new(instrument.sum().currency, minor),
        request,
    })
}
