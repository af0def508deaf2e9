//! The signing guard: no key signs two different things for one step of one height and round, whatever becomes of
//! the node, its log of votes, its store, or of a copy of its folder.
//!
//! Before every signature the guard writes what is about to be signed and waits until that is on disk. What it has
//! written it lets be signed again, something else never. A guard that is missing, or lies elsewhere than where it was
//! last used, does not know what its key has signed meanwhile; it is *held*: the node follows the network without a
//! vote until blocks that were decided after it was found so show that nothing older can still be voted on.

mod file;
mod hold;
mod record;
mod returning;

pub use hold::{HOLD_MARGIN_MS, Hold, Seen, signed_by};
pub use record::{Place, Signed, Step};
pub use returning::{RETURN_MARGIN_MS, RETURN_PATIENCE, Returning};

use allonge_contracts::{Hash, PublicKey};
use file::GuardFile;
pub use file::place;
use record::Record;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Why a guard cannot be used, or refused.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// The operating system refused.
    #[error("the signing guard {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// Neither of its two records can be read.
    #[error(
        "the signing guard {0} is damaged: neither of its two records can be read. Move it away and start the node; \
         it follows without a vote until it is safe to vote again"
    )]
    Damaged(PathBuf),
    /// It is the guard of another key.
    #[error(
        "the signing guard {path} belongs to the key {found}, not to {expected}: put the key back that it \
         was made for, or move the guard away"
    )]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: PublicKey,
        /// Whose it should be.
        expected: PublicKey,
    },
    /// There is one already.
    #[error("the signing guard {0} exists already; it is never overwritten")]
    Exists(PathBuf),
    /// Something else was signed before.
    #[error("{0}")]
    Refused(Refusal),
    /// The operator names a height below what the guard remembers.
    #[error(
        "the guard of {path} remembers a signature at height {highest}, above {height}: name {highest} or a later \
         height, at which no other copy of this key can have signed anything"
    )]
    BelowMemory {
        /// The file.
        path: PathBuf,
        /// What was named.
        height: u64,
        /// What it remembers.
        highest: u64,
    },
}

/// What a guard did not let be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another value, or an earlier round.
    #[error(
        "the signing guard refused a {step} for height {height} round {round}: this key has signed a {step} for \
         height {last_height} round {last_round} before, and it would contradict itself"
    )]
    Contradiction {
        /// The step.
        step: &'static str,
        /// What was asked for.
        height: u64,
        /// What was asked for.
        round: u32,
        /// What is remembered.
        last_height: u64,
        /// What is remembered.
        last_round: u32,
    },
    /// Held, or below its floor.
    #[error("the signing guard refused a {step} for height {height}: nothing is signed {why}")]
    Held {
        /// The step.
        step: &'static str,
        /// What was asked for.
        height: u64,
        /// Until when.
        why: String,
    },
}

impl Refusal {
    /// Whether the node is not to go on: the engine asked for what it can never have.
    pub fn is_contradiction(&self) -> bool {
        matches!(self, Refusal::Contradiction { .. })
    }
}

/// What a guard remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Since when nothing is signed, in UTC milliseconds.
    pub held_since_ms: Option<u64>,
    /// Nothing is signed up to this height.
    pub floor: u64,
    /// The last proposal signed.
    pub proposal: Option<Signed>,
    /// The last prevote signed.
    pub prevote: Option<Signed>,
    /// The last precommit signed.
    pub precommit: Option<Signed>,
}

/// The guard of one key. One process has it at a time: the node's folder is locked.
pub struct Guard {
    file: GuardFile,
    record: Mutex<Record>,
    /// Set from its opening until it is known where the network is.
    returning: Mutex<Option<Returning>>,
    /// Why it can be trusted no more: a write failed, or it was asked for a contradiction.
    broken: watch::Sender<Option<String>>,
}

impl Guard {
    /// Where the guard of a key lies in a folder of guards.
    pub fn path(folder: &Path, key: &PublicKey) -> PathBuf {
        let name: String = key.to_string().chars().take(16).collect();
        folder.join(name)
    }

    /// Makes the guard of a key that has just been made and has never signed.
    ///
    /// # Errors
    /// `Exists`, `Io`.
    pub fn create(folder: &Path, key: &PublicKey) -> Result<(), GuardError> {
        GuardFile::create(&Self::path(folder, key), &Record::unused(*key)).map(drop)
    }

    /// Opens the guard of a key. A missing one is made, held; so is one that lies elsewhere than where it was last
    /// used. Every other is [`Returning`].
    ///
    /// # Errors
    /// `Damaged`, `OtherKey`, `Io`.
    pub fn open(folder: &Path, key: &PublicKey, now_ms: u64) -> Result<Self, GuardError> {
        let path = Self::path(folder, key);
        let (file, mut record) = match GuardFile::open(&path)? {
            Some(found) => found,
            None => {
                let mut record = Record::unused(*key);
                record.held_since_ms = Some(now_ms);
                (GuardFile::create(&path, &record)?, record)
            }
        };
        if record.key != *key {
            return Err(GuardError::OtherKey {
                path,
                found: record.key,
                expected: *key,
            });
        }
        let here = file.place()?;
        if record.place.is_some_and(|place| place != here) {
            // The original may have signed on after this copy was taken.
            record.held_since_ms = Some(now_ms);
        }
        let returning = Returning::new(now_ms, record.highest());
        let guard = Guard {
            file,
            record: Mutex::new(record),
            returning: Mutex::new(Some(returning)),
            broken: watch::Sender::new(None),
        };
        if guard.lock().held_since_ms.is_some() {
            guard.change(|record| record.place = Some(here))?;
        }
        Ok(guard)
    }

