//! Gossip over real sockets: who may connect, what goes through, and what garbage does.

use allonge_contracts::calls::Transfer;
use allonge_contracts::{Call, Hash, Money, PublicKey, RequestId, Signature, Text};
use allonge_ledger::{Approval, Body, CheckedTransaction, Evidence, NoKeyCache, Transaction};
use allonge_node::consensus::Peer;
use allonge_node::gossip::{self, Gossip, GossipConfig, MAX_MESSAGE};
use allonge_node::handle::{
    Admitted, Decided, Health, NodeError, NodeHandle, Refused, Snapshot, Source, TransactionStatus,
};
use allonge_node::metrics::GossipCounters;
use async_trait::async_trait;
use ed25519_dalek::{Signer, SigningKey};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Swarm, identity, noise, tcp, yamux};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};

const GENESIS: Hash = Hash([3; 32]);
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a misbehaving peer waits for an answer: whoever writes without end is not told to stop, its
/// stream is left unread.
const UNANSWERED: Duration = Duration::from_secs(3);

/// A node that only takes note of what it is offered.
struct Taker {
    taken: watch::Sender<Vec<Hash>>,
    waiting: Mutex<Vec<CheckedTransaction>>,
}

impl Taker {
    fn new() -> Arc<Self> {
        Arc::new(Taker {
            taken: watch::Sender::new(vec![]),
            waiting: Mutex::default(),
        })
    }

    /// Waits until so many transactions have come.
    async fn taken(&self, count: usize) -> Vec<Hash> {
        let mut taken = self.taken.subscribe();
        let taken = taken.wait_for(|taken| taken.len() >= count);
        let taken = tokio::time::timeout(PATIENCE, taken).await;
        taken.expect("they come in time").unwrap().clone()
    }
}

#[async_trait]
impl NodeHandle for Taker {
    fn snapshot(&self) -> Arc<Snapshot> {
        unreachable!("gossip reads no state")
    }
    async fn submit(
        &self,
        transaction: CheckedTransaction,
        from: Source,
    ) -> Result<Admitted, Refused> {
        assert_eq!(from, Source::Peer);
        self.taken
            .send_modify(|taken| taken.push(*transaction.id()));
        Ok(Admitted::Waiting)
    }
    async fn transaction(&self, _: Hash) -> Result<TransactionStatus, NodeError> {
        Ok(TransactionStatus::Unknown)
    }
    async fn decided(&self, _: u64) -> Result<Option<Arc<Decided>>, NodeError> {
        Ok(None)
    }
    async fn evidence(
        &self,
        _: Option<Vec<u8>>,
        _: usize,
    ) -> Result<Vec<(Vec<u8>, Evidence)>, NodeError> {
        Ok(Vec::new())
    }
    fn subscribe(&self) -> broadcast::Receiver<Arc<Decided>> {
        broadcast::channel(1).1
    }
    fn waiting(&self, _: usize) -> Vec<CheckedTransaction> {
        self.waiting.lock().unwrap().clone()
    }
    fn health(&self) -> Health {
        Health::default()
    }
}

