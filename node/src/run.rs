//! A whole node: home, store, core, engine, gossip and API put together, and taken down again.

use crate::api::{self, ApiConfig, BindError, Server};
use crate::config::NodeConfig;
use crate::consensus::{
    self, EngineConfig, EngineError, EngineHandle, Peer, Timeouts, metrics_text,
};
use crate::handle::NodeHandle;
use crate::keyfile::{self, KeyFileError};
use crate::machine::{IdleConfig, MachineConfig, MempoolConfig};
use crate::metrics::Metrics;
use crate::shell::{self, Shell, ShellConfig, StartError};
use crate::store::{Home, HomeError, StoreError};
use allonge_contracts::PublicKey;
use allonge_ledger::{Genesis, GenesisValidator};
use ed25519_dalek::SigningKey;
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
    let home = Home::take(home)?;
    let genesis = read_genesis(&home.genesis())?;
    let identity = identity(&home, &genesis)?;
    let listener = api::bind(config.http, config.insecure)?;
    let machine = machine_config(&config, identity.entry.key);
    let store = Box::new(home.open_store()?);
    let for_shell = genesis.clone();
    let shell = tokio::task::spawn_blocking(move || {
        shell::start(ShellConfig { machine }, store, for_shell)
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
        counting,
    } = running;
    let mut engine_runs = true;
    let outcome = tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
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
    let others = || {
        genesis
            .validators
            .iter()
            .filter(|v| v.key != identity.entry.key)
    };
    let name = config
        .name
        .clone()
        .unwrap_or_else(|| identity.entry.name.to_string());
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
            peers: others()
                .map(|v| Peer {
                    key: v.peer,
                    address: v.consensus_address.to_string(),
                })
                .collect(),
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
            metrics: Arc::new(Metrics::new(Some(metrics_text))),
        },
    )
    .map_err(|source| RunError::Io {
        doing: "serving the API",
        source,
    })?;
    tracing::info!(name, genesis = %shell.genesis(), http = %server.address(), "the node runs");
    Ok(Running {
        engine,
        server,
        counting,
    })
}

/// Stops the core and flushes the store.
async fn stop_shell(shell: Arc<Shell>) {
    if let Err(error) = tokio::task::spawn_blocking(move || shell.shutdown()).await {
        tracing::error!(%error, "the core did not stop cleanly");
    }
}
