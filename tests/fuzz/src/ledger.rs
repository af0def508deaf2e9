//! The formats of the book: transactions, blocks, receipts, certificates, genesis, proofs.

use super::chain::{chain, file, genesis_hash, transactions};
use super::{Form, Target, same};
use allonge_contracts::{Call, Event, Hash};
use allonge_ledger::merkle::MerklePath;
use allonge_ledger::trie::{Proof, RangeProof};
use allonge_ledger::{
    Block, Certificate, CheckedTransaction, Genesis, Header, HexBytes, LedgerState, NoKeyCache,
    ProofFile, Receipts, Transaction, ValidatorSet, verify,
};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

pub fn targets() -> Vec<Target> {
    let bytes = |name, read, seeds| Target {
        name,
        form: Form::Bytes,
        most: 64 * 1024,
        read,
        seeds,
    };
    let json = |name, read, seeds| Target {
        name,
        form: Form::Json,
        most: 128 * 1024,
        read,
        seeds,
    };
    vec![
        Target {
            form: Form::Transaction { after: 0 },
            ..bytes("transaction", transaction, transaction_seeds)
        },
        json("transaction_json", transaction_json, transaction_json_seeds),
        bytes("call", borsh_same::<Call>, call_seeds),
        bytes("event", borsh_same::<Event>, event_seeds),
        bytes("block", block, block_seeds),
        bytes("receipts", borsh_same::<Receipts>, receipts_seeds),
        bytes("certificate", certificate, certificate_seeds),
        json("certificate_json", certificate_json, certificate_json_seeds),
        bytes("validators", borsh_same::<ValidatorSet>, validators_seeds),
        json("genesis", genesis, genesis_seeds),
        bytes("trie_proof", trie_proof, trie_proof_seeds),
        bytes("merkle_path", merkle_path, merkle_seeds),
        json("proof", proof, proof_seeds),
    ]
}

/// Reads borsh; what is read is written as the same bytes.
pub fn borsh_same<T: BorshSerialize + BorshDeserialize>(bytes: &[u8]) -> bool {
    let Ok(value) = borsh::from_slice::<T>(bytes) else {
        return false;
    };
    let name = std::any::type_name::<T>();
    same(name, bytes, &borsh::to_vec(&value).unwrap());
    true
}

/// Reads JSON; what is read is read from its own JSON again as the same.
pub fn json_same<T: serde::Serialize + DeserializeOwned + PartialEq + Debug>(
    bytes: &[u8],
) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let again = serde_json::to_vec(&value).expect("what was read can be written");
    let back: T = serde_json::from_slice(&again).expect("what was written can be read");
    assert_eq!(value, back, "read again as another value");
    Some(value)
}

fn transaction(bytes: &[u8]) -> bool {
    let Ok(read) = Transaction::from_bytes(bytes) else {
        return false;
    };
    same("transaction", bytes, &read.to_bytes());
    let json = Transaction::from_json(read.to_json().as_bytes());
    assert_eq!(json.as_ref(), Ok(&read), "its JSON form says the same");
    // Whatever the signatures are, they are checked without harm.
    let _ = CheckedTransaction::check(bytes.into(), &read.body.genesis, &NoKeyCache);
    true
}

fn transaction_seeds() -> Vec<Vec<u8>> {
    transactions().into_iter().map(|(_, bytes)| bytes).collect()
}

fn transaction_json(bytes: &[u8]) -> bool {
    let Ok(read) = Transaction::from_json(bytes) else {
        return false;
    };
    let canonical = read.to_bytes();
    assert_eq!(
        Transaction::from_bytes(&canonical).as_ref(),
        Ok(&read),
        "what JSON says can be written in bytes"
    );
    let again = Transaction::from_json(read.to_json().as_bytes());
    assert_eq!(again, Ok(read), "JSON written and read");
    true
}

fn transaction_json_seeds() -> Vec<Vec<u8>> {
    let read = |bytes: Vec<u8>| {
        Transaction::from_bytes(&bytes)
            .unwrap()
            .to_json()
            .into_bytes()
    };
    transaction_seeds().into_iter().map(read).collect()
}

fn call_seeds() -> Vec<Vec<u8>> {
    vector_bytes("vectors/calls.json", "calls")
}

fn event_seeds() -> Vec<Vec<u8>> {
    vector_bytes("vectors/calls.json", "events")
}

/// The hex in the field `bytes` of each entry of a list in a file of vectors.
fn vector_bytes(name: &str, list: &str) -> Vec<Vec<u8>> {
    let value: Value = serde_json::from_slice(&file(name)).unwrap();
    let entries = value[list].as_array().expect(list);
    let bytes = entries.iter().map(|e| e["bytes"].as_str().expect("hex"));
    bytes.map(|text| hex::decode(text).unwrap()).collect()
}

fn block(bytes: &[u8]) -> bool {
    let Ok(read) = Block::from_bytes(bytes) else {
        return false;
    };
    same("block", bytes, &read.to_bytes());
    let header = json_same::<Header>(&serde_json::to_vec(&read.header).unwrap());
    assert_eq!(header.as_ref(), Some(&read.header), "the header as JSON");
    true
}

fn block_seeds() -> Vec<Vec<u8>> {
    let blocks = chain().blocks.iter();
    blocks
        .map(|block| block.bytes.clone())
        .filter(|bytes| short(bytes))
        .collect()
}

fn short(bytes: &[u8]) -> bool {
    bytes.len() <= 8 * 1024
}

fn receipts_seeds() -> Vec<Vec<u8>> {
    let blocks = chain().blocks.iter();
    blocks
        .map(|block| block.receipts.clone())
        .filter(|bytes| short(bytes))
        .collect()
}

