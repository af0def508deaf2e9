//! The seam between the consensus engine and the node: what the engine asks, what the node answers.
//!
//! Nothing here names the engine, so that the node's own logic can be driven without it.

use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Certificate, Evidence, ValidatorSet};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// The node is stopping: there is no answer, and the engine must not be given a guess instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the node is stopping")]
pub struct AppStopped;

/// A block with the node's verdict on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedBlock {
    /// The block's height.
    pub height: u64,
    /// The round in which it was proposed; for a re-proposed block this is later than the round
    /// in its header.
    pub round: u32,
    /// The earlier round in which a quorum had prevoted it, if it was re-proposed for that.
    pub valid_round: Option<u32>,
    /// Who proposed it in `round`.
    pub proposer: PublicKey,
    /// The hash of the block's header.
    pub block: Hash,
    /// The verdict. `false` only if every correct node finds the same.
    pub valid: bool,
}

/// How a block came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// As a proposal, while its height is or will be voted on.
    Live,
    /// From a peer, with a certificate that the engine has already checked. Never hold such a
    /// block's time against the own clock.
    Synced,
}

/// A block that somebody proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The height it is proposed for.
    pub height: u64,
    /// The round it is proposed in; not part of the block, whose header keeps its builder's round.
    pub round: u32,
    /// The earlier round in which a quorum had prevoted it, if it was re-proposed for that.
    pub valid_round: Option<u32>,
    /// Who proposed it in `round`. A live proposal carries its signature over the block's hash.
    pub proposer: PublicKey,
    /// The hash that the proposer signed; the node must compare it with the header's. `None` for
    /// a synced block, whose hash the engine compares with the certificate's.
    pub block: Option<Hash>,
    /// The encoded block.
    pub bytes: Arc<[u8]>,
    /// How it came here.
    pub origin: Origin,
}

/// What the node thinks of a [`Proposal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Good or bad, and every correct node finds the same. If good, it is on disk and flushed.
    Verdict(ProposedBlock),
    /// Not to be vouched for yet: its parent is unknown, or its time is too far from the own
    /// clock. A live proposal is kept and judged again when a later round or its height starts.
    NotYet,
    /// Whoever sent it is at fault (undecodable bytes, another hash than announced): it counts
    /// as not received.
    PeerFault(String),
    /// The node could not tell, through no fault of the peer, and may be able to later. A fault
    /// that does not pass is [`AppStopped`].
    LocalError(String),
}

/// How long the engine waits in each step of a round before it goes on without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a proposal.
    pub propose: Duration,
    /// For more prevotes, once a quorum has prevoted this or that.
    pub prevote: Duration,
    /// For more precommits, once a quorum has precommitted this or that.
    pub precommit: Duration,
    /// What every further round adds to each of these.
    pub per_round: Duration,
    /// Before votes are sent again.
    pub rebroadcast: Duration,
    /// The most that any of these grows to.
    pub longest: Duration,
}

impl Default for Timeouts {
    /// For nodes in one data centre or country.
    fn default() -> Self {
        Self {
            propose: Duration::from_millis(500),
            prevote: Duration::from_millis(200),
            precommit: Duration::from_millis(200),
            per_round: Duration::from_millis(200),
            rebroadcast: Duration::from_secs(1),
            longest: Duration::from_secs(10),
        }
    }
}

/// The height to work on next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartHeight {
    /// One more than the last decided height.
    pub height: u64,
    /// Who votes on it.
    pub validators: ValidatorSet,
    /// How long to wait in each step.
    pub timeouts: Timeouts,
    /// The least time from the start of a height to the start of the next; `None` for as fast as
    /// it goes.
    pub target_time: Option<Duration>,
}

/// The node, as the engine sees it.
///
/// All methods but `finalized` are called one at a time, in the order of the engine's messages,
/// and hold up the engine while they run; `finalized` runs beside the others. Every answer of
/// [`AppStopped`] ends the engine.
#[async_trait]
pub trait App: Send + Sync + 'static {
    /// The first height to work on. May wait until peers are connected: whoever starts alone loses
    /// round 0 of the first height. Meanwhile nothing else is asked.
    async fn ready(&self) -> Result<StartHeight, AppStopped>;

    /// A round begins. The answer are all undecided blocks of this height that are on disk, from
    /// every round, with their verdicts: after a crash the engine's log re-decides a hash whose
    /// block nobody else may have.
    async fn started_round(
        &self,
        height: u64,
        round: u32,
        proposer: PublicKey,
    ) -> Result<Vec<ProposedBlock>, AppStopped>;

    /// A block to propose, and its bytes, already on disk and flushed. The very same block if
    /// asked again for the same height and round, even after a restart. Must not wait for
    /// anything but the disk.
    async fn build(
        &self,
        height: u64,
        round: u32,
    ) -> Result<(ProposedBlock, Arc<[u8]>), AppStopped>;

    /// A complete proposal. Also called for heights that have not begun: for the next height
    /// while `finalized` is held (which must wake it), where `NotYet` is a fitting answer.
    async fn judge(&self, proposal: Proposal) -> Result<Judgement, AppStopped>;

    /// The bytes of an undecided block, to be sent again.
    async fn block(&self, hash: Hash) -> Result<Option<Arc<[u8]>>, AppStopped>;

    /// A block is decided: committed and flushed when this returns. Asked again for a height
    /// already committed with the same block it just returns.
    async fn decided(&self, certificate: Certificate) -> Result<(), AppStopped>;

    /// The height is over; the certificate may have gained signatures, and `evidence` holds what
    /// contradictions were seen. The answer may be held while there is nothing to do; meanwhile
    /// the other methods keep being called.
    async fn finalized(
        &self,
        certificate: Certificate,
        evidence: Vec<Evidence>,
    ) -> Result<StartHeight, AppStopped>;

    /// Decided blocks with their certificates for a lagging peer, from height `from` to height
    /// `to` inclusive, in order and without a gap; fewer (down to none) if that would be too many
    /// bytes (see [`MAX_RANGE_BYTES`]) or they are not there.
    async fn decided_range(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(Certificate, Arc<[u8]>)>, AppStopped>;

    /// The lowest height that `decided_range` can answer for; 1 if no block was decided yet.
    async fn history_start(&self) -> Result<u64, AppStopped>;

    /// A peer says that it has decided `height`, higher than any peer said before. Not verified;
    /// good for waking up. Must return at once.
    fn peer_tip(&self, height: u64) {
        let _ = height;
    }
}

/// The most bytes of blocks in one answer of [`App::decided_range`], unless its first block alone
/// is larger. Far below the 10 MiB that the engine can send at once.
pub const MAX_RANGE_BYTES: usize = 6 * 1024 * 1024;

/// The largest encoded block that can be proposed. Larger ones could not be sent to latecomers.
pub const MAX_BLOCK_BYTES: usize = 4 * 1024 * 1024;
