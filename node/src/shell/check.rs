//! Verifying everything that is on disk, from genesis on.

use super::keys::VerifyingKeys;
use crate::archive::{ArchiveError, BlockPart, Chain};
use crate::machine::{Opened, ReplayError, replay};
use crate::store::{Position, Records, StoreError};
use allonge_contracts::state::StateFault;
use allonge_contracts::{Hash, check_invariants};
use allonge_ledger::{CertificateError, CheckedTransaction, Genesis, LedgerState};
use rayon::prelude::*;

/// What to check.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// Also every transaction's signatures, which a quorum has vouched for.
    pub signatures: bool,
}

/// How far the check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckProgress {
    /// The height just verified.
    pub height: u64,
    /// The last height.
    pub tip: u64,
    /// Transactions verified so far.
    pub transactions: u64,
}

/// What was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The last height.
    pub height: u64,
    /// The first height whose block is kept.
    pub history_start: u64,
    /// The last block, or genesis.
    pub tip: Hash,
    /// The root of the state after it.
    pub state_root: Hash,
    /// Transactions verified.
    pub transactions: u64,
    /// The heights of the checkpoints, each compared with the state at its height.
    pub checkpoints: Vec<u64>,
    /// The height up to which the index was compared.
    pub indexed_to: u64,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Genesis breaks a rule.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The store fails or is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A block that is not executed, for what came before it is not kept, does not belong to the chain.
    #[error(transparent)]
    Chain(#[from] ArchiveError),
    /// A block does not lead where its certificate says.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A certificate proves nothing.
    #[error("the certificate of height {height}: {error}")]
    Certificate {
        /// The height.
        height: u64,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// A transaction is not rightly signed.
    #[error("height {height}, transaction {index}: {reason}")]
    Signature {
        /// The height.
        height: u64,
        /// Its position.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A checkpoint is not the state at its height.
    #[error("the checkpoint of height {height} has the root {found}, the state has {expected}")]
    Checkpoint {
        /// The height.
        height: u64,
        /// Its root.
        found: Hash,
        /// The state's.
        expected: Hash,
    },
    /// The state contradicts itself.
    #[error("the state after height {height} contradicts itself: {first} ({count} findings)")]
    Invariant {
        /// The height.
        height: u64,
        /// The first finding.
        first: String,
        /// How many there are.
        count: usize,
    },
    /// The own state is damaged.
    #[error(transparent)]
    Fault(#[from] StateFault),
    /// The index does not lead to a transaction.
    #[error("the index does not lead to transaction {id} of height {height}")]
    Index {
        /// The height.
        height: u64,
        /// The transaction.
        id: Hash,
    },
}

/// Where older blocks are not kept: checks those before the first checkpoint as far as they can be without
/// executing them, and gives the state there.
fn begin(
    records: &Records,
    genesis: &LedgerState,
    kept: u64,
    options: CheckOptions,
) -> Result<(LedgerState, u64), CheckError> {
    let mut chain = Chain::new(&genesis.genesis)?;
    for change in records.set_changes(records.tip()?)? {
        chain.set_change(&change)?;
    }
    let checkpoints = records.checkpoints()?.into_iter();
    let base = checkpoints.filter(|height| *height >= kept).min();
    let base = base.ok_or_else(|| records.no_way_to(kept))?;
    let (keys, mut transactions) = (VerifyingKeys::default(), 0u64);
    for height in kept..=base {
        let (record, bytes) = records
            .decided_block(height)?
            .ok_or_else(|| records.missing_decision(height))?;
        if options.signatures {
            check_signatures(height, genesis, &keys, bytes.clone())?;
        }
        let opened = chain.block(&BlockPart {
            certificate: record.certificate,
            bytes,
            receipts: record.receipts,
        })?;
        transactions = transactions.saturating_add(opened.transactions.len() as u64);
    }
    let state = records.load_checkpoint(base, &genesis.genesis)?;
    match chain.last().map(allonge_ledger::Header::hash) {
        Some(expected) if expected != state.tip() => Err(records
            .wrong_block(
                base,
                &expected,
                "the checkpoint of this height is of another block",
            )
            .into()),
        _ => Ok((state, transactions)),
    }
}

/// Executes all blocks from genesis on and compares every hash, root, certificate, receipt, checkpoint
/// and index entry on the way; at the end the state must agree with itself. Where older blocks are not kept it
/// begins with the first checkpoint behind, whose header the validators that follow from genesis have certified.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(
    records: &Records,
    genesis: Genesis,
    options: CheckOptions,
    progress: &mut dyn FnMut(CheckProgress),
) -> Result<CheckReport, CheckError> {
    let mut state = LedgerState::genesis(genesis).map_err(CheckError::Genesis)?;
    let keys = VerifyingKeys::default();
    let (tip, indexed_to) = (records.tip()?, records.indexed_to());
    let mut checkpoints = records.checkpoints()?;
    checkpoints.reverse();
    let kept = records.history_start()?;
    let mut transactions = 0u64;
    if kept > 1 {
        (state, transactions) = begin(records, &state, kept, options)?;
    }
    for height in state.height().saturating_add(1)..=tip {
        let (record, bytes) = records
            .decided_block(height)?
            .ok_or_else(|| records.missing_decision(height))?;
        record
            .certificate
            .verify(&state.genesis_hash, &state.validators)
            .map_err(|error| CheckError::Certificate { height, error })?;
        if options.signatures {
            check_signatures(height, &state, &keys, bytes.clone())?;
        }
        let executed = replay(&state, &record, bytes)?;
        for (index, transaction) in (0u32..).zip(executed.transactions.iter()) {
            let id = *transaction.id();
            if height <= indexed_to
                && !records
                    .candidates(&id)?
                    .contains(&Position { height, index })
            {
                return Err(CheckError::Index { height, id });
            }
        }
        transactions = transactions.saturating_add(executed.transactions.len() as u64);
        state = executed.state;
        if checkpoints.contains(&height) {
            let found = records.load_checkpoint(height, &state.genesis)?;
            if found.tip() != state.tip() {
                return Err(CheckError::Checkpoint {
                    height,
                    found: found.trie.root(),
                    expected: state.trie.root(),
                });
            }
        }
        progress(CheckProgress {
            height,
            tip,
            transactions,
        });
    }
    let findings = check_invariants(&state.trie)?;
    if let Some(first) = findings.first() {
        return Err(CheckError::Invariant {
            height: tip,
            first: first.to_string(),
            count: findings.len(),
        });
    }
    Ok(CheckReport {
        height: tip,
        history_start: kept,
        tip: state.tip(),
        state_root: state.trie.root(),
        transactions,
        checkpoints,
        indexed_to,
    })
}

fn check_signatures(
    height: u64,
    state: &LedgerState,
    keys: &VerifyingKeys,
    bytes: std::sync::Arc<[u8]>,
) -> Result<(), CheckError> {
    let wrong = |index, reason| CheckError::Signature {
        height,
        index,
        reason,
    };
    let opened = Opened::new(bytes).map_err(|reason| wrong(0, reason))?;
    opened
        .transactions
        .par_iter()
        .enumerate()
        .try_for_each(|(index, bytes)| {
            CheckedTransaction::check(bytes.clone(), &state.genesis_hash, keys)
                .map(drop)
                .map_err(|error| wrong(index, error.to_string()))
        })
}
