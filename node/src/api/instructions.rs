//! Settlement instructions that wait.

use super::Api;
use super::cash::id_of;
use super::error::ApiError;
use super::lines::OfMember;
use super::members::must_exist;
use super::pages::{List, cut};
use super::params::{Named, NoParams, Params, limit};
use super::types::{At, InstructionView, InstructionsBody};
use allonge_contracts::settlement::read;
use allonge_contracts::{Code, RequestId};
use axum::Json;
use axum::extract::State;

/// `GET /v1/instructions?member=`.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<OfMember>,
) -> Result<Json<At<InstructionsBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let member = filter.member;
    let pins = api.pins.clone();
    let list = List::Instructions;
    api.page(list, filter.cursor.as_deref(), move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &member)?;
        let after = key.map(|key| id_of(&key)).transpose()?;
        let found = read::of_member(view, &member, after.as_ref(), limit.saturating_add(1))?;
        let (found, more) = cut(found, limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, list, last.id.as_bytes()));
        Ok(InstructionsBody {
            member,
            instructions: found.into_iter().map(InstructionView::from).collect(),
            next,
        })
    })
    .await
}

/// `GET /v1/instructions/{id}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<InstructionView>>, ApiError> {
    let snapshot = api.node.snapshot();
    let instruction = read::instruction(&snapshot.state.trie, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchInstruction, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: instruction.into(),
    }))
}
