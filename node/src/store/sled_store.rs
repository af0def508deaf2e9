//! The store on disk.

use super::{Batch, Entry, Store, StoreError};
use std::fs::{self, File, OpenOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What sled may keep in memory of what it has read and written.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// The file that sled keeps its log in.
const LOG_FILE: &str = "db";
/// The file that says which height was committed last.
const TIP_FILE: &str = "tip";
/// The folder of sled's own files, beside the shelves.
const MAIN: &str = "main";

/// What sled's error says while somebody else has the store open; it has no kind of its own.
const LOCKED: &str = "could not acquire lock";
/// How long that is waited for, and how often it is looked at.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
const LOCK_LOOK: Duration = Duration::from_millis(20);

/// A store in a folder: sled for its entries, and a folder of its own for every shelf.
pub struct SledStore {
    folder: PathBuf,
    tree: sled::Tree,
    /// Sled's log, to sync it: sled itself only asks the kernel to start writing.
    log: File,
    tip: File,
    /// Last, so that the tree goes first.
    _db: sled::Db,
}

fn failed(place: &Path, reason: impl ToString) -> StoreError {
    StoreError::Failed {
        place: place.display().to_string(),
        reason: reason.to_string(),
    }
}

/// Runs what calls sled. It answers some damage by a panic.
fn guard<T>(place: &Path, call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Corruption { .. })) => Err(StoreError::Damaged {
            place: place.display().to_string(),
            record: "a page".to_owned(),
            what: "its checksum is wrong".to_owned(),
        }),
        Ok(Err(error)) => Err(failed(place, error)),
        Err(panic) => {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            Err(StoreError::Damaged {
                place: place.display().to_string(),
                record: "a page".to_owned(),
                what: what.chars().take(200).collect(),
            })
        }
    }
}

/// Opens sled's files. Who closed them just before may hold their lock a moment longer, for sled lets
/// go of it in threads of its own.
fn open_unlocked(main: &Path) -> Result<sled::Db, StoreError> {
    let patient_until = Instant::now() + LOCK_PATIENCE;
    loop {
        let opened = guard(main, || {
            sled::Config::new()
                .path(main)
                .flush_every_ms(None)
                .cache_capacity(CACHE_BYTES)
                .open()
        });
        match opened {
            Err(StoreError::Failed { reason, .. })
                if reason.contains(LOCKED) && Instant::now() < patient_until =>
            {
                std::thread::sleep(LOCK_LOOK);
            }
            opened => return opened,
        }
    }
}

impl SledStore {
    /// Opens the store in a folder, or makes one. The folder must not be in use; a lock on it is waited
    /// for a few seconds.
    ///
    /// # Errors
    /// The folder cannot be used, or what is in it is damaged.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let main = folder.join(MAIN);
        fs::create_dir_all(&main).map_err(|error| failed(folder, error))?;
        let db = open_unlocked(&main)?;
        let tree = guard(&main, || db.open_tree(b"records"))?;
        let log = File::open(main.join(LOG_FILE)).map_err(|error| failed(&main, error))?;
        let tip = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(TIP_FILE))
            .map_err(|error| failed(folder, error))?;
        sync_folder(&main)?;
        sync_folder(folder)?;
        Ok(SledStore {
            folder: folder.to_owned(),
            tree,
            log,
            tip,
            _db: db,
        })
    }

    /// Whether there is a store in a folder.
    pub fn exists(folder: &Path) -> bool {
        folder.join(MAIN).join(LOG_FILE).exists()
    }

    fn shelf_folder(&self, name: &str) -> Result<PathBuf, StoreError> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name == MAIN || name == TIP_FILE || !name.chars().all(good) {
            return Err(failed(
                &self.folder,
                format!("`{name}` is no name for a shelf"),
            ));
        }
        Ok(self.folder.join(name))
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(|error| failed(folder, error))
}

fn pair((key, value): (sled::IVec, sled::IVec)) -> Entry {
    (key.to_vec(), value.to_vec())
}

impl Store for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = guard(&self.folder, || self.tree.get(key))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        guard(&self.folder, || {
            self.tree
                .range(from..to)
                .take(limit)
                .map(|entry| entry.map(pair))
                .collect()
        })
    }

    fn keys(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        guard(&self.folder, || {
            let keys = self.tree.range(from..to).keys().take(limit);
            keys.map(|key| key.map(|key| key.to_vec())).collect()
        })
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, StoreError> {
        if from >= to {
            return Ok(None);
        }
        guard(&self.folder, || {
            self.tree.range(from..to).next_back().transpose()
        })
        .map(|entry| entry.map(pair))
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut changes = sled::Batch::default();
        for (key, value) in batch.changes {
            match value {
                Some(value) => changes.insert(key, value),
                None => changes.remove(key),
            }
        }
        guard(&self.folder, || self.tree.apply_batch(changes))
    }

    fn flush(&self) -> Result<(), StoreError> {
        guard(&self.folder, || self.tree.flush())?;
        self.log
            .sync_data()
            .map_err(|error| failed(&self.folder, error))
    }

    fn shelf(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        let folder = self.shelf_folder(name)?;
        let store = SledStore::open(&folder)?;
        sync_folder(&self.folder)?;
        Ok(Box::new(store))
    }

    fn shelves(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        let entries = fs::read_dir(&self.folder).map_err(|error| failed(&self.folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| failed(&self.folder, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if self.shelf_folder(&name).is_ok() && entry.path().is_dir() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn remove_shelf(&self, name: &str) -> Result<(), StoreError> {
        let folder = self.shelf_folder(name)?;
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(failed(&folder, error))
            }
            _ => Ok(()),
        }
    }

    fn note_tip(&self, height: u64) -> Result<(), StoreError> {
        use std::os::unix::fs::FileExt;
        let line = format!("{height:020}\n");
        self.tip
            .write_all_at(line.as_bytes(), 0)
            .map_err(|error| failed(&self.folder.join(TIP_FILE), error))
    }

    fn noted_tip(&self) -> Option<u64> {
        fs::read_to_string(self.folder.join(TIP_FILE))
            .ok()?
            .trim_end()
            .parse()
            .ok()
    }

    fn place(&self) -> String {
        self.folder.display().to_string()
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        // Nothing that was acknowledged depends on this.
        if let Err(error) = self.flush() {
            tracing::warn!(%error, "the store could not be flushed when it was closed");
        }
    }
}
