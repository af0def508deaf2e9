//! Files that a user names.

use crate::error::CliError;
use allonge_ledger::Genesis;
use allonge_node::keyfile::{self, KeyFileError};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A genesis document names members and validators; far more than any has.
const MAX_GENESIS_BYTES: usize = 64 * 1024 * 1024;
/// The most characters that an error repeats of what a reader of JSON or TOML says.
pub const MOST_SHOWN: usize = 400;

/// Reads a file of at most so many bytes.
///
/// # Errors
/// It cannot be read, or is larger.
pub fn read_bounded(file: &Path, most: usize) -> Result<Vec<u8>, CliError> {
    let unreadable = |what: String| {
        CliError::input(
            "FILE",
            format!("cannot read {}: {what}", file.display()),
            "give the path of a file that you may read",
        )
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file)
        .map_err(|e| unreadable(e.to_string()))?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() > most {
        return Err(unreadable(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// Writes a file, replacing what was there; `option` is how the user named it.
///
/// # Errors
/// It cannot be written.
pub fn write(file: &Path, bytes: &[u8], option: &str) -> Result<(), CliError> {
    std::fs::write(file, bytes).map_err(|e| {
        CliError::input(
            "FILE",
            format!("cannot write {}: {e}", file.display()),
            format!("name another file with {option}"),
        )
    })
}

/// Writes a new file for its owner alone; `option` is how the user named it.
///
/// # Errors
/// There is one already, or it cannot be written.
pub fn write_new(file: &Path, text: &str, option: &str) -> Result<(), CliError> {
    keyfile::write_text(file, text).map_err(|e| {
        CliError::input(
            "FILE",
            match e {
                KeyFileError::Exists(path) => {
                    format!("{} is there already, and is left alone", path.display())
                }
                e => format!("cannot write {e}"),
            },
            format!("name another file with {option}"),
        )
    })
}

/// Text from a file made fit for an error: at most so many characters, none that moves a cursor.
pub fn shown(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == most {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Reads a genesis document and checks its rules.
///
/// # Errors
/// It cannot be read, or is no genesis document.
pub fn read_genesis(file: &Path) -> Result<Genesis, CliError> {
    let wrong = |what: String| {
        CliError::input(
            "NOT_A_GENESIS",
            format!("{}: {what}", file.display()),
            "give the network's genesis file",
        )
    };
    let bytes = read_bounded(file, MAX_GENESIS_BYTES)?;
    let genesis: Genesis =
        serde_json::from_slice(&bytes).map_err(|e| wrong(shown(&e.to_string(), MOST_SHOWN)))?;
    genesis.check().map_err(wrong)?;
    Ok(genesis)
}
