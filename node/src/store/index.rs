//! Where each final transaction stands: sorted runs of 18 bytes a transaction, written behind.
//!
//! A run covers a range of heights and is made of pages in the order of the ids; only the first id of
//! each page is held in memory. An entry keeps eight bytes of the id, so that what is found is a
//! candidate: whoever asks compares the block's own id. Runs can be made again from the blocks.

use super::keys;
use super::records::{Records, encode};
use super::sealed;
use super::{Batch, Store, StoreError};
use allonge_contracts::Hash;
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::{MutexGuard, PoisonError};

/// Bytes of an entry: eight of the id, six of the height, four of the position.
const ENTRY: usize = 18;
/// Entries of a page.
const PAGE: usize = 220;
/// Pages of a batch.
const BATCH: usize = 500;

/// Where a transaction stands on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The block's height.
    pub height: u64,
    /// The position among its transactions, from 0.
    pub index: u32,
}

/// A transaction and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// The transaction's id.
    pub id: Hash,
    /// Where it is.
    pub at: Position,
}

/// The first eight bytes of an id, and where its transaction stands.
type Entry = (u64, Position);

/// A run: which heights it covers, and the first id of each page.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
struct Run {
    from: u64,
    to: u64,
    entries: u64,
    firsts: Vec<u64>,
}

/// The runs, by height and without a gap.
#[derive(Default)]
pub struct Runs(Vec<Run>);

fn short(id: &Hash) -> u64 {
    id.as_bytes()
        .first_chunk()
        .map_or(0, |head| u64::from_be_bytes(*head))
}

fn read(entry: &[u8]) -> Option<(u64, Position)> {
    let (id, rest) = entry.split_first_chunk::<8>()?;
    let (height, rest) = rest.split_first_chunk::<6>()?;
    let (index, rest) = rest.split_first_chunk::<4>()?;
    let mut whole = [0; 8];
    whole[2..].copy_from_slice(height);
    let height = u64::from_be_bytes(whole);
    let index = u32::from_be_bytes(*index);
    rest.is_empty()
        .then_some((u64::from_be_bytes(*id), Position { height, index }))
}

impl Runs {
    /// Reads what runs there are. A run that is damaged, and all after it, is as if not there.
    pub fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let table = keys::runs();
        let mut starts: Vec<u64> = store
            .keys(&table, &keys::end_of(&table), usize::MAX)?
            .iter()
            .filter_map(|key| keys::height_of(key))
            .collect();
        starts.dedup();
        let mut runs: Vec<Run> = Vec::new();
        for start in starts {
            let next = runs.last().map_or(1, |run| run.to.saturating_add(1));
            let run = match sealed::get_long(store, &keys::run(start)) {
                Ok(Some(bytes)) => borsh::from_slice::<Run>(&bytes).ok(),
                Ok(None) | Err(StoreError::Damaged { .. }) => None,
                Err(error) => return Err(error),
            };
            match run {
                Some(run) if run.from == start && start == next && run.to >= start => {
                    runs.push(run);
                }
                _ => {
                    tracing::warn!(from = next, "the index of transactions is made again");
                    break;
                }
            }
        }
        Ok(Runs(runs))
    }
}

impl Records {
    pub(super) fn lock_runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The height up to which transactions are in the index.
    pub fn indexed_to(&self) -> u64 {
        self.lock_runs().0.last().map_or(0, |run| run.to)
    }

    /// Adds the transactions of the heights from the first one not indexed up to `to`, all of them.
    ///
    /// # Errors
    /// The store failed.
    pub fn write_run(&self, to: u64, entries: Vec<IndexEntry>) -> Result<(), StoreError> {
        let from = self.indexed_to().saturating_add(1);
        if to < from {
            return Ok(());
        }
        let entries = entries
            .iter()
            .map(|entry| (short(&entry.id), entry.at))
            .collect();
        let run = self.put_run(from, to, entries)?;
        self.lock_runs().0.push(run);
        Ok(())
    }

    /// Writes the pages of a run, and after them what says that it is there.
    fn put_run(&self, from: u64, to: u64, mut entries: Vec<Entry>) -> Result<Run, StoreError> {
        entries.sort_unstable();
        entries.dedup();
        let mut run = Run {
            from,
            to,
            entries: entries.len() as u64,
            firsts: Vec::new(),
        };
        let mut batch = Batch::default();
        for (number, page) in (0u32..).zip(entries.chunks(PAGE)) {
            let mut bytes = Vec::with_capacity(page.len().saturating_mul(ENTRY));
            for (id, at) in page {
                bytes.extend_from_slice(&id.to_be_bytes());
                bytes.extend_from_slice(&at.height.to_be_bytes()[2..]);
                bytes.extend_from_slice(&at.index.to_be_bytes());
            }
            run.firsts.extend(page.first().map(|(id, _)| *id));
            sealed::put(&mut batch, keys::page(from, number), &bytes);
            if batch.len() >= BATCH {
                self.store.apply(std::mem::take(&mut batch))?;
                self.store.flush()?;
            }
        }
        self.store.apply(batch)?;
        self.store.flush()?;
        let mut batch = Batch::default();
        // A run that was here before may have been longer.
        sealed::remove_long(&*self.store, &mut batch, &keys::run(from))?;
        sealed::put_long(&mut batch, &keys::run(from), &encode(&run));
        self.store.apply(batch)?;
        self.store.flush()?;
        Ok(run)
    }

