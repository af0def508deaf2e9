//! A whole node: home, store, core, engine, gossip and API put together, and taken down again.

use crate::api::{self, ApiConfig, BindError, Server};
use crate::config::{NodeConfig, PeerAddresses};
use crate::consensus::{
    self, EngineConfig, EngineError, EngineHandle, Peer, Timeouts, metrics_text,
};
use crate::gossip::{self, Gossip, GossipConfig, GossipError};
use crate::handle::NodeHandle;
use crate::keyfile::{self, KeyFileError};
use crate::machine::{IdleConfig, MachineConfig, MempoolConfig};
use crate::metrics::{Bounds, Metrics};
use crate::shell::{self, Shell, ShellConfig, StartError};
use crate::store::{Home, HomeError, Keep, StoreError};
use allonge_contracts::PublicKey;
use allonge_ledger::{Genesis, GenesisValidator};
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// The largest genesis file that is read.
const MAX_GENESIS_BYTES: u64 = 16 * 1024 * 1024;
/// How long the first height waits for a quorum of peers.
const PEERS_WAIT: Duration = Duration::from_secs(30);
/// How often connected peers are counted.
const PEER_COUNT_INTERVAL: Duration = Duration::from_millis(500);

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
    /// The engine did not start or ended.
    #[error(transparent)]
    Engine(#[from] EngineError),
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

/// A node's keys and its entry in genesis.
struct Identity {
    validator_key: SigningKey,
    node_key: SigningKey,
    entry: GenesisValidator,
}

fn identity(home: &Home, genesis: &Genesis) -> Result<Identity, RunError> {
    let validator_key = keyfile::read(&home.validator_key())?;
    let node_key = keyfile::read(&home.node_key())?;
    let public = |key: &SigningKey| PublicKey(key.verifying_key().to_bytes());
    let key = public(&validator_key);
    let entry = genesis.validators.iter().find(|v| v.key == key);
    let entry = entry.ok_or_else(|| {
        RunError::NotANode(format!(
            "the key in {} is {key}, which is not a validator of this genesis: take the key and the \
             genesis of one network",
            home.validator_key().display()
        ))
    })?;
    if entry.peer != public(&node_key) {
        return Err(RunError::NotANode(format!(
            "the key in {} is {}, but genesis names {} as the node key of {}",
            home.node_key().display(),
            public(&node_key),
            entry.peer,
            entry.name
        )));
    }
    Ok(Identity {
        validator_key,
        node_key,
        entry: entry.clone(),
    })
}

/// The other nodes, as consensus and gossip reach them.
struct Peers {
    consensus: Vec<Peer>,
    gossip: Vec<Peer>,
}

impl Peers {
    /// Addresses are those of genesis, where the settings name no others.
    fn of(
        genesis: &Genesis,
        own: &GenesisValidator,
        others: &BTreeMap<String, PeerAddresses>,
    ) -> Result<Self, RunError> {
        let all = &genesis.validators;
        let unknown = others
            .keys()
            .find(|name| !all.iter().any(|v| v.name.as_str() == *name));
        if let Some(name) = unknown {
            let known: Vec<_> = all.iter().map(|v| v.name.as_str()).collect();
            return Err(RunError::NotANode(format!(
                "the settings give [peers.{name}] an address, but genesis has no validator of that name; it \
                 has {}",
                known.join(", ")
            )));
        }
        let mut peers = Peers {
            consensus: Vec::new(),
            gossip: Vec::new(),
        };
        for other in all.iter().filter(|v| v.key != own.key) {
            let given = others.get(other.name.as_str());
            let peer = |given: Option<&String>, in_genesis: &str| Peer {
                key: other.peer,
                address: given.map_or(in_genesis, String::as_str).to_owned(),
            };
            peers.consensus.push(peer(
                given.and_then(|g| g.consensus.as_ref()),
                other.consensus_address.as_str(),
            ));
            peers.gossip.push(peer(
                given.and_then(|g| g.gossip.as_ref()),
                other.gossip_address.as_str(),
            ));
        }
        Ok(peers)
    }
}

fn machine_config(config: &NodeConfig, validator: PublicKey) -> MachineConfig {
    let block_time = Duration::from_millis(config.block_time_ms);
    MachineConfig {
        validator: Some(validator),
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

/// Runs a node until it is told to stop (SIGINT, SIGTERM) or cannot go on. `accept_missing_wal` is the
/// operator's word that a validator without its log cannot contradict itself.
///
/// # Errors
/// [`RunError`]: why it did not start, or ended by itself.
pub async fn run(
    home: &Path,
    config: NodeConfig,
    accept_missing_wal: bool,
) -> Result<(), RunError> {
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
    run_until(home, config, accept_missing_wal, told).await
}

/// As [`run`], but until `told` resolves instead of a signal.
///
/// # Errors
/// [`RunError`]: why it did not start, or ended by itself.
pub async fn run_until(
    home: &Path,
    config: NodeConfig,
    accept_missing_wal: bool,
    told: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let home = Home::take(home)?;
    let genesis = read_genesis(&home.genesis())?;
    if config.clock_shift_ms != 0 && !genesis.rules.development_clock {
        return Err(RunError::NotANode(
            "the settings move the clock (clock_shift_ms), which only a network with the development clock \
             allows: remove that setting"
                .to_owned(),
        ));
    }
    crate::wall::shift(config.clock_shift_ms);
    let identity = identity(&home, &genesis)?;
    let listener = api::bind(config.http, config.insecure)?;
    let machine = machine_config(&config, identity.entry.key);
    let keep = Keep {
        blocks: config.prune_keep_blocks,
        days: config.prune_keep_days,
    };
    let store = Box::new(home.open_store()?);
    let for_shell = genesis.clone();
    let shell = tokio::task::spawn_blocking(move || {
        shell::start(ShellConfig { machine, keep }, store, for_shell)
    })
    .await
    .map_err(|e| RunError::Stopped(e.to_string()))??;
    let running = start_services(
        &home,
        &config,
        &genesis,
        identity,
        listener,
        &shell,
        accept_missing_wal,
    );
    let running = match running.await {
        Ok(running) => running,
        Err(error) => {
            stop_shell(shell).await;
            return Err(error);
        }
    };
    let Running {
        mut engine,
        server,
        gossip,
        counting,
    } = running;
    let mut engine_runs = true;
    let outcome = tokio::select! {
        () = told => Ok(()),
        reason = shell.stopped() => Err(RunError::Stopped(reason)),
        ended = engine.ended() => {
            engine_runs = false;
            match ended {
                Ok(()) => Err(RunError::Stopped(shell.stopped().await)),
                Err(error) => Err(error.into()),
            }
        }
    };
    tracing::info!("stopping");
    counting.abort();
    server.stop().await;
    gossip.stop().await;
    if engine_runs {
        engine.stop();
        if let Err(error) = engine.wait().await {
            tracing::warn!(%error, "the engine ended with an error");
        }
    }
    stop_shell(shell).await;
    outcome
}

/// What runs beside the core.
struct Running {
    engine: EngineHandle,
    server: Server,
    gossip: Gossip,
    counting: tokio::task::JoinHandle<()>,
}

async fn start_services(
    home: &Home,
    config: &NodeConfig,
    genesis: &Genesis,
    identity: Identity,
    listener: std::net::TcpListener,
    shell: &Arc<Shell>,
    accept_missing_wal: bool,
) -> Result<Running, RunError> {
    home.check_wal(shell.snapshot().state.height(), accept_missing_wal)?;
    let peers = Peers::of(genesis, &identity.entry, &config.peers)?;
    let name = config
        .name
        .clone()
        .unwrap_or_else(|| identity.entry.name.to_string());
    let metrics = Metrics::new(Some(metrics_text)).with_bounds(Bounds {
        mempool_transactions: config.mempool_count,
        mempool_bytes: config.mempool_bytes,
        home: home.path().to_owned(),
    });
    let metrics = Arc::new(metrics);
    let outgoing = shell
        .take_outgoing()
        .ok_or_else(|| RunError::Stopped("its transactions go elsewhere already".to_owned()))?;
    let gossip = gossip::start(
        GossipConfig {
            genesis: shell.genesis(),
            node_key: identity.node_key.clone(),
            listen: config
                .gossip
                .clone()
                .unwrap_or_else(|| identity.entry.gossip_address.to_string()),
            peers: peers.gossip,
            keys: shell.keys(),
            counters: metrics.gossip.clone(),
        },
        shell.clone(),
        outgoing,
    )
    .await?;
    let engine = consensus::start(
        EngineConfig {
            genesis: shell.genesis(),
            name: name.clone(),
            consensus_key: identity.validator_key,
            node_key: identity.node_key,
            listen: config
                .consensus
                .clone()
                .unwrap_or_else(|| identity.entry.consensus_address.to_string()),
            peers: peers.consensus,
            wal: home.wal().join("consensus.wal"),
            peers_wait: PEERS_WAIT,
        },
        shell.clone(),
    )
    .await?;
    let status = engine.status();
    let counted = shell.clone();
    let counting = tokio::spawn(async move {
        loop {
            let peers = status.connected_peers().await;
            counted.set_peers(u32::try_from(peers).unwrap_or(u32::MAX));
            tokio::time::sleep(PEER_COUNT_INTERVAL).await;
        }
    });
    let server = Server::start(
        listener,
        shell.clone(),
        ApiConfig {
            node_name: name.clone(),
            keys: shell.keys(),
            metrics,
        },
    )
    .map_err(|source| RunError::Io {
        doing: "serving the API",
        source,
    })?;
    tracing::info!(name, genesis = %shell.genesis(), http = %server.address(), gossip = %gossip.address(), "the node runs");
    Ok(Running {
        engine,
        server,
        gossip,
        counting,
    })
}

/// Stops the core and flushes the store.
async fn stop_shell(shell: Arc<Shell>) {
    if let Err(error) = tokio::task::spawn_blocking(move || shell.shutdown()).await {
        tracing::error!(%error, "the core did not stop cleanly");
    }
}
