//! The swarm and its loop.

use super::codec::{Answer, BatchCodec, Message};
use super::queue::{QUEUE_BYTES, Queue};
use super::receive::Receiver;
use super::{GossipConfig, GossipError};
use crate::consensus::{Peer, PeerError, peer_id, tcp_multiaddr};
use crate::handle::NodeHandle;
use crate::metrics::GossipCounters;
use allonge_ledger::CheckedTransaction;
use futures::StreamExt;
use libp2p::multiaddr::Protocol;
use libp2p::request_response::{self, InboundFailure, OutboundRequestId, ProtocolSupport};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ListenError, NetworkBehaviour, SwarmEvent};
use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder, allow_block_list, connection_limits, identity, noise,
    ping, tcp, yamux,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// How long a batch may wait to be filled.
const FILL_TIME: Duration = Duration::from_millis(5);
/// Batches under way to one peer.
const UNDER_WAY: usize = 4;
/// Batches from one peer being worked on.
const STREAMS: usize = 8;
/// How long a batch may take, its answer included.
const BATCH_TIME: Duration = Duration::from_secs(10);
/// How often the loop looks whom to dial.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The first and the longest pause between two dials of a peer.
const REDIAL: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// How long a peer that should be dialled by the other side is given.
const OTHER_SIDE: Duration = Duration::from_secs(2);
/// After a failed batch a peer is told again what waits, but not at once.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// Far more nodes than a network has observers to begin with.
const MOST_PEERS: usize = 32;
/// Connections that have not said yet who they are.
const UNKNOWN: u32 = 64;
/// At most one line a peer in so long about what it does wrong.
const COMPLAIN_EVERY: Duration = Duration::from_secs(10);
/// Connections are kept open however long nothing is said.
const IDLE: Duration = Duration::from_secs(365 * 86_400);

#[derive(NetworkBehaviour)]
struct Behaviour {
    allowed: allow_block_list::Behaviour<allow_block_list::AllowedPeers>,
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    batches: request_response::Behaviour<BatchCodec>,
}

/// What is known of a peer.
struct Other {
    address: Multiaddr,
    connected: bool,
    queue: Queue,
    /// Batches under way, with the number of their transactions.
    under_way: BTreeMap<OutboundRequestId, u64>,
    dial_at: Instant,
    pause: Duration,
    tell_again: Option<Instant>,
    complained: Option<Instant>,
}

type Reply = (
    request_response::ResponseChannel<Answer>,
    Option<(PeerId, String)>,
);

pub struct Network {
    own: PeerId,
    /// Who may connect, as it changes.
    peers: watch::Receiver<Vec<Peer>>,
    swarm: Swarm<Behaviour>,
    node: Arc<dyn NodeHandle>,
    receiver: Receiver,
    counters: GossipCounters,
    others: BTreeMap<PeerId, Other>,
    outgoing: mpsc::Receiver<CheckedTransaction>,
    connected: watch::Sender<usize>,
    /// When the oldest transaction that waits to be sent has waited long enough.
    flush_at: Option<Instant>,
}

