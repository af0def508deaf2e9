//! A network of nodes on this machine: its processes, its clients, its keys.

use super::error::ClusterError;
use super::files::{RUN, generate};
use super::manifest::{Manifest, NodeEntry};
use super::ports::Ports;
use super::process::{Launch, ProcessRecord, io};
use super::spec::{Lifetime, Spec};
use crate::client::NodeClient;
use crate::keystore::{Keystore, NamedKey};
use allonge_ledger::Genesis;
use rustix::fs::{FlockOperation, flock};
use rustix::process::Signal;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

/// How long a node may take to be ready.
pub const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long a node may take to stop by itself.
pub const STOP_WITHIN: Duration = Duration::from_secs(15);
/// After a SIGKILL the system needs a moment.
const DIE_WITHIN: Duration = Duration::from_secs(10);
/// How often a node is asked whether it is ready.
const ASK_AGAIN: Duration = Duration::from_millis(25);
/// How often new free ports are tried when somebody took one in between.
const PORT_TRIES: usize = 4;
/// How much of a log's end is shown.
const TAIL_BYTES: u64 = 8 * 1024;
const TAIL_LINES: usize = 12;

/// A network of nodes on this machine.
///
/// Dropped, it kills the nodes that it started with [`Lifetime::WithParent`]; the files stay.
pub struct Cluster {
    pub(super) dir: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) binary: PathBuf,
    pub(super) lifetime: Lifetime,
    children: Vec<Option<Child>>,
    /// The forwarder between the nodes, if this process started it.
    pub(super) forwarder: Option<Child>,
}

impl Cluster {
    /// Makes the files of a network; nothing is started.
    ///
    /// # Errors
    /// `Nodes`, `NotEmpty`, `PortTaken` and other [`ClusterError`]s; a folder that could not be filled is
    /// left as far as it came.
    pub fn create(spec: &Spec) -> Result<Self, ClusterError> {
        let binary = program(spec.binary.as_deref())?;
        let manifest = generate(spec)?;
        Self::assemble(&spec.dir, manifest, binary, spec.lifetime)
    }

    /// Makes a network and starts it; returns when every node is ready. With free ports it is made anew if
    /// another program took one of them in between.
    ///
    /// # Errors
    /// As [`Cluster::create`]; `Exited`, `NotReady`. The files stay for looking at.
    pub async fn up(spec: &Spec) -> Result<Self, ClusterError> {
        let mut tries = 1;
        loop {
            let mut cluster = Self::create(spec)?;
            match cluster.start_all().await {
                Ok(()) => return Ok(cluster),
                Err(ClusterError::Exited { tail, .. })
                    if spec.ports == Ports::Free
                        && tries < PORT_TRIES
                        && is_port_problem(&tail) =>
                {
                    cluster.kill_all()?;
                    drop(cluster);
                    clear(&spec.dir)?;
                    tries += 1;
                }
                Err(error) => {
                    cluster.kill_all()?;
                    return Err(error);
                }
            }
        }
    }

    /// The cluster that was made in a folder before. What it starts goes on by itself.
    ///
    /// # Errors
    /// `NoCluster`, `Manifest`, `Io`.
    pub fn open(dir: &Path) -> Result<Self, ClusterError> {
        let manifest = Manifest::read(dir)?;
        Self::assemble(dir, manifest, program(None)?, Lifetime::Detached)
    }

    fn assemble(
        dir: &Path,
        manifest: Manifest,
        binary: PathBuf,
        lifetime: Lifetime,
    ) -> Result<Self, ClusterError> {
        // The nodes are given full paths, so that they do not depend on where this process stands.
        let dir = std::path::absolute(dir).map_err(io("find", dir))?;
        let children = manifest.nodes.iter().map(|_| None).collect();
        Ok(Cluster {
            dir,
            manifest,
            binary,
            lifetime,
            children,
            forwarder: None,
        })
    }

