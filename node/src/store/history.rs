//! Which part of the chain is kept: where it begins, what stays of what is gone, and letting go of the rest.
//!
//! Of blocks that are gone there stay the changes of the validator set, by which certificates can be checked
//! from genesis on, and in a node that started from a snapshot the headers and ids of the replay window.

use super::keys;
use super::records::{Records, encode};
use super::sealed;
use super::{Batch, MAX_BATCH_KEYS, StoreError};
use allonge_contracts::Hash;
use allonge_ledger::{Block, Certificate, Header, SetChange, ValidatorSet};

/// The most changes of the validator set that are read.
const MAX_SET_CHANGES: usize = 100_000;
/// How many checkpoints must be there before any block goes: one that cannot be read has another behind it.
const CHECKPOINTS: usize = 2;
const DAY_MS: u64 = 86_400_000;

/// What must be known of a block so that replays of its transactions are recognised.
#[derive(Clone, Debug, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub struct WindowEntry {
    /// Its header.
    pub header: Header,
    /// The ids of its transactions, in order.
    pub ids: Vec<Hash>,
}

/// How much of the chain is kept; of two bounds the one that keeps more counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// At least so many of the last blocks.
    pub blocks: Option<u64>,
    /// At least the blocks of so many days before the last one.
    pub days: Option<u64>,
}

impl Keep {
    /// Whether any block may ever go.
    pub fn is_bounded(&self) -> bool {
        self.blocks.is_some() || self.days.is_some()
    }
}

/// What pruning did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// The first height kept before.
    pub from: u64,
    /// The first height kept now.
    pub to: u64,
    /// Keys removed from the store.
    pub keys: u64,
}

pub(super) fn put_start(batch: &mut Batch, height: u64) {
    sealed::put(batch, keys::HISTORY.to_vec(), &height.to_be_bytes());
}

pub(super) fn put_set_change(batch: &mut Batch, change: &SetChange) {
    let value = (&change.header, &change.certificate, &change.validators);
    sealed::put_long(
        batch,
        &keys::set_change(change.header.height),
        &encode(&value),
    );
}

pub(super) fn put_window(batch: &mut Batch, entry: &WindowEntry) {
    sealed::put_long(batch, &keys::window_at(entry.header.height), &encode(entry));
}

