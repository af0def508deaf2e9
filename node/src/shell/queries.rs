//! What API and gossip ask.

use super::inbox::NotTaken;
use super::{Shared, Shell, lock, now_ms};
use crate::handle::{
    Admitted, Decided, Health, NodeError, NodeHandle, Refused, Snapshot, Source, TransactionStatus,
};
use crate::machine::WaitingStatus;
use crate::store::{KnownEvidence, Position, StoreError, WindowEntry};
use allonge_contracts::{Code, Hash};
use allonge_ledger::{Block, CheckedTransaction, SetChange};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{broadcast, oneshot};

/// A node is not ready if peers are ahead and no block has come for so long.
const STANDSTILL_MS: u64 = 30_000;

fn not_ready(what: &str) -> Refused {
    Refused {
        code: Code::NotReady,
        detail: what.to_owned(),
        retry_after_ms: Some(1_000),
    }
}

impl From<StoreError> for NodeError {
    fn from(error: StoreError) -> Self {
        NodeError::Store(error.to_string())
    }
}

/// Runs what reads the disk where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    shared: &Arc<Shared>,
    read: impl FnOnce(&Shared) -> T + Send + 'static,
) -> Result<T, NodeError> {
    let shared = shared.clone();
    tokio::task::spawn_blocking(move || read(&shared))
        .await
        .map_err(|_| NodeError::Stopping)
}

fn load(shared: &Shared, height: u64) -> Result<Option<Arc<Decided>>, StoreError> {
    let recent = lock(&shared.recent).get(height);
    if recent.is_some() {
        return Ok(recent);
    }
    let Some((record, bytes)) = shared.records.decided_block(height)? else {
        return Ok(None);
    };
    let hash = record.certificate.block;
    let block = Block::from_bytes(&bytes).map_err(|error| {
        shared
            .records
            .wrong_block(height, &hash, &error.to_string())
    })?;
    if block.header.hash() != hash {
        return Err(shared
            .records
            .wrong_block(height, &hash, "it is another block"));
    }
    let receipts = record.receipts;
    let ids = receipts
        .transactions
        .iter()
        .map(|receipt| receipt.transaction)
        .collect();
    Ok(Some(Arc::new(Decided {
        hash,
        block,
        ids,
        receipts,
        certificate: Arc::new(record.certificate),
    })))
}

/// The final transaction of this id at this place, if it is there. Of a block that is not kept the index
/// alone says that it is.
fn at(shared: &Shared, id: &Hash, at: Position) -> Result<Option<TransactionStatus>, StoreError> {
    let index = at.index as usize;
    if at.height < shared.history_start() {
        return Ok(Some(TransactionStatus::Pruned { height: at.height }));
    }
    let decided = load(shared, at.height)?.filter(|decided| decided.ids.get(index) == Some(id));
    let receipt = decided.and_then(|decided| decided.receipts.transactions.get(index).cloned());
    Ok(receipt.map(|receipt| TransactionStatus::Final {
        height: at.height,
        index: at.index,
        receipt,
    }))
}

impl Shell {
    async fn waiting_status(&self, id: Hash) -> Result<WaitingStatus, NodeError> {
        let (reply, answer) = oneshot::channel();
        let asked = self.shared.inbox.ask(Box::new(move |core| {
            // An error means that nobody waits for the answer any more.
            let _ = reply.send(core.machine.waiting_status(&id));
            Ok(())
        }));
        match asked {
            Err(NotTaken::Full) => Err(NodeError::Store("too many questions at once".to_owned())),
            _ => answer.await.map_err(|_| NodeError::Stopping),
        }
    }

    async fn in_lag(&self, id: Hash) -> Result<Option<TransactionStatus>, NodeError> {
        let Some(position) = lock(&self.shared.lag).get(&id) else {
            return Ok(None);
        };
        Ok(blocking(&self.shared, move |shared| at(shared, &id, position)).await??)
    }
}

