//! What validators are known to have done wrong.

use super::Api;
use super::error::ApiError;
use super::pages::{List, cut};
use super::params::{Params, limit};
use super::types::{At, EvidenceBody};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/evidence`: by height, the oldest first.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<Filter>,
) -> Result<Json<At<EvidenceBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let cursor = filter.cursor.as_deref();
    let (snapshot, after) = api.pins.open(api.node.snapshot(), List::Evidence, cursor)?;
    let found = api.node.evidence(after, limit.saturating_add(1)).await?;
    let (found, more) = cut(found, limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|(key, _)| api.pins.next(&snapshot, List::Evidence, key));
    Ok(Json(At {
        height: snapshot.state.height(),
        body: EvidenceBody {
            evidence: found.into_iter().map(|(_, evidence)| evidence).collect(),
            next,
        },
    }))
}
