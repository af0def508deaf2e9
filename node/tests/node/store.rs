//! The records, on disk and in memory.

use crate::world::*;
use allonge_contracts::{Hash, PublicKey, Signature};
use allonge_ledger::{Evidence, EvidenceKind, Genesis, LedgerState, Statement};
use allonge_node::shell::{self, CheckOptions, check};
use allonge_node::store::{
    Home, HomeError, IndexEntry, MemoryStore, Position, Proposed, Records, SledStore, Store,
    StoreError, Write,
};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const NOW: u64 = GENESIS_MS + 10_000;

pub fn sled(folder: &Path) -> Records {
    Records::open(
        Box::new(SledStore::open(folder).unwrap()),
        &genesis().hash(),
    )
    .unwrap()
}

/// Writes a chain of `blocks` blocks with `each` payments into a node's store.
pub fn chain(records: Records, blocks: u64, each: u32) -> (Node, Vec<LedgerState>) {
    let genesis = genesis();
    let mut node = Node::new(&genesis, 0);
    node.records = records;
    let mut states = Vec::new();
    for height in 1..=blocks {
        for salt in 0..each {
            node.submit(
                NOW,
                &payment(&genesis, "core", height as u32 * 10_000 + salt),
            )
            .unwrap();
        }
        node.advance(NOW + height);
        states.push(node.machine.snapshot().state.clone());
    }
    (node, states)
}

pub fn entries(records: &Records, to: u64) -> Vec<IndexEntry> {
    (records.indexed_to() + 1..=to)
        .flat_map(|height| {
            let receipts = records.decided(height).unwrap().unwrap().receipts;
            let ids: Vec<_> = receipts
                .transactions
                .iter()
                .map(|r| r.transaction)
                .collect();
            (0u32..).zip(ids).map(move |(index, id)| IndexEntry {
                id,
                at: Position { height, index },
            })
        })
        .collect()
}

pub fn full_check(records: &Records) -> Result<shell::CheckReport, shell::CheckError> {
    let options = CheckOptions { signatures: true };
    check(records, genesis(), options, &mut |_| {})
}

fn both(test: impl Fn(Records)) {
    let folder = tempfile::tempdir().unwrap();
    test(sled(folder.path()));
    test(Records::open(Box::new(MemoryStore::new()), &genesis().hash()).unwrap());
}

#[test]
fn what_is_written_is_read_again() {
    both(|records| {
        let bytes: Arc<[u8]> = (0..70_001u32).map(|i| i as u8).collect();
        let (good, other) = (Hash([1; 32]), Hash([2; 32]));
        let proposed = |round, block| Proposed {
            height: 1,
            round,
            valid_round: (round > 0).then_some(0),
            proposer: public(&key(1)),
            block,
        };
        for (round, hash) in [(0, good), (300, other)] {
            records
                .write(&[
                    Write::Block {
                        height: 1,
                        hash,
                        bytes: bytes.clone(),
                    },
                    Write::Proposed(proposed(round, hash)),
                    Write::Built {
                        height: 1,
                        round,
                        hash,
                    },
                ])
                .unwrap();
        }
        assert_eq!(records.block(1, &good).unwrap(), Some(bytes.clone()));
        assert_eq!(records.block(2, &good).unwrap(), None);
        assert_eq!(records.built(1).unwrap(), [(0, good), (300, other)]);
        assert_eq!(
            records.proposed(1).unwrap(),
            [proposed(0, good), proposed(300, other)]
        );
        assert_eq!(records.tip().unwrap(), 0);
        assert!(records.proposed(0).unwrap().is_empty() && records.built(2).unwrap().is_empty());
    });
}

