//! The note of the last height, in a file of its own beside the entries.

use super::StoreError;
use super::sled_store::{damaged, failed};
use allonge_contracts::tagged_hash;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// The file with the note.
pub(super) struct TipNote {
    path: PathBuf,
    file: File,
    /// Nothing was written yet. The first note is synced, so that no failure of the machine leaves a store with
    /// blocks and without a note; later ones overwrite it in its place.
    empty: AtomicBool,
}

fn sum(digits: &str) -> String {
    let hash = tagged_hash("allonge/tip/1", &[digits.as_bytes()]);
    hex::encode(&hash.as_bytes()[..8])
}

impl TipNote {
    pub fn open(path: PathBuf) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failed(&path, error))?;
        let length = file.metadata().map_err(|error| failed(&path, error))?.len();
        Ok(TipNote {
            path,
            file,
            empty: AtomicBool::new(length == 0),
        })
    }

    pub fn write(&self, height: u64) -> Result<(), StoreError> {
        let digits = format!("{height:020}");
        let line = format!("{digits} {}\n", sum(&digits));
        self.file
            .write_all_at(line.as_bytes(), 0)
            .and_then(|()| match self.empty.swap(false, Ordering::Relaxed) {
                true => self.file.sync_all(),
                false => Ok(()),
            })
            .map_err(|error| failed(&self.path, error))
    }

    /// Notes written before there was a checksum have none.
    pub fn read(&self) -> Result<Option<u64>, StoreError> {
        let bytes = std::fs::read(&self.path).map_err(|error| failed(&self.path, error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end();
        let (digits, found) = text.split_once(' ').unwrap_or((text, ""));
        let whole = digits.len() == 20 && (found.is_empty() || found == sum(digits));
        match digits.parse() {
            Ok(height) if whole => Ok(Some(height)),
            _ => Err(damaged(
                &self.path,
                "the note of the last height",
                "its checksum is wrong",
            )),
        }
    }
}
