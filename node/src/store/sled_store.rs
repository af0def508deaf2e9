//! The store on disk.

use super::tip_note::TipNote;
use super::{Batch, Entry, Store, StoreError, WHOLE_FILE};
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What sled may keep in memory of what it has read and written.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// The file that sled keeps its log in.
const LOG_FILE: &str = "db";
/// The file with sled's settings, which are always the same, and a checksum of four bytes behind them. A file
/// of no more than eight bytes it writes anew.
const CONF_FILE: &str = "conf";
const CONF_SUM: usize = 4;
const CONF_NONE: usize = 8;
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
    tip: TipNote,
    /// Last, so that the tree goes first.
    _db: sled::Db,
}

pub(super) fn failed(place: &Path, reason: impl ToString) -> StoreError {
    StoreError::Failed {
        place: place.display().to_string(),
        reason: reason.to_string(),
    }
}

pub(super) fn damaged(place: &Path, record: &str, what: &str) -> StoreError {
    StoreError::Damaged {
        place: place.display().to_string(),
        record: record.to_owned(),
        what: what.chars().take(200).collect(),
    }
}

fn a_page(place: &Path, what: &str) -> StoreError {
    damaged(place, WHOLE_FILE, what)
}

/// Checks sled's settings. Sled itself would believe them, and take a flipped bit for a wish of the operator's.
fn check_conf(main: &Path) -> Result<(), StoreError> {
    let bytes = match fs::read(main.join(CONF_FILE)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(|error| failed(&main.join(CONF_FILE), error))?,
    };
    match bytes.split_last_chunk::<CONF_SUM>() {
        Some((settings, sum))
            if bytes.len() > CONF_NONE && crc32fast::hash(settings) != u32::from_le_bytes(*sum) =>
        {
            Err(damaged(
                main,
                "the file `conf` with the settings of the store",
                "its checksum is wrong",
            ))
        }
        _ => Ok(()),
    }
}

/// Whether what sled says is that the system refused, or that another process has the files: then nothing is
/// damaged. It remembers the first refusal as text, and panics with it too.
fn is_of_system(text: &str) -> bool {
    text.contains("Os { code") || text.contains(LOCKED)
}

/// Runs what calls sled. It answers some damage by a panic.
fn guard<T>(place: &Path, call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Corruption { .. })) => Err(a_page(place, "its checksum is wrong")),
        Ok(Err(sled::Error::Io(error))) if error.raw_os_error().is_some() => {
            Err(failed(place, error))
        }
        Ok(Err(error)) if is_of_system(&error.to_string()) => Err(failed(place, error)),
        Ok(Err(error)) => Err(a_page(place, &error.to_string())),
        Err(panic) => {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            match is_of_system(what) {
                true => Err(failed(place, what)),
                false => Err(a_page(place, what)),
            }
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
        check_conf(&main)?;
        let db = open_unlocked(&main)?;
        let tree = guard(&main, || db.open_tree(b"records"))?;
        let log = File::open(main.join(LOG_FILE)).map_err(|error| failed(&main, error))?;
        let tip = TipNote::open(folder.join(TIP_FILE))?;
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

    /// Checks the settings of the store in a folder; they are the same in every store.
    ///
    /// # Errors
    /// They are damaged or cannot be read.
    pub fn check_settings(folder: &Path) -> Result<(), StoreError> {
        check_conf(&folder.join(MAIN))
    }

    /// Removes the settings of the store in a folder; the next opening writes them anew.
    ///
    /// # Errors
    /// They cannot be removed.
    pub fn remove_settings(folder: &Path) -> Result<(), StoreError> {
        let conf = folder.join(MAIN).join(CONF_FILE);
        fs::remove_file(&conf).map_err(|error| failed(&conf, error))
    }

    /// The last height that was noted in a folder, also where nothing else there can be read.
    pub fn noted_in(folder: &Path) -> Option<u64> {
        TipNote::open(folder.join(TIP_FILE))
            .and_then(|note| note.read())
            .ok()
            .flatten()
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
        self.tip.write(height)
    }

    fn noted_tip(&self) -> Result<Option<u64>, StoreError> {
        self.tip.read()
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
