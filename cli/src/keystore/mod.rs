//! Keys in files: `HOME/keys/NAME.pem`, one ed25519 key each, readable by their owner alone, encrypted or not.

mod error;
mod file;
mod passphrase;
mod sealed;
#[cfg(test)]
mod tests;

pub use error::KeystoreError;
pub use file::{KeyFile, text_of, write_key_file};
pub use passphrase::{NewPassphrase, Passphrase, Passphrases};

use crate::client::{Signable, Signer, SignerError};
use allonge_contracts::members::Member;
use allonge_contracts::{PublicKey, Signature};
use ed25519_dalek::SigningKey;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most key files that are looked at.
const MAX_KEYS: usize = 10_000;

/// A folder of keys.
#[derive(Clone, Debug)]
pub struct Keystore {
    folder: PathBuf,
    passphrases: Passphrases,
}

/// A key with its name.
pub struct NamedKey {
    /// The file's name without `.pem`.
    pub name: String,
    /// The key.
    pub key: SigningKey,
}

impl NamedKey {
    /// The public half.
    pub fn public(&self) -> PublicKey {
        public_key(&self.key)
    }
}

impl Signer for NamedKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn public(&self) -> PublicKey {
        NamedKey::public(self)
    }

    fn sign(&self, what: &Signable<'_>) -> Result<Signature, SignerError> {
        let signature: ed25519_dalek::Signature =
            ed25519_dalek::Signer::sign(&self.key, &what.message());
        Ok(Signature(signature.to_bytes()))
    }
}

/// The public half of a key.
pub fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// A key from the operating system's randomness.
///
/// # Errors
/// `Random`.
pub fn new_key() -> Result<SigningKey, KeystoreError> {
    let mut secret = Zeroizing::new([0u8; 32]);
    getrandom::fill(secret.as_mut_slice()).map_err(|e| KeystoreError::Random(e.to_string()))?;
    Ok(SigningKey::from_bytes(&secret))
}

/// What the keystore has for a member.
#[derive(Default)]
pub struct MemberKeys {
    /// Keys registered for the member, no more than its threshold.
    pub keys: Vec<NamedKey>,
    /// Files that could not be read and might have held one.
    pub unreadable: Vec<KeystoreError>,
}

impl Keystore {
    /// The keystore of an ALLONGE_HOME; nothing is created.
    pub fn of_home(home: &Path) -> Self {
        Keystore {
            folder: home.join("keys"),
            passphrases: Passphrases::default(),
        }
    }

    /// With another place for passphrases than the environment and the terminal.
    pub fn with_passphrases(self, passphrases: Passphrases) -> Self {
        Keystore {
            passphrases,
            ..self
        }
    }

    /// Where the keys are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a key.
    ///
    /// # Errors
    /// `Name`.
    pub fn path(&self, name: &str) -> Result<PathBuf, KeystoreError> {
        check_name(name)?;
        Ok(self.folder.join(format!("{name}.pem")))
    }

    /// Makes a key from the operating system's randomness and writes its file, unencrypted.
    ///
    /// # Errors
    /// `Name`, `Exists`, `Io`, `Random`.
    pub fn create(&self, name: &str) -> Result<NamedKey, KeystoreError> {
        let key = new_key()?;
        self.insert(name, &key, None)?;
        Ok(NamedKey {
            name: name.to_owned(),
            key,
        })
    }

    /// Writes the file of a key, encrypted where there is a passphrase.
    ///
    /// # Errors
    /// `Name`, `Exists`, `Io`.
    pub fn insert(
        &self,
        name: &str,
        key: &SigningKey,
        passphrase: Option<&Passphrase>,
    ) -> Result<PathBuf, KeystoreError> {
        let path = self.path(name)?;
        make_folder(&self.folder)?;
        write_key_file(&path, name, key, passphrase)?;
        Ok(path)
    }

    /// Writes a key's file anew, encrypted or not; the old one is there until the new one is whole.
    ///
    /// # Errors
    /// `Name`, `Io`, `Random`.
    pub fn replace(
        &self,
        name: &str,
        key: &SigningKey,
        passphrase: Option<&Passphrase>,
    ) -> Result<(), KeystoreError> {
        let path = self.path(name)?;
        let fresh = path.with_extension("pem.new");
        // What a crash left behind; the key itself is in the file that is to be replaced.
        let _ = std::fs::remove_file(&fresh);
        write_key_file(&fresh, name, key, passphrase)?;
        file::rename(&fresh, &path)
    }

