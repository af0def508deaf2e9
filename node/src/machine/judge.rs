//! Judging blocks that others built.

use super::build::record_of;
use super::undecided::Known;
use super::{Effect, Fatal, Machine, Outcome, Step};
use crate::consensus::{Judgement, Origin, Proposal, ProposedBlock};
use crate::store::Write;
use allonge_contracts::Hash;
use allonge_ledger::{Block, CheckedTransaction, ExecuteError, Header, merkle, transaction_leaf};
use std::sync::Arc;

/// A block taken apart: its transactions belong to its header, but nothing more is known of them.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The hash of its header.
    pub hash: Hash,
    /// Its header.
    pub header: Header,
    /// The bytes of its transactions.
    pub transactions: Vec<Arc<[u8]>>,
    /// The leaves of its transactions.
    pub leaves: Vec<Hash>,
    /// All its bytes.
    pub bytes: Arc<[u8]>,
}

/// A block of which everything is checked that does not depend on the state.
pub struct Received {
    /// The block.
    pub opened: Opened,
    /// Its transactions, checked, in its order; or what is wrong with one of them.
    pub transactions: Result<Vec<CheckedTransaction>, String>,
}

impl Opened {
    /// Takes a block apart.
    ///
    /// # Errors
    /// These bytes are not the block of any header: whoever sent them is at fault. They say nothing
    /// about the header's block, which may be good.
    pub fn new(bytes: Arc<[u8]>) -> Result<Self, String> {
        let block = Block::from_bytes(&bytes).map_err(|error| error.to_string())?;
        let leaves: Vec<Hash> = block
            .transactions
            .iter()
            .map(|bytes| transaction_leaf(bytes))
            .collect();
        let root = merkle::root(&leaves);
        if root != block.header.transaction_root {
            return Err(format!(
                "its transactions have the root {root}, its header says {}",
                block.header.transaction_root
            ));
        }
        Ok(Opened {
            hash: block.header.hash(),
            header: block.header,
            transactions: block.transactions,
            leaves,
            bytes,
        })
    }

    /// Takes a proposed block apart.
    ///
    /// # Errors
    /// As [`Opened::new`]; also if it is another block than announced.
    pub fn proposed(proposal: &Proposal) -> Result<Self, String> {
        let opened = Self::new(proposal.bytes.clone())?;
        if let Some(announced) = proposal.block.filter(|announced| *announced != opened.hash) {
            return Err(format!(
                "block {announced} was announced, {} came",
                opened.hash
            ));
        }
        if opened.header.height != proposal.height {
            return Err(format!(
                "a block of height {} was announced, one of height {} came",
                proposal.height, opened.header.height
            ));
        }
        Ok(opened)
    }

    /// Reads the transactions of a block whose signatures a quorum has vouched for.
    ///
    /// # Errors
    /// What is wrong with the first bad one.
    pub fn certified(self, genesis: &Hash) -> Received {
        let transactions = self
            .transactions
            .iter()
            .map(|bytes| CheckedTransaction::certified(bytes.clone(), genesis))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string());
        Received {
            opened: self,
            transactions,
        }
    }
}

impl Machine {
    /// Takes note of a proposal, and answers at once if its transactions need not be looked at: if it is
    /// not of the height under way, or the verdict is known.
    pub fn glance(
        &mut self,
        now_ms: u64,
        proposal: &Proposal,
        opened: &Opened,
    ) -> Step<Option<Judgement>> {
        let next = self.next_height();
        if proposal.height < next {
            let reason = format!("height {} is decided already", proposal.height);
            return Step::only(Some(Judgement::LocalError(reason)));
        }
        let synced = proposal.origin == Origin::Synced;
        self.idle.proposal(proposal.height, synced);
        let mut effects = Vec::new();
        let answer = if proposal.height > next {
            Some(Judgement::NotYet)
        } else {
            self.known_verdict(proposal, opened, &mut effects)
        };
        self.wake(now_ms, &mut effects);
        Step { effects, answer }
    }

