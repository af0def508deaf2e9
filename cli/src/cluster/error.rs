//! Why a local network cannot do what was asked.

use super::breaks::MAX_LINKED_NODES;
use super::spec::{BuiltIn, MAX_NODES};
use crate::client::ClientError;
use crate::invoice::InvoiceKeyError;
use crate::keystore::KeystoreError;
use allonge_node::guard::GuardError;
use std::path::PathBuf;

/// A local network that cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Too few or too many.
    #[error("{0} nodes: a cluster has 1 to {MAX_NODES}, and at least one of them votes")]
    Nodes(usize),
    /// Too many for a forwarder.
    #[error("{0} nodes: a breakable cluster has at most {MAX_LINKED_NODES}")]
    TooManyLinked(usize),
    /// The nodes reach each other directly.
    #[error("the nodes of {} reach each other directly, so nothing between them can be broken", .dir.display())]
    NotBreakable {
        /// The folder.
        dir: PathBuf,
    },
    /// The plan of what is broken cannot be read.
    #[error("{}: {what}", .file.display())]
    Plan {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There is something in the folder.
    #[error("the folder {} is not empty", .dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
        /// It holds a cluster.
        cluster: bool,
    },
    /// There is no cluster in the folder.
    #[error("there is no cluster in {}", .dir.display())]
    NoCluster {
        /// The folder.
        dir: PathBuf,
    },
    /// The manifest cannot be understood.
    #[error("{} is not a cluster's manifest: {what}", .file.display())]
    Manifest {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// No such node.
    #[error("there is no node `{name}`: this cluster has {have}")]
    NoSuchNode {
        /// What was asked for.
        name: String,
        /// What there is.
        have: String,
    },
    /// No such member.
    #[error("there is no member `{0}` in this cluster's manifest")]
    NoSuchMember(String),
    /// A port is in use.
    #[error("port {port}, for {using} of {node}, cannot be used: {source}")]
    PortTaken {
        /// The port.
        port: u16,
        /// What for.
        using: &'static str,
        /// Whose.
        node: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The ports that follow are beyond the last one, or the base is 0.
    #[error(
        "base port {base} leaves no room for {nodes} nodes: each takes ten ports from 1 to 65535"
    )]
    BasePort {
        /// The base.
        base: u16,
        /// How many nodes.
        nodes: usize,
    },
    /// None free.
    #[error("fewer than {need} free ports on this machine")]
    NoFreePorts {
        /// How many were needed.
        need: usize,
    },
    /// It runs already.
    #[error("{node} is running already (process {pid})")]
    Running {
        /// Which.
        node: String,
        /// Its process.
        pid: u32,
    },
    /// It does not run.
    #[error("{node} is not running")]
    NotRunning {
        /// Which.
        node: String,
    },
    /// It ended while it was waited for.
    #[error("{node} ended before it was ready ({status}); the end of its log {}:\n{tail}", .log.display())]
    Exited {
        /// Which.
        node: String,
        /// How, as far as known.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// It is not ready in time.
    #[error("{node} is not ready after {seconds} s: {last}; its log is {}", .log.display())]
    NotReady {
        /// Which.
        node: String,
        /// How long it was waited for.
        seconds: u64,
        /// What it said last.
        last: String,
        /// Its log.
        log: PathBuf,
    },
    /// It does not end.
    #[error("{node} (process {pid}) does not stop")]
    DoesNotStop {
        /// Which.
        node: String,
        /// Its process.
        pid: u32,
    },
    /// A file or folder.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io {
        /// `read`, `write`, `create`, …
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A process could not be started or signalled.
    #[error("cannot {doing}: {source}")]
    Process {
        /// What was tried.
        doing: String,
        /// Why not.
        source: std::io::Error,
    },
    /// No randomness.
    #[error("the system gave no random bytes: {0}")]
    Random(String),
    /// The genesis made from the spec is refused by the ledger's own rules.
    #[error("the network's genesis breaks a rule: {0}")]
    Genesis(String),
    /// Keys.
    #[error(transparent)]
    Keys(#[from] KeystoreError),
    /// A signing guard cannot be made.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The invoice key.
    #[error(transparent)]
    InvoiceKey(#[from] InvoiceKeyError),
    /// The client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// This program's own mistake.
    #[error(transparent)]
    BuiltIn(#[from] BuiltIn),
}

impl ClusterError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            ClusterError::Nodes(_) => "CLUSTER_NODES",
            ClusterError::TooManyLinked(_) => "CLUSTER_TOO_MANY_LINKED",
            ClusterError::NotBreakable { .. } => "CLUSTER_NOT_BREAKABLE",
            ClusterError::Plan { .. } => "CLUSTER_PLAN",
            ClusterError::NotEmpty { .. } => "CLUSTER_FOLDER_NOT_EMPTY",
            ClusterError::NoCluster { .. } => "CLUSTER_NOT_FOUND",
            ClusterError::Manifest { .. } => "CLUSTER_MANIFEST",
            ClusterError::NoSuchNode { .. } => "CLUSTER_NO_SUCH_NODE",
            ClusterError::NoSuchMember(_) => "CLUSTER_NO_SUCH_MEMBER",
            ClusterError::PortTaken { .. } => "PORT_TAKEN",
            ClusterError::BasePort { .. } => "BASE_PORT",
            ClusterError::NoFreePorts { .. } => "NO_FREE_PORTS",
            ClusterError::Running { .. } => "NODE_RUNNING",
            ClusterError::NotRunning { .. } => "NODE_NOT_RUNNING",
            ClusterError::Exited { .. } => "NODE_EXITED",
            ClusterError::NotReady { .. } => "NODE_NOT_READY",
            ClusterError::DoesNotStop { .. } => "NODE_DOES_NOT_STOP",
            ClusterError::Io { .. } => "CLUSTER_IO",
            ClusterError::Process { .. } => "CLUSTER_PROCESS",
            ClusterError::Random(_) => "CLUSTER_RANDOM",
            ClusterError::Genesis(_) => "CLUSTER_GENESIS",
            ClusterError::Keys(error) => error.code(),
            ClusterError::Guard(_) => "CLUSTER_IO",
            ClusterError::InvoiceKey(_) => "INVOICE_KEY",
            ClusterError::Client(_) => "CLUSTER_CLIENT",
            ClusterError::BuiltIn(_) => "CLUSTER_BUILT_IN",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            ClusterError::Nodes(_) => "give --nodes a number in that range; four bear the loss of one".to_owned(),
            ClusterError::TooManyLinked(_) => "give --nodes a smaller number, or leave out --breakable".to_owned(),
            ClusterError::NotBreakable { .. } => "make a cluster with `allonge cluster up --breakable`".to_owned(),
            ClusterError::Plan { .. } => "mend everything with `allonge cluster heal`".to_owned(),
            ClusterError::NotEmpty { dir, cluster: true } => format!(
                "it holds a cluster: start it again with `allonge cluster start --dir {0}`, or remove it with `allonge cluster down --dir {0} --remove`",
                dir.display()
            ),
            ClusterError::NotEmpty { .. } => "name a new or empty folder with --dir".to_owned(),
            ClusterError::NoCluster { .. } => "make one with `allonge cluster up`, or name its folder with --dir".to_owned(),
            ClusterError::Manifest { .. } => "it was changed or is of another version: make a new cluster with `allonge cluster up`".to_owned(),
            ClusterError::NoSuchNode { .. } => "name a node by its number, such as 0, or its name, such as node-0".to_owned(),
            ClusterError::NoSuchMember(_) => "see the members with `allonge cluster status`".to_owned(),
            ClusterError::PortTaken { .. } => "choose another --base-port, or leave it out for free ports".to_owned(),
            ClusterError::BasePort { .. } => "choose a --base-port such as 7000".to_owned(),
            ClusterError::NoFreePorts { .. } => "end programs that listen on many ports".to_owned(),
            ClusterError::Running { node, .. } => format!("stop it first: `allonge cluster kill {node}`"),
            ClusterError::NotRunning { node } => format!("start it with `allonge cluster start {node}`"),
            ClusterError::Exited { .. } | ClusterError::NotReady { .. } => {
                "read the log; `allonge node check --home FOLDER` examines a node's files".to_owned()
            }
            ClusterError::DoesNotStop { node, .. } => format!("end it with `allonge cluster kill {node}`"),
            ClusterError::Io { .. } | ClusterError::Guard(_) => "check the folder, its permissions and the room on its disk".to_owned(),
            ClusterError::Process { .. } => "check that the `allonge` program is still where it was".to_owned(),
            ClusterError::Random(_) => "try again".to_owned(),
            ClusterError::Genesis(_) | ClusterError::BuiltIn(_) => "this is a mistake in allonge: please report it".to_owned(),
            ClusterError::Keys(error) => error.hint(),
            ClusterError::InvoiceKey(error) => error.hint(),
            ClusterError::Client(_) => "see `allonge cluster status`".to_owned(),
        }
    }
}
