//! What a key may sign right after its node started: somebody may have used it elsewhere meanwhile.

use super::record::{Signed, Step};
use std::time::Duration;

/// How much later than the start a block's time must be to count as decided since: clocks differ.
pub const RETURN_MARGIN_MS: u64 = 2_000;
/// A node that waits so long for such a block votes without one: the network may stand still for want of its vote.
pub const RETURN_PATIENCE: Duration = Duration::from_secs(15);
/// How many heights above the last that it remembers a key may sign at once. A copy that was made meanwhile was held for
/// three blocks after that height, so it signed only above them.
const REACH: u64 = 2;

/// A node that has started and does not know yet whether the network is where it left it.
///
/// If it is, the key goes on where it stopped: so nodes that all were down go on together. If the others have decided more
/// than [`REACH`] heights without it, another copy of the node may have voted in its place and have ended just now; the
/// first height that is decided after the start is the last that such a copy can have signed for. The wait has an end: two
/// nodes back and one lost must not stand still for ever for a copy that there never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returning {
    since_ms: u64,
    highest: u64,
}

impl Returning {
    /// Began at `since_ms`, in UTC milliseconds, when the guard remembered signatures up to `highest`.
    pub fn new(since_ms: u64, highest: u64) -> Self {
        Returning { since_ms, highest }
    }

    /// The last height that the key may sign for until it is known where the network is.
    pub fn reach(&self) -> u64 {
        self.highest.saturating_add(REACH)
    }

    /// Whether a block with this time was decided since.
    pub fn is_over_at(&self, time_ms: u64) -> bool {
        time_ms >= self.since_ms.saturating_add(RETURN_MARGIN_MS)
    }

    /// Whether having this to sign shows that the network is where the key left it: a precommit for a block takes the
    /// prevotes of a quorum for the height under way.
    pub fn is_over_with(&self, step: Step, signed: &Signed) -> bool {
        step == Step::Precommit && signed.block.is_some() && signed.height > self.highest
    }
}