    /// Judges a proposal whose bytes are `received`.
    ///
    /// # Errors
    /// The state is damaged.
    pub fn judge(
        &mut self,
        now_ms: u64,
        proposal: &Proposal,
        received: Received,
    ) -> Outcome<Judgement> {
        let Step {
            mut effects,
            answer,
        } = self.glance(now_ms, proposal, &received.opened);
        let answer = match answer {
            Some(answer) => answer,
            None => self.judge_new(now_ms, proposal, received, &mut effects)?,
        };
        Ok(Step { effects, answer })
    }

    fn known_verdict(
        &mut self,
        proposal: &Proposal,
        opened: &Opened,
        effects: &mut Vec<Effect>,
    ) -> Option<Judgement> {
        let round = opened.header.round;
        if round > proposal.round {
            // This is about the proposal, not about the block: nothing is remembered of the block.
            effects.push(Effect::Invalid {
                block: opened.hash,
                reason: format!(
                    "built for round {round}, it was proposed in {}",
                    proposal.round
                ),
            });
            return Some(Judgement::Verdict(verdict(proposal, opened.hash, false)));
        }
        let known = self.undecided.get(&opened.hash)?;
        let proposed = verdict(proposal, opened.hash, known.valid);
        if self.undecided.propose(&proposed) && proposed.valid {
            effects.push(Effect::Persist(vec![Write::Proposed(record_of(&proposed))]));
        }
        Some(Judgement::Verdict(proposed))
    }

    fn judge_new(
        &mut self,
        now_ms: u64,
        proposal: &Proposal,
        received: Received,
        effects: &mut Vec<Effect>,
    ) -> Result<Judgement, Fatal> {
        let Received {
            opened,
            transactions,
        } = received;
        let (height, hash) = (proposal.height, opened.hash);
        let fresh = proposal.origin == Origin::Live
            && proposal.valid_round.is_none()
            && opened.header.round == proposal.round;
        if fresh && !self.near_own_clock(now_ms, opened.header.time_ms) {
            return Ok(Judgement::NotYet);
        }
        self.know_protocol()?;
        let executed = match transactions {
            Ok(transactions) => match self.state().execute(&opened.header, transactions) {
                Ok(executed) => Ok(executed),
                Err(ExecuteError::Invalid(invalid)) => Err(invalid.to_string()),
                Err(ExecuteError::Fault(fault)) => return Err(fault.into()),
            },
            Err(reason) => Err(reason),
        };
        let (valid, executed, bytes) = match executed {
            Ok(executed) => (true, Some(executed), Some(opened.bytes.clone())),
            Err(reason) => {
                effects.push(Effect::Invalid {
                    block: hash,
                    reason,
                });
                (false, None, None)
            }
        };
        let proposed = verdict(proposal, hash, valid);
        if valid {
            effects.push(Effect::Persist(vec![
                Write::Block {
                    height,
                    hash,
                    bytes: opened.bytes,
                },
                Write::Proposed(record_of(&proposed)),
            ]));
        }
        let known = Known {
            valid,
            executed,
            bytes,
        };
        self.undecided.insert(hash, known);
        self.undecided.propose(&proposed);
        Ok(Judgement::Verdict(proposed))
    }

    /// Whether a fresh block's time can be vouched for. The parent's time is the least it may have, so
    /// that is never too far ahead.
    fn near_own_clock(&self, now_ms: u64, time_ms: u64) -> bool {
        let tolerance = self.config.clock_tolerance_ms;
        let earliest = now_ms.saturating_sub(tolerance);
        let latest = now_ms.saturating_add(tolerance).max(self.state().time_ms());
        (earliest..=latest).contains(&time_ms)
    }
}

fn verdict(proposal: &Proposal, block: Hash, valid: bool) -> ProposedBlock {
    ProposedBlock {
        height: proposal.height,
        round: proposal.round,
        valid_round: proposal.valid_round,
        proposer: proposal.proposer,
        block,
        valid,
    }
}
