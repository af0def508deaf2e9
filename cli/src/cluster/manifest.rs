//! The manifest of a cluster: what `cluster up` made, for people, scripts and later commands.

use super::error::ClusterError;
use super::process::{io, write_file};
use allonge_contracts::bills::BankNumber;
use allonge_contracts::members::{LegalId, Role};
use allonge_contracts::{Currency, Hash, MemberId, Money, PublicKey};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The version of manifests.
pub const MANIFEST_VERSION: u32 = 1;
/// The manifest's name in a cluster's folder.
pub const MANIFEST_FILE: &str = "cluster.json";
/// Larger files are no manifests.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What a cluster is made of. Paths are relative to its folder. Which processes run is not in it: every
/// node has a file under `run/` for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format version, 1.
    pub version: u32,
    /// The network's name.
    pub network: String,
    /// Its genesis hash.
    pub genesis: Hash,
    /// The genesis document.
    pub genesis_file: PathBuf,
    /// The folder of member keys.
    pub keys: PathBuf,
    /// Currencies, all issued by `authority`.
    pub currencies: Vec<Currency>,
    /// Who issues the currencies.
    pub authority: MemberId,
    /// The nodes, by number.
    pub nodes: Vec<NodeEntry>,
    /// The members of the first hour.
    pub members: Vec<MemberEntry>,
    /// The forwarder's ways between nodes; none where they reach each other directly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkEntry>,
}

/// A way from one node to another through the forwarder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEntry {
    /// The number of the node that connects.
    pub from: usize,
    /// The number of the node that it reaches.
    pub to: usize,
    /// Where the first finds the consensus of the second, `host:port`.
    pub consensus: String,
    /// Where the first finds the transaction gossip of the second, `host:port`.
    pub gossip: String,
}

/// A node of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeEntry {
    /// Its name, `node-0`.
    pub name: String,
    /// The key that signs its votes; an observer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<PublicKey>,
    /// Its folder.
    pub home: PathBuf,
    /// Its log.
    pub log: PathBuf,
    /// Where its HTTP API is, `http://127.0.0.1:port`.
    pub url: String,
    /// Where its consensus listens, `host:port`.
    pub consensus: String,
    /// Where its transaction gossip listens, `host:port`.
    pub gossip: String,
}

/// A member of the cluster's network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberEntry {
    /// Its name.
    pub id: MemberId,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Its legal identifier.
    pub legal_id: Option<LegalId>,
    /// Its number in the payment system.
    pub bank_number: Option<BankNumber>,
    /// Where it keeps its account.
    pub account_bank: Option<MemberId>,
    /// Its opening cash.
    pub balances: Vec<Money>,
    /// Its public key.
    pub key: PublicKey,
    /// The file of its key, PKCS#8 PEM.
    pub key_file: PathBuf,
}

