//! What is still to be told to one peer.

use super::message::{BATCH_BYTES, BATCH_TRANSACTIONS, Batch};
use std::collections::VecDeque;
use std::sync::Arc;

/// The most bytes that wait for one peer; above it the oldest make room.
pub const QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// The most transactions that wait for one peer.
const QUEUE_TRANSACTIONS: usize = 65_536;

/// A bounded queue of transactions.
#[derive(Default)]
pub struct Queue {
    waiting: VecDeque<Arc<[u8]>>,
    bytes: usize,
}

impl Queue {
    /// Adds a transaction; says how many older ones made room for it.
    pub fn push(&mut self, transaction: Arc<[u8]>) -> u64 {
        self.bytes = self.bytes.saturating_add(transaction.len());
        self.waiting.push_back(transaction);
        let mut dropped = 0;
        while self.bytes > QUEUE_BYTES || self.waiting.len() > QUEUE_TRANSACTIONS {
            if self.pop().is_none() {
                break;
            }
            dropped += 1;
        }
        dropped
    }

    fn pop(&mut self) -> Option<Arc<[u8]>> {
        let oldest = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(oldest.len());
        Some(oldest)
    }

    /// Whether there is enough for a full batch.
    pub fn full_batch(&self) -> bool {
        self.bytes >= BATCH_BYTES || self.waiting.len() >= BATCH_TRANSACTIONS
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next batch: the oldest transactions, as many as fit, at least one; none if nothing waits.
    pub fn batch(&mut self) -> Option<Batch> {
        let mut batch = vec![self.pop()?];
        let mut bytes = batch.iter().map(|t| t.len()).sum::<usize>();
        while batch.len() < BATCH_TRANSACTIONS {
            match self.waiting.front() {
                Some(next) if bytes.saturating_add(next.len()) <= BATCH_BYTES => {
                    bytes = bytes.saturating_add(next.len());
                    batch.extend(self.pop());
                }
                _ => break,
            }
        }
        Some(Batch(batch))
    }

    /// Forgets everything; says how many that were.
    pub fn clear(&mut self) -> u64 {
        self.bytes = 0;
        let count = self.waiting.len() as u64;
        self.waiting.clear();
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(size: usize) -> Arc<[u8]> {
        vec![7; size].into()
    }

    #[test]
    fn batches_are_filled_to_the_brim_and_not_above() {
        let mut queue = Queue::default();
        for _ in 0..5 {
            assert_eq!(queue.push(of(200 * 1024)), 0);
        }
        assert!(queue.full_batch());
        let counts: Vec<_> = std::iter::from_fn(|| queue.batch().map(|b| b.0.len())).collect();
        assert_eq!(counts, [2, 2, 1]);
        assert!(queue.is_empty() && !queue.full_batch() && queue.batch().is_none());
        for _ in 0..BATCH_TRANSACTIONS + 1 {
            queue.push(of(1));
        }
        assert_eq!(queue.batch().unwrap().0.len(), BATCH_TRANSACTIONS);
        assert_eq!(queue.batch().unwrap().0.len(), 1);
    }

    #[test]
    fn the_oldest_make_room() {
        let mut queue = Queue::default();
        let mut dropped = 0;
        for size in 0..100 {
            dropped += queue.push(of(256 * 1024 - size));
        }
        assert_eq!(dropped, 36);
        assert_eq!(queue.batch().unwrap().0[0].len(), 256 * 1024 - 36);
        for _ in 0..QUEUE_TRANSACTIONS {
            queue.push(of(0));
        }
        assert_eq!(queue.waiting.len(), QUEUE_TRANSACTIONS);
        assert_eq!(queue.clear(), QUEUE_TRANSACTIONS as u64);
    }
}
