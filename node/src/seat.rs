//! The node's seat in consensus: with which key it votes, or that it only follows, and when that changes.
//!
//! The engine takes its key when it is built, so a change of the key, or of whether the node votes, builds it anew in
//! this process; the API, the ledger and gossip go on meanwhile.

use crate::consensus::{
    self, EngineConfig, EngineError, EngineHandle, EngineStatus, Peer, PeerError, Seat,
};
use crate::gate::{Gate, PeerList};
use crate::guard::{Guard, GuardError, Hold, RETURN_PATIENCE, Seen, signed_by};
use crate::handle::{Decided, NodeHandle, Signing, Snapshot};
use crate::keyfile::{self, KeyFileError};
use crate::shell::Shell;
use crate::store::Home;
use crate::wall::now_ms;
use allonge_contracts::PublicKey;
use ed25519_dalek::SigningKey;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

/// How often connected peers are counted.
const PEER_COUNT_INTERVAL: Duration = Duration::from_millis(500);
/// How long counting them may take.
const COUNT_TIME: Duration = Duration::from_secs(1);

/// Why the seat was given up.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// The engine did not start or ended.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The signing guard cannot be used.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The signing guard cannot be trusted any more.
    #[error("{0}; start the node again: it follows without a vote until it is safe to vote")]
    Broken(String),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A peer's key or address is none.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// Two nodes have one key.
    #[error(
        "another node signs with this node's validator key {key}: the block of height {height} has a signature that \
         this node did not give. Stop one of the two for good; no node may run with a copy of another's key"
    )]
    Twin {
        /// The key.
        key: PublicKey,
        /// Where it was seen.
        height: u64,
    },
    /// No port on this machine.
    #[error("no port of this machine can be had for the consensus engine: {0}")]
    Loopback(std::io::Error),
    /// The files of a key that was replaced cannot be moved.
    #[error("the next validator key cannot take its place: {path}: {error}")]
    Rotate {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
}

pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// The key with which a node votes, and what guards it.
pub struct Voting {
    key: SigningKey,
    guard: Arc<Guard>,
    hold: Option<Hold>,
    since: Instant,
}

impl Voting {
    /// Takes the key and opens its guard. `lost_log`: there is no log of votes. One of a later height than the next is
    /// begun anew while the ledger catches up, so it is as good as lost.
    pub fn open(
        home: &Home,
        key: SigningKey,
        lost_log: bool,
        tip: u64,
    ) -> Result<Self, GuardError> {
        let own = public(&key);
        let guard = Arc::new(Guard::open(&home.guards(), &own, now_ms())?);
        // Whoever cheats asks no guard, and does not wait for it.
        #[cfg(feature = "byzantine")]
        guard.returned();
        let voted = guard.highest();
        if (lost_log && voted > tip) || voted > tip.saturating_add(1) {
            guard.forget_log()?;
        }
        let hold = guard
            .held_since_ms()
            .map(|since| Hold::new(own, since, guard.highest()));
        Ok(Voting {
            key,
            guard,
            hold,
            since: Instant::now(),
        })
    }

    pub fn public(&self) -> PublicKey {
        public(&self.key)
    }

    /// Ends the wait for a block decided since the start where none comes.
    fn lose_patience(&self) {
        if self.since.elapsed() > RETURN_PATIENCE && self.guard.returning().is_some() {
            tracing::warn!(
                "no block has come since this node's start; it votes now without having seen one"
            );
            self.guard.returned();
        }
    }

    /// Whether the key may sign for the height after `tip`.
    fn signing(&self, tip: u64) -> Signing {
        match (&self.hold, self.guard.floor()) {
            (Some(_), _) => Signing::Held,
            (None, floor) if floor > tip => Signing::From(floor.saturating_add(1)),
            (None, _) if self.guard.returning().is_some_and(|r| r.reach() <= tip) => {
                Signing::Returning
            }
            (None, _) => Signing::Free,
        }
    }
}

/// Makes the list of the ledger's nodes; `None` where the state cannot be read.
pub type Lister = Box<dyn Fn(&Snapshot) -> Option<PeerList> + Send + Sync>;

/// Everything the seat needs.
pub struct Sitting {
    pub home: Arc<Home>,
    pub shell: Arc<Shell>,
    /// `None` for an observer.
    pub voting: Option<Voting>,
    pub gate: Gate,
    /// The engine's configuration but for what this module decides.
    pub engine: EngineConfig,
    /// Whom the gates let in, as the ledger changes.
    pub list: watch::Sender<PeerList>,
    /// Makes the list of the ledger's nodes.
    pub lister: Lister,
}

