//! The ids of transactions that are still valid, by which a replay is recognised.

use allonge_contracts::{Hash, tagged_hash};
use imbl::OrdMap;

/// Ids inside their `valid_until`, with a chained hash over all ids so far. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RecentIds {
    root: Hash,
    by_id: OrdMap<Hash, u64>,
    by_end: OrdMap<(u64, Hash), ()>,
}

impl RecentIds {
    /// None yet.
    pub fn new() -> Self {
        RecentIds {
            root: Hash::ZERO,
            by_id: OrdMap::new(),
            by_end: OrdMap::new(),
        }
    }

    /// As a checkpoint kept it: the chained hash, and the ids with their `valid_until`.
    pub fn restore(root: Hash, ids: impl IntoIterator<Item = (Hash, u64)>) -> Self {
        let mut recent = RecentIds {
            root,
            ..RecentIds::new()
        };
        for (id, valid_until) in ids {
            recent.by_id.insert(id, valid_until);
            recent.by_end.insert((valid_until, id), ());
        }
        recent
    }

    /// The chained hash, as it stands in the header.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Whether an id is on the ledger and still inside its `valid_until`.
    pub fn contains(&self, id: &Hash) -> bool {
        self.by_id.contains_key(id)
    }

    /// All ids with their `valid_until`, ascending by id.
    pub fn iter(&self) -> impl Iterator<Item = (&Hash, &u64)> {
        self.by_id.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// After a block of this time with these ids (in its order): expired ones leave, new ones enter, and
    /// the root becomes H(`allonge/recent/1`, old root ‖ ids).
    pub fn after(&self, time_ms: u64, ids: &[(Hash, u64)]) -> Self {
        let mut next = self.clone();
        while let Some(((valid_until, id), ())) = next.by_end.get_min().cloned() {
            if valid_until >= time_ms {
                break;
            }
            next.by_end.remove(&(valid_until, id));
            next.by_id.remove(&id);
        }
        let mut bytes = Vec::with_capacity(ids.len().saturating_mul(32));
        for (id, valid_until) in ids {
            bytes.extend_from_slice(id.as_bytes());
            next.by_id.insert(*id, *valid_until);
            next.by_end.insert((*valid_until, *id), ());
        }
        next.root = tagged_hash("allonge/recent/1", &[self.root.as_bytes(), &bytes]);
        next
    }
}

impl Default for RecentIds {
    fn default() -> Self {
        Self::new()
    }
}
