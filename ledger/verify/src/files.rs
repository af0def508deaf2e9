//! The two files that are read, never more of them than they may have.

use super::Failure;
use allonge_ledger::{Genesis, MAX_PROOF_BYTES, ProofFile};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A genesis document names members and validators; far more than any has.
const MAX_GENESIS_BYTES: usize = 64 * 1024 * 1024;

fn failure(code: &'static str, path: &Path, what: String, hint: &'static str) -> Failure {
    Failure {
        exit: 2,
        code,
        message: format!("{}: {what}", path.display()),
        hint,
    }
}

fn read(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let unreadable = |what: String| {
        failure(
            "FILE",
            path,
            what,
            "give the path of a file that you may read",
        )
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    if bytes.len() > most {
        return Err(unreadable(format!("has more than {most} bytes")));
    }
    Ok(bytes)
}

/// Reads a genesis document and checks its rules.
pub fn genesis(path: &Path) -> Result<Genesis, Failure> {
    let wrong = |what: String| {
        failure(
            "NOT_A_GENESIS",
            path,
            what,
            "give the network's genesis file",
        )
    };
    let bytes = read(path, MAX_GENESIS_BYTES)?;
    let genesis: Genesis =
        serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    genesis.check().map_err(wrong)?;
    Ok(genesis)
}

/// Reads a proof file; what it claims is not checked yet.
pub fn proof(path: &Path) -> Result<ProofFile, Failure> {
    let bytes = read(path, MAX_PROOF_BYTES)?;
    ProofFile::from_json(&bytes).map_err(|error| {
        let hint = "give a file as `allonge proof get` writes it";
        failure("NOT_A_PROOF", path, error.to_string(), hint)
    })
}
