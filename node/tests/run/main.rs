//! A whole node, from its folder to its end: one validator that agrees with itself.

#[allow(dead_code)]
#[path = "../api/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../api/world.rs"]
mod world;

use allonge_contracts::{Hash, PublicKey, Text};
use allonge_ledger::Genesis;
use allonge_node::config::{NodeConfig, Settings};
use allonge_node::guard::{Guard, Step, signed};
use allonge_node::keyfile;
use allonge_node::run::{RunError, run_until};
use serde_json::Value;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(60);

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

struct Node {
    home: TempDir,
    genesis: Genesis,
    http: SocketAddr,
}

impl Node {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let node_key = world::key(201);
        let mut genesis = world::genesis();
        genesis.validators[0].peer = PublicKey(node_key.verifying_key().to_bytes());
        genesis.validators[0].consensus_address = free().to_string().parse().unwrap();
        genesis.validators[0].gossip_address = free().to_string().parse().unwrap();
        keyfile::write(&home.path().join("node_key"), &node_key).unwrap();
        keyfile::write(
            &home.path().join("validator_key"),
            &world::key(world::VALIDATOR),
        )
        .unwrap();
        let key = PublicKey(world::key(world::VALIDATOR).verifying_key().to_bytes());
        Guard::create(&home.path().join("guard"), &key).unwrap();
        let node = Node {
            home,
            genesis,
            http: free(),
        };
        node.write_genesis(&node.genesis);
        node
    }

    fn validator(&self) -> PublicKey {
        self.genesis.validators[0].key
    }

    fn write_genesis(&self, genesis: &Genesis) {
        let json = serde_json::to_vec_pretty(genesis).unwrap();
        fs::write(self.path("genesis.json"), json).unwrap();
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    fn config(&self) -> NodeConfig {
        let flags = Settings {
            http: Some(self.http.to_string()),
            heartbeat_ms: Some(1_000),
            ..Settings::default()
        };
        NodeConfig::load(&self.path("config.toml"), &flags, &|_| None).unwrap()
    }

    fn start(&self) -> Running {
        let (stop, stopped) = oneshot::channel::<()>();
        let (home, config) = (self.home.path().to_owned(), self.config());
        let task = tokio::spawn(async move {
            let told = async {
                // An error means the same: the test is over.
                let _ = stopped.await;
            };
            run_until(&home, config, told).await
        });
        Running {
            stop,
            task,
            http: self.http,
        }
    }

    /// What it says if it does not start.
    async fn refuses(&self) -> RunError {
        let end = run_until(self.home.path(), self.config(), std::future::pending());
        let end = tokio::time::timeout(PATIENCE, end).await;
        end.expect("it refuses in time").unwrap_err()
    }
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), RunError>>,
    http: SocketAddr,
}

impl Running {
    async fn ready(&self) {
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(!self.task.is_finished(), "the node ended");
            assert!(Instant::now() < end, "ready in time");
            // Until it listens, connecting fails.
            if tokio::net::TcpStream::connect(self.http).await.is_ok()
                && client::get(self.http, "/readyz").await.status == 200
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        let end = tokio::time::timeout(PATIENCE, self.task).await;
        end.expect("it stops in time").unwrap().unwrap();
    }

    async fn transfer(&self, genesis: &Hash, salt: u8, minor: u64) -> Value {
        let transaction = world::signed(genesis, "bank", salt, vec![world::transfer(minor)]);
        let answer = client::post(
            self.http,
            "/v1/transactions?wait=final&timeout=30s",
            "application/json",
            &serde_json::to_vec(&transaction).unwrap(),
        )
        .await;
        let view = answer.json();
        assert_eq!(view["status"], "final", "{view}");
        view
    }

