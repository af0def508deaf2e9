//! Taking in transactions and building blocks of them.

use super::mempool::WaitingStatus;
use super::undecided::Known;
use super::{Effect, Fatal, Machine, Outcome, Step};
use crate::consensus::ProposedBlock;
use crate::handle::{Admitted, Refused, Source};
use crate::store::{Proposed, Write};
use allonge_contracts::{Code, Hash};
use allonge_ledger::{CheckedTransaction, Slot};
use std::sync::Arc;

/// A block to propose. Its bytes are `None` if they must be read from disk.
pub type Built = (ProposedBlock, Option<Arc<[u8]>>);

impl Machine {
    /// Takes in a transaction whose signatures are checked.
    ///
    /// # Errors
    /// The state is damaged.
    pub fn submit(
        &mut self,
        now_ms: u64,
        transaction: CheckedTransaction,
        from: Source,
    ) -> Outcome<Result<Admitted, Refused>> {
        let id = transaction.id();
        if self.state().recent.contains(id) {
            return Ok(Step::only(Ok(Admitted::AlreadyFinal)));
        }
        if self.mempool.contains(id) {
            return Ok(Step::only(Ok(Admitted::AlreadyWaiting)));
        }
        let time_ms = now_ms.max(self.state().time_ms());
        if let Err(code) = self.state().admit(&transaction, time_ms)? {
            let body = &transaction.transaction().body;
            let detail = match code {
                Code::Expired | Code::TooFarAhead => {
                    format!(
                        "valid_until is {}, the ledger's time {time_ms}",
                        body.valid_until
                    )
                }
                _ => format!("the acting member is {}", body.actor),
            };
            return Ok(Step::only(Err(Refused {
                code,
                detail,
                retry_after_ms: None,
            })));
        }
        let answer = self.mempool.insert(transaction.clone());
        let mut effects = Vec::new();
        if answer == Ok(Admitted::Waiting) {
            if from == Source::Client {
                effects.push(Effect::Gossip(transaction));
            }
            self.wake(now_ms, &mut effects);
        }
        Ok(Step { effects, answer })
    }

    /// What the mempool knows of a transaction.
    pub fn waiting_status(&self, id: &Hash) -> WaitingStatus {
        self.mempool.status(id)
    }

    /// How many transactions wait, and their bytes.
    pub fn waiting(&self) -> (u64, u64) {
        self.mempool.load()
    }

    /// Of these transactions, by their leaves, those that wait here: their signatures are checked.
    pub fn checked(&self, leaves: &[Hash]) -> Vec<Option<CheckedTransaction>> {
        leaves
            .iter()
            .map(|leaf| self.mempool.by_leaf(leaf))
            .collect()
    }

    /// A block to propose: the same one whenever it is asked for the same height and round.
    ///
    /// # Errors
    /// It is not this node's turn, or the state is damaged.
    pub fn build(&mut self, now_ms: u64, height: u64, round: u32) -> Outcome<Built> {
        let next = self.next_height();
        if height != next {
            return Err(Fatal::Engine(format!(
                "asked for a block of height {height}, the next height is {next}"
            )));
        }
        self.know_protocol()?;
        let proposer = self.state().validators.proposer(height, round).key;
        if self.config.validator != Some(proposer) {
            return Err(Fatal::Engine(format!(
                "asked for a block of height {height} and round {round}, but it is {proposer}'s turn"
            )));
        }
        let propose = |block| ProposedBlock {
            height,
            round,
            valid_round: None,
            proposer,
            block,
            valid: true,
        };
        if let Some(hash) = self.undecided.built(round) {
            return Ok(Step::only((propose(hash), self.block(&hash))));
        }
        let limits = &self.state().genesis.limits;
        let (bytes, share) = (u64::from(limits.block_bytes), limits.member_share_percent);
        let candidates = self.mempool.candidates(bytes, share);
        let slot = Slot {
            round,
            proposer,
            time_ms: now_ms,
        };
        let (executed, left_out) = self.state().build(slot, &candidates)?;
        let mut effects = Vec::new();
        let mut dropped = Vec::new();
        for (id, code) in left_out
            .iter()
            .filter_map(|left| Some((left.id, left.code?)))
        {
            // One that is final already has its receipt: there is nothing to tell.
            let gone = match code {
                Code::Duplicate => self.mempool.remove(&id),
                code => self.mempool.drop(&id, code, now_ms),
            };
            dropped.extend(gone.then_some(id));
        }
        if !dropped.is_empty() {
            effects.push(Effect::Dropped(dropped));
        }
        let hash = executed.hash;
        let bytes: Arc<[u8]> = executed.block().to_bytes().into();
        let proposal = propose(hash);
        effects.push(Effect::Persist(vec![
            Write::Block {
                height,
                hash,
                bytes: bytes.clone(),
            },
            Write::Proposed(record_of(&proposal)),
            Write::Built {
                height,
                round,
                hash,
            },
        ]));
        let known = Known {
            valid: true,
            executed: Some(executed),
            bytes: Some(bytes.clone()),
        };
        self.undecided.insert(hash, known);
        self.undecided.propose(&proposal);
        self.undecided.set_built(round, hash);
        Ok(Step {
            effects,
            answer: (proposal, Some(bytes)),
        })
    }
}

/// What is kept of a proposal.
pub(super) fn record_of(proposal: &ProposedBlock) -> Proposed {
    Proposed {
        height: proposal.height,
        round: proposal.round,
        valid_round: proposal.valid_round,
        proposer: proposal.proposer,
        block: proposal.block,
    }
}
