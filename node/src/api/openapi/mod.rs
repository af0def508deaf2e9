//! The API in the words of OpenAPI 3.1: `GET /openapi.json` and `docs/openapi.json`.
//!
//! Routes are described where they are declared, in `routes.rs`: without a description there is no route. The
//! query parameters of a route are asked of the type that reads them, words and codes of their lists. The shapes
//! of objects are in `schemas/`; the tests hold each to the fields of its type.

mod fields;
mod operation;
mod scalars;
#[cfg(test)]
mod tests;

pub use operation::{Operation, op};
pub use scalars::r;

use super::Api;
use super::params::{NoParams, Params};
use axum::Router;
use axum::body::Bytes;
use axum::handler::Handler;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The shapes of objects, by whose they are.
const SCHEMAS: [&str; 6] = [
    include_str!("schemas/answers.json"),
    include_str!("schemas/contracts.json"),
    include_str!("schemas/ledger.json"),
    include_str!("schemas/calls.json"),
    include_str!("schemas/actions.json"),
    include_str!("schemas/events.json"),
];

const ABOUT: &str = "Every node serves the same API. What can be written is one thing: a signed transaction; everything else reads. \
    Amounts are decimal strings with a currency, 64-bit numbers are strings of digits, hashes, keys and ids are lower-case hex. \
    Every answer of a node's own has `height`, the height of the ledger at which it is true. Fields may be added: ignore those you \
    do not know. Query parameters that a route does not know are refused with `BAD_REQUEST`. See docs/api.md.";

/// Routes, each with its description.
pub struct Routes {
    router: Router<Api>,
    described: Vec<(&'static str, &'static str, Operation)>,
}

impl Routes {
    pub fn new() -> Self {
        Routes {
            router: Router::new(),
            described: Vec::new(),
        }
    }

    /// A route that reads.
    pub fn get<H, T>(mut self, path: &'static str, handler: H, operation: Operation) -> Self
    where
        H: Handler<T, Api>,
        T: 'static,
    {
        self.router = self.router.route(path, get(handler));
        self.described.push((path, "get", operation));
        self
    }

    /// A route that takes something.
    pub fn post<H, T>(mut self, path: &'static str, handler: H, operation: Operation) -> Self
    where
        H: Handler<T, Api>,
        T: 'static,
    {
        self.router = self.router.route(path, post(handler));
        self.described.push((path, "post", operation));
        self
    }

    /// What serves them.
    pub fn router(self) -> Router<Api> {
        self.router
    }

    fn document(&self) -> Value {
        let mut paths = Map::new();
        for (path, method, operation) in &self.described {
            let entry = paths.entry(*path).or_insert_with(|| json!({}));
            entry[*method] = operation.json(path);
        }
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Allonge node", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
            },
            "servers": [{ "url": "/" }],
            "paths": paths,
            "components": { "schemas": schemas() },
        })
    }
}

fn schemas() -> Map<String, Value> {
    let mut all = scalars::schemas();
    for text in SCHEMAS {
        // A test reads them all.
        let read: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        all.extend(read);
    }
    all.insert(
        "At".to_owned(),
        json!({
            "type": "object", "properties": { "height": { "$ref": "#/components/schemas/Digits",
                "description": "The height of the ledger that was read; of a page after the first, the height of the first." } },
            "required": ["height"]
        }),
    );
    all
}

static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(super::routes::routes().document().to_string()));

/// `GET /openapi.json`.
pub async fn show(Params(NoParams {}): Params<NoParams>) -> Response {
    let kind = (header::CONTENT_TYPE, "application/json");
    ([kind], DOCUMENT.clone()).into_response()
}