    /// Where a transaction of this id may stand, the latest first.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn candidates(&self, id: &Hash) -> Result<Vec<Position>, StoreError> {
        let wanted = short(id);
        let pages: Vec<(u64, usize)> = {
            let runs = self.lock_runs();
            runs.0
                .iter()
                .rev()
                .flat_map(|run| {
                    // Entries of one short id may spread over pages that begin with it, and the one before.
                    let end = run.firsts.partition_point(|first| *first <= wanted);
                    let begin = run.firsts.partition_point(|first| *first < wanted);
                    (begin.saturating_sub(1)..end).map(|page| (run.from, page))
                })
                .collect()
        };
        let mut found = Vec::new();
        for (from, page) in pages {
            let entries = self.read_page(from, page)?;
            let of_id = entries.into_iter().filter(|(id, _)| *id == wanted);
            found.extend(of_id.map(|(_, at)| at));
        }
        Ok(found)
    }

    fn read_page(&self, from: u64, page: usize) -> Result<Vec<Entry>, StoreError> {
        let key = keys::page(from, u32::try_from(page).unwrap_or(u32::MAX));
        let bytes =
            sealed::get(&*self.store, &key)?.ok_or_else(|| self.broken(&key, "it is not there"))?;
        let entries = bytes.chunks(ENTRY).map(read);
        entries
            .map(|entry| entry.ok_or_else(|| self.broken(&key, "an entry is cut off")))
            .collect()
    }

    /// The runs of which a page is damaged, each with its first height, its last one and the damage.
    ///
    /// # Errors
    /// The store failed.
    pub(super) fn damaged_runs(&self) -> Result<Vec<(u64, u64, StoreError)>, StoreError> {
        let runs = self.lock_runs().0.clone();
        let mut damaged = Vec::new();
        for run in runs {
            let pages = (0..run.firsts.len()).map(|page| self.read_page(run.from, page));
            match pages.collect::<Result<Vec<_>, _>>() {
                Ok(_) => {}
                Err(error @ StoreError::Damaged { .. }) => damaged.push((run.from, run.to, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(damaged)
    }

    /// Makes the run that begins at a height again: from what of it can be read, and from the blocks that are
    /// kept. Of blocks that are not kept, what stood in the damaged pages is lost.
    ///
    /// # Errors
    /// The store failed, or a block is damaged.
    pub(super) fn remake_run(&self, from: u64) -> Result<(), StoreError> {
        let found = self
            .lock_runs()
            .0
            .iter()
            .find(|run| run.from == from)
            .cloned();
        let Some(run) = found else { return Ok(()) };
        let mut entries = Vec::new();
        for page in 0..run.firsts.len() {
            match self.read_page(from, page) {
                Ok(page) => entries.extend(page),
                Err(StoreError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for height in from.max(self.history_start()?)..=run.to {
            let record = self
                .decided(height)?
                .ok_or_else(|| self.missing_decision(height))?;
            let ids = record.receipts.transactions.iter().map(|r| r.transaction);
            let at = (0u32..).map(|index| Position { height, index });
            entries.extend(ids.zip(at).map(|(id, at)| (short(&id), at)));
        }
        // With other pages than it says, it would lead astray: until they are written it is not there.
        let mut batch = Batch::default();
        sealed::remove_long(&*self.store, &mut batch, &keys::run(from))?;
        self.store.apply(batch)?;
        self.store.flush()?;
        let made = self.put_run(from, run.to, entries)?;
        let mut runs = self.lock_runs();
        if let Some(run) = runs.0.iter_mut().find(|run| run.from == from) {
            *run = made;
        }
        Ok(())
    }

    /// As [`Records::candidates`]; a damaged index is named in the log and made again.
    ///
    /// # Errors
    /// The store failed, or a block is damaged.
    pub fn find(&self, id: &Hash) -> Result<Vec<Position>, StoreError> {
        let damage = match self.candidates(id) {
            Err(damage @ StoreError::Damaged { .. }) => damage,
            found => return found,
        };
        let _one_at_a_time = self.remaking.lock().unwrap_or_else(PoisonError::into_inner);
        tracing::error!(%damage, "the index of transactions is damaged; it is made again from the blocks");
        for (from, _, _) in self.damaged_runs()? {
            self.remake_run(from)?;
        }
        self.candidates(id)
    }

    /// Forgets the runs with transactions after a height; the last height of what is left.
    pub(super) fn keep_runs_to(&self, height: u64) -> u64 {
        let mut runs = self.lock_runs();
        runs.0.retain(|run| run.to <= height);
        runs.0.last().map_or(0, |run| run.to)
    }
}
