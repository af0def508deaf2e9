//! The golden chain of `tests/vectors/`: real inputs of every kind, and states to try them on.

use allonge_contracts::{Hash, MemberId, PublicKey, Signature, tagged_hash};
use allonge_ledger::{
    Approval, Block, Body, Certificate, CheckedTransaction, Genesis, HexBytes, LedgerState,
    Receipts, Transaction,
};
use ed25519_dalek::{Signer, SigningKey};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder `tests`.
pub fn tests() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the folder `tests`.
pub fn file(name: &str) -> Vec<u8> {
    let path = tests().join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All files of a folder of `tests`, in the order of their names.
#[cfg(feature = "node")]
pub fn files(folder: &str) -> Vec<Vec<u8>> {
    let path = tests().join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

#[derive(Deserialize)]
struct Golden {
    genesis: Genesis,
    blocks: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    block: HexBytes,
    certificate: Certified,
    receipts: Had,
}

#[derive(Deserialize)]
struct Certified {
    bytes: HexBytes,
}

#[derive(Deserialize)]
struct Had {
    bytes: HexBytes,
}

/// One block of the chain, as written.
pub struct Written {
    /// The encoded block.
    pub bytes: Vec<u8>,
    /// What makes it final, encoded.
    pub certificate: Vec<u8>,
    /// What came of it, encoded.
    pub receipts: Vec<u8>,
}

impl Written {
    /// The block.
    pub fn block(&self) -> Block {
        Block::from_bytes(&self.bytes).unwrap()
    }

    /// Its certificate.
    pub fn certificate(&self) -> Certificate {
        borsh::from_slice(&self.certificate).unwrap()
    }

    /// Its receipts.
    pub fn receipts(&self) -> Receipts {
        borsh::from_slice(&self.receipts).unwrap()
    }
}

/// The chain with the state before each block; the last state is after the last one.
pub struct Chain {
    /// Its genesis.
    pub genesis: Genesis,
    /// Its blocks, from height 1.
    pub blocks: Vec<Written>,
    /// The state at heights 0 and up.
    pub states: Vec<LedgerState>,
}

/// The chain, executed once.
pub fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| {
        let golden: Golden = serde_json::from_slice(&file("vectors/chain.json")).unwrap();
        let blocks: Vec<Written> = golden
            .blocks
            .into_iter()
            .map(|case| Written {
                bytes: case.block.0,
                certificate: case.certificate.bytes.0,
                receipts: case.receipts.bytes.0,
            })
            .collect();
        let mut states = vec![LedgerState::genesis(golden.genesis.clone()).unwrap()];
        for written in &blocks {
            let block = written.block();
            let before = states.last().unwrap();
            let transactions = block.transactions.iter().map(|bytes| {
                CheckedTransaction::certified(bytes.clone(), &before.genesis_hash).unwrap()
            });
            let executed = before.execute(&block.header, transactions.collect());
            states.push(executed.unwrap().state);
        }
        Chain {
            genesis: golden.genesis,
            blocks,
            states,
        }
    })
}

/// The transactions of the chain with the height before their block, at most so many bytes each.
pub fn transactions() -> Vec<(u16, Vec<u8>)> {
    let blocks = (0u16..).zip(&chain().blocks);
    blocks
        .flat_map(|(before, written)| {
            let transactions = written.block().transactions;
            transactions
                .into_iter()
                .map(move |bytes| (before, bytes.to_vec()))
        })
        .collect()
}

/// The key of a member of the chain; that of `duo`, which needs two, is none of its.
pub fn key(member: &MemberId) -> SigningKey {
    SigningKey::from_bytes(&tagged_hash("test/key", &[member.as_str().as_bytes()]).0)
}

/// A body signed by its actor's key.
pub fn sign(body: Body) -> Transaction {
    let key = key(&body.actor);
    let signature = key.sign(&Body::sign_bytes(&body.id()));
    let approval = Approval {
        key: PublicKey(key.verifying_key().to_bytes()),
        signature: Signature(signature.to_bytes()),
    };
    Transaction {
        body,
        signatures: vec![approval],
    }
}

/// The network of the chain.
pub fn genesis_hash() -> Hash {
    chain().states[0].genesis_hash
}
