//! One key as a file.

use super::sealed::{self, Content, OpenError};
use super::{KeystoreError, Passphrase, Passphrases, public_key};
use allonge_contracts::PublicKey;
use allonge_node::keyfile::{self, KeyFileError};
use ed25519_dalek::SigningKey;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A key file that was read, and not opened where it is encrypted.
pub struct KeyFile {
    path: PathBuf,
    content: Content,
}

impl KeyFile {
    /// Reads a key file, PEM, that only its owner can read.
    ///
    /// # Errors
    /// `Permissions`, `NotAKey`, `Io`.
    pub fn read(path: &Path) -> Result<Self, KeystoreError> {
        let text = keyfile::read_text(path).map_err(|error| translated(error, "read", path))?;
        Self::decode(path, text.as_bytes())
    }

    /// Takes the bytes of a file, PEM or DER, whoever can read it.
    ///
    /// # Errors
    /// `NotAKey`.
    pub fn decode(path: &Path, bytes: &[u8]) -> Result<Self, KeystoreError> {
        let content = sealed::decode(bytes).map_err(|what| KeystoreError::NotAKey {
            path: path.to_owned(),
            what,
        })?;
        Ok(KeyFile {
            path: path.to_owned(),
            content,
        })
    }

    /// Whether it takes a passphrase to use it.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.content, Content::Sealed(_))
    }

    /// The public half, as far as the file shows it.
    pub fn public(&self) -> Option<PublicKey> {
        match &self.content {
            Content::Plain(key) => Some(public_key(key)),
            Content::Sealed(sealed) => sealed.public,
        }
    }

    /// The public half, with the passphrase where it takes one.
    ///
    /// # Errors
    /// As [`KeyFile::open`].
    pub fn known_public(&self, passphrases: &Passphrases) -> Result<PublicKey, KeystoreError> {
        match self.public() {
            Some(public) => Ok(public),
            None => Ok(public_key(&self.open(passphrases)?)),
        }
    }

    /// The key.
    ///
    /// # Errors
    /// `Locked`, `Passphrase`, `WrongPassphrase`, `NotAKey`.
    pub fn open(&self, passphrases: &Passphrases) -> Result<SigningKey, KeystoreError> {
        match &self.content {
            Content::Plain(key) => Ok(key.clone()),
            Content::Sealed(_) => self.open_with(&passphrases.opening(&self.path)?),
        }
    }

    /// The key, with this passphrase where it is encrypted.
    ///
    /// # Errors
    /// `WrongPassphrase`, `NotAKey`.
    pub fn open_with(&self, passphrase: &Passphrase) -> Result<SigningKey, KeystoreError> {
        match &self.content {
            Content::Plain(key) => Ok(key.clone()),
            Content::Sealed(sealed) => sealed.open(passphrase).map_err(|error| match error {
                OpenError::Passphrase => KeystoreError::WrongPassphrase {
                    path: self.path.clone(),
                },
                OpenError::File(what) => KeystoreError::NotAKey {
                    path: self.path.clone(),
                    what,
                },
            }),
        }
    }
}

/// A key as it is written into a file.
///
/// # Errors
/// `Random`.
pub fn text_of(
    key: &SigningKey,
    passphrase: Option<&Passphrase>,
) -> Result<Passphrase, KeystoreError> {
    sealed::encode(key, passphrase.map(|text| text.as_str())).map_err(KeystoreError::Random)
}

/// Writes a new key file with mode 0600, encrypted where there is a passphrase, and waits until it is on the disk.
///
/// # Errors
/// `Exists` where there is a file already; `Io`.
pub fn write_key_file(
    path: &Path,
    name: &str,
    key: &SigningKey,
    passphrase: Option<&Passphrase>,
) -> Result<(), KeystoreError> {
    let text = text_of(key, passphrase)?;
    keyfile::write_text(path, &text).map_err(|error| match error {
        KeyFileError::Exists(path) => KeystoreError::Exists {
            name: name.to_owned(),
            path,
        },
        error => translated(error, "write", path),
    })
}

/// Gives a file another name and waits until that is on the disk.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), KeystoreError> {
    let folders = [from.parent(), to.parent()];
    std::fs::rename(from, to)
        .and_then(|()| {
            folders
                .into_iter()
                .flatten()
                .try_for_each(|folder| File::open(folder)?.sync_all())
        })
        .map_err(|source| KeystoreError::Io {
            doing: "rename",
            path: from.to_owned(),
            source,
        })
}

fn translated(error: KeyFileError, doing: &'static str, at: &Path) -> KeystoreError {
    match error {
        KeyFileError::Exists(path) => KeystoreError::Exists {
            name: path.display().to_string(),
            path,
        },
        KeyFileError::Permissions { path, mode } => KeystoreError::Permissions { path, mode },
        KeyFileError::NotAKey { path, what } => KeystoreError::NotAKey {
            path,
            what: what.to_owned(),
        },
        KeyFileError::Io { source, .. } => KeystoreError::Io {
            doing,
            path: at.to_owned(),
            source,
        },
    }
}
