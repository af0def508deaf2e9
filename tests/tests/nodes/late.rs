//! A node that is not of the cluster's making.

use allonge_contracts::PublicKey;
use allonge_node::guard::Guard;
use allonge_node::keyfile;
use ed25519_dalek::SigningKey;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::{Network, Ran, Shell, binary, public};

/// Its folder, and its process once it runs. Dropped, it is killed.
pub struct Late {
    name: String,
    home: PathBuf,
    validator: PublicKey,
    peer: PublicKey,
    addresses: [String; 3],
    child: Option<Child>,
}

/// Addresses that are free now, all held until all are found.
fn free() -> [String; 3] {
    let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().to_string())
}

impl Late {
    /// A node with keys of its own, which is on nobody's list yet.
    pub fn new(network: &Network, name: &str) -> Self {
        let home = network.own_folder(name);
        let (validator, peer) = (
            SigningKey::from_bytes(&[91; 32]),
            SigningKey::from_bytes(&[92; 32]),
        );
        keyfile::write(&home.join("validator_key"), &validator).unwrap();
        keyfile::write(&home.join("node_key"), &peer).unwrap();
        Guard::create(&home.join("guard"), &public(&validator)).unwrap();
        fs::copy(
            network.home(0).join("genesis.json"),
            home.join("genesis.json"),
        )
        .unwrap();
        Self::with(name, home, public(&validator), public(&peer))
    }

    /// A copy of a node's folder, elsewhere, with ports of its own.
    pub fn copy_of(network: &Network, node: usize) -> Self {
        let (from, home) = (network.home(node), network.own_folder("copy"));
        for name in ["validator_key", "node_key", "genesis.json"] {
            fs::copy(from.join(name), home.join(name)).unwrap();
        }
        copy_folder(&from.join("guard"), &home.join("guard"));
        let key = |name| public(&keyfile::read(&home.join(name)).unwrap());
        let (validator, peer) = (key("validator_key"), key("node_key"));
        Self::with("copy", home, validator, peer)
    }

    fn with(name: &str, home: PathBuf, validator: PublicKey, peer: PublicKey) -> Self {
        Late {
            name: name.to_owned(),
            home,
            validator,
            peer,
            addresses: free(),
            child: None,
        }
    }

    pub fn validator(&self) -> PublicKey {
        self.validator
    }

    /// Proposes it as a validator.
    pub fn propose_with(&self, operator: &Shell) -> Ran {
        let [_, consensus, gossip] = &self.addresses;
        let (validator, peer) = (self.validator.to_string(), self.peer.to_string());
        operator.runs(&[
            "gov",
            "propose",
            "add-validator",
            &self.name,
            "--member",
            "first-bank",
            "--consensus-key",
            &validator,
            "--peer-key",
            &peer,
            "--consensus-address",
            consensus,
            "--gossip-address",
            gossip,
            "--power",
            "1",
            "--as",
            "regulator",
        ])
    }

    fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    /// Starts it; it ends with this process.
    pub fn start(&mut self) {
        let log = fs::File::create(self.log()).unwrap();
        let [http, consensus, gossip] = &self.addresses;
        let child = Command::new(binary())
            .args([
                "node",
                "run",
                "--admitted",
                "--until-stdin-closes",
                "--heartbeat-ms",
                "300",
            ])
            .args(["--http", http, "--consensus", consensus, "--gossip", gossip])
            .args(["--log", "info,arc_malachitebft=warn", "--home"])
            .arg(&self.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
    }

    /// The highest height at which its guard remembers a signature.
    pub fn remembers(&self) -> u64 {
        let memory = Guard::look(&self.home.join("guard"), &self.validator)
            .unwrap()
            .unwrap();
        memory.prevote.map_or(0, |signed| signed.height)
    }

    /// The height above which its guard let it sign after it was held.
    pub fn released_at(&self) -> u64 {
        let memory = Guard::look(&self.home.join("guard"), &self.validator)
            .unwrap()
            .unwrap();
        assert_eq!(memory.held_since_ms, None);
        memory.floor
    }

    /// Ends it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().unwrap();
        }
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        self.stop();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
