//! How the node and the network are.

use super::Api;
use super::error::ApiError;
use super::params::{NoParams, Params};
use super::types::{
    At, ClockView, CurrencyView, MempoolView, ReadyBody, StatusBody, ValidatorView,
};
use allonge_contracts::{Code, cash, clock};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// `GET /v1/status`.
pub async fn status(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<StatusBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let health = api.node.health();
    let state = &snapshot.state;
    let (height, time_ms) = (state.height(), state.time_ms());
    let due_pending = match height {
        0 => false,
        height => api
            .node
            .decided(height)
            .await?
            .is_some_and(|block| block.receipts.system.pending),
    };
    let clock = clock::read::state(&state.trie)?;
    let genesis = &state.genesis;
    let business_date = match &state.header {
        Some(header) => header.business_date,
        None => state.business_date(time_ms)?,
    };
    let nodes = state.nodes()?;
    let name_of = |key| {
        let known = nodes.iter().find(|node| node.consensus_key == Some(key));
        known.map(|node| node.name.to_string())
    };
    let body = StatusBody {
        genesis: state.genesis_hash,
        network: genesis.network.to_string(),
        node: api.node_name.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        block: state.tip(),
        time_ms,
        business_date,
        state_root: state.trie.root(),
        round: health.round,
        clock: ClockView {
            date: clock.date,
            closed: clock.closed,
            offset_ms: clock.offset_ms,
            due_pending,
        },
        development_clock: genesis.rules.development_clock,
        mempool: MempoolView {
            transactions: health.waiting,
            bytes: health.waiting_bytes,
        },
        peers: health.peers,
        signing: health.signing.into(),
        best_peer_height: health.best_peer_height,
        since_last_block_ms: health.since_last_block_ms,
        checkpoint_height: health.checkpoint_height,
        history_start: api.node.history_start(),
        not_ready: health.not_ready,
        max_transaction_life_ms: genesis.limits.transaction_life_ms,
        currencies: cash::read::currencies(&state.trie)?
            .into_iter()
            .map(|record| CurrencyView {
                currency: record.currency,
                authority: record.authority,
            })
            .collect(),
        validators: state
            .validators
            .validators()
            .iter()
            .map(|v| ValidatorView {
                name: name_of(v.key),
                key: v.key,
                power: v.power,
            })
            .collect(),
    };
    Ok(Json(At { height, body }))
}

/// `GET /healthz`: the process answers.
pub async fn healthz(Params(NoParams {}): Params<NoParams>) -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the node can be used, or why not.
pub async fn readyz(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<ReadyBody>>, ApiError> {
    if *api.stopping.borrow() {
        return Err(ApiError::new(Code::NotReady, "the node is stopping"));
    }
    match api.node.health().not_ready {
        None => Ok(Json(api.at(ReadyBody { ready: true }))),
        Some(why) => Err(ApiError::new(Code::NotReady, why)),
    }
}

/// `GET /metrics`, in the OpenMetrics text format that Prometheus reads.
pub async fn metrics(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Response, ApiError> {
    let node = api.node.clone();
    let metrics = api.metrics.clone();
    let text = super::offload(move || {
        let snapshot = node.snapshot();
        let validators = snapshot.state.validators.validators().len();
        metrics.text(snapshot.state.height(), validators, &node.health())
    })
    .await?;
    Ok((
        [(
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        text,
    )
        .into_response())
}
