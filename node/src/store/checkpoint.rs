//! The state at a height, so that a start needs to replay only what came after.
//!
//! Each checkpoint has a shelf of its own: writing it does not touch the log that commits wait for,
//! and removing it frees its space at once. Its manifest stands in the main store and is written last;
//! a shelf without one is half-written and goes at the next start.

use super::keys;
use super::records::{Records, encode};
use super::sealed;
use super::{Batch, Store, StoreError};
use allonge_contracts::Hash;
use allonge_ledger::trie::TrieBuilder;
use allonge_ledger::{Genesis, Header, LedgerState, RecentIds, ValidatorSet};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;

/// About how many bytes of entries make a chunk.
const CHUNK: usize = 1 << 20;
/// How many checkpoints are kept.
const KEPT: usize = 2;

/// What stands in a checkpoint's manifest.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CheckpointMeta {
    /// The header of the last block in it.
    pub header: Header,
    /// The validators of the next height.
    pub validators: ValidatorSet,
    /// Entries of the state.
    pub entries: u64,
    /// Chunks they are in.
    pub state_chunks: u32,
    /// Recent ids.
    pub ids: u64,
    /// Chunks they are in.
    pub id_chunks: u32,
}

/// What takes the entries of a chunk, key and value.
type Add<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), StoreError> + 'a;

fn shelf_name(height: u64) -> String {
    format!("state-{height:020}")
}

/// Collects entries into chunks on a shelf.
struct Chunks<'a> {
    shelf: &'a dyn Store,
    key: fn(u32) -> Vec<u8>,
    chunk: Vec<u8>,
    written: u32,
    entries: u64,
}

impl Chunks<'_> {
    fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.chunk
            .extend_from_slice(&(key.len() as u32).to_le_bytes());
        self.chunk.extend_from_slice(key);
        self.chunk
            .extend_from_slice(&(value.len() as u32).to_le_bytes());
        self.chunk.extend_from_slice(value);
        self.entries = self.entries.saturating_add(1);
        if self.chunk.len() >= CHUNK {
            self.write()
        } else {
            Ok(())
        }
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        sealed::put_long(&mut batch, &(self.key)(self.written), &self.chunk);
        self.shelf.apply(batch)?;
        // Bounds what sled holds in memory.
        self.shelf.flush()?;
        self.written = self.written.saturating_add(1);
        self.chunk.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(u64, u32), StoreError> {
        if !self.chunk.is_empty() {
            self.write()?;
        }
        Ok((self.entries, self.written))
    }
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *bytes = rest;
    Some(value)
}

impl Records {
    /// Writes a checkpoint of the state after a block, and removes all but the last two.
    ///
    /// # Errors
    /// The store failed. What is half-written is never read.
    pub fn write_checkpoint(&self, state: &LedgerState) -> Result<(), StoreError> {
        let Some(header) = state.header.as_deref() else {
            return Ok(());
        };
        let name = shelf_name(header.height);
        self.remove_checkpoint(header.height)?;
        let meta = {
            let shelf = self.store.shelf(&name)?;
            let chunks = |key| Chunks {
                shelf: &*shelf,
                key,
                chunk: Vec::new(),
                written: 0,
                entries: 0,
            };
            let mut entries = chunks(keys::state_chunk);
            for (key, value) in state.trie.iter() {
                entries.push(key, value)?;
            }
            let (entries, state_chunks) = entries.finish()?;
            let mut ids = chunks(keys::ids_chunk);
            for (id, valid_until) in state.recent.iter() {
                ids.push(id.as_bytes(), &valid_until.to_le_bytes())?;
            }
            let (ids, id_chunks) = ids.finish()?;
            CheckpointMeta {
                header: header.clone(),
                validators: (*state.validators).clone(),
                entries,
                state_chunks,
                ids,
                id_chunks,
            }
        };
        let mut batch = Batch::default();
        sealed::put_long(&mut batch, &keys::checkpoint(header.height), &encode(&meta));
        self.store.apply(batch)?;
        self.store.flush()?;
        for height in self.checkpoints()?.into_iter().skip(KEPT) {
            self.remove_checkpoint(height)?;
        }
        Ok(())
    }