#[test]
fn a_chain_is_checked_from_genesis_on() {
    both(|records| {
        let (node, states) = chain(records, 12, 5);
        let records = node.records;
        records.write_run(6, entries(&records, 6)).unwrap();
        records.write_run(12, entries(&records, 12)).unwrap();
        for state in [&states[3], &states[7], &states[10]] {
            records.write_checkpoint(state).unwrap();
        }
        let report = full_check(&records).unwrap();
        assert_eq!((report.height, report.transactions), (12, 60));
        assert_eq!((report.tip, report.indexed_to), (states[11].tip(), 12));
        assert_eq!(report.checkpoints, [8, 11], "two are kept");
    });
}

#[test]
fn a_start_replays_from_the_latest_whole_checkpoint() {
    let store = MemoryStore::new();
    let open = || Records::open(Box::new(store.clone()), &genesis().hash()).unwrap();
    let (_, states) = chain(open(), 10, 3);
    for state in [&states[3], &states[7]] {
        open().write_checkpoint(state).unwrap();
    }
    let checkpoint = |records: &Records| {
        let restart = shell::restart(records, genesis()).unwrap();
        assert_eq!(restart.state.tip(), states[9].tip());
        assert_eq!(restart.state.trie.root(), states[9].trie.root());
        assert_eq!(restart.state.recent.len(), 30);
        restart.checkpoint_height
    };
    assert_eq!(checkpoint(&open()), 8);
    // A bit flips in the newest checkpoint's state: the one before is taken.
    let shelf = store.existing_shelf("state-00000000000000000008").unwrap();
    let state_key = shelf
        .all_keys()
        .into_iter()
        .rfind(|key| key[0] == b's')
        .unwrap();
    assert!(shelf.flip(&state_key, 1_000));
    assert_eq!(checkpoint(&open()), 4);
    // In its recent ids of the other too: from genesis.
    let shelf = store.existing_shelf("state-00000000000000000004").unwrap();
    let ids_key = shelf
        .all_keys()
        .into_iter()
        .find(|key| key[0] == b'i')
        .unwrap();
    assert!(shelf.flip(&ids_key, 200));
    assert_eq!(checkpoint(&open()), 0);
}

#[test]
fn a_checkpoint_that_was_cut_off_anywhere_is_ignored_and_removed() {
    let store = MemoryStore::new();
    let open =
        |store: &MemoryStore| Records::open(Box::new(store.clone()), &genesis().hash()).unwrap();
    let (_, states) = chain(open(&store), 6, 3);
    open(&store).write_checkpoint(&states[2]).unwrap();
    let mut cut_off = 0;
    for writes in 0.. {
        let copy = store.crashed(0);
        let records = open(&copy);
        copy.fail_after(writes);
        let written = records.write_checkpoint(&states[4]);
        copy.heal();
        let copy = copy.crashed(0);
        let records = open(&copy);
        let restart = shell::restart(&records, genesis()).unwrap();
        assert_eq!(restart.state.tip(), states[5].tip());
        let whole = records.checkpoints().unwrap();
        assert_eq!(restart.checkpoint_height, whole[0]);
        assert_eq!(copy.shelves().unwrap().len(), whole.len());
        // It can be written again.
        records.write_checkpoint(&states[4]).unwrap();
        assert_eq!(
            shell::restart(&records, genesis())
                .unwrap()
                .checkpoint_height,
            5
        );
        if written.is_ok() {
            break;
        }
        cut_off += 1;
    }
    assert!(cut_off >= 6, "{cut_off}");
}

#[test]
fn a_half_written_checkpoint_on_disk_is_ignored_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    let (node, states) = chain(sled(&before), 6, 3);
    node.records.write_checkpoint(&states[2]).unwrap();
    drop(node);
    copy(&before, &after);
    sled(&after).write_checkpoint(&states[4]).unwrap();
    let half = "state-00000000000000000005";
    copy(&after.join(half), &before.join(half));
    let records = sled(&before);
    let restart = shell::restart(&records, genesis()).unwrap();
    assert_eq!(
        (restart.checkpoint_height, restart.state.tip()),
        (3, states[5].tip())
    );
    assert!(!before.join(half).exists());
}

