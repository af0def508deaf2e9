//! Looking through the store of a stopped node for what is damaged, and mending what can be mended from what is
//! whole.
//!
//! What others have too, blocks and decisions, is let go from the first damaged one on: the node fetches it again.
//! What only this node has, blocks that it built or vouched for and that are not decided, stays as long as it can
//! be read. Where too little is whole, the whole store is put aside.

use super::records::Records;
use super::{Batch, Home, MAX_BATCH_KEYS, SledStore, Store, StoreError, WHOLE_FILE, keys, sealed};
use allonge_contracts::Hash;
use allonge_ledger::{Block, Genesis};
use std::path::PathBuf;
use std::sync::Arc;

/// The most keys of a table that are looked at in one go.
const PAGE: usize = 10_000;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which record.
    pub record: String,
    /// What is wrong with it.
    pub what: String,
    /// What is done about it, or would be.
    pub remedy: &'static str,
}

/// What was found, and what comes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// The last height that was committed before, as far as it can be told.
    pub height_before: u64,
    /// The last height after; the node fetches what follows from its peers.
    pub height: u64,
    /// What is wrong, in the order in which it is looked at.
    pub findings: Vec<Finding>,
    /// Where the store was put, or would be, because too little of it is whole.
    pub set_aside: Option<PathBuf>,
}

impl Repair {
    fn found(&mut self, error: &StoreError, remedy: &'static str) {
        let (record, what) = match error {
            StoreError::Damaged { record, what, .. } => (record.clone(), what.clone()),
            other => (other.to_string(), String::new()),
        };
        self.findings.push(Finding {
            record,
            what,
            remedy,
        });
    }
}

const TRUNCATED: &str =
    "it and all blocks after it are removed; the node fetches them from its peers";
const ASIDE: &str =
    "the folder `store` is put aside; the node fetches the whole chain from its peers";
const REMOVED: &str = "it is removed";

/// Looks through the store in a home, and mends it unless this is a dry run. What is put aside is moved, never
/// removed. Votes are not touched: they are not in the store.
///
/// # Errors
/// The store cannot be read or written, or is of another network or format; damage is no error.
pub fn repair(home: &Home, genesis: &Genesis, dry: bool) -> Result<Repair, StoreError> {
    let folder = home.store();
    let mut repair = Repair::default();
    if let Err(error) = SledStore::check_settings(&folder) {
        only_damage(&error)?;
        repair.found(&error, "it is written anew: it is the same in every store");
        if dry {
            // Nothing behind it can be read as long as it is as it is.
            return Ok(repair);
        }
        SledStore::remove_settings(&folder)?;
    }
    let looked =
        SledStore::open(&folder).and_then(|store| look(Box::new(store), genesis, &mut repair, dry));
    match looked {
        Ok(()) => Ok(repair),
        Err(error) => {
            only_damage(&error)?;
            repair.found(&error, ASIDE);
            let noted = SledStore::noted_in(&folder).unwrap_or(0);
            repair.height_before = repair.height_before.max(noted);
            repair.height = 0;
            let aside = free_name(&folder);
            if !dry {
                std::fs::rename(&folder, &aside).map_err(|error| StoreError::Failed {
                    place: folder.display().to_string(),
                    reason: format!("it cannot be moved to {}: {error}", aside.display()),
                })?;
            }
            repair.set_aside = Some(aside);
            Ok(repair)
        }
    }
}

fn free_name(folder: &std::path::Path) -> PathBuf {
    let mut names = (1u32..).map(|n| folder.with_file_name(format!("store.damaged-{n}")));
    names.find(|name| !name.exists()).unwrap_or_default()
}

/// Lets damage pass and nothing else.
fn only_damage(error: &StoreError) -> Result<(), StoreError> {
    match error {
        StoreError::Damaged { .. } => Ok(()),
        other => Err(other.clone()),
    }
}

/// Lets damage of one record pass, not that of the file that holds them all.
fn of_one_record(error: StoreError) -> Result<StoreError, StoreError> {
    match &error {
        StoreError::Damaged { record, .. } if record != WHOLE_FILE => Ok(error),
        _ => Err(error),
    }
}

/// The value, or the damage of this one record.
fn or_damage<T>(read: Result<T, StoreError>) -> Result<Result<T, StoreError>, StoreError> {
    match read {
        Ok(value) => Ok(Ok(value)),
        Err(error) => of_one_record(error).map(Err),
    }
}

