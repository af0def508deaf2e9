//! Trade papers, what draws on invoices, claims on them, and conditions.

use super::Api;
use super::cash::id_of;
use super::error::ApiError;
use super::lines::OfMember;
use super::members::must_exist;
use super::pages::{List, bad_cursor, cut};
use super::params::{Named, NoParams, Params, limit};
use super::types::{
    At, CheckBody, ClaimBody, ClaimsBody, ConditionBody, ConditionsBody, PaperView, PapersBody,
};
use allonge_contracts::trade::{Financing, MAX_DRAWS, Paper, read};
use allonge_contracts::{Code, Currency, Hash, MemberId, Money, RequestId};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

/// `GET /v1/trade/papers?member=`.
pub async fn papers(
    State(api): State<Api>,
    Params(filter): Params<OfMember>,
) -> Result<Json<At<PapersBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let member = filter.member;
    let pins = api.pins.clone();
    let cursor = filter.cursor.as_deref();
    api.page(List::Papers, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &member)?;
        let after = key.map(|key| hash_of(&key)).transpose()?;
        let found = read::of_party(view, &member, after.as_ref(), limit.saturating_add(1))?;
        let (papers, more) = cut(found, limit);
        let next = papers
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, List::Papers, last.id.as_bytes()));
        Ok(PapersBody {
            member,
            papers: papers.into_iter().map(Into::into).collect(),
            next,
        })
    })
    .await
}

/// `GET /v1/trade/papers/{id}`.
pub async fn paper(
    State(api): State<Api>,
    Named(id): Named<Hash>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<PaperView>>, ApiError> {
    let snapshot = api.node.snapshot();
    let view = &snapshot.state.trie;
    let paper =
        read::paper(view, &id)?.ok_or_else(|| ApiError::new(Code::NoSuchPaper, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: PaperView {
            attestations: read::attestations(view, &id)?,
            paper: paper.into(),
        },
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    amount: Option<String>,
    currency: Option<Currency>,
}

/// `GET /v1/trade/check/{commitment}`.
pub async fn check(
    State(api): State<Api>,
    Named(commitment): Named<Hash>,
    Params(asked): Params<Asked>,
) -> Result<Json<At<CheckBody>>, ApiError> {
    let asked = match (asked.amount, asked.currency) {
        (None, None) => None,
        (Some(amount), Some(currency)) => {
            let money = Money::parse(&amount, currency)
                .map_err(|e| ApiError::bad_request(format!("amount: {e}")))?;
            Some(money)
        }
        _ => {
            return Err(ApiError::bad_request(
                "query: `amount` and `currency` go together",
            ));
        }
    };
    let snapshot = api.node.snapshot();
    let paper = read::paper(&snapshot.state.trie, &commitment)?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: CheckBody {
            free: paper.is_none_or(|paper| is_free(&paper, asked)),
        },
    }))
}

/// Whether so much can be drawn on a paper that is on record, or all that it is worth.
fn is_free(paper: &Paper, asked: Option<Money>) -> bool {
    let (Some(worth), Some(free)) = (paper.worth(), paper.free()) else {
        return false;
    };
    let wanted = asked.unwrap_or(worth);
    wanted.currency == free.currency
        && wanted.minor > 0
        && wanted.minor <= free.minor
        && paper.usage.live < MAX_DRAWS
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfHolder {
    holder: MemberId,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/trade/claims?holder=`.
pub async fn claims(
    State(api): State<Api>,
    Params(filter): Params<OfHolder>,
) -> Result<Json<At<ClaimsBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let holder = filter.holder;
    let pins = api.pins.clone();
    let cursor = filter.cursor.as_deref();
    api.page(List::Claims, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &holder)?;
        let after = key.map(|key| id_of(&key)).transpose()?;
        let found = read::claims_of(view, &holder, after.as_ref(), limit.saturating_add(1))?;
        let (claims, more) = cut(found, limit);
        let next = claims
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, List::Claims, last.id.as_bytes()));
        Ok(ClaimsBody {
            holder,
            claims,
            next,
        })
    })
    .await
}

/// `GET /v1/trade/claims/{id}`.
pub async fn claim(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<ClaimBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let view = &snapshot.state.trie;
    let claim =
        read::claim(view, &id)?.ok_or_else(|| ApiError::new(Code::NoSuchClaim, id.to_string()))?;
    let place = read::priority(view, &claim.paper)?
        .into_iter()
        .find(|one| one.draw.financing == Financing::Claim(id));
    Ok(Json(At {
        height: snapshot.state.height(),
        body: ClaimBody {
            rank: place.as_ref().map(|one| one.rank),
            covered: place.map(|one| Money::new(one.draw.money.currency, one.covered)),
            claim,
        },
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfAttestor {
    attestor: MemberId,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/trade/conditions?attestor=`.
pub async fn conditions(
    State(api): State<Api>,
    Params(filter): Params<OfAttestor>,
) -> Result<Json<At<ConditionsBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let attestor = filter.attestor;
    let pins = api.pins.clone();
    let cursor = filter.cursor.as_deref();
    api.page(List::Conditions, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &attestor)?;
        let after = key.map(|key| id_of(&key)).transpose()?;
        let found = read::to_attest(view, &attestor, after.as_ref(), limit.saturating_add(1))?;
        let (conditions, more) = cut(found, limit);
        let next = conditions
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, List::Conditions, last.id.as_bytes()));
        Ok(ConditionsBody {
            attestor,
            conditions,
            next,
        })
    })
    .await
}

/// `GET /v1/trade/conditions/{id}`.
pub async fn condition(
    State(api): State<Api>,
    Named(id): Named<RequestId>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<ConditionBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let condition = read::condition(&snapshot.state.trie, &id)?
        .ok_or_else(|| ApiError::new(Code::NoSuchCondition, id.to_string()))?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: ConditionBody { condition },
    }))
}

fn hash_of(key: &[u8]) -> Result<Hash, ApiError> {
    key.try_into().map(Hash).map_err(|_| bad_cursor())
}
