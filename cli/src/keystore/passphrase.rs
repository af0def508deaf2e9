//! Where the passphrase of an encrypted key comes from.

use super::KeystoreError;
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Holds the passphrase itself.
const VARIABLE: &str = "ALLONGE_PASSPHRASE";
/// Holds the path of a file with it.
const FILE_VARIABLE: &str = "ALLONGE_PASSPHRASE_FILE";
/// The longest passphrase in bytes.
const MAX_BYTES: u64 = 1024;

/// A passphrase, wiped when it is let go of.
pub type Passphrase = Zeroizing<String>;

/// Where passphrases come from: a file that was named, the environment, or the terminal.
#[derive(Clone, Debug, Default)]
pub struct Passphrases {
    /// A file whose first line it is; before all others.
    pub file: Option<PathBuf>,
}

/// Where the passphrase of a key that is written comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewPassphrase {
    /// The first line of a file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// Asked for twice on the terminal.
    Asked,
}

impl Passphrases {
    /// The passphrase that opens a key file; asked for on the terminal where no other place is named.
    ///
    /// # Errors
    /// `Locked` where there is no place to get it from; `Passphrase` where the place is no good.
    pub fn opening(&self, path: &Path) -> Result<Passphrase, KeystoreError> {
        if let Some(file) = &self.file {
            return from_file(file);
        }
        if let Some(value) = variable(VARIABLE)? {
            return Ok(value);
        }
        if let Some(file) = std::env::var_os(FILE_VARIABLE).filter(|file| !file.is_empty()) {
            return from_file(Path::new(&file));
        }
        if !std::io::stdin().is_terminal() {
            return Err(KeystoreError::Locked {
                path: path.to_owned(),
            });
        }
        ask(&format!("Passphrase of {}: ", path.display()))
    }
}

impl NewPassphrase {
    /// The passphrase.
    ///
    /// # Errors
    /// `Passphrase`.
    pub fn get(&self) -> Result<Passphrase, KeystoreError> {
        match self {
            NewPassphrase::File(file) => from_file(file),
            NewPassphrase::Variable(name) => variable(name)?.ok_or_else(|| {
                KeystoreError::Passphrase(format!("the environment variable {name} is not set"))
            }),
            NewPassphrase::Asked => {
                if !std::io::stdin().is_terminal() {
                    return Err(KeystoreError::Passphrase(
                        "there is no terminal to ask for it on".to_owned(),
                    ));
                }
                let once = ask("New passphrase: ")?;
                if once != ask("The same again: ")? {
                    return Err(KeystoreError::Passphrase(
                        "it was not the same the second time".to_owned(),
                    ));
                }
                Ok(once)
            }
        }
    }
}

fn ask(prompt: &str) -> Result<Passphrase, KeystoreError> {
    let text = rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|e| KeystoreError::Passphrase(format!("the terminal cannot be read: {e}")))?;
    filled(text, "what was typed")
}

fn variable(name: &str) -> Result<Option<Passphrase>, KeystoreError> {
    match std::env::var(name) {
        Ok(value) => filled(Zeroizing::new(value), name).map(Some),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(KeystoreError::Passphrase(format!("{name} is not text")))
        }
    }
}

fn from_file(file: &Path) -> Result<Passphrase, KeystoreError> {
    let wrong = |what: String| KeystoreError::Passphrase(format!("{}: {what}", file.display()));
    if !std::fs::metadata(file)
        .map_err(|e| wrong(e.to_string()))?
        .is_file()
    {
        return Err(wrong("it is no regular file".to_owned()));
    }
    let mut text = Zeroizing::new(String::with_capacity(2 * MAX_BYTES as usize));
    File::open(file)
        .map_err(|e| wrong(e.to_string()))?
        .take(MAX_BYTES + 2)
        .read_to_string(&mut text)
        .map_err(|e| wrong(e.to_string()))?;
    let line = Zeroizing::new(text.lines().next().unwrap_or_default().to_owned());
    filled(line, &file.display().to_string())
}

fn filled(text: Passphrase, place: &str) -> Result<Passphrase, KeystoreError> {
    if text.is_empty() {
        return Err(KeystoreError::Passphrase(format!("{place} is empty")));
    }
    if text.len() as u64 > MAX_BYTES {
        return Err(KeystoreError::Passphrase(format!(
            "{place} has more than {MAX_BYTES} bytes"
        )));
    }
    Ok(text)
}
