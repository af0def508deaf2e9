//! What an operator does with a node's data: backup, restore, snapshot, pruning, older formats.

use crate::world::*;
use allonge_contracts::{Code, Hash, Signature};
use allonge_ledger::{Certificate, Genesis, Header, Limits, SetChange, Validator, ValidatorSet};
use allonge_ledger::{VoteKind, vote_sign_bytes};
use allonge_node::archive::{
    self, ArchiveError, Chain, Installed, Installer, Part, Reader, RestoreError, RestoredHome, What,
};
use allonge_node::consensus::Judgement;
use allonge_node::handle::Admitted;
use allonge_node::machine::MachineConfig;
use allonge_node::shell::{CheckOptions, CheckReport, check};
use allonge_node::store::{
    FORMAT, Home, Keep, MemoryStore, Records, SledStore, StoreError, migrate,
};
use ed25519_dalek::Signer;
use proptest::prelude::*;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

const NOW: u64 = GENESIS_MS + 10_000;
/// Transactions live for ten blocks.
const LIFE_MS: u64 = 10_000;
const BLOCK_MS: u64 = 1_000;
const BLOCKS: u64 = 30;

fn short_lived() -> Genesis {
    let limits = Limits {
        transaction_life_ms: LIFE_MS,
        ..Limits::default()
    };
    genesis_with(4, limits, GENESIS_MS)
}

fn time_of(height: u64) -> u64 {
    NOW + height * BLOCK_MS
}

fn pay(genesis: &Genesis, height: u64, salt: u32) -> allonge_ledger::CheckedTransaction {
    let until = time_of(height) + LIFE_MS;
    let salt = height as u32 * 10 + salt;
    signed(
        genesis,
        "core",
        salt,
        until,
        transfer("supplier", 1 + u64::from(salt)),
    )
}

/// Two payments and a block.
fn grow(node: &mut Node) {
    let height = node.height() + 1;
    for salt in 0..2 {
        let one = pay(&node.genesis, height, salt);
        node.submit(time_of(height), &one).unwrap();
    }
    node.advance(time_of(height));
}

fn node_of(genesis: &Genesis, store: MemoryStore, height: u64) -> Node {
    let config = MachineConfig {
        checkpoint_blocks: 5,
        ..Node::new(genesis, 0).config
    };
    Node::boot(genesis, config, store, time_of(height))
}

fn grown(blocks: u64) -> Node {
    let mut node = node_of(&short_lived(), MemoryStore::new(), 0);
    (0..blocks).for_each(|_| grow(&mut node));
    node
}

fn archive_of(node: &Node, what: What) -> Vec<u8> {
    let state = node.machine.snapshot().state.clone();
    let (bytes, length) =
        archive::write(&node.records, &state, what, Vec::new(), &mut |_| {}).unwrap();
    assert_eq!(bytes.len() as u64, length);
    bytes
}

fn parts_of(bytes: &[u8]) -> Vec<Part> {
    let mut reader = Reader::new(bytes).unwrap();
    std::iter::from_fn(|| reader.next_part().unwrap()).collect()
}

fn open(store: &MemoryStore, genesis: &Genesis) -> Records {
    Records::open(Box::new(store.clone()), &genesis.hash()).unwrap()
}

fn install(
    parts: impl IntoIterator<Item = Result<Part, ArchiveError>>,
    genesis: &Genesis,
) -> Result<(MemoryStore, Installed), RestoreError> {
    let store = MemoryStore::new();
    let mut installer = Installer::new(open(&store, genesis), Arc::new(genesis.clone()))?;
    for part in parts {
        installer.push(part?)?;
    }
    Ok((store, installer.finish()?.0))
}

fn restore(bytes: &[u8], genesis: &Genesis) -> Result<(MemoryStore, Installed), RestoreError> {
    let mut reader = Reader::new(bytes)?;
    install(
        std::iter::from_fn(|| reader.next_part().transpose()),
        genesis,
    )
}

fn full_check(records: &Records) -> CheckReport {
    let options = CheckOptions { signatures: true };
    check(records, short_lived(), options, &mut |_| {}).unwrap()
}

