//! What a node reads besides the engine's messages: gossip, its settings, its keys, its store.

use super::chain::{chain, transactions};
use super::{Form, Target, same};
use allonge_contracts::{PublicKey, tagged_hash};
use allonge_node::config::{NodeConfig, Settings};
use allonge_node::consensus::{peer_id, tcp_multiaddr};
use allonge_node::gossip::Batch;
use allonge_node::keyfile;
use allonge_node::store::{
    Batch as Changes, CheckpointMeta, DecidedRecord, MemoryStore, Records, Store, Write,
};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, OnceLock};

pub fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "gossip",
            form: Form::Bytes,
            most: 64 * 1024,
            read: gossip,
            seeds: gossip_seeds,
        },
        Target {
            name: "config",
            form: Form::Text,
            most: 64 * 1024,
            read: config,
            seeds: config_seeds,
        },
        Target {
            name: "key_file",
            form: Form::Text,
            most: 20 * 1024,
            read: key_file,
            seeds: key_file_seeds,
        },
        Target {
            name: "addresses",
            form: Form::Text,
            most: 512,
            read: addresses,
            seeds: || {
                [&b"127.0.0.1:26656"[..], b"[::1]:1", b"node-1.example:65535"]
                    .map(<[u8]>::to_vec)
                    .to_vec()
            },
        },
        Target {
            name: "checkpoint",
            form: Form::Bytes,
            most: 64 * 1024,
            read: checkpoint,
            seeds: checkpoint_seeds,
        },
        Target {
            name: "store",
            form: Form::Bytes,
            most: 16 * 1024,
            read: store,
            seeds: store_seeds,
        },
    ]
}

fn gossip(bytes: &[u8]) -> bool {
    match Batch::from_bytes(bytes) {
        Ok(batch) => {
            same("batch", bytes, &batch.to_bytes());
            true
        }
        Err(_) => false,
    }
}

fn gossip_seeds() -> Vec<Vec<u8>> {
    let all: Vec<Arc<[u8]>> = transactions()
        .into_iter()
        .map(|(_, bytes)| bytes.into())
        .collect();
    let batch = |count: usize| Batch(all.iter().take(count).cloned().collect()).to_bytes();
    vec![batch(0), batch(1), batch(5)]
}

/// A file that only this target writes; its folder goes with the process.
fn file(name: &'static str, bytes: &[u8]) -> std::path::PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let path = FOLDER
        .get_or_init(|| tempfile::tempdir().unwrap())
        .path()
        .join(name);
    // Removed first: what is written over may go to the disk at once.
    let _ = std::fs::remove_file(&path);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn config(bytes: &[u8]) -> bool {
    let path = file("config.toml", bytes);
    match NodeConfig::load(&path, &Settings::default(), &|_| None) {
        Ok(_) => true,
        Err(error) => {
            assert!(
                error.to_string().len() < 4_096,
                "a refusal that repeats the file"
            );
            false
        }
    }
}

fn config_seeds() -> Vec<Vec<u8>> {
    let mut seeds = [
        "",
        "name = \"node-0\"\nhttp = \"127.0.0.1:8080\"\ninsecure = false\nheartbeat_ms = 10000\n",
        "consensus = \"10.0.0.1:26656\"\ngossip = \"node.example:26657\"\nlog = \"info\"\nlog_json = true\n",
        "block_time_ms = 0\npropose_timeout_ms = 500\nmempool_count = 100\nmempool_bytes = 1_048_576\n",
        "checkpoint_blocks = 10\ncheckpoint_transactions = 0x10\nclock_shift_ms = -5\n",
        "[peers.node-1]\nconsensus = \"127.0.0.1:1\"\ngossip = \"[::1]:2\"\n[peers.\"node 2\"]\n",
        "peers = { a = { gossip = 'b:1' } }\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    seeds.push(super::texts::deep_toml());
    seeds
}

fn key_file(bytes: &[u8]) -> bool {
    let path = file("key", bytes);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    match keyfile::read(&path) {
        Ok(key) => {
            let copy = path.with_extension("copy");
            let _ = std::fs::remove_file(&copy);
            keyfile::write(&copy, &key).unwrap();
            assert_eq!(keyfile::read(&copy).unwrap().to_bytes(), key.to_bytes());
            true
        }
        Err(_) => false,
    }
}

fn key_file_seeds() -> Vec<Vec<u8>> {
    let path = file("made", &[]);
    std::fs::remove_file(&path).unwrap();
    keyfile::write(&path, &ed25519_dalek::SigningKey::from_bytes(&[7; 32])).unwrap();
    let version_1 = std::fs::read(&path).unwrap();
    // Version 2, with the public key.
    let version_2 = "-----BEGIN PRIVATE KEY-----\n\
        MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n\
        Z9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
    vec![version_1, version_2.as_bytes().to_vec()]
}

fn addresses(bytes: &[u8]) -> bool {
    if let Ok(key) = bytes.try_into() {
        let _ = peer_id(&PublicKey(key));
    }
    std::str::from_utf8(bytes).is_ok_and(|text| tcp_multiaddr(text).is_ok())
}

fn checkpoint(bytes: &[u8]) -> bool {
    super::ledger::borsh_same::<CheckpointMeta>(bytes)
}

fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let state = chain().states.last().unwrap();
    let meta = CheckpointMeta {
        header: state.header.as_deref().unwrap().clone(),
        validators: (*state.validators).clone(),
        entries: 7,
        state_chunks: 1,
        ids: 2,
        id_chunks: 1,
    };
    vec![borsh::to_vec(&meta).unwrap()]
}

/// Heights of the prepared store, and that of its checkpoint.
const HEIGHTS: usize = 6;
const CHECKPOINT: usize = 4;

fn prepared() -> &'static MemoryStore {
    static STORE: OnceLock<MemoryStore> = OnceLock::new();
    STORE.get_or_init(|| {
        let store = MemoryStore::new();
        let records =
            Records::open(Box::new(store.clone()), &chain().states[0].genesis_hash).unwrap();
        for written in &chain().blocks[..HEIGHTS] {
            let certificate = written.certificate();
            let body = Write::Block {
                height: certificate.height,
                hash: certificate.block,
                bytes: written.bytes.clone().into(),
            };
            records.write(&[body]).unwrap();
            let record = DecidedRecord {
                certificate,
                receipts: Arc::new(written.receipts()),
            };
            records.write(&[Write::Decided(record)]).unwrap();
        }
        records
            .write_checkpoint(&chain().states[CHECKPOINT])
            .unwrap();
        store
    })
}

