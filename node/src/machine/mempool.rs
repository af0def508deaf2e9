//! Transactions that wait for a block: bounded, in order of arrival, with a fair share for each member.

use crate::handle::{Admitted, Refused};
use allonge_contracts::{Code, Hash, MemberId};
use allonge_ledger::CheckedTransaction;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The mempool's bounds.
#[derive(Clone, Copy, Debug)]
pub struct MempoolConfig {
    /// The most bytes of transactions.
    pub bytes: u64,
    /// The most transactions.
    pub count: u64,
    /// What one member may take of both, in percent.
    pub member_share_percent: u8,
    /// Of how many dropped transactions the reason is remembered.
    pub dropped: usize,
    /// When to try again if there is no room, in milliseconds.
    pub retry_after_ms: u64,
}

impl Default for MempoolConfig {
    fn default() -> Self {
        MempoolConfig {
            bytes: 64 * 1024 * 1024,
            count: 100_000,
            member_share_percent: 50,
            dropped: 20_000,
            retry_after_ms: 1_000,
        }
    }
}

/// What the mempool knows of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingStatus {
    /// It waits.
    Waiting,
    /// It was let go.
    Dropped {
        /// Why.
        code: Code,
        /// When, in UTC milliseconds.
        at_ms: u64,
    },
    /// Nothing.
    Unknown,
}

struct Waiting {
    transaction: CheckedTransaction,
    leaf: Hash,
}

#[derive(Clone, Copy, Default)]
struct Load {
    count: u64,
    bytes: u64,
}