    /// What it is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its folder, as a full path; also an ALLONGE_HOME with all members' keys.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        self.manifest.nodes.len()
    }

    /// Never; a cluster has at least one node.
    pub fn is_empty(&self) -> bool {
        self.manifest.nodes.is_empty()
    }

    /// A node's folder.
    ///
    /// # Errors
    /// `NoSuchNode`.
    pub fn home(&self, node: usize) -> Result<PathBuf, ClusterError> {
        Ok(self.dir.join(&self.entry(node)?.home))
    }

    /// A node's log.
    ///
    /// # Errors
    /// `NoSuchNode`.
    pub fn log(&self, node: usize) -> Result<PathBuf, ClusterError> {
        Ok(self.dir.join(&self.entry(node)?.log))
    }

    /// The last lines of a node's log.
    pub fn log_tail(&self, node: usize) -> String {
        self.log(node).map(|log| tail(&log)).unwrap_or_default()
    }

    /// The genesis file.
    pub fn genesis_file(&self) -> PathBuf {
        self.dir.join(&self.manifest.genesis_file)
    }

    /// The genesis document.
    ///
    /// # Errors
    /// `Io`, `Manifest` if it is not the one of the manifest.
    pub fn genesis(&self) -> Result<Genesis, ClusterError> {
        let file = self.genesis_file();
        let bytes = std::fs::read(&file).map_err(io("read", &file))?;
        let bad = |what: String| ClusterError::Manifest {
            file: file.clone(),
            what,
        };
        let genesis: Genesis = serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
        if genesis.hash() == self.manifest.genesis {
            Ok(genesis)
        } else {
            Err(bad("it is not the genesis of this cluster".to_owned()))
        }
    }

    /// The keys of all members.
    pub fn keystore(&self) -> Keystore {
        Keystore::of_home(&self.dir)
    }

    /// The key of a member.
    ///
    /// # Errors
    /// `Keys`.
    pub fn key(&self, member: &str) -> Result<NamedKey, ClusterError> {
        Ok(self.keystore().load(member)?)
    }

    /// A client of one node alone.
    ///
    /// # Errors
    /// `NoSuchNode`, `Client`.
    pub fn client(&self, node: usize, within: Duration) -> Result<NodeClient, ClusterError> {
        Ok(NodeClient::new(&[&self.entry(node)?.url], within)?)
    }

    /// A client that takes the next node when one fails, beginning with `first`.
    ///
    /// # Errors
    /// `Client`.
    pub fn client_of_all(
        &self,
        first: usize,
        within: Duration,
    ) -> Result<NodeClient, ClusterError> {
        let urls = self.manifest.nodes.iter().map(|node| node.url.as_str());
        let order: Vec<&str> = urls.clone().skip(first).chain(urls.take(first)).collect();
        Ok(NodeClient::new(&order, within)?)
    }

    /// The process of a node that runs.
    pub fn pid(&self, node: usize) -> Option<u32> {
        self.process(node).map(|record| record.pid)
    }

    /// Whether a node runs; takes note of children that have ended.
    pub fn is_running(&mut self, node: usize) -> bool {
        self.child_status(node);
        self.pid(node).is_some()
    }

    pub(super) fn process(&self, node: usize) -> Option<ProcessRecord> {
        ProcessRecord::read(&self.run_file(node, "json")).filter(ProcessRecord::is_alive)
    }

    fn run_file(&self, node: usize, kind: &str) -> PathBuf {
        self.dir.join(RUN).join(format!("node-{node}.{kind}"))
    }

    pub(super) fn entry(&self, node: usize) -> Result<&NodeEntry, ClusterError> {
        match self.manifest.nodes.get(node) {
            Some(entry) => Ok(entry),
            None => Err(self
                .manifest
                .node_index(&node.to_string())
                .err()
                .unwrap_or(ClusterError::Nodes(node))),
        }
    }

    /// Starts a node; it is not ready yet.
    ///
    /// # Errors
    /// `Running`, `Process`, `Io`.
    pub fn start(&mut self, node: usize) -> Result<u32, ClusterError> {
        let entry = self.entry(node)?.clone();
        self.start_forwarder()?;
        let _lock = self.lock(&entry.name)?;
        if let Some(pid) = self.pid(node) {
            return Err(ClusterError::Running {
                node: entry.name,
                pid,
            });
        }
        let home = self.dir.join(&entry.home);
        let launch = Launch {
            name: &entry.name,
            binary: &self.binary,
            words: &[
                OsStr::new("node"),
                OsStr::new("run"),
                OsStr::new("--home"),
                home.as_os_str(),
            ],
            log: &self.dir.join(&entry.log),
            lifetime: self.lifetime,
        };
        let (mut child, record) = launch.spawn()?;
        if let Err(error) = record.write(&self.run_file(node, "json")) {
            // A process that nobody could find again shall not be left behind.
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        if let Some(slot) = self.children.get_mut(node) {
            *slot = Some(child);
        }
        Ok(record.pid)
    }

    /// Held while a process is started, so that two commands do not start it twice.
    pub(super) fn lock(&self, name: &str) -> Result<File, ClusterError> {
        let path = self.dir.join(RUN).join(format!("{name}.lock"));
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(io("open", &path))?;
        flock(&file, FlockOperation::LockExclusive).map_err(|e| io("lock", &path)(e.into()))?;
        Ok(file)
    }

    /// Waits until a node is ready to serve.
    ///
    /// # Errors
    /// `Exited`, `NotReady`.
    pub async fn wait_ready(&mut self, node: usize, within: Duration) -> Result<(), ClusterError> {
        let entry = self.entry(node)?.clone();
        let log = self.dir.join(&entry.log);
        let deadline = Instant::now() + within;
        // Fails only if somebody set a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(2))
            .build()
            .map_err(|e| ClusterError::Client(crate::client::ClientError::Setup(e.to_string())))?;
        loop {
            let last = match http.get(format!("{}/readyz", entry.url)).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => not_ready_reason(answer).await,
                Err(_) => "it does not answer yet".to_owned(),
            };
            let status = self.child_status(node);
            if self.pid(node).is_none() {
                let tail = tail(&log);
                let status = status.unwrap_or_else(|| "its process is gone".to_owned());
                return Err(ClusterError::Exited {
                    node: entry.name,
                    status,
                    log,
                    tail,
                });
            }
            if Instant::now() >= deadline {
                let seconds = within.as_secs();
                return Err(ClusterError::NotReady {
                    node: entry.name,
                    seconds,
                    last,
                    log,
                });
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    fn child_status(&mut self, node: usize) -> Option<String> {
        let child = self.children.get_mut(node)?.as_mut()?;
        child
            .try_wait()
            .ok()
            .flatten()
            .map(|status| status.to_string())
    }

    /// Starts the nodes that do not run and waits until all are ready.
    ///
    /// # Errors
    /// As [`Cluster::start`] and [`Cluster::wait_ready`].
    pub async fn start_all(&mut self) -> Result<(), ClusterError> {
        for node in 0..self.len() {
            match self.start(node) {
                Ok(_) | Err(ClusterError::Running { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for node in 0..self.len() {
            self.wait_ready(node, READY_WITHIN).await?;
        }
        Ok(())
    }

    /// Starts a node that was stopped or killed and waits until it is ready.
    ///
    /// # Errors
    /// As [`Cluster::start`] and [`Cluster::wait_ready`].
    pub async fn restart(&mut self, node: usize) -> Result<u32, ClusterError> {
        let pid = self.start(node)?;
        self.wait_ready(node, READY_WITHIN).await?;
        Ok(pid)
    }

    /// Kills a node at once (SIGKILL) and waits until it is gone; its process id.
    ///
    /// # Errors
    /// `NotRunning`, `Process`.
    pub fn kill(&mut self, node: usize) -> Result<u32, ClusterError> {
        self.end(node, Signal::KILL, DIE_WITHIN)
    }

    /// Asks a node to stop (SIGTERM) and waits until it has; its process id.
    ///
    /// # Errors
    /// `NotRunning`, `DoesNotStop`, `Process`.
    pub fn stop(&mut self, node: usize) -> Result<u32, ClusterError> {
        self.end(node, Signal::TERM, STOP_WITHIN)
    }

    fn end(&mut self, node: usize, signal: Signal, within: Duration) -> Result<u32, ClusterError> {
        let name = self.entry(node)?.name.clone();
        let Some(record) = self.process(node) else {
            return Err(ClusterError::NotRunning { node: name });
        };
        record.signal(signal)?;
        self.await_end(node, &record, within)
    }

    fn await_end(
        &mut self,
        node: usize,
        record: &ProcessRecord,
        within: Duration,
    ) -> Result<u32, ClusterError> {
        let name = self.entry(node)?.name.clone();
        let child = self.children.get_mut(node).and_then(Option::as_mut);
        let child = child.filter(|child| child.id() == record.pid);
        if !record.wait_gone(child, within) {
            return Err(ClusterError::DoesNotStop {
                node: name,
                pid: record.pid,
            });
        }
        if let Some(mut child) = self.children.get_mut(node).and_then(Option::take) {
            let _ = child.wait();
        }
        Ok(record.pid)
    }

    /// Asks all nodes to stop at once and waits for them; those that do not are killed and named.
    ///
    /// # Errors
    /// `Process`, or `DoesNotStop` for one that even SIGKILL does not end.
    pub fn stop_all(&mut self) -> Result<Vec<String>, ClusterError> {
        let running: Vec<(usize, ProcessRecord)> = (0..self.len())
            .filter_map(|node| Some((node, self.process(node)?)))
            .collect();
        for (_, record) in &running {
            record.signal(Signal::TERM)?;
        }
        let deadline = Instant::now() + STOP_WITHIN;
        let mut killed = Vec::new();
        for (node, record) in &running {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.await_end(*node, record, left) {
                Ok(_) => {}
                Err(ClusterError::DoesNotStop { node: name, .. }) => {
                    killed.push(name);
                    record.signal(Signal::KILL)?;
                    self.await_end(*node, record, DIE_WITHIN)?;
                }
                Err(error) => return Err(error),
            }
        }
        self.stop_forwarder()?;
        Ok(killed)
    }

    /// Removes the folder with all keys and data; the nodes must have been stopped.
    ///
    /// # Errors
    /// `Running`, `Io`.
    pub fn remove(self) -> Result<(), ClusterError> {
        for node in 0..self.len() {
            if let Some(pid) = self.pid(node) {
                return Err(ClusterError::Running {
                    node: self.entry(node)?.name.clone(),
                    pid,
                });
            }
        }
        clear(&self.dir)
    }

    /// Kills all nodes at once (SIGKILL).
    ///
    /// # Errors
    /// `Process`, `DoesNotStop`.
    pub fn kill_all(&mut self) -> Result<(), ClusterError> {
        let running: Vec<(usize, ProcessRecord)> = (0..self.len())
            .filter_map(|node| Some((node, self.process(node)?)))
            .collect();
        for (_, record) in &running {
            record.signal(Signal::KILL)?;
        }
        for (node, record) in &running {
            self.await_end(*node, record, DIE_WITHIN)?;
        }
        self.stop_forwarder()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.lifetime == Lifetime::WithParent {
            for child in self
                .children
                .iter_mut()
                .flatten()
                .chain(&mut self.forwarder)
            {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

fn program(given: Option<&Path>) -> Result<PathBuf, ClusterError> {
    let binary = match given {
        Some(path) => path.to_owned(),
        None => std::env::current_exe().map_err(|source| ClusterError::Process {
            doing: "find this program's own file".to_owned(),
            source,
        })?,
    };
    // On Linux a program that was built anew while it ran has no file any more.
    std::fs::metadata(&binary).map_err(io("find the program", &binary))?;
    std::path::absolute(&binary).map_err(io("find the program", &binary))
}

/// Empties a folder that this process filled.
fn clear(dir: &Path) -> Result<(), ClusterError> {
    std::fs::remove_dir_all(dir).map_err(io("empty", dir))
}

fn is_port_problem(log: &str) -> bool {
    let log = log.to_lowercase();
    log.contains("in use") || log.contains("eaddrinuse")
}

async fn not_ready_reason(answer: reqwest::Response) -> String {
    let status = answer.status();
    let body: Option<serde_json::Value> = match answer.bytes().await {
        Ok(bytes) if bytes.len() < 64 * 1024 => serde_json::from_slice(&bytes).ok(),
        _ => None,
    };
    body.and_then(|body| Some(body.pointer("/error/message")?.as_str()?.to_owned()))
        .unwrap_or_else(|| format!("it answers with HTTP status {status}"))
}

fn tail(log: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let start = file.metadata()?.len().saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines
        .get(lines.len().saturating_sub(TAIL_LINES)..)
        .unwrap_or_default()
        .join("\n")
}
