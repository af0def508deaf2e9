//! The thread that owns the machine.

use super::inbox::Next;
use super::{Numbers, Shared, lock, now_ms};
use crate::consensus::StartHeight;
use crate::machine::{Effect, Fatal, Machine, Outcome, Step};
use crate::store::StoreError;
use allonge_ledger::LedgerState;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Why the node stops.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Its logic says so.
    #[error(transparent)]
    Fatal(#[from] Fatal),
    /// Its store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The machine, and what performs its effects.
pub struct Core {
    pub machine: Machine,
    shared: Arc<Shared>,
    checkpoints: SyncSender<Box<LedgerState>>,
    /// The engine's question for the next height, if the answer is held.
    held: Option<oneshot::Sender<StartHeight>>,
    due: Option<Due>,
}

/// When the machine wants to be called.
#[derive(Clone, Copy)]
struct Due {
    /// As it says, by the clock on the wall.
    deadline_ms: u64,
    /// The moment that this was when it was first said.
    at: Instant,
}

/// Runs a thread's work; an error or a panic stops the node and says why.
pub fn guarded(shared: &Shared, run: impl FnOnce() -> Result<(), Failure>) {
    let reason = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return,
        Ok(Err(failure)) => failure.to_string(),
        Err(panic) => {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            format!("a fault in the program: {what}")
        }
    };
    tracing::error!(%reason, "the node stops");
    shared.stop(reason);
}

impl Core {
    pub fn new(
        machine: Machine,
        shared: Arc<Shared>,
        checkpoints: SyncSender<Box<LedgerState>>,
    ) -> Self {
        let core = Core {
            machine,
            shared,
            checkpoints,
            held: None,
            due: None,
        };
        core.note_numbers();
        core
    }

    /// Works until the inbox is closed.
    pub fn run(mut self) -> Result<(), Failure> {
        loop {
            let due = self.due();
            let patience = due.map(|due| {
                // Never in a busy loop.
                let left = due.at.saturating_duration_since(Instant::now());
                left.max(Duration::from_millis(1))
            });
            match self.shared.inbox.next(patience) {
                Next::Job(job) => job(&mut self)?,
                Next::Nothing => {
                    // The time has passed, whatever the clock on the wall was set to meanwhile.
                    let deadline_ms = due.map_or(0, |due| due.deadline_ms);
                    let step = self.machine.tick(now_ms().max(deadline_ms));
                    self.perform(step)?;
                }
                Next::Closed => return Ok(()),
            }
            self.note_numbers();
        }
    }

    /// When the machine wants to be called, by a clock that nobody sets.
    fn due(&mut self) -> Option<Due> {
        let deadline_ms = self.machine.deadline_ms();
        if self.due.map(|due| due.deadline_ms) != deadline_ms {
            self.due = deadline_ms.map(|deadline_ms| {
                let left = deadline_ms.saturating_sub(now_ms());
                let left = left.min(self.machine.heartbeat_ms());
                Due {
                    deadline_ms,
                    at: Instant::now() + Duration::from_millis(left),
                }
            });
        }
        self.due
    }

    fn note_numbers(&self) {
        let (waiting, waiting_bytes) = self.machine.waiting();
        *lock(&self.shared.numbers) = Numbers {
            round: self.machine.round(),
            waiting,
            waiting_bytes,
            best_peer_height: self.machine.best_peer_height(),
            last_block_ms: self.machine.last_block_ms(),
            checkpoint_height: self.machine.checkpoint_height(),
        };
    }

    /// Performs the effects of an input, and gives its answer out.
    pub fn settle<T>(&mut self, outcome: Outcome<T>) -> Result<T, Failure> {
        self.perform(outcome?)
    }

    /// Performs the effects of a step, and gives its answer out.
    pub fn perform<T>(&mut self, step: Step<T>) -> Result<T, Failure> {
        for effect in step.effects {
            match effect {
                Effect::Persist(writes) => self.shared.records.write(&writes)?,
                Effect::Publish(snapshot, decided) => {
                    lock(&self.shared.lag).add(decided.block.header.height, &decided.ids);
                    lock(&self.shared.own).remove(&decided.ids);
                    lock(&self.shared.recent).push(decided.clone());
                    self.shared.snapshot.store(snapshot);
                    // An error only means that nobody listens.
                    let _ = self.shared.decided.send(decided);
                }
                Effect::Gossip(transaction) => {
                    lock(&self.shared.own).add(transaction.clone());
                    if self.shared.outgoing.try_send(transaction).is_err() {
                        tracing::debug!("a transaction is not told to the peers: too many at once");
                    }
                }
                Effect::Dropped(ids) => lock(&self.shared.own).remove(&ids),
                Effect::Start(start) => {
                    if let Some(held) = self.held.take() {
                        // An error means that the engine is stopping.
                        let _ = held.send(start);
                    }
                }
                Effect::Invalid { block, reason } => {
                    tracing::warn!(%block, %reason, "a block is invalid");
                }
                Effect::Evidence(evidence) => {
                    let count = u64::try_from(evidence.len()).unwrap_or(u64::MAX);
                    self.shared.evidence.fetch_add(count, Ordering::Relaxed);
                    for one in evidence {
                        tracing::warn!(
                            validator = %one.validator,
                            height = one.height,
                            round = one.round,
                            kind = one.kind.as_str(),
                            "a validator has contradicted itself; see `allonge evidence list`"
                        );
                    }
                }
                Effect::Checkpoint(state) => {
                    if self.checkpoints.try_send(state).is_err() {
                        tracing::error!("no checkpoint can be written any more");
                    }
                }
            }
        }
        Ok(step.answer)
    }

    /// Keeps the engine waiting for the next height.
    pub fn hold(&mut self, reply: oneshot::Sender<StartHeight>) {
        self.held = Some(reply);
    }
}