/// Why an engine is stopped.
enum Turn {
    /// The node stops.
    Stop,
    /// Whether it votes, or its key, has changed.
    Change,
}

/// Where the engine listens, behind the gate: an address of this machine that no other program uses.
fn behind_the_gate() -> Result<SocketAddr, SeatError> {
    let mut random = [0; 3];
    // Where there is no randomness the usual address serves as well.
    let _ = getrandom::fill(&mut random);
    let [a, b, c] = random;
    let own = Ipv4Addr::new(127, a, b, c.clamp(2, 250));
    let listener =
        TcpListener::bind((own, 0)).or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let listener = listener.map_err(SeatError::Loopback)?;
    listener.local_addr().map_err(SeatError::Loopback)
}

impl Sitting {
    /// Sits until told to stop.
    ///
    /// # Errors
    /// Why the node cannot go on.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), SeatError> {
        // Before the engine starts, so that no block is missed.
        let mut decided = self.shell.subscribe();
        let mut seen = self.tip();
        loop {
            let signing = self.signing();
            self.tell(&signing);
            let inner = behind_the_gate()?;
            let mut config = self.engine.clone();
            config.listen = inner.to_string();
            config.peers = self.gate.peers().borrow().clone();
            config.seat = match (&self.voting, &signing) {
                (Some(voting), Signing::Free) => Seat::Voter {
                    key: Box::new(voting.key.clone()),
                    guard: Some(voting.guard.clone()),
                },
                _ => Seat::Follower,
            };
            let mut engine = consensus::start(config, self.shell.clone()).await?;
            self.gate.lead_to(Some(inner));
            let watched = self
                .watch(&mut engine, &mut decided, &mut seen, &signing, &mut stop)
                .await;
            self.gate.lead_to(None);
            let turn = match watched {
                Ok(Some(turn)) => turn,
                Ok(None) => return Ok(()),
                Err(error @ SeatError::Engine(_)) => return Err(error),
                Err(error) => {
                    engine.stop();
                    if let Err(error) = engine.wait().await {
                        tracing::warn!(%error, "the engine ended with an error");
                    }
                    return Err(error);
                }
            };
            engine.stop();
            let ended = engine.wait().await;
            match turn {
                Turn::Stop => {
                    if let Err(error) = ended {
                        tracing::warn!(%error, "the engine ended with an error");
                    }
                    return Ok(());
                }
                Turn::Change => ended?,
            }
        }
    }

    fn tip(&self) -> u64 {
        self.shell.snapshot().state.height()
    }

    fn signing(&self) -> Signing {
        match &self.voting {
            Some(voting) => voting.signing(self.tip()),
            None => Signing::Never,
        }
    }

    fn tell(&self, signing: &Signing) {
        self.shell.set_signing(signing.clone());
        match (&self.voting, signing) {
            (Some(voting), Signing::Held) => tracing::warn!(
                key = %voting.public(),
                "this node follows without a vote: what its key has signed is not known here (the guard is new or a copy). \
                 It votes by itself after a few blocks that were decided since"
            ),
            (Some(_), Signing::From(height)) => tracing::warn!(
                height,
                "this node follows without a vote before this height: its key has voted up to there, and its log of votes or its \
                 store is not what it was"
            ),
            (Some(_), Signing::Returning) => tracing::info!(
                "the others have gone on without this node: it votes again with the first block that was decided since its start"
            ),
            _ => {}
        }
    }

    /// Watches over an engine. `None` if it ended because the node is stopping.
    async fn watch(
        &mut self,
        engine: &mut EngineHandle,
        decided: &mut tokio::sync::broadcast::Receiver<Arc<Decided>>,
        seen: &mut u64,
        begun: &Signing,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Option<Turn>, SeatError> {
        let mut count = tokio::time::interval(PEER_COUNT_INTERVAL);
        let mut peers = self.gate.peers();
        peers.mark_changed();
        let mut broken = match &self.voting {
            Some(voting) => voting.guard.broken(),
            None => watch::channel(None).1,
        };
        loop {
            tokio::select! {
                biased;
                () = told_to(stop) => return Ok(Some(Turn::Stop)),
                why = said(&mut broken) => return Err(SeatError::Broken(why)),
                ended = engine.ended() => {
                    if let Some(why) = self.voting.as_ref().and_then(|v| v.guard.broken().borrow().clone()) {
                        return Err(SeatError::Broken(why));
                    }
                    ended?;
                    return Ok(None);
                }
                Ok(()) = peers.changed() => {
                    let now = peers.borrow_and_update().clone();
                    engine.follow(now).await?;
                }
                block = decided.recv() => {
                    if let Err(RecvError::Closed) = block {
                        return Ok(Some(Turn::Stop));
                    }
                    self.catch_up(seen).await?;
                    if self.promote_next_key().await? || self.signing() != *begun {
                        return Ok(Some(Turn::Change));
                    }
                }
                _ = count.tick() => {
                    self.count(&engine.status()).await;
                    if let Some(voting) = &self.voting {
                        voting.lose_patience();
                    }
                    if self.signing() != *begun {
                        return Ok(Some(Turn::Change));
                    }
                }
            }
        }
    }

    async fn count(&self, status: &EngineStatus) {
        if let Ok(peers) = tokio::time::timeout(COUNT_TIME, status.connected_peers()).await {
            self.shell
                .set_peers(u32::try_from(peers).unwrap_or(u32::MAX));
        }
    }

    /// Looks at what was decided since: the list of nodes, the hold, and whether somebody else signs with this key.
    async fn catch_up(&mut self, seen: &mut u64) -> Result<(), SeatError> {
        let snapshot = self.shell.snapshot();
        if let Some(now) = (self.lister)(&snapshot) {
            self.list.send_if_modified(|list| {
                let changed = *list != now;
                if changed {
                    *list = now;
                }
                changed
            });
        }
        let Some(voting) = &mut self.voting else {
            *seen = snapshot.state.height();
            return Ok(());
        };
        let key = voting.public();
        while *seen < snapshot.state.height() {
            let height = seen.saturating_add(1);
            // A block that cannot be read now is looked at again with the next; one that is pruned never comes back.
            let Ok(block) = self.shell.decided(height).await else {
                return Ok(());
            };
            *seen = height;
            let Some(block) = block else {
                continue;
            };
            let twin = SeatError::Twin { key, height };
            match &mut voting.hold {
                Some(hold) => match hold.see(block.block.header.time_ms, &block.certificate) {
                    Seen::Nothing => {}
                    Seen::Twin { .. } => return Err(twin),
                    Seen::Free(height) => {
                        voting.guard.release(height)?;
                        voting.hold = None;
                        tracing::info!(height, "this node votes again, from the next height on");
                    }
                },
                None => {
                    if height > voting.guard.highest() && signed_by(&block.certificate, &key) {
                        return Err(twin);
                    }
                    let time = block.block.header.time_ms;
                    if voting.guard.returning().is_some_and(|r| r.is_over_at(time)) {
                        voting.guard.returned();
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the next validator key where the validators of the next height have it and not the present one; whether
    /// it did.
    async fn promote_next_key(&mut self) -> Result<bool, SeatError> {
        let Some(voting) = &mut self.voting else {
            return Ok(false);
        };
        let path = self.home.next_validator_key();
        if !path.exists() {
            return Ok(false);
        }
        let snapshot = self.shell.snapshot();
        let votes = |key: &PublicKey| {
            let mut validators = snapshot.state.validators.validators().iter();
            validators.any(|validator| validator.key == *key)
        };
        if votes(&voting.public()) {
            return Ok(false);
        }
        let next = keyfile::read(&path)?;
        if !votes(&public(&next)) {
            return Ok(false);
        }
        self.home
            .retire_validator_key(&voting.public())
            .map_err(|error| SeatError::Rotate { path, error })?;
        let tip = snapshot.state.height();
        *voting = Voting::open(&self.home, next, false, tip)?;
        // This process has followed the network without a gap.
        voting.guard.returned();
        if self.shell.set_validator(voting.public()).await.is_err() {
            return Ok(false);
        }
        tracing::info!(key = %voting.public(), height = tip.saturating_add(1), "this node votes with its next key");
        Ok(true)
    }
}

/// Waits until the node is told to stop, or whoever could tell it is gone.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits until there is something said; for ever if there is nobody to say it.
async fn said(broken: &mut watch::Receiver<Option<String>>) -> String {
    if let Ok(why) = broken.wait_for(Option::is_some).await {
        return why.clone().unwrap_or_default();
    }
    std::future::pending().await
}

/// The peers that vote, of a list.
pub fn voting_peers(snapshot: &Snapshot, peers: &[Peer]) -> usize {
    let nodes = snapshot.state.nodes().unwrap_or_default();
    let votes = |peer: &&Peer| {
        let mut own = nodes.iter().filter(|node| node.peer_key == peer.key);
        own.any(|node| node.consensus_key.is_some())
    };
    peers.iter().filter(votes).count()
}
