//! The parameters of law and market, as they hold on a day.

use super::Api;
use super::error::ApiError;
use super::params::Params;
use super::types::{At, ParamChange, ParamView, ParamsBody};
use allonge_contracts::params::{ParamName, read};
use allonge_contracts::state::{StateFault, View};
use allonge_contracts::{Date, clock};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

/// The most values of one parameter that are looked at.
const MOST: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Day {
    on: Option<Date>,
}

/// `GET /v1/params`.
pub async fn params(
    State(api): State<Api>,
    Params(day): Params<Day>,
) -> Result<Json<At<ParamsBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let view = &snapshot.state.trie;
    let on = match day.on {
        Some(day) => day,
        None => clock::read::state(view)?.date,
    };
    let params = ParamName::ALL
        .iter()
        .map(|name| param(view, *name, on))
        .collect::<Result<_, _>>()?;
    Ok(Json(At {
        height: snapshot.state.height(),
        body: ParamsBody { on, params },
    }))
}

fn param(view: &dyn View, name: ParamName, on: Date) -> Result<ParamView, StateFault> {
    let history = read::history(view, name, MOST)?;
    let since = history
        .iter()
        .map(|(from, _)| *from)
        .find(|from| *from <= on)
        .unwrap_or(Date::FIRST);
    let mut coming: Vec<ParamChange> = history
        .into_iter()
        .filter(|(from, _)| *from > on)
        .map(|(from, value)| ParamChange {
            from,
            value,
            text: name.show(value),
        })
        .collect();
    coming.reverse();
    let value = read::on(view, name, on)?;
    Ok(ParamView {
        name,
        value,
        text: name.show(value),
        since,
        coming,
    })
}
