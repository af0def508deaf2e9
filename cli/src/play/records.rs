//! What is kept under an id, as the document that a check compares.

use super::check::Failed;
use crate::client::NodeClient;
use crate::client::{At, ClientError};
use crate::output::turnover;
use allonge_contracts::netting::Cycle;
use allonge_contracts::{Currency, Hash, RequestId, format_minor};
use serde::Serialize;
use serde_json::{Value as Json, json};

/// The fields of a record, and `waiting`: whether it is there at all.
fn waiting<T: Serialize>(
    found: Result<At<T>, ClientError>,
    fields: impl Fn(&T) -> Json,
) -> Result<Json, Failed> {
    match found {
        Ok(found) => {
            let mut record = fields(&found.body);
            put(&mut record, "waiting", json!(true));
            Ok(record)
        }
        Err(error) if error.is_not_found() => Ok(json!({ "waiting": false })),
        Err(error) => Err(error.into()),
    }
}

fn put(record: &mut Json, key: &str, value: Json) {
    if let Json::Object(fields) = record {
        fields.insert(key.to_owned(), value);
    }
}

/// An obligation.
///
/// # Errors
/// The node's.
pub async fn obligation(client: &NodeClient, id: &RequestId) -> Result<Json, Failed> {
    waiting(client.obligation(id).await, |body| json!(body.obligation))
}

/// An instruction, with the hash of its terms and those it waits for.
///
/// # Errors
/// The node's.
pub async fn instruction(client: &NodeClient, id: &RequestId) -> Result<Json, Failed> {
    waiting(client.instruction(id).await, |view| {
        let mut record = json!(view.instruction);
        put(&mut record, "terms_hash", json!(view.terms_hash));
        put(&mut record, "waits_for", json!(view.waits_for));
        record
    })
}

/// A trade paper: whether it is `recorded` and, as the answer to whoever asks, `is_free`; what it says, how far it is
/// used, and what is left of it.
///
/// # Errors
/// The node's.
pub async fn paper(client: &NodeClient, id: &Hash) -> Result<Json, Failed> {
    let is_free = client.check_invoice(id, None).await?.body.free;
    let body = match client.trade_paper(id).await {
        Ok(found) => found.body,
        Err(error) if error.is_not_found() => {
            return Ok(json!({ "recorded": false, "is_free": is_free }));
        }
        Err(error) => return Err(error.into()),
    };
    let paper = &body.paper;
    let mut record = json!(paper);
    put(&mut record, "recorded", json!(true));
    put(&mut record, "is_free", json!(is_free));
    for (key, value) in json!(paper.body).as_object().into_iter().flatten() {
        put(&mut record, key, value.clone());
    }
    put(&mut record, "attestations", json!(body.attestations));
    Ok(record)
}

/// A claim on an invoice.
///
/// # Errors
/// The node's; there is none of this id.
pub async fn claim(client: &NodeClient, id: &RequestId) -> Result<Json, Failed> {
    let body = client.claim(id).await?.body;
    let mut record = json!(body.claim);
    put(&mut record, "rank", json!(body.rank));
    put(&mut record, "covered", json!(body.covered));
    Ok(record)
}

/// A condition, whatever became of it.
///
/// # Errors
/// The node's; there is none of this id.
pub async fn condition(client: &NodeClient, id: &RequestId) -> Result<Json, Failed> {
    Ok(json!(client.condition(id).await?.body.condition))
}

/// Where netting in a currency stands, and as `cycle` what the last cycle did.
///
/// # Errors
/// The node's.
pub async fn netting(client: &NodeClient, currency: Currency) -> Result<Json, Failed> {
    let body = client.netting(currency, 1).await?.body;
    let mut record = json!(body.netting);
    put(
        &mut record,
        "cycle",
        body.cycles.first().map_or(Json::Null, cycle),
    );
    Ok(record)
}

fn cycle(cycle: &Cycle) -> Json {
    let mut record = json!(cycle);
    for (key, minor) in [
        ("gross", cycle.gross),
        ("net", cycle.net),
        ("saved", cycle.saved()),
    ] {
        put(&mut record, key, money(cycle.currency, minor));
    }
    put(&mut record, "turnover", json!(turnover(cycle)));
    record
}

fn money(currency: Currency, minor: u128) -> Json {
    let amount = format_minor(minor, currency.decimals(), false);
    json!({ "amount": amount, "currency": currency })
}