struct Node {
    taker: Arc<Taker>,
    outgoing: mpsc::Sender<CheckedTransaction>,
    counters: GossipCounters,
    gossip: Gossip,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn peer(seed: u8, address: SocketAddr) -> Peer {
    Peer {
        key: PublicKey(key(seed).verifying_key().to_bytes()),
        address: address.to_string(),
    }
}

/// An address that nobody listens on at the moment.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

async fn start(seed: u8, listen: SocketAddr, peers: Vec<Peer>, taker: Arc<Taker>) -> Node {
    let (outgoing, receiver) = mpsc::channel(20_000);
    let counters = GossipCounters::default();
    let config = GossipConfig {
        genesis: GENESIS,
        node_key: key(seed),
        listen: listen.to_string(),
        peers: watch::channel(peers).1,
        keys: Arc::new(NoKeyCache),
        counters: counters.clone(),
    };
    let gossip = gossip::start(config, taker.clone(), receiver)
        .await
        .unwrap();
    Node {
        taker,
        outgoing,
        counters,
        gossip,
    }
}

impl Node {
    async fn connected(&self, count: usize) {
        let mut peers = self.gossip.peers();
        let wait = peers.wait_for(|n| *n == count);
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("connected in time")
            .unwrap();
    }
}

fn transaction(genesis: Hash, number: u32) -> Vec<u8> {
    let mut salt = [0; 16];
    salt[..4].copy_from_slice(&number.to_le_bytes());
    let body = Body {
        genesis,
        actor: "bank".parse().unwrap(),
        calls: vec![Call::Transfer(Transfer {
            to: "core".parse().unwrap(),
            money: Money::new("CNY".parse().unwrap(), 1),
            purpose: Text::default(),
            reference: Text::default(),
        })],
        valid_until: 1,
        salt: RequestId(salt),
        annexes: vec![],
        memo: Text::default(),
    };
    let signature = key(1).sign(&Body::sign_bytes(&body.id()));
    Transaction {
        body,
        signatures: vec![Approval {
            key: PublicKey(key(1).verifying_key().to_bytes()),
            signature: Signature(signature.to_bytes()),
        }],
    }
    .to_bytes()
}

fn checked(number: u32) -> CheckedTransaction {
    CheckedTransaction::check(transaction(GENESIS, number).into(), &GENESIS, &NoKeyCache).unwrap()
}

#[tokio::test]
async fn what_one_node_takes_comes_to_all_others_once() {
    let [a, b, c] = [free(), free(), free()];
    let one = start(11, a, vec![peer(12, b), peer(13, c)], Taker::new()).await;
    let two = start(12, b, vec![peer(11, a), peer(13, c)], Taker::new()).await;
    let three = start(13, c, vec![peer(11, a), peer(12, b)], Taker::new()).await;
    for node in [&one, &two, &three] {
        node.connected(2).await;
    }
    const COUNT: usize = 3_000;
    for number in 0..COUNT as u32 {
        one.outgoing.send(checked(number)).await.unwrap();
    }
    let mut expected: Vec<Hash> = (0..COUNT as u32).map(|n| *checked(n).id()).collect();
    expected.sort_unstable();
    for node in [&two, &three] {
        let mut taken = node.taker.taken(COUNT).await;
        taken.sort_unstable();
        assert_eq!(taken, expected);
        assert_eq!(node.counters.received.get(), COUNT as u64);
    }
    assert!(one.taker.taken(0).await.is_empty());
    assert_eq!(one.counters.dropped.get(), 0);
    one.gossip.stop().await;
    two.connected(1).await;
}

#[tokio::test]
async fn a_peer_that_comes_late_or_again_is_told_what_waits() {
    let [a, b] = [free(), free()];
    let taker = Taker::new();
    taker.waiting.lock().unwrap().push(checked(1));
    let one = start(11, a, vec![peer(12, b)], taker).await;
    // Nobody is there: it is not lost, it waits at the node.
    one.outgoing.send(checked(1)).await.unwrap();
    let two = start(12, b, vec![peer(11, a)], Taker::new()).await;
    assert_eq!(two.taker.taken(1).await[0], *checked(1).id());
    two.gossip.stop().await;
    one.connected(0).await;
    one.taker.waiting.lock().unwrap().push(checked(2));
    let two = start(12, b, vec![peer(11, a)], Taker::new()).await;
    let taken = two.taker.taken(2).await;
    assert!(taken.contains(checked(2).id()));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (_outgoing, receiver) = mpsc::channel(1);
    let config = GossipConfig {
        genesis: GENESIS,
        node_key: key(1),
        listen: address.to_string(),
        peers: watch::channel(vec![]).1,
        keys: Arc::new(NoKeyCache),
        counters: GossipCounters::default(),
    };
    let error = gossip::start(config, Taker::new(), receiver)
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

/// What a misbehaving peer writes on a stream.
#[derive(Clone, Debug)]
enum Raw {
    Bytes(Vec<u8>),
    /// Bytes without an end.
    Endless,
}

#[derive(Clone, Default)]
struct RawCodec;

#[async_trait]
impl request_response::Codec for RawCodec {
    type Protocol = String;
    type Request = Raw;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &String, _: &mut T) -> io::Result<Raw>
    where
        T: futures::AsyncRead + Unpin + Send,
    {
        Err(io::Error::other("takes nothing"))
    }
    async fn read_response<T>(&mut self, _: &String, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: futures::AsyncRead + Unpin + Send,
    {
        let mut bytes = Vec::new();
        io.take(100).read_to_end(&mut bytes).await?;
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }
    async fn write_request<T>(&mut self, _: &String, io: &mut T, raw: Raw) -> io::Result<()>
    where
        T: futures::AsyncWrite + Unpin + Send,
    {
        match raw {
            Raw::Bytes(bytes) => {
                io.write_all(&bytes).await?;
                io.close().await
            }
            Raw::Endless => loop {
                io.write_all(&[1; 4096]).await?;
            },
        }
    }
    async fn write_response<T>(&mut self, _: &String, _: &mut T, _: Vec<u8>) -> io::Result<()>
    where
        T: futures::AsyncWrite + Unpin + Send,
    {
        Ok(())
    }
}

type Wild = Swarm<request_response::Behaviour<RawCodec>>;

fn wild(seed: u8) -> Wild {
    let network: String = GENESIS.to_string().chars().take(16).collect();
    let behaviour = request_response::Behaviour::with_codec(
        RawCodec,
        [(
            format!("/allonge/{network}/transactions/1"),
            ProtocolSupport::Full,
        )],
        request_response::Config::default().with_request_timeout(UNANSWERED),
    );
    libp2p::SwarmBuilder::with_existing_identity(
        identity::Keypair::ed25519_from_bytes([seed; 32]).unwrap(),
    )
    .with_tokio()
    .with_tcp(
        tcp::Config::default(),
        noise::Config::new,
        yamux::Config::default,
    )
    .unwrap()
    .with_behaviour(|_| behaviour)
    .unwrap()
    .with_swarm_config(|c| c.with_idle_connection_timeout(PATIENCE))
    .build()
}

fn multiaddr(address: SocketAddr) -> Multiaddr {
    format!("/ip4/{}/tcp/{}", address.ip(), address.port())
        .parse()
        .unwrap()
}

/// Sends one message; whether it was answered.
async fn say(swarm: &mut Wild, to: u8, raw: Raw) -> bool {
    let to = identity::Keypair::ed25519_from_bytes([to; 32])
        .unwrap()
        .public()
        .to_peer_id();
    let id = swarm.behaviour_mut().send_request(&to, raw);
    let answer = async {
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::Behaviour(request_response::Event::Message {
                    message: request_response::Message::Response { request_id, .. },
                    ..
                }) if request_id == id => return true,
                SwarmEvent::Behaviour(request_response::Event::OutboundFailure {
                    request_id,
                    ..
                }) if request_id == id => return false,
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, answer)
        .await
        .expect("an end in time")
}

async fn dial(swarm: &mut Wild, address: SocketAddr) {
    swarm.dial(multiaddr(address)).unwrap();
    loop {
        if let SwarmEvent::ConnectionEstablished { .. } = swarm.select_next_some().await {
            return;
        }
    }
}

fn batch(transactions: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend_from_slice(&(transactions.len() as u32).to_le_bytes());
    for transaction in transactions {
        bytes.extend_from_slice(&(transaction.len() as u32).to_le_bytes());
        bytes.extend_from_slice(transaction);
    }
    bytes
}

#[tokio::test]
async fn a_stranger_is_closed_out_and_says_nothing() {
    let node = start(
        11,
        "127.0.0.1:0".parse().unwrap(),
        vec![peer(12, free())],
        Taker::new(),
    )
    .await;
    let mut stranger = wild(99);
    stranger.dial(multiaddr(node.gossip.address())).unwrap();
    let to = identity::Keypair::ed25519_from_bytes([11; 32])
        .unwrap()
        .public()
        .to_peer_id();
    let mut said = false;
    let closed = async {
        loop {
            match stranger.select_next_some().await {
                // Its own side may think it is connected, until it hears otherwise.
                SwarmEvent::ConnectionEstablished { .. } if !said => {
                    said = true;
                    let message = Raw::Bytes(batch(&[transaction(GENESIS, 1)]));
                    stranger.behaviour_mut().send_request(&to, message);
                }
                SwarmEvent::ConnectionClosed { .. }
                | SwarmEvent::OutgoingConnectionError { .. } => return,
                SwarmEvent::Behaviour(request_response::Event::Message { .. }) => {
                    panic!("answered")
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, closed)
        .await
        .expect("closed in time");
    assert!(node.taker.taken(0).await.is_empty());
    assert!(node.counters.refused.get() >= 1);
    assert_eq!(*node.gossip.peers().borrow(), 0);
}

#[tokio::test]
async fn garbage_from_a_peer_ends_its_stream_and_nothing_else() {
    let node = start(
        11,
        "127.0.0.1:0".parse().unwrap(),
        vec![peer(12, free())],
        Taker::new(),
    )
    .await;
    let mut peer = wild(12);
    dial(&mut peer, node.gossip.address()).await;
    let good = batch(&[transaction(GENESIS, 1)]);
    assert!(say(&mut peer, 11, Raw::Bytes(good.clone())).await);
    assert_eq!(node.taker.taken(1).await.len(), 1);

    let mut version = good.clone();
    version[0] = 9;
    let mut longer = good.clone();
    longer.push(0);
    for (name, raw) in [
        ("nothing", Raw::Bytes(vec![])),
        ("garbage", Raw::Bytes(b"GET / HTTP/1.1\r\n\r\n".to_vec())),
        ("version", Raw::Bytes(version)),
        ("truncated", Raw::Bytes(good[..good.len() - 1].to_vec())),
        ("trailing", Raw::Bytes(longer)),
        ("promises", Raw::Bytes(vec![1, 255, 255, 255, 255])),
        ("oversized", Raw::Bytes(vec![1; MAX_MESSAGE + 1])),
        ("endless", Raw::Endless),
    ] {
        assert!(!say(&mut peer, 11, raw).await, "{name} is not answered");
    }
    // Well-formed, but with transactions that no honest node passes on: the right one counts.
    let mut forged = transaction(GENESIS, 3);
    *forged.last_mut().unwrap() ^= 1;
    let mixed = batch(&[
        transaction(Hash([4; 32]), 2),
        forged,
        vec![],
        vec![0xff; 100],
        transaction(GENESIS, 5),
    ]);
    let before = node.counters.refused.get();
    assert!(say(&mut peer, 11, Raw::Bytes(mixed)).await);
    assert_eq!(
        node.taker.taken(2).await,
        [*checked(1).id(), *checked(5).id()]
    );
    assert!(node.counters.refused.get() > before);
    assert!(node.counters.refused.get() >= 8);
    // The same connection goes on.
    assert!(say(&mut peer, 11, Raw::Bytes(good)).await);
    assert_eq!(*node.gossip.peers().borrow(), 1);
}
