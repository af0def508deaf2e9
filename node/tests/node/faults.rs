//! Stores with something wrong in them: what is wrong is named for what it is, and what can be mended is.

use crate::store::{chain, copy, entries, full_check, sled};
use crate::world::*;
use allonge_node::shell;
use allonge_node::store::{
    Batch, Home, MemoryStore, Position, Records, Repair, SledStore, Store, StoreError, repair,
};
use std::fs;
use std::path::Path;

/// What opening says that must not succeed.
fn refusal<T>(opened: Result<T, StoreError>) -> StoreError {
    match opened {
        Err(error) => error,
        Ok(_) => panic!("it opened"),
    }
}

#[test]
fn damaged_settings_of_the_store_are_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    drop(SledStore::open(folder.path()).unwrap());
    let conf = folder.path().join("main/conf");
    let bytes = fs::read(&conf).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        fs::write(&conf, damaged).unwrap();
        let error = refusal(SledStore::open(folder.path()));
        assert!(
            matches!(error, StoreError::Damaged { .. }),
            "byte {at}: {error}"
        );
        assert!(error.to_string().contains("conf"), "byte {at}: {error}");
    }
    fs::write(&conf, bytes).unwrap();
    // What another process holds is not damaged.
    let _held = SledStore::open(folder.path()).unwrap();
    let error = refusal(SledStore::open(folder.path()));
    assert!(matches!(error, StoreError::Failed { .. }), "{error}");
}

#[test]
fn a_damaged_note_of_the_last_height_is_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(chain(sled(folder.path()), 3, 1));
    let open = || {
        let store = SledStore::open(folder.path())?;
        Records::open(Box::new(store), &genesis().hash()).map(|records| records.tip().unwrap())
    };
    let note = folder.path().join("tip");
    let whole = fs::read(&note).unwrap();
    assert_eq!(open().unwrap(), 3);
    // The line's end is of no consequence.
    for at in 0..whole.len() - 1 {
        let mut damaged = whole.clone();
        damaged[at] ^= 4;
        fs::write(&note, damaged).unwrap();
        let error = refusal(open()).to_string();
        assert!(
            error.contains("the note of the last height"),
            "byte {at}: {error}"
        );
        assert!(error.contains("node repair"), "byte {at}: {error}");
    }
    for length in 0..whole.len() {
        fs::write(&note, &whole[..length]).unwrap();
        match open() {
            Ok(tip) => assert!(tip == 3 && length >= 20, "{length} bytes"),
            Err(error) => assert!(error.to_string().contains("the note of"), "{error}"),
        }
    }
    fs::remove_file(&note).unwrap();
    assert!(
        refusal(open())
            .to_string()
            .contains("it is not there, but 3 heights are")
    );
    // As earlier programs wrote it.
    fs::write(&note, "00000000000000000003\n").unwrap();
    assert_eq!(open().unwrap(), 3);
    fs::write(&note, "00000000000000000004\n").unwrap();
    assert!(
        refusal(open())
            .to_string()
            .contains("height 4 was committed, but 3")
    );
}

#[test]
fn a_damaged_checkpoint_is_removed_where_something_else_leads_to_the_state() {
    let store = MemoryStore::new();
    let open = || Records::open(Box::new(store.clone()), &genesis().hash()).unwrap();
    let (_, states) = chain(open(), 10, 3);
    for state in [&states[3], &states[7]] {
        open().write_checkpoint(state).unwrap();
    }
    let shelf = store.existing_shelf("state-00000000000000000008").unwrap();
    let key = shelf
        .all_keys()
        .into_iter()
        .find(|key| key[0] == b's')
        .unwrap();
    assert!(shelf.flip(&key, 500));
    let restart = shell::restart(&open(), genesis()).unwrap();
    assert_eq!(restart.state.trie.root(), states[9].trie.root());
    assert_eq!(
        open().checkpoints().unwrap(),
        [4],
        "the damaged one does not stay"
    );
    full_check(&open()).unwrap();
    // The next one stands beside it as if nothing had been.
    open().write_checkpoint(&states[9]).unwrap();
    assert_eq!(open().checkpoints().unwrap(), [10, 4]);
    full_check(&open()).unwrap();
}

#[test]
fn a_damaged_page_of_the_index_is_made_again() {
    let store = MemoryStore::new();
    let (node, _) = chain(
        Records::open(Box::new(store.clone()), &genesis().hash()).unwrap(),
        30,
        20,
    );
    let records = node.records;
    for to in [15, 30] {
        records.write_run(to, entries(&records, to)).unwrap();
    }
    let before: Vec<_> = store
        .all_keys()
        .into_iter()
        .filter(|key| key[0] == b'y')
        .collect();
    assert!(before.len() > 3, "several pages in each run");
    let contents =
        |keys: &[Vec<u8>]| -> Vec<_> { keys.iter().map(|key| store.get(key).unwrap()).collect() };
    let whole = contents(&before);
    let receipts = records.decided(3).unwrap().unwrap().receipts;
    for page in &before {
        assert!(store.flip(page, 300));
    }
    let mut batch = Batch::default();
    batch.remove(before[0].clone());
    store.apply(batch).unwrap();
    let id = receipts.transactions[7].transaction;
    assert!(records.candidates(&id).is_err(), "it is damaged");
    let at = Position {
        height: 3,
        index: 7,
    };
    assert_eq!(records.find(&id).unwrap(), [at]);
    assert_eq!(contents(&before), whole, "the pages are as they were");
    full_check(&records).unwrap();
}

