//! `allonge cluster files`: a network's files for nodes that run elsewhere.

use crate::fake::{Ran, program};
use allonge_ledger::Genesis;
use allonge_node::config::{NodeConfig, Settings};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn make(dir: &Path) -> Ran {
    let mut command = program();
    command.args(["cluster", "files", "--output", "json", "--dir"]);
    Ran::from(command.arg(dir).output().unwrap())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_node_listens_everywhere_and_is_reached_under_its_name() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("net");
    // As volumes are mounted before anything is in them.
    fs::create_dir_all(dir.join("node-0")).unwrap();
    let ran = make(&dir);
    assert_eq!(ran.code, 0, "{ran:?}");
    let made = ran.json();
    assert_eq!(made["schema"], "allonge.cluster-files/1");
    let text = fs::read(dir.join("genesis.json")).unwrap();
    let genesis: Genesis = serde_json::from_slice(&text).unwrap();
    assert_eq!(made["genesis"], genesis.hash().to_string());
    let nodes = made["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), genesis.validators.len()), (4, 4));
    for node in nodes {
        let name = node["name"].as_str().unwrap();
        assert_eq!(node["url"], format!("http://{name}:8080"));
        let home = dir.join(name);
        assert_eq!(fs::read(home.join("genesis.json")).unwrap(), text);
        for key in ["validator_key", "node_key"] {
            assert_eq!(mode(&home.join(key)), 0o600, "{key}");
        }
        let file = home.join("config.toml");
        let config = NodeConfig::load(&file, &Settings::default(), &|_| None).unwrap();
        assert!(config.insecure);
        assert_eq!(config.http.to_string(), "0.0.0.0:8080");
        assert_eq!(config.consensus.as_deref(), Some("0.0.0.0:26656"));
        assert_eq!(config.gossip.as_deref(), Some("0.0.0.0:26657"));
        let entry = genesis.validators.iter().find(|v| v.name.as_str() == name);
        let entry = entry.expect("the node in genesis");
        assert_eq!(entry.consensus_address.as_str(), format!("{name}:26656"));
        assert_eq!(entry.gossip_address.as_str(), format!("{name}:26657"));
    }
    let members = made["members"].as_array().unwrap();
    assert_eq!(members.len(), 8);
    for member in members {
        let key = Path::new(member["key_file"].as_str().unwrap());
        assert_eq!(mode(key), 0o600, "{member}");
    }
}

#[test]
fn what_is_there_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("net");
    assert_eq!(make(&dir).code, 0);
    let genesis = fs::read(dir.join("genesis.json")).unwrap();
    let again = make(&dir);
    assert_eq!(again.code, 2, "{again:?}");
    assert_eq!(again.error()["error"]["code"], "CLUSTER_FOLDER_NOT_EMPTY");
    assert_eq!(fs::read(dir.join("genesis.json")).unwrap(), genesis);
    // Half of one, as after a crash.
    fs::remove_file(dir.join("genesis.json")).unwrap();
    assert_eq!(make(&dir).code, 2);
}
