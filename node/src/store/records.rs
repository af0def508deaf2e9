//! What is kept, and in which batches.
//!
//! A block is kept once, under its height and hash, before this node vouches for it. A decision adds
//! one record in one batch: certificate and receipts; the same batch forgets what else was proposed
//! for the height.

use super::format;
use super::history::{self, WindowEntry};
use super::index::Runs;
use super::keys;
use super::sealed::{self, damaged};
use super::{Batch, MAX_BATCH_KEYS, Store, StoreError};
use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Certificate, Evidence, Receipts, SetChange};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::{Arc, Mutex};

/// The most proposals or own blocks of one height that are read back.
const MAX_PER_HEIGHT: usize = 10_000;

/// A block that this node vouched for, and in which round it was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The block's height.
    pub height: u64,
    /// The round in which it was proposed.
    pub round: u32,
    /// The earlier round in which a quorum had prevoted it.
    pub valid_round: Option<u32>,
    /// Who proposed it in `round`.
    pub proposer: PublicKey,
    /// Its hash.
    pub block: Hash,
}

/// What a decision adds to a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedRecord {
    /// What makes it final; names height and block.
    pub certificate: Certificate,
    /// What came of it.
    pub receipts: Arc<Receipts>,
}

/// A decision and the bytes of its block.
pub type DecidedBlock = (DecidedRecord, Arc<[u8]>);

/// Something to be written.
#[derive(Clone, Debug)]
pub enum Write {
    /// A block's bytes.
    Block {
        /// Its height.
        height: u64,
        /// Its hash.
        hash: Hash,
        /// The encoded block.
        bytes: Arc<[u8]>,
    },
    /// That this node vouches for a block.
    Proposed(Proposed),
    /// Which block this node built for a height and round: it must never propose another.
    Built {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// The block.
        hash: Hash,
    },
    /// That a block is final. Its bytes are there already.
    Decided(DecidedRecord),
    /// That other validators vote after a block; kept even when the block goes.
    SetChange(Box<SetChange>),
    /// Header and ids of a block that is not here: of a store that is filled from a snapshot.
    Window(Box<WindowEntry>),
    /// That validators contradicted themselves.
    Evidence(Vec<Evidence>),
}

/// The records of one network in a store.
pub struct Records {
    pub(super) store: Box<dyn Store>,
    pub(super) runs: Mutex<Runs>,
    /// Held while damaged runs of the index are made again.
    pub(super) remaking: Mutex<()>,
}

impl Records {
    /// Opens a store for the network of a genesis, or begins it.
    ///
    /// # Errors
    /// The store fails, is damaged, or belongs to another network or format.
    pub fn open(store: Box<dyn Store>, genesis: &Hash) -> Result<Self, StoreError> {
        let records = Self::unchecked(store, genesis)?;
        records.fits_note(records.store.noted_tip()?, records.tip()?)?;
        Ok(records)
    }

    /// As [`Records::open`], whatever the note of the last height says.
    pub(super) fn unchecked(store: Box<dyn Store>, genesis: &Hash) -> Result<Self, StoreError> {
        format::claim(&*store, genesis)?;
        let runs = Mutex::new(Runs::load(&*store)?);
        Ok(Records {
            store,
            runs,
            remaking: Mutex::default(),
        })
    }

    /// Whether the last height found is the one noted, or a later one that a crash kept from being noted.
    pub(super) fn fits_note(&self, noted: Option<u64>, tip: u64) -> Result<(), StoreError> {
        let wrong = |record: &str, what: String| StoreError::Damaged {
            place: self.store.place(),
            record: record.to_owned(),
            what,
        };
        match noted {
            Some(noted) if noted > tip => Err(wrong(
                "the end of the chain",
                format!("height {noted} was committed, but {tip} is the last one found"),
            )),
            // Only the note of the very first block may be missing.
            None if tip > self.history_start()? => Err(wrong(
                "the note of the last height",
                format!("it is not there, but {tip} heights are"),
            )),
            _ => Ok(()),
        }
    }

