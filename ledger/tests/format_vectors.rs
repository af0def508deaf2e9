//! The written test vectors of every format of the ledger but the trees, in `tests/vectors/`.
//!
//! `ALLONGE_WRITE_VECTORS=1` writes them; without it what is there is compared.

#![allow(clippy::disallowed_methods, reason = "tests may read files")]

mod common;

use allonge_contracts::{Call, Event, Hash, check_invariants, tagged_hash};
use allonge_ledger::{
    Block, Body, Certificate, CheckedTransaction, Genesis, Header, HexBytes, LedgerState,
    NoKeyCache, ProofFile, Receipt, Receipts, RecentIds, SystemReceipt, Transaction, Validator,
    VoteKind, transaction_leaf, verify, vote_sign_bytes,
};
use common::life::Life;
use common::market::Market;
use common::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

fn hex(bytes: impl AsRef<[u8]>) -> HexBytes {
    HexBytes(bytes.as_ref().to_vec())
}

fn borsh(value: &impl borsh::BorshSerialize) -> HexBytes {
    HexBytes(borsh::to_vec(value).unwrap())
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TransactionCase {
    what: String,
    /// ed25519 seeds of the keys that sign, in the order of the signatures.
    seeds: Vec<HexBytes>,
    json: Transaction,
    body: HexBytes,
    id: Hash,
    sign_bytes: HexBytes,
    transaction: HexBytes,
    leaf: Hash,
}

fn transaction_case(what: &str, transaction: Transaction, seeds: &[[u8; 32]]) -> TransactionCase {
    let bytes = transaction.to_bytes();
    assert_eq!(Transaction::from_bytes(&bytes).unwrap(), transaction);
    let id = transaction.body.id();
    TransactionCase {
        what: what.to_owned(),
        seeds: seeds.iter().map(hex).collect(),
        body: hex(transaction.body.to_bytes()),
        id,
        sign_bytes: hex(Body::sign_bytes(&id)),
        leaf: transaction_leaf(&bytes),
        transaction: hex(bytes),
        json: transaction,
    }
}

#[test]
fn transactions() {
    let mut chain = Chain::new();
    let one = key("t-0");
    let plain = sign(
        chain.body("t-0", vec![transfer("t-1", 1)]),
        std::slice::from_ref(&one),
    );
    let mut body = chain.body("duo", vec![transfer("t-1", 1), transfer("bank", u64::MAX)]);
    body.annexes = vec![Hash([1; 32]), Hash([2; 32])];
    body.memo = "运费 freight".parse().unwrap();
    let rich = sign(body, &duo_keys());
    let seeds: Vec<[u8; 32]> = duo_keys().iter().map(|key| key.to_bytes()).collect();
    let mut cases = vec![
        transaction_case("one transfer", plain, &[one.to_bytes()]),
        transaction_case("two calls, annexes, a memo, three signatures", rich, &seeds),
    ];
    let life = Life::new();
    for (block, _) in &life.chain.blocks {
        for transaction in block.transactions.iter() {
            let actor = transaction.transaction().body.actor.as_str();
            let calls = &transaction.transaction().body.calls;
            let names: Vec<&str> = calls.iter().map(|call| call.name()).collect();
            let transaction = transaction.transaction().clone();
            let what = names.join(", ");
            cases.push(transaction_case(
                &what,
                transaction,
                &[key(actor).to_bytes()],
            ));
        }
    }
    compare("transaction.json", &cases);
}

/// A transaction put together by hand from the documented layout.
#[test]
fn a_transaction_by_hand() {
    let mut chain = Chain::new();
    let transaction = sign(chain.body("t-0", vec![transfer("t-1", 258)]), &[key("t-0")]);
    let mut body = Vec::new();
    body.extend(transaction.body.genesis.0);
    body.extend([3, 0, 0, 0]);
    body.extend(b"t-0");
    body.extend([1, 0, 0, 0]);
    // cash.transfer is call 2.3: to, currency, minor units, purpose, reference.
    body.extend([2, 3, 0]);
    body.extend([3, 0, 0, 0]);
    body.extend(b"t-1");
    body.extend(b"CNY");
    body.extend([2, 1, 0, 0, 0, 0, 0, 0]);
    body.extend([0, 0, 0, 0]);
    body.extend([0, 0, 0, 0]);
    body.extend(transaction.body.valid_until.to_le_bytes());
    body.extend(transaction.body.salt.0);
    // No annexes, no memo.
    body.extend([0, 0, 0, 0]);
    body.extend([0, 0, 0, 0]);
    let mut bytes = vec![1];
    bytes.extend(&body);
    assert_eq!(transaction.body.to_bytes(), bytes);
    assert_eq!(
        transaction.body.id(),
        tagged_hash("allonge/tx/1", &[&bytes])
    );
    bytes.extend([1, 0, 0, 0]);
    bytes.extend(transaction.signatures[0].key.0);
    bytes.extend(transaction.signatures[0].signature.0);
    assert_eq!(transaction.to_bytes(), bytes);
    let sign_bytes = [
        &[22],
        b"allonge/tx-signature/1".as_slice(),
        &transaction.body.id().0,
    ];
    assert_eq!(
        Body::sign_bytes(&transaction.body.id()),
        sign_bytes.concat()
    );
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct GenesisCase {
    json: Genesis,
    bytes: HexBytes,
    hash: Hash,
    validators: Hash,
    params: Hash,
    state_root: Hash,
    /// All entries of the state at height 0, key and value.
    state: Vec<(HexBytes, HexBytes)>,
}

#[test]
fn the_genesis() {
    let genesis = genesis();
    let state = LedgerState::genesis(genesis.clone()).unwrap();
    let case = GenesisCase {
        bytes: borsh(&genesis),
        hash: genesis.hash(),
        validators: genesis.validator_set().unwrap().hash(),
        params: state.params_hash().unwrap(),
        state_root: state.trie.root(),
        state: state.trie.iter().map(|(k, v)| (hex(k), hex(v))).collect(),
        json: genesis,
    };
    compare("genesis.json", &case);
}

/// A header put together by hand from the documented layout.
#[test]
fn a_header_by_hand() {
    let mut chain = Chain::new();
    let header = chain.append(&[]).header.clone();
    let mut bytes = vec![1];
    bytes.extend(header.genesis.0);
    bytes.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([0, 0, 0, 0]);
    bytes.extend(header.time_ms.to_le_bytes());
    bytes.extend(header.business_date.days().to_le_bytes());
    bytes.extend(header.genesis.0);
    bytes.extend(header.proposer.0);
    bytes.extend(header.validators.0);
    bytes.extend(header.next_validators.0);
    bytes.extend([1, 0, 0, 0]);
    for root in [
        header.transaction_root,
        header.receipt_root,
        header.state_root,
        header.recent_ids_root,
        header.params,
    ] {
        bytes.extend(root.0);
    }
    assert_eq!(borsh::to_vec(&*header).unwrap(), bytes);
    assert_eq!(header.hash(), tagged_hash("allonge/header/1", &[&bytes]));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct CertificateCase {
    validators: Vec<Validator>,
    validators_hash: Hash,
    precommit_sign_bytes: HexBytes,
    json: Certificate,
    bytes: HexBytes,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ReceiptsCase {
    system: SystemReceipt,
    transactions: Vec<Receipt>,
    bytes: HexBytes,
    leaves: Vec<Hash>,
    root: Hash,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct BlockCase {
    header: Header,
    hash: Hash,
    block: HexBytes,
    certificate: CertificateCase,
    receipts: ReceiptsCase,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct GoldenChain {
    genesis: Genesis,
    genesis_hash: Hash,
    genesis_state_root: Hash,
    blocks: Vec<BlockCase>,
}

/// Every call and what the clock makes of it, block by block: what any other implementation must come to.
#[test]
fn the_golden_chain() {
    let life = Life::new();
    let mut before = LedgerState::genesis(genesis()).unwrap();
    let blocks = life.chain.blocks.iter().map(|(block, certificate)| {
        let set = std::mem::replace(&mut before, block.state.clone()).validators;
        let bytes = block.block().to_bytes();
        assert_eq!(Block::from_bytes(&bytes).unwrap(), block.block());
        let receipts = borsh(&*block.receipts);
        let again: Receipts = borsh::from_slice(&receipts.0).unwrap();
        assert_eq!(again, *block.receipts);
        let precommit = vote_sign_bytes(
            &block.header.genesis,
            VoteKind::Precommit,
            certificate.height,
            certificate.round,
            Some(certificate.block),
        );
        BlockCase {
            header: (*block.header).clone(),
            hash: block.hash,
            block: hex(bytes),
            certificate: CertificateCase {
                validators: set.validators().to_vec(),
                validators_hash: set.hash(),
                precommit_sign_bytes: hex(precommit),
                json: certificate.clone(),
                bytes: borsh(certificate),
            },
            receipts: ReceiptsCase {
                system: block.receipts.system.clone(),
                transactions: block.receipts.transactions.clone(),
                bytes: receipts,
                leaves: block.receipts.leaves(),
                root: block.receipts.root(),
            },
        }
    });
    let made = GoldenChain {
        genesis: genesis(),
        genesis_hash: genesis().hash(),
        genesis_state_root: LedgerState::genesis(genesis()).unwrap().trie.root(),
        blocks: blocks.collect(),
    };
    compare("chain.json", &made);
}

/// The chain as it is written down, executed anew from its genesis.
#[test]
fn the_golden_chain_is_executed_from_its_bytes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/chain.json");
    let text = std::fs::read_to_string(path).unwrap();
    let golden: GoldenChain = serde_json::from_str(&text).unwrap();
    let mut state = LedgerState::genesis(golden.genesis).unwrap();
    assert_eq!(state.genesis_hash, golden.genesis_hash);
    assert!(golden.blocks.len() > 150);
    for case in golden.blocks {
        let block = Block::from_bytes(&case.block.0).unwrap();
        assert_eq!(block.header, case.header);
        let certificate: Certificate = borsh::from_slice(&case.certificate.bytes.0).unwrap();
        assert_eq!(certificate, case.certificate.json);
        certificate
            .verify(&state.genesis_hash, &state.validators)
            .unwrap();
        let transactions = block.transactions.iter().map(|bytes| {
            CheckedTransaction::check(bytes.clone(), &state.genesis_hash, &NoKeyCache).unwrap()
        });
        let executed = state
            .execute(&block.header, transactions.collect())
            .unwrap();
        assert_eq!(executed.hash, case.hash);
        assert_eq!(executed.receipts.system, case.receipts.system);
        assert_eq!(executed.receipts.transactions, case.receipts.transactions);
        state = executed.state;
    }
}

/// Nothing is left out of the golden chain.
#[test]
fn the_golden_chain_has_every_call_and_event() {
    let life = Life::new();
    let blocks = || life.chain.blocks.iter().map(|(block, _)| block);
    let calls: BTreeSet<&str> = blocks()
        .flat_map(|block| block.transactions.iter())
        .flat_map(|transaction| &transaction.transaction().body.calls)
        .map(Call::name)
        .collect();
    let missing: Vec<_> = Call::NAMES
        .iter()
        .filter(|(_, _, name)| !calls.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let events: BTreeSet<&str> = blocks()
        .flat_map(|block| {
            let transactions = block.receipts.transactions.iter();
            let events = transactions.flat_map(|receipt| &receipt.events);
            events.chain(&block.receipts.system.events)
        })
        .map(Event::name)
        .collect();
    let missing: Vec<_> = Event::NAMES
        .iter()
        .map(|(_, _, name)| *name)
        .filter(|name| !events.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(check_invariants(&life.chain.state.trie).unwrap(), vec![]);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct RecentCase {
    ids: Vec<Hash>,
    root: Hash,
}

#[test]
fn recent_ids() {
    let mut recent = RecentIds::new();
    let mut cases = Vec::new();
    for (time, ids) in [(10, vec![1u8, 2]), (20, vec![]), (30, vec![3])] {
        let ids: Vec<Hash> = ids.into_iter().map(|n| Hash([n; 32])).collect();
        let with_ends: Vec<(Hash, u64)> = ids.iter().map(|id| (*id, time + 15)).collect();
        recent = recent.after(time, &with_ends);
        let root = recent.root();
        cases.push(RecentCase { ids, root });
    }
    // The first two ended at 25.
    assert_eq!(recent.len(), 1);
    let first = tagged_hash("allonge/recent/1", &[&[0; 32], &[1; 32], &[2; 32]]);
    assert_eq!(cases[0].root, first);
    assert_eq!(cases[1].root, tagged_hash("allonge/recent/1", &[&first.0]));
    compare("recent.json", &cases);
}

#[test]
fn proof_files() {
    let market = Market::new();
    let (block, certificate) = market.latest();
    let certificate = || certificate.clone();
    let life = Life::new();
    let redeemed_in_part = &life.certificates[1];
    let (_, latest) = life.chain.blocks.last().unwrap();
    let proofs = [
        (
            "proof-transaction.json",
            ProofFile::transaction(&block.block(), &block.receipts, 1, certificate(), vec![])
                .unwrap(),
        ),
        (
            "proof-clock.json",
            ProofFile::clock(&block.header, &block.receipts, certificate(), vec![]),
        ),
        (
            "proof-bill.json",
            ProofFile::bill(market.state(), &market.bill, certificate(), vec![]).unwrap(),
        ),
        (
            "proof-certificate.json",
            ProofFile::receivable(
                &life.chain.state,
                redeemed_in_part,
                latest.clone(),
                life.chain.set_changes(),
            )
            .unwrap(),
        ),
    ];
    for (name, proof) in proofs {
        compare(name, &proof);
        verify(&genesis(), &proof).unwrap();
    }
}
