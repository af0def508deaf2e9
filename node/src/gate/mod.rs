//! The gate before each of the node's two networks: who is not on the ledger's list gets no further than the first
//! hundred bytes, takes up no place, and costs next to nothing.
//!
//! The swarms listen behind it, on this machine alone; whom the gate lets in is passed on to them, and what they dial
//! goes out through it. A node that leaves the list is cut off at once.

mod inbound;
mod knock;
mod list;
mod outbound;
mod splice;

pub use knock::KnockError;
pub use list::{Listed, PeerList, listed};

use crate::consensus::Peer;
use allonge_contracts::{Hash, PublicKey};
use ed25519_dalek::SigningKey;
use prometheus_client::metrics::counter::Counter;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Which of the node's networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Network {
    /// Agreement on blocks.
    Consensus = 1,
    /// Transactions from node to node.
    Gossip = 2,
}

impl Network {
    /// Its name in messages and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Network::Consensus => "consensus",
            Network::Gossip => "gossip",
        }
    }
}

/// What is counted at a gate.
#[derive(Clone, Debug, Default)]
pub struct GateCounters {
    /// Connections that were refused: of strangers, without proof, or given up.
    pub refused: Counter,
}

/// What a gate needs to know.
pub struct GateConfig {
    /// Which network it is of.
    pub network: Network,
    /// The hash of genesis.
    pub genesis: Hash,
    /// The node key.
    pub node_key: SigningKey,
    /// `host:port` to listen on.
    pub listen: String,
    /// Who may connect, as it changes.
    pub list: watch::Receiver<PeerList>,
    /// What is counted.
    pub counters: GateCounters,
}

/// Why a gate cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {listen} for {}: {error}. Is another node running? Choose another address with `{}` (--{})",
    .network.as_str(), .network.as_str(), .network.as_str()
)]
pub struct GateError {
    /// Where.
    pub listen: String,
    /// For which network.
    pub network: Network,
    /// What the operating system said.
    pub error: io::Error,
}

/// What both directions know.
struct Shared {
    network: Network,
    genesis: Hash,
    own: PublicKey,
    node_key: SigningKey,
    counters: GateCounters,
}

impl Shared {
    fn address(&self, listed: &Listed) -> String {
        match self.network {
            Network::Consensus => listed.consensus.clone(),
            Network::Gossip => listed.gossip.clone(),
        }
    }
}

/// An open gate; it closes when this is dropped.
pub struct Gate {
    address: SocketAddr,
    inner: watch::Sender<Option<SocketAddr>>,
    peers: watch::Receiver<Vec<Peer>>,
    _tasks: JoinSet<()>,
}

impl Gate {
    /// Opens a gate. Nobody is let in before [`Gate::lead_to`] says where to.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn open(config: GateConfig) -> Result<Self, GateError> {
        let failed = |error| GateError {
            listen: config.listen.clone(),
            network: config.network,
            error,
        };
        let listener = TcpListener::bind(&config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            network: config.network,
            genesis: config.genesis,
            own: PublicKey(config.node_key.verifying_key().to_bytes()),
            node_key: config.node_key,
            counters: config.counters,
        });
        let (inner, leads_to) = watch::channel(None);
        let mut ways = outbound::Ways::new(shared.clone());
        let mut list = config.list;
        let first = list.borrow_and_update().clone();
        let ready = ways.follow(&first).await.map_err(failed)?;
        let (ready, peers) = watch::channel(ready);
        let mut tasks = JoinSet::new();
        tasks.spawn(inbound::run(shared, listener, list.clone(), leads_to));
        tasks.spawn(async move {
            while list.changed().await.is_ok() {
                let now = list.borrow_and_update().clone();
                match ways.follow(&now).await {
                    Ok(peers) => drop(ready.send_replace(peers)),
                    Err(error) => tracing::error!(%error, "no way can be made to a new node"),
                }
            }
        });
        Ok(Gate {
            address,
            inner,
            peers,
            _tasks: tasks,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where those who are let in are passed on to; `None` while nothing listens there.
    pub fn lead_to(&self, inner: Option<SocketAddr>) {
        self.inner.send_replace(inner);
    }

    /// The other nodes, each with the address on this machine that leads out to it; as they change.
    pub fn peers(&self) -> watch::Receiver<Vec<Peer>> {
        self.peers.clone()
    }
}
