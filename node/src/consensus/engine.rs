//! Configures, starts and runs the consensus engine.

use super::app::{App, AppStopped, StartHeight};
use super::codec::WireCodec;
use super::config::{EngineConfig, Seat, configure};
use super::context::{Address, Context};
use super::driver::{Done, Driver, Stop, StreamIds, Waiting};
use super::log_file;
use super::peers::{Peer, PeerError};
use super::proposals::Proposals;
use super::signing::{Ed25519Signer, Ed25519Verifier};
use super::status::{EngineStatus, Progress};
use super::tips::PeerTips;
use allonge_contracts::PublicKey;
use arc_malachitebft_app_channel::app::engine::node::NodeRef;
use arc_malachitebft_app_channel::app::events::RxEvent;
use arc_malachitebft_app_channel::app::types::Keypair;
use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_app_channel::{
    Channels, ConsensusContext, EngineBuilder, NetworkIdentity, NetworkRequest, RequestContext,
    SyncContext, WalContext,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tracing::{debug, error, info, warn};

/// How often connected peers are counted before the first height.
const PEER_COUNT_INTERVAL: Duration = Duration::from_millis(50);

/// How often is looked whether the log is closed.
const LOG_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// How long each part of the engine may take to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the engine could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A peer or the own address cannot be used.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The node key cannot be used for connections.
    #[error("the node key cannot be used for connections: {0}")]
    NodeKey(String),
    /// The engine refused to start: port taken, log unreadable.
    #[error("the consensus engine could not start on {listen} with the log {wal}: {reason}")]
    Start {
        /// Where it was to listen.
        listen: String,
        /// Its write-ahead log.
        wal: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The write-ahead log is damaged, and going on without it could make this validator
    /// contradict itself.
    #[error(
        "the write-ahead log {wal} is damaged ({reason}): the votes this validator gave may be \
         lost, and it must not vote differently. Move the file away and start the node: it follows \
         without a vote until the height of its last vote is decided"
    )]
    Wal {
        /// The log.
        wal: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The write-ahead log cannot be written or read: the disk is full, read-only or failing.
    #[error("the write-ahead log {wal} cannot be written or read: {reason}")]
    WalIo {
        /// The log.
        wal: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The engine ended by itself; its log lines say why.
    #[error("the consensus engine stopped by itself; its log lines say why")]
    Failed,
    /// The node could not go on.
    #[error(transparent)]
    Node(Stop),
}

/// A running engine; it stops when this is dropped.
pub struct EngineHandle {
    status: EngineStatus,
    /// Who may connect now.
    peers: Vec<Peer>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), EngineError>>,
}

impl EngineHandle {
    /// What can be asked about it.
    pub fn status(&self) -> EngineStatus {
        self.status.clone()
    }

    /// From now on these may connect and nobody else; who is no longer among them is disconnected.
    ///
    /// # Errors
    /// A key or an address that is none; then nothing was changed.
    pub async fn follow(&mut self, peers: Vec<Peer>) -> Result<(), PeerError> {
        self.status.tips.follow(ids(&peers)?);
        let network = &self.status.network;
        for gone in self.peers.iter().filter(|peer| !peers.contains(peer)) {
            let gone = NetworkRequest::remove_persistent_peer(network, gone.multiaddr()?).await;
            debug!(?gone, "a peer left the list");
        }
        for new in peers.iter().filter(|peer| !self.peers.contains(peer)) {
            let new = NetworkRequest::add_persistent_peer(network, new.multiaddr()?).await;
            debug!(?new, "a peer came onto the list");
        }
        self.peers = peers;
        Ok(())
    }

    /// Asks it to stop; [`EngineHandle::wait`] tells when it has. Answers that the node holds are
    /// no longer waited for.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until it has ended. `Ok` if it was asked to, or the node is stopping.
    ///
    /// # Errors
    /// Why it ended by itself.
    pub async fn wait(mut self) -> Result<(), EngineError> {
        self.ended().await
    }

    /// As [`EngineHandle::wait`], for whoever waits for something else as well. Not to be asked again
    /// once it has answered.
    ///
    /// # Errors
    /// Why it ended by itself.
    pub async fn ended(&mut self) -> Result<(), EngineError> {
        (&mut self.task).await.unwrap_or(Err(EngineError::Failed))
    }
}