fn certificate(bytes: &[u8]) -> bool {
    let read = borsh_same::<Certificate>(bytes);
    if read {
        let certificate: Certificate = borsh::from_slice(bytes).unwrap();
        let _ = certificate.verify(&genesis_hash(), &chain().states[0].validators);
    }
    read
}

fn certificate_seeds() -> Vec<Vec<u8>> {
    let blocks = chain().blocks.iter().take(8);
    blocks.map(|block| block.certificate.clone()).collect()
}

fn certificate_json(bytes: &[u8]) -> bool {
    let Some(read) = json_same::<Certificate>(bytes) else {
        return false;
    };
    let _ = read.verify(&genesis_hash(), &chain().states[0].validators);
    true
}

fn certificate_json_seeds() -> Vec<Vec<u8>> {
    let blocks = chain().blocks.iter().take(8);
    blocks
        .map(|block| serde_json::to_vec(&block.certificate()).unwrap())
        .collect()
}

fn validators_seeds() -> Vec<Vec<u8>> {
    vec![borsh::to_vec(&*chain().states[0].validators).unwrap()]
}

fn genesis(bytes: &[u8]) -> bool {
    let Some(read) = json_same::<Genesis>(bytes) else {
        return false;
    };
    let written = borsh::to_vec(&read).unwrap();
    if let Ok(back) = borsh::from_slice::<Genesis>(&written) {
        assert_eq!(back, read, "genesis in bytes");
    }
    match LedgerState::genesis(read.clone()) {
        Ok(state) => {
            assert!(
                borsh_same::<Genesis>(&written),
                "a genesis that holds has bytes"
            );
            assert_eq!(state.genesis_hash, read.hash());
            true
        }
        Err(reason) => {
            assert!(!reason.is_empty(), "a refusal says why");
            false
        }
    }
}

fn genesis_seeds() -> Vec<Vec<u8>> {
    vec![serde_json::to_vec(&chain().genesis).unwrap()]
}

fn trie_proof(bytes: &[u8]) -> bool {
    let one = borsh_same::<Proof>(bytes);
    if one {
        let proof: Proof = borsh::from_slice(bytes).unwrap();
        for key in [&[][..], &[1], &bytes[bytes.len() / 2..]] {
            let _ = proof.verify(&Hash::ZERO, key);
        }
    }
    let range = borsh_same::<RangeProof>(bytes);
    if range {
        let proof: RangeProof = borsh::from_slice(bytes).unwrap();
        for prefix in [&[][..], &[1], &bytes[bytes.len() / 2..]] {
            let _ = proof.verify(&Hash::ZERO, prefix);
        }
    }
    one || range
}

fn trie_proof_seeds() -> Vec<Vec<u8>> {
    let trie = &chain().states.last().unwrap().trie;
    let mut seeds = vec![
        borsh::to_vec(&trie.prove(&[])).unwrap(),
        borsh::to_vec(&trie.prove_prefix(&[9, 9, 9], 10).unwrap()).unwrap(),
    ];
    for (key, _) in trie.iter().step_by(40).take(12) {
        seeds.push(borsh::to_vec(&trie.prove(key)).unwrap());
        let prefix = &key[..key.len().min(4)];
        if let Ok(range) = trie.prove_prefix(prefix, 8) {
            seeds.push(borsh::to_vec(&range).unwrap());
        }
    }
    seeds
}

fn merkle_path(bytes: &[u8]) -> bool {
    let read = borsh_same::<MerklePath>(bytes);
    if read {
        let path: MerklePath = borsh::from_slice(bytes).unwrap();
        for (index, count) in [(0, 0), (0, 1), (2, 5), (u64::MAX, u64::MAX), (0, u64::MAX)] {
            let _ = path.verify(&Hash::ZERO, &Hash::ZERO, index, count);
        }
    }
    read
}

fn merkle_seeds() -> Vec<Vec<u8>> {
    let leaves: Vec<Hash> = (0..9).map(|n| Hash([n; 32])).collect();
    [0, 4, 8]
        .map(|at| borsh::to_vec(&allonge_ledger::merkle::path(&leaves, at).unwrap()).unwrap())
        .to_vec()
}

fn proof(bytes: &[u8]) -> bool {
    let Some(read) = json_same::<ProofFile>(bytes) else {
        return false;
    };
    assert_eq!(
        ProofFile::from_json(read.to_json().as_bytes()).as_ref(),
        Ok(&read)
    );
    let genesis = &chain().genesis;
    if let Ok(verified) = verify(genesis, &read) {
        assert_eq!(verified.block, read.header.hash());
    }
    // With the certificate and the roots taken for granted, the claim itself is looked at as well.
    let mut forced = read;
    forced.header = chain().blocks[0].block().header;
    forced.certificate = chain().blocks[0].certificate();
    let _ = verify(genesis, &forced);
    true
}

fn proof_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = ["bill", "certificate", "clock", "transaction"]
        .iter()
        .map(|kind| file(&format!("vectors/proof-{kind}.json")))
        .collect();
    let state = chain().states.last().unwrap();
    let certificate = chain().blocks.last().unwrap().certificate();
    let member = |name: &str| {
        let proof = ProofFile::member(state, &name.parse().unwrap(), certificate.clone(), vec![]);
        proof.unwrap().to_json().into_bytes()
    };
    let balance = ProofFile::balance(
        state,
        &"bank".parse().unwrap(),
        "CNY".parse().unwrap(),
        certificate.clone(),
        vec![],
    );
    seeds.push(member("bank"));
    seeds.push(member("nobody"));
    seeds.push(balance.unwrap().to_json().into_bytes());
    seeds.push(serde_json::to_vec(&HexBytes(vec![1])).unwrap());
    seeds
}