/// A node's home with twelve blocks, two checkpoints and an index.
fn a_home(folder: &Path) -> Home {
    let home = Home::take(folder).unwrap();
    let (mut node, states) = chain(sled(&home.store()), 12, 5);
    node.submit(GENESIS_MS + 20_000, &payment(&genesis(), "core", 1))
        .unwrap();
    node.build(GENESIS_MS + 20_000, node.own_round()).unwrap();
    let records = &node.records;
    for to in [6, 12] {
        records.write_run(to, entries(records, to)).unwrap();
    }
    for state in [&states[3], &states[7]] {
        records.write_checkpoint(state).unwrap();
    }
    home
}

/// What is in the store after it was looked through twice: first dry, then in earnest.
fn mended(home: &Home) -> (Repair, u64) {
    let dry = repair(home, &genesis(), true).unwrap();
    let done = repair(home, &genesis(), false).unwrap();
    assert_eq!(
        dry.findings.first(),
        done.findings.first(),
        "a dry run says the same"
    );
    assert!(!done.findings.is_empty(), "something is damaged");
    if let Some(aside) = &done.set_aside {
        assert!(aside.is_dir() && !home.store().exists());
        assert_eq!(dry.set_aside.as_ref(), Some(aside));
        return (done, 0);
    }
    let again = repair(home, &genesis(), false).unwrap();
    assert_eq!(again.findings, [], "all is mended");
    assert_eq!(again.height, done.height);
    let records = sled(&home.store());
    let restart = shell::restart(&records, genesis()).unwrap();
    assert_eq!(restart.state.height(), done.height);
    assert_eq!(full_check(&records).unwrap().height, done.height);
    (done, restart.checkpoint_height)
}

fn damage(home: &Home, key: &[u8]) {
    let store = SledStore::open(&home.store()).unwrap();
    let mut value = store.get(key).unwrap().unwrap();
    let middle = value.len() / 2;
    value[middle] ^= 0x20;
    let mut batch = Batch::default();
    batch.put(key.to_vec(), value);
    store.apply(batch).unwrap();
    store.flush().unwrap();
}

#[test]
fn whatever_record_is_damaged_the_store_is_mended_as_far_as_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    fs::create_dir_all(&original).unwrap();
    let home = a_home(&original);
    assert_eq!(repair(&home, &genesis(), true).unwrap().findings, []);
    let keys = {
        let store = SledStore::open(&home.store()).unwrap();
        store.keys(&[0], &[0xff], 10_000).unwrap()
    };
    drop(home);
    let mut seen = std::collections::BTreeSet::new();
    // One of each table, and of blocks and decisions one of each height.
    for (number, key) in keys.iter().enumerate() {
        let height = u64::from_be_bytes(key.get(1..9).map_or([0; 8], |h| h.try_into().unwrap()));
        let of_chain = matches!(key[0], b'b' | b'd') && height <= 12;
        if !seen.insert((key[0], if of_chain { height } else { 0 })) || of_chain && height % 3 != 0
        {
            continue;
        }
        let place = folder.path().join(number.to_string());
        copy(&original, &place);
        let home = Home::take(&place).unwrap();
        damage(&home, key);
        let (done, checkpoint) = mended(&home);
        let named = &done.findings[0].record;
        match key[0] {
            b'b' | b'd' if of_chain => {
                assert_eq!(
                    (done.height_before, done.height),
                    (12, height - 1),
                    "{named}"
                );
                let leads = [8, 4, 0].into_iter().find(|at| *at < height).unwrap();
                assert_eq!(checkpoint, leads);
                assert!(named.contains(&format!("height {height}")), "{named}");
            }
            b'c' => assert_eq!((done.height, checkpoint), (12, 8), "{named}"),
            b'f' => assert!(done.set_aside.is_some(), "{named}"),
            _ => assert_eq!(done.height, 12, "{named}"),
        }
    }
    assert!(seen.len() >= 6 + 12, "{seen:?}");
}

#[test]
fn whatever_file_is_damaged_the_store_is_mended_or_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    fs::create_dir_all(&original).unwrap();
    drop(a_home(&original));
    let harm = |name: &str, change: &dyn Fn(&Path)| {
        let place = folder.path().join(name);
        copy(&original, &place);
        let home = Home::take(&place).unwrap();
        change(&home.store());
        mended(&home).0
    };
    let flip = |path: &Path, at: usize| {
        let mut bytes = fs::read(path).unwrap();
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let done = harm("conf", &|store| flip(&store.join("main/conf"), 12));
    assert_eq!((done.height, done.set_aside), (12, None));
    let done = harm("note", &|store| flip(&store.join("tip"), 19));
    assert_eq!((done.height, done.set_aside), (12, None));
    let done = harm("no-note", &|store| {
        fs::remove_file(store.join("tip")).unwrap()
    });
    assert_eq!((done.height, done.set_aside), (12, None));
    let shelf = "state-00000000000000000008/main/db";
    let done = harm("checkpoint", &|store| {
        let mut bytes = fs::read(store.join(shelf)).unwrap();
        bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x55);
        fs::write(store.join(shelf), bytes).unwrap();
    });
    assert_eq!((done.height, done.set_aside), (12, None));
    let done = harm("all", &|store| {
        let mut bytes = fs::read(store.join("main/db")).unwrap();
        bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x55);
        fs::write(store.join("main/db"), bytes).unwrap();
    });
    // Sled takes the whole of it for a write that was torn; the note outside knows better.
    assert!(
        (done.height_before, done.height) == (12, 0) && done.findings[0].what.contains("12"),
        "{done:?}"
    );
}
