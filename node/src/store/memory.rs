//! The store's twin in memory, which can crash.

use super::{Batch, Entry, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Default)]
struct Inner {
    /// What a crash leaves.
    durable: Map,
    /// What reads see.
    current: Map,
    /// Batches since the last flush.
    pending: Vec<Batch>,
    shelves: BTreeMap<String, MemoryStore>,
    tip: Option<u64>,
}

/// A store in memory. Clones are the same store.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
    /// How many more writes and flushes succeed, those of the shelves included.
    budget: Arc<AtomicUsize>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        MemoryStore {
            inner: Arc::default(),
            budget: Arc::new(AtomicUsize::new(NO_BOUND)),
        }
    }
}

const NO_BOUND: usize = usize::MAX;

fn change(map: &mut Map, batch: Batch) {
    for (key, value) in batch.changes {
        match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        };
    }
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn working(&self) -> Result<MutexGuard<'_, Inner>, StoreError> {
        let spend = |left: usize| match left {
            NO_BOUND => Some(NO_BOUND),
            left => left.checked_sub(1),
        };
        if self.budget.fetch_update(SeqCst, SeqCst, spend).is_err() {
            return Err(StoreError::Failed {
                place: self.place(),
                reason: "told to fail".to_owned(),
            });
        }
        Ok(self.lock())
    }

    /// A store as a crash would leave it: everything flushed, and of the batches since then the
    /// first `kept`.
    pub fn crashed(&self, kept: usize) -> MemoryStore {
        let inner = self.lock();
        let mut durable = inner.durable.clone();
        for batch in inner.pending.iter().take(kept) {
            change(&mut durable, batch.clone());
        }
        let shelves = inner
            .shelves
            .iter()
            .map(|(name, shelf)| (name.clone(), shelf.crashed(kept)))
            .collect();
        let inner = Inner {
            current: durable.clone(),
            durable,
            shelves,
            tip: inner.tip,
            ..Inner::default()
        };
        MemoryStore {
            inner: Arc::new(Mutex::new(inner)),
            ..MemoryStore::default()
        }
    }

    /// How many batches were applied since the last flush.
    pub fn pending(&self) -> usize {
        self.lock().pending.len()
    }

    /// Lets so many more writes and flushes succeed, those of the shelves included, and none after them.
    pub fn fail_after(&self, writes: usize) {
        self.budget.store(writes, SeqCst);
    }

    /// Lets all writes succeed again.
    pub fn heal(&self) {
        self.fail_after(NO_BOUND);
    }

    /// Flips a bit of a stored value; `false` if there is none under the key.
    pub fn flip(&self, key: &[u8], bit: usize) -> bool {
        let mut inner = self.lock();
        let Inner {
            durable, current, ..
        } = &mut *inner;
        let mut flipped = false;
        for map in [durable, current] {
            if let Some(byte) = map.get_mut(key).and_then(|value| value.get_mut(bit / 8)) {
                *byte ^= 1 << (bit % 8);
                flipped = true;
            }
        }
        flipped
    }

    /// All keys.
    pub fn all_keys(&self) -> Vec<Vec<u8>> {
        self.lock().current.keys().cloned().collect()
    }

    /// A store beside this one, if there is one of the name.
    pub fn existing_shelf(&self, name: &str) -> Option<MemoryStore> {
        self.lock().shelves.get(name).cloned()
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().current.get(key).cloned())
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let inner = self.lock();
        let range = inner.current.range(from.to_vec()..to.to_vec());
        Ok(range
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    fn keys(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let entries = self.range(from, to, limit)?;
        Ok(entries.into_iter().map(|(key, _)| key).collect())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, StoreError> {
        if from >= to {
            return Ok(None);
        }
        let inner = self.lock();
        let last = inner.current.range(from.to_vec()..to.to_vec()).next_back();
        Ok(last.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut inner = self.working()?;
        change(&mut inner.current, batch.clone());
        inner.pending.push(batch);
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        let mut inner = self.working()?;
        for batch in std::mem::take(&mut inner.pending) {
            change(&mut inner.durable, batch);
        }
        Ok(())
    }

    fn shelf(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        let mut inner = self.working()?;
        let shelf = inner
            .shelves
            .entry(name.to_owned())
            .or_insert_with(|| MemoryStore {
                budget: self.budget.clone(),
                ..MemoryStore::default()
            });
        Ok(Box::new(shelf.clone()))
    }

    fn shelves(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.lock().shelves.keys().cloned().collect())
    }

    fn remove_shelf(&self, name: &str) -> Result<(), StoreError> {
        self.working()?.shelves.remove(name);
        Ok(())
    }

    fn note_tip(&self, height: u64) -> Result<(), StoreError> {
        self.working()?.tip = Some(height);
        Ok(())
    }

    fn noted_tip(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.lock().tip)
    }

    fn place(&self) -> String {
        "the store in memory".to_owned()
    }
}
