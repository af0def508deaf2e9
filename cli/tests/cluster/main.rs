//! Networks of real processes: made, used, hurt, healed and taken down.

mod breaks;
mod erp;
mod signing;

use allonge_cli::client::{Final, NodeClient, TransactionBuilder};
use allonge_cli::cluster::{Cluster, Lifetime, Manifest, Spec, names, proc_stat};
use allonge_contracts::Money;
use allonge_contracts::calls::Mint;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_allonge");
/// Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that stays for looking at when its test fails.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap().keep())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("files and logs are kept in {}", self.0.display());
        } else {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

async fn mint(cluster: &Cluster, client: &NodeClient, minor: u64) -> Final {
    let key = cluster.key(names::CENTRAL_BANK).unwrap();
    let call = Mint {
        to: names::CORE.parse().unwrap(),
        money: Money::new("CNY".parse().unwrap(), minor),
        reference: "x".parse().unwrap(),
    };
    let signed = TransactionBuilder::new(
        &client.chain().await.unwrap(),
        names::CENTRAL_BANK.parse().unwrap(),
    )
    .call(call)
    .sign([&key.key])
    .unwrap();
    let done = client.submit_and_wait(&signed, PATIENCE).await.unwrap();
    assert!(done.accepted(), "{done:?}");
    done
}

async fn until_height(client: &NodeClient, height: u64) {
    let deadline = Instant::now() + PATIENCE;
    while client.status().await.unwrap().height < height {
        assert!(
            Instant::now() < deadline,
            "{} never has block {height}",
            client.node()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_nodes_lose_one_go_on_and_take_it_back() {
    let folder = Folder::new();
    let mut spec = Spec::standard(folder.0.join("net")).unwrap();
    spec.binary = Some(PROGRAM.into());
    let mut cluster = Cluster::up(&spec).await.unwrap();
    let client = cluster.client_of_all(0, PATIENCE).unwrap();
    mint(&cluster, &client, 1).await;

    let pid = cluster.kill(3).unwrap();
    assert!(proc_stat(pid).is_none());
    assert!(cluster.pid(3).is_none());
    assert!(cluster.kill(3).is_err());
    let without = mint(&cluster, &client, 2).await;

    let again = cluster.restart(3).await.unwrap();
    assert_ne!(pid, again);
    assert!(cluster.start(3).is_err(), "a node must not run twice");
    let back = cluster.client(3, PATIENCE).unwrap();
    until_height(&back, without.height).await;
    let block = back.block(Some(without.height), false).await.unwrap();
    assert_eq!(block.hash, without.block);
    assert!(
        block
            .transactions
            .iter()
            .any(|transaction| transaction.id == without.id)
    );
    mint(&cluster, &back, 3).await;

    let pids: Vec<u32> = (0..4).map(|node| cluster.pid(node).unwrap()).collect();
    assert_eq!(
        cluster.stop_all().unwrap(),
        Vec::<String>::new(),
        "some had to be killed"
    );
    for pid in pids {
        assert!(proc_stat(pid).is_none());
    }
}

fn allonge(args: &[&str], dir: &Path) -> Output {
    Command::new(PROGRAM)
        .args(args)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap()
}

fn json(args: &[&str], dir: &Path) -> Value {
    let output = allonge(&[args, &["--output", "json"]].concat(), dir);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {stderr}"))
}

#[test]
fn a_detached_network_is_handled_from_the_command_line() {
    let folder = Folder::new();
    let dir = folder.0.join("net");
    let made = json(&["cluster", "up", "--nodes", "1", "--detach"], &dir);
    assert_eq!(made["schema"], "allonge.cluster/1");
    assert_eq!(made["nodes"][0]["ready"], true);
    let key = made["members"][0]["key_file"].as_str().unwrap();
    assert!(Path::new(key).is_file(), "{key}");
    let pid = u32::try_from(made["nodes"][0]["pid"].as_u64().unwrap()).unwrap();

    let again = allonge(&["cluster", "up"], &dir);
    assert_eq!(again.status.code(), Some(2));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("cluster start"), "{said}");

    let unknown = allonge(&["cluster", "kill", "7"], &dir);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("node-0 alone"));

    assert_eq!(
        json(&["cluster", "kill", "0"], &dir)["nodes"][0]["pid"],
        pid
    );
    assert!(proc_stat(pid).is_none_or(|stat| stat.is_dead()));
    assert_eq!(
        json(&["cluster", "status"], &dir)["nodes"][0]["running"],
        false
    );
    assert_eq!(
        allonge(&["cluster", "kill", "0"], &dir).status.code(),
        Some(2)
    );

    let started = json(&["cluster", "start", "node-0"], &dir);
    let pid = u32::try_from(started["nodes"][0]["pid"].as_u64().unwrap()).unwrap();
    assert_eq!(
        json(&["cluster", "status"], &dir)["nodes"][0]["ready"],
        true
    );
    let log = allonge(&["cluster", "logs", "0"], &dir);
    assert!(log.status.success() && !log.stdout.is_empty());

    let down = json(&["cluster", "down", "--remove"], &dir);
    assert_eq!(down["nodes"][0]["pid"], pid);
    assert!(proc_stat(pid).is_none_or(|stat| stat.is_dead()));
    assert!(!dir.exists());
    assert_eq!(allonge(&["cluster", "status"], &dir).status.code(), Some(2));
}

#[test]
fn nodes_do_not_outlive_a_parent_that_is_killed() {
    let folder = Folder::new();
    let dir = folder.0.join("net");
    let mut parent = Command::new(PROGRAM)
        .args(["cluster", "up", "--nodes", "1", "--dir"])
        .arg(&dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    let pid = loop {
        let pid = Manifest::read(&dir)
            .ok()
            .and_then(|_| Cluster::open(&dir).unwrap().pid(0));
        if let Some(pid) = pid {
            break pid;
        }
        assert!(Instant::now() < deadline, "no node was started");
        std::thread::sleep(Duration::from_millis(20));
    };
    parent.kill().unwrap();
    parent.wait().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while proc_stat(pid).is_some_and(|stat| !stat.is_dead()) {
        assert!(
            Instant::now() < deadline,
            "process {pid} goes on without its parent"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_cannot_start_says_why_and_leaves_nothing_running() {
    let folder = Folder::new();
    let mut spec = Spec::standard(folder.0.join("net")).unwrap();
    spec.binary = Some("/bin/false".into());
    spec.lifetime = Lifetime::Detached;
    let error = Cluster::up(&spec).await.err().unwrap();
    assert_eq!(error.code(), "NODE_EXITED", "{error}");
    let cluster = Cluster::open(&spec.dir).unwrap();
    assert!((0..4).all(|node| cluster.pid(node).is_none()));
}
