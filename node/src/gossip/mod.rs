//! Transactions from node to node, on a swarm of its own: the engine gives no access to the one it
//! agrees on blocks with.
//!
//! With consensus, this is the only folder that names libp2p. Only the nodes it is told of may connect.

mod codec;
mod message;
mod network;
mod queue;
mod receive;

use crate::consensus::{Peer, PeerError};
use crate::handle::NodeHandle;
use crate::metrics::GossipCounters;
use allonge_contracts::Hash;
use allonge_ledger::{CheckedTransaction, KeyCache};
use ed25519_dalek::SigningKey;
use network::Network;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use message::{BATCH_BYTES, Batch, MAX_MESSAGE, NotABatch};

/// What gossip needs to know.
pub struct GossipConfig {
    /// The hash of genesis; part of the protocol's name.
    pub genesis: Hash,
    /// The node key, by which peers know this node.
    pub node_key: SigningKey,
    /// `host:port` to listen on.
    pub listen: String,
    /// The other nodes of the network, as they change. Nobody else may connect.
    pub peers: watch::Receiver<Vec<Peer>>,
    /// Keys that were decoded before.
    pub keys: Arc<dyn KeyCache + Send + Sync>,
    /// What is counted.
    pub counters: GossipCounters,
}

/// Why gossip did not start.
#[derive(Debug, thiserror::Error)]
pub enum GossipError {
    /// A peer's key or address cannot be used.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The node key or the transport cannot be used.
    #[error("transaction gossip cannot be set up: {0}")]
    Setup(String),
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address} for transaction gossip: {reason}. Is another node running? Choose another address with `gossip` (--gossip)"
    )]
    Listen {
        /// Which.
        address: String,
        /// Why.
        reason: String,
    },
}

/// Running gossip; it stops when this is dropped.
pub struct Gossip {
    address: SocketAddr,
    peers: watch::Receiver<usize>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Gossip {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many peers are connected, as it changes.
    pub fn peers(&self) -> watch::Receiver<usize> {
        self.peers.clone()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "transaction gossip ended with an error");
        }
    }
}

/// Starts gossip: what comes out of `outgoing` goes to every peer, what peers send is checked and offered
/// to `node`.
///
/// # Errors
/// [`GossipError`]: an unusable key or address, a port that is taken.
pub async fn start(
    config: GossipConfig,
    node: Arc<dyn NodeHandle>,
    outgoing: mpsc::Receiver<CheckedTransaction>,
) -> Result<Gossip, GossipError> {
    let address = resolve(&config.listen).await?;
    let (stop, stopping) = watch::channel(false);
    let (connected, peers) = watch::channel(0);
    let mut network = Network::new(config, node, outgoing, connected)?;
    let address = network.listen(address).await?;
    let task = tokio::spawn(network.run(stopping));
    Ok(Gossip {
        address,
        peers,
        stop,
        task,
    })
}

/// The address that a host and port stand for on this machine.
async fn resolve(listen: &str) -> Result<SocketAddr, GossipError> {
    let failed = |reason: String| GossipError::Listen {
        address: listen.to_owned(),
        reason,
    };
    let mut found = tokio::net::lookup_host(listen)
        .await
        .map_err(|error| failed(error.to_string()))?;
    found
        .next()
        .ok_or_else(|| failed("the name stands for no address".to_owned()))
}
