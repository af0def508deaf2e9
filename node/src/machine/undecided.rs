//! The blocks of the height under way.

use crate::consensus::ProposedBlock;
use allonge_contracts::Hash;
use allonge_ledger::ExecutedBlock;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How many blocks are held in memory; of others bytes are on disk and execution is done again.
const IN_MEMORY: usize = 16;
/// How many blocks, and how many proposals, of one height are remembered.
const REMEMBERED: usize = 4_096;

/// A block that was judged.
pub struct Known {
    /// The verdict.
    pub valid: bool,
    /// What came of it; `None` if it must be executed again.
    pub executed: Option<ExecutedBlock>,
    /// Its bytes; `None` if they must be read from disk.
    pub bytes: Option<Arc<[u8]>>,
}

/// All blocks of the height under way that were judged, and in which rounds they were proposed.
#[derive(Default)]
pub struct Undecided {
    known: BTreeMap<Hash, Known>,
    in_memory: VecDeque<Hash>,
    proposals: Vec<ProposedBlock>,
    built: BTreeMap<u32, Hash>,
}

impl Undecided {
    /// What is known of a block.
    pub fn get(&self, hash: &Hash) -> Option<&Known> {
        self.known.get(hash)
    }

    /// Remembers a block.
    pub fn insert(&mut self, hash: Hash, known: Known) {
        if self.known.len() >= REMEMBERED && !known.valid {
            return;
        }
        if known.bytes.is_some() {
            self.in_memory.push_back(hash);
        }
        self.known.insert(hash, known);
        if self.in_memory.len() > IN_MEMORY {
            let oldest = self.in_memory.pop_front();
            if let Some(known) = oldest.and_then(|hash| self.known.get_mut(&hash)) {
                known.executed = None;
                known.bytes = None;
            }
        }
    }

    /// Remembers in which round a block was proposed; `false` if that was known.
    pub fn propose(&mut self, proposal: &ProposedBlock) -> bool {
        let new = !self.proposals.contains(proposal) && self.proposals.len() < REMEMBERED;
        if new {
            self.proposals.push(proposal.clone());
        }
        new
    }

    /// All proposals with their verdicts.
    pub fn proposals(&self) -> &[ProposedBlock] {
        &self.proposals
    }

    /// The own block of a round.
    pub fn built(&self, round: u32) -> Option<Hash> {
        self.built.get(&round).copied()
    }

    /// Remembers the own block of a round.
    pub fn set_built(&mut self, round: u32, hash: Hash) {
        self.built.insert(round, hash);
    }

    /// Gives out what is known of a block; everything else goes.
    pub fn decide(&mut self, hash: &Hash) -> Option<Known> {
        let known = self.known.remove(hash);
        *self = Undecided::default();
        known
    }
}
