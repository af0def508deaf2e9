//! What the guard remembers, and how it is written.

use allonge_contracts::{Hash, PublicKey, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};

/// The length of a slot in the file; a disk writes so much at once or not at all, and a checksum says if not.
pub const SLOT: usize = 512;
/// What leads a slot.
const MAGIC: [u8; 8] = *b"ALGUARD1";
const SUM: usize = 8;

/// What a key signs in a height and round, each at most one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The block it proposes, and the head of the stream that brings it.
    Proposal,
    /// Its first vote.
    Prevote,
    /// Its second vote.
    Precommit,
}

impl Step {
    /// Its name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Proposal => "proposal",
            Step::Prevote => "prevote",
            Step::Precommit => "precommit",
        }
    }
}

/// What was signed last in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Signed {
    /// The height.
    pub height: u64,
    /// The round.
    pub round: u32,
    /// The block; `None` for a vote for none.
    pub block: Option<Hash>,
    /// The earlier round that a proposal names.
    pub valid_round: Option<u32>,
}

/// Where the file lies: a copy of it lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Place {
    /// The number of the file in its file system.
    pub inode: u64,
    /// When the file was made, in nanoseconds since 1970; 0 where the file system does not say.
    pub born_ns: u64,
}

/// What the guard of one key remembers.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Record {
    /// Counts the writings; the higher of two slots holds.
    pub count: u64,
    /// Whose guard it is.
    pub key: PublicKey,
    /// Where it was when it was last used; `None` until its key has signed for the first time.
    pub place: Option<Place>,
    /// Nothing at or below this height is signed.
    pub floor: u64,
    /// Since when nothing is signed at all, in UTC milliseconds, because what the key has signed is not known.
    pub held_since_ms: Option<u64>,
    /// The last proposal.
    pub proposal: Option<Signed>,
    /// The last prevote.
    pub prevote: Option<Signed>,
    /// The last precommit.
    pub precommit: Option<Signed>,
}

impl Record {
    /// Of a key that has never signed.
    pub fn unused(key: PublicKey) -> Self {
        Record {
            count: 0,
            key,
            place: None,
            floor: 0,
            held_since_ms: None,
            proposal: None,
            prevote: None,
            precommit: None,
        }
    }

    /// What was signed last in a step.
    pub fn last(&self, step: Step) -> Option<Signed> {
        match step {
            Step::Proposal => self.proposal,
            Step::Prevote => self.prevote,
            Step::Precommit => self.precommit,
        }
    }

    /// Notes what is about to be signed.
    pub fn set(&mut self, step: Step, signed: Signed) {
        match step {
            Step::Proposal => self.proposal = Some(signed),
            Step::Prevote => self.prevote = Some(signed),
            Step::Precommit => self.precommit = Some(signed),
        }
    }

    /// The highest height at which the key may have signed, as far as the guard knows.
    pub fn highest(&self) -> u64 {
        let signed = [self.proposal, self.prevote, self.precommit];
        let highest = signed.iter().flatten().map(|s| s.height).max();
        highest.unwrap_or(0).max(self.floor)
    }

    /// As a slot of the file.
    pub fn to_slot(&self) -> [u8; SLOT] {
        let mut slot = [0; SLOT];
        // Writing into memory cannot fail, and a record has at most 280 bytes.
        let body = borsh::to_vec(self).unwrap_or_default();
        let length = body.len().min(SLOT - MAGIC.len() - 2 - SUM);
        slot[..8].copy_from_slice(&MAGIC);
        slot[8..10].copy_from_slice(&(length as u16).to_le_bytes());
        slot[10..10 + length].copy_from_slice(&body[..length]);
        let sum = sum(&slot[..SLOT - SUM]);
        slot[SLOT - SUM..].copy_from_slice(&sum);
        slot
    }

    /// Reads a slot; `None` for one that was never written or only in part.
    pub fn from_slot(slot: &[u8]) -> Option<Self> {
        let (content, found) = slot.split_at_checked(SLOT - SUM)?;
        if found != sum(content) || !content.starts_with(&MAGIC) {
            return None;
        }
        let length = u16::from_le_bytes([*content.get(8)?, *content.get(9)?]);
        borsh::from_slice(content.get(10..10 + usize::from(length))?).ok()
    }
}

fn sum(content: &[u8]) -> [u8; SUM] {
    let hash = tagged_hash("allonge/guard/1", &[content]);
    let mut sum = [0; SUM];
    sum.copy_from_slice(&hash.as_bytes()[..SUM]);
    sum
}
