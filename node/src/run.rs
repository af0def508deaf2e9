//! A whole node: home, store, core, engine, gossip and API put together, and taken down again.

use crate::admin::{self, Admin, SocketError};
use crate::api::{self, ApiConfig, BindError, Server, Tls, TlsError};
use crate::config::{NodeConfig, PeerAddresses};
use crate::consensus::{self, EngineConfig, EngineError, Seat, Timeouts, metrics_text};
use crate::gate::{self, Gate, GateConfig, GateError, Network};
use crate::gossip::{self, Gossip, GossipConfig, GossipError};
use crate::guard::Guard;
use crate::handle::{NodeHandle, Snapshot};
use crate::keyfile::{self, KeyFileError};
use crate::machine::{IdleConfig, MachineConfig, MempoolConfig};
use crate::metrics::{Bounds, Metrics};
pub use crate::seat::SeatError;
use crate::seat::{self, Sitting, Voting};
use crate::shell::{self, Shell, ShellConfig, StartError};
use crate::store::{Home, HomeError, Keep, StoreError};
use allonge_contracts::PublicKey;
use allonge_contracts::nodes::{Node, NodeKind};
use allonge_ledger::Genesis;
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The largest genesis file that is read.
const MAX_GENESIS_BYTES: u64 = 16 * 1024 * 1024;
/// How long the first height waits for a quorum of peers.
const PEERS_WAIT: Duration = Duration::from_secs(30);
/// Where gossip listens behind its gate.
const BEHIND_THE_GATE: &str = "127.0.0.1:0";

