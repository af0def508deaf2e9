//! Members.

use super::error::ApiError;
use super::pages::{List, bad_cursor, cut};
use super::params::{Named, NoParams, Page, Params, limit};
use super::types::{At, GatesBody, MemberBody, MembersBody};
use super::{Api, offload};
use allonge_contracts::members::read;
use allonge_contracts::state::View;
use allonge_contracts::{Code, MemberId, gates};
use axum::Json;
use axum::extract::State;

/// `GET /v1/members`.
pub async fn list(
    State(api): State<Api>,
    Params(page): Params<Page>,
) -> Result<Json<At<MembersBody>>, ApiError> {
    let limit = limit(page.limit)?;
    let pins = api.pins.clone();
    api.page(
        List::Members,
        page.cursor.as_deref(),
        move |snapshot, key| {
            let after = key.map(|key| member_of(&key)).transpose()?;
            let found = read::list(
                &snapshot.state.trie,
                after.as_ref(),
                limit.saturating_add(1),
            )?;
            let (members, more) = cut(found, limit);
            let next = members
                .last()
                .filter(|_| more)
                .map(|last| pins.next(snapshot, List::Members, last.id.as_str().as_bytes()));
            Ok(MembersBody { members, next })
        },
    )
    .await
}

/// `GET /v1/members/{id}`.
pub async fn show(
    State(api): State<Api>,
    Named(id): Named<MemberId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<MemberBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let member = read::member(&snapshot.state.trie, &id)?.ok_or_else(|| no_such_member(&id))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: MemberBody { member },
    }))
}

/// `GET /v1/members/{id}/gates`.
pub async fn gates(
    State(api): State<Api>,
    Named(id): Named<MemberId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<GatesBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    offload(move || {
        let view = &snapshot.state.trie;
        must_exist(view, &id)?;
        Ok(Json(At {
            height: snapshot.state.height(),
            body: GatesBody {
                gates: gates::read::state(view, &id)?,
                member: id,
            },
        }))
    })
    .await?
}

fn no_such_member(id: &MemberId) -> ApiError {
    ApiError::new(Code::NoSuchMember, id.as_str())
}

/// # Errors
/// There is no such member.
pub fn must_exist(view: &dyn View, id: &MemberId) -> Result<(), ApiError> {
    match read::member(view, id)? {
        Some(_) => Ok(()),
        None => Err(no_such_member(id)),
    }
}

fn member_of(key: &[u8]) -> Result<MemberId, ApiError> {
    std::str::from_utf8(key)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(bad_cursor)
}