/// Starts the engine. It drives `app` until it is stopped, `app` answers
/// [`AppStopped`](super::AppStopped), or it fails.
///
/// # Errors
/// [`EngineError`]: an unusable key or address, a port that is taken, an unreadable log.
pub async fn start(config: EngineConfig, app: Arc<dyn App>) -> Result<EngineHandle, EngineError> {
    let engine_config = configure(&config)?;
    let keypair = Keypair::ed25519_from_bytes(config.node_key.to_bytes())
        .map_err(|error| EngineError::NodeKey(error.to_string()))?;
    let signer = match &config.seat {
        Seat::Voter { key, guard } => Some(Ed25519Signer::new(
            config.genesis,
            (**key).clone(),
            guard.clone(),
        )),
        Seat::Follower => None,
    };
    let verifier = Ed25519Verifier::new(config.genesis);
    let tips = PeerTips::new(ids(&config.peers)?, {
        let app = app.clone();
        Box::new(move |height| app.peer_tip(height))
    });
    let codec = WireCodec::new(tips.clone());

    // A node without a vote goes by its node key, which is no validator's.
    let own = match &signer {
        Some(signer) => signer.public_key(),
        None => PublicKey(config.node_key.verifying_key().to_bytes()),
    };
    let identity = match &signer {
        Some(signer) => {
            let proof = signer.prove_peer(keypair.public().to_peer_id().to_bytes());
            let proof = codec
                .encode(&proof)
                .map_err(|error| EngineError::NodeKey(error.to_string()))?;
            NetworkIdentity::new_validator(config.name.clone(), keypair, own.to_string(), proof)
        }
        None => NetworkIdentity::new(config.name.clone(), keypair, None),
    };
    let failed = |reason: String| EngineError::Start {
        listen: config.listen.clone(),
        wal: config.wal.clone(),
        reason,
    };
    check_port_is_free(&config.listen).map_err(|error| failed(error.to_string()))?;
    #[cfg(feature = "byzantine")]
    let app = super::byzantine::lying(app);
    let builder = EngineBuilder::new(Context, engine_config)
        .with_default_wal(WalContext::new(config.wal.clone(), codec.clone()));
    #[cfg(not(feature = "byzantine"))]
    let builder = builder.with_default_network(arc_malachitebft_app_channel::NetworkContext::new(
        identity,
        codec.clone(),
    ));
    #[cfg(feature = "byzantine")]
    let builder = {
        // Whoever cheats asks no guard.
        let signer = signer.clone().ok_or(EngineError::Failed)?.unguarded();
        let network = super::byzantine::network(identity, codec.clone(), signer, own);
        let builder = builder.with_byzantine_network(network).await;
        builder.map_err(|error| failed(format!("{error:#}")))?
    };
    let (channels, engine) = builder
        .with_default_sync(SyncContext::new(codec))
        .with_default_consensus(match signer.clone() {
            Some(signer) => {
                ConsensusContext::new_validator(Address(own), Box::new(verifier), Box::new(signer))
            }
            None => ConsensusContext::new_full_node(Address(own), Box::new(verifier)),
        })
        .with_default_request(RequestContext::new(100))
        .build()
        .await
        .map_err(|error| failed(format!("{error:#}")))?;

    #[cfg(feature = "byzantine")]
    super::byzantine::spam(channels.network.clone(), own);

    let progress = Arc::new(Progress::default());
    let status = EngineStatus {
        progress: progress.clone(),
        tips,
        network: channels.net_requests.clone(),
    };
    let (enough, peers) = watch::channel(false);
    let counter = tokio::spawn(count_peers(
        status.clone(),
        quorum_of_peers(config.voting_peers),
        config.peers_wait,
        enough,
    ));
    let streams = StreamIds::new().map_err(EngineError::Node)?;
    let driver = Driver {
        app,
        network: channels.network.clone(),
        signer,
        verifier,
        progress,
        peers,
        proposals: Proposals::default(),
        streams,
        start: None,
        decided: false,
    };
    let (stop, stopping) = watch::channel(false);
    let events = channels.events.subscribe();
    let task = tokio::spawn(async move {
        let mut node = engine.handle;
        let wal = config.wal;
        let result = run(driver, channels, events, &mut node, stopping, &wal).await;
        let result = log_file::explained(result, &wal);
        counter.abort();
        shut_down(&engine.actor, &mut node).await;
        let closed = tokio::time::timeout(STOP_TIMEOUT, log_closed(&wal)).await;
        if closed.is_err() {
            warn!(wal = %wal.display(), "the write-ahead log was not closed in time");
        }
        result
    });
    Ok(EngineHandle {
        status,
        peers: config.peers,
        stop,
        task,
    })
}

/// The ids by which the engine knows peers.
fn ids(peers: &[Peer]) -> Result<Vec<Vec<u8>>, PeerError> {
    peers
        .iter()
        .map(|peer| Ok(super::peers::peer_id(&peer.key)?.to_bytes()))
        .collect()
}

/// How many of `peers` make a quorum together with this node, all counting alike.
fn quorum_of_peers(peers: usize) -> usize {
    2 * (peers + 1) / 3
}

