//! The HTTP interface under `/v1`; see docs/api.md.
//!
//! This is the only folder that names axum.

mod bills;
mod blocks;
mod cash;
mod cors;
mod dev;
mod error;
mod events;
mod evidence;
mod explorer;
mod filter;
mod follow;
mod gov;
mod instructions;
mod lines;
mod members;
mod netting;
mod openapi;
mod pages;
mod params;
mod proofs;
mod quote;
mod quotes;
mod rates;
mod receivables;
mod requests;
mod routes;
mod rules;
mod server;
mod snapshots;
mod status;
mod tls;
mod trade;
mod transactions;
pub mod types;

pub use cors::{Cors, CorsError};
pub use error::{ApiError, status as http_status};
pub use rates::{Rate, Rates};
pub use server::{ApiConfig, BindError, Server, bind};
pub use tls::{Tls, TlsError};

use crate::handle::{NodeHandle, Snapshot};
use crate::metrics::Metrics;
use allonge_contracts::{Code, Hash};
use allonge_ledger::KeyCache;
use axum::Router;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot, watch};
use types::At;

/// What every handler works with.
#[derive(Clone)]
struct Api {
    node: Arc<dyn NodeHandle>,
    genesis: Hash,
    node_name: Arc<str>,
    keys: Arc<dyn KeyCache + Send + Sync>,
    metrics: Arc<Metrics>,
    limits: Arc<rates::Limits>,
    waiters: Arc<follow::Waiters>,
    pins: Arc<pages::Pins>,
    snapshots: Arc<snapshots::Snapshots>,
    streams: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl Api {
    /// An answer that is true now.
    fn at<T>(&self, body: T) -> At<T> {
        At {
            height: self.node.snapshot().state.height(),
            body,
        }
    }

    /// Reads a page off the async threads: what it is read from, and the key that its cursor names.
    async fn page<T: Send + 'static>(
        &self,
        list: pages::List,
        cursor: Option<&str>,
        read: impl FnOnce(&Arc<Snapshot>, Option<Vec<u8>>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<axum::Json<At<T>>, ApiError> {
        let (snapshot, key) = self.pins.open(self.node.snapshot(), list, cursor)?;
        let (height, body) =
            offload(move || read(&snapshot, key).map(|body| (snapshot.state.height(), body)))
                .await??;
        Ok(axum::Json(At { height, body }))
    }
}

/// Runs what takes long on the threads for it, and survives its panic.
async fn offload<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let (sender, receiver) = oneshot::channel();
    rayon::spawn(move || {
        // Left to itself, a panic would end the process.
        if let Ok(done) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
            // A client that has gone away does not listen any more.
            let _ = sender.send(done);
        }
    });
    receiver
        .await
        .map_err(|_| ApiError::internal("a worker panicked"))
}

fn router(api: Api) -> Router {
    routes::routes()
        .router()
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(api)
}

async fn not_found(uri: axum::http::Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(Code::NotFound, format!("no path `{path}`"))
}

async fn method_not_allowed(method: axum::http::Method, uri: axum::http::Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(Code::MethodNotAllowed, format!("{method} {path}"))
}
