//! What is done with a batch that a peer sent.

use super::message::Batch;
use crate::handle::{NodeHandle, Source};
use crate::metrics::GossipCounters;
use allonge_contracts::Hash;
use allonge_ledger::{CheckedTransaction, Inadmissible, KeyCache};
use futures::StreamExt;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// Batches checked at once; further ones wait, and with them the peers that sent them.
const AT_ONCE: usize = 4;
/// Transactions offered to the node at once.
const OFFERED: usize = 256;

/// Checks batches and offers what is right in them to the node.
#[derive(Clone)]
pub struct Receiver {
    node: Arc<dyn NodeHandle>,
    genesis: Hash,
    keys: Arc<dyn KeyCache + Send + Sync>,
    counters: GossipCounters,
    turns: Arc<Semaphore>,
}

impl Receiver {
    pub fn new(
        node: Arc<dyn NodeHandle>,
        genesis: Hash,
        keys: Arc<dyn KeyCache + Send + Sync>,
        counters: GossipCounters,
    ) -> Self {
        Receiver {
            node,
            genesis,
            keys,
            counters,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Offers the transactions of a batch to the node.
    ///
    /// # Errors
    /// The first transaction that no honest node would have passed on; the right ones are offered
    /// all the same.
    pub async fn take(&self, batch: Batch) -> Result<(), Inadmissible> {
        let Ok(_turn) = self.turns.acquire().await else {
            return Ok(());
        };
        self.counters.received.inc_by(batch.0.len() as u64);
        let (genesis, keys) = (self.genesis, self.keys.clone());
        let (sender, checked) = oneshot::channel();
        rayon::spawn(move || {
            let check = || -> Vec<Result<CheckedTransaction, Inadmissible>> {
                batch
                    .0
                    .into_par_iter()
                    .map(|bytes| CheckedTransaction::check(bytes, &genesis, keys.as_ref()))
                    .collect()
            };
            // Left to itself, a panic would end the process.
            if let Ok(checked) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)) {
                // An error means that the node is stopping.
                let _ = sender.send(checked);
            }
        });
        let Ok(checked) = checked.await else {
            tracing::error!("a batch from a peer could not be checked");
            return Ok(());
        };
        let mut wrong = None;
        let mut right = Vec::with_capacity(checked.len());
        for one in checked {
            match one {
                Ok(transaction) => right.push(transaction),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        futures::stream::iter(right)
            .for_each_concurrent(OFFERED, |transaction| async move {
                // A refusal is this node's own affair: it may be full, or a block ahead.
                let _ = self.node.submit(transaction, Source::Peer).await;
            })
            .await;
        wrong.map_or(Ok(()), Err)
    }
}