/// Looks through an open store.
///
/// # Errors
/// [`StoreError::Damaged`] if too little is whole.
fn look(
    store: Box<dyn Store>,
    genesis: &Genesis,
    repair: &mut Repair,
    dry: bool,
) -> Result<(), StoreError> {
    let records = Records::unchecked(store, &genesis.hash())?;
    let before = records.tip()?;
    // What was noted and is not found was lost before this.
    let noted = records.store.noted_tip().ok().flatten();
    repair.height_before = before.max(noted.unwrap_or(0));
    repair.height = before;
    let mut mend = Mend {
        records: &records,
        repair,
        dry,
    };
    let start = records.history_start()?;
    let mut whole_to = mend.blocks(start, before)?;
    whole_to = mend.set_changes(start, before, whole_to)?;
    mend.repair.height = whole_to;
    let base = mend.checkpoints(genesis, whole_to)?;
    if start > 1 && (base.is_none_or(|base| base.saturating_add(1) < start) || whole_to < start) {
        return Err(records.no_way_to(start));
    }
    mend.window()?;
    mend.evidence()?;
    mend.undecided(before.saturating_add(1))?;
    if whole_to < before {
        mend.truncate(whole_to, before)?;
    }
    mend.index(whole_to)?;
    mend.note(before, whole_to)
}

struct Mend<'a> {
    records: &'a Records,
    repair: &'a mut Repair,
    dry: bool,
}

