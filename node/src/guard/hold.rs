//! When a key that is held may sign again, and whether another node signs with it.

use allonge_contracts::PublicKey;
use allonge_ledger::Certificate;

/// How much later than the hold a block's time must be to count as decided after it: clocks differ.
pub const HOLD_MARGIN_MS: u64 = 10_000;
/// How many such blocks are waited for.
const FRESH_BLOCKS: u64 = 3;

/// What a decided block tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing new.
    Nothing,
    /// Whatever the key has signed lies at or below this height, and is decided: it may sign above it.
    Free(u64),
    /// Somebody else signs with this key.
    Twin {
        /// The height at which it did.
        height: u64,
    },
}

/// Looks at decided blocks on behalf of a guard that is held.
///
/// Blocks carry a quorum's signatures, so no peer can make a block up, nor its time. Whoever used the key before has
/// ended before the hold began, unless two nodes run with one key; so what was signed belongs at most to the first
/// height decided after the hold began. Heights that come after are free.
#[derive(Clone, Debug)]
pub struct Hold {
    key: PublicKey,
    since_ms: u64,
    /// The least height that is free.
    above: u64,
    fresh: u64,
}

impl Hold {
    /// Begins to look; `above` is the highest height at which the key is known to have signed.
    pub fn new(key: PublicKey, since_ms: u64, above: u64) -> Self {
        Hold {
            key,
            since_ms,
            above,
            fresh: 0,
        }
    }

    /// Takes a decided block, in the order of heights.
    pub fn see(&mut self, time_ms: u64, certificate: &Certificate) -> Seen {
        if time_ms < self.since_ms.saturating_add(HOLD_MARGIN_MS)
            || certificate.height <= self.above
        {
            return Seen::Nothing;
        }
        if signed_by(certificate, &self.key) {
            return Seen::Twin {
                height: certificate.height,
            };
        }
        self.fresh = self.fresh.saturating_add(1);
        if self.fresh < FRESH_BLOCKS {
            return Seen::Nothing;
        }
        Seen::Free(certificate.height)
    }
}

/// Whether a key's signature is in a certificate.
pub fn signed_by(certificate: &Certificate, key: &PublicKey) -> bool {
    certificate
        .signatures
        .iter()
        .any(|(signer, _)| signer == key)
}
