//! Credit lines.

use super::Api;
use super::cash::id_of;
use super::error::ApiError;
use super::members::must_exist;
use super::pages::{List, cut};
use super::params::{Named, NoParams, Params, limit};
use super::types::{At, LineBody, LinesBody};
use allonge_contracts::receivables::read;
use allonge_contracts::{Code, MemberId, RequestId};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

/// What concerns a member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfMember {
    /// Whom.
    pub member: MemberId,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// Entries of it.
    pub limit: Option<usize>,
}

/// `GET /v1/lines?member=`.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<OfMember>,
) -> Result<Json<At<LinesBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let member = filter.member;
    let pins = api.pins.clone();
    api.page(
        List::Lines,
        filter.cursor.as_deref(),
        move |snapshot, key| {
            let view = &snapshot.state.trie;
            must_exist(view, &member)?;
            let after = key.map(|key| id_of(&key)).transpose()?;
            let found = read::lines_of(view, &member, after.as_ref(), limit.saturating_add(1))?;
            let (lines, more) = cut(found, limit);
            let next = lines
                .last()
                .filter(|_| more)
                .map(|last| pins.next(snapshot, List::Lines, last.id.as_bytes()));
            Ok(LinesBody {
                member,
                lines,
                next,
            })
        },
    )
    .await
}

/// `GET /v1/lines/{id}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<LineBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let line = read::line(&snapshot.state.trie, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchLine, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: LineBody { line },
    }))
}