/// As the store seals a value, so that what lies behind the checksum is reached.
fn sealed(key: &[u8], value: &[u8]) -> Vec<u8> {
    let length = (key.len() as u16).to_le_bytes();
    let sum = tagged_hash("allonge/stored/1", &[&length, key, value]);
    [&[1][..], &sum.as_bytes()[..8], value].concat()
}

/// The first byte says which record, the second how the rest takes its place: sealed or as it is.
fn store(bytes: &[u8]) -> bool {
    let ([which, how], value) = match bytes.split_first_chunk::<2>() {
        Some((head, value)) => (*head, value),
        None => return false,
    };
    // A copy, as a crash without losses would leave it.
    let copy = prepared().crashed(usize::MAX);
    let shelf = copy
        .shelves()
        .unwrap()
        .first()
        .and_then(|name| copy.existing_shelf(name));
    let (target, keys) = match shelf {
        Some(shelf) if how & 2 != 0 => {
            let keys = shelf.all_keys();
            (shelf, keys)
        }
        _ => {
            let keys = copy.all_keys();
            (copy.clone(), keys)
        }
    };
    let Some(key) = keys.get(usize::from(which) % keys.len().max(1)).cloned() else {
        return false;
    };
    let value = match how & 1 {
        0 => sealed(&key, value),
        _ => value.to_vec(),
    };
    let mut changes = Changes::default();
    changes.put(key, value);
    target.apply(changes).unwrap();
    let genesis = Arc::new(chain().genesis.clone());
    let Ok(records) = Records::open(Box::new(copy), &genesis.hash()) else {
        return false;
    };
    let mut whole = true;
    for height in 1..=HEIGHTS as u64 {
        whole &= records.decided_block(height).is_ok();
        whole &= records.proposed(height).is_ok() && records.built(height).is_ok();
    }
    if let Ok(heights) = records.checkpoints() {
        for height in heights {
            // What loads is the very state: its roots are compared with its header.
            whole &= records.load_checkpoint(height, &genesis).is_ok();
        }
    }
    let _ = records.remove_half_written_checkpoints();
    whole
}

fn store_seeds() -> Vec<Vec<u8>> {
    let store = prepared();
    let mut seeds = Vec::new();
    for (at, key) in store.all_keys().iter().enumerate().take(40) {
        let value = store.get(key).unwrap().unwrap();
        seeds.push([&[at as u8, 0][..], value.get(9..).unwrap_or_default()].concat());
    }
    for name in store.shelves().unwrap() {
        let shelf = store.existing_shelf(&name).unwrap();
        for (at, key) in shelf.all_keys().iter().enumerate().take(10) {
            let value = shelf.get(key).unwrap().unwrap();
            seeds.push([&[at as u8, 2][..], value.get(9..).unwrap_or_default()].concat());
        }
    }
    seeds
}