#[test]
fn a_backup_brings_the_whole_chain_back() {
    let mut node = grown(12);
    let (store, installed) = restore(&archive_of(&node, What::Backup), &node.genesis).unwrap();
    assert_eq!((installed.height, installed.block), (12, node.tip()));
    assert_eq!((installed.history_start, installed.transactions), (1, 24));
    let report = full_check(&open(&store, &node.genesis));
    assert_eq!((report.height, report.history_start), (12, 1));
    assert_eq!((report.transactions, report.indexed_to), (24, 12));
    let mut restored = node_of(&node.genesis, store, 12);
    assert_eq!((restored.tip(), restored.root()), (node.tip(), node.root()));
    for height in 1..=12 {
        assert_eq!(
            restored.records.decided_block(height).unwrap(),
            node.records.decided_block(height).unwrap()
        );
    }
    goes_on_alike(&mut node, &mut restored);
}

/// The one builds blocks, the other judges and follows them.
fn goes_on_alike(node: &mut Node, other: &mut Node) {
    for _ in 0..3 {
        let (height, round) = (node.machine.next_height(), node.own_round());
        let now = time_of(height);
        node.submit(now, &pay(&node.genesis, height, 0)).unwrap();
        let (proposed, bytes) = node.build(now, round).unwrap();
        let judgement = other.judge(now, &proposal(&node.genesis, &bytes)).unwrap();
        assert!(
            matches!(judgement, Judgement::Verdict(verdict) if verdict.valid),
            "height {height}"
        );
        let certificate = certificate(&node.genesis, height, round, proposed.block);
        node.decide(now, certificate.clone()).unwrap();
        other.decide(now, certificate).unwrap();
        assert_eq!(node.root(), other.root());
    }
}

#[test]
fn a_node_starts_from_a_snapshot_and_knows_every_replay() {
    let mut node = grown(BLOCKS);
    let genesis = node.genesis.clone();
    let bytes = archive_of(&node, What::Snapshot);
    let (store, installed) = restore(&bytes, &genesis).unwrap();
    assert_eq!(
        (installed.height, installed.history_start),
        (BLOCKS, BLOCKS)
    );
    let mut joined = node_of(&genesis, store.clone(), BLOCKS);
    assert_eq!((joined.tip(), joined.root()), (node.tip(), node.root()));
    assert!(joined.records.decided(BLOCKS - 1).unwrap().is_none());
    for height in BLOCKS - 9..=BLOCKS {
        let one = pay(&genesis, height, 1);
        let now = time_of(BLOCKS);
        assert_eq!(
            joined.submit(now, &one),
            Ok(Admitted::AlreadyFinal),
            "{height}"
        );
        let at = joined.records.candidates(one.id()).unwrap();
        assert!(at.iter().any(|at| at.height == height));
    }
    let late = pay(&genesis, BLOCKS - 15, 1);
    let refused = joined.submit(time_of(BLOCKS), &late).unwrap_err();
    assert_eq!(refused.code, Code::Expired);
    goes_on_alike(&mut node, &mut joined);
    let report = full_check(&joined.records);
    assert_eq!((report.history_start, report.height), (BLOCKS, BLOCKS + 3));

    // From the headers that it was given it can hand on a snapshot of its own, and a backup.
    for what in [What::Snapshot, What::Backup] {
        let (store, installed) = restore(&archive_of(&joined, what), &genesis).unwrap();
        assert_eq!(installed.block, node.tip());
        let third = node_of(&genesis, store, BLOCKS + 3);
        assert_eq!(third.root(), node.root());
    }
}

