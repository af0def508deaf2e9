//! What can be broken in a network on this machine: the wires between its nodes, a node's time, its data.

use super::error::ClusterError;
use super::files::{LOGS, RUN};
use super::network::Cluster;
use super::process::{Launch, ProcessRecord, io, write_file};
use crate::links::{PLAN_FILE, Plan, PlanError, Route};
use rustix::process::Signal;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// The most nodes of a network with a forwarder: every pair of them takes four ports.
pub const MAX_LINKED_NODES: usize = 10;
/// The forwarder's name among the processes.
const FORWARDER: &str = "links";
/// How long the forwarder may take to end.
const END_WITHIN: Duration = Duration::from_secs(10);
/// How long is waited for the forwarder to take a plan, and how often is looked.
const TAKEN_WITHIN: Duration = Duration::from_secs(2);
const TAKEN_LOOK: Duration = Duration::from_millis(5);
/// What a node keeps when it is wiped.
const KEPT: [&str; 4] = ["config.toml", "genesis.json", "node_key", "validator_key"];

impl Cluster {
    /// The file of the plan.
    pub fn plan_file(&self) -> PathBuf {
        self.dir.join(RUN).join(PLAN_FILE)
    }

    /// What is broken between the nodes.
    ///
    /// # Errors
    /// `NotBreakable`, `Plan`, `Io`.
    pub fn plan(&self) -> Result<Plan, ClusterError> {
        self.need_links()?;
        let file = self.plan_file();
        Plan::read(&file).map_err(|error| match error {
            PlanError::Io(error) => io("read", &file)(error),
            PlanError::Content(what) => ClusterError::Plan { file, what },
        })
    }

    /// Breaks what the plan says, and mends all else. The forwarder follows within a tenth of a second.
    ///
    /// # Errors
    /// `NotBreakable`, `Io`.
    pub fn set_plan(&self, plan: &Plan) -> Result<(), ClusterError> {
        self.need_links()?;
        write_file(&self.plan_file(), &plan.to_bytes(), 0o600)
    }

    /// The file in which the forwarder says which plan holds.
    pub fn taken_file(&self) -> PathBuf {
        self.plan_file().with_extension("taken.json")
    }

    /// Waits until the forwarder follows a plan; two seconds at most, for it may not run.
    pub async fn plan_taken(&self, plan: &Plan) {
        let (file, bytes) = (self.taken_file(), plan.to_bytes());
        let taken = async {
            while tokio::fs::read(&file).await.ok().as_ref() != Some(&bytes) {
                tokio::time::sleep(TAKEN_LOOK).await;
            }
        };
        // Without a forwarder nothing runs that the plan could break.
        let _ = tokio::time::timeout(TAKEN_WITHIN, taken).await;
    }

    fn need_links(&self) -> Result<(), ClusterError> {
        if self.manifest.links.is_empty() {
            return Err(ClusterError::NotBreakable {
                dir: self.dir.clone(),
            });
        }
        Ok(())
    }

    /// The routes of the forwarder.
    ///
    /// # Errors
    /// `NotBreakable`; `Manifest` for an address that is none.
    pub fn routes(&self) -> Result<Vec<Route>, ClusterError> {
        self.need_links()?;
        let address = |text: &str| {
            text.parse().map_err(|_| ClusterError::Manifest {
                file: self.dir.join(super::MANIFEST_FILE),
                what: format!("`{text}` is no address such as 127.0.0.1:7001"),
            })
        };
        let mut routes = Vec::new();
        for link in &self.manifest.links {
            let target = self.entry(link.to)?;
            for (listen, target) in [
                (&link.consensus, &target.consensus),
                (&link.gossip, &target.gossip),
            ] {
                routes.push(Route {
                    wire: (link.from, link.to),
                    listen: address(listen)?,
                    target: address(target)?,
                });
            }
        }
        Ok(routes)
    }

    fn forwarder_record(&self) -> PathBuf {
        self.dir.join(RUN).join(format!("{FORWARDER}.json"))
    }

    /// Starts the forwarder where the network has one and it does not run.
    pub(super) fn start_forwarder(&mut self) -> Result<(), ClusterError> {
        if self.manifest.links.is_empty() {
            return Ok(());
        }
        let _lock = self.lock(FORWARDER)?;
        let file = self.forwarder_record();
        if ProcessRecord::read(&file).is_some_and(|record| record.is_alive()) {
            return Ok(());
        }
        let launch = Launch {
            name: "the forwarder",
            binary: &self.binary,
            words: &[
                OsStr::new("cluster"),
                OsStr::new("forward"),
                OsStr::new("--dir"),
                self.dir.as_os_str(),
            ],
            log: &self.dir.join(LOGS).join(format!("{FORWARDER}.log")),
            lifetime: self.lifetime,
        };
        let (mut child, record) = launch.spawn()?;
        if let Err(error) = record.write(&file) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        self.forwarder = Some(child);
        Ok(())
    }

    /// Ends the forwarder, if it runs.
    pub(super) fn stop_forwarder(&mut self) -> Result<(), ClusterError> {
        let Some(record) = ProcessRecord::read(&self.forwarder_record()) else {
            return Ok(());
        };
        record.signal(Signal::KILL)?;
        let mut child = self.forwarder.take();
        if !record.wait_gone(child.as_mut(), END_WITHIN) {
            return Err(ClusterError::DoesNotStop {
                node: "the forwarder".to_owned(),
                pid: record.pid,
            });
        }
        Ok(())
    }

    /// Lets a node stand still (SIGSTOP), as a machine does that swaps or sleeps; its process id.
    ///
    /// # Errors
    /// `NotRunning`, `Process`.
    pub fn pause(&self, node: usize) -> Result<u32, ClusterError> {
        self.send(node, Signal::STOP)
    }

    /// Lets a node that stands still go on (SIGCONT); its process id.
    ///
    /// # Errors
    /// `NotRunning`, `Process`.
    pub fn resume(&self, node: usize) -> Result<u32, ClusterError> {
        self.send(node, Signal::CONT)
    }

    fn send(&self, node: usize, signal: Signal) -> Result<u32, ClusterError> {
        let entry = self.entry(node)?;
        match self.process(node) {
            Some(record) if record.signal(signal)? => Ok(record.pid),
            _ => Err(ClusterError::NotRunning {
                node: entry.name.clone(),
            }),
        }
    }

    /// Removes all that a stopped node has written; its keys, genesis and configuration stay.
    ///
    /// # Errors
    /// `Running`, `Io`.
    pub fn wipe(&self, node: usize) -> Result<(), ClusterError> {
        let home = self.home(node)?;
        let _lock = self.lock(&self.entry(node)?.name)?;
        if let Some(record) = self.process(node) {
            return Err(ClusterError::Running {
                node: self.entry(node)?.name.clone(),
                pid: record.pid,
            });
        }
        for entry in fs::read_dir(&home).map_err(io("read", &home))? {
            let entry = entry.map_err(io("read", &home))?;
            if KEPT.iter().any(|kept| entry.file_name() == *kept) {
                continue;
            }
            let path = entry.path();
            let kind = entry.file_type().map_err(io("read", &path))?;
            let removed = if kind.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.map_err(io("remove", &path))?;
        }
        Ok(())
    }
}
