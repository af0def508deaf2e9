//! What it takes to back up, restore, hand on, prune and start a chain of many transactions, on disk.
//!
//! `cargo bench -p allonge-node --bench keeping -- --transactions 1000000`
//!
//! Nine transactions of ten are payments, the tenth draws a bill, so that the state grows. Their signatures are
//! random bytes: nothing that is measured here looks at them, for a quorum has vouched for them.

use allonge_contracts::calls::{CurrencyAuthority, Register, Transfer};
use allonge_contracts::genesis::{GenesisRules, OpeningBalance, Params};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::{
    Call, Hash, MemberId, Money, PublicKey, RequestId, Signature, Text, tagged_hash,
};
use allonge_ledger::{
    Approval, Body, Certificate, CheckedTransaction, ExecutedBlock, Genesis, GenesisValidator,
    LedgerState, Limits, Slot, Transaction, VoteKind, vote_sign_bytes,
};
use allonge_node::archive::{Reader, RestoredHome, What, write};
use allonge_node::shell::restart;
use allonge_node::store::{
    DecidedRecord, Home, IndexEntry, Keep, Position, Records, SledStore, Write,
};
use ed25519_dalek::{Signer, SigningKey};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// 2026-03-02, 08:00 UTC.
const GENESIS_MS: u64 = 1_772_438_400_000;
/// Transactions of a block.
const BLOCK: u64 = 2_000;
/// From block to block: a thousand transactions a second.
const BLOCK_MS: u64 = 2_000;
/// As a node does unless told otherwise.
const CHECKPOINT: u64 = 80_000;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

fn id(name: &str) -> MemberId {
    name.parse().expect("a name")
}

fn cny(minor: u64) -> Money {
    Money::new("CNY".parse().expect("a currency"), minor)
}

fn genesis(life_ms: u64) -> Genesis {
    let member = |name: &str, role: Role, seed: u8| Member {
        id: id(name),
        roles: vec![role],
        legal_id: None,
        bank_number: (role == Role::Bank).then(|| "102100099996".parse().expect("a number")),
        account_bank: (role == Role::Enterprise).then(|| id("bank")),
        keys: vec![public(&key(seed))],
        threshold: 1,
        suspended: false,
    };
    let mut validators: Vec<_> = (101..=104).map(key).collect();
    validators.sort_by_key(public);
    Genesis {
        version: allonge_ledger::GENESIS_VERSION,
        network: "bench".parse().expect("a name"),
        time_ms: GENESIS_MS,
        limits: Limits {
            transaction_life_ms: life_ms,
            block_work: 10_000_000,
            ..Limits::default()
        },
        rules: GenesisRules {
            members: vec![
                member("bank", Role::Bank, 1),
                member("central", Role::CentralBank, 2),
                member("core", Role::Enterprise, 3),
                member("supplier", Role::Enterprise, 5),
            ],
            currencies: vec![CurrencyAuthority {
                currency: "CNY".parse().expect("a currency"),
                authority: id("central"),
            }],
            balances: vec![OpeningBalance {
                member: id("core"),
                money: cny(1_000_000_000_000),
            }],
            holidays: vec![],
            working_weekends: vec![],
            utc_offset_minutes: 480,
            close_minute: 1_200,
            development_clock: true,
            params: Params::default(),
            governance: Default::default(),
            protocol: 1,
        },
        validators: validators
            .iter()
            .zip(0u8..)
            .map(|(validator, i)| GenesisValidator {
                name: format!("node-{i}").parse().expect("a name"),
                member: None,
                key: public(validator),
                power: 1,
                peer: public(&key(150 + i)),
                consensus_address: format!("127.0.0.1:{}", 2 * i + 1).parse().expect("text"),
                gossip_address: format!("127.0.0.1:{}", 2 * i + 2).parse().expect("text"),
            })
            .collect(),
        observers: Vec::new(),
    }
}