    /// Waits until the node says this of its key.
    async fn signing_is(&self, state: &str) -> Value {
        self.ready().await;
        let end = Instant::now() + PATIENCE;
        loop {
            let signing = self.get("/v1/status").await["signing"].clone();
            if signing["state"] == state {
                return signing;
            }
            assert!(Instant::now() < end, "{signing}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = client::get(self.http, path).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_stops_and_goes_on_where_it_was() {
    let node = Node::new();
    let genesis = node.genesis.hash();
    let running = node.start();
    running.ready().await;
    let status = running.get("/v1/status").await;
    assert_eq!(status["genesis"], genesis.to_string());
    assert_eq!(status["node"], "node-0");
    let view = running.transfer(&genesis, 1, 250).await;
    assert_eq!(view["receipt"]["outcome"]["accepted"][0], "done");
    let cash = running.get("/v1/cash/core").await;
    assert_eq!(cash["balances"][0]["total"]["amount"], "2.50");
    let metrics = client::get(node.http, "/metrics").await;
    let metrics = String::from_utf8(metrics.body).unwrap();
    assert!(
        metrics.contains("allonge_transactions_total{code=\"ACCEPTED\"} 1\n"),
        "{metrics}"
    );
    let id = view["id"].as_str().unwrap().to_owned();
    let proof = client::get(node.http, &format!("/v1/transactions/{id}/proof")).await;
    let proof = allonge_ledger::ProofFile::from_json(&proof.body).unwrap();
    allonge_ledger::verify(&node.genesis, &proof).unwrap();

    let error = node.refuses().await;
    assert!(
        error.to_string().contains("in use by another process"),
        "{error}"
    );
    running.stop().await;

    let running = node.start();
    running.ready().await;
    let again = running.get(&format!("/v1/transactions/{id}")).await;
    assert_eq!(again["block"], view["block"]);
    assert_eq!(again["receipt"], view["receipt"]);
    let second = running.transfer(&genesis, 2, 50).await;
    let height = |view: &Value| {
        view["block_height"]
            .as_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    assert!(height(&second) > height(&view));
    assert_eq!(
        running.get("/v1/cash/core").await["balances"][0]["total"]["amount"],
        "3.00"
    );
    running.stop().await;

    // A vote for a block that is not decided, and no log of it: it does not vote until that height is past, which
    // alone it never is, unless it is told.
    fs::remove_dir_all(node.path("wal")).unwrap();
    let guard = || Guard::open(&node.path("guard"), &node.validator(), 0).unwrap();
    let voted = guard().highest() + 1;
    guard()
        .permit(Step::Prevote, signed(voted, 0, None, None))
        .unwrap();
    let running = node.start();
    let held = running.signing_is("from").await;
    assert_eq!(held["height"], (voted + 1).to_string());
    running.stop().await;
    assert!(guard().trust(voted - 1, false).is_err());
    guard().trust(voted - 1, true).unwrap();
    let running = node.start();
    running.ready().await;
    running.transfer(&genesis, 3, 50).await;
    running.stop().await;

    // A copy of its folder, or one whose guard is gone, does not vote either.
    fs::remove_dir_all(node.path("guard")).unwrap();
    let running = node.start();
    running.signing_is("held").await;
    running.stop().await;

    // Another network's genesis on this store.
    let mut other = node.genesis.clone();
    other.network = "other".parse::<Text<64>>().unwrap();
    node.write_genesis(&other);
    let error = node.refuses().await.to_string();
    assert!(error.contains(&genesis.to_string()), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_network_with_the_development_clock_lives_on_other_days_than_the_machine() {
    let mut node = Node::new();
    fs::write(node.path("config.toml"), "clock_shift_ms = -86400000\n").unwrap();
    node.genesis.rules.development_clock = false;
    node.write_genesis(&node.genesis);
    let error = node.refuses().await.to_string();
    assert!(error.contains("clock_shift_ms"), "{error}");
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Listens there as soon as the node that was refused before has let go of it.
async fn listen_soon(address: &str) -> TcpListener {
    let end = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address) {
            Ok(listener) => return listener,
            Err(error) => assert!(Instant::now() < end, "{address}: {error}"),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_node_from_starting_is_named() {
    let node = Node::new();
    let taken = TcpListener::bind(node.http).unwrap();
    let error = node.refuses().await.to_string();
    assert!(error.contains(&node.http.to_string()), "{error}");
    drop(taken);
    for address in [
        &node.genesis.validators[0].consensus_address,
        &node.genesis.validators[0].gossip_address,
    ] {
        let taken = listen_soon(address.as_str()).await;
        let error = node.refuses().await.to_string();
        assert!(error.contains(address.as_str()), "{error}");
        drop(taken);
    }

    let key = node.path("validator_key");
    set_mode(&key, 0o644);
    let error = node.refuses().await.to_string();
    assert!(error.contains("chmod 600"), "{error}");
    set_mode(&key, 0o600);
    fs::remove_file(&key).unwrap();
    keyfile::write(&key, &world::key(77)).unwrap();
    let error = node.refuses().await.to_string();
    assert!(error.contains("not a validator of this genesis"), "{error}");
    fs::remove_file(&key).unwrap();
    keyfile::write(&key, &world::key(world::VALIDATOR)).unwrap();

    let node_key = node.path("node_key");
    fs::remove_file(&node_key).unwrap();
    keyfile::write(&node_key, &world::key(78)).unwrap();
    let error = node.refuses().await.to_string();
    assert!(
        error.contains("node_key") && error.contains("node-0"),
        "{error}"
    );

    fs::write(node.path("genesis.json"), b"{\"version\": 1}").unwrap();
    let error = node.refuses().await.to_string();
    assert!(error.contains("genesis.json"), "{error}");
    fs::remove_file(node.path("genesis.json")).unwrap();
    let error = node.refuses().await.to_string();
    assert!(error.contains("genesis.json"), "{error}");
}
