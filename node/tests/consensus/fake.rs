//! A node in memory: blocks that only link to their parents, on a disk that outlives the engine.

use allonge_contracts::{Hash, PublicKey, tagged_hash};
use allonge_ledger::{Certificate, ValidatorSet};
use allonge_node::consensus::{
    App, AppStopped, Judgement, Origin, Proposal, ProposedBlock, StartHeight, Timeouts,
};
use async_trait::async_trait;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

#[derive(BorshSerialize, BorshDeserialize)]
pub struct Block {
    pub height: u64,
    pub parent: Hash,
    pub proposer: PublicKey,
    pub good: bool,
    pub filler: Vec<u8>,
}

fn hash(bytes: &[u8]) -> Hash {
    tagged_hash("test/block/1", &[bytes])
}

/// What survives when the engine stops.
#[derive(Default)]
pub struct Disk {
    decided: Vec<(Certificate, Arc<[u8]>)>,
    bodies: BTreeMap<Hash, Arc<[u8]>>,
    undecided: Vec<ProposedBlock>,
    built: BTreeMap<(u64, u32), Hash>,
}

pub struct Fake {
    pub own: PublicKey,
    pub validators: ValidatorSet,
    /// Other sets, each from a height on.
    pub later: Mutex<BTreeMap<u64, ValidatorSet>>,
    pub disk: Arc<Mutex<Disk>>,
    /// The height decided last.
    pub tip: watch::Sender<u64>,
    /// Ends every answer with `AppStopped`.
    pub stopping: watch::Sender<bool>,
    /// Holds `finalized` until a later height is wanted.
    pub idle: AtomicBool,
    pub wanted: watch::Sender<u64>,
    /// The height whose `finalized` is held.
    pub holding: watch::Sender<u64>,
    /// Builds blocks that every node finds invalid.
    pub builds_bad: AtomicBool,
    /// Puts off every live proposal once, as if its time were ahead.
    pub puts_off: AtomicBool,
    /// The height and round of each live proposal that was judged.
    pub judged: Mutex<Vec<(u64, u32)>>,
    pub synced: AtomicU64,
    pub filler: usize,
}

impl Fake {
    pub fn new(own: PublicKey, validators: ValidatorSet, disk: Arc<Mutex<Disk>>) -> Arc<Self> {
        let tip = disk.lock().unwrap().decided.len() as u64;
        Arc::new(Self {
            own,
            validators,
            later: Mutex::default(),
            disk,
            tip: watch::Sender::new(tip),
            stopping: watch::Sender::new(false),
            idle: AtomicBool::new(false),
            wanted: watch::Sender::new(0),
            holding: watch::Sender::new(0),
            builds_bad: AtomicBool::new(false),
            puts_off: AtomicBool::new(false),
            judged: Mutex::default(),
            synced: AtomicU64::new(0),
            filler: 300_000,
        })
    }

    fn disk(&self) -> Result<MutexGuard<'_, Disk>, AppStopped> {
        if *self.stopping.borrow() {
            return Err(AppStopped);
        }
        Ok(self.disk.lock().unwrap())
    }

    fn next(&self) -> Result<StartHeight, AppStopped> {
        let height = self.disk()?.decided.len() as u64 + 1;
        Ok(StartHeight {
            height,
            validators: self.set_of(height),
            timeouts: Timeouts::default(),
            target_time: None,
        })
    }

    /// The validators of a height.
    pub fn set_of(&self, height: u64) -> ValidatorSet {
        let later = self.later.lock().unwrap();
        let set = later.range(..=height).next_back();
        set.map_or_else(|| self.validators.clone(), |(_, set)| set.clone())
    }

    /// The hashes decided from height 1 to `height`.
    pub fn chain(&self, height: u64) -> Vec<Hash> {
        let disk = self.disk.lock().unwrap();
        let decided = disk.decided.iter().take(height as usize);
        decided.map(|(c, _)| c.block).collect()
    }

    pub fn certificates(&self) -> Vec<Certificate> {
        let disk = self.disk.lock().unwrap();
        disk.decided.iter().map(|(c, _)| c.clone()).collect()
    }

    pub fn proposers(&self) -> Vec<(u64, PublicKey, bool)> {
        let disk = self.disk.lock().unwrap();
        let block = |bytes: &[u8]| borsh::from_slice::<Block>(bytes).unwrap();
        let decided = disk.decided.iter().map(|(_, bytes)| block(bytes));
        decided.map(|b| (b.height, b.proposer, b.good)).collect()
    }

    pub async fn reach(&self, height: u64) {
        self.wait(&self.tip, height).await;
    }

    pub async fn hold(&self, height: u64) {
        self.wait(&self.holding, height).await;
    }

    async fn wait(&self, what: &watch::Sender<u64>, height: u64) {
        let mut changes = what.subscribe();
        let reached = changes.wait_for(|at| *at >= height);
        if tokio::time::timeout(Duration::from_secs(60), reached)
            .await
            .is_err()
        {
            panic!("{} stands at {}, not {height}", self.own, *what.borrow());
        }
    }

    pub fn want(&self, height: u64) {
        self.wanted.send_if_modified(|wanted| {
            let more = height > *wanted;
            *wanted = height.max(*wanted);
            more
        });
    }
}