impl Manifest {
    /// Reads the manifest of the cluster in `dir`.
    ///
    /// # Errors
    /// `NoCluster`, `Manifest`, `Io`.
    pub fn read(dir: &Path) -> Result<Self, ClusterError> {
        let file = dir.join(MANIFEST_FILE);
        let bad = |what: String| ClusterError::Manifest {
            file: file.clone(),
            what,
        };
        let opened = match File::open(&file) {
            Ok(opened) => opened,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(ClusterError::NoCluster {
                    dir: dir.to_owned(),
                });
            }
            Err(e) => return Err(io("open", &file)(e)),
        };
        let mut bytes = Vec::new();
        opened
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(io("read", &file))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(bad(format!("it has more than {MAX_BYTES} bytes")));
        }
        // The version first, so that a newer manifest is named as such and not by its new fields.
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(u64::from(MANIFEST_VERSION)) {
            let found = value
                .get("version")
                .map_or("none".to_owned(), ToString::to_string);
            return Err(bad(format!(
                "version {found}, this program reads version {MANIFEST_VERSION}"
            )));
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(|e| bad(e.to_string()))?;
        manifest.check().map_err(bad)?;
        Ok(manifest)
    }

    /// Nothing in a manifest may lead out of its folder or to another machine.
    fn check(&self) -> Result<(), String> {
        let nodes = self.nodes.iter().flat_map(|node| [&node.home, &node.log]);
        let members = self.members.iter().map(|member| &member.key_file);
        for path in nodes.chain(members).chain([&self.genesis_file, &self.keys]) {
            let inside = path
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            if !inside || path.as_os_str().is_empty() {
                return Err(format!(
                    "the path `{}` leads out of the cluster's folder",
                    path.display()
                ));
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            if node.name != format!("node-{i}") {
                return Err(format!(
                    "node {i} is named `{}`, it must be node-{i}",
                    node.name
                ));
            }
        }
        if self.nodes.is_empty() {
            return Err("it has no nodes".to_owned());
        }
        let known = |node: usize| node < self.nodes.len();
        if let Some(link) = self.links.iter().find(|l| !known(l.from) || !known(l.to)) {
            return Err(format!(
                "a link goes from node {} to node {}, and there are {} nodes",
                link.from,
                link.to,
                self.nodes.len()
            ));
        }
        Ok(())
    }

    pub(super) fn write(&self, dir: &Path) -> Result<(), ClusterError> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        write_file(&dir.join(MANIFEST_FILE), &text, 0o644)
    }

    /// The number of a node, given as `0` or `node-0`.
    ///
    /// # Errors
    /// `NoSuchNode`.
    pub fn node_index(&self, name: &str) -> Result<usize, ClusterError> {
        name.strip_prefix("node-")
            .unwrap_or(name)
            .parse()
            .ok()
            .filter(|i| *i < self.nodes.len())
            .ok_or_else(|| ClusterError::NoSuchNode {
                name: name.chars().take(80).collect(),
                have: match self.nodes.len() {
                    1 => "node-0 alone".to_owned(),
                    n => format!("node-0 to node-{}", n - 1),
                },
            })
    }

    /// A member by name.
    ///
    /// # Errors
    /// `NoSuchMember`.
    pub fn member(&self, name: &str) -> Result<&MemberEntry, ClusterError> {
        self.members
            .iter()
            .find(|member| member.id.as_str() == name)
            .ok_or_else(|| ClusterError::NoSuchMember(name.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let node = |i: usize| NodeEntry {
            name: format!("node-{i}"),
            validator: Some(PublicKey([1; 32])),
            home: format!("node-{i}").into(),
            log: format!("logs/node-{i}.log").into(),
            url: "http://127.0.0.1:1".to_owned(),
            consensus: "127.0.0.1:2".to_owned(),
            gossip: "127.0.0.1:3".to_owned(),
        };
        Manifest {
            version: MANIFEST_VERSION,
            network: "n".to_owned(),
            genesis: Hash([7; 32]),
            genesis_file: "genesis.json".into(),
            keys: "keys".into(),
            currencies: vec!["CNY".parse().unwrap()],
            authority: "central-bank".parse().unwrap(),
            nodes: (0..3).map(node).collect(),
            members: Vec::new(),
            links: vec![LinkEntry {
                from: 0,
                to: 2,
                consensus: "127.0.0.1:4".to_owned(),
                gossip: "127.0.0.1:5".to_owned(),
            }],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        manifest().write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), manifest());
    }

    #[test]
    fn what_is_no_manifest_says_why() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            Manifest::read(dir.path()),
            Err(ClusterError::NoCluster { .. })
        ));
        let good = serde_json::to_value(manifest()).unwrap();
        let changed = |at: &str, value: serde_json::Value| {
            let mut bad = good.clone();
            *bad.pointer_mut(at).unwrap() = value;
            bad.to_string()
        };
        for (text, says) in [
            ("{".to_owned(), "EOF"),
            ("{}".to_owned(), "version none"),
            (changed("/version", 2.into()), "version 2"),
            (changed("/nodes/1/home", "../x".into()), "`../x` leads out"),
            (changed("/keys", "/etc".into()), "`/etc` leads out"),
            (
                changed("/nodes/1/name", "node-7".into()),
                "node 1 is named `node-7`",
            ),
            (changed("/nodes", serde_json::json!([])), "no nodes"),
            (
                changed("/links/0/to", 3.into()),
                "to node 3, and there are 3",
            ),
            (
                changed(
                    "/nodes/0",
                    serde_json::json!({"name": "node-0", "colour": 1}),
                ),
                "colour",
            ),
        ] {
            std::fs::write(dir.path().join(MANIFEST_FILE), &text).unwrap();
            match Manifest::read(dir.path()) {
                Err(ClusterError::Manifest { what, .. }) => {
                    assert!(what.contains(says), "{text}: {what}")
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn nodes_by_number_or_name() {
        let manifest = manifest();
        assert_eq!(manifest.node_index("2").unwrap(), 2);
        assert_eq!(manifest.node_index("node-0").unwrap(), 0);
        for name in ["3", "node-3", "", "x", "-1", "node-node-1"] {
            let error = manifest.node_index(name).unwrap_err();
            assert!(error.to_string().contains("node-0 to node-2"), "{error}");
        }
    }
}
