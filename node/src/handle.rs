//! What the API, gossip and metrics ask of the running node; the seam between them and its core.

use crate::store::WindowEntry;
use allonge_contracts::{Code, Hash};
use allonge_ledger::{
    Block, Certificate, CheckedTransaction, Evidence, LedgerState, Receipt, Receipts, SetChange,
};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::broadcast;

/// The ledger at the latest height, with what proves it; swapped as one.
#[derive(Clone)]
pub struct Snapshot {
    /// State, header, recent ids and validators.
    pub state: LedgerState,
    /// The certificate of the last block; `None` before the first.
    pub certificate: Option<Arc<Certificate>>,
}

/// A final block with everything that belongs to it.
pub struct Decided {
    /// The block's hash.
    pub hash: Hash,
    /// Header and transactions.
    pub block: Block,
    /// The ids of its transactions, in order.
    pub ids: Vec<Hash>,
    /// What came of them and of the clock.
    pub receipts: Arc<Receipts>,
    /// What makes it final.
    pub certificate: Arc<Certificate>,
}

/// Where a transaction came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A client of this node: to be passed on to the peers.
    Client,
    /// A peer's batch: not to be passed on.
    Peer,
}

/// A transaction that the node took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It waits for a block now.
    Waiting,
    /// It waited already; nothing changed.
    AlreadyWaiting,
    /// It is on the ledger already; the first one's receipt stands.
    AlreadyFinal,
}

/// A transaction that the node did not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .code.summary())]
pub struct Refused {
    /// Why: an admission code, `MEMPOOL_FULL`, `MEMBER_SHARE_FULL` or `NOT_READY`.
    pub code: Code,
    /// The value that shows it; empty where there is none.
    pub detail: String,
    /// When to try again.
    pub retry_after_ms: Option<u64>,
}

/// What the node knows of a transaction.
#[derive(Clone, Debug)]
pub enum TransactionStatus {
    /// It waits for a block.
    Waiting,
    /// It is final.
    Final {
        /// The block's height.
        height: u64,
        /// Its position among the block's transactions, from 0; its receipt's slot is one more.
        index: u32,
        /// What came of it.
        receipt: Receipt,
    },
    /// The mempool let it go: it expired or is no longer authorised, or made room.
    Dropped {
        /// Why.
        code: Code,
        /// When, in UTC milliseconds.
        at_ms: u64,
    },
    /// It is final, but its block is no longer kept here.
    Pruned {
        /// The block's height.
        height: u64,
    },
    /// Neither on the ledger nor known.
    Unknown,
}

/// Whether a node's key signs votes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    /// It has none: an observer.
    Never,
    /// It signs whenever it is a validator's.
    #[default]
    Free,
    /// Not until it is known what it has signed before.
    Held,
    /// Not until a block that was decided since the node's start has come: the others went on without it.
    Returning,
    /// From this height on: its log of votes was lost.
    From(u64),
}

/// How the node is.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Whether its key signs votes.
    pub signing: Signing,
    /// The round of the height under way.
    pub round: u32,
    /// Peers connected on the consensus network.
    pub peers: u32,
    /// The highest height that a peer says it has.
    pub best_peer_height: u64,
    /// Transactions waiting.
    pub waiting: u64,
    /// Their bytes.
    pub waiting_bytes: u64,
    /// Milliseconds since the last block was committed.
    pub since_last_block_ms: u64,
    /// The height of the last checkpoint on disk.
    pub checkpoint_height: u64,
    /// Contradictions of validators seen since the node started.
    pub evidence: u64,
    /// Why the node is not ready to serve: replaying, peers ahead while it stands still, stopping.
    pub not_ready: Option<String>,
}

/// The node could not answer: its store failed or it is stopping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// It is stopping.
    #[error("the node is stopping")]
    Stopping,
    /// Its store failed.
    #[error("the store failed: {0}")]
    Store(String),
}

/// The running node.
#[async_trait]
pub trait NodeHandle: Send + Sync + 'static {
    /// The ledger at the latest height.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Offers a transaction whose signatures are checked.
    async fn submit(
        &self,
        transaction: CheckedTransaction,
        from: Source,
    ) -> Result<Admitted, Refused>;

    /// What is known of a transaction. Inside its `valid_until` the answer comes from memory: a lagging
    /// index never makes a final transaction unknown.
    async fn transaction(&self, id: Hash) -> Result<TransactionStatus, NodeError>;

    /// The first height whose block is kept here: 1 unless older ones were pruned, or never came because the
    /// node started from a snapshot.
    fn history_start(&self) -> u64 {
        1
    }

    /// Header and ids of a final block, also of one whose block is no longer kept, if they are known.
    async fn window_entry(&self, height: u64) -> Result<Option<WindowEntry>, NodeError> {
        let decided = self.decided(height).await?;
        Ok(decided.map(|decided| WindowEntry {
            header: decided.block.header.clone(),
            ids: decided.ids.clone(),
        }))
    }

    /// From which height on headers and ids are needed to recognise every replay after `tip`.
    async fn window_start(&self, _tip: u64) -> Result<u64, NodeError> {
        Ok(1)
    }

    /// All changes of the validator set up to a height, in order.
    async fn set_changes(&self, _to: u64) -> Result<Vec<SetChange>, NodeError> {
        Ok(Vec::new())
    }

    /// A final block; `None` also if it is no longer kept.
    async fn decided(&self, height: u64) -> Result<Option<Arc<Decided>>, NodeError>;

    /// Evidence against validators, by height, after the one that this key is of.
    async fn evidence(
        &self,
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Evidence)>, NodeError>;

    /// Final blocks as they come, in order; a receiver that lags finds out and reads what it missed
    /// with [`NodeHandle::decided`].
    fn subscribe(&self) -> broadcast::Receiver<Arc<Decided>>;

    /// Transactions that clients gave to this node and that still wait, oldest first, up to so many
    /// bytes: what a peer that has just connected is told again.
    fn waiting(&self, max_bytes: usize) -> Vec<CheckedTransaction>;

    /// How the node is.
    fn health(&self) -> Health;
}
