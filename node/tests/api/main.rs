//! The API at its own boundary: HTTP over a socket, a ledger that executes behind it.

mod alerts;
mod client;
mod governing;
mod openapi;
mod rates;
mod reading;
mod receivables;
mod sharing;
mod streaming;
mod submitting;
mod trading;
mod world;

use allonge_ledger::NoKeyCache;
use allonge_node::api::{ApiConfig, BindError, Cors, Rates, Server, bind};
use allonge_node::metrics::{Bounds, Metrics};
use std::net::SocketAddr;
use std::sync::Arc;
use world::World;

/// A node with its API on a free port.
async fn serve(eager: bool) -> (Arc<World>, SocketAddr, Server) {
    serve_at(eager, Rates::default()).await
}

/// The same, holding addresses and members to these rates.
async fn serve_at(eager: bool, rates: Rates) -> (Arc<World>, SocketAddr, Server) {
    let world = World::new(eager);
    let listener = bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let config = ApiConfig { rates, ..config() };
    let server = Server::start(listener, world.clone(), config).unwrap();
    (world, server.address(), server)
}

/// How the API is set up unless a test says otherwise.
fn config() -> ApiConfig {
    ApiConfig {
        node_name: "node-0".to_owned(),
        keys: Arc::new(NoKeyCache),
        metrics: Arc::new(Metrics::new(None).with_bounds(Bounds {
            mempool_transactions: 100,
            mempool_bytes: 1_000_000,
            home: std::env::temp_dir(),
        })),
        rates: Rates::default(),
        cors: Cors::default(),
        tls: None,
    }
}

#[tokio::test]
async fn it_listens_on_loopback_unless_told_otherwise() {
    let open: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let error = bind(open, false).unwrap_err();
    assert!(matches!(error, BindError::NotLoopback(_)));
    assert!(error.to_string().contains("insecure = true"), "{error}");
    assert!(bind(open, true).is_ok());
    let taken = bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(address, false).unwrap_err().to_string();
    assert!(error.contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn stopping_ends_waiting_requests_and_streams() {
    let (world, address, server) = serve(false).await;
    let stream = client::connect(address, b"GET /v1/events HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let transaction = world::signed(&world.genesis, "bank", 1, vec![world::transfer(1)]);
    let body = transaction.to_bytes();
    let waiting = tokio::spawn(async move {
        client::post(
            address,
            "/v1/transactions?wait=final&timeout=60s",
            "application/octet-stream",
            &body,
        )
        .await
    });
    while world.waiting_count() == 0 {
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(std::time::Duration::from_secs(10), server.stop())
        .await
        .expect("it stops in time");
    assert_eq!(waiting.await.unwrap().code(), "NOT_READY");
    drop(stream);
}