    /// The heights of the checkpoints, the latest first.
    ///
    /// # Errors
    /// The store fails.
    pub fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        let table = keys::checkpoints();
        let found = self.store.keys(&table, &keys::end_of(&table), 10_000)?;
        let mut heights: Vec<u64> = found
            .iter()
            .filter_map(|key| keys::height_of(key))
            .collect();
        heights.dedup();
        heights.reverse();
        Ok(heights)
    }

    /// Removes a checkpoint, its manifest first.
    ///
    /// # Errors
    /// The store failed.
    pub fn remove_checkpoint(&self, height: u64) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        sealed::remove_long(&*self.store, &mut batch, &keys::checkpoint(height))?;
        if !batch.is_empty() {
            self.store.apply(batch)?;
            self.store.flush()?;
        }
        self.store.remove_shelf(&shelf_name(height))
    }

    /// Removes what a crash left of checkpoints that were never finished.
    ///
    /// # Errors
    /// The store failed.
    pub fn remove_half_written_checkpoints(&self) -> Result<(), StoreError> {
        let whole: Vec<String> = self.checkpoints()?.into_iter().map(shelf_name).collect();
        for name in self.store.shelves()? {
            if name.starts_with("state-") && !whole.contains(&name) {
                self.store.remove_shelf(&name)?;
            }
        }
        Ok(())
    }

    /// The state that a checkpoint holds, if it is the one that its header names.
    ///
    /// # Errors
    /// The store fails, or the checkpoint is damaged or of another network.
    pub fn load_checkpoint(
        &self,
        height: u64,
        genesis: &Arc<Genesis>,
    ) -> Result<LedgerState, StoreError> {
        let key = keys::checkpoint(height);
        let wrong = |what: String| self.broken(&key, what);
        let bytes = sealed::get_long(&*self.store, &key)?
            .ok_or_else(|| wrong("it is not there".to_owned()))?;
        let meta: CheckpointMeta =
            borsh::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if meta.header.height != height {
            return Err(wrong(format!(
                "its header is of height {}",
                meta.header.height
            )));
        }
        let shelf = self.store.shelf(&shelf_name(height))?;

        let mut trie = TrieBuilder::new();
        let mut add = |key: &[u8], value: &[u8]| {
            trie.push(key, Arc::from(value))
                .map_err(|error| wrong(error.to_string()))
        };
        self.read_chunks(
            &*shelf,
            keys::state_chunk,
            meta.state_chunks,
            meta.entries,
            &mut add,
        )?;
        let trie = trie.finish();

        let mut ids = Vec::new();
        let mut add = |key: &[u8], value: &[u8]| match (key.try_into(), value.try_into()) {
            (Ok(id), Ok(valid_until)) => {
                ids.push((Hash(id), u64::from_le_bytes(valid_until)));
                Ok(())
            }
            _ => Err(wrong("a recent id of wrong length".to_owned())),
        };
        self.read_chunks(&*shelf, keys::ids_chunk, meta.id_chunks, meta.ids, &mut add)?;
        let recent = RecentIds::restore(meta.header.recent_ids_root, ids);
        let (header, validators) = (Arc::new(meta.header), Arc::new(meta.validators));
        LedgerState::restore(genesis.clone(), header, trie, recent, validators)
            .map_err(|error| wrong(error.to_string()))
    }

    /// The state that a checkpoint holds, if it is that after the block that was decided.
    ///
    /// # Errors
    /// As [`Records::load_checkpoint`], or it is not of the block decided.
    pub fn checkpoint(
        &self,
        height: u64,
        genesis: &Arc<Genesis>,
    ) -> Result<LedgerState, StoreError> {
        let state = self.load_checkpoint(height, genesis)?;
        match self.decided(height)? {
            Some(record) if record.certificate.block == state.tip() => Ok(state),
            _ => Err(self.broken(
                &keys::checkpoint(height),
                "it is not of the block that was decided",
            )),
        }
    }

    fn read_chunks(
        &self,
        shelf: &dyn Store,
        key: fn(u32) -> Vec<u8>,
        chunks: u32,
        entries: u64,
        add: &mut Add<'_>,
    ) -> Result<(), StoreError> {
        let mut found = 0u64;
        for chunk in 0..chunks {
            let key = key(chunk);
            let wrong = |what: &str| sealed::damaged(shelf, &key, what);
            let bytes = sealed::get_long(shelf, &key)?.ok_or_else(|| wrong("it is not there"))?;
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let entry = take(&mut rest).zip(take(&mut rest));
                let (key, value) = entry.ok_or_else(|| wrong("an entry is cut off"))?;
                add(key, value)?;
                found = found.saturating_add(1);
            }
        }
        if found != entries {
            let what = format!("{found} entries, the manifest says {entries}");
            return Err(sealed::damaged(shelf, &key(0), &what));
        }
        Ok(())
    }
}