    /// Where the store is.
    pub fn place(&self) -> String {
        self.store.place()
    }

    pub(super) fn broken(&self, key: &[u8], what: impl ToString) -> StoreError {
        damaged(&*self.store, key, &what.to_string())
    }

    /// The last decided height; 0 if there is none.
    ///
    /// # Errors
    /// The store fails.
    pub fn tip(&self) -> Result<u64, StoreError> {
        Self::last_decided(&*self.store)
    }

    pub(super) fn last_decided(store: &dyn Store) -> Result<u64, StoreError> {
        let table = keys::all_decided();
        let last = store.last(&table, &keys::end_of(&table))?;
        Ok(last.and_then(|(key, _)| keys::height_of(&key)).unwrap_or(0))
    }

    /// The bytes of a block.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn block(&self, height: u64, hash: &Hash) -> Result<Option<Arc<[u8]>>, StoreError> {
        let bytes = sealed::get_long(&*self.store, &keys::body(height, hash))?;
        Ok(bytes.map(Arc::from))
    }

    /// What was decided at a height.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn decided(&self, height: u64) -> Result<Option<DecidedRecord>, StoreError> {
        Self::read_decided(&*self.store, height)
    }

    pub(super) fn read_decided(
        store: &dyn Store,
        height: u64,
    ) -> Result<Option<DecidedRecord>, StoreError> {
        let key = keys::decided(height);
        let Some(bytes) = sealed::get_long(store, &key)? else {
            return Ok(None);
        };
        let mut rest = bytes.as_slice();
        let certificate = Certificate::deserialize(&mut rest);
        let receipts = Receipts::deserialize(&mut rest);
        match (certificate, receipts) {
            (Ok(certificate), Ok(receipts)) if rest.is_empty() && certificate.height == height => {
                Ok(Some(DecidedRecord {
                    certificate,
                    receipts: Arc::new(receipts),
                }))
            }
            (Err(error), _) | (_, Err(error)) => Err(damaged(store, &key, &error.to_string())),
            _ => Err(damaged(
                store,
                &key,
                "it is of another height, or bytes follow it",
            )),
        }
    }

    /// A final block with its bytes.
    ///
    /// # Errors
    /// The store fails or is damaged; a decision without its block is damage.
    pub fn decided_block(&self, height: u64) -> Result<Option<DecidedBlock>, StoreError> {
        let Some(record) = self.decided(height)? else {
            return Ok(None);
        };
        let hash = record.certificate.block;
        match self.block(height, &hash)? {
            Some(bytes) => Ok(Some((record, bytes))),
            None => Err(self.broken(&keys::body(height, &hash), "it is decided but not there")),
        }
    }

    /// A height up to the tip has no decision.
    pub fn missing_decision(&self, height: u64) -> StoreError {
        self.broken(
            &keys::decided(height),
            "it is not there, but later ones are",
        )
    }

    /// The blocks kept begin at a height to which no state leads.
    pub fn no_way_to(&self, height: u64) -> StoreError {
        let what =
            format!("blocks are kept from height {height} on, and no checkpoint leads there");
        self.broken(keys::HISTORY, what)
    }

    /// A block's bytes are not that block.
    pub fn wrong_block(&self, height: u64, hash: &Hash, what: &str) -> StoreError {
        self.broken(&keys::body(height, hash), what)
    }

    /// The blocks of a height that this node vouched for before it was decided.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn proposed(&self, height: u64) -> Result<Vec<Proposed>, StoreError> {
        let table = keys::proposals(height);
        let entries = self
            .store
            .range(&table, &keys::end_of(&table), MAX_PER_HEIGHT)?;
        let mut found = Vec::with_capacity(entries.len());
        for (key, bytes) in entries {
            let value = sealed::open(&*self.store, &key, &bytes)?;
            let (valid_round, proposer, block) =
                borsh::from_slice(&value).map_err(|error| self.broken(&key, error))?;
            let round =
                keys::round_of(&key).ok_or_else(|| self.broken(&key, "its key has no round"))?;
            found.push(Proposed {
                height,
                round,
                valid_round,
                proposer,
                block,
            });
        }
        Ok(found)
    }

    /// The blocks that this node built for the rounds of a height.
    ///
    /// # Errors
    /// The store fails or is damaged.
    pub fn built(&self, height: u64) -> Result<Vec<(u32, Hash)>, StoreError> {
        let table = keys::all_built(height);
        let entries = self
            .store
            .range(&table, &keys::end_of(&table), MAX_PER_HEIGHT)?;
        let mut found = Vec::with_capacity(entries.len());
        for (key, bytes) in entries {
            let value = sealed::open(&*self.store, &key, &bytes)?;
            let hash = borsh::from_slice(&value).map_err(|error| self.broken(&key, error))?;
            let round =
                keys::round_of(&key).ok_or_else(|| self.broken(&key, "its key has no round"))?;
            found.push((round, hash));
        }
        Ok(found)
    }

    /// Writes all of it in one batch. When this returns it is on the disk itself.
    ///
    /// # Errors
    /// The store failed: nothing may be acknowledged, and the node must stop.
    pub fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        let mut tip = None;
        for write in writes {
            match write {
                Write::Block {
                    height,
                    hash,
                    bytes,
                } => sealed::put_long(&mut batch, &keys::body(*height, hash), bytes),
                Write::Proposed(proposed) => {
                    let key = keys::proposed(proposed.height, proposed.round, &proposed.block);
                    let value = (proposed.valid_round, proposed.proposer, proposed.block);
                    sealed::put(&mut batch, key, &encode(&value));
                }
                Write::Built {
                    height,
                    round,
                    hash,
                } => sealed::put(&mut batch, keys::built(*height, *round), &encode(hash)),
                Write::Decided(record) => {
                    self.put_decided(&mut batch, record)?;
                    tip = Some(record.certificate.height);
                }
                Write::SetChange(change) => history::put_set_change(&mut batch, change),
                Write::Window(entry) => history::put_window(&mut batch, entry),
                Write::Evidence(all) => self.put_evidence(&mut batch, all)?,
            }
        }
        self.store.apply(batch)?;
        #[cfg(plant_1)]
        if allonge_contracts::planted(1) {
            return Ok(());
        }
        self.store.flush()?;
        match tip {
            Some(height) => self.store.note_tip(height),
            None => Ok(()),
        }
    }

    fn put_decided(&self, batch: &mut Batch, record: &DecidedRecord) -> Result<(), StoreError> {
        let height = record.certificate.height;
        let mut value = encode(&record.certificate);
        value.extend_from_slice(&encode(&*record.receipts));
        sealed::put_long(batch, &keys::decided(height), &value);
        for table in [keys::proposals(height), keys::all_built(height)] {
            let end = keys::end_of(&table);
            for key in self.store.keys(&table, &end, MAX_PER_HEIGHT)? {
                batch.remove(key);
            }
        }
        let table = keys::bodies(height);
        // What does not fit is left: it does no harm, and the pieces of a block are few.
        let room = MAX_BATCH_KEYS.saturating_mul(2);
        for key in self.store.keys(&table, &keys::end_of(&table), room)? {
            if keys::hash_of_body(&key) != Some(record.certificate.block) {
                batch.remove(key);
            }
        }
        Ok(())
    }

    /// Waits until everything is on the disk itself.
    ///
    /// # Errors
    /// The store failed.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.store.flush()
    }
}

pub(super) fn encode(value: &impl BorshSerialize) -> Vec<u8> {
    // Writing into memory cannot fail.
    borsh::to_vec(value).unwrap_or_default()
}
