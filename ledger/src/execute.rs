//! One function executes a block, for its proposer, its voters, sync and replay alike.

use crate::block::{Header, Receipts};
use crate::genesis::Genesis;
use crate::recent::RecentIds;
use crate::transaction::CheckedTransaction;
use crate::trie::Trie;
use crate::validators::ValidatorSet;
use allonge_contracts::state::StateFault;
use allonge_contracts::{Code, Hash, PublicKey};
use std::sync::Arc;

/// The ledger after a block: everything that the next block is executed on. Cheap to clone.
#[derive(Clone)]
pub struct LedgerState {
    /// The genesis document.
    pub genesis: Arc<Genesis>,
    /// Its hash.
    pub genesis_hash: Hash,
    /// The last block's header; `None` before the first.
    pub header: Option<Arc<Header>>,
    /// The state.
    pub trie: Trie,
    /// The ids that a replay is recognised by.
    pub recent: RecentIds,
    /// The validators of the next height.
    pub validators: Arc<ValidatorSet>,
}

/// A block that was executed, and what came of it.
#[derive(Clone)]
pub struct ExecutedBlock {
    /// Its header, with all roots.
    pub header: Arc<Header>,
    /// The hash of the header.
    pub hash: Hash,
    /// The transactions in it.
    pub transactions: Arc<Vec<CheckedTransaction>>,
    /// What came of them and of the clock.
    pub receipts: Arc<Receipts>,
    /// The ledger after it.
    pub state: LedgerState,
}

/// A transaction that could not be put into a block being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Which.
    pub id: Hash,
    /// An admission code if it can never be included; `None` if there was only no room this time.
    pub code: Option<Code>,
}

/// Who builds a block, and when.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// The round.
    pub round: u32,
    /// The proposer selected for height and round.
    pub proposer: PublicKey,
    /// The time it shall carry, in UTC milliseconds; raised to the parent's where it lies before.
    pub time_ms: u64,
}

/// Why a block can never be final here. Deterministic: every correct node says the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBlock {
    /// A field of the header is not what it must be.
    #[error("the header's {field} is {found}, it must be {expected}")]
    Header {
        /// Which.
        field: &'static str,
        /// What it says.
        found: String,
        /// What it must be.
        expected: String,
    },
    /// A transaction that no block may hold.
    #[error("transaction {index} ({id}) may not be in a block: {code}")]
    Transaction {
        /// Its position.
        index: u32,
        /// Its id.
        id: Hash,
        /// The admission code.
        code: Code,
    },
    /// Over a limit of genesis.
    #[error("the block is over its limit of {limit}: {found} > {most}")]
    Limit {
        /// `bytes` or `work`.
        limit: &'static str,
        /// What it has.
        found: u64,
        /// What it may have.
        most: u64,
    },
}

/// Why a block was not executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecuteError {
    /// A verdict on the block.
    #[error(transparent)]
    Invalid(#[from] InvalidBlock),
    /// The node's own state is damaged: it must stop.
    #[error(transparent)]
    Fault(#[from] StateFault),
}

impl LedgerState {
    /// The ledger before its first block.
    ///
    /// # Errors
    /// The rule of genesis that is broken.
    pub fn genesis(genesis: Genesis) -> Result<Self, String> {
        todo!()
    }

    /// The height of the last block, 0 before the first.
    pub fn height(&self) -> u64 {
        self.header.as_ref().map_or(0, |header| header.height)
    }

    /// The hash that the next block names as its parent.
    pub fn tip(&self) -> Hash {
        self.header
            .as_ref()
            .map_or(self.genesis_hash, |header| header.hash())
    }

    /// Whether a transaction may be in the next block if that has this time: not expired, not too far
    /// ahead, not a duplicate, authorised.
    ///
    /// # Errors
    /// The inner error is the admission code.
    pub fn admit(
        &self,
        transaction: &CheckedTransaction,
        time_ms: u64,
    ) -> Result<Result<(), Code>, StateFault> {
        todo!()
    }

    /// Builds the next block out of candidates, in their order, as far as the limits allow.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn build(
        &self,
        slot: Slot,
        candidates: &[CheckedTransaction],
    ) -> Result<(ExecutedBlock, Vec<LeftOut>), StateFault> {
        todo!()
    }

    /// Executes a block that somebody else built and compares every field of its header.
    /// `transactions` are those of the block, in its order, checked. `size` is the block's encoded length.
    ///
    /// # Errors
    /// A verdict on the block, or a damaged state.
    pub fn execute(
        &self,
        header: &Header,
        transactions: Vec<CheckedTransaction>,
        size: usize,
    ) -> Result<ExecutedBlock, ExecuteError> {
        todo!()
    }
}
