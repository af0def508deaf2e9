//! One pass over a block: the clock first, then its transactions. Whoever builds a block and whoever
//! checks one goes through here, so that both come to the same receipts and the same state.

use crate::block::{Receipt, Receipts, SystemReceipt};
use crate::genesis::Limits;
use crate::transaction::CheckedTransaction;
use crate::trie::Trie;
use allonge_contracts::state::{Overlay, StateFault};
use allonge_contracts::{BlockContext, Executed, TransactionContext, execute_calls, run_clock};

/// The work units that a block's limits give to the clock and to transactions.
///
/// An empty block is the clock's alone. In a block with transactions the clock has half, and what it
/// leaves is theirs; they have at least half even if its last item took it over its own half. A
/// transaction counts for at most its own limit, which genesis keeps within half, so that the first
/// one always fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    block: u64,
    half: u64,
    transaction: u64,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Budget {
            block: limits.block_work,
            half: limits.block_work / 2,
            transaction: limits.transaction_work,
        }
    }

    fn clock(self, with_transactions: bool) -> u64 {
        if with_transactions {
            self.half
        } else {
            self.block
        }
    }

    fn transactions(self, clock: u64) -> u64 {
        self.block.saturating_sub(clock).max(self.half)
    }
}

/// The transaction would take the block over its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverWork {
    pub found: u64,
    pub most: u64,
}

/// A block under way.
pub(crate) struct BlockRun<'a> {
    context: BlockContext,
    overlay: Overlay<'a>,
    budget: Budget,
    /// What the transactions may use together.
    most: u64,
    /// What they have used.
    used: u64,
    system: SystemReceipt,
    receipts: Vec<Receipt>,
}

impl<'a> BlockRun<'a> {
    /// Begins a block on `state` by running the clock.
    pub(crate) fn start(
        state: &'a Trie,
        context: BlockContext,
        limits: &Limits,
        with_transactions: bool,
    ) -> Result<Self, StateFault> {
        let budget = Budget::new(limits);
        let mut overlay = Overlay::new(state);
        let clock = run_clock(&context, &mut overlay, budget.clock(with_transactions))?;
        // What a contract wrote but did not commit is not part of the state.
        overlay.rollback();
        Ok(BlockRun {
            context,
            overlay,
            budget,
            most: budget.transactions(clock.work),
            used: 0,
            system: SystemReceipt {
                events: clock.events,
                work: clock.work,
                pending: clock.pending,
            },
            receipts: Vec::new(),
        })
    }

    /// Executes the next transaction. If that takes the block over its work, nothing of it stays and the
    /// inner error says so.
    pub(crate) fn transaction(
        &mut self,
        transaction: &CheckedTransaction,
    ) -> Result<Result<(), OverWork>, StateFault> {
        let body = &transaction.transaction().body;
        let context = TransactionContext {
            id: *transaction.id(),
            actor: &body.actor,
            work_limit: self.budget.transaction,
        };
        let certain = self.used.saturating_add(self.budget.transaction) <= self.most;
        let executed = if certain {
            let executed = execute_calls(&self.context, &context, &body.calls, &mut self.overlay)?;
            self.overlay.rollback();
            executed
        } else {
            let mut trial = Overlay::new(&self.overlay);
            let executed = execute_calls(&self.context, &context, &body.calls, &mut trial)?;
            let changes = trial.into_changes();
            let found = self.used.saturating_add(self.counted(&executed));
            if found > self.most {
                let most = self.most;
                return Ok(Err(OverWork { found, most }));
            }
            for (key, value) in changes {
                match value {
                    Some(value) => self.overlay.put(key, value),
                    None => self.overlay.remove(key),
                }
            }
            self.overlay.commit();
            executed
        };
        self.used = self.used.saturating_add(self.counted(&executed));
        self.receipts.push(Receipt {
            transaction: context.id,
            outcome: executed.outcome,
            events: executed.events,
            work: executed.work,
        });
        Ok(Ok(()))
    }

    /// The receipts so far, and nothing of what was changed.
    pub(crate) fn abandon(self) -> Vec<Receipt> {
        self.receipts
    }

    fn counted(&self, executed: &Executed) -> u64 {
        executed.work.min(self.budget.transaction)
    }

    /// What a member's transactions may use of the block's work, in percent of what all may use.
    pub(crate) fn share(&self, percent: u8) -> u64 {
        share(self.most, percent)
    }

    /// What the transactions have used so far.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// The receipts and the state after the block.
    pub(crate) fn finish(self, state: &Trie) -> Result<(Receipts, Trie), StateFault> {
        let trie = state
            .apply(&self.overlay.into_changes())
            .map_err(|e| StateFault::new("trie", e.to_string()))?;
        let receipts = Receipts {
            system: self.system,
            transactions: self.receipts,
        };
        Ok((receipts, trie))
    }
}

/// A part of a whole in percent, rounded down.
pub(crate) fn share(whole: u64, percent: u8) -> u64 {
    let part = u128::from(whole).saturating_mul(percent.into()) / 100;
    u64::try_from(part).unwrap_or(u64::MAX)
}