#[test]
fn a_flipped_bit_in_any_record_is_never_silently_wrong() {
    let store = MemoryStore::new();
    let open = |store: &MemoryStore| Records::open(Box::new(store.clone()), &genesis().hash());
    let (mut node, states) = chain(open(&store).unwrap(), 6, 3);
    node.records
        .write_run(4, entries(&node.records, 4))
        .unwrap();
    node.submit(NOW + 10, &payment(&genesis(), "core", 1))
        .unwrap();
    let (proposed, _) = node.build(NOW + 10, node.own_round()).unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for key in store.all_keys() {
        let length = store.get(&key).unwrap().unwrap().len();
        for byte in [0, 1, 8, 9, length / 2, length - 1] {
            let damaged = store.crashed(0);
            assert!(damaged.flip(&key, 8 * byte + byte % 8));
            let outcome = open(&damaged)
                .map_err(|error| error.to_string())
                .and_then(|records| {
                    let restart = shell::restart(&records, genesis()).map_err(|e| e.to_string())?;
                    full_check(&records).map_err(|e| e.to_string())?;
                    Ok(restart)
                });
            match outcome {
                Err(error) => {
                    assert!(
                        error.contains("damaged") || error.contains("format"),
                        "{error}"
                    );
                    refused += 1;
                }
                // A damaged index is as if not there.
                Ok(restart) => {
                    assert_eq!(restart.state.tip(), states[5].tip());
                    assert_eq!(restart.blocks[0].hash, proposed.block);
                    assert!(key[0] == b'x', "{key:?}");
                    harmless += 1;
                }
            }
        }
    }
    assert!(
        refused > 100 && harmless > 0,
        "{refused} refused, {harmless} harmless"
    );
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn a_flipped_byte_in_a_file_is_never_silently_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    let (node, states) = chain(sled(&original), 40, 20);
    node.records.write_checkpoint(&states[19]).unwrap();
    drop(node);
    let tip = states[39].tip();
    let mut all = Vec::new();
    files(&original, &mut all);
    let (mut refused, mut same) = (0, 0);
    for file in all {
        let bytes = fs::read(&file).unwrap();
        let steps = 40.min(bytes.len());
        for step in 0..steps {
            let at = bytes.len() * step / steps + step % 7;
            let Some(byte) = bytes.get(at) else { continue };
            let copied = folder.path().join("copy");
            let _ = fs::remove_dir_all(&copied);
            copy(&original, &copied);
            let mut damaged = bytes.clone();
            damaged[at] = byte ^ 0x10;
            fs::write(copied.join(file.strip_prefix(&original).unwrap()), damaged).unwrap();
            let outcome = SledStore::open(&copied)
                .and_then(|store| Records::open(Box::new(store), &genesis().hash()))
                .map_err(|error| error.to_string())
                .and_then(|records| {
                    shell::restart(&records, genesis()).map_err(|error| error.to_string())
                });
            match outcome {
                Ok(restart) => {
                    assert_eq!(restart.state.height(), 40, "{} at {at}", file.display());
                    assert_eq!(restart.state.tip(), tip);
                    same += 1;
                }
                Err(error) => {
                    assert!(error.contains("copy"), "it names the place: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 10, "{refused} refused, {same} the same");
}

#[test]
fn the_end_of_the_chain_cannot_get_lost_unnoticed() {
    let store = MemoryStore::new();
    let (_node, _) = chain(
        Records::open(Box::new(store.clone()), &genesis().hash()).unwrap(),
        3,
        1,
    );
    let older = store.crashed(0);
    older.note_tip(4).unwrap();
    let Err(error) = Records::open(Box::new(older), &genesis().hash()) else {
        panic!("it must be refused");
    };
    assert!(
        error.to_string().contains("height 4 was committed, but 3"),
        "{error}"
    );
    assert!(
        error.to_string().contains("move the folder `store`"),
        "{error}"
    );
}

#[test]
fn a_store_of_another_network_is_refused() {
    let store = MemoryStore::new();
    Records::open(Box::new(store.clone()), &genesis().hash()).unwrap();
    let other = Genesis {
        time_ms: GENESIS_MS + 1,
        ..genesis()
    };
    match Records::open(Box::new(store), &other.hash()) {
        Err(StoreError::Foreign { what, .. }) => {
            assert!(what.contains(&genesis().hash().to_string()), "{what}");
        }
        _ => panic!("it must be refused"),
    }
}

#[test]
fn the_index_leads_to_every_transaction_across_runs() {
    both(|records| {
        // Ids that share their first eight bytes, enough to fill pages with them.
        let mut run = 0;
        let id = |i: u32| {
            let mut id = [0u8; 32];
            id[..8].copy_from_slice(&u64::from(i / 700).to_be_bytes());
            id[28..].copy_from_slice(&i.to_be_bytes());
            Hash(id)
        };
        for part in 0..3u32 {
            let all = (0..1_500).map(|i| IndexEntry {
                id: id(part * 1_500 + i),
                at: Position {
                    height: u64::from(10 * part + 1 + i / 200),
                    index: i,
                },
            });
            run += 10;
            records.write_run(run, all.collect()).unwrap();
        }
        assert_eq!(records.indexed_to(), 30);
        for i in 0..4_500u32 {
            let at = Position {
                height: u64::from(10 * (i / 1_500) + 1 + i % 1_500 / 200),
                index: i % 1_500,
            };
            assert!(records.candidates(&id(i)).unwrap().contains(&at), "{i}");
        }
        assert!(records.candidates(&Hash([0xee; 32])).unwrap().is_empty());
        // A run that does not go on where the last one ended changes nothing.
        records.write_run(30, vec![]).unwrap();
        assert_eq!(records.indexed_to(), 30);
    });
}

#[test]
fn a_home_belongs_to_one_process_and_says_whether_it_has_a_log() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Home::take(&folder.path().join("none")),
        Err(HomeError::Missing(_))
    ));
    let home = Home::take(folder.path()).unwrap();
    assert!(matches!(
        Home::take(folder.path()),
        Err(HomeError::InUse(_))
    ));
    fs::create_dir(home.store()).unwrap();
    assert!(!home.has_log().unwrap());
    fs::write(home.wal_file(), b"").unwrap();
    assert!(!home.has_log().unwrap());
    fs::write(home.wal_file(), b"something").unwrap();
    assert!(home.has_log().unwrap());
    // Another store in its place: what the log names is not in it.
    fs::rename(home.store(), folder.path().join("store.old")).unwrap();
    fs::create_dir(home.store()).unwrap();
    assert!(!home.has_log().unwrap());
    assert!(!home.wal_file().exists());
    drop(home);
    Home::take(folder.path()).unwrap();
}

/// What the killed process of the next test does.
fn write_blocks(folder: &Path) {
    let mut node = Node::new(&genesis(), 0);
    node.records = sled(folder);
    let restart = shell::restart(&node.records, genesis()).unwrap();
    let config = allonge_node::machine::MachineConfig {
        checkpoint_blocks: 5,
        ..node.config.clone()
    };
    node.machine = allonge_node::machine::Machine::start(config, NOW, restart);
    for _ in 0..10_000 {
        let height = node.machine.next_height();
        for salt in 0..50 {
            node.submit(
                NOW,
                &payment(&genesis(), "core", height as u32 * 100 + salt),
            )
            .unwrap();
        }
        node.advance(NOW);
        println!("\ncommitted {} {}", node.height(), node.tip());
    }
}

/// Runs itself as the process that is killed: there the variable names the folder to write in.
#[test]
fn what_was_acknowledged_survives_a_kill() {
    if let Some(folder) = std::env::var_os("ALLONGE_TEST_FOLDER") {
        return write_blocks(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut last: Option<(u64, String)> = None;
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::what_was_acknowledged_survives_a_kill",
                "--nocapture",
            ])
            .env("ALLONGE_TEST_FOLDER", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines.map_while(Result::ok) {
            if let Some(words) = line.strip_prefix("committed ") {
                let (height, tip) = words.split_once(' ').unwrap();
                last = Some((height.parse().unwrap(), tip.to_owned()));
                seen += 1;
                if seen == 7 + round {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        assert!(seen >= 7, "the writer ended by itself");
        let records = sled(folder.path());
        let restart = shell::restart(&records, genesis()).unwrap();
        let (height, tip) = last.clone().unwrap();
        assert!(restart.state.height() >= height);
        let found = records.decided(height).unwrap().unwrap().certificate.block;
        assert_eq!(found.to_string(), tip);
        full_check(&records).unwrap();
    }
}

#[test]
fn a_transaction_takes_at_most_three_times_its_bytes_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (node, states) = chain(sled(folder.path()), 60, 400);
    let records = node.records;
    records.write_run(60, entries(&records, 60)).unwrap();
    records.write_checkpoint(&states[59]).unwrap();
    let transactions: usize = (1..=60)
        .map(|height| {
            let (_, bytes) = records.decided_block(height).unwrap().unwrap();
            bytes.len()
        })
        .sum();
    drop(records);
    let mut all = Vec::new();
    files(folder.path(), &mut all);
    let beside = all
        .iter()
        .find(|file| file.parent().unwrap().ends_with("blobs"));
    assert_eq!(
        beside, None,
        "sled does not sync what it keeps beside its log"
    );
    let disk: u64 = all
        .iter()
        .map(|file| std::os::unix::fs::MetadataExt::blocks(&fs::metadata(file).unwrap()) * 512)
        .sum();
    let ratio = disk as f64 / transactions as f64;
    println!(
        "{} bytes a transaction, {ratio:.2} times its own",
        disk / 24_000
    );
    assert!(ratio <= 3.0, "{ratio}");
}

#[test]
fn evidence_is_kept_once_and_read_in_order_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let statement = |byte: u8| Statement {
        block: Some(Hash([byte; 32])),
        valid_round: None,
        signature: Signature([byte; 64]),
    };
    let evidence = |height: u64, second: u8| Evidence {
        validator: PublicKey([5; 32]),
        height,
        round: 0,
        kind: EvidenceKind::Precommit,
        first: statement(1),
        second: statement(second),
    };
    let records = sled(folder.path());
    assert!(records.evidence(None, 10).unwrap().is_empty());
    let later = evidence(300, 2);
    let write = |all| records.write(&[Write::Evidence(all)]).unwrap();
    write(vec![later.clone(), evidence(2, 2)]);
    // The same validator in the same round once more: the first pair stands.
    write(vec![evidence(300, 3), evidence(1, 2)]);
    drop(records);
    let records = sled(folder.path());
    let mut found = Vec::new();
    let mut after = None;
    while let Some((key, one)) = records.evidence(after.as_deref(), 1).unwrap().pop() {
        after = Some(key);
        found.push(one);
    }
    assert_eq!(found, [evidence(1, 2), evidence(2, 2), later]);
}

#[test]
fn a_store_that_is_just_being_closed_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let first = SledStore::open(folder.path()).unwrap();
    let (told, opened) = std::sync::mpsc::channel();
    let path = folder.path().to_owned();
    let second = std::thread::spawn(move || told.send(SledStore::open(&path).map(drop)));
    let early = opened.recv_timeout(std::time::Duration::from_millis(200));
    assert!(early.is_err(), "opened or refused while in use: {early:?}");
    drop(first);
    opened.recv().unwrap().unwrap();
    second.join().unwrap().unwrap();
}
