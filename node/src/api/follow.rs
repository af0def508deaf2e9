//! Follows the blocks as they become final: wakes whoever waits for a transaction, and counts.

use crate::handle::{Decided, NodeError, NodeHandle};
use crate::metrics::Metrics;
use allonge_contracts::Hash;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{oneshot, watch};

/// A transaction's place in the block that made it final.
pub type Found = (Arc<Decided>, u32);

/// Who waits for which transaction.
#[derive(Default)]
pub struct Waiters {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    by_id: HashMap<Hash, Vec<(u64, oneshot::Sender<Found>)>>,
}

/// A place among those who wait; given up when dropped.
pub struct Wait {
    waiters: Arc<Waiters>,
    id: Hash,
    number: u64,
    /// Answered when the transaction is final.
    pub found: oneshot::Receiver<Found>,
}

impl Waiters {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a transaction from now on.
    pub fn wait(self: &Arc<Self>, id: Hash) -> Wait {
        let (sender, found) = oneshot::channel();
        let mut waiting = self.lock();
        let number = waiting.next;
        waiting.next = waiting.next.wrapping_add(1);
        waiting.by_id.entry(id).or_default().push((number, sender));
        Wait {
            waiters: self.clone(),
            id,
            number,
            found,
        }
    }

    fn tell(&self, decided: &Arc<Decided>) {
        let mut waiting = self.lock();
        if waiting.by_id.is_empty() {
            return;
        }
        for (index, id) in (0u32..).zip(&decided.ids) {
            for (_, sender) in waiting.by_id.remove(id).into_iter().flatten() {
                // Whoever has given up meanwhile does not listen any more.
                let _ = sender.send((decided.clone(), index));
            }
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut waiting = self.waiters.lock();
        if let Some(all) = waiting.by_id.get_mut(&self.id) {
            all.retain(|(number, _)| *number != self.number);
            if all.is_empty() {
                waiting.by_id.remove(&self.id);
            }
        }
    }
}

/// Final blocks in order without a gap, from a height on.
pub struct Blocks {
    node: Arc<dyn NodeHandle>,
    coming: tokio::sync::broadcast::Receiver<Arc<Decided>>,
    /// One that came by subscription and is not due yet.
    ahead: Option<Arc<Decided>>,
    next: u64,
}

/// Why no further block comes.
#[derive(Debug, thiserror::Error)]
pub enum NoMoreBlocks {
    /// The node stops.
    #[error("the node is stopping")]
    Stopping,
    /// A block that is no longer kept.
    #[error(
        "block {height} is no longer kept on this node; blocks are kept from height {start} on"
    )]
    Pruned {
        /// The block asked for.
        height: u64,
        /// The first one kept.
        start: u64,
    },
    /// A block that should be there is not.
    #[error("block {0} is not on this node")]
    Missing(u64),
    /// The node could not answer.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl Blocks {
    /// From this height on; without one, from the block after the present one.
    pub fn from(node: Arc<dyn NodeHandle>, from: Option<u64>) -> Self {
        // Subscribing first leaves no block between the two unseen.
        let coming = node.subscribe();
        let tip = node.snapshot().state.height();
        Blocks {
            coming,
            ahead: None,
            next: from.unwrap_or(tip.saturating_add(1)).max(1),
            node,
        }
    }

    /// The next block, as soon as it is final.
    ///
    /// # Errors
    /// The node is stopping, or has not kept the block.
    pub async fn next(&mut self) -> Result<Arc<Decided>, NoMoreBlocks> {
        loop {
            let tip = self.node.snapshot().state.height();
            match self.ahead.take() {
                Some(block) if block.block.header.height == self.next => {
                    return Ok(self.pass(block));
                }
                Some(block) if block.block.header.height > self.next => self.ahead = Some(block),
                _ => {}
            }
            if self.next <= tip || self.ahead.is_some() {
                let block = self.node.decided(self.next).await?;
                return Ok(self.pass(block.ok_or_else(|| self.absent())?));
            }
            match self.coming.recv().await {
                Ok(block) => self.ahead = Some(block),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(NoMoreBlocks::Stopping),
            }
        }
    }

    fn absent(&self) -> NoMoreBlocks {
        match (self.next, self.node.history_start()) {
            (height, start) if height < start => NoMoreBlocks::Pruned { height, start },
            (height, _) => NoMoreBlocks::Missing(height),
        }
    }

    fn pass(&mut self, block: Arc<Decided>) -> Arc<Decided> {
        self.next = self.next.saturating_add(1);
        block
    }
}

/// Follows the blocks until the node stops.
pub async fn follow(
    node: Arc<dyn NodeHandle>,
    waiters: Arc<Waiters>,
    metrics: Arc<Metrics>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut blocks = Blocks::from(node.clone(), None);
    loop {
        let next = tokio::select! {
            next = blocks.next() => next,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        match next {
            Ok(block) => {
                metrics.decided(&block);
                waiters.tell(&block);
            }
            Err(NoMoreBlocks::Stopping) => return,
            Err(error) => {
                tracing::warn!(%error, "blocks are followed again from the latest one");
                blocks = Blocks::from(node.clone(), None);
                // Nothing is lost by it: whoever waits asks again each second.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}
