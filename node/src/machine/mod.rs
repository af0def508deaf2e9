//! The node's own logic, without I/O, clock, async or threads: inputs in, effects and an answer out.
//!
//! Whoever drives it performs the effects in order, and only then gives out the answer: so nothing is
//! acknowledged before it is on disk. An error of type [`Fatal`] means that the node must stop; what the
//! machine then holds in memory is void. The async shell of the node and a seeded simulator drive the
//! same code.

mod build;
mod commit;
mod idle;
mod judge;
mod mempool;
mod start;
mod undecided;

pub use build::Built;
pub use commit::leaves_due_work;
pub use idle::IdleConfig;
pub use judge::{Opened, Received};
pub use mempool::{MempoolConfig, WaitingStatus};
pub use start::{ReplayError, Restart, replay};

use crate::consensus::{ProposedBlock, StartHeight, Timeouts};
use crate::handle::{Decided, Snapshot};
use crate::store::{HOW_TO_REBUILD, Write};
use allonge_contracts::state::StateFault;
use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{CheckedTransaction, Evidence, LedgerState, UnknownProtocol};
use commit::CheckpointPolicy;
use idle::Idle;
use mempool::Mempool;
use std::sync::Arc;
use std::time::Duration;
use undecided::Undecided;

/// What can be set.
#[derive(Clone, Debug)]
pub struct MachineConfig {
    /// The own validator key; `None` for a node that does not vote.
    pub validator: Option<PublicKey>,
    /// How long each step of a round may take.
    pub timeouts: Timeouts,
    /// The least time from block to block.
    pub target_time: Option<Duration>,
    /// How far a fresh proposal's time may be from the own clock, in milliseconds.
    pub clock_tolerance_ms: u64,
    /// When a block without work is due.
    pub idle: IdleConfig,
    /// The mempool's bounds.
    pub mempool: MempoolConfig,
    /// A checkpoint is due after so many transactions …
    pub checkpoint_transactions: u64,
    /// … or so many blocks, whichever comes first.
    pub checkpoint_blocks: u64,
}

impl Default for MachineConfig {
    fn default() -> Self {
        MachineConfig {
            validator: None,
            timeouts: Timeouts::default(),
            target_time: None,
            clock_tolerance_ms: 5_000,
            idle: IdleConfig::default(),
            mempool: MempoolConfig::default(),
            checkpoint_transactions: 80_000,
            checkpoint_blocks: 10_000,
        }
    }
}

/// Something to be done, in the order given, before the answer is given out.
#[derive(Clone)]
pub enum Effect {
    /// Write in one batch, to the disk itself.
    Persist(Vec<Write>),
    /// A block is final and the ledger stands after it.
    Publish(Arc<Snapshot>, Arc<Decided>),
    /// Tell the peers of a transaction that a client gave to this node.
    Gossip(CheckedTransaction),
    /// These transactions no longer wait, though they did not become final here and now.
    Dropped(Vec<Hash>),
    /// Give out the answer to `finalized` that was held.
    Start(StartHeight),
    /// A block was found invalid; worth a line in the log.
    Invalid {
        /// Which.
        block: Hash,
        /// Why.
        reason: String,
    },
    /// Validators contradicted themselves.
    Evidence(Vec<Evidence>),
    /// Write a checkpoint of this state when there is time, and say so with
    /// [`Machine::checkpoint_written`].
    Checkpoint(Box<LedgerState>),
}

/// What an input leads to.
pub struct Step<T> {
    /// To be done first.
    pub effects: Vec<Effect>,
    /// To be given out then.
    pub answer: T,
}

impl<T> Step<T> {
    fn only(answer: T) -> Self {
        Step {
            effects: Vec::new(),
            answer,
        }
    }
}

/// The node must stop: going on could make it differ from the others, or lose what it acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fatal {
    /// The state holds what the rules could never have written.
    #[error("{0}; {how}", how = HOW_TO_REBUILD)]
    Fault(#[from] StateFault),
    /// The next block is made by rules that this program does not have.
    #[error(transparent)]
    Protocol(#[from] UnknownProtocol),
    /// The engine asked for something that cannot be.
    #[error("the consensus engine {0}")]
    Engine(String),
    /// A quorum has decided what this node cannot follow.
    #[error(
        "block {block} of height {height} is decided, but {reason}; compare this program's version with \
         that of the other nodes, then {how}",
        how = HOW_TO_REBUILD
    )]
    Decision {
        /// The height.
        height: u64,
        /// The block that is decided.
        block: Hash,
        /// Why it cannot be followed.
        reason: String,
    },
}

/// The result of an input.
pub type Outcome<T> = Result<Step<T>, Fatal>;

/// The node's logic and all it remembers.
pub struct Machine {
    config: MachineConfig,
    snapshot: Arc<Snapshot>,
    mempool: Mempool,
    undecided: Undecided,
    idle: Idle,
    round: u32,
    checkpoint: CheckpointPolicy,
}

impl Machine {
    /// The ledger at the latest height.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    fn state(&self) -> &LedgerState {
        &self.snapshot.state
    }

    /// Stops the node before a block whose protocol this program does not know.
    fn know_protocol(&self) -> Result<(), Fatal> {
        self.state().next_protocol()??;
        Ok(())
    }

    /// The height that is decided next.
    pub fn next_height(&self) -> u64 {
        self.state().height().saturating_add(1)
    }

    /// The round under way.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// The next height, as the engine is told.
    pub fn start_height(&self) -> StartHeight {
        StartHeight {
            height: self.next_height(),
            validators: (*self.state().validators).clone(),
            timeouts: self.config.timeouts,
            target_time: self.config.target_time,
        }
    }

    /// From now on this is the own validator key.
    pub fn set_validator(&mut self, validator: PublicKey) {
        self.config.validator = Some(validator);
    }

    /// A round begins: the blocks of this height that this node has judged, from every round.
    pub fn started_round(&mut self, height: u64, round: u32) -> Vec<ProposedBlock> {
        if height != self.next_height() {
            return Vec::new();
        }
        self.round = round;
        self.undecided.proposals().to_vec()
    }

    /// The bytes of a block that is not decided yet, if they are in memory; of a valid one that was
    /// judged they are on disk in any case.
    pub fn block(&self, hash: &Hash) -> Option<Arc<[u8]>> {
        self.undecided.get(hash)?.bytes.clone()
    }
}