impl Load {
    fn add(&mut self, bytes: u64) {
        self.count = self.count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn remove(&mut self, bytes: u64) {
        self.count = self.count.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    fn has_room(&self, bytes: u64, most: Load) -> bool {
        self.count < most.count && self.bytes.saturating_add(bytes) <= most.bytes
    }
}

/// See the module. Hash maps are only looked up in, never walked: their order differs from run to run.
pub struct Mempool {
    config: MempoolConfig,
    arrivals: u64,
    queue: BTreeMap<u64, Waiting>,
    by_id: HashMap<Hash, u64>,
    by_leaf: HashMap<Hash, u64>,
    by_end: BTreeSet<(u64, u64)>,
    members: BTreeMap<MemberId, Load>,
    total: Load,
    dropped: HashMap<Hash, (Code, u64)>,
    dropped_order: VecDeque<Hash>,
}

fn size(transaction: &CheckedTransaction) -> u64 {
    transaction.bytes().len() as u64
}

fn percent(whole: u64, share: u8) -> u64 {
    u64::try_from(u128::from(whole) * u128::from(share) / 100).unwrap_or(whole)
}

impl Mempool {
    /// An empty one.
    pub fn new(config: MempoolConfig) -> Self {
        Mempool {
            config,
            arrivals: 0,
            queue: BTreeMap::new(),
            by_id: HashMap::new(),
            by_leaf: HashMap::new(),
            by_end: BTreeSet::new(),
            members: BTreeMap::new(),
            total: Load::default(),
            dropped: HashMap::new(),
            dropped_order: VecDeque::new(),
        }
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many wait, and their bytes.
    pub fn load(&self) -> (u64, u64) {
        (self.total.count, self.total.bytes)
    }

    /// Whether a transaction waits.
    pub fn contains(&self, id: &Hash) -> bool {
        self.by_id.contains_key(id)
    }

    /// What is known of a transaction.
    pub fn status(&self, id: &Hash) -> WaitingStatus {
        if self.contains(id) {
            return WaitingStatus::Waiting;
        }
        match self.dropped.get(id) {
            Some(&(code, at_ms)) => WaitingStatus::Dropped { code, at_ms },
            None => WaitingStatus::Unknown,
        }
    }

    /// The transaction with these very bytes, whose signatures are checked therefore.
    pub fn by_leaf(&self, leaf: &Hash) -> Option<CheckedTransaction> {
        let arrival = self.by_leaf.get(leaf)?;
        let waiting = self.queue.get(arrival)?;
        Some(waiting.transaction.clone())
    }

    /// Takes a transaction that the state admits.
    pub fn insert(&mut self, transaction: CheckedTransaction) -> Result<Admitted, Refused> {
        if self.contains(transaction.id()) {
            return Ok(Admitted::AlreadyWaiting);
        }
        let MempoolConfig { bytes, count, .. } = self.config;
        let size = size(&transaction);
        let body = &transaction.transaction().body;
        let refused = |code, detail| Refused {
            code,
            detail,
            retry_after_ms: Some(self.config.retry_after_ms),
        };
        if !self.total.has_room(size, Load { count, bytes }) {
            let Load { count, bytes } = self.total;
            let detail = format!("{count} transactions with {bytes} bytes wait");
            return Err(refused(Code::MempoolFull, detail));
        }
        let share = self.config.member_share_percent;
        // A share too small for a single transaction would shut a member out.
        let most = Load {
            count: percent(count, share).max(1),
            bytes: percent(bytes, share).max(size),
        };
        let load = self.members.get(&body.actor).copied().unwrap_or_default();
        if !load.has_room(size, most) {
            let detail = format!(
                "{} of {} has {} transactions with {} bytes waiting",
                body.actor, most.count, load.count, load.bytes
            );
            return Err(refused(Code::MemberShareFull, detail));
        }
        let arrival = self.arrivals;
        self.arrivals = self.arrivals.saturating_add(1);
        let (id, leaf) = (*transaction.id(), transaction.leaf());
        self.members
            .entry(body.actor.clone())
            .or_default()
            .add(size);
        self.total.add(size);
        self.by_end.insert((body.valid_until, arrival));
        self.by_id.insert(id, arrival);
        self.by_leaf.insert(leaf, arrival);
        self.dropped.remove(&id);
        self.queue.insert(arrival, Waiting { transaction, leaf });
        Ok(Admitted::Waiting)
    }

    /// Lets a transaction go without a reason: it is final. `false` if it did not wait.
    pub fn remove(&mut self, id: &Hash) -> bool {
        let Some(arrival) = self.by_id.remove(id) else {
            return false;
        };
        if let Some(waiting) = self.queue.remove(&arrival) {
            self.by_leaf.remove(&waiting.leaf);
            let size = size(&waiting.transaction);
            let body = &waiting.transaction.transaction().body;
            self.by_end.remove(&(body.valid_until, arrival));
            self.total.remove(size);
            if let Some(load) = self.members.get_mut(&body.actor) {
                load.remove(size);
                if load.count == 0 {
                    self.members.remove(&body.actor);
                }
            }
        }
        true
    }

    /// Lets a transaction go and remembers why. `false` if it did not wait.
    pub fn drop(&mut self, id: &Hash, code: Code, at_ms: u64) -> bool {
        if !self.remove(id) {
            return false;
        }
        if self.dropped.insert(*id, (code, at_ms)).is_none() {
            self.dropped_order.push_back(*id);
        }
        while self.dropped_order.len() > self.config.dropped {
            if let Some(oldest) = self.dropped_order.pop_front() {
                self.dropped.remove(&oldest);
            }
        }
        true
    }

    /// The ids of those that no block of this time or a later one can hold.
    pub fn expired(&self, time_ms: u64) -> Vec<Hash> {
        self.by_end
            .range(..(time_ms, 0))
            .filter_map(|(_, arrival)| self.queue.get(arrival))
            .map(|waiting| *waiting.transaction.id())
            .collect()
    }

    /// Those of a member, in order of arrival.
    pub fn of_member(&self, member: &MemberId) -> Vec<CheckedTransaction> {
        if !self.members.contains_key(member) {
            return Vec::new();
        }
        self.queue
            .values()
            .map(|waiting| &waiting.transaction)
            .filter(|transaction| transaction.transaction().body.actor == *member)
            .cloned()
            .collect()
    }

    /// What to build a block from, about so many bytes: in order of arrival, but a member gets no more
    /// than its share as long as others wait.
    pub fn candidates(&self, bytes: u64, share: u8) -> Vec<CheckedTransaction> {
        let share = percent(bytes, share);
        let mut taken: BTreeMap<&MemberId, (u64, bool)> = BTreeMap::new();
        let mut room = bytes;
        let mut chosen: Vec<(u64, &CheckedTransaction)> = Vec::new();
        let mut passed_over = Vec::new();
        for (arrival, waiting) in &self.queue {
            if room == 0 {
                break;
            }
            let transaction = &waiting.transaction;
            let size = size(transaction);
            let actor = &transaction.transaction().body.actor;
            let (used, over) = taken.entry(actor).or_default();
            // Once over, a member's later transactions stay behind its earlier ones.
            if *over || *used > 0 && used.saturating_add(size) > share {
                *over = true;
                passed_over.push((*arrival, transaction));
                continue;
            }
            *used = used.saturating_add(size);
            room = room.saturating_sub(size);
            chosen.push((*arrival, transaction));
        }
        for (arrival, transaction) in passed_over {
            if room == 0 {
                break;
            }
            room = room.saturating_sub(size(transaction));
            chosen.push((arrival, transaction));
        }
        chosen.sort_by_key(|(arrival, _)| *arrival);
        chosen
            .into_iter()
            .map(|(_, transaction)| transaction.clone())
            .collect()
    }
}
