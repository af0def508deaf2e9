//! Starting: from a checkpoint over the blocks after it to the blocks that were not decided yet.

use super::commit::{CheckpointPolicy, Refusal, execute_certified};
use super::idle::Idle;
use super::judge::Opened;
use super::mempool::Mempool;
use super::undecided::{Known, Undecided};
use super::{Machine, MachineConfig};
use crate::consensus::ProposedBlock;
use crate::handle::Snapshot;
use crate::store::{DecidedRecord, Proposed};
use allonge_contracts::Hash;
use allonge_ledger::{Certificate, ExecutedBlock, LedgerState};
use std::sync::Arc;

/// A stored block that does not lead where its certificate says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("block {block} of height {height}: {reason}")]
pub struct ReplayError {
    /// The height.
    pub height: u64,
    /// The block.
    pub block: Hash,
    /// What is wrong.
    pub reason: String,
}

/// Executes a decided block again and compares every root, and the receipts that were kept. Its
/// signatures are not checked: a quorum has vouched for them.
///
/// # Errors
/// The block, or what was kept of it, is not what it was.
pub fn replay(
    state: &LedgerState,
    record: &DecidedRecord,
    bytes: Arc<[u8]>,
) -> Result<ExecutedBlock, ReplayError> {
    let Certificate { height, block, .. } = record.certificate;
    let wrong = |reason: String| ReplayError {
        height,
        block,
        reason,
    };
    let executed = execute_certified(state, &block, bytes).map_err(|refusal| match refusal {
        Refusal::Fault(fault) => wrong(fault.to_string()),
        Refusal::Reason(reason) => wrong(reason),
    })?;
    if executed.receipts != record.receipts {
        return Err(wrong(
            "its receipts are not those that were kept".to_owned(),
        ));
    }
    Ok(executed)
}

/// What a node finds on its disk when it starts.
pub struct Restart {
    /// The ledger after the last decided block.
    pub state: LedgerState,
    /// That block's certificate.
    pub certificate: Option<Certificate>,
    /// Whether the clock had more to do than fitted into that block.
    pub pending: bool,
    /// The proposals of the next height that this node had vouched for.
    pub proposed: Vec<Proposed>,
    /// The bytes of those proposals' blocks.
    pub blocks: Vec<Opened>,
    /// The own blocks of the next height by round.
    pub built: Vec<(u32, Hash)>,
    /// The height of the last checkpoint.
    pub checkpoint_height: u64,
    /// Transactions since then.
    pub since_checkpoint: u64,
}

impl Restart {
    /// A node that has nothing on its disk yet, or nothing after this state.
    pub fn fresh(state: LedgerState) -> Self {
        Restart {
            state,
            certificate: None,
            pending: false,
            proposed: Vec::new(),
            blocks: Vec::new(),
            built: Vec::new(),
            checkpoint_height: 0,
            since_checkpoint: 0,
        }
    }
}

impl Machine {
    /// Begins where the disk left off.
    pub fn start(config: MachineConfig, now_ms: u64, restart: Restart) -> Self {
        let height = restart.state.height();
        let tip = restart.state.tip();
        let mut undecided = Undecided::default();
        let whole = |opened: &&Opened| {
            opened.header.height == height.saturating_add(1) && opened.header.parent == tip
        };
        for opened in restart.blocks.iter().filter(whole) {
            let known = Known {
                valid: true,
                executed: None,
                bytes: Some(opened.bytes.clone()),
            };
            undecided.insert(opened.hash, known);
        }
        // A proposal without its block was cut off by a crash before anybody was told of it.
        for proposed in &restart.proposed {
            if undecided.get(&proposed.block).is_some() {
                undecided.propose(&ProposedBlock {
                    height: proposed.height,
                    round: proposed.round,
                    valid_round: proposed.valid_round,
                    proposer: proposed.proposer,
                    block: proposed.block,
                    valid: true,
                });
            }
        }
        for (round, hash) in &restart.built {
            if undecided.get(hash).is_some() {
                undecided.set_built(*round, *hash);
            }
        }
        Machine {
            mempool: Mempool::new(config.mempool),
            snapshot: Arc::new(Snapshot {
                state: restart.state,
                certificate: restart.certificate.map(Arc::new),
            }),
            undecided,
            idle: Idle::new(now_ms, restart.pending),
            round: 0,
            checkpoint: CheckpointPolicy {
                height: restart.checkpoint_height,
                under_way: false,
                transactions: restart.since_checkpoint,
                blocks: height.saturating_sub(restart.checkpoint_height),
            },
            config,
        }
    }
}