/// Says when enough peers are connected, or enough time has passed.
async fn count_peers(
    status: EngineStatus,
    needed: usize,
    longest: Duration,
    enough: watch::Sender<bool>,
) {
    let wait = async {
        let mut ticks = tokio::time::interval(PEER_COUNT_INTERVAL);
        while status.connected_peers().await < needed {
            ticks.tick().await;
        }
    };
    if tokio::time::timeout(longest, wait).await.is_err() {
        warn!(needed, "too few peers are connected; starting nevertheless");
    }
    enough.send_replace(true);
}

/// The engine itself would only log that it cannot listen, and wait for ever.
fn check_port_is_free(listen: &str) -> std::io::Result<()> {
    std::net::TcpListener::bind(listen).map(drop)
}

/// Stops the engine's actors, in the reverse order of their birth, and waits until they have
/// closed their sockets.
///
/// Consensus thus ends before its log: finding the log gone it would hang for ever, its way to
/// make sure that it signs nothing more.
async fn shut_down(supervisor: &NodeRef, node: &mut JoinHandle<()>) {
    let mut actors = supervisor.get_children();
    actors.sort_by_key(|actor| std::cmp::Reverse(actor.get_id()));
    for actor in &actors {
        // While linked, the first that ends makes the supervisor kill the others in mid-air.
        actor.unlink(supervisor.get_cell());
    }
    for actor in actors {
        if actor.stop_and_wait(None, Some(STOP_TIMEOUT)).await.is_err() {
            actor.kill();
        }
    }
    supervisor.stop(None);
    if !node.is_finished() && tokio::time::timeout(STOP_TIMEOUT, node).await.is_err() {
        warn!("the consensus engine did not stop in time");
    }
}

/// Waits until the engine's thread has closed its log, which it does on its own time.
async fn log_closed(wal: &Path) {
    let open = || {
        let file = std::fs::File::open(wal).ok()?;
        fs4::FileExt::try_lock(&file).err()
    };
    while open().is_some() {
        tokio::time::sleep(LOG_POLL_INTERVAL).await;
    }
}

/// Serves the engine until it, the node or the caller stops.
async fn run(
    mut driver: Driver,
    mut channels: Channels<Context>,
    mut events: RxEvent<Context>,
    node: &mut JoinHandle<()>,
    mut stopping: watch::Receiver<bool>,
    wal: &Path,
) -> Result<(), EngineError> {
    let mut later: Later = None;
    let finish = |stop: Stop| match stop {
        Stop::App(_) => {
            info!("the node is stopping, and the consensus engine with it");
            Ok(())
        }
        stop => {
            error!(%stop, "the node cannot go on");
            Err(EngineError::Node(stop))
        }
    };
    loop {
        tokio::select! {
            biased;
            () = told_to_stop(&mut stopping) => return Ok(()),
            _ = &mut *node => return Err(EngineError::Failed),
            event = events.recv() => {
                if let Some(error) = event.ok().and_then(|event| log_file::trouble(&event, wal)) {
                    return Err(error);
                }
            }
            start = finished(&mut later) => match (start, later.take()) {
                (Ok(Ok(start)), Some((_, waiting))) => driver.start(start, waiting),
                (Ok(Err(stopped)), _) => return finish(stopped.into()),
                (Err(panic), _) => {
                    error!(%panic, "the node failed to name the next height");
                    return Err(EngineError::Failed);
                }
                (Ok(Ok(_)), None) => {}
            },
            message = channels.consensus.recv() => {
                let Some(message) = message else {
                    // The log is read when the engine starts; its damage explains the end.
                    while let Ok(event) = events.try_recv() {
                        if let Some(error) = log_file::trouble(&event, wal) {
                            return Err(error);
                        }
                    }
                    return Err(EngineError::Failed);
                };
                match driver.handle(message).await {
                    Ok(Done::Answered) => {}
                    Ok(Done::Later(task, waiting)) => later = Some((task, waiting)),
                    Err(stop) => return finish(stop),
                }
            }
        }
    }
}

/// Waits until the handle says stop, or is gone.
async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// The answer that the node works on, and who waits for it.
type Later = Option<(JoinHandle<Result<StartHeight, AppStopped>>, Waiting)>;

/// Waits for the held answer; for ever if there is none.
async fn finished(later: &mut Later) -> Result<Result<StartHeight, AppStopped>, JoinError> {
    match later {
        Some((task, _)) => task.await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_of_peers_makes_more_than_two_thirds_with_ourselves() {
        for (peers, needed) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (6, 4), (9, 6)] {
            assert_eq!(quorum_of_peers(peers), needed);
            assert!(3 * (needed + 1) > 2 * (peers + 1));
            assert!(needed == 0 || 3 * needed <= 2 * (peers + 1));
        }
    }
}
