//! The written test vectors of the two trees, `tests/vectors/merkle.json` and `trie.json`.
//!
//! `ALLONGE_WRITE_VECTORS=1` writes them; without it what is there is compared.

#![allow(clippy::disallowed_methods, reason = "tests may read files")]

use allonge_contracts::{Hash, tagged_hash};
use allonge_ledger::merkle::{self, MerklePath};
use allonge_ledger::trie::{Proof, RangeProof, Trie};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct MerkleCase {
    leaves: Vec<Hash>,
    root: Hash,
    paths: Vec<MerklePath>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TrieCase {
    what: String,
    /// Key and value in hex.
    entries: Vec<(String, String)>,
    root: Hash,
    proofs: Vec<KeyCase>,
    ranges: Vec<RangeCase>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeyCase {
    key: String,
    value: Option<String>,
    proof: Proof,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct RangeCase {
    prefix: String,
    entries: Vec<(String, String)>,
    proof: RangeProof,
}

fn compare<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(
    name: &str,
    made: &T,
) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(name);
    if std::env::var("ALLONGE_WRITE_VECTORS").is_ok_and(|v| v == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = serde_json::to_string_pretty(made).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let written: T = serde_json::from_str(&text).unwrap();
    assert_eq!(&written, made, "{name} is not what the code makes");
}

fn leaf(n: u8) -> Hash {
    Hash([n; 32])
}

#[test]
fn merkle_vectors() {
    let cases: Vec<MerkleCase> = [0, 1, 2, 3, 4, 5, 7, 8]
        .map(|count| {
            let leaves: Vec<Hash> = (0..count).map(leaf).collect();
            let paths = (0..leaves.len()).map(|i| merkle::path(&leaves, i).unwrap());
            MerkleCase {
                root: merkle::root(&leaves),
                paths: paths.collect(),
                leaves,
            }
        })
        .into();
    compare("merkle.json", &cases);
}

/// Three leaves by hand, from the documented layout.
#[test]
fn merkle_root_by_hand() {
    let tag = "allonge/merkle/1";
    let leaf_hash = |n| tagged_hash(tag, &[&[0], &leaf(n).0]);
    let node = |l: Hash, r: Hash| tagged_hash(tag, &[&[1], &l.0, &r.0]);
    let top = node(node(leaf_hash(0), leaf_hash(1)), leaf_hash(2));
    let root = tagged_hash(tag, &[&[2], &3u64.to_le_bytes(), &top.0]);
    assert_eq!(merkle::root(&[leaf(0), leaf(1), leaf(2)]), root);
}

fn trie_case(what: &str, entries: &[(&str, &str)], keys: &[&str], prefixes: &[&str]) -> TrieCase {
    let bytes = |text: &str| hex::decode(text).unwrap();
    let trie =
        Trie::from_sorted(entries.iter().map(|(k, v)| (bytes(k), Arc::from(bytes(v))))).unwrap();
    let proofs = keys.iter().map(|key| {
        let proof = trie.prove(&bytes(key));
        let value = proof.verify(&trie.root(), &bytes(key)).unwrap();
        KeyCase {
            key: key.to_string(),
            value: value.map(hex::encode),
            proof,
        }
    });
    let ranges = prefixes.iter().map(|prefix| {
        let proof = trie.prove_prefix(&bytes(prefix), 100).unwrap();
        let found = proof.verify(&trie.root(), &bytes(prefix)).unwrap();
        RangeCase {
            prefix: prefix.to_string(),
            entries: found
                .iter()
                .map(|(k, v)| (hex::encode(k), hex::encode(v)))
                .collect(),
            proof,
        }
    });
    TrieCase {
        what: what.to_owned(),
        entries: entries
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect(),
        root: trie.root(),
        proofs: proofs.collect(),
        ranges: ranges.collect(),
    }
}

#[test]
fn trie_vectors() {
    let lots = [
        ("0100000000", "01aa"),
        ("0100000064", "01bb"),
        ("01000000c8", "01cc"),
        ("0200000000", "01dd"),
        ("81ffffff", "01ee"),
    ];
    let cases = vec![
        trie_case("no entries", &[], &["01"], &["", "01"]),
        trie_case(
            "one entry",
            &[("01", "01aa")],
            &["01", "02"],
            &["", "01", "02"],
        ),
        trie_case(
            "two entries that part at bit 0",
            &[("01", "01aa"), ("81", "01bb")],
            &["01", "81", "80"],
            &["", "01"],
        ),
        trie_case(
            "three lots of one bill, one of another, and a longer way around",
            &lots,
            &["0100000064", "0100000065", "0300000000"],
            &["", "01000000", "02000000", "03000000", "0100"],
        ),
    ];
    compare("trie.json", &cases);
}

/// Two entries by hand, from the documented layout: 01 and 81 part at bit 0.
#[test]
fn trie_root_by_hand() {
    let leaf = |key: u8, value: [u8; 2]| {
        let value = tagged_hash("allonge/trie-value/1", &[&value]);
        tagged_hash("allonge/trie-leaf/1", &[&[1, key], value.as_bytes()])
    };
    let (left, right) = (leaf(0x01, [1, 0xaa]), leaf(0x81, [1, 0xbb]));
    let root = tagged_hash("allonge/trie-node/1", &[&[0, 0], &left.0, &right.0]);
    let case = trie_case("", &[("01", "01aa"), ("81", "01bb")], &[], &[]);
    assert_eq!(case.root, root);
}
