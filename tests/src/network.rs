//! A network of real processes for one test: its own folder, its own free ports, nothing left behind.

use crate::{Answer, Api, MachineLock, Party, binary, until_for};
use allonge_cli::cluster::{Cluster, MemberSpec, Spec};
use allonge_contracts::Hash;
use allonge_ledger::{Genesis, Transaction};
use allonge_node::api::types::{TransactionState, TransactionView};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a node may take to be ready again.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// What network to make.
pub struct Setup {
    name: &'static str,
    nodes: usize,
    observers: usize,
    config: String,
    members: Vec<MemberSpec>,
    change: Box<dyn Fn(&mut Genesis)>,
}

impl Setup {
    /// Four nodes with the standard cast; `name` names the test in messages.
    pub fn new(name: &'static str) -> Self {
        Setup {
            name,
            nodes: 4,
            observers: 0,
            config: String::new(),
            members: Vec::new(),
            change: Box::new(|_| ()),
        }
    }

    /// With so many nodes.
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// With so many observers besides; their numbers follow those of the validators.
    pub fn observers(mut self, observers: usize) -> Self {
        self.observers = observers;
        self
    }

    /// With these lines more in every node's `config.toml`.
    pub fn config(mut self, lines: &str) -> Self {
        self.config.push_str(lines);
        self.config.push('\n');
        self
    }

    /// With this member more.
    pub fn member(mut self, member: MemberSpec) -> Self {
        self.members.push(member);
        self
    }

    /// With a genesis that is changed before anything starts.
    pub fn genesis(mut self, change: impl Fn(&mut Genesis) + 'static) -> Self {
        self.change = Box::new(change);
        self
    }

    /// Makes the files; no node runs yet.
    ///
    /// # Panics
    /// The network cannot be made.
    pub async fn make(self) -> Network {
        let lock = MachineLock::take().await;
        let folder = tempfile::Builder::new()
            .prefix(&format!("allonge-{}-", self.name))
            .tempdir()
            .expect("a temporary folder");
        let mut spec = Spec::standard(folder.path().join("net")).expect("the standard cast");
        spec.nodes = self.nodes;
        spec.observers = self.observers;
        spec.binary = Some(binary().to_owned());
        spec.members.extend(self.members);
        spec.settings = self.config;
        let cluster = Cluster::create(&spec).expect("a network's files");
        let mut genesis = cluster.genesis().expect("a genesis");
        (self.change)(&mut genesis);
        let text = serde_json::to_vec_pretty(&genesis).expect("JSON");
        let homes: Vec<PathBuf> = (0..spec.all_nodes())
            .map(|i| cluster.home(i).expect("a home"))
            .collect();
        let files = homes.iter().map(|home| home.join("genesis.json"));
        for file in files.chain([cluster.genesis_file()]) {
            std::fs::write(&file, &text).expect("a genesis file");
        }
        let urls = cluster.manifest().nodes.iter().map(|node| &node.url);
        Network {
            apis: urls.map(|url| Api::new(url)).collect(),
            genesis_hash: genesis.hash(),
            genesis,
            cluster,
            name: self.name,
            folder: Some(folder),
            _lock: lock,
        }
    }

    /// Makes the network and starts it; returns when every node is ready.
    ///
    /// # Panics
    /// A node does not become ready.
    pub async fn start(self) -> Network {
        let mut network = self.make().await;
        network.start_all().await;
        network
    }
}

/// A network of real processes. Dropped, it kills them; its files stay if the test failed.
pub struct Network {
    // First, so that its processes are gone before the folder is.
    cluster: Cluster,
    apis: Vec<Api>,
    /// The genesis document.
    pub genesis: Genesis,
    /// Its hash.
    pub genesis_hash: Hash,
    name: &'static str,
    folder: Option<tempfile::TempDir>,
    _lock: MachineLock,
}

impl Network {
    /// How many nodes.
    pub fn len(&self) -> usize {
        self.apis.len()
    }

    /// Never.
    pub fn is_empty(&self) -> bool {
        self.apis.is_empty()
    }

    /// The API of a node.
    pub fn api(&self, node: usize) -> &Api {
        &self.apis[node]
    }

    /// The APIs of these nodes.
    pub fn apis(&self, nodes: &[usize]) -> Vec<Api> {
        nodes.iter().map(|i| self.apis[*i].clone()).collect()
    }

    /// The APIs of all nodes.
    pub fn all(&self) -> Vec<Api> {
        self.apis.clone()
    }

    /// The library that runs the processes.
    pub fn cluster(&mut self) -> &mut Cluster {
        &mut self.cluster
    }

    /// The network's folder, an ALLONGE_HOME with all members' keys.
    pub fn dir(&self) -> &Path {
        self.cluster.dir()
    }

