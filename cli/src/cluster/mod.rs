//! A whole network on this machine: its files made from a [`Spec`], its nodes run as real processes by a
//! [`Cluster`]. `allonge cluster`, `allonge demo`, `allonge bench` and the tests stand on it.
//!
//! A cluster's folder:
//!
//! | path | what |
//! |---|---|
//! | `cluster.json` | the [`Manifest`] |
//! | `genesis.json` | the genesis document |
//! | `keys/NAME.pem` | a member's key; the folder is an ALLONGE_HOME |
//! | `node-N/` | a node's home: configuration, keys, genesis, data |
//! | `logs/node-N.log` | what it says |
//! | `run/links.json`, `run/links.plan.json` | the forwarder between the nodes, if there is one, and what it breaks |
//! | `run/node-N.json` | its process, with when it began, so that no other is taken for it |
//!
//! Nodes that shall not outlive the process that started them are given a pipe as standard input and stop
//! when it closes, which the system does for a process however it ends.

mod breaks;
mod error;
mod files;
mod hosts;
mod manifest;
mod network;
mod ports;
mod process;
mod spec;

pub use breaks::MAX_LINKED_NODES;
pub use error::ClusterError;
pub(crate) use files::{CLOSE_MINUTE, UTC_OFFSET_MINUTES, first_moment};
pub use hosts::{HostFiles, HostNode, make_for_hosts};
pub use manifest::{LinkEntry, MANIFEST_FILE, MANIFEST_VERSION, Manifest, MemberEntry, NodeEntry};
pub use network::{Cluster, READY_WITHIN, STOP_WITHIN};
pub use ports::{Ports, free_ports};
pub use process::{ProcStat, memory, proc_stat, stop_when_stdin_closes};
pub use spec::{BuiltIn, Lifetime, MAX_NODES, MemberSpec, Spec, names};
pub(crate) use spec::{built_in, whole};