    /// What a guard remembers, without using it; `None` where there is none.
    ///
    /// # Errors
    /// `Damaged`, `Io`.
    pub fn look(folder: &Path, key: &PublicKey) -> Result<Option<Memory>, GuardError> {
        let found = GuardFile::open(&Self::path(folder, key))?;
        Ok(found.map(|(_, record)| Memory {
            held_since_ms: record.held_since_ms,
            floor: record.floor,
            proposal: record.proposal,
            prevote: record.prevote,
            precommit: record.precommit,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a change, and only then holds to it.
    fn change(&self, change: impl FnOnce(&mut Record)) -> Result<(), GuardError> {
        let mut record = self.lock();
        let mut next = record.clone();
        change(&mut next);
        next.count = next.count.saturating_add(1);
        match self.file.write(&next) {
            Ok(()) => {
                *record = next;
                Ok(())
            }
            Err(error) => {
                self.breaks(error.to_string());
                Err(error)
            }
        }
    }

    fn breaks(&self, why: String) {
        self.broken.send_if_modified(|broken| {
            let first = broken.is_none();
            if first {
                *broken = Some(why);
            }
            first
        });
    }

    /// Lets something be signed, once that is on disk; blocks until it is.
    ///
    /// # Errors
    /// `Refused`: something else was signed, or the guard is held; `Io`.
    pub fn permit(&self, step: Step, signed: Signed) -> Result<(), GuardError> {
        {
            let record = self.lock();
            let refusal =
                refusal(&record, step, &signed).or_else(|| self.out_of_reach(step, &signed));
            if let Some(refusal) = refusal {
                drop(record);
                if refusal.is_contradiction() && step != Step::Proposal {
                    // The log of votes is not what it was: no vote before that height is decided.
                    self.forget_log()?;
                    self.breaks(refusal.to_string());
                }
                return Err(GuardError::Refused(refusal));
            }
            if record.last(step) == Some(signed) {
                return Ok(());
            }
        }
        let here = self.file.place()?;
        self.change(|record| {
            record.set(step, signed);
            record.place = Some(here);
        })?;
        if self
            .returning()
            .is_some_and(|returning| returning.is_over_with(step, &signed))
        {
            self.returned();
        }
        Ok(())
    }

    fn out_of_reach(&self, step: Step, signed: &Signed) -> Option<Refusal> {
        let reach = self.returning()?.reach();
        (signed.height > reach).then(|| Refusal::Held {
            step: step.as_str(),
            height: signed.height,
            why: format!(
                "above height {reach} until a block decided since this node's start has come"
            ),
        })
    }

    /// Set as long as it is not known since its opening where the network is.
    pub fn returning(&self) -> Option<Returning> {
        *self
            .returning
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// It is known where the network is: whoever used the key before has ended, and what it signed is decided.
    pub fn returned(&self) {
        *self
            .returning
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The log of votes is lost: nothing is signed up to the highest height at which something was.
    ///
    /// # Errors
    /// `Io`.
    pub fn forget_log(&self) -> Result<(), GuardError> {
        self.change(|record| record.floor = record.highest())
    }

    /// Nothing is signed up to this height.
    pub fn floor(&self) -> u64 {
        self.lock().floor
    }

    /// Since when it is held, in UTC milliseconds.
    pub fn held_since_ms(&self) -> Option<u64> {
        self.lock().held_since_ms
    }

    /// The highest height at which its key may have signed, as far as it knows.
    pub fn highest(&self) -> u64 {
        self.lock().highest()
    }

    /// Ends the hold: from the height after `height` on its key signs.
    ///
    /// # Errors
    /// `Io`.
    pub fn release(&self, height: u64) -> Result<(), GuardError> {
        self.change(|record| {
            record.floor = record.floor.max(height);
            record.held_since_ms = None;
        })?;
        self.returned();
        Ok(())
    }

    /// As [`Guard::release`], at the operator's word. With `forget` signatures above `height` are forgotten as well.
    ///
    /// # Errors
    /// `BelowMemory`, `Io`.
    pub fn trust(&self, height: u64, forget: bool) -> Result<(), GuardError> {
        let highest = self.highest();
        if highest > height && !forget {
            return Err(GuardError::BelowMemory {
                path: self.file.path().to_owned(),
                height,
                highest,
            });
        }
        let here = self.file.place()?;
        self.change(|record| {
            record.floor = height;
            record.held_since_ms = None;
            record.place = Some(here);
            if forget {
                record.proposal = None;
                record.prevote = None;
                record.precommit = None;
            }
        })
    }

    /// Why it can be trusted no more, as soon as that is so: the node is to stop.
    pub fn broken(&self) -> watch::Receiver<Option<String>> {
        self.broken.subscribe()
    }
}

fn refusal(record: &Record, step: Step, signed: &Signed) -> Option<Refusal> {
    let held = |why: String| {
        Some(Refusal::Held {
            step: step.as_str(),
            height: signed.height,
            why,
        })
    };
    if record.held_since_ms.is_some() {
        return held("until it is known what this key has signed".to_owned());
    }
    if signed.height <= record.floor {
        return held(format!("up to height {}", record.floor));
    }
    let last = record.last(step)?;
    let later = (signed.height, signed.round) > (last.height, last.round);
    if later || *signed == last {
        return None;
    }
    Some(Refusal::Contradiction {
        step: step.as_str(),
        height: signed.height,
        round: signed.round,
        last_height: last.height,
        last_round: last.round,
    })
}

/// A vote or proposal as the guard remembers it.
pub fn signed(height: u64, round: u32, block: Option<Hash>, valid_round: Option<u32>) -> Signed {
    Signed {
        height,
        round,
        block,
        valid_round,
    }
}

#[cfg(test)]
mod tests;