    /// A folder beside the network's, for the test's own files.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn own_folder(&self, name: &str) -> PathBuf {
        let path = self.dir().with_file_name(name);
        std::fs::create_dir_all(&path).expect("a folder");
        path
    }

    /// A node's home.
    ///
    /// # Panics
    /// There is no such node.
    pub fn home(&self, node: usize) -> PathBuf {
        self.cluster.home(node).expect("a node's home")
    }

    /// All that a node has logged.
    pub fn log(&self, node: usize) -> String {
        let file = self.cluster.log(node).expect("a node's log");
        String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
    }

    /// A member of the first hour with its key.
    ///
    /// # Panics
    /// There is none.
    pub fn party(&self, name: &str) -> Party {
        let key = self.cluster.key(name).expect("a member's key").key;
        Party::new(
            self.genesis_hash,
            name.parse().expect("a member's name"),
            vec![key],
        )
    }

    /// A member that is not in genesis, with keys made from its name.
    pub fn newcomer(&self, name: &str, keys: u8) -> Party {
        Party::made(self.genesis_hash, name, keys)
    }

    /// Starts a node without waiting for it.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn start(&mut self, node: usize) {
        self.cluster.start(node).expect("a node starts");
    }

    /// Waits until a node is ready.
    ///
    /// # Panics
    /// It is not in a minute, or ends.
    pub async fn ready(&mut self, node: usize) {
        if let Err(error) = self.cluster.wait_ready(node, READY_WITHIN).await {
            panic!("node-{node} is not ready: {error}");
        }
    }

    /// Starts a node and waits until it is ready.
    ///
    /// # Panics
    /// It does not become ready.
    pub async fn restart(&mut self, node: usize) {
        self.start(node);
        self.ready(node).await;
    }

    /// Starts the nodes that do not run and waits until all are ready.
    ///
    /// # Panics
    /// A node does not become ready.
    pub async fn start_all(&mut self) {
        for node in 0..self.len() {
            if self.cluster.pid(node).is_none() {
                self.start(node);
            }
        }
        for node in 0..self.len() {
            self.ready(node).await;
        }
    }

    /// `kill -9`; the process id that was.
    ///
    /// # Panics
    /// It does not run or does not die.
    pub fn kill(&mut self, node: usize) -> u32 {
        self.cluster.kill(node).expect("a node is killed")
    }

    /// `kill -9` of all that run, one signal right after the other.
    ///
    /// # Panics
    /// One does not die.
    pub fn kill_all(&mut self) {
        self.cluster.kill_all().expect("all nodes are killed");
    }

    /// Asks a node to stop (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// It does not.
    pub fn stop(&mut self, node: usize) {
        self.cluster.stop(node).expect("a node stops");
    }

    fn signal(&self, node: usize, signal: rustix::process::Signal) {
        let pid = self.cluster.pid(node).expect("a running node");
        let pid = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .expect("a process id");
        rustix::process::kill_process(pid, signal).expect("a signal");
    }

    /// Holds a node still (SIGSTOP): it lives and does nothing.
    ///
    /// # Panics
    /// It does not run.
    pub fn pause(&self, node: usize) {
        self.signal(node, rustix::process::Signal::STOP);
    }

    /// Lets a node go on (SIGCONT).
    ///
    /// # Panics
    /// It does not run.
    pub fn resume(&self, node: usize) {
        self.signal(node, rustix::process::Signal::CONT);
    }

    /// Sends a transaction to a node and gives its answer.
    ///
    /// # Panics
    /// No answer.
    pub async fn send(&self, node: usize, transaction: &Transaction, query: &str) -> Answer {
        self.apis[node]
            .submit(&transaction.to_bytes(), query)
            .await
            .unwrap_or_else(|e| panic!("node-{node}: {e}"))
    }

    /// Sends a transaction to a node and waits until it is final.
    ///
    /// # Panics
    /// It is refused or not final in time.
    pub async fn settle(&self, node: usize, transaction: &Transaction) -> TransactionView {
        self.apis[node]
            .settle(&transaction.to_bytes())
            .await
            .unwrap_or_else(|e| panic!("node-{node}: {e}"))
    }

    /// As [`Network::settle`], and the ledger must accept it.
    ///
    /// # Panics
    /// Anything else.
    pub async fn accept(&self, node: usize, transaction: &Transaction) -> TransactionView {
        let view = self.settle(node, transaction).await;
        let TransactionState::Final { receipt, .. } = &view.status else {
            panic!("not final: {view:?}");
        };
        assert!(
            matches!(receipt.outcome, allonge_contracts::Outcome::Accepted(_)),
            "rejected: {receipt:?}"
        );
        view
    }

    /// Waits until these nodes have a block of this height.
    ///
    /// # Panics
    /// They have not in two minutes.
    pub async fn reach(&self, nodes: &[usize], height: u64) {
        for node in nodes {
            let api = &self.apis[*node];
            let what = format!("height {height} on node-{node}");
            until_for(Duration::from_secs(120), &what, || async {
                let status = api.status().await?;
                if status.height >= height {
                    Ok(())
                } else {
                    Err(format!("it is at {}", status.height))
                }
            })
            .await;
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if !std::thread::panicking() && std::env::var_os("ALLONGE_KEEP").is_none() {
            return;
        }
        if let Some(folder) = self.folder.take() {
            println!(
                "{}: the network's files and logs are in {}",
                self.name,
                folder.keep().display()
            );
        }
        for node in 0..self.len() {
            println!(
                "--- end of node-{node}'s log\n{}",
                self.cluster.log_tail(node)
            );
        }
    }
}
