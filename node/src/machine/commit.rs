//! Decisions: the block becomes the ledger's next state.

use super::judge::{Opened, Received};
use super::undecided::Known;
use super::{Effect, Fatal, Machine, Outcome, Step};
use crate::handle::{Decided, Snapshot};
use crate::store::{DecidedRecord, Write};
use allonge_contracts::{Code, Event, Hash, MemberId};
use allonge_ledger::{Certificate, ExecuteError, ExecutedBlock, LedgerState, Receipts, SetChange};
use std::collections::BTreeSet;
use std::sync::Arc;

/// When the next checkpoint is due.
#[derive(Default)]
pub(super) struct CheckpointPolicy {
    /// The height of the last one.
    pub height: u64,
    /// One is being written.
    pub under_way: bool,
    /// Transactions since the last one was begun.
    pub transactions: u64,
    /// Blocks since the last one was begun.
    pub blocks: u64,
}

impl Machine {
    /// Whether [`Machine::decided`] needs the block's bytes from disk.
    pub fn needs_bytes(&self, certificate: &Certificate) -> bool {
        certificate.height == self.next_height()
            && self
                .undecided
                .get(&certificate.block)
                .is_none_or(|known| known.executed.is_none() && known.bytes.is_none())
    }

    /// A block is decided. `stored` are its bytes if [`Machine::needs_bytes`] and they are on disk.
    ///
    /// # Errors
    /// The decision cannot be followed: another root, no bytes, a height left out, a fork.
    pub fn decided(
        &mut self,
        now_ms: u64,
        certificate: Certificate,
        stored: Option<Arc<[u8]>>,
    ) -> Outcome<()> {
        let (height, block) = (certificate.height, certificate.block);
        let cannot = |reason: String| Fatal::Decision {
            height,
            block,
            reason,
        };
        let next = self.next_height();
        if height < next {
            if height.saturating_add(1) == next && block != self.state().tip() {
                let reason = format!("this node committed {}", self.state().tip());
                return Err(cannot(reason));
            }
            return Ok(Step::only(()));
        }
        if height > next {
            return Err(cannot(format!("the next height is {next}")));
        }
        let known = self.undecided.decide(&block);
        let on_disk = known.as_ref().is_some_and(|known| known.valid) || stored.is_some();
        if !on_disk {
            return Err(cannot("its bytes are nowhere on this node".to_owned()));
        }
        let executed = match known {
            Some(Known {
                executed: Some(executed),
                ..
            }) => executed,
            known => {
                self.know_protocol()?;
                let bytes = known.and_then(|known| known.bytes).or(stored);
                let bytes = bytes.ok_or_else(|| cannot("its bytes are not on disk".to_owned()))?;
                execute_certified(self.state(), &block, bytes).map_err(|error| match error {
                    Refusal::Fault(fault) => Fatal::Fault(fault),
                    Refusal::Reason(reason) => cannot(reason),
                })?
            }
        };
        self.commit(now_ms, certificate, executed)
    }

    fn commit(
        &mut self,
        now_ms: u64,
        certificate: Certificate,
        executed: ExecutedBlock,
    ) -> Outcome<()> {
        let receipts = executed.receipts.clone();
        let record = DecidedRecord {
            certificate: certificate.clone(),
            receipts: receipts.clone(),
        };
        let mut writes = vec![Write::Decided(record)];
        writes.extend(set_change(&executed, &certificate).map(Write::SetChange));
        let certificate = Arc::new(certificate);
        let ids: Vec<Hash> = executed.transactions.iter().map(|one| *one.id()).collect();
        let decided = Arc::new(Decided {
            hash: executed.hash,
            block: executed.block(),
            ids,
            receipts,
            certificate: certificate.clone(),
        });
        self.snapshot = Arc::new(Snapshot {
            state: executed.state,
            certificate: Some(certificate),
        });
        self.round = 0;
        self.idle
            .committed(now_ms, leaves_due_work(&decided.receipts));
        let mut effects = vec![
            Effect::Persist(writes),
            Effect::Publish(self.snapshot.clone(), decided.clone()),
        ];
        for id in &decided.ids {
            self.mempool.remove(id);
        }
        let dropped = self.recheck(now_ms, &decided.receipts)?;
        if !dropped.is_empty() {
            effects.push(Effect::Dropped(dropped));
        }
        self.plan_checkpoint(decided.ids.len() as u64, &mut effects);
        Ok(Step {
            effects,
            answer: (),
        })
    }

