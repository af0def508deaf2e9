//! Real engines on loopback, each driving a node in memory.

mod fake;

use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Validator, ValidatorSet};
use allonge_node::consensus::{self, EngineConfig, EngineHandle, Peer};
use ed25519_dalek::SigningKey;
use fake::{Disk, Fake};
use std::net::TcpListener;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const GENESIS: Hash = Hash([7; 32]);

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
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
        let listeners: Vec<_> = (0..count)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let addresses: Vec<_> = listeners
            .iter()
            .map(|l| l.local_addr().unwrap().to_string())
            .collect();
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
                        consensus_key: key(i),
                        node_key: node_key(i),
                        listen: addresses[i as usize].clone(),
                        peers: peers.collect(),
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

    async fn restart(&mut self) {
        self.app = Fake::new(self.app.own, self.app.validators.clone(), self.disk.clone());
        self.start().await;
    }
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
    assert!(network.nodes[3].app.synced.load(SeqCst) >= 20);

    let status = network.nodes[0].engine.as_ref().unwrap().status();
    assert!(status.decided() >= target);
    assert!(status.height() >= target);
    assert_eq!(status.connected_peers().await, 3);
    assert_eq!(status.peer_tips().len(), 3);
    let metrics = consensus::metrics_text();
    assert!(metrics.contains("moniker=\"node0\""));
    network.stop().await;
}
