//! What a node keeps over a crash: its store, and the log of the engine.

use crate::chance::Chance;
use allonge_node::consensus::core::Context;
use allonge_node::store::MemoryStore;
use arc_malachitebft_app_channel::app::consensus::Input;

/// The engine's log: what was flushed stays, of the rest a beginning of any length.
#[derive(Default)]
pub struct Wal {
    height: u64,
    entries: Vec<Input<Context>>,
    flushed: usize,
}

impl Wal {
    /// A height begins: what was logged of it before. What is of another height goes.
    pub fn open(&mut self, height: u64) -> Vec<Input<Context>> {
        if self.height != height {
            *self = Wal {
                height,
                ..Wal::default()
            };
        }
        self.entries.clone()
    }

    /// Adds an entry; one of another height is passed over, as the engine's log does.
    pub fn append(&mut self, height: u64, entry: Input<Context>) {
        if height == self.height {
            self.entries.push(entry);
        }
    }

    /// Everything is on the disk itself.
    pub fn flush(&mut self) {
        self.flushed = self.entries.len();
    }

    fn crash(&mut self, chance: &mut Chance) {
        let torn = chance.below(self.entries.len() - self.flushed + 1);
        self.entries.truncate(self.flushed + torn);
        self.flushed = self.entries.len();
        #[cfg(plant_3)]
        if allonge_contracts::planted(3) {
            self.entries.clear();
            self.flushed = 0;
        }
    }
}

/// Both.
#[derive(Default)]
pub struct Disk {
    /// Blocks, decisions, checkpoints.
    pub store: MemoryStore,
    /// The engine's log.
    pub wal: Wal,
}

impl Disk {
    /// Leaves what a crash leaves: all that was flushed, and of the rest a beginning.
    pub fn crash(&mut self, chance: &mut Chance) {
        let kept = chance.below(self.store.pending() + 1);
        self.store = self.store.crashed(kept);
        self.wal.crash(chance);
    }
}