/// Why a node does not run, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The genesis file cannot be used.
    #[error("{path}: {what}")]
    Genesis {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Keys that are not those of a node of this network.
    #[error("{0}")]
    NotANode(String),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger on disk cannot be brought up.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The API cannot listen.
    #[error(transparent)]
    Api(#[from] BindError),
    /// The API's certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no admin socket.
    #[error(transparent)]
    Admin(#[from] SocketError),
    /// Consensus did not start or ended.
    #[error(transparent)]
    Seat(#[from] SeatError),
    /// The node cannot listen for its peers.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Transaction gossip did not start.
    #[error(transparent)]
    Gossip(#[from] GossipError),
    /// The node stopped because it could not go on.
    #[error("the node stopped: {0}")]
    Stopped(String),
    /// The operating system refused something else.
    #[error("{doing}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
}

/// Reads and checks the form of a genesis file.
///
/// # Errors
/// It cannot be read, is too large, or is no genesis document.
pub fn read_genesis(path: &Path) -> Result<Genesis, RunError> {
    let wrong = |what: String| RunError::Genesis {
        path: path.to_owned(),
        what,
    };
    let size = std::fs::metadata(path)
        .map_err(|e| wrong(e.to_string()))?
        .len();
    if size > MAX_GENESIS_BYTES {
        return Err(wrong(format!(
            "{size} bytes; a genesis has at most {MAX_GENESIS_BYTES}"
        )));
    }
    let bytes = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| wrong(format!("not a genesis document: {e}")))
}

/// A node's keys and what it is in the network.
struct Identity {
    /// `None` of an observer.
    validator_key: Option<SigningKey>,
    node_key: SigningKey,
    /// Its entry in the list of nodes; `None` where it is not on it yet.
    entry: Option<Node>,
}

fn keys(home: &Home, config: &NodeConfig) -> Result<(Option<SigningKey>, SigningKey), RunError> {
    let node_key = keyfile::read(&home.node_key())?;
    if config.observer {
        return Ok((None, node_key));
    }
    home.finish_retirement().map_err(|source| RunError::Io {
        doing: "putting the next validator key in place",
        source,
    })?;
    Ok((Some(keyfile::read(&home.validator_key())?), node_key))
}

/// Finds a node on the list, and sees that its keys are those that the list names.
fn identity(
    home: &Home,
    (validator_key, node_key): (Option<SigningKey>, SigningKey),
    nodes: &[Node],
    admitted: bool,
) -> Result<Identity, RunError> {
    let peer = seat::public(&node_key);
    let entry = nodes.iter().find(|node| node.peer_key == peer).cloned();
    let wrong = |what: String| Err(RunError::NotANode(what));
    if let Some(key) = validator_key.as_ref().map(seat::public) {
        let voter = nodes.iter().find(|node| node.consensus_key == Some(key));
        let shown = home.validator_key();
        match (voter, &entry) {
            (Some(voter), _) if voter.peer_key != peer => {
                return wrong(format!(
                    "the key in {} is {peer}, but the network's list names {} as the node key of {}",
                    home.node_key().display(),
                    voter.peer_key,
                    voter.name
                ));
            }
            (None, Some(entry)) if entry.kind == NodeKind::Observer => {
                return wrong(format!(
                    "{} is an observer of this network, and {} is no validator's key: run it with --observer",
                    entry.name,
                    shown.display()
                ));
            }
            // One whose key was replaced finds so as it catches up.
            (None, Some(_)) if home.rotates_keys() => {}
            (None, _) if !admitted => {
                return wrong(format!(
                    "the key in {} is {key}, which is not a validator of this genesis: take the key and the genesis of \
                     one network. A node that came to the network later is run with --admitted",
                    shown.display()
                ));
            }
            _ => {}
        }
    } else if entry.is_none() && !admitted {
        return wrong(format!(
            "the key in {} is {peer}, which no node of this genesis has: take the key and the genesis of one network. \
             A node that came to the network later is run with --admitted",
            home.node_key().display()
        ));
    }
    Ok(Identity {
        validator_key,
        node_key,
        entry,
    })
}

/// The settings may give addresses only to nodes that there are.
fn check_named_peers(
    nodes: &[Node],
    named: &BTreeMap<String, PeerAddresses>,
) -> Result<(), RunError> {
    let unknown = named
        .keys()
        .find(|name| !nodes.iter().any(|node| node.name.as_str() == *name));
    match unknown {
        None => Ok(()),
        Some(name) => {
            let known: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
            Err(RunError::NotANode(format!(
                "the settings give [peers.{name}] an address, but the network has no node of that name; it has {}",
                known.join(", ")
            )))
        }
    }
}

fn machine_config(config: &NodeConfig, validator: Option<PublicKey>) -> MachineConfig {
    let block_time = Duration::from_millis(config.block_time_ms);
    MachineConfig {
        validator,
        timeouts: Timeouts {
            propose: Duration::from_millis(config.propose_timeout_ms),
            ..Timeouts::default()
        },
        target_time: (!block_time.is_zero()).then_some(block_time),
        idle: IdleConfig {
            heartbeat_ms: config.heartbeat_ms,
            ..IdleConfig::default()
        },
        mempool: MempoolConfig {
            bytes: config.mempool_bytes,
            count: config.mempool_count,
            ..MempoolConfig::default()
        },
        checkpoint_transactions: config.checkpoint_transactions,
        checkpoint_blocks: config.checkpoint_blocks,
        ..MachineConfig::default()
    }
}

/// Runs a node until it is told to stop (SIGINT, SIGTERM) or cannot go on.
///
/// # Errors
/// [`RunError`]: why it did not start, or ended by itself.
pub async fn run(home: &Path, config: NodeConfig) -> Result<(), RunError> {
    let signals = |kind| {
        signal(kind).map_err(|source| RunError::Io {
            doing: "signals",
            source,
        })
    };
    let mut interrupt = signals(SignalKind::interrupt())?;
    let mut terminate = signals(SignalKind::terminate())?;
    let told = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    run_until(home, config, told).await
}

/// As [`run`], but until `told` resolves instead of a signal.
///
/// # Errors
/// [`RunError`]: why it did not start, or ended by itself.
pub async fn run_until(
    home: &Path,
    config: NodeConfig,
    told: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let home = Arc::new(Home::take(home)?);
    let genesis = read_genesis(&home.genesis())?;
    if config.clock_shift_ms != 0 && !genesis.rules.development_clock {
        return Err(RunError::NotANode(
            "the settings move the clock (clock_shift_ms), which only a network with the development clock \
             allows: remove that setting"
                .to_owned(),
        ));
    }
    crate::wall::shift(config.clock_shift_ms);
    let keys = keys(&home, &config)?;
    // Before anything is written; what the ledger says is known only once it is read.
    if !home.store().exists() {
        identity(&home, keys.clone(), &genesis.nodes(), config.admitted)?;
        check_named_peers(&genesis.nodes(), &config.peers)?;
    }
    let tls = config.tls.as_ref();
    let tls = tls
        .map(|(certificate, key)| Tls::read(certificate, key))
        .transpose()?;
    if tls.is_none() && config.insecure && !config.http.ip().is_loopback() {
        tracing::warn!(address = %config.http, "the API is served without TLS and access control beyond this machine");
    }
    let listener = api::bind(config.http, config.insecure || tls.is_some())?;
    let admin = config.admin.then(|| admin::bind(&home)).transpose()?;
    let machine = machine_config(&config, keys.0.as_ref().map(seat::public));
    let keep = Keep {
        blocks: config.prune_keep_blocks,
        days: config.prune_keep_days,
    };
    let store = Box::new(home.open_store()?);
    let shell = tokio::task::spawn_blocking(move || {
        shell::start(ShellConfig { machine, keep }, store, genesis)
    })
    .await
    .map_err(|e| RunError::Stopped(e.to_string()))??;
    let running = match start_services(&home, &config, keys, (listener, tls), &shell).await {
        Ok(running) => running,
        Err(error) => {
            stop_shell(shell).await;
            return Err(error);
        }
    };
    let admin = match admin {
        None => None,
        Some(socket) => {
            let name = running.name.clone();
            let started = Admin::start(socket, shell.clone(), name, running.server.address());
            // The node is of use without it.
            started
                .inspect_err(|error| tracing::error!(%error, "the admin socket cannot be served"))
                .ok()
        }
    };
    let stop_asked = async {
        match &admin {
            Some(admin) => admin.stop_asked().await,
            None => std::future::pending().await,
        }
    };
    let Running {
        name: _,
        mut sitting,
        stop_sitting,
        server,
        gossip,
        gossip_gate: _gossip_gate,
    } = running;
    let mut sits = true;
    let outcome = tokio::select! {
        () = told => Ok(()),
        () = stop_asked => Ok(()),
        reason = shell.stopped() => Err(RunError::Stopped(reason)),
        ended = &mut sitting => {
            sits = false;
            match ended.unwrap_or(Err(EngineError::Failed.into())) {
                Ok(()) => Err(RunError::Stopped(shell.stopped().await)),
                Err(error) => Err(error.into()),
            }
        }
    };
    tracing::info!("stopping");
    drop(admin);
    server.stop().await;
    gossip.stop().await;
    if sits {
        stop_sitting.send_replace(true);
        if let Ok(Err(error)) = sitting.await {
            tracing::warn!(%error, "consensus ended with an error");
        }
    }
    stop_shell(shell).await;
    outcome
}

/// What runs beside the core.
struct Running {
    name: String,
    sitting: tokio::task::JoinHandle<Result<(), SeatError>>,
    stop_sitting: watch::Sender<bool>,
    server: Server,
    gossip: Gossip,
    /// It closes when this is dropped.
    gossip_gate: Gate,
}

async fn start_services(
    home: &Arc<Home>,
    config: &NodeConfig,
    keys: (Option<SigningKey>, SigningKey),
    (listener, tls): (std::net::TcpListener, Option<Tls>),
    shell: &Arc<Shell>,
) -> Result<Running, RunError> {
    let snapshot = shell.snapshot();
    let nodes = snapshot.state.nodes().map_err(damaged)?;
    let identity = identity(home, keys, &nodes, config.admitted)?;
    check_named_peers(&nodes, &config.peers)?;
    let name = config
        .name
        .clone()
        .unwrap_or_else(|| match &identity.entry {
            Some(entry) => entry.name.to_string(),
            None => "unlisted".to_owned(),
        });
    let metrics = Metrics::new(Some(metrics_text)).with_bounds(Bounds {
        mempool_transactions: config.mempool_count,
        mempool_bytes: config.mempool_bytes,
        home: home.path().to_owned(),
    });
    let metrics = Arc::new(metrics);
    let own = seat::public(&identity.node_key);
    let named = config.peers.clone();
    let lister = move |snapshot: &Snapshot| {
        let nodes = snapshot.state.nodes().ok()?;
        Some(gate::listed(&nodes, &own, &named))
    };
    let (list, followed) = watch::channel(lister(&snapshot).unwrap_or_default());
    let listens = |given: &Option<String>, listed: Option<&str>, network: Network| {
        let listed = listed.filter(|address| !address.is_empty());
        given
            .clone()
            .or_else(|| listed.map(str::to_owned))
            .ok_or_else(|| {
                RunError::NotANode(format!(
                    "the network's list has no address for this node's {network}: choose one with `{network}` (--{network})",
                    network = network.as_str()
                ))
            })
    };
    let entry = identity.entry.as_ref();
    let open = |network, given: &Option<String>, listed| {
        let listen = listens(given, listed, network);
        let (genesis, node_key) = (shell.genesis(), identity.node_key.clone());
        let (list, counters) = (followed.clone(), metrics.gate(network));
        async move {
            let gate = Gate::open(GateConfig {
                network,
                genesis,
                node_key,
                listen: listen?,
                list,
                counters,
            });
            Ok::<_, RunError>(gate.await?)
        }
    };
    let gossip_address = entry.map(|entry| entry.gossip_address.as_str());
    let gossip_gate = open(Network::Gossip, &config.gossip, gossip_address).await?;
    let consensus_address = entry.map(|entry| entry.consensus_address.as_str());
    let consensus_gate = open(Network::Consensus, &config.consensus, consensus_address).await?;
    // What lies elsewhere than before is written anew: only once the node can listen, and the guard can be read.
    if let Some(key) = &identity.validator_key {
        Guard::look(&home.guards(), &seat::public(key)).map_err(SeatError::from)?;
    }
    let lost_log = !home.has_log()?;
    let tip = snapshot.state.height();
    consensus::check_log(&home.wal_file(), tip).map_err(SeatError::from)?;
    let voting = identity
        .validator_key
        .map(|key| Voting::open(home, key, lost_log, tip))
        .transpose()
        .map_err(SeatError::from)?;
    let outgoing = shell
        .take_outgoing()
        .ok_or_else(|| RunError::Stopped("its transactions go elsewhere already".to_owned()))?;
    let gossip = gossip::start(
        GossipConfig {
            genesis: shell.genesis(),
            node_key: identity.node_key.clone(),
            listen: BEHIND_THE_GATE.to_owned(),
            peers: gossip_gate.peers(),
            keys: shell.keys(),
            counters: metrics.gossip.clone(),
        },
        shell.clone(),
        outgoing,
    )
    .await?;
    gossip_gate.lead_to(Some(gossip.address()));
    let peers = consensus_gate.peers().borrow().clone();
    let (consensus_at, gossip_at) = (consensus_gate.address(), gossip_gate.address());
    let sitting = Sitting {
        home: home.clone(),
        shell: shell.clone(),
        voting,
        gate: consensus_gate,
        engine: EngineConfig {
            genesis: shell.genesis(),
            name: name.clone(),
            seat: Seat::Follower,
            node_key: identity.node_key,
            listen: String::new(),
            voting_peers: seat::voting_peers(&snapshot, &peers),
            peers,
            wal: home.wal_file(),
            peers_wait: PEERS_WAIT,
        },
        list,
        lister: Box::new(lister),
    };
    let (stop_sitting, stopping) = watch::channel(false);
    let sitting = tokio::spawn(sitting.run(stopping));
    let server = Server::start(
        listener,
        shell.clone(),
        ApiConfig {
            node_name: name.clone(),
            keys: shell.keys(),
            metrics,
            rates: config.rates,
            cors: config.cors.clone(),
            tls,
        },
    )
    .map_err(|source| RunError::Io {
        doing: "serving the API",
        source,
    })?;
    tracing::info!(name, genesis = %shell.genesis(), http = %server.address(), consensus = %consensus_at, gossip = %gossip_at, "the node runs");
    Ok(Running {
        name,
        sitting,
        stop_sitting,
        server,
        gossip,
        gossip_gate,
    })
}

fn damaged(error: allonge_contracts::state::StateFault) -> RunError {
    RunError::Stopped(error.to_string())
}

/// Stops the core and flushes the store.
async fn stop_shell(shell: Arc<Shell>) {
    if let Err(error) = tokio::task::spawn_blocking(move || shell.shutdown()).await {
        tracing::error!(%error, "the core did not stop cleanly");
    }
}