impl Mend<'_> {
    fn keys_in(&self, from: &[u8], to: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut all: Vec<Vec<u8>> = Vec::new();
        loop {
            let next = match all.last() {
                // The next key in order: no other lies between.
                Some(last) => [last.as_slice(), &[0]].concat(),
                None => from.to_vec(),
            };
            let found = self.records.store.keys(&next, to, PAGE)?;
            let more = found.len() == PAGE;
            all.extend(found);
            if !more {
                return Ok(all);
            }
        }
    }

    /// Removes all keys from `from` on and before `to`.
    fn remove(&self, from: &[u8], to: &[u8]) -> Result<(), StoreError> {
        if self.dry {
            return Ok(());
        }
        loop {
            let gone = self.records.store.keys(from, to, MAX_BATCH_KEYS)?;
            if gone.is_empty() {
                return Ok(());
            }
            let mut batch = Batch::default();
            gone.into_iter().for_each(|key| batch.remove(key));
            self.records.store.apply(batch)?;
            self.records.store.flush()?;
        }
    }

    /// The last height up to which every block is there and is the one decided.
    fn blocks(&mut self, start: u64, tip: u64) -> Result<u64, StoreError> {
        let mut parent = None;
        for height in start..=tip {
            match or_damage(self.block(height, parent))? {
                Ok(hash) => parent = Some(hash),
                Err(damage) => {
                    self.repair.found(&damage, TRUNCATED);
                    return Ok(height.saturating_sub(1));
                }
            }
        }
        Ok(tip)
    }

    fn block(&self, height: u64, parent: Option<Hash>) -> Result<Hash, StoreError> {
        let records = self.records;
        let (record, bytes) = records
            .decided_block(height)?
            .ok_or_else(|| records.missing_decision(height))?;
        let hash = record.certificate.block;
        let wrong = |what: &str| records.wrong_block(height, &hash, what);
        let header = Block::from_bytes(&bytes)
            .map_err(|error| wrong(&error.to_string()))?
            .header;
        if header.hash() != hash || header.height != height {
            return Err(wrong("it is another block"));
        }
        match parent {
            Some(parent) if parent != header.parent => {
                Err(wrong("it does not follow the one before"))
            }
            _ => Ok(hash),
        }
    }

    /// Of changes of the validator set only the whole one in its block says who votes after it.
    fn set_changes(&mut self, start: u64, tip: u64, whole_to: u64) -> Result<u64, StoreError> {
        let table = keys::set_changes();
        let mut heights: Vec<u64> = self
            .keys_in(&table, &keys::end_of(&table))?
            .iter()
            .filter_map(|key| keys::height_of(key))
            .collect();
        heights.dedup();
        for height in heights.into_iter().filter(|height| *height <= whole_to) {
            let Err(damage) = or_damage(self.records.set_change(height))? else {
                continue;
            };
            if height < start || height > tip {
                return Err(damage);
            }
            self.repair.found(&damage, TRUNCATED);
            return Ok(height.saturating_sub(1));
        }
        Ok(whole_to)
    }

    /// Removes the checkpoints that are damaged or beyond the last whole block; the latest that is left.
    fn checkpoints(&mut self, genesis: &Genesis, whole_to: u64) -> Result<Option<u64>, StoreError> {
        let genesis = Arc::new(genesis.clone());
        let mut latest = None;
        for height in self.records.checkpoints()? {
            if height <= whole_to {
                match or_damage_of_shelf(self.records.checkpoint(height, &genesis))? {
                    Ok(_) => {
                        latest = latest.max(Some(height));
                        continue;
                    }
                    Err(damage) => self.repair.found(
                        &damage,
                        "the checkpoint is removed; the node starts from an older one and writes another",
                    ),
                }
            }
            if !self.dry {
                self.records.remove_checkpoint(height)?;
            }
        }
        Ok(latest)
    }

    /// Headers without blocks are by what replays are recognised; nothing else in the store has them.
    fn window(&self) -> Result<(), StoreError> {
        let table = keys::window();
        let all = self.keys_in(&table, &keys::end_of(&table))?;
        let mut heights: Vec<u64> = all.iter().filter_map(|key| keys::height_of(key)).collect();
        heights.dedup();
        for height in heights {
            self.records.window_entry(height)?;
        }
        Ok(())
    }

    fn evidence(&mut self) -> Result<(), StoreError> {
        let table = keys::all_evidence();
        for key in self.keys_in(&table, &keys::end_of(&table))? {
            if let Err(damage) = or_damage(sealed::get(&*self.records.store, &key))? {
                self.repair.found(&damage, REMOVED);
                self.remove(&key, &[key.as_slice(), &[0]].concat())?;
            }
        }
        Ok(())
    }

    /// What this node built and vouched for and nobody has decided.
    fn undecided(&mut self, height: u64) -> Result<(), StoreError> {
        let mut hashes = Vec::new();
        for table in [keys::proposals(height), keys::all_built(height)] {
            for key in self.keys_in(&table, &keys::end_of(&table))? {
                match or_damage(sealed::get(&*self.records.store, &key))? {
                    Ok(_) => {}
                    Err(damage) => {
                        self.repair.found(&damage, REMOVED);
                        self.remove(&key, &[key.as_slice(), &[0]].concat())?;
                    }
                }
            }
        }
        let table = keys::bodies(height);
        for key in self.keys_in(&table, &keys::end_of(&table))? {
            hashes.extend(keys::hash_of_body(&key));
        }
        hashes.dedup();
        for hash in hashes {
            let body = keys::body(height, &hash);
            let read = self.records.block(height, &hash).and_then(|bytes| {
                let whole = bytes.and_then(|bytes| Block::from_bytes(&bytes).ok());
                match whole.is_some_and(|block| block.header.hash() == hash) {
                    true => Ok(()),
                    false => Err(self
                        .records
                        .wrong_block(height, &hash, "it is another block")),
                }
            });
            if let Err(damage) = or_damage(read)? {
                self.repair.found(&damage, REMOVED);
                self.remove(&body, &keys::end_of(&body))?;
            }
        }
        Ok(())
    }

    /// Removes the blocks after a height up to the last decided one.
    fn truncate(&self, whole_to: u64, tip: u64) -> Result<(), StoreError> {
        let (first, end) = (whole_to.saturating_add(1), tip.saturating_add(1));
        self.remove(&keys::decided(first), &keys::decided(end))?;
        self.remove(&keys::bodies(first), &keys::bodies(end))?;
        self.remove(&keys::set_change(first), &keys::set_change(end))
    }

    fn index(&mut self, whole_to: u64) -> Result<(), StoreError> {
        let loaded = self.records.indexed_to();
        let table = keys::runs();
        let manifests = self.keys_in(&table, &keys::end_of(&table))?;
        let unread = manifests
            .iter()
            .filter_map(|key| keys::height_of(key))
            .find(|from| *from > loaded);
        if let Some(from) = unread {
            self.repair.findings.push(Finding {
                record: keys::describe(&keys::run(from)),
                what: "it is damaged, or does not follow the one before".to_owned(),
                remedy: "the index is made again from here when the node starts",
            });
        }
        for (from, to, damage) in self.records.damaged_runs()? {
            of_one_record(damage.clone())?;
            self.repair
                .found(&damage, "the page is made again from the blocks");
            if !self.dry && to <= whole_to {
                self.records.remake_run(from)?;
            }
        }
        if self.dry {
            return Ok(());
        }
        // What the index says of blocks that are gone, and what cannot be read, is made again.
        let keep = self.records.keep_runs_to(whole_to);
        self.remove(&keys::run(keep.saturating_add(1)), &keys::end_of(&table))
    }

    fn note(&mut self, before: u64, whole_to: u64) -> Result<(), StoreError> {
        let remedy = "it is written anew";
        match self.records.store.noted_tip() {
            Err(error) => self.repair.found(&of_one_record(error)?, remedy),
            Ok(noted) => {
                if let Err(damage) = self.records.fits_note(noted, before) {
                    let lost = noted.is_some();
                    let fetched = "the blocks after the last one found are fetched from the peers";
                    self.repair
                        .found(&damage, if lost { fetched } else { remedy });
                } else if whole_to == before {
                    return Ok(());
                }
            }
        }
        if self.dry {
            return Ok(());
        }
        self.records.store.note_tip(whole_to)
    }
}

/// As [`or_damage`], where the whole file of a checkpoint may be damaged too.
fn or_damage_of_shelf<T>(read: Result<T, StoreError>) -> Result<Result<T, StoreError>, StoreError> {
    match read {
        Err(error @ StoreError::Damaged { .. }) => Ok(Err(error)),
        other => other.map(Ok),
    }
}
