//! The files of a network whose nodes run elsewhere: each on a host, or in a container, that bears its name.

use super::error::ClusterError;
use super::files::{GENESIS, KEYS, Made, NewNode, Place, make_folder, make_network};
use super::manifest::MemberEntry;
use super::ports::NodePorts;
use super::process::{io, write_file};
use super::spec::Spec;
use allonge_contracts::Hash;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Where every node listens, on all addresses of its host.
const PORTS: NodePorts = NodePorts {
    http: 8080,
    consensus: 26_656,
    gossip: 26_657,
};

/// What was made. Paths are relative to its folder, which is an ALLONGE_HOME with all members' keys.
#[derive(Clone, Debug, Serialize)]
pub struct HostFiles {
    /// The network's name.
    pub network: String,
    /// Its genesis hash.
    pub genesis: Hash,
    /// The genesis document.
    pub genesis_file: PathBuf,
    /// The folder of member keys.
    pub keys: PathBuf,
    /// The nodes.
    pub nodes: Vec<HostNode>,
    /// The members of the first hour.
    pub members: Vec<MemberEntry>,
}

/// A node that is to run on the host of its name.
#[derive(Clone, Debug, Serialize)]
pub struct HostNode {
    /// Its name, and that of its host.
    pub name: String,
    /// Its folder, to be brought there.
    pub home: PathBuf,
    /// Where its HTTP API will be.
    pub url: String,
    /// Where its consensus will be, `host:port`.
    pub consensus: String,
    /// Where its transaction gossip will be, `host:port`.
    pub gossip: String,
}

/// Makes the files of the spec's network for hosts named as its nodes are, `node-0`, `node-1` and so on; the
/// spec's ports do not matter. Nothing runs. Empty folders may be there already: mounted volumes are such. The
/// genesis document is written last, so that a folder that holds it is whole.
///
/// # Errors
/// `Nodes`, `NotEmpty`, `Io` and other [`ClusterError`]s; a folder that could not be filled is left as far as it
/// came.
pub fn make_for_hosts(spec: &Spec) -> Result<HostFiles, ClusterError> {
    spec.check_nodes()?;
    check_folder(&spec.dir)?;
    make_folder(&spec.dir)?;
    let places = (0..spec.all_nodes()).map(|i| Place {
        host: format!("node-{i}"),
        listen: "0.0.0.0",
        ports: PORTS,
    });
    let Made {
        genesis,
        text,
        nodes,
        members,
    } = make_network(spec, places.collect(), &[])?;
    write_file(&spec.dir.join(GENESIS), &text, 0o644)?;
    Ok(HostFiles {
        network: spec.network.to_string(),
        genesis,
        genesis_file: GENESIS.into(),
        keys: KEYS.into(),
        nodes: nodes.iter().map(host_node).collect(),
        members,
    })
}

fn host_node(node: &NewNode) -> HostNode {
    let at = |port| node.place.at(port);
    HostNode {
        name: node.name.clone(),
        home: node.name.clone().into(),
        url: format!("http://{}", at(PORTS.http)),
        consensus: at(PORTS.consensus),
        gossip: at(PORTS.gossip),
    }
}

/// Only a folder that is new, or holds nothing but empty folders, is filled.
fn check_folder(dir: &Path) -> Result<(), ClusterError> {
    let Some(entries) = entries(dir)? else {
        return Ok(());
    };
    for entry in entries {
        let empty = entry.is_dir() && entries_of(&entry)?.is_empty();
        if !empty {
            return Err(ClusterError::NotEmpty {
                dir: dir.to_owned(),
                cluster: false,
            });
        }
    }
    Ok(())
}

fn entries_of(dir: &Path) -> Result<Vec<PathBuf>, ClusterError> {
    Ok(entries(dir)?.unwrap_or_default())
}

/// What is in a folder; nothing where there is no such folder.
fn entries(dir: &Path) -> Result<Option<Vec<PathBuf>>, ClusterError> {
    let read = match fs::read_dir(dir) {
        Ok(read) => read,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io("use", dir)(e)),
    };
    let paths = read.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
        .map_err(io("read", dir))
}
