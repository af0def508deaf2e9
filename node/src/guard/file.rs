//! The guard's file: two slots, written in turn, so that a torn write leaves the one before.

use super::GuardError;
use super::record::{Place, Record, SLOT};

use rustix::fs::{AtFlags, StatxFlags, statx};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub struct GuardFile {
    path: PathBuf,
    file: File,
}

impl GuardFile {
    /// Makes a file with a record, and waits until it is on disk.
    pub fn create(path: &Path, record: &Record) -> Result<Self, GuardError> {
        let io = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => GuardError::Exists(path.to_owned()),
            _ => failed(path, error),
        };
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(io)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        file.set_len(2 * SLOT as u64).map_err(io)?;
        let guard = GuardFile {
            path: path.to_owned(),
            file,
        };
        guard.write(record)?;
        guard.file.sync_all().map_err(io)?;
        for folder in [Some(folder), folder.parent()].into_iter().flatten() {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(io)?;
        }
        Ok(guard)
    }

    /// Opens a file and reads its newer record; `None` where there is no file.
    pub fn open(path: &Path) -> Result<Option<(Self, Record)>, GuardError> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, error)),
        };
        let record = |slot: u64| {
            let mut bytes = [0; SLOT];
            file.read_exact_at(&mut bytes, slot * SLOT as u64).ok()?;
            Record::from_slot(&bytes)
        };
        let newer = [record(0), record(1)]
            .into_iter()
            .flatten()
            .max_by_key(|record| record.count)
            .ok_or_else(|| GuardError::Damaged(path.to_owned()))?;
        let guard = GuardFile {
            path: path.to_owned(),
            file,
        };
        Ok(Some((guard, newer)))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a record over the older one, and waits until it is on disk.
    pub fn write(&self, record: &Record) -> Result<(), GuardError> {
        let slot = (record.count % 2) * SLOT as u64;
        self.file
            .write_all_at(&record.to_slot(), slot)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| failed(&self.path, error))
    }

    /// Where the file lies. A change of its owner or its name leaves that as it is, a copy does not.
    pub fn place(&self) -> Result<Place, GuardError> {
        place(&self.file).map_err(|error| failed(&self.path, error))
    }
}

/// Where a file or folder lies.
pub fn place(file: &File) -> io::Result<Place> {
    let inode = file.metadata()?.ino();
    let found = statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::BTIME);
    let born_ns = match found {
        Ok(found) if found.stx_mask & StatxFlags::BTIME.bits() != 0 => {
            let seconds = u64::try_from(found.stx_btime.tv_sec).unwrap_or(0);
            seconds
                .saturating_mul(1_000_000_000)
                .saturating_add(found.stx_btime.tv_nsec.into())
        }
        _ => 0,
    };
    Ok(Place { inode, born_ns })
}

fn failed(path: &Path, error: io::Error) -> GuardError {
    GuardError::Io {
        path: path.to_owned(),
        error,
    }
}
