//! One function executes a block, for its proposer, its voters, sync and replay alike.

use crate::block::{Block, Header, Receipts};
use crate::header_rules::{AFTER_EXECUTION, BEFORE_EXECUTION, compare};
use crate::merkle;
use crate::run::{BlockRun, OverWork, share};
use crate::state::LedgerState;
use crate::transaction::CheckedTransaction;
use allonge_contracts::state::StateFault;
use allonge_contracts::{Code, Hash, MemberId, PublicKey};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

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

impl ExecutedBlock {
    /// The block as it is stored and sent.
    pub fn block(&self) -> Block {
        Block {
            header: (*self.header).clone(),
            transactions: self
                .transactions
                .iter()
                .map(|transaction| transaction.bytes().clone())
                .collect(),
        }
    }
}

impl LedgerState {
    /// Builds the next block out of candidates as far as the limits allow.
    ///
    /// Candidates go in in their order, but a member that has had its share of the block's bytes or work
    /// ([`Limits::member_share_percent`](crate::Limits::member_share_percent)) waits until all others had
    /// theirs; among the transactions of one member the order stays. The share is fairness and not a rule
    /// of validity. The first transaction for which there is no room ends the block.
    /// Of candidates with the same id the first counts; the others are not spoken of.
    ///
    /// What is left out comes back in the order of the candidates.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn build(
        &self,
        slot: Slot,
        candidates: &[CheckedTransaction],
    ) -> Result<(ExecutedBlock, Vec<LeftOut>), StateFault> {
        let time_ms = slot.time_ms.max(self.time_ms());
        let mut codes: BTreeMap<&Hash, Option<Code>> = BTreeMap::new();
        let mut admitted = Vec::new();
        for transaction in candidates {
            if let Entry::Vacant(entry) = codes.entry(transaction.id()) {
                let code = self.admit(transaction, time_ms)?.err();
                entry.insert(code);
                if code.is_none() {
                    admitted.push(transaction);
                }
            }
        }
        let mut included = Vec::new();
        let mut run = self.start(time_ms, !admitted.is_empty())?;
        if !admitted.is_empty() {
            included = self.fill(&mut run, &admitted)?;
            if included.is_empty() {
                // An empty block is the clock's alone.
                run = self.start(time_ms, false)?;
            }
        }
        for transaction in &included {
            codes.remove(transaction.id());
        }
        let mut left_out = Vec::new();
        for transaction in candidates {
            if let Some(code) = codes.remove(transaction.id()) {
                let id = *transaction.id();
                left_out.push(LeftOut { id, code });
            }
        }
        let mut header = self.frame(slot.round, time_ms)?;
        header.proposer = slot.proposer;
        Ok((self.seal(header, included, run)?, left_out))
    }

    /// Executes as many of `admitted` as there is room for, and says which.
    fn fill(
        &self,
        run: &mut BlockRun<'_>,
        admitted: &[&CheckedTransaction],
    ) -> Result<Vec<CheckedTransaction>, StateFault> {
        let limits = &self.genesis.limits;
        let most = u64::from(limits.block_bytes);
        let share_bytes = share(most, limits.member_share_percent);
        let share_work = run.share(limits.member_share_percent);
        let mut bytes = Block::EMPTY_BYTES;
        let mut taken: BTreeMap<&MemberId, Taken> = BTreeMap::new();
        let mut included = Vec::new();
        // Those whose member has had its share come once more, after all others.
        let mut again = Vec::new();
        let mut queue: VecDeque<_> = admitted.iter().map(|t| (*t, true)).collect();
        while let Some((transaction, within_share)) = queue.pop_front() {
            let size = transaction_size(transaction);
            let member = taken
                .entry(&transaction.transaction().body.actor)
                .or_default();
            let over = member.bytes.saturating_add(size) > share_bytes || member.work >= share_work;
            if within_share && (member.waits || over && member.bytes > 0) {
                member.waits = true;
                again.push((transaction, false));
            } else {
                let before = run.used();
                let fits = bytes.saturating_add(size) <= most;
                if !fits || run.transaction(transaction)?.is_err() {
                    break;
                }
                bytes = bytes.saturating_add(size);
                member.bytes = member.bytes.saturating_add(size);
                let work = run.used().saturating_sub(before);
                member.work = member.work.saturating_add(work);
                included.push(transaction.clone());
            }
            if queue.is_empty() {
                queue.extend(again.drain(..));
            }
        }
        Ok(included)
    }

    /// Executes a block that somebody else built and compares every field of its header.
    /// `transactions` are those of the block, in its order, checked.
    ///
    /// # Errors
    /// A verdict on the block, or a damaged state.
    pub fn execute(
        &self,
        header: &Header,
        transactions: Vec<CheckedTransaction>,
    ) -> Result<ExecutedBlock, ExecuteError> {
        let mut frame = self.frame(header.round, header.time_ms.max(self.time_ms()))?;
        frame.transaction_root = transaction_root(&transactions);
        compare(header, &frame, &BEFORE_EXECUTION)?;
        self.check_size(&transactions)?;
        self.check_admission(header.time_ms, &transactions)?;
        let mut run = self.start(header.time_ms, !transactions.is_empty())?;
        for transaction in &transactions {
            if let Err(OverWork { found, most }) = run.transaction(transaction)? {
                return Err(InvalidBlock::Limit {
                    limit: "work",
                    found,
                    most,
                }
                .into());
            }
        }
        let executed = self.seal(frame, transactions, run)?;
        #[cfg(plant_2)]
        if allonge_contracts::planted(2) {
            return Ok(executed);
        }
        compare(header, &executed.header, &AFTER_EXECUTION)?;
        Ok(executed)
    }

    fn check_size(&self, transactions: &[CheckedTransaction]) -> Result<(), InvalidBlock> {
        let found = transactions
            .iter()
            .map(transaction_size)
            .fold(Block::EMPTY_BYTES, u64::saturating_add);
        let most = u64::from(self.genesis.limits.block_bytes);
        if found > most {
            return Err(InvalidBlock::Limit {
                limit: "bytes",
                found,
                most,
            });
        }
        Ok(())
    }

    fn check_admission(
        &self,
        time_ms: u64,
        transactions: &[CheckedTransaction],
    ) -> Result<(), ExecuteError> {
        let mut seen = BTreeSet::new();
        for (index, transaction) in (0u32..).zip(transactions) {
            let mut verdict = self.admit(transaction, time_ms)?;
            if !seen.insert(transaction.id()) && verdict.is_ok() {
                verdict = Err(Code::Duplicate);
            }
            if let Err(code) = verdict {
                return Err(InvalidBlock::Transaction {
                    index,
                    id: *transaction.id(),
                    code,
                }
                .into());
            }
        }
        Ok(())
    }

    /// Ends a block: its roots, its hash and the ledger after it.
    fn seal(
        &self,
        mut header: Header,
        transactions: Vec<CheckedTransaction>,
        run: BlockRun<'_>,
    ) -> Result<ExecutedBlock, StateFault> {
        let (receipts, trie) = run.finish(&self.trie)?;
        let ids: Vec<(Hash, u64)> = transactions
            .iter()
            .map(|t| (*t.id(), t.transaction().body.valid_until))
            .collect();
        let recent = self.recent.after(header.time_ms, &ids);
        header.transaction_root = transaction_root(&transactions);
        header.receipt_root = receipts.root();
        header.state_root = trie.root();
        header.recent_ids_root = recent.root();
        let header = Arc::new(header);
        Ok(ExecutedBlock {
            hash: header.hash(),
            transactions: Arc::new(transactions),
            receipts: Arc::new(receipts),
            state: LedgerState {
                genesis: self.genesis.clone(),
                genesis_hash: self.genesis_hash,
                header: Some(header.clone()),
                trie,
                recent,
                validators: self.next_validators()?,
            },
            header,
        })
    }
}

/// What a member has taken of a block.
#[derive(Default)]
struct Taken {
    bytes: u64,
    work: u64,
    /// Its share is used up: the rest of its transactions comes after all others.
    waits: bool,
}

/// The bytes that a transaction takes in a block.
fn transaction_size(transaction: &CheckedTransaction) -> u64 {
    (transaction.bytes().len() as u64).saturating_add(Block::TRANSACTION_OVERHEAD)
}

/// The root of the tree of transactions.
pub fn transaction_root(transactions: &[CheckedTransaction]) -> Hash {
    let leaves: Vec<Hash> = transactions.iter().map(CheckedTransaction::leaf).collect();
    merkle::root(&leaves)
}
