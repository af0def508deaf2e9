//! What only networks with the development clock serve.

use super::Api;
use super::error::ApiError;
use super::params::{NoParams, Params};
use super::types::{At, InvariantsBody, ViolationView};
use allonge_contracts::{Code, check_invariants};
use axum::Json;
use axum::extract::State;

/// `GET /v1/dev/invariants`: reads the whole state, which is why no other network serves it.
pub async fn invariants(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<InvariantsBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    if !snapshot.state.genesis.rules.development_clock {
        return Err(ApiError::new(
            Code::NotFound,
            "only a network with the development clock checks its invariants on request",
        ));
    }
    let height = snapshot.state.height();
    let found = super::offload(move || check_invariants(&snapshot.state.trie)).await??;
    let violations = found.into_iter().map(|violation| ViolationView {
        rule: violation.rule.to_owned(),
        what: violation.what,
    });
    Ok(Json(At {
        height,
        body: InvariantsBody {
            violations: violations.collect(),
        },
    }))
}
