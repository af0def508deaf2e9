//! Governance: proposals, the policy, the nodes of the network and the version of the protocol.

use super::error::ApiError;
use super::pages::{List, bad_cursor, cut};
use super::params::{Named, NoParams, Page, Params, limit};
use super::types::{At, NodesBody, PolicyBody, ProposalView, ProposalsBody};
use super::{Api, offload};
use allonge_contracts::gov::read;
use allonge_contracts::{Code, RequestId, nodes};
use axum::Json;
use axum::extract::State;

/// `GET /v1/gov/proposals`: the latest first.
pub async fn list(
    State(api): State<Api>,
    Params(page): Params<Page>,
) -> Result<Json<At<ProposalsBody>>, ApiError> {
    let limit = limit(page.limit)?;
    let pins = api.pins.clone();
    let list = List::Proposals;
    api.page(list, page.cursor.as_deref(), move |snapshot, key| {
        let below = key.map(|key| number_of(&key)).transpose()?;
        let found = read::proposals(&snapshot.state.trie, below, limit.saturating_add(1))?;
        let (found, more) = cut(found, limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, list, &last.number.to_be_bytes()));
        Ok(ProposalsBody {
            proposals: found.into_iter().map(ProposalView::from).collect(),
            next,
        })
    })
    .await
}

/// `GET /v1/gov/proposals/{id}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<ProposalView>>, ApiError> {
    let snapshot = api.node.snapshot();
    let proposal = read::proposal(&snapshot.state.trie, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchProposal, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: proposal.into(),
    }))
}

/// `GET /v1/gov/policy`.
pub async fn policy(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<PolicyBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    Ok(Json(At {
        height: snapshot.state.height(),
        body: PolicyBody {
            policy: read::policy(&snapshot.state.trie)?,
        },
    }))
}

/// `GET /v1/nodes`: who may connect and who votes, now and next.
pub async fn nodes(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<NodesBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    offload(move || {
        let view = &snapshot.state.trie;
        let protocol = read::protocol(view)?;
        Ok(Json(At {
            height: snapshot.state.height(),
            body: NodesBody {
                nodes: nodes::read::nodes(view)?,
                change: nodes::read::pending(view)?,
                protocol: protocol.version,
                scheduled_protocol: protocol.scheduled,
            },
        }))
    })
    .await?
}

fn number_of(key: &[u8]) -> Result<u64, ApiError> {
    key.try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| bad_cursor())
}
