//! Filling a store from an archive that is verified on the way.

use super::part::Part;
use super::verify::{ArchiveError, Step, Verifier};
use crate::store::{
    DecidedRecord, Home, HomeError, IndexEntry, Position, Records, SledStore, StoreError, Write,
};
use allonge_contracts::Hash;
use allonge_ledger::{Genesis, LedgerState};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Blocks of so many bytes are written at once …
const BATCH_BYTES: usize = 1 << 20;
/// … but not more than this many blocks.
const BATCH_BLOCKS: usize = 100;
/// So many transactions make a run of the index.
const RUN: usize = 80_000;
/// The store while it is filled, beside the place where it will be.
const FILLING: &str = "store.new";

/// Why a node's home was not filled. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The archive is not used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node has a store already.
    #[error("there is a store in {0} already; move it away if the archive shall take its place")]
    StoreExists(PathBuf),
    /// The home belongs to another network.
    #[error("{path} is of the network {found}, the archive is for {expected}")]
    OtherNetwork {
        /// The home's genesis.
        path: PathBuf,
        /// Its hash.
        found: Hash,
        /// That of the archive.
        expected: Hash,
    },
    /// The operating system refused.
    #[error("{path}: {error}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

/// What a store was filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The last height.
    pub height: u64,
    /// Its block.
    pub block: Hash,
    /// The root of the state after it.
    pub state_root: Hash,
    /// The first height whose block is there.
    pub history_start: u64,
    /// Transactions in the blocks that are there.
    pub transactions: u64,
    /// Entries of the state.
    pub entries: u64,
}

/// Fills an empty store, part by part. Until [`Installer::finish`] says so, nothing in the store may be used.
pub struct Installer {
    records: Records,
    verifier: Verifier,
    writes: Vec<Write>,
    bytes: usize,
    blocks: usize,
    index: Vec<IndexEntry>,
    history_start: u64,
    height: u64,
    transactions: u64,
}

impl Installer {
    /// Begins with an empty store of the network of this genesis.
    ///
    /// # Errors
    /// Genesis breaks a rule.
    pub fn new(records: Records, genesis: Arc<Genesis>) -> Result<Self, ArchiveError> {
        Ok(Installer {
            records,
            verifier: Verifier::new(genesis)?,
            writes: Vec::new(),
            bytes: 0,
            blocks: 0,
            index: Vec::new(),
            history_start: 1,
            height: 0,
            transactions: 0,
        })
    }

    /// Takes the next part.
    ///
    /// # Errors
    /// It does not hold, or the store fails.
    pub fn push(&mut self, part: Part) -> Result<(), RestoreError> {
        match self.verifier.push(part)? {
            Step::Head(head) => {
                self.history_start = head.blocks_from;
                self.records.set_history_start(head.blocks_from)?;
            }
            Step::SetChange(change) => self.writes.push(Write::SetChange(change)),
            Step::Window(entries) => {
                for entry in entries {
                    self.index(entry.header.height, &entry.ids)?;
                    self.bytes = self.bytes.saturating_add(super::entry_bytes(&entry));
                    self.blocks = self.blocks.saturating_add(1);
                    self.writes.push(Write::Window(Box::new(entry)));
                    self.write_if_full()?;
                }
            }
            Step::Block { block, ids } => {
                let height = block.certificate.height;
                self.bytes = self.bytes.saturating_add(block.bytes.len());
                self.blocks = self.blocks.saturating_add(1);
                self.transactions = self.transactions.saturating_add(ids.len() as u64);
                self.writes.push(Write::Block {
                    height,
                    hash: block.certificate.block,
                    bytes: block.bytes,
                });
                self.writes.push(Write::Decided(DecidedRecord {
                    certificate: block.certificate,
                    receipts: block.receipts,
                }));
                self.write_if_full()?;
                self.index(height, &ids)?;
            }
            Step::State => {}
        }
        Ok(())
    }

    fn write_if_full(&mut self) -> Result<(), StoreError> {
        if self.bytes < BATCH_BYTES && self.blocks < BATCH_BLOCKS {
            return Ok(());
        }
        self.write()
    }

    fn write(&mut self) -> Result<(), StoreError> {
        (self.bytes, self.blocks) = (0, 0);
        self.records.write(&std::mem::take(&mut self.writes))
    }

    fn index(&mut self, height: u64, ids: &[Hash]) -> Result<(), StoreError> {
        self.height = height;
        self.index
            .extend((0u32..).zip(ids).map(|(index, id)| IndexEntry {
                id: *id,
                at: Position { height, index },
            }));
        if self.index.len() >= RUN {
            self.records
                .write_run(height, std::mem::take(&mut self.index))?;
        }
        Ok(())
    }

