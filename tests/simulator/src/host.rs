//! What the shell is in a running node: it performs the machine's effects in order and only then gives the answer out.
//! The store, the state machine and the way back from disk are the node's own.

use crate::memo::Memo;
use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Certificate, CheckedTransaction, Evidence, Genesis, LedgerState};
use allonge_node::consensus::{
    App, AppStopped, Judgement, MAX_RANGE_BYTES, Proposal, ProposedBlock, StartHeight,
};
use allonge_node::handle::{Admitted, Decided, Refused, Snapshot, Source};
use allonge_node::machine::{
    Effect, Machine, MachineConfig, Opened, Outcome, Received, Step, WaitingStatus,
};
use allonge_node::shell;
use allonge_node::store::{IndexEntry, MemoryStore, Position, Records, StoreError};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the machine had to say, in order.
pub enum Said {
    /// A block is final and acknowledged.
    Final(Arc<Snapshot>, Arc<Decided>),
    /// To be told to the peers.
    Gossip(CheckedTransaction),
    /// The held height begins.
    Start(StartHeight),
    /// Validators contradicted themselves.
    Evidence(usize),
    /// A block was found invalid.
    Invalid,
    /// A checkpoint is due.
    Checkpoint(Box<LedgerState>),
}

/// Why a node no longer answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Down {
    /// The disk was told to fail: the process is killed here.
    Killed,
    /// Of itself, which it should not.
    Fatal(String),
}

struct Inner {
    machine: Machine,
    now_ms: u64,
    said: Vec<Said>,
    down: Option<Down>,
    /// What clients gave to this node and still waits.
    own: Vec<CheckedTransaction>,
    /// Where transactions stand that the index does not know yet.
    lag: Vec<IndexEntry>,
}

/// A decided block's certificate and bytes.
pub type DecidedBytes = (Certificate, Arc<[u8]>);

/// The node without its engine.
pub struct Host {
    records: Records,
    memo: Arc<Memo>,
    inner: Mutex<Inner>,
}

fn killed(error: &StoreError) -> bool {
    matches!(error, StoreError::Failed { reason, .. } if reason == "told to fail")
}

fn down(error: &StoreError) -> Down {
    if killed(error) {
        Down::Killed
    } else {
        Down::Fatal(error.to_string())
    }
}

