//! A node's folder.
//!
//! ```text
//! config.toml  node_key  validator_key  validator_key.next  genesis.json  guard/  store/  wal/  lock
//! ```

use super::SledStore;
use crate::guard::place;
use allonge_contracts::PublicKey;
use fs4::{FileExt, TryLockError};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Why a home cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// There is no such folder.
    #[error(
        "there is no node in {0}; `allonge cluster up` makes a network of nodes on this machine; name a node's folder with --home"
    )]
    Missing(PathBuf),
    /// Another process has it.
    #[error("{0} is in use by another process; stop that node first")]
    InUse(PathBuf),
    /// The operating system refused.
    #[error("{path}: {error}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

/// A home that this process has to itself until this is dropped.
pub struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Takes a home.
    ///
    /// # Errors
    /// It does not exist, cannot be written, or another process has it.
    pub fn take(path: &Path) -> Result<Self, HomeError> {
        if !path.is_dir() {
            return Err(HomeError::Missing(path.to_owned()));
        }
        let file = path.join("lock");
        let io = |error| HomeError::Io {
            path: file.clone(),
            error,
        };
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(io)?;
        match FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HomeError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        Ok(Home {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `config.toml`.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// `genesis.json`.
    pub fn genesis(&self) -> PathBuf {
        self.path.join("genesis.json")
    }

    /// The key that authenticates connections.
    pub fn node_key(&self) -> PathBuf {
        self.path.join("node_key")
    }

    /// The key that signs votes.
    pub fn validator_key(&self) -> PathBuf {
        self.path.join("validator_key")
    }

    /// The key that is to sign votes as soon as the ledger says so.
    pub fn next_validator_key(&self) -> PathBuf {
        self.path.join("validator_key.next")
    }

    /// The folder of signing guards, one a validator key.
    pub fn guards(&self) -> PathBuf {
        self.path.join("guard")
    }

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        self.path.join("store")
    }

    /// The folder of the engine's write-ahead log.
    pub fn wal(&self) -> PathBuf {
        self.path.join("wal")
    }

    /// The engine's write-ahead log.
    pub fn wal_file(&self) -> PathBuf {
        self.wal().join("consensus.wal")
    }

    /// Opens the store.
    ///
    /// # Errors
    /// See [`SledStore::open`].
    pub fn open_store(&self) -> Result<SledStore, super::StoreError> {
        SledStore::open(&self.store())
    }

    /// Makes the log's folder; whether there is a log of votes in it that belongs to this store. One that was kept with
    /// another store (moved away, restored, copied) names blocks that are not here, and is removed: the signing guard
    /// remembers what was signed.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn has_log(&self) -> Result<bool, HomeError> {
        let wal = self.wal();
        let io = |error| HomeError::Io {
            path: wal.clone(),
            error,
        };
        fs::create_dir_all(&wal).map_err(io)?;
        let place = File::open(self.store())
            .and_then(|store| place(&store))
            .map_err(io)?;
        let here = format!("{} {}\n", place.inode, place.born_ns);
        let belongs = wal.join("store");
        let log = self.wal_file();
        let length = match fs::metadata(&log) {
            Ok(data) => data.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(io(error)),
        };
        if fs::read(&belongs).is_ok_and(|noted| noted == here.as_bytes()) {
            return Ok(length > 0);
        }
        if length > 0 {
            tracing::warn!(log = %log.display(), "the log of votes was kept with another store and is removed");
            fs::remove_file(&log).map_err(io)?;
        }
        fs::write(&belongs, here)
            .and_then(|()| File::open(&wal)?.sync_all())
            .map_err(io)?;
        Ok(false)
    }

    /// Whether its validator key is about to be replaced or was.
    pub fn rotates_keys(&self) -> bool {
        let named = |entry: fs::DirEntry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name == "validator_key.next" || name.starts_with("validator_key.retired-")
        };
        fs::read_dir(&self.path)
            .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(named)))
    }

    /// The next validator key takes the place of the present one, which is kept under another name. A crash in between
    /// leaves the next key alone, which [`Home::finish_retirement`] then puts in place.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn retire_validator_key(&self, present: &PublicKey) -> io::Result<()> {
        let name: String = present.to_string().chars().take(16).collect();
        let retired = self.path.join(format!("validator_key.retired-{name}"));
        fs::rename(self.validator_key(), retired)?;
        self.sync()?;
        self.finish_retirement()
    }

    /// Puts the next validator key in place where there is no present one.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn finish_retirement(&self) -> io::Result<()> {
        if !self.validator_key().exists() && self.next_validator_key().exists() {
            fs::rename(self.next_validator_key(), self.validator_key())?;
            self.sync()?;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}