/// What a dishonest node may serve, with a word of what it is refused for.
type Forgery = (&'static str, fn(&mut Vec<Part>, &Genesis));

fn head(parts: &mut [Part]) -> &mut archive::Head {
    match &mut parts[0] {
        Part::Head(head) => head,
        _ => panic!("no head"),
    }
}

fn window(parts: &mut [Part]) -> &mut Vec<allonge_node::store::WindowEntry> {
    let found = parts.iter_mut().find_map(|part| match part {
        Part::Window(entries) => Some(entries),
        _ => None,
    });
    found.expect("headers without blocks")
}

fn block(parts: &mut [Part]) -> &mut archive::BlockPart {
    let found = parts.iter_mut().find_map(|part| match part {
        Part::Block(block) => Some(&mut **block),
        _ => None,
    });
    found.expect("a block")
}

fn entries(parts: &mut [Part]) -> &mut Vec<(Vec<u8>, Vec<u8>)> {
    let found = parts.iter_mut().find_map(|part| match part {
        Part::State(entries) => Some(entries),
        _ => None,
    });
    found.expect("entries")
}

const FORGERIES: &[Forgery] = &[
    ("chained hash", |parts, _| {
        window(parts)[4].ids.pop();
    }),
    ("chained hash", |parts, _| window(parts)[4].ids.swap(0, 1)),
    ("chained hash", |parts, _| {
        window(parts)[4].ids.push(Hash([7; 32]));
    }),
    ("too late to know", |parts, _| {
        window(parts).drain(..2);
        head(parts).first += 2;
    }),
    ("was to come", |parts, _| {
        window(parts).remove(4);
    }),
    ("another parent", |parts, _| {
        window(parts)[4].header.time_ms += 1;
    }),
    ("certificate", |parts, _| {
        block(parts).certificate.signatures.pop();
    }),
    ("another block", |parts, _| {
        block(parts).certificate.block = Hash([7; 32]);
    }),
    ("receipts", |parts, _| {
        let block = block(parts);
        let mut receipts = (*block.receipts).clone();
        receipts.transactions.pop();
        block.receipts = receipts.into();
    }),
    ("root", |parts, _| {
        let block = block(parts);
        block.bytes = changed(&block.bytes, |block| {
            block.transactions.pop();
        });
    }),
    ("the state has the hash", |parts, _| {
        entries(parts)[3].1.push(0);
    }),
    ("the head names", |parts, _| {
        entries(parts).remove(3);
    }),
    ("the state has the hash", |parts, _| {
        entries(parts).remove(3);
        head(parts).entries -= 1;
    }),
    ("keys must increase", |parts, _| entries(parts).swap(3, 4)),
    ("ends before its last block", |parts, _| {
        parts.retain(|part| !matches!(part, Part::Block(_)));
    }),
    ("begin with its head", |parts, _| {
        parts.remove(0);
    }),
    ("second head", |parts, _| {
        let head = parts[0].clone();
        parts.push(head);
    }),
    ("out of order", |parts, _| parts.reverse_from_second()),
    ("of the network with genesis", |parts, _| {
        let mut other = short_lived();
        other.time_ms += 1;
        head(parts).genesis = serde_json::to_vec(&other).unwrap();
    }),
    ("contradicts itself", |parts, _| head(parts).blocks_from = 0),
    ("than the head names", |parts, _| {
        head(parts).block = Hash([7; 32])
    }),
    // Whoever holds no keys of validators can make headers, but no certificate.
    ("signature", |parts, genesis| {
        let block = block(parts);
        block.bytes = changed(&block.bytes, |block| {
            block.header.state_root = Hash([7; 32])
        });
        let header = allonge_ledger::Block::from_bytes(&block.bytes)
            .unwrap()
            .header;
        block.certificate.block = header.hash();
        assert_eq!(header.genesis, genesis.hash());
    }),
];

trait Reverse {
    fn reverse_from_second(&mut self);
}

impl Reverse for Vec<Part> {
    fn reverse_from_second(&mut self) {
        self[1..].reverse();
    }
}

#[test]
fn whoever_serves_a_snapshot_is_not_trusted() {
    let node = grown(BLOCKS);
    let good = parts_of(&archive_of(&node, What::Snapshot));
    install(good.iter().cloned().map(Ok), &node.genesis).unwrap();
    for (number, (word, forge)) in FORGERIES.iter().enumerate() {
        let mut parts = good.clone();
        forge(&mut parts, &node.genesis);
        assert_ne!(parts, good, "{number}: {word}");
        let refused = install(parts.into_iter().map(Ok), &node.genesis);
        let error = refused.err().map(|error| error.to_string());
        let error = error.unwrap_or_else(|| panic!("{number}: {word}: taken"));
        assert!(error.contains(word), "{number}: {error} lacks `{word}`");
    }
}

fn backup_bytes() -> &'static (Vec<u8>, Genesis) {
    static BYTES: OnceLock<(Vec<u8>, Genesis)> = OnceLock::new();
    BYTES.get_or_init(|| {
        let node = grown(8);
        (archive_of(&node, What::Backup), node.genesis)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_file_that_is_cut_off_is_refused(at in any::<prop::sample::Index>()) {
        let (bytes, genesis) = backup_bytes();
        let cut = &bytes[..at.index(bytes.len())];
        let error = restore(cut, genesis).err().map(|error| error.to_string()).unwrap_or_default();
        prop_assert!(error.contains("cut off") || error.contains("no archive"), "{error}");
    }

    #[test]
    fn a_file_with_a_bit_flipped_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let (bytes, genesis) = backup_bytes();
        let mut bytes = bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let error = restore(&bytes, genesis).err().map(|error| error.to_string());
        let error = error.unwrap_or_default();
        let named = ["damaged", "cut off", "no archive", "version"];
        prop_assert!(named.iter().any(|word| error.contains(word)), "byte {at}: {error}");
    }
}

#[test]
fn what_follows_the_end_is_refused() {
    let (bytes, genesis) = backup_bytes();
    let mut longer = bytes.clone();
    longer.push(0);
    let error = restore(&longer, genesis).err().unwrap().to_string();
    assert!(error.contains("behind the end"), "{error}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_home_is_filled_whole_or_not_at_all() {
    let (bytes, genesis) = backup_bytes();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("node");
    let fill = |bytes: &[u8]| -> Result<Installed, RestoreError> {
        let mut reader = Reader::new(bytes)?;
        let mut restored = RestoredHome::begin(&home, genesis.clone())?;
        while let Some(part) = reader.next_part()? {
            restored.push(part)?;
        }
        restored.finish()
    };
    for end in [30, bytes.len() / 2, bytes.len() - 1] {
        fill(&bytes[..end]).unwrap_err();
        assert!(
            !home.exists() || names(&home) == ["lock"],
            "{:?}",
            names(&home)
        );
    }
    let mut other = genesis.clone();
    other.time_ms += 1;
    std::fs::create_dir_all(&home).unwrap();
    let other = serde_json::to_vec(&other).unwrap();
    std::fs::write(home.join("genesis.json"), other).unwrap();
    assert!(matches!(
        fill(bytes),
        Err(RestoreError::OtherNetwork { .. })
    ));
    std::fs::remove_file(home.join("genesis.json")).unwrap();

    assert_eq!(fill(bytes).unwrap().height, 8);
    // No log of votes and nothing that says what was signed: the signing guard takes the node for a stranger.
    assert_eq!(names(&home), ["genesis.json", "lock", "store"]);
    let taken = Home::take(&home).unwrap();
    let records = Records::open(Box::new(taken.open_store().unwrap()), &genesis.hash()).unwrap();
    assert_eq!(full_check(&records).height, 8);
    drop((records, taken));
    assert!(matches!(fill(bytes), Err(RestoreError::StoreExists(_))));
}

#[test]
fn pruning_keeps_the_replay_window_and_two_checkpoints() {
    let mut node = grown(BLOCKS);
    let prunable = |node: &Node, keep: Keep| node.records.prunable_to(keep, LIFE_MS).unwrap();
    let keep = |blocks| Keep {
        blocks: Some(blocks),
        days: None,
    };
    // Checkpoints at 25 and 30; blocks from 20 on may hold what can be replayed, 19 is where they begin.
    assert_eq!(node.records.checkpoints().unwrap(), [30, 25]);
    assert_eq!(prunable(&node, keep(1)), 19);
    assert_eq!(prunable(&node, keep(20)), 11);
    assert_eq!(prunable(&node, keep(1_000)), 1);
    assert_eq!(prunable(&node, Keep::default()), 1);
    let days = Keep {
        blocks: Some(1),
        days: Some(1),
    };
    assert_eq!(prunable(&node, days), 1, "a day is longer than this chain");

    let pruned = node.records.prune(keep(15), LIFE_MS).unwrap();
    assert_eq!((pruned.from, pruned.to), (1, 16));
    assert!(pruned.keys > 0);
    let pruned = node.records.prune(keep(1), LIFE_MS).unwrap();
    assert_eq!((pruned.from, pruned.to), (16, 19));
    assert_eq!(node.records.prune(keep(1), LIFE_MS).unwrap().keys, 0);
    assert!(node.records.decided(18).unwrap().is_none());
    assert!(node.records.decided_block(19).unwrap().is_some());
    assert_eq!(full_check(&node.records).history_start, 19);
    let (tip, root) = (node.tip(), node.root());
    node.restart(time_of(BLOCKS));
    assert_eq!((node.tip(), node.root()), (tip, root));

    // What is left is enough for others.
    for (what, start) in [(What::Backup, 19), (What::Snapshot, BLOCKS)] {
        let (store, installed) = restore(&archive_of(&node, what), &node.genesis).unwrap();
        assert_eq!(installed.history_start, start);
        assert_eq!(full_check(&open(&store, &node.genesis)).tip, tip);
    }
    grow(&mut node);
    assert_eq!(node.height(), BLOCKS + 1);
}

#[test]
fn a_crash_while_pruning_leaves_a_node_that_starts() {
    let tip = grown(BLOCKS).tip();
    for writes in 0..12 {
        let node = grown(BLOCKS);
        let keep = Keep {
            blocks: Some(1),
            days: None,
        };
        node.store.fail_after(writes);
        let ended = node.records.prune(keep, LIFE_MS).is_ok();
        node.store.heal();
        let node = node_of(&node.genesis, node.store.crashed(writes % 2), BLOCKS);
        assert_eq!(node.tip(), tip);
        full_check(&node.records);
        // The next time it gets to its end.
        node.records.prune(keep, LIFE_MS).unwrap();
        assert_eq!(node.records.history_start().unwrap(), 19);
        assert!(node.records.decided(18).unwrap().is_none());
        if ended {
            return;
        }
    }
    panic!("pruning never came to its end");
}

#[test]
fn without_a_checkpoint_that_leads_there_a_pruned_store_is_refused() {
    let node = grown(BLOCKS);
    let keep = Keep {
        blocks: Some(1),
        days: None,
    };
    node.records.prune(keep, LIFE_MS).unwrap();
    for height in node.records.checkpoints().unwrap() {
        node.records.remove_checkpoint(height).unwrap();
    }
    let error = allonge_node::shell::restart(&node.records, node.genesis.clone());
    let error = error.err().unwrap().to_string();
    assert!(error.contains("kept from height 19"), "{error}");
}

/// A block after which other validators vote, certified by these keys.
fn change(genesis: &Genesis, height: u64, signers: &[u8], from: &[u8], to: &[u8]) -> SetChange {
    let set = |seeds: &[u8]| {
        let validators = seeds.iter().map(|seed| Validator {
            key: public(&key(*seed)),
            power: 1,
        });
        ValidatorSet::new(validators.collect()).unwrap()
    };
    let bytes = Node::new(genesis, 0).advance(time_of(1));
    let header = Header {
        height,
        round: 0,
        validators: set(from).hash(),
        next_validators: set(to).hash(),
        ..allonge_ledger::Block::from_bytes(&bytes).unwrap().header
    };
    let block = header.hash();
    let vote = vote_sign_bytes(&genesis.hash(), VoteKind::Precommit, height, 0, Some(block));
    let mut signatures: Vec<_> = signers
        .iter()
        .map(|seed| {
            (
                public(&key(*seed)),
                Signature(key(*seed).sign(&vote).to_bytes()),
            )
        })
        .collect();
    signatures.sort_by_key(|(key, _)| *key);
    SetChange {
        header,
        certificate: Certificate {
            height,
            round: 0,
            block,
            signatures,
        },
        validators: set(to).validators().to_vec(),
    }
}

#[test]
fn changes_of_the_validators_are_followed_from_genesis() {
    let genesis = short_lived();
    let (first, second, third) = ([101, 102, 103, 104], [101, 102, 103, 105], [102, 103, 105]);
    let one = change(&genesis, 7, &[101, 102, 103], &first, &second);
    let two = change(&genesis, 9, &[101, 102, 105], &second, &third);
    let mut chain = Chain::new(&genesis).unwrap();
    chain.set_change(&one).unwrap();
    chain.set_change(&two).unwrap();
    let of = |height| chain.validators(height).unwrap().hash();
    assert_eq!(of(7), genesis.validator_set().unwrap().hash());
    assert_eq!(
        (of(8), of(9)),
        (one.header.next_validators, one.header.next_validators)
    );
    assert_eq!(of(10), two.header.next_validators);

    let refused = |changes: &[&SetChange]| {
        let mut chain = Chain::new(&genesis).unwrap();
        let outcome = changes
            .iter()
            .try_for_each(|change| chain.set_change(change));
        outcome.unwrap_err().to_string()
    };
    assert!(refused(&[&two]).contains("other validators"));
    assert!(refused(&[&one, &one]).contains("out of order"));
    let by_new = change(&genesis, 7, &[101, 102, 105], &first, &second);
    assert!(refused(&[&by_new]).contains("not a validator"));
    let mut other_set = one.clone();
    other_set.validators.pop();
    assert!(refused(&[&other_set]).contains("other next validators"));

    // They outlast a restart, and pruning.
    let store = MemoryStore::new();
    let records = open(&store, &genesis);
    let writes =
        [&two, &one].map(|change| allonge_node::store::Write::SetChange(Box::new(change.clone())));
    records.write(&writes).unwrap();
    let records = open(&store.crashed(0), &genesis);
    assert_eq!(records.set_changes(9).unwrap(), [one.clone(), two]);
    assert_eq!(records.set_changes(8).unwrap(), [one]);
    assert!(records.set_changes(6).unwrap().is_empty());
}

/// The network of the store below: its genesis document may be of a form that is no longer read.
const OLD_GENESIS: &str = "cb737751d2acc4a1b7bc2ef414712cac6bfea5d6d72c89686cfb8dfc420c01f0";
const OLD_VALIDATOR: &str = "10d796842432d0ac520b63fecaffe0d70c87c28e1e4467665810ba3052db5456";

/// A store that the program of November 2026 wrote (format 1): one validator, eleven blocks, checkpoints at
/// heights 7 and 10.
fn old_store(folder: &Path) -> SledStore {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store-format-1.tar.gz");
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(fixture).arg("-C").arg(folder);
    assert!(tar.status().unwrap().success());
    SledStore::open(&folder.join("store")).unwrap()
}

#[test]
fn a_store_of_format_1_is_migrated_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let genesis: Hash = OLD_GENESIS.parse().unwrap();
    let first = ValidatorSet::new(vec![Validator {
        key: OLD_VALIDATOR.parse().unwrap(),
        power: 1,
    }])
    .unwrap();
    let store = old_store(folder.path());
    let dry = migrate(&store, &genesis, &first, true).unwrap();
    assert_eq!((dry.from, dry.to, dry.height), (1, FORMAT, 11));
    assert_eq!(dry.steps.len(), 2);
    let refused = Records::open(Box::new(store), &genesis).err().unwrap();
    assert!(matches!(refused, StoreError::OldFormat { found: 1, .. }));
    assert!(
        refused.to_string().contains("allonge node migrate"),
        "{refused}"
    );

    let store = SledStore::open(&folder.path().join("store")).unwrap();
    let other = migrate(&store, &Hash([7; 32]), &first, false);
    assert!(matches!(other, Err(StoreError::Foreign { .. })));
    let set = short_lived().validator_set().unwrap();
    let changed = migrate(&store, &genesis, &set, false).unwrap_err();
    assert!(
        changed.to_string().contains("validators have changed"),
        "{changed}"
    );
    assert_eq!(migrate(&store, &genesis, &first, false).unwrap(), dry);
    assert!(
        migrate(&store, &genesis, &first, false)
            .unwrap()
            .steps
            .is_empty()
    );
    let records = Records::open(Box::new(store), &genesis).unwrap();
    assert_eq!(
        (records.tip().unwrap(), records.history_start().unwrap()),
        (11, 1)
    );
    assert_eq!(records.checkpoints().unwrap(), [10, 7]);
    let mut chain = Chain::of(genesis, first);
    let mut transactions = 0;
    for height in 1..=11 {
        let (record, bytes) = records.decided_block(height).unwrap().unwrap();
        let block = archive::BlockPart {
            certificate: record.certificate,
            bytes,
            receipts: record.receipts,
        };
        transactions += chain.block(&block).unwrap().transactions.len();
    }
    assert_eq!(transactions, 7);
}
