//! What is held in memory besides the machine: the last blocks, where transactions stand that the index
//! does not know yet, and the own clients' transactions.

use crate::handle::Decided;
use crate::store::{IndexEntry, Position};
use allonge_contracts::Hash;
use allonge_ledger::CheckedTransaction;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// The most bytes of transactions of the blocks that are held.
const RECENT_BYTES: usize = 32 * 1024 * 1024;
/// The most blocks that are held.
const RECENT_BLOCKS: usize = 1_024;

/// The last blocks.
#[derive(Default)]
pub struct RecentBlocks {
    blocks: VecDeque<Arc<Decided>>,
    bytes: usize,
}

fn size(decided: &Decided) -> usize {
    decided
        .block
        .transactions
        .iter()
        .map(|bytes| bytes.len())
        .sum()
}

impl RecentBlocks {
    pub fn push(&mut self, decided: Arc<Decided>) {
        self.bytes = self.bytes.saturating_add(size(&decided));
        self.blocks.push_back(decided);
        while self.blocks.len() > RECENT_BLOCKS
            || self.bytes > RECENT_BYTES && self.blocks.len() > 1
        {
            if let Some(oldest) = self.blocks.pop_front() {
                self.bytes = self.bytes.saturating_sub(size(&oldest));
            }
        }
    }

    pub fn get(&self, height: u64) -> Option<Arc<Decided>> {
        let first = self.blocks.front()?.block.header.height;
        let at = usize::try_from(height.checked_sub(first)?).ok()?;
        self.blocks.get(at).cloned()
    }
}

/// Where the transactions stand of blocks that are not in the index yet.
#[derive(Default)]
pub struct Lag {
    by_id: HashMap<Hash, Position>,
    by_height: BTreeMap<u64, Vec<Hash>>,
}

impl Lag {
    pub fn add(&mut self, height: u64, ids: &[Hash]) {
        for (index, id) in (0u32..).zip(ids) {
            self.by_id.insert(*id, Position { height, index });
        }
        self.by_height.insert(height, ids.to_vec());
    }

    pub fn get(&self, id: &Hash) -> Option<Position> {
        self.by_id.get(id).copied()
    }

    /// All entries up to a height.
    pub fn up_to(&self, height: u64) -> Vec<IndexEntry> {
        let blocks = self.by_height.range(..=height);
        blocks
            .flat_map(|(height, ids)| {
                (0u32..).zip(ids).map(|(index, id)| IndexEntry {
                    id: *id,
                    at: Position {
                        height: *height,
                        index,
                    },
                })
            })
            .collect()
    }

    /// Forgets what is in the index now.
    pub fn forget(&mut self, height: u64) {
        let kept = self.by_height.split_off(&height.saturating_add(1));
        for ids in std::mem::replace(&mut self.by_height, kept).into_values() {
            for id in ids {
                self.by_id.remove(&id);
            }
        }
    }
}

/// The transactions that clients gave to this node and that still wait, in order of arrival.
#[derive(Default)]
pub struct OwnWaiting {
    arrivals: u64,
    by_id: HashMap<Hash, u64>,
    queue: BTreeMap<u64, CheckedTransaction>,
}

impl OwnWaiting {
    pub fn add(&mut self, transaction: CheckedTransaction) {
        let arrival = self.arrivals;
        self.arrivals = self.arrivals.saturating_add(1);
        if let Some(before) = self.by_id.insert(*transaction.id(), arrival) {
            self.queue.remove(&before);
        }
        self.queue.insert(arrival, transaction);
    }

    pub fn remove(&mut self, ids: &[Hash]) {
        for id in ids {
            if let Some(arrival) = self.by_id.remove(id) {
                self.queue.remove(&arrival);
            }
        }
    }

    /// The oldest ones up to so many bytes.
    pub fn oldest(&self, bytes: usize) -> Vec<CheckedTransaction> {
        let mut room = bytes;
        self.queue
            .values()
            .map_while(|transaction| {
                room = room.checked_sub(transaction.bytes().len())?;
                Some(transaction.clone())
            })
            .collect()
    }
}
