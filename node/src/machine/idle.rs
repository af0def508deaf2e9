//! When the next height begins: at once if there is work, else with the heartbeat.

use super::{Effect, Machine, Step};
use crate::consensus::StartHeight;
use crate::store::Write;
use allonge_ledger::Evidence;

/// The most evidence that is kept of what is learnt at one height.
const MAX_EVIDENCE: usize = 64;

/// When a block without work is due.
#[derive(Clone, Copy, Debug)]
pub struct IdleConfig {
    /// The most time from block to block, in milliseconds.
    pub heartbeat_ms: u64,
    /// How long a peer's word that it is ahead counts if no block comes of it, in milliseconds.
    pub peer_tip_ms: u64,
}

impl Default for IdleConfig {
    fn default() -> Self {
        IdleConfig {
            heartbeat_ms: 10_000,
            peer_tip_ms: 60_000,
        }
    }
}

/// What keeps the chain awake besides transactions.
#[derive(Default)]
pub(super) struct Idle {
    /// The engine waits for the next height.
    held: bool,
    /// When the last block was committed here.
    last_block_ms: u64,
    /// The clock has more to do than fitted into the last block.
    pending: bool,
    /// The highest height of which a proposal was seen.
    proposed: u64,
    /// The highest height that a peer says it has, and when one last said it is ahead.
    peer_tip: (u64, u64),
    /// The last block seen came from a peer that had it already.
    synced: bool,
}

impl Idle {
    pub fn new(now_ms: u64, pending: bool) -> Self {
        Idle {
            last_block_ms: now_ms,
            pending,
            ..Idle::default()
        }
    }

    pub fn committed(&mut self, now_ms: u64, pending: bool) {
        self.last_block_ms = now_ms;
        self.pending = pending;
    }

    pub fn proposal(&mut self, height: u64, synced: bool) {
        self.proposed = self.proposed.max(height);
        self.synced = synced;
    }
}

/// Whether no more time than this has passed since `then`. How much has, nobody knows when the clock was set
/// back behind it: then too much has.
fn within(now_ms: u64, then_ms: u64, most_ms: u64) -> bool {
    now_ms
        .checked_sub(then_ms)
        .is_some_and(|passed| passed <= most_ms)
}

impl Machine {
    /// A height is over. The answer is the next one, or `None`: then it comes with [`Effect::Start`], at
    /// the latest when [`Machine::tick`] is called at [`Machine::deadline_ms`].
    pub fn finalized(
        &mut self,
        now_ms: u64,
        mut evidence: Vec<Evidence>,
    ) -> Step<Option<StartHeight>> {
        let mut effects = Vec::new();
        if !evidence.is_empty() {
            // One pair of statements convicts; the rest of a flood of them need not be kept.
            evidence.truncate(MAX_EVIDENCE);
            effects.push(Effect::Persist(vec![Write::Evidence(evidence.clone())]));
            effects.push(Effect::Evidence(evidence));
        }
        let awake = self.awake(now_ms);
        self.idle.held = !awake;
        let answer = awake.then(|| self.start_height());
        Step { effects, answer }
    }

    /// Whether there is a reason for a block now.
    fn awake(&self, now_ms: u64) -> bool {
        let next = self.next_height();
        let (tip, heard_ms) = self.idle.peer_tip;
        let heard = within(now_ms, heard_ms, self.config.idle.peer_tip_ms);
        !self.mempool.is_empty()
            || self.idle.pending
            || self.idle.proposed >= next
            || tip >= next && (heard || self.idle.synced)
            || !within(
                now_ms,
                self.idle.last_block_ms,
                self.config.idle.heartbeat_ms.saturating_sub(1),
            )
    }

    /// Gives the held answer out if there is a reason now.
    pub(super) fn wake(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        if self.idle.held && self.awake(now_ms) {
            self.idle.held = false;
            effects.push(Effect::Start(self.start_height()));
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now_ms: u64) -> Step<()> {
        let mut effects = Vec::new();
        self.wake(now_ms, &mut effects);
        Step {
            effects,
            answer: (),
        }
    }

    /// When [`Machine::tick`] wants to be called, in UTC milliseconds.
    pub fn deadline_ms(&self) -> Option<u64> {
        let due = self
            .idle
            .last_block_ms
            .saturating_add(self.config.idle.heartbeat_ms);
        self.idle.held.then_some(due)
    }

    /// The most time between blocks while there is nothing to do, in milliseconds.
    pub fn heartbeat_ms(&self) -> u64 {
        self.config.idle.heartbeat_ms
    }

    /// A peer says that it has decided a height. Not verified: a height that no block comes of is
    /// believed for a while only, and what others say meanwhile does not make it younger.
    pub fn peer_tip(&mut self, now_ms: u64, height: u64) -> Step<()> {
        let (best, heard_ms) = self.idle.peer_tip;
        let stale = !within(now_ms, heard_ms, self.config.idle.peer_tip_ms);
        if height > self.state().height() && (height > best || stale) {
            self.idle.peer_tip = (height, now_ms);
        }
        self.tick(now_ms)
    }

    /// The highest height that a peer has said it has, if that is more than this node has.
    pub fn best_peer_height(&self) -> u64 {
        self.idle.peer_tip.0
    }

    /// When the last block was committed here, or the node started, in UTC milliseconds.
    pub fn last_block_ms(&self) -> u64 {
        self.idle.last_block_ms
    }
}
