//! What is done behind: writing the index of transactions and the checkpoint, then letting old blocks go.

use super::core::Failure;
use super::inbox::NotTaken;
use super::{Shared, lock};
use crate::store::Keep;
use allonge_ledger::LedgerState;
use std::sync::mpsc::Receiver;
use std::time::Instant;

/// Writes checkpoints as they come due and prunes after each, until the core thread is gone.
pub fn run(shared: &Shared, keep: Keep, due: &Receiver<Box<LedgerState>>) -> Result<(), Failure> {
    while let Ok(state) = due.recv() {
        let begun = Instant::now();
        let height = state.height();
        // A checkpoint is where replay begins; what it leaves out must be in the index.
        let entries = lock(&shared.lag).up_to(height);
        let transactions = entries.len();
        shared.records.write_run(height, entries)?;
        lock(&shared.lag).forget(height);
        shared.records.write_checkpoint(&state)?;
        tracing::info!(height, transactions, took = ?begun.elapsed(), "checkpoint written");
        prune(shared, keep, &state)?;
        let done = shared.inbox.ask(Box::new(move |core| {
            core.machine.checkpoint_written(height);
            Ok(())
        }));
        if done == Err(NotTaken::Closed) {
            return Ok(());
        }
    }
    Ok(())
}

/// Lets go of the blocks that the settings do not keep.
fn prune(shared: &Shared, keep: Keep, state: &LedgerState) -> Result<(), Failure> {
    if !keep.is_bounded() {
        return Ok(());
    }
    let life_ms = state.genesis.limits.transaction_life_ms;
    let begun = Instant::now();
    // Nobody is sent to a block that is going.
    shared.begin_history_at(shared.records.prunable_to(keep, life_ms)?);
    let pruned = shared.records.prune(keep, life_ms)?;
    if pruned.keys > 0 {
        tracing::info!(from = pruned.from, to = pruned.to, took = ?begun.elapsed(), "old blocks pruned");
    }
    Ok(())
}
