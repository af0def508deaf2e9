//! What is written behind: the index of transactions, then the checkpoint.

use super::core::Failure;
use super::inbox::NotTaken;
use super::{Shared, lock};
use allonge_ledger::LedgerState;
use std::sync::mpsc::Receiver;
use std::time::Instant;

/// Writes checkpoints as they come due, until the core thread is gone.
pub fn run(shared: &Shared, due: &Receiver<Box<LedgerState>>) -> Result<(), Failure> {
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
