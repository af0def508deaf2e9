//! Real engines on loopback, each driving a node in memory.

mod fake;
mod log;
mod sets;

use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Validator, ValidatorSet};
use allonge_node::consensus::{self, EngineConfig, EngineError, EngineHandle, Peer, Seat};
use ed25519_dalek::SigningKey;
use fake::{Disk, Fake};
use std::io::Write;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const GENESIS: Hash = Hash([7; 32]);

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// A free loopback address below the ports that the system hands out by itself: a node that is
/// stopped for a while must find its port free when it starts again.
fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let offset = (std::process::id() % 500) as u16 * 20;
    loop {
        let port = 20_000 + (offset + NEXT.fetch_add(1, SeqCst)) % 12_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

struct Node {
    config: EngineConfig,
    disk: Arc<Mutex<Disk>>,
    app: Arc<Fake>,
    engine: Option<EngineHandle>,
}

struct Network {
    nodes: Vec<Node>,
    validators: ValidatorSet,
    _home: tempfile::TempDir,
}

impl Network {
    fn new(count: u8) -> Self {
        let home = tempfile::tempdir().unwrap();
        let addresses: Vec<_> = (0..count).map(|_| free_address()).collect();
        let key = |i: u8| SigningKey::from_bytes(&[i + 1; 32]);
        let node_key = |i: u8| SigningKey::from_bytes(&[i + 101; 32]);
        let validators = (0..count).map(|i| Validator {
            key: public(&key(i)),
            power: 1,
        });
        let validators = ValidatorSet::new(validators.collect()).unwrap();
        let nodes = (0..count)
            .map(|i| {
                let others = (0..count).filter(|other| *other != i);
                let peers = others.map(|other| Peer {
                    key: public(&node_key(other)),
                    address: addresses[other as usize].clone(),
                });
                let disk = Arc::<Mutex<Disk>>::default();
                Node {
                    config: EngineConfig {
                        genesis: GENESIS,
                        name: format!("node{i}"),
                        seat: Seat::Voter {
                            key: Box::new(key(i)),
                            guard: None,
                        },
                        node_key: node_key(i),
                        listen: addresses[i as usize].clone(),
                        peers: peers.collect(),
                        voting_peers: usize::from(count) - 1,
                        wal: home.path().join(format!("{i}/consensus.wal")),
                        peers_wait: Duration::from_secs(10),
                    },
                    app: Fake::new(public(&key(i)), validators.clone(), disk.clone()),
                    disk,
                    engine: None,
                }
            })
            .collect();
        Self {
            nodes,
            validators,
            _home: home,
        }
    }

    async fn start(&mut self) {
        for node in &mut self.nodes {
            node.start().await;
        }
    }

    async fn stop(&mut self) {
        for node in &mut self.nodes {
            node.stop().await;
        }
    }

    async fn reach(&self, height: u64) {
        for node in &self.nodes {
            node.app.reach(height).await;
        }
    }

    /// All nodes hold the same blocks up to `height`, each proved by its certificate.
    fn agree(&self, height: u64) {
        let chain = self.nodes[0].app.chain(height);
        assert_eq!(chain.len() as u64, height);
        for node in &self.nodes {
            assert_eq!(node.app.chain(height), chain);
            for certificate in node.app.certificates() {
                certificate.verify(&GENESIS, &self.validators).unwrap();
            }
        }
    }

    fn proposer(&self, height: u64, round: u32) -> &Node {
        let key = self.validators.proposer(height, round).key;
        self.nodes.iter().find(|n| n.app.own == key).unwrap()
    }
}

impl Node {
    async fn start(&mut self) {
        let engine = consensus::start(self.config.clone(), self.app.clone()).await;
        self.engine = Some(engine.unwrap());
    }

    async fn stop(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.app.stopping.send_replace(true);
            engine.stop();
            engine.wait().await.unwrap();
        }
    }

    /// Waits until the log has votes of the height after the tip: alone, a node cannot decide it, and its log keeps them.
    async fn votes_of_a_height_under_way(&self) -> std::path::PathBuf {
        let wal = self.config.wal.clone();
        until(async || {
            let bytes = std::fs::read(&wal).unwrap_or_default();
            let height = bytes.get(4..12).and_then(|height| height.try_into().ok());
            let next = *self.app.tip.borrow() + 1;
            bytes.len() > 200 && height.map(u64::from_be_bytes) == Some(next)
        })
        .await;
        wal
    }

    async fn restart(&mut self) {
        self.app = Fake::new(self.app.own, self.app.validators.clone(), self.disk.clone());
        self.start().await;
    }
}