impl Records {
    /// The first height whose block is kept; 1 if all are, also if there is none yet.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn history_start(&self) -> Result<u64, StoreError> {
        let Some(bytes) = sealed::get(&*self.store, keys::HISTORY)? else {
            return Ok(1);
        };
        let start = bytes.as_slice().try_into().map(u64::from_be_bytes);
        start.map_err(|_| self.broken(keys::HISTORY, "it is no height"))
    }

    /// Notes where the history begins: for a store that is filled from a snapshot.
    ///
    /// # Errors
    /// The store failed.
    pub fn set_history_start(&self, height: u64) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        put_start(&mut batch, height);
        self.store.apply(batch)?;
        self.store.flush()
    }

    /// All changes of the validator set up to a height, in order.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn set_changes(&self, to: u64) -> Result<Vec<SetChange>, StoreError> {
        let end = keys::set_change(to.saturating_add(1));
        let mut heights: Vec<u64> = self
            .store
            .keys(&keys::set_changes(), &end, MAX_SET_CHANGES)?
            .iter()
            .filter_map(|key| keys::height_of(key))
            .collect();
        heights.dedup();
        let mut changes = Vec::with_capacity(heights.len());
        for height in heights {
            changes.extend(self.set_change(height)?);
        }
        Ok(changes)
    }

    /// The change of the validator set that a height brought.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub(super) fn set_change(&self, height: u64) -> Result<Option<SetChange>, StoreError> {
        let key = keys::set_change(height);
        let Some(bytes) = sealed::get_long(&*self.store, &key)? else {
            return Ok(None);
        };
        let (header, certificate, set): (Header, Certificate, ValidatorSet) =
            borsh::from_slice(&bytes).map_err(|error| self.broken(&key, error))?;
        Ok(Some(SetChange {
            header,
            certificate,
            validators: set.validators().to_vec(),
        }))
    }

    /// Header and ids of a block, also of one whose block is not kept, if they are known.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn window_entry(&self, height: u64) -> Result<Option<WindowEntry>, StoreError> {
        if height >= self.history_start()?
            && let Some((record, bytes)) = self.decided_block(height)?
        {
            let hash = record.certificate.block;
            let block = Block::from_bytes(&bytes)
                .map_err(|error| self.wrong_block(height, &hash, &error.to_string()))?;
            let receipts = &record.receipts.transactions;
            return Ok(Some(WindowEntry {
                header: block.header,
                ids: receipts.iter().map(|receipt| receipt.transaction).collect(),
            }));
        }
        let key = keys::window_at(height);
        let Some(bytes) = sealed::get_long(&*self.store, &key)? else {
            return Ok(None);
        };
        let entry = borsh::from_slice(&bytes).map_err(|error| self.broken(&key, error))?;
        Ok(Some(entry))
    }

    /// The first height in `from..=to` whose time is at least `time_ms`; `to` if none is. Times never go back.
    fn first_since(&self, from: u64, to: u64, time_ms: u64) -> Result<u64, StoreError> {
        let (mut low, mut high) = (from, to);
        while low < high {
            let middle = low.midpoint(high);
            let entry = self
                .window_entry(middle)?
                .ok_or_else(|| self.missing_decision(middle))?;
            if entry.header.time_ms >= time_ms {
                high = middle;
            } else {
                low = middle.saturating_add(1);
            }
        }
        Ok(low)
    }

    /// From which height on headers and ids are needed to recognise every replay after `tip`: the last block
    /// before those whose transactions may still be valid, or the first block.
    ///
    /// # Errors
    /// The store fails or is damaged, or has too little.
    pub fn window_start(&self, tip: u64, life_ms: u64) -> Result<u64, StoreError> {
        let Some(last) = self.window_entry(tip)? else {
            return Ok(1);
        };
        let from = self.first_header()?;
        let alive = self.first_since(from, tip, last.header.time_ms.saturating_sub(life_ms))?;
        Ok(alive.saturating_sub(1).max(1))
    }

    /// The first height whose header is kept, with or without its block.
    fn first_header(&self) -> Result<u64, StoreError> {
        let table = keys::window();
        let first = self.store.keys(&table, &keys::end_of(&table), 1)?;
        let start = self.history_start()?;
        let first = first.first().and_then(|key| keys::height_of(key));
        Ok(first.map_or(start, |first| first.min(start)))
    }

    /// The height from which on blocks would be kept: never fewer than the replay window, than what the last
    /// two checkpoints need, and than was kept before.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn prunable_to(&self, keep: Keep, life_ms: u64) -> Result<u64, StoreError> {
        let (start, tip) = (self.history_start()?, self.tip()?);
        let checkpoints = self.checkpoints()?;
        let whole = checkpoints.iter().copied().filter(|height| *height <= tip);
        let whole: Vec<u64> = whole.take(CHECKPOINTS).collect();
        let (Some(oldest), true) = (whole.last(), keep.is_bounded()) else {
            return Ok(start);
        };
        if whole.len() < CHECKPOINTS {
            return Ok(start);
        }
        let mut to = (*oldest).min(self.window_start(tip, life_ms)?);
        if let Some(blocks) = keep.blocks {
            to = to.min(tip.saturating_add(1).saturating_sub(blocks.max(1)));
        }
        if let Some(days) = keep.days
            && let Some(last) = self.window_entry(tip)?
        {
            let since = last
                .header
                .time_ms
                .saturating_sub(days.saturating_mul(DAY_MS));
            to = to.min(self.first_since(start, tip, since)?);
        }
        Ok(to.max(start))
    }

    /// Lets go of the blocks that need not be kept. Where the history begins is noted first: what a crash
    /// leaves below it goes the next time.
    ///
    /// # Errors
    /// The store failed.
    pub fn prune(&self, keep: Keep, life_ms: u64) -> Result<Pruned, StoreError> {
        let from = self.history_start()?;
        let to = self.prunable_to(keep, life_ms)?;
        let mut pruned = Pruned { from, to, keys: 0 };
        if to > from {
            self.set_history_start(to)?;
        }
        let window = self.window_start(self.tip()?, life_ms)?;
        for (first, end) in [
            (keys::all_bodies(), keys::bodies(to)),
            (keys::all_decided(), keys::decided(to)),
            (keys::window(), keys::window_at(window.min(to))),
        ] {
            loop {
                let gone = self.store.keys(&first, &end, MAX_BATCH_KEYS)?;
                if gone.is_empty() {
                    break;
                }
                pruned.keys = pruned.keys.saturating_add(gone.len() as u64);
                let mut batch = Batch::default();
                gone.into_iter().for_each(|key| batch.remove(key));
                self.store.apply(batch)?;
                self.store.flush()?;
            }
        }
        Ok(pruned)
    }
}
