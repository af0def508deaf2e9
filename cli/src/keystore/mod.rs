//! Keys in files: `HOME/keys/NAME.pem`, one ed25519 key each, readable by their owner alone.

mod error;
mod pem;
#[cfg(test)]
mod tests;

pub use error::KeystoreError;
pub use pem::{read_key_file, write_key_file};

use allonge_contracts::PublicKey;
use allonge_contracts::members::Member;
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

    /// Makes a key from the operating system's randomness and writes its file.
    ///
    /// # Errors
    /// `Name`, `Exists`, `Io`, `Random`.
    pub fn create(&self, name: &str) -> Result<NamedKey, KeystoreError> {
        let key = new_key()?;
        self.insert(name, &key)?;
        Ok(NamedKey {
            name: name.to_owned(),
            key,
        })
    }

    /// Writes the file of a key that was made elsewhere.
    ///
    /// # Errors
    /// `Name`, `Exists`, `Io`.
    pub fn insert(&self, name: &str, key: &SigningKey) -> Result<PathBuf, KeystoreError> {
        let path = self.path(name)?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(|source| KeystoreError::Io {
                doing: "create",
                path: self.folder.clone(),
                source,
            })?;
        write_key_file(&path, name, key)?;
        Ok(path)
    }

    /// Reads one key.
    ///
    /// # Errors
    /// `Name`, `NotFound`, `Permissions`, `NotAKey`, `Io`.
    pub fn load(&self, name: &str) -> Result<NamedKey, KeystoreError> {
        let path = self.path(name)?;
        match read_key_file(&path) {
            Ok(key) => Ok(NamedKey {
                name: name.to_owned(),
                key,
            }),
            Err(KeystoreError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Err(KeystoreError::NotFound {
                    name: name.to_owned(),
                    folder: self.folder.clone(),
                })
            }
            Err(error) => Err(error),
        }
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
            match self.load(&name) {
                Ok(key) => {
                    let public = key.public();
                    let fresh = found.keys.iter().all(|other| other.public() != public);
                    if fresh && member.keys.contains(&public) {
                        found.keys.push(key);
                    }
                }
                Err(error) => found.unreadable.push(error),
            }
        }
        Ok(found)
    }
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
