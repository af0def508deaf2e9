//! Bringing the ledger to where the disk left off.

use super::memory::Lag;
use crate::machine::{Opened, ReplayError, Restart, leaves_due_work, replay};
use crate::store::{HOW_TO_REBUILD, Records, StoreError};
use allonge_contracts::state::StateFault;
use allonge_ledger::{Genesis, LedgerState, UnknownProtocol};
use std::time::{Duration, Instant};

/// How often the progress of a long replay is logged.
const PROGRESS: Duration = Duration::from_secs(5);

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Genesis breaks a rule.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The store fails, is damaged or belongs to another network.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A block on disk does not lead where its certificate says.
    #[error("{0}; {how}", how = HOW_TO_REBUILD)]
    Replay(#[from] ReplayError),
    /// The next block is made by rules that this program does not have.
    #[error(transparent)]
    Protocol(#[from] UnknownProtocol),
    /// The state holds what the rules could never have written.
    #[error("{0}; {how}", how = HOW_TO_REBUILD)]
    State(#[from] StateFault),
    /// The operating system gives no thread.
    #[error("no thread can be started: {0}")]
    Thread(String),
}

/// What was found.
pub(super) struct Loaded {
    pub restart: Restart,
    pub lag: Lag,
}

/// The latest state that is on disk whole: a checkpoint, or else genesis. Damaged checkpoints are removed where
/// something leads to the blocks without them; the next one is written when it is due.
fn begin(records: &Records, genesis: LedgerState, tip: u64) -> Result<LedgerState, StartError> {
    let mut damaged = Vec::new();
    let mut found = None;
    for height in records.checkpoints()? {
        if height > tip {
            tracing::warn!(
                height,
                tip,
                "a checkpoint lies beyond the last block; it is left out"
            );
            continue;
        }
        match records.checkpoint(height, &genesis.genesis) {
            Ok(state) => {
                found = Some(state);
                break;
            }
            Err(damage @ StoreError::Damaged { .. }) => {
                tracing::error!(height, %damage, "a checkpoint is damaged; an older one, or all blocks, lead to the state as well");
                damaged.push(height);
            }
            Err(error) => tracing::warn!(height, %error, "a checkpoint is left out"),
        }
    }
    let state = found.unwrap_or(genesis);
    let kept = records.history_start()?;
    if state.height().saturating_add(1) < kept {
        return Err(records.no_way_to(kept).into());
    }
    for height in damaged {
        records.remove_checkpoint(height)?;
    }
    Ok(state)
}

/// What a machine starts from: the ledger after the last block on disk, and what was not decided yet.
///
/// # Errors
/// The store fails or is damaged, or its blocks do not lead where their certificates say.
pub fn restart(records: &Records, genesis: Genesis) -> Result<Restart, StartError> {
    load(records, genesis).map(|loaded| loaded.restart)
}

pub(super) fn load(records: &Records, genesis: Genesis) -> Result<Loaded, StartError> {
    records.remove_half_written_checkpoints()?;
    let genesis = LedgerState::genesis(genesis).map_err(StartError::Genesis)?;
    let tip = records.tip()?;
    let mut restart = Restart::fresh(begin(records, genesis, tip)?);
    let kept = records.history_start()?;
    restart.checkpoint_height = restart.state.height();
    let mut lag = Lag::default();
    let mut logged = Instant::now();
    let from = restart.state.height().saturating_add(1);
    let indexed = records.indexed_to();
    for height in from.min(indexed.saturating_add(1)).max(kept)..=tip {
        let (record, bytes) = records
            .decided_block(height)?
            .ok_or_else(|| records.missing_decision(height))?;
        if height > indexed {
            let ids: Vec<_> = record
                .receipts
                .transactions
                .iter()
                .map(|receipt| receipt.transaction)
                .collect();
            lag.add(height, &ids);
        }
        if height >= from {
            let executed = replay(&restart.state, &record, bytes)?;
            let count = executed.transactions.len() as u64;
            restart.since_checkpoint = restart.since_checkpoint.saturating_add(count);
            restart.state = executed.state;
        }
        if height == tip {
            restart.pending = leaves_due_work(&record.receipts);
            restart.certificate = Some(record.certificate);
        }
        if logged.elapsed() >= PROGRESS {
            tracing::info!(height, tip, "replaying blocks");
            logged = Instant::now();
        }
    }
    if restart.certificate.is_none() && tip > 0 {
        let record = records
            .decided(tip)?
            .ok_or_else(|| records.missing_decision(tip))?;
        restart.pending = leaves_due_work(&record.receipts);
        restart.certificate = Some(record.certificate);
    }
    restart.state.next_protocol()??;
    load_undecided(records, &mut restart, tip.saturating_add(1))?;
    Ok(Loaded { restart, lag })
}

fn load_undecided(records: &Records, restart: &mut Restart, height: u64) -> Result<(), StartError> {
    restart.proposed = records.proposed(height)?;
    restart.built = records.built(height)?;
    let proposed = restart.proposed.iter().map(|proposed| proposed.block);
    let mut hashes: Vec<_> = proposed
        .chain(restart.built.iter().map(|(_, hash)| *hash))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    for hash in hashes {
        let Some(bytes) = records.block(height, &hash)? else {
            continue;
        };
        match Opened::new(bytes) {
            Ok(opened) if opened.hash == hash => restart.blocks.push(opened),
            Ok(opened) => {
                return Err(records
                    .wrong_block(height, &hash, &opened.hash.to_string())
                    .into());
            }
            Err(what) => return Err(records.wrong_block(height, &hash, &what).into()),
        }
    }
    Ok(())
}