/// Waits until something is so; looks every 10 ms, for a minute at most.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let look = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), look).await;
    waited.expect("it is still not so after a minute");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_nodes_agree_and_a_stopped_one_catches_up() {
    let mut network = Network::new(4);
    network.start().await;
    network.reach(5).await;

    network.nodes[3].stop().await;
    let left = *network.nodes[3].app.tip.borrow();
    network.nodes[0].app.reach(left + 20).await;
    assert_eq!(network.nodes[3].app.certificates().len() as u64, left);

    network.nodes[3].restart().await;
    let target = *network.nodes[0].app.tip.borrow() + 10;
    network.reach(target).await;
    network.agree(target);
    assert!(network.nodes[3].app.synced.load(SeqCst) >= 10);

    let status = network.nodes[0].engine.as_ref().unwrap().status();
    assert!(status.decided() >= target);
    assert!(status.height() >= target);
    assert_eq!(status.connected_peers().await, 3);
    assert_eq!(status.peer_tips().len(), 3);
    let metrics = consensus::metrics_text();
    assert!(metrics.contains("moniker=\"node0\""));
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_stopped_nodes_go_on_where_they_were() {
    let mut network = Network::new(4);
    network.start().await;
    network.reach(4).await;
    network.stop().await;
    let before = network.nodes[0].app.chain(4);
    for node in &mut network.nodes {
        node.restart().await;
    }
    let target = network
        .nodes
        .iter()
        .map(|n| *n.app.tip.borrow())
        .max()
        .unwrap()
        + 5;
    network.reach(target).await;
    network.agree(target);
    assert_eq!(network.nodes[0].app.chain(4), before);
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_four_decide_nothing_and_lose_nothing() {
    let mut network = Network::new(4);
    network.start().await;
    network.reach(3).await;
    for node in &mut network.nodes[2..] {
        node.stop().await;
    }
    let status = network.nodes[0].engine.as_ref().unwrap().status();
    until(async || status.connected_peers().await == 1).await;
    // What was under way may still be decided, but no more than that.
    let tip = *network.nodes[0].app.tip.borrow();
    let decided = network.nodes[0].app.reach(tip + 2);
    let decided = tokio::time::timeout(Duration::from_secs(2), decided).await;
    assert!(decided.is_err(), "two of four decided a block");
    let stuck = *network.nodes[0].app.tip.borrow();
    for node in &mut network.nodes[2..] {
        node.restart().await;
    }
    network.reach(stuck + 5).await;
    network.agree(stuck + 5);
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_network_is_woken_by_the_parts_of_one_proposal() {
    let mut network = Network::new(4);
    for node in &network.nodes {
        node.app.idle.store(true, SeqCst);
    }
    network.start().await;
    for node in &network.nodes {
        node.app.hold(1).await;
    }
    for height in 2..5 {
        network.proposer(height, 0).app.want(height);
        network.reach(height).await;
        for node in &network.nodes {
            node.app.hold(height).await;
        }
    }
    network.agree(4);
    // In round 0: nobody had to wait for a timeout.
    for node in &network.nodes {
        assert!(node.app.certificates().iter().skip(1).all(|c| c.round == 0));
    }
    // Whoever idles still serves a latecomer.
    network.nodes[0].stop().await;
    network.nodes[0].disk = Arc::default();
    let wal = network.nodes[0].config.wal.clone();
    std::fs::remove_file(wal).unwrap();
    network.nodes[0].restart().await;
    network.reach(4).await;
    network.agree(4);
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_blocks_are_voted_down_and_the_next_proposer_goes_on() {
    let mut network = Network::new(4);
    network.nodes[1].app.builds_bad.store(true, SeqCst);
    let liar = network.nodes[1].app.own;
    network.start().await;
    network.reach(9).await;
    network.agree(9);
    for (height, proposer, good) in network.nodes[0].app.proposers() {
        assert!(good && proposer != liar, "height {height}");
    }
    let turns = (1..=9).filter(|h| network.validators.proposer(*h, 0).key == liar);
    let certificates = network.nodes[0].app.certificates();
    for height in turns {
        assert!(certificates[height as usize - 1].round > 0);
    }
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_put_off_is_judged_again_in_the_next_round() {
    let mut network = Network::new(4);
    for node in &network.nodes {
        node.app.puts_off.store(true, SeqCst);
    }
    network.start().await;
    network.reach(3).await;
    network.agree(3);
    for node in &network.nodes {
        let judged = node.app.judged.lock().unwrap();
        let first = (1..=3).filter(|h| network.proposer(*h, 0).app.own != node.app.own);
        let again = first.filter(|h| judged.iter().filter(|j| **j == (*h, 0)).count() >= 2);
        assert!(again.count() >= 1);
    }
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_gets_no_block() {
    let mut network = Network::new(4);
    network.start().await;
    network.reach(2).await;
    let key = SigningKey::from_bytes(&[77; 32]);
    let disk = Arc::<Mutex<Disk>>::default();
    let mut config = network.nodes[0].config.clone();
    let first = Peer {
        key: public(&config.node_key),
        address: config.listen.clone(),
    };
    config.peers.push(first);
    config.listen = free_address();
    config.name = "stranger".into();
    config.seat = Seat::Voter {
        key: Box::new(key.clone()),
        guard: None,
    };
    config.node_key = key.clone();
    config.wal = config.wal.with_file_name("stranger.wal");
    config.peers_wait = Duration::from_secs(1);
    let app = Fake::new(public(&key), network.validators.clone(), disk.clone());
    let mut stranger = Node {
        config,
        disk,
        app,
        engine: None,
    };
    stranger.start().await;
    let served = tokio::time::timeout(Duration::from_secs(4), stranger.app.reach(1)).await;
    assert!(served.is_err(), "a stranger was given a block");
    assert!(stranger.app.judged.lock().unwrap().is_empty());
    // The others did not even notice.
    let tip = *network.nodes[0].app.tip.borrow();
    network.reach(tip + 5).await;
    network.agree(tip + 5);
    stranger.stop().await;
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_ends_its_engine() {
    let mut network = Network::new(1);
    network.start().await;
    network.reach(3).await;
    network.nodes[0].app.stopping.send_replace(true);
    network.nodes[0]
        .engine
        .take()
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(*network.nodes[0].app.tip.borrow() >= 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_named() {
    let mut network = Network::new(1);
    let node = &mut network.nodes[0];
    let taken = TcpListener::bind(&node.config.listen).unwrap();
    let error = match consensus::start(node.config.clone(), node.app.clone()).await {
        Err(error) => error,
        Ok(_) => panic!("it started on a taken port"),
    };
    assert!(error.to_string().contains(&node.config.listen), "{error}");
    drop(taken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_log_stops_the_node_and_is_named() {
    let mut network = Network::new(2);
    network.start().await;
    network.reach(2).await;
    network.nodes[1].stop().await;
    let wal = network.nodes[0].votes_of_a_height_under_way().await;
    let node = &mut network.nodes[0];
    node.stop().await;
    let mut bytes = std::fs::read(&wal).unwrap();
    // The checksum of the first entry, behind a header of 12 bytes, a flag and a length of 8: a wrong length
    // could not be told from a write that was torn, and is cut off.
    bytes[12 + 1 + 8] ^= 0xff;
    std::fs::File::create(&wal)
        .unwrap()
        .write_all(&bytes)
        .unwrap();
    node.config.peers_wait = Duration::ZERO;
    node.app = Fake::new(node.app.own, network.validators.clone(), node.disk.clone());
    let result = match consensus::start(node.config.clone(), node.app.clone()).await {
        Ok(engine) => engine.wait().await,
        Err(error) => Err(error),
    };
    match result {
        Err(EngineError::Wal { wal: named, .. }) => assert_eq!(named, wal),
        other => panic!("{other:?}"),
    }
}