#[async_trait]
impl NodeHandle for Shell {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.load_full()
    }

    async fn submit(
        &self,
        transaction: CheckedTransaction,
        from: Source,
    ) -> Result<Admitted, Refused> {
        let (reply, answer) = oneshot::channel();
        let taken = self.shared.inbox.submit(Box::new(move |core| {
            let outcome = core.machine.submit(now_ms(), transaction, from);
            let admitted = core.settle(outcome)?;
            // An error means that nobody waits for the answer any more.
            let _ = reply.send(admitted);
            Ok(())
        }));
        match taken {
            Err(NotTaken::Full) => Err(Refused {
                code: Code::MempoolFull,
                detail: "too many transactions come at once".to_owned(),
                retry_after_ms: Some(500),
            }),
            Err(NotTaken::Closed) => Err(not_ready("it is stopping")),
            Ok(()) => answer
                .await
                .unwrap_or_else(|_| Err(not_ready("it is stopping"))),
        }
    }

    async fn transaction(&self, id: Hash) -> Result<TransactionStatus, NodeError> {
        if let Some(found) = self.in_lag(id).await? {
            return Ok(found);
        }
        match self.waiting_status(id).await? {
            WaitingStatus::Waiting => return Ok(TransactionStatus::Waiting),
            WaitingStatus::Dropped { code, at_ms } => {
                return Ok(TransactionStatus::Dropped { code, at_ms });
            }
            WaitingStatus::Unknown => {}
        }
        // It may have become final in between.
        if let Some(found) = self.in_lag(id).await? {
            return Ok(found);
        }
        let found = blocking(&self.shared, move |shared| {
            for position in shared.records.find(&id)? {
                let found = at(shared, &id, position)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            Ok::<_, StoreError>(None)
        });
        Ok(found.await??.unwrap_or(TransactionStatus::Unknown))
    }

    fn history_start(&self) -> u64 {
        self.shared.history_start()
    }

    async fn window_entry(&self, height: u64) -> Result<Option<WindowEntry>, NodeError> {
        let read = move |shared: &Shared| shared.records.window_entry(height);
        Ok(blocking(&self.shared, read).await??)
    }

    async fn window_start(&self, tip: u64) -> Result<u64, NodeError> {
        let life_ms = self.snapshot().state.genesis.limits.transaction_life_ms;
        let read = move |shared: &Shared| shared.records.window_start(tip, life_ms);
        Ok(blocking(&self.shared, read).await??)
    }

    async fn set_changes(&self, to: u64) -> Result<Vec<SetChange>, NodeError> {
        let read = move |shared: &Shared| shared.records.set_changes(to);
        Ok(blocking(&self.shared, read).await??)
    }

    async fn decided(&self, height: u64) -> Result<Option<Arc<Decided>>, NodeError> {
        // What is in memory by chance is not answered from it: a block is kept or it is not.
        if height < self.shared.history_start() {
            return Ok(None);
        }
        let recent = lock(&self.shared.recent).get(height);
        if recent.is_some() {
            return Ok(recent);
        }
        if height > self.shared.snapshot.load().state.height() {
            return Ok(None);
        }
        Ok(blocking(&self.shared, move |shared| load(shared, height)).await??)
    }

    async fn evidence(
        &self,
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Vec<KnownEvidence>, NodeError> {
        let read = move |shared: &Shared| shared.records.evidence(after.as_deref(), limit);
        Ok(blocking(&self.shared, read).await??)
    }

    fn subscribe(&self) -> broadcast::Receiver<Arc<Decided>> {
        self.shared.decided.subscribe()
    }

    fn waiting(&self, max_bytes: usize) -> Vec<CheckedTransaction> {
        lock(&self.shared.own).oldest(max_bytes)
    }

    fn health(&self) -> Health {
        let numbers = *lock(&self.shared.numbers);
        let height = self.shared.snapshot.load().state.height();
        let since_last_block_ms = now_ms().saturating_sub(numbers.last_block_ms);
        let stopped = self.shared.stop.borrow().clone();
        let behind = numbers.best_peer_height > height && since_last_block_ms > STANDSTILL_MS;
        Health {
            signing: super::lock(&self.shared.signing).clone(),
            round: numbers.round,
            peers: self.shared.peers.load(Ordering::Relaxed),
            best_peer_height: numbers.best_peer_height,
            waiting: numbers.waiting,
            waiting_bytes: numbers.waiting_bytes,
            since_last_block_ms,
            checkpoint_height: numbers.checkpoint_height,
            evidence: self.shared.evidence.load(Ordering::Relaxed),
            not_ready: stopped
                .map(|reason| format!("stopped: {reason}"))
                .or_else(|| {
                    behind.then(|| {
                        format!(
                            "peers are at height {}, this node stands at {height}",
                            numbers.best_peer_height
                        )
                    })
                }),
        }
    }
}
