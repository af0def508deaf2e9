//! What the engine asks.

use super::core::{Core, Failure};
use super::queries::blocking;
use super::{Shared, Shell, now_ms};
use crate::consensus::{
    App, AppStopped, Judgement, MAX_RANGE_BYTES, Proposal, ProposedBlock, StartHeight,
};
use crate::machine::{Opened, Received};
use crate::store::StoreError;
use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Certificate, CheckedTransaction, Evidence};
use async_trait::async_trait;
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// How often whoever waits for a checkpoint looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Why no checkpoint was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Nothing but genesis is there.
    #[error("there is no block yet, and genesis needs no checkpoint")]
    NoBlockYet,
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

impl From<AppStopped> for CheckpointError {
    fn from(_: AppStopped) -> Self {
        CheckpointError::Stopping
    }
}

impl Shell {
    /// Has a checkpoint of the last height written, and returns its height when it is on disk.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub async fn checkpoint(&self) -> Result<u64, CheckpointError> {
        let height = loop {
            let begun = self.ask(|core| {
                let step = core.machine.checkpoint_now();
                core.perform(step)
            });
            match begun.await? {
                Some(0) => return Err(CheckpointError::NoBlockYet),
                Some(height) => break height,
                None => tokio::time::sleep(LOOK_EVERY).await,
            }
        };
        while self
            .ask(|core| Ok(core.machine.checkpoint_height()))
            .await?
            < height
        {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(height)
    }

    /// Lets the core thread do something and waits for the answer.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Core) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, AppStopped> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |core: &mut Core| {
            // An error means that the engine waits no longer.
            let _ = reply.send(question(core)?);
            Ok(())
        });
        self.shared.inbox.ask(job).map_err(|_| AppStopped)?;
        answer.await.map_err(|_| AppStopped)
    }

    /// From now on this is the node's own validator key.
    ///
    /// # Errors
    /// The node is stopping.
    pub async fn set_validator(&self, key: PublicKey) -> Result<(), AppStopped> {
        self.ask(move |core| {
            core.machine.set_validator(key);
            Ok(())
        })
        .await
    }

    /// Reads from disk; a failure stops the node.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, AppStopped> {
        let read = blocking(&self.shared, read).await.map_err(|_| AppStopped)?;
        read.map_err(|error| {
            self.shared.stop(error.to_string());
            AppStopped
        })
    }
}

/// Checks the transactions of a block in parallel; those that waited here are checked already.
fn check(shared: &Shared, opened: Opened, known: Vec<Option<CheckedTransaction>>) -> Received {
    let transactions = opened
        .transactions
        .par_iter()
        .zip(known)
        .enumerate()
        .map(|(index, (bytes, known))| match known {
            Some(known) => Ok(known),
            None => CheckedTransaction::check(bytes.clone(), &shared.genesis, &*shared.keys)
                .map_err(|error| (index, error)),
        })
        .collect::<Result<_, _>>()
        .map_err(|(index, error)| format!("transaction {index} may not be in a block: {error}"));
    Received {
        opened,
        transactions,
    }
}

#[async_trait]
impl App for Shell {
    async fn ready(&self) -> Result<StartHeight, AppStopped> {
        self.ask(|core| Ok(core.machine.start_height())).await
    }

    async fn started_round(
        &self,
        height: u64,
        round: u32,
        _proposer: PublicKey,
    ) -> Result<Vec<ProposedBlock>, AppStopped> {
        self.ask(move |core| Ok(core.machine.started_round(height, round)))
            .await
    }

    async fn build(
        &self,
        height: u64,
        round: u32,
    ) -> Result<(ProposedBlock, Arc<[u8]>), AppStopped> {
        let (proposed, bytes) = self
            .ask(move |core| {
                let outcome = core.machine.build(now_ms(), height, round);
                core.settle(outcome)
            })
            .await?;
        match bytes {
            Some(bytes) => Ok((proposed, bytes)),
            None => {
                let hash = proposed.block;
                let read = move |shared: &Shared| {
                    let bytes = shared.records.block(height, &hash)?;
                    bytes
                        .ok_or_else(|| shared.records.wrong_block(height, &hash, "it is not there"))
                };
                Ok((proposed, self.read(read).await?))
            }
        }
    }

