//! A node's folder.
//!
//! ```text
//! config.toml  node_key  validator_key  genesis.json  store/  wal/  lock
//! ```

use super::SledStore;
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
    /// Blocks, but no memory of what was voted.
    #[error(
        "{wal} is empty, but the store has {height} blocks: a validator that has forgotten its votes may \
         contradict itself. Put the log back. If it is lost, wait until the other nodes are ten heights past \
         {height} and start with --accept-missing-wal"
    )]
    WalMissing {
        /// Where it should be.
        wal: PathBuf,
        /// The last height.
        height: u64,
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

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        self.path.join("store")
    }

    /// The folder of the engine's write-ahead log.
    pub fn wal(&self) -> PathBuf {
        self.path.join("wal")
    }

    /// Opens the store.
    ///
    /// # Errors
    /// See [`SledStore::open`].
    pub fn open_store(&self) -> Result<SledStore, super::StoreError> {
        SledStore::open(&self.store())
    }

    /// Makes the log's folder, and refuses a missing log where there are blocks: without it the node may
    /// vote twice on one height. `accept` is the operator's word that this cannot happen.
    ///
    /// # Errors
    /// The log is missing, or the folder cannot be used.
    pub fn check_wal(&self, tip: u64, accept: bool) -> Result<(), HomeError> {
        let wal = self.wal();
        let io = |error| HomeError::Io {
            path: wal.clone(),
            error,
        };
        fs::create_dir_all(&wal).map_err(io)?;
        let mut some = false;
        for entry in fs::read_dir(&wal).map_err(io)? {
            let data = entry.and_then(|entry| entry.metadata()).map_err(io)?;
            some |= data.is_file() && data.len() > 0;
        }
        if tip > 0 && !some && !accept {
            return Err(HomeError::WalMissing { wal, height: tip });
        }
        Ok(())
    }
}
