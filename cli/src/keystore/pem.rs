//! One key as a file: PKCS#8 version 1 in PEM, which `openssl pkey -in` reads.

use super::KeystoreError;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// A key file is about 120 bytes; what is far larger is none.
const MAX_FILE_BYTES: u64 = 16 * 1024;

/// Writes a new key file with mode 0600 and waits until it is on the disk.
///
/// # Errors
/// `Exists` where there is a file already; `Io`.
pub fn write_key_file(path: &Path, name: &str, key: &SigningKey) -> Result<(), KeystoreError> {
    let io = |source: std::io::Error| {
        if source.kind() == std::io::ErrorKind::AlreadyExists {
            KeystoreError::Exists {
                name: name.to_owned(),
                path: path.to_owned(),
            }
        } else {
            KeystoreError::Io {
                doing: "write",
                path: path.to_owned(),
                source,
            }
        }
    };
    let text = encode(key).map_err(|what| KeystoreError::NotAKey {
        path: path.to_owned(),
        what,
    })?;
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

/// Reads a key file that only its owner can read.
///
/// # Errors
/// `Permissions`, `NotAKey`, `Io`.
pub fn read_key_file(path: &Path) -> Result<SigningKey, KeystoreError> {
    let io = |source| KeystoreError::Io {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    let not_a_key = |what: &str| KeystoreError::NotAKey {
        path: path.to_owned(),
        what: what.to_owned(),
    };
    // A named pipe would block for ever, so the kind is looked at before the file is opened.
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Err(not_a_key("it is no regular file"));
    }
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    if metadata.mode() & 0o077 != 0 {
        return Err(KeystoreError::Permissions {
            path: path.to_owned(),
            mode: metadata.mode() & 0o7777,
        });
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(not_a_key("it is larger than a key can be"));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE_BYTES)
        .read_to_string(&mut text)
        .map_err(|_| not_a_key("it is not text"))?;
    SigningKey::from_pkcs8_pem(&text).map_err(|_| {
        not_a_key("it holds no ed25519 private key in PKCS#8 PEM (an encrypted one is not read)")
    })
}

fn encode(key: &SigningKey) -> Result<Zeroizing<String>, String> {
    let bytes = KeypairBytes {
        secret_key: key.to_bytes(),
        // Version 1: no public key, or older openssl refuses the file.
        public_key: None,
    };
    bytes
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|e| format!("it cannot be encoded: {e}"))
}