impl Network {
    pub fn new(
        config: GossipConfig,
        node: Arc<dyn NodeHandle>,
        outgoing: mpsc::Receiver<CheckedTransaction>,
        connected: watch::Sender<usize>,
    ) -> Result<Self, GossipError> {
        let setup = |error: &dyn std::fmt::Display| GossipError::Setup(error.to_string());
        let keypair = identity::Keypair::ed25519_from_bytes(config.node_key.to_bytes())
            .map_err(|e| setup(&e))?;
        let own = keypair.public().to_peer_id();
        let allowed = allow_block_list::Behaviour::<allow_block_list::AllowedPeers>::default();
        let limits = connection_limits::ConnectionLimits::default()
            .with_max_pending_incoming(Some(UNKNOWN))
            .with_max_established_per_peer(Some(4));
        let network: String = config.genesis.to_string().chars().take(16).collect();
        let batches = request_response::Behaviour::with_codec(
            BatchCodec,
            [(
                format!("/allonge/{network}/transactions/1"),
                ProtocolSupport::Full,
            )],
            request_response::Config::default()
                .with_request_timeout(BATCH_TIME)
                .with_max_concurrent_streams(STREAMS),
        );
        let behaviour = Behaviour {
            allowed,
            limits: connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::default(),
            batches,
        };
        let swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                noise::Config::new,
                yamux::Config::default,
            )
            .map_err(|e| setup(&e))?
            .with_dns()
            .map_err(|e| setup(&e))?
            .with_behaviour(|_| behaviour)
            .map_err(|e| setup(&e))?
            .with_swarm_config(|c| c.with_idle_connection_timeout(IDLE))
            .build();
        let mut peers = config.peers;
        let first = peers.borrow_and_update().clone();
        let mut network = Network {
            own,
            peers,
            swarm,
            receiver: Receiver::new(
                node.clone(),
                config.genesis,
                config.keys,
                config.counters.clone(),
            ),
            node,
            counters: config.counters,
            others: BTreeMap::new(),
            outgoing,
            connected,
            flush_at: None,
        };
        network.follow(&first)?;
        Ok(network)
    }

    /// From now on these may connect and nobody else.
    fn follow(&mut self, peers: &[Peer]) -> Result<(), PeerError> {
        let now = Instant::now();
        let mut named = BTreeMap::new();
        for peer in peers {
            named.insert(peer_id(&peer.key)?, tcp_multiaddr(&peer.address)?);
        }
        named.remove(&self.own);
        let gone: Vec<_> = self.others.keys().copied().collect();
        for id in gone.into_iter().filter(|id| !named.contains_key(id)) {
            self.swarm.behaviour_mut().allowed.disallow_peer(id);
            self.others.remove(&id);
        }
        for (id, address) in named {
            if let Some(other) = self.others.get_mut(&id) {
                other.address = address;
                continue;
            }
            self.swarm.behaviour_mut().allowed.allow_peer(id);
            // One side dials first, or both would find two connections.
            let dial_at = if self.own < id { now } else { now + OTHER_SIDE };
            let other = Other {
                address,
                connected: false,
                queue: Queue::default(),
                under_way: BTreeMap::new(),
                dial_at,
                pause: REDIAL.0,
                tell_again: None,
                complained: None,
            };
            self.others.insert(id, other);
        }
        self.count_connected();
        Ok(())
    }

    /// Opens the port; the address with the port that the system chose if none was asked for.
    pub async fn listen(&mut self, address: SocketAddr) -> Result<SocketAddr, GossipError> {
        let failed = |reason: String| GossipError::Listen {
            address: address.to_string(),
            reason,
        };
        let host = match address.ip() {
            IpAddr::V4(ip) => Protocol::Ip4(ip),
            IpAddr::V6(ip) => Protocol::Ip6(ip),
        };
        let multiaddr = Multiaddr::empty()
            .with(host)
            .with(Protocol::Tcp(address.port()));
        self.swarm
            .listen_on(multiaddr)
            .map_err(|e| failed(causes(&e)))?;
        loop {
            match self.swarm.select_next_some().await {
                SwarmEvent::NewListenAddr { address: found, .. } => {
                    let port = found.iter().find_map(|part| match part {
                        Protocol::Tcp(port) => Some(port),
                        _ => None,
                    });
                    let port = port.ok_or_else(|| failed(format!("it listens on {found}")))?;
                    return Ok(SocketAddr::new(address.ip(), port));
                }
                SwarmEvent::ListenerClosed { reason, .. } => {
                    return Err(failed(match reason {
                        Ok(()) => "the listener was closed".to_owned(),
                        Err(error) => error.to_string(),
                    }));
                }
                SwarmEvent::ListenerError { error, .. } => return Err(failed(error.to_string())),
                other => self.event(other, None),
            }
        }
    }

    /// Works until told to stop.
    pub async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        // As many answers can wait as batches can be worked on; the list of peers may grow.
        let most = STREAMS
            .saturating_mul(self.others.len().max(MOST_PEERS))
            .saturating_mul(4);
        let (replies, mut ready) = mpsc::channel::<Reply>(most);
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let flush_at = self.flush_at;
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                event = self.swarm.select_next_some() => self.event(event, Some(&replies)),
                Some((channel, wrong)) = ready.recv() => {
                    if let Some((peer, what)) = wrong {
                        self.complain(peer, &what);
                    }
                    // An error means that the peer no longer waits.
                    let _ = self.swarm.behaviour_mut().batches.send_response(channel, Answer);
                }
                Some(transaction) = self.outgoing.recv() => self.tell_all(&transaction),
                () = sleep_until(flush_at) => {
                    self.flush_at = None;
                    self.send_batches(true);
                }
                Ok(()) = self.peers.changed() => {
                    let peers = self.peers.borrow_and_update().clone();
                    if let Err(error) = self.follow(&peers) {
                        tracing::error!(%error, "the list of nodes cannot be followed");
                    }
                }
                _ = look.tick() => self.look_after_peers(),
            }
        }
    }

    fn event(&mut self, event: SwarmEvent<BehaviourEvent>, replies: Option<&mpsc::Sender<Reply>>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Batches(event)) => {
                self.batch_event(event, replies)
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event {
                peer,
                connection,
                result: Err(error),
            })) if !matches!(error, ping::Failure::Unsupported) => {
                tracing::debug!(%peer, %error, "a peer does not answer");
                self.swarm.close_connection(connection);
            }
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                if let Some(other) = self.others.get_mut(&peer_id)
                    && !other.connected
                {
                    tracing::info!(peer = %peer_id, "a peer is connected for transactions");
                    other.connected = true;
                    other.pause = REDIAL.0;
                    other.tell_again = Some(Instant::now());
                }
                self.count_connected();
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                num_established: 0,
                cause,
                ..
            } => {
                let why = cause.map_or_else(|| "it was closed".to_owned(), |e| causes(&e));
                if let Some(other) = self.others.get_mut(&peer_id) {
                    tracing::info!(peer = %peer_id, %why, "a peer is no longer connected for transactions");
                    other.connected = false;
                    other.dial_at = Instant::now() + REDIAL.0;
                    self.counters.dropped.inc_by(other.queue.clear());
                }
                self.count_connected();
            }
            SwarmEvent::OutgoingConnectionError {
                peer_id: Some(peer),
                error,
                ..
            } => tracing::debug!(%peer, error = %causes(&error), "a peer cannot be reached"),
            SwarmEvent::IncomingConnectionError {
                send_back_addr,
                error,
                ..
            } => {
                self.counters.refused.inc();
                let stranger = matches!(&error, ListenError::Denied { .. });
                let error = causes(&error);
                if stranger {
                    tracing::debug!(from = %send_back_addr, %error, "a stranger is refused");
                } else {
                    tracing::debug!(from = %send_back_addr, %error, "a connection failed");
                }
            }
            _ => {}
        }
    }

    fn batch_event(
        &mut self,
        event: request_response::Event<Message, Answer>,
        replies: Option<&mpsc::Sender<Reply>>,
    ) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                request_response::Message::Request {
                    request, channel, ..
                } => {
                    let Some(replies) = replies.cloned() else {
                        return;
                    };
                    // Without an answer the stream ends.
                    let request = match request {
                        Ok(batch) => batch,
                        Err(error) => return self.complain(peer, &error.to_string()),
                    };
                    let receiver = self.receiver.clone();
                    tokio::spawn(async move {
                        let wrong = receiver.take(request).await.err();
                        let wrong = wrong.map(|error| (peer, error.to_string()));
                        // An error means that gossip has stopped.
                        let _ = replies.send((channel, wrong)).await;
                    });
                }
                request_response::Message::Response { request_id, .. } => {
                    if let Some(other) = self.others.get_mut(&peer)
                        && let Some(count) = other.under_way.remove(&request_id)
                    {
                        self.counters.sent.inc_by(count);
                    }
                    self.send_batches(false);
                }
            },
            request_response::Event::OutboundFailure {
                peer,
                request_id,
                error,
                ..
            } => {
                tracing::debug!(%peer, error = %causes(&error), "a batch did not reach a peer");
                if let Some(other) = self.others.get_mut(&peer) {
                    if let Some(count) = other.under_way.remove(&request_id) {
                        self.counters.dropped.inc_by(count);
                    }
                    other.tell_again = Some(Instant::now() + TELL_AGAIN);
                }
            }
            request_response::Event::InboundFailure { peer, error, .. } => {
                let own = matches!(
                    error,
                    InboundFailure::ConnectionClosed | InboundFailure::ResponseOmission
                );
                if !own {
                    self.complain(peer, &causes(&error));
                }
            }
            request_response::Event::ResponseSent { .. } => {}
        }
    }

    /// A line about a peer that breaks the protocol; not more often than is good to read.
    fn complain(&mut self, peer: PeerId, what: &str) {
        self.counters.refused.inc();
        let now = Instant::now();
        if let Some(other) = self.others.get_mut(&peer)
            && other
                .complained
                .is_none_or(|at| now.duration_since(at) > COMPLAIN_EVERY)
        {
            other.complained = Some(now);
            tracing::warn!(%peer, %what, "a peer breaks the protocol of transactions");
        }
    }

    fn count_connected(&self) {
        let count = self.others.values().filter(|other| other.connected).count();
        self.connected.send_if_modified(|known| {
            let changed = *known != count;
            *known = count;
            changed
        });
    }

    fn tell_all(&mut self, transaction: &CheckedTransaction) {
        for other in self.others.values_mut().filter(|other| other.connected) {
            let dropped = other.queue.push(transaction.bytes().clone());
            self.counters.dropped.inc_by(dropped);
        }
        self.flush_at
            .get_or_insert_with(|| Instant::now() + FILL_TIME);
        self.send_batches(false);
    }

    /// Sends full batches, and with `all` those that are not full too.
    fn send_batches(&mut self, all: bool) {
        for (peer, other) in &mut self.others {
            while other.connected
                && other.under_way.len() < UNDER_WAY
                && (other.queue.full_batch() || (all && !other.queue.is_empty()))
            {
                let Some(batch) = other.queue.batch() else {
                    break;
                };
                let count = batch.0.len() as u64;
                let id = self
                    .swarm
                    .behaviour_mut()
                    .batches
                    .send_request(peer, Ok(batch));
                other.under_way.insert(id, count);
            }
            if !other.queue.is_empty() {
                self.flush_at
                    .get_or_insert_with(|| Instant::now() + FILL_TIME);
            }
        }
    }

    /// Dials whoever is not connected, and tells whoever has just come what waits.
    fn look_after_peers(&mut self) {
        let now = Instant::now();
        let mut newcomers = BTreeSet::new();
        for (peer, other) in &mut self.others {
            if other.connected {
                if other.tell_again.is_some_and(|at| at <= now) {
                    other.tell_again = None;
                    newcomers.insert(*peer);
                }
            } else if other.dial_at <= now {
                other.dial_at = now + other.pause;
                other.pause = other.pause.saturating_mul(2).min(REDIAL.1);
                let options = DialOpts::peer_id(*peer)
                    .addresses(vec![other.address.clone()])
                    .condition(PeerCondition::DisconnectedAndNotDialing)
                    .build();
                if let Err(error) = self.swarm.dial(options) {
                    tracing::trace!(%peer, %error, "not dialled");
                }
            }
        }
        if newcomers.is_empty() {
            return;
        }
        let waiting = self.node.waiting(QUEUE_BYTES);
        for peer in newcomers {
            if let Some(other) = self.others.get_mut(&peer) {
                for transaction in &waiting {
                    let dropped = other.queue.push(transaction.bytes().clone());
                    self.counters.dropped.inc_by(dropped);
                }
            }
        }
        self.send_batches(true);
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// An error with what caused it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