    async fn judge(&self, proposal: Proposal) -> Result<Judgement, AppStopped> {
        let proposal = Arc::new(proposal);
        let taken = proposal.clone();
        let opened = blocking(&self.shared, move |_| Opened::proposed(&taken)).await;
        let opened = match opened.map_err(|_| AppStopped)? {
            Ok(opened) => opened,
            Err(reason) => return Ok(Judgement::PeerFault(reason)),
        };
        let (glanced, opened) = (proposal.clone(), Arc::new(opened));
        let looked_at = opened.clone();
        let known = self.ask(move |core| {
            let step = core.machine.glance(now_ms(), &glanced, &looked_at);
            Ok(match core.perform(step)? {
                Some(judgement) => Err(judgement),
                None => Ok(core.machine.checked(&looked_at.leaves)),
            })
        });
        let known = match known.await? {
            Ok(known) => known,
            Err(judgement) => return Ok(judgement),
        };
        let opened = Arc::unwrap_or_clone(opened);
        let received = blocking(&self.shared, move |shared| check(shared, opened, known)).await;
        let received = received.map_err(|_| AppStopped)?;
        self.ask(move |core| {
            let outcome = core.machine.judge(now_ms(), &proposal, received);
            core.settle(outcome)
        })
        .await
    }

    async fn block(&self, hash: Hash) -> Result<Option<Arc<[u8]>>, AppStopped> {
        let found = self
            .ask(move |core| Ok((core.machine.next_height(), core.machine.block(&hash))))
            .await?;
        match found {
            (_, Some(bytes)) => Ok(Some(bytes)),
            (height, None) => {
                self.read(move |shared| shared.records.block(height, &hash))
                    .await
            }
        }
    }

    async fn decided(&self, certificate: Certificate) -> Result<(), AppStopped> {
        let shared = self.shared.clone();
        self.ask(move |core| {
            let stored = if core.machine.needs_bytes(&certificate) {
                shared
                    .records
                    .block(certificate.height, &certificate.block)?
            } else {
                None
            };
            let outcome = core.machine.decided(now_ms(), certificate, stored);
            core.settle(outcome)
        })
        .await
    }

    async fn finalized(
        &self,
        _certificate: Certificate,
        evidence: Vec<Evidence>,
    ) -> Result<StartHeight, AppStopped> {
        let (reply, answer) = oneshot::channel();
        self.ask(move |core| {
            let step = core.machine.finalized(now_ms(), evidence);
            match core.perform(step)? {
                // An error means that the engine waits no longer.
                Some(start) => drop(reply.send(start)),
                None => core.hold(reply),
            }
            Ok(())
        })
        .await?;
        answer.await.map_err(|_| AppStopped)
    }

    async fn decided_range(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(Certificate, Arc<[u8]>)>, AppStopped> {
        self.read(move |shared| {
            let mut found: Vec<(Certificate, Arc<[u8]>)> = Vec::new();
            let mut bytes = 0usize;
            for height in
                from.max(shared.history_start())..=to.min(shared.snapshot.load().state.height())
            {
                let Some((record, block)) = shared.records.decided_block(height)? else {
                    break;
                };
                bytes = bytes.saturating_add(block.len());
                if !found.is_empty() && bytes > MAX_RANGE_BYTES {
                    break;
                }
                found.push((record.certificate, block));
            }
            Ok(found)
        })
        .await
    }

    async fn history_start(&self) -> Result<u64, AppStopped> {
        Ok(self.shared.history_start())
    }

    fn peer_tip(&self, height: u64) {
        let taken = self.shared.inbox.ask(Box::new(move |core| {
            let step = core.machine.peer_tip(now_ms(), height);
            core.perform(step)
        }));
        if taken.is_err() {
            tracing::debug!(height, "a peer's height is passed over");
        }
    }
}
