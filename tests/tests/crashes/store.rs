//! Killed at the worst places of the store: with a block on disk that nobody has decided, and with a
//! checkpoint of which only a part was written.

use crate::load::pay;
use crate::{agreed, payee, positions};
use allonge_contracts::Hash;
use allonge_ledger::{Block, Transaction, transaction_leaf};
use allonge_node::store::{Batch, Records, SledStore, Store};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tests::{Network, Setup, final_of, tip, until, until_for};

/// Small steps, so that there are checkpoints within seconds.
const OFTEN: &str = "checkpoint_blocks = 5";

fn records(network: &Network, node: usize) -> Records {
    let store = SledStore::open(&network.home(node).join("store")).expect("a store");
    Records::open(Box::new(store), &network.genesis_hash).expect("a node's records")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undecided_block_on_disk_outlives_the_death_of_all() {
    let mut network = Setup::new("undecided").start().await;
    let bank = network.party("first-bank");
    let mut sent = Vec::new();
    let mut tries = 0;
    let undecided = loop {
        tries += 1;
        assert!(
            tries <= 8,
            "no undecided block on any disk after {tries} tries"
        );
        network.accept(0, &bank.act(pay(&payee(), 1))).await;
        let transaction = bank.act(pay(&payee(), 10));
        let leaf = transaction_leaf(&transaction.to_bytes());
        let proposer = propose_alone(&mut network, &transaction).await;
        sent.push(transaction);
        let with_it = undecided_with(&records(&network, proposer), &leaf);
        if with_it > 0 {
            break with_it;
        }
        // The height had moved on before the others were dead.
        network.start_all().await;
    };
    println!("undecided: {undecided} blocks on disk that nobody had decided, at try {tries}");
    network.start_all().await;
    for transaction in &sent {
        let id = transaction.body.id();
        until(
            "what was proposed or sent again to become final",
            || async {
                if let Ok(there) = final_of(network.api(0), &id).await {
                    return Ok(there);
                }
                let bytes = transaction.to_bytes();
                let answer = network
                    .api(0)
                    .submit(&bytes, "?wait=final&timeout=5s")
                    .await?;
                Err(answer.text)
            },
        )
        .await;
    }
    let found = positions(&agreed(&network).await);
    assert!(sent.iter().all(|t| found.contains_key(&t.body.id())));
}

/// Kills two nodes whose turn it is not, lets the one whose turn it is propose a block that nobody can
/// decide, and kills the rest as soon as it is written. Who it was.
async fn propose_alone(network: &mut Network, transaction: &Transaction) -> usize {
    let validators = network.genesis.validator_set().unwrap();
    let next = tip(network.api(0)).await + 1;
    let key = validators.proposer(next, 0).key;
    let nodes = network.cluster().manifest().nodes.clone();
    let proposer = nodes
        .iter()
        .position(|node| node.validator == Some(key))
        .unwrap();
    let others = (0..nodes.len()).filter(|node| *node != proposer);
    for node in others.skip(1) {
        network.kill(node);
    }
    let file = network.home(proposer).join("store/main/db");
    let written = || {
        std::fs::metadata(&file)
            .and_then(|data| data.modified())
            .unwrap()
    };
    let before = written();
    let answer = network.send(proposer, transaction, "").await;
    assert_eq!(answer.status, 202, "taken, and it waits: {answer:?}");
    until_for(
        Duration::from_secs(30),
        "the proposer to write its block",
        || async {
            if written() > before {
                Ok(())
            } else {
                Err("nothing is written".to_owned())
            }
        },
    )
    .await;
    network.kill_all();
    proposer
}

/// How many blocks above the tip hold this transaction.
fn undecided_with(records: &Records, leaf: &Hash) -> usize {
    let height = records.tip().unwrap() + 1;
    let proposed = records.proposed(height).unwrap();
    let built = records.built(height).unwrap();
    let hashes: BTreeSet<_> = proposed
        .iter()
        .map(|p| p.block)
        .chain(built.into_iter().map(|(_, hash)| hash))
        .collect();
    hashes
        .iter()
        .filter(|hash| {
            let bytes = records
                .block(height, hash)
                .unwrap()
                .expect("a vouched-for block is on disk");
            let block = Block::from_bytes(&bytes).unwrap();
            assert_eq!(block.header.hash(), **hash);
            block
                .transactions
                .iter()
                .any(|t| transaction_leaf(t) == *leaf)
        })
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_written_checkpoint_is_left_out() {
    let mut network = Setup::new("checkpoint").config(OFTEN).start().await;
    let bank = network.party("first-bank");
    let api = network.api(1).clone();
    until("two checkpoints", || async {
        network.accept(0, &bank.act(pay(&payee(), 1))).await;
        let height = api.status().await?.body.checkpoint_height;
        if height >= 15 {
            Ok(())
        } else {
            Err(format!("the last is at {height}"))
        }
    })
    .await;
    network.kill(1);
    let store_folder = network.home(1).join("store");
    let (newest, older) = {
        let records = records(&network, 1);
        let found = records.checkpoints().unwrap();
        assert!(found.len() >= 2, "two are kept: {found:?}");
        (found[0], found[1])
    };
    // The manifest is written last: without it the rest is what a crash in the middle leaves.
    remove_manifest(&store_folder, newest);
    let shelf = store_folder.join(format!("state-{newest:020}"));
    assert!(shelf.is_dir(), "the part that was written is there");
    network.start(1);
    network.ready(1).await;
    network.reach(&[1], tip(network.api(0)).await).await;
    let log = network.log(1);
    println!("checkpoint: half of {newest} left out, started from {older}");
    // Written anew it is whole again; what must not be is the half.
    network.stop(1);
    let whole = records(&network, 1).checkpoints().unwrap();
    if shelf.is_dir() {
        assert!(
            whole.contains(&newest),
            "a half checkpoint is still there: {whole:?}\n{log}"
        );
    }
    network.restart(1).await;
    network.accept(1, &bank.act(pay(&payee(), 2))).await;
    agreed(&network).await;
}

fn remove_manifest(store_folder: &Path, height: u64) {
    let store = SledStore::open(store_folder).unwrap();
    let from = [b"c".as_slice(), &height.to_be_bytes()].concat();
    let to = [b"c".as_slice(), &(height + 1).to_be_bytes()].concat();
    let mut batch = Batch::default();
    for (key, _) in store.range(&from, &to, 100).unwrap() {
        batch.remove(key);
    }
    assert!(!batch.is_empty(), "there is a manifest");
    store.apply(batch).unwrap();
    store.flush().unwrap();
}
