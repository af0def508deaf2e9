//! The network's invoice key: a file of 32 bytes in hex, readable by its owner alone.

use allonge_contracts::Hash;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// The file's name in an ALLONGE_HOME.
pub const KEY_FILE: &str = "invoice.key";
/// 64 digits and the end of a line; a little more is read to see that there is more.
const MAX_BYTES: u64 = 256;

/// The key under which a network's members commit to invoices.
#[derive(Clone, PartialEq, Eq)]
pub struct InvoiceKey([u8; 32]);

impl Drop for InvoiceKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for InvoiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvoiceKey(…)")
    }
}

/// Why there is no invoice key.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceKeyError {
    /// The file is not there.
    #[error("there is no invoice key in {}", .0.display())]
    NotFound(PathBuf),
    /// Others may read it.
    #[error("{} may be read by others than its owner (mode {mode:03o})", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Something else stands in it.
    #[error("{} does not hold 32 bytes in hex", .0.display())]
    NotAKey(PathBuf),
    /// The file system's.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The operating system's randomness.
    #[error("the operating system gives no random bytes: {0}")]
    Random(String),
}

impl InvoiceKeyError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            InvoiceKeyError::NotFound(_) => format!(
                "ask another member of the network for the key and put it there, or name its file with --invoice-key; \
                 `allonge cluster up` makes {KEY_FILE} in its folder"
            ),
            InvoiceKeyError::Permissions { path, .. } => {
                format!("run chmod 600 {}", path.display())
            }
            InvoiceKeyError::NotAKey(_) => {
                "the file holds 64 hexadecimal digits and nothing else".to_owned()
            }
            InvoiceKeyError::Io { .. } => "name another file with --invoice-key".to_owned(),
            InvoiceKeyError::Random(_) => "try again".to_owned(),
        }
    }
}

impl InvoiceKey {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// It is not there, others may read it, or it is no key.
    pub fn read(path: &Path) -> Result<Self, InvoiceKeyError> {
        let io = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => InvoiceKeyError::NotFound(path.to_owned()),
            _ => InvoiceKeyError::Io {
                doing: "read",
                path: path.to_owned(),
                source,
            },
        };
        let file = File::open(path).map_err(io)?;
        let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(InvoiceKeyError::Permissions {
                path: path.to_owned(),
                mode,
            });
        }
        let mut text = Zeroizing::new(Vec::new());
        file.take(MAX_BYTES).read_to_end(&mut text).map_err(io)?;
        let wrong = || InvoiceKeyError::NotAKey(path.to_owned());
        let digits = std::str::from_utf8(&text).map_err(|_| wrong())?.trim();
        let Hash(key) = digits.parse().map_err(|_| wrong())?;
        Ok(InvoiceKey(key))
    }

    /// Makes a key from the operating system's randomness and writes its file, which must not be there.
    ///
    /// # Errors
    /// It is there already, or cannot be written.
    pub fn create(path: &Path) -> Result<Self, InvoiceKeyError> {
        let mut key = InvoiceKey([0; 32]);
        getrandom::fill(&mut key.0).map_err(|e| InvoiceKeyError::Random(e.to_string()))?;
        let io = |source| InvoiceKeyError::Io {
            doing: "write",
            path: path.to_owned(),
            source,
        };
        let text = Zeroizing::new(format!("{}\n", hex::encode(key.0)));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        file.write_all(text.as_bytes()).map_err(io)?;
        file.sync_all().map_err(io)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, text: &str, mode: u32) -> PathBuf {
        let path = folder.join(KEY_FILE);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_key_that_was_made_can_be_read_and_is_not_made_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        let key = InvoiceKey::create(&path).unwrap();
        assert_eq!(InvoiceKey::read(&path).unwrap(), key);
        assert!(matches!(
            InvoiceKey::create(&path),
            Err(InvoiceKeyError::Io { .. })
        ));
        assert_eq!(InvoiceKey::read(&path).unwrap(), key);
        assert_eq!(format!("{key:?}"), "InvoiceKey(…)");
    }

    #[test]
    fn what_is_no_key_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        assert!(matches!(
            InvoiceKey::read(&missing),
            Err(InvoiceKeyError::NotFound(_))
        ));
        for text in [
            "",
            "ab",
            &"ab".repeat(31),
            &"ab".repeat(33),
            &"zz".repeat(32),
        ] {
            let path = write(folder.path(), text, 0o600);
            assert!(
                matches!(InvoiceKey::read(&path), Err(InvoiceKeyError::NotAKey(_))),
                "{text}"
            );
        }
        let path = write(folder.path(), &"ab".repeat(32), 0o640);
        assert!(matches!(
            InvoiceKey::read(&path),
            Err(InvoiceKeyError::Permissions { mode: 0o640, .. })
        ));
        let path = write(folder.path(), &format!("{}\n", "0A".repeat(32)), 0o600);
        assert_eq!(InvoiceKey::read(&path).unwrap().as_bytes(), &[10; 32]);
    }
}