    /// Compares the state, and makes the store one that a node can start from.
    ///
    /// # Errors
    /// Something is missing, the state is not that of the last header, or the store fails.
    pub fn finish(mut self) -> Result<(Installed, LedgerState), RestoreError> {
        self.write()?;
        let state = self.verifier.finish()?;
        self.records
            .write_run(self.height, std::mem::take(&mut self.index))?;
        self.records.write_checkpoint(&state)?;
        self.records.flush()?;
        let installed = Installed {
            height: state.height(),
            block: state.tip(),
            state_root: state.trie.root(),
            history_start: self.history_start,
            transactions: self.transactions,
            entries: state.trie.len() as u64,
        };
        Ok((installed, state))
    }
}

/// A node's home that is being filled from an archive. The store takes its place only when all of it is
/// verified; given up before, nothing is left of it.
///
/// Only the store and, where there was none, the genesis document are made. There is no log of votes and no
/// record of what the validator's key has signed: a validator that starts from it takes itself for one that
/// may have voted further than it knows.
pub struct RestoredHome {
    home: Home,
    installer: Option<Installer>,
    genesis: Arc<Genesis>,
    filling: PathBuf,
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> RestoreError + use<'_> {
    move |error| RestoreError::Io {
        path: path.to_owned(),
        error,
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl RestoredHome {
    /// Takes a home, which is made if there is none, for the network of this genesis.
    ///
    /// # Errors
    /// It is in use, has a store, is of another network, or cannot be written.
    pub fn begin(path: &Path, genesis: Genesis) -> Result<Self, RestoreError> {
        fs::create_dir_all(path).map_err(io_at(path))?;
        let home = Home::take(path)?;
        let filled = fs::read_dir(home.store()).is_ok_and(|mut entries| entries.next().is_some());
        if filled {
            return Err(RestoreError::StoreExists(home.store()));
        }
        let expected = genesis.hash();
        if home.genesis().exists() {
            let found = crate::run::read_genesis(&home.genesis())
                .map_err(|error| ArchiveError::Genesis(error.to_string()))?
                .hash();
            if found != expected {
                return Err(RestoreError::OtherNetwork {
                    path: home.genesis(),
                    found,
                    expected,
                });
            }
        }
        let filling = home.path().join(FILLING);
        remove(&filling).map_err(io_at(&filling))?;
        let genesis = Arc::new(genesis);
        let mut restored = RestoredHome {
            home,
            installer: None,
            genesis: genesis.clone(),
            filling,
        };
        let records = Records::open(Box::new(SledStore::open(&restored.filling)?), &expected)?;
        restored.installer = Some(Installer::new(records, genesis)?);
        Ok(restored)
    }

    /// Takes the next part.
    ///
    /// # Errors
    /// It does not hold, or the store fails.
    pub fn push(&mut self, part: Part) -> Result<(), RestoreError> {
        match &mut self.installer {
            Some(installer) => installer.push(part),
            None => Err(ArchiveError::Order("it goes on behind its end").into()),
        }
    }

    /// Puts the store into its place.
    ///
    /// # Errors
    /// The archive does not hold, or the home cannot be written.
    pub fn finish(mut self) -> Result<Installed, RestoreError> {
        let installer = self.installer.take();
        let installer = installer.ok_or(ArchiveError::Order("it has ended before"))?;
        let (installed, _) = installer.finish()?;
        let genesis = self.home.genesis();
        if !genesis.exists() {
            // A document that was read from JSON can be written as JSON.
            let text = serde_json::to_vec_pretty(&*self.genesis).unwrap_or_default();
            let mut file = File::create(&genesis).map_err(io_at(&genesis))?;
            file.write_all(&text)
                .and_then(|()| file.sync_all())
                .map_err(io_at(&genesis))?;
        }
        let store = self.home.store();
        // An empty folder makes room by itself.
        fs::rename(&self.filling, &store).map_err(io_at(&store))?;
        let path = self.home.path();
        File::open(path)
            .and_then(|folder| folder.sync_all())
            .map_err(io_at(path))?;
        Ok(installed)
    }
}

impl Drop for RestoredHome {
    fn drop(&mut self) {
        // Sled has its files open until the installer is gone.
        self.installer = None;
        if let Err(error) = remove(&self.filling) {
            tracing::warn!(%error, "the half-filled store could not be removed");
        }
    }
}