fn transaction(genesis: &Hash, number: u64, time_ms: u64) -> CheckedTransaction {
    let call: Call = if number.is_multiple_of(10) {
        Register {
            kind: allonge_contracts::bills::BillKind::Commercial,
            acceptor: id("core"),
            payee: id("supplier"),
            sum: cny(100_000_000),
            maturity: "2026-08-03".parse().expect("a date"),
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: vec![],
            profile: Default::default(),
            limits: None,
            backing: vec![],
        }
        .into()
    } else {
        Transfer {
            to: id("supplier"),
            money: cny(1 + number % 1_000),
            purpose: Text::default(),
            reference: Text::default(),
        }
        .into()
    };
    let noise = |n: u8| tagged_hash("allonge/bench/1", &[&number.to_be_bytes(), &[n]]).0;
    let mut salt = [0; 16];
    salt.copy_from_slice(&noise(0)[..16]);
    let body = Body {
        genesis: *genesis,
        actor: id("core"),
        calls: vec![call],
        valid_until: time_ms + 5_000,
        salt: RequestId(salt),
        annexes: vec![],
        memo: Text::default(),
    };
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&noise(1));
    signature[32..].copy_from_slice(&noise(2));
    let signatures = vec![Approval {
        key: public(&key(3)),
        signature: Signature(signature),
    }];
    let bytes = Transaction { body, signatures }.to_bytes().into();
    CheckedTransaction::certified(bytes, genesis).expect("a transaction")
}

fn certificate(genesis: &Hash, block: &ExecutedBlock) -> Certificate {
    let (height, round) = (block.header.height, block.header.round);
    let kind = VoteKind::Precommit;
    let bytes = vote_sign_bytes(genesis, kind, height, round, Some(block.hash));
    let mut signatures: Vec<_> = (101..=103)
        .map(key)
        .map(|key| (public(&key), Signature(key.sign(&bytes).to_bytes())))
        .collect();
    signatures.sort_by_key(|(key, _)| *key);
    Certificate {
        height,
        round,
        block: block.hash,
        signatures,
    }
}

/// Fills a store as a node does.
fn fill(records: &Records, genesis: Genesis, transactions: u64) -> LedgerState {
    let hash = genesis.hash();
    let mut state = LedgerState::genesis(genesis).expect("a genesis");
    let (mut made, mut since, mut index) = (0u64, 0u64, Vec::new());
    while made < transactions {
        let height = state.height() + 1;
        let time_ms = GENESIS_MS + height * BLOCK_MS;
        let all: Vec<_> = (made..transactions.min(made + BLOCK))
            .map(|number| transaction(&hash, number, time_ms))
            .collect();
        let slot = Slot {
            round: 0,
            proposer: state.validators.proposer(height, 0).key,
            time_ms,
        };
        let (block, left_out) = state.build(slot, &all).expect("a block");
        assert!(left_out.is_empty(), "{left_out:?}");
        made += all.len() as u64;
        since += all.len() as u64;
        let ids = (0u32..).zip(block.transactions.iter());
        index.extend(ids.map(|(index, one)| IndexEntry {
            id: *one.id(),
            at: Position { height, index },
        }));
        let bytes: Arc<[u8]> = block.block().to_bytes().into();
        records
            .write(&[
                Write::Block {
                    height,
                    hash: block.hash,
                    bytes,
                },
                Write::Decided(DecidedRecord {
                    certificate: certificate(&hash, &block),
                    receipts: block.receipts.clone(),
                }),
            ])
            .expect("written");
        state = block.state;
        if since >= CHECKPOINT {
            since = 0;
            records
                .write_run(height, std::mem::take(&mut index))
                .expect("an index");
            records.write_checkpoint(&state).expect("a checkpoint");
        }
    }
    state
}

/// Bytes that a folder takes on the disk.
fn disk(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => disk(&path),
                false => fs::metadata(&path).map_or(0, |data| data.blocks() * 512),
            }
        })
        .sum()
}