impl Host {
    /// Starts from what is on the disk.
    ///
    /// # Errors
    /// The disk was told to fail, or what is on it cannot be read: then it is the node's fault.
    pub fn boot(
        store: &MemoryStore,
        genesis: &Genesis,
        memo: Arc<Memo>,
        config: MachineConfig,
        now_ms: u64,
    ) -> Result<Self, Down> {
        let records = Records::open(Box::new(store.clone()), &genesis.hash())
            .map_err(|error| down(&error))?;
        let restart = shell::restart(&records, genesis.clone()).map_err(|error| match &error {
            shell::StartError::Store(error) if killed(error) => Down::Killed,
            error => Down::Fatal(error.to_string()),
        })?;
        let lag = lag(&records).map_err(|error| down(&error))?;
        let machine = Machine::start(config, now_ms, restart);
        Ok(Host {
            records,
            memo,
            inner: Mutex::new(Inner {
                machine,
                now_ms,
                said: Vec::new(),
                down: None,
                own: Vec::new(),
                lag,
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the node's clock.
    pub fn set_now(&self, now_ms: u64) {
        self.lock().now_ms = now_ms;
    }

    /// What was said since this was last asked.
    pub fn said(&self) -> Vec<Said> {
        std::mem::take(&mut self.lock().said)
    }

    /// Why it no longer answers.
    pub fn down(&self) -> Option<Down> {
        self.lock().down.clone()
    }

    /// The ledger at the latest height.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.lock().machine.snapshot().clone()
    }

    /// The last decided height.
    pub fn tip(&self) -> u64 {
        self.lock().machine.snapshot().state.height()
    }

    /// The store.
    pub fn records(&self) -> &Records {
        &self.records
    }

    fn perform<T>(&self, inner: &mut Inner, step: Step<T>) -> Result<T, AppStopped> {
        for effect in step.effects {
            match effect {
                Effect::Persist(writes) => {
                    if let Err(error) = self.records.write(&writes) {
                        inner.down = Some(down(&error));
                        return Err(AppStopped);
                    }
                }
                Effect::Publish(snapshot, decided) => {
                    let height = decided.block.header.height;
                    for (index, id) in (0u32..).zip(&decided.ids) {
                        let at = Position { height, index };
                        inner.lag.push(IndexEntry { id: *id, at });
                    }
                    inner.own.retain(|own| !decided.ids.contains(own.id()));
                    inner.said.push(Said::Final(snapshot, decided));
                }
                Effect::Gossip(transaction) => {
                    inner.own.push(transaction.clone());
                    inner.said.push(Said::Gossip(transaction));
                }
                Effect::Dropped(ids) => inner.own.retain(|own| !ids.contains(own.id())),
                Effect::Start(start) => inner.said.push(Said::Start(start)),
                Effect::Invalid { .. } => inner.said.push(Said::Invalid),
                Effect::Evidence(evidence) => inner.said.push(Said::Evidence(evidence.len())),
                Effect::Checkpoint(state) => inner.said.push(Said::Checkpoint(state)),
            }
        }
        Ok(step.answer)
    }

    fn settle<T>(&self, inner: &mut Inner, outcome: Outcome<T>) -> Result<T, AppStopped> {
        match outcome {
            Ok(step) => self.perform(inner, step),
            Err(fatal) => {
                inner.down = Some(Down::Fatal(fatal.to_string()));
                Err(AppStopped)
            }
        }
    }

    fn read<T>(&self, inner: &mut Inner, read: Result<T, StoreError>) -> Result<T, AppStopped> {
        read.map_err(|error| {
            inner.down = Some(down(&error));
            AppStopped
        })
    }

    /// Offers a transaction.
    ///
    /// # Errors
    /// The node stops.
    pub fn submit(
        &self,
        transaction: CheckedTransaction,
        from: Source,
    ) -> Result<Result<Admitted, Refused>, AppStopped> {
        let inner = &mut *self.lock();
        let outcome = inner.machine.submit(inner.now_ms, transaction, from);
        self.settle(inner, outcome)
    }

    /// What the mempool knows of a transaction.
    pub fn waiting(&self, id: &Hash) -> WaitingStatus {
        self.lock().machine.waiting_status(id)
    }

    /// What a peer that has just connected is told again.
    pub fn own(&self) -> Vec<CheckedTransaction> {
        self.lock().own.clone()
    }

    /// A height is over; the next one, or it comes with [`Said::Start`].
    ///
    /// # Errors
    /// The node stops.
    pub fn finish(&self, evidence: Vec<Evidence>) -> Result<Option<StartHeight>, AppStopped> {
        let inner = &mut *self.lock();
        let step = inner.machine.finalized(inner.now_ms, evidence);
        self.perform(inner, step)
    }

    /// The next height.
    pub fn start_height(&self) -> StartHeight {
        self.lock().machine.start_height()
    }

    /// The blocks of a height that this node has judged.
    pub fn proposed(&self, height: u64, round: u32) -> Vec<ProposedBlock> {
        self.lock().machine.started_round(height, round)
    }

    /// Time has passed.
    ///
    /// # Errors
    /// The node stops.
    pub fn tick(&self) -> Result<(), AppStopped> {
        let inner = &mut *self.lock();
        let due = inner.machine.deadline_ms();
        if due.is_none_or(|due| due > inner.now_ms) {
            return Ok(());
        }
        let step = inner.machine.tick(inner.now_ms);
        self.perform(inner, step)
    }

    /// A peer says how far it is.
    ///
    /// # Errors
    /// The node stops.
    pub fn heard_tip(&self, height: u64) -> Result<(), AppStopped> {
        let inner = &mut *self.lock();
        let step = inner.machine.peer_tip(inner.now_ms, height);
        self.perform(inner, step)
    }

    /// Writes the index and a checkpoint, as the thread behind the core does.
    ///
    /// # Errors
    /// The node stops.
    pub fn write_checkpoint(&self, state: &LedgerState) -> Result<(), AppStopped> {
        let inner = &mut *self.lock();
        let height = state.height();
        let (now, later): (Vec<_>, Vec<_>) =
            inner.lag.drain(..).partition(|one| one.at.height <= height);
        inner.lag = later;
        let written = self
            .records
            .write_run(height, now)
            .and_then(|()| self.records.write_checkpoint(state));
        self.read(inner, written)?;
        inner.machine.checkpoint_written(height);
        Ok(())
    }

    /// Decided blocks for a lagging peer.
    ///
    /// # Errors
    /// The node stops.
    pub fn range(&self, from: u64, to: u64) -> Result<Vec<DecidedBytes>, AppStopped> {
        let inner = &mut *self.lock();
        let tip = inner.machine.snapshot().state.height();
        let mut found: Vec<DecidedBytes> = Vec::new();
        let mut bytes = 0usize;
        for height in from.max(1)..=to.min(tip) {
            let read = self.records.decided_block(height);
            let Some((record, block)) = self.read(inner, read)? else {
                break;
            };
            bytes = bytes.saturating_add(block.len());
            if !found.is_empty() && bytes > MAX_RANGE_BYTES {
                break;
            }
            found.push((record.certificate, block));
        }
        Ok(found)
    }
}

/// Where transactions stand that are not in the index.
fn lag(records: &Records) -> Result<Vec<IndexEntry>, StoreError> {
    let mut lag = Vec::new();
    for height in records.indexed_to().saturating_add(1)..=records.tip()? {
        let Some(record) = records.decided(height)? else {
            return Err(records.missing_decision(height));
        };
        for (index, receipt) in (0u32..).zip(&record.receipts.transactions) {
            lag.push(IndexEntry {
                id: receipt.transaction,
                at: Position { height, index },
            });
        }
    }
    Ok(lag)
}

#[async_trait]
impl App for Host {
    async fn ready(&self) -> Result<StartHeight, AppStopped> {
        Ok(self.start_height())
    }

    async fn started_round(
        &self,
        height: u64,
        round: u32,
        _proposer: PublicKey,
    ) -> Result<Vec<ProposedBlock>, AppStopped> {
        Ok(self.proposed(height, round))
    }

    async fn build(
        &self,
        height: u64,
        round: u32,
    ) -> Result<(ProposedBlock, Arc<[u8]>), AppStopped> {
        let inner = &mut *self.lock();
        let outcome = inner.machine.build(inner.now_ms, height, round);
        let (proposed, bytes) = self.settle(inner, outcome)?;
        if let Some(bytes) = bytes {
            return Ok((proposed, bytes));
        }
        let hash = proposed.block;
        let read = self.records.block(height, &hash).and_then(|bytes| {
            bytes.ok_or_else(|| self.records.wrong_block(height, &hash, "it is not there"))
        });
        Ok((proposed, self.read(inner, read)?))
    }

    async fn judge(&self, proposal: Proposal) -> Result<Judgement, AppStopped> {
        let opened = match Opened::proposed(&proposal) {
            Ok(opened) => opened,
            Err(reason) => return Ok(Judgement::PeerFault(reason)),
        };
        let inner = &mut *self.lock();
        let step = inner.machine.glance(inner.now_ms, &proposal, &opened);
        if let Some(judgement) = self.perform(inner, step)? {
            return Ok(judgement);
        }
        let known = inner.machine.checked(&opened.leaves);
        let check = |(index, (bytes, known)): (usize, (&Arc<[u8]>, Option<CheckedTransaction>))| {
            let checked = known.map_or_else(|| self.memo.transaction(bytes), Ok);
            checked.map_err(|error| format!("transaction {index} may not be in a block: {error}"))
        };
        let transactions = opened.transactions.iter().zip(known).enumerate();
        let received = Received {
            transactions: transactions.map(check).collect(),
            opened,
        };
        let outcome = inner.machine.judge(inner.now_ms, &proposal, received);
        self.settle(inner, outcome)
    }

    async fn block(&self, hash: Hash) -> Result<Option<Arc<[u8]>>, AppStopped> {
        let inner = &mut *self.lock();
        match inner.machine.block(&hash) {
            Some(bytes) => Ok(Some(bytes)),
            None => {
                let read = self.records.block(inner.machine.next_height(), &hash);
                self.read(inner, read)
            }
        }
    }

    async fn decided(&self, certificate: Certificate) -> Result<(), AppStopped> {
        let inner = &mut *self.lock();
        let stored = if inner.machine.needs_bytes(&certificate) {
            let read = self.records.block(certificate.height, &certificate.block);
            self.read(inner, read)?
        } else {
            None
        };
        let outcome = inner.machine.decided(inner.now_ms, certificate, stored);
        self.settle(inner, outcome)
    }

    /// A simulated node holds the answer itself: see [`Host::finish`].
    async fn finalized(
        &self,
        _certificate: Certificate,
        evidence: Vec<Evidence>,
    ) -> Result<StartHeight, AppStopped> {
        self.finish(evidence)?.ok_or(AppStopped)
    }

    async fn decided_range(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(Certificate, Arc<[u8]>)>, AppStopped> {
        self.range(from, to)
    }

    async fn history_start(&self) -> Result<u64, AppStopped> {
        Ok(1)
    }
}