    /// Lets those go that expired, or whose member may act no longer after what the block did.
    fn recheck(&mut self, now_ms: u64, receipts: &Receipts) -> Result<Vec<Hash>, Fatal> {
        let time_ms = self.state().time_ms();
        let mut gone: Vec<(Hash, Code)> = self
            .mempool
            .expired(time_ms)
            .into_iter()
            .map(|id| (id, Code::Expired))
            .collect();
        let events = receipts.transactions.iter().flat_map(|one| &one.events);
        let members: BTreeSet<&MemberId> = receipts
            .system
            .events
            .iter()
            .chain(events)
            .filter_map(|event| match event {
                Event::MemberSuspended(event) => Some(&event.member),
                Event::KeysRotated(event) => Some(&event.member),
                Event::MemberRecovered(event) => Some(&event.member),
                _ => None,
            })
            .collect();
        for transaction in members
            .iter()
            .flat_map(|member| self.mempool.of_member(member))
        {
            if let Err(code) = self.state().admit(&transaction, time_ms)? {
                gone.push((*transaction.id(), code));
            }
        }
        gone.retain(|(id, code)| self.mempool.drop(id, *code, now_ms));
        Ok(gone.into_iter().map(|(id, _)| id).collect())
    }

    fn plan_checkpoint(&mut self, transactions: u64, effects: &mut Vec<Effect>) {
        let policy = &mut self.checkpoint;
        policy.transactions = policy.transactions.saturating_add(transactions);
        policy.blocks = policy.blocks.saturating_add(1);
        let due = policy.transactions >= self.config.checkpoint_transactions
            || policy.blocks >= self.config.checkpoint_blocks;
        if due && !policy.under_way {
            policy.under_way = true;
            policy.transactions = 0;
            policy.blocks = 0;
            effects.push(Effect::Checkpoint(Box::new(self.snapshot.state.clone())));
        }
    }

    /// Has a checkpoint written of the last height now. The answer is its height, which may be on disk already;
    /// `None` while another one is being written.
    pub fn checkpoint_now(&mut self) -> Step<Option<u64>> {
        let height = self.snapshot.state.height();
        let policy = &mut self.checkpoint;
        if policy.under_way {
            return Step::only(None);
        }
        let mut step = Step::only(Some(height));
        if policy.height < height {
            policy.under_way = true;
            policy.transactions = 0;
            policy.blocks = 0;
            let state = Box::new(self.snapshot.state.clone());
            step.effects.push(Effect::Checkpoint(state));
        }
        step
    }

    /// A checkpoint of this height is on disk.
    pub fn checkpoint_written(&mut self, height: u64) {
        self.checkpoint.under_way = false;
        self.checkpoint.height = height;
    }

    /// The height of the last checkpoint; 0 if there is none.
    pub fn checkpoint_height(&self) -> u64 {
        self.checkpoint.height
    }
}

/// The change of the validator set that a block brought, with what proves it.
fn set_change(executed: &ExecutedBlock, certificate: &Certificate) -> Option<Box<SetChange>> {
    let header = &executed.header;
    (header.next_validators != header.validators).then(|| {
        Box::new(SetChange {
            header: (**header).clone(),
            certificate: certificate.clone(),
            validators: executed.state.validators.validators().to_vec(),
        })
    })
}

/// Why a certified block was not executed.
pub(super) enum Refusal {
    /// The own state is damaged.
    Fault(allonge_contracts::state::StateFault),
    /// The block is not what its certificate says.
    Reason(String),
}

/// Executes a block that a quorum has certified, its signatures not checked again.
pub(super) fn execute_certified(
    state: &LedgerState,
    hash: &Hash,
    bytes: Arc<[u8]>,
) -> Result<ExecutedBlock, Refusal> {
    let opened = Opened::new(bytes).map_err(Refusal::Reason)?;
    if opened.hash != *hash {
        return Err(Refusal::Reason(format!(
            "the bytes here are block {}",
            opened.hash
        )));
    }
    let Received {
        opened,
        transactions,
    } = opened.certified(&state.genesis_hash);
    let transactions = transactions.map_err(Refusal::Reason)?;
    state
        .execute(&opened.header, transactions)
        .map_err(|error| match error {
            ExecuteError::Fault(fault) => Refusal::Fault(fault),
            ExecuteError::Invalid(invalid) => Refusal::Reason(invalid.to_string()),
        })
}

/// Whether the clock has work in the next block: more was due than fitted into this one, or it was moved by
/// a transaction of this one, so that what fell due by that is still to be found.
pub fn leaves_due_work(receipts: &Receipts) -> bool {
    let moved = |event: &Event| matches!(event, Event::ClockAdvanced(_));
    receipts.system.pending
        || receipts
            .transactions
            .iter()
            .any(|receipt| receipt.events.iter().any(moved))
}