    /// Puts the key `next` in the place of the key `name`, whose file goes to the folder `retired` under the name
    /// and the first sixteen digits of its public half. Says where.
    ///
    /// # Errors
    /// `Name`, `NotFound`, `Io`.
    pub fn succeed(
        &self,
        name: &str,
        public: &PublicKey,
        next: &str,
    ) -> Result<PathBuf, KeystoreError> {
        let (path, next) = (self.path(name)?, self.path(next)?);
        let folder = self.folder.join("retired");
        make_folder(&folder)?;
        let digits: String = public.to_string().chars().take(16).collect();
        let retired = folder.join(format!("{name}-{digits}.pem"));
        if path.exists() {
            file::rename(&path, &retired)?;
        }
        file::rename(&next, &path)?;
        Ok(retired)
    }

    /// What a key's file shows without a passphrase.
    ///
    /// # Errors
    /// `Name`, `NotFound`, `Permissions`, `NotAKey`, `Io`.
    pub fn file(&self, name: &str) -> Result<KeyFile, KeystoreError> {
        match KeyFile::read(&self.path(name)?) {
            Err(KeystoreError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Err(KeystoreError::NotFound {
                    name: name.to_owned(),
                    folder: self.folder.clone(),
                })
            }
            other => other,
        }
    }

    /// Reads one key, with the passphrase where it is encrypted.
    ///
    /// # Errors
    /// As [`Keystore::file`]; `Locked`, `WrongPassphrase`, `Passphrase`.
    pub fn load(&self, name: &str) -> Result<NamedKey, KeystoreError> {
        Ok(NamedKey {
            name: name.to_owned(),
            key: self.file(name)?.open(&self.passphrases)?,
        })
    }

    /// The public half of a key; the passphrase is needed only where it does not stand in the file.
    ///
    /// # Errors
    /// As [`Keystore::load`].
    pub fn public(&self, name: &str) -> Result<PublicKey, KeystoreError> {
        self.file(name)?.known_public(&self.passphrases)
    }

    /// The names of all keys, in order; empty where there is no keystore yet.
    ///
    /// # Errors
    /// `Io`.
    pub fn names(&self) -> Result<Vec<String>, KeystoreError> {
        let io = |source| KeystoreError::Io {
            doing: "list",
            path: self.folder.clone(),
            source,
        };
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(io(e)),
        };
        let mut names = Vec::new();
        for entry in entries.take(MAX_KEYS) {
            let file = entry.map_err(io)?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(".pem"));
            if let Some(name) = name.filter(|name| check_name(name).is_ok()) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The keys that are registered for a member, as many as its threshold asks for.
    ///
    /// # Errors
    /// `Io` where the folder cannot be listed.
    pub fn for_member(&self, member: &Member) -> Result<MemberKeys, KeystoreError> {
        let mut found = MemberKeys::default();
        let mut names = self.names()?;
        // Keys named after their member come first, so that other files need not be read.
        names.sort_by_key(|name| !name.starts_with(member.id.as_str()));
        for name in names {
            if found.keys.len() >= usize::from(member.threshold) {
                break;
            }
            match self.key_of(member, &name) {
                Ok(Some(key)) => {
                    let public = key.public();
                    if found.keys.iter().all(|other| other.public() != public) {
                        found.keys.push(key);
                    }
                }
                Ok(None) => {}
                Err(error) => found.unreadable.push(error),
            }
        }
        Ok(found)
    }

    /// The key, if it is one of the member's; one that shows itself to be another's stays closed.
    fn key_of(&self, member: &Member, name: &str) -> Result<Option<NamedKey>, KeystoreError> {
        let file = self.file(name)?;
        if file.public().is_some_and(|key| !member.keys.contains(&key)) {
            return Ok(None);
        }
        let key = NamedKey {
            name: name.to_owned(),
            key: file.open(&self.passphrases)?,
        };
        Ok(member.keys.contains(&key.public()).then_some(key))
    }
}

fn make_folder(folder: &Path) -> Result<(), KeystoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| KeystoreError::Io {
            doing: "create",
            path: folder.to_owned(),
            source,
        })
}

fn check_name(name: &str) -> Result<(), KeystoreError> {
    let fits = (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
    if fits {
        Ok(())
    } else {
        Err(KeystoreError::Name(name.chars().take(80).collect()))
    }
}