fn row(what: &str, took: Duration, bytes: u64) {
    println!(
        "| {what} | {:.1} s | {:.1} MB |",
        took.as_secs_f64(),
        bytes as f64 / 1e6
    );
}

fn archive(records: &Records, state: &LedgerState, what: What, to: &Path) -> (Duration, u64) {
    let begun = Instant::now();
    let out = BufWriter::new(File::create(to).expect("a file"));
    let (out, bytes) = write(records, state, what, out, &mut |_| {}).expect("an archive");
    out.into_inner()
        .expect("a file")
        .sync_all()
        .expect("synced");
    (begun.elapsed(), bytes)
}

/// Restores into a fresh home; how long that took, and how long the start after it.
fn restore(from: &Path, home: &Path, genesis: &Genesis) -> (Duration, Duration) {
    let begun = Instant::now();
    let file = BufReader::new(File::open(from).expect("a file"));
    let mut reader = Reader::new(file).expect("an archive");
    let mut restored = RestoredHome::begin(home, genesis.clone()).expect("a home");
    while let Some(part) = reader.next_part().expect("a part") {
        restored.push(part).expect("a good part");
    }
    restored.finish().expect("a whole archive");
    (begun.elapsed(), start(home, genesis))
}

/// How long it takes until a node knows its ledger.
fn start(home: &Path, genesis: &Genesis) -> Duration {
    let begun = Instant::now();
    let records = open(home, genesis);
    restart(&records, genesis.clone()).expect("a start");
    begun.elapsed()
}

fn open(home: &Path, genesis: &Genesis) -> Records {
    let home = Home::take(home).expect("a home");
    let store = SledStore::open(&home.store()).expect("a store");
    Records::open(Box::new(store), &genesis.hash()).expect("records")
}

fn main() {
    let mut args = std::env::args().skip_while(|arg| arg != "--transactions");
    // Run as a test it only shows that it works.
    let transactions = args.nth(1).map_or(5_000, |n| n.parse().expect("a number"));
    // A replay window of a tenth of the chain, and whole blocks.
    let life_ms = (transactions / BLOCK / 10).max(3) * BLOCK_MS;
    let genesis = genesis(life_ms);
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("node")).expect("a home");
    let begun = Instant::now();
    let records = open(&at("node"), &genesis);
    let state = fill(&records, genesis.clone(), transactions);
    println!(
        "{transactions} transactions in {} blocks, {} entries of the state, a replay window of {} blocks; made in {:.0} s\n",
        state.height(),
        state.trie.len(),
        life_ms / BLOCK_MS,
        begun.elapsed().as_secs_f64()
    );
    println!("| what | time | bytes |\n|---|---|---|");
    println!(
        "| the store | | {:.1} MB |",
        disk(&at("node/store")) as f64 / 1e6
    );
    let (took, backup) = archive(&records, &state, What::Backup, &at("backup"));
    row("backup", took, backup);
    let (took, snapshot) = archive(&records, &state, What::Snapshot, &at("snapshot"));
    row("snapshot", took, snapshot);
    drop(records);
    row("start after a kill", start(&at("node"), &genesis), 0);
    let (took, started) = restore(&at("backup"), &at("restored"), &genesis);
    row("restore of the backup", took, disk(&at("restored/store")));
    row("start after it", started, 0);
    let (took, started) = restore(&at("snapshot"), &at("joined"), &genesis);
    row("restore of the snapshot", took, disk(&at("joined/store")));
    row("start after it", started, 0);
    let records = open(&at("node"), &genesis);
    let keep = Keep {
        blocks: Some(1),
        days: None,
    };
    let begun = Instant::now();
    let pruned = records.prune(keep, life_ms).expect("pruned");
    let took = begun.elapsed();
    drop(records);
    row(
        &format!("pruning blocks {} to {}", pruned.from, pruned.to - 1),
        took,
        disk(&at("node/store")),
    );
    row(
        "start after it",
        start(&at("node"), &genesis),
        disk(&at("node/store")),
    );
}
