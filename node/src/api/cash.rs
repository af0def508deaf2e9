//! Balances and holds.

use super::Api;
use super::error::ApiError;
use super::members::must_exist;
use super::pages::{List, bad_cursor, cut};
use super::params::{Named, Page, Params, limit};
use super::types::{At, BalanceView, CashBody};
use allonge_contracts::cash::{Balance, read};
use allonge_contracts::{MemberId, Money, RequestId};
use axum::Json;
use axum::extract::State;

/// `GET /v1/cash/{member}`.
pub async fn show(
    State(api): State<Api>,
    Named(member): Named<MemberId>,
    Params(page): Params<Page>,
) -> Result<Json<At<CashBody>>, ApiError> {
    let limit = limit(page.limit)?;
    let pins = api.pins.clone();
    api.page(List::Holds, page.cursor.as_deref(), move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &member)?;
        let after = key.map(|key| id_of(&key)).transpose()?;
        let balances = read::balances(view, &member)?;
        let found = read::holds(view, &member, after.as_ref(), limit.saturating_add(1))?;
        let (holds, more) = cut(found, limit);
        let next = holds
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, List::Holds, last.id.as_bytes()));
        Ok(CashBody {
            member,
            balances: balances.iter().map(balance).collect(),
            holds,
            next,
        })
    })
    .await
}

fn balance(balance: &Balance) -> BalanceView {
    let money = |minor| Money::new(balance.currency, minor);
    BalanceView {
        currency: balance.currency,
        total: money(balance.total),
        held: money(balance.held),
        frozen: money(balance.frozen),
        available: money(balance.available()),
    }
}

/// The id that a cursor's key is.
///
/// # Errors
/// It is none.
pub fn id_of(key: &[u8]) -> Result<RequestId, ApiError> {
    key.try_into().map(RequestId).map_err(|_| bad_cursor())
}