#[async_trait]
impl App for Fake {
    async fn ready(&self) -> Result<StartHeight, AppStopped> {
        self.next()
    }

    async fn started_round(
        &self,
        height: u64,
        _round: u32,
        _proposer: PublicKey,
    ) -> Result<Vec<ProposedBlock>, AppStopped> {
        let disk = self.disk()?;
        let mine = disk.undecided.iter().filter(|b| b.height == height);
        Ok(mine.cloned().collect())
    }

    async fn build(
        &self,
        height: u64,
        round: u32,
    ) -> Result<(ProposedBlock, Arc<[u8]>), AppStopped> {
        let bad = self.builds_bad.load(SeqCst);
        let mut disk = self.disk()?;
        let parent = disk.decided.last().map_or(Hash::ZERO, |(c, _)| c.block);
        let hash = disk
            .built
            .get(&(height, round))
            .copied()
            .unwrap_or_else(|| {
                let block = Block {
                    height,
                    parent,
                    proposer: self.own,
                    good: !bad,
                    filler: vec![round as u8; self.filler],
                };
                let bytes = borsh::to_vec(&block).unwrap();
                let hash = hash(&bytes);
                disk.bodies.insert(hash, bytes.into());
                disk.built.insert((height, round), hash);
                hash
            });
        let block = ProposedBlock {
            height,
            round,
            valid_round: None,
            proposer: self.own,
            block: hash,
            valid: true,
        };
        disk.undecided.push(block.clone());
        Ok((block, disk.bodies[&hash].clone()))
    }

    async fn judge(&self, proposal: Proposal) -> Result<Judgement, AppStopped> {
        if proposal.origin == Origin::Live {
            self.want(proposal.height);
            let at = (proposal.height, proposal.round);
            self.judged.lock().unwrap().push(at);
        }
        let mut disk = self.disk()?;
        let tip = disk.decided.len() as u64;
        let parent = disk.decided.last().map_or(Hash::ZERO, |(c, _)| c.block);
        if proposal.height > tip + 1 {
            return Ok(Judgement::NotYet);
        }
        let Ok(block) = borsh::from_slice::<Block>(&proposal.bytes) else {
            return Ok(Judgement::PeerFault("no block".into()));
        };
        if proposal.origin == Origin::Live && self.puts_off.load(SeqCst) {
            let at = (proposal.height, proposal.round);
            let judged = self.judged.lock().unwrap();
            if proposal.round == 0 && judged.iter().filter(|j| **j == at).count() == 1 {
                return Ok(Judgement::NotYet);
            }
        }
        if proposal.origin == Origin::Synced {
            self.synced.fetch_add(1, SeqCst);
        }
        let verdict = ProposedBlock {
            height: proposal.height,
            round: proposal.round,
            valid_round: proposal.valid_round,
            proposer: proposal.proposer,
            block: hash(&proposal.bytes),
            valid: block.good && block.height == tip + 1 && block.parent == parent,
        };
        disk.bodies.insert(verdict.block, proposal.bytes);
        disk.undecided.push(verdict.clone());
        Ok(Judgement::Verdict(verdict))
    }

    async fn block(&self, hash: Hash) -> Result<Option<Arc<[u8]>>, AppStopped> {
        Ok(self.disk()?.bodies.get(&hash).cloned())
    }

    async fn decided(&self, certificate: Certificate) -> Result<(), AppStopped> {
        let height = certificate.height;
        let mut disk = self.disk()?;
        if height > disk.decided.len() as u64 {
            let bytes = disk.bodies[&certificate.block].clone();
            disk.decided.push((certificate, bytes));
            disk.undecided.retain(|b| b.height > height);
        }
        drop(disk);
        self.tip.send_replace(height);
        Ok(())
    }

    async fn finalized(
        &self,
        certificate: Certificate,
        _evidence: Vec<allonge_ledger::Evidence>,
    ) -> Result<StartHeight, AppStopped> {
        if self.idle.load(SeqCst) {
            let mut stopping = self.stopping.subscribe();
            let mut wanted = self.wanted.subscribe();
            self.holding.send_replace(certificate.height);
            tokio::select! {
                _ = wanted.wait_for(|wanted| *wanted > certificate.height) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
        self.next()
    }

    async fn decided_range(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(Certificate, Arc<[u8]>)>, AppStopped> {
        let disk = self.disk()?;
        let from = from.saturating_sub(1) as usize;
        let count = (to as usize).saturating_sub(from);
        Ok(disk
            .decided
            .iter()
            .skip(from)
            .take(count)
            .cloned()
            .collect())
    }

    async fn history_start(&self) -> Result<u64, AppStopped> {
        self.disk().map(|_| 1)
    }

    fn peer_tip(&self, height: u64) {
        self.want(height);
    }
}
