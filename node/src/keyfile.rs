//! A key as a file: PKCS#8 version 1 in PEM, which `openssl pkey -in` reads, for its owner alone.

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A key file is about 120 bytes; what is far larger is none.
const MAX_FILE_BYTES: u64 = 16 * 1024;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is a file already.
    #[error("{0} exists already; a key is never overwritten")]
    Exists(PathBuf),
    /// Others than the owner can read it.
    #[error("{path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds no such key.
    #[error("{path} is not a key file: {what}")]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Writes a new key file with mode 0600 and waits until it is on the disk.
///
/// # Errors
/// `Exists` where there is a file already; `Io`; `NotAKey` where the key cannot be encoded.
pub fn write(path: &Path, key: &SigningKey) -> Result<(), KeyFileError> {
    let text = encode(key).map_err(|what| KeyFileError::NotAKey {
        path: path.to_owned(),
        what,
    })?;
    write_text(path, &text)
}

/// Reads a key file that only its owner can read.
///
/// # Errors
/// `Permissions`, `NotAKey`, `Io`.
pub fn read(path: &Path) -> Result<SigningKey, KeyFileError> {
    decode(&read_text(path)?).map_err(|what| KeyFileError::NotAKey {
        path: path.to_owned(),
        what,
    })
}

/// A key as unencrypted PKCS#8 PEM.
///
/// # Errors
/// What went wrong; it does not with a key that is one.
pub fn encode(key: &SigningKey) -> Result<Zeroizing<String>, &'static str> {
    let pair = KeypairBytes {
        secret_key: key.to_bytes(),
        // Version 1: no public key, or older openssl refuses the file.
        public_key: None,
    };
    pair.to_pkcs8_pem(LineEnding::LF)
        .map_err(|_| "the key cannot be encoded")
}

/// A key from unencrypted PKCS#8 PEM.
///
/// # Errors
/// What it is not.
pub fn decode(text: &str) -> Result<SigningKey, &'static str> {
    SigningKey::from_pkcs8_pem(text).map_err(|_| {
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
            "it is encrypted, and a node reads unencrypted keys only"
        } else {
            "it holds no ed25519 private key in PKCS#8 PEM"
        }
    })
}

/// Writes a new file with mode 0600 and waits until it is on the disk.
///
/// # Errors
/// `Exists` where there is a file already; `Io`.
pub fn write_text(path: &Path, text: &str) -> Result<(), KeyFileError> {
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
        _ => KeyFileError::Io {
            path: path.to_owned(),
            source,
        },
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    file.write_all(text.as_bytes()).map_err(io)?;
    file.sync_all().map_err(io)?;
    if let Some(folder) = path.parent() {
        File::open(folder).and_then(|f| f.sync_all()).map_err(io)?;
    }
    Ok(())
}

/// Reads the text of a key file that only its owner can read.
///
/// # Errors
/// `Permissions`, `NotAKey`, `Io`.
pub fn read_text(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let io = |source| KeyFileError::Io {
        path: path.to_owned(),
        source,
    };
    let not_a_key = |what| KeyFileError::NotAKey {
        path: path.to_owned(),
        what,
    };
    // A named pipe would block for ever, so the kind is looked at before the file is opened.
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Err(not_a_key("it is no regular file"));
    }
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    if metadata.mode() & 0o077 != 0 {
        return Err(KeyFileError::Permissions {
            path: path.to_owned(),
            mode: metadata.mode() & 0o7777,
        });
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(not_a_key("it is larger than a key can be"));
    }
    // Of full length from the start, so that no copy is left behind where it grows.
    let length = usize::try_from(MAX_FILE_BYTES).unwrap_or(usize::MAX);
    let mut text = Zeroizing::new(String::with_capacity(length));
    file.take(MAX_FILE_BYTES)
        .read_to_string(&mut text)
        .map_err(|_| not_a_key("it is not text"))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_comes_back_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node_key");
        let key = SigningKey::from_bytes(&[7; 32]);
        write(&path, &key).unwrap();
        assert_eq!(read(&path).unwrap().to_bytes(), key.to_bytes());
        assert!(matches!(write(&path, &key), Err(KeyFileError::Exists(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "no key").unwrap();
        assert!(matches!(read(&path), Err(KeyFileError::NotAKey { .. })));
    }
}
