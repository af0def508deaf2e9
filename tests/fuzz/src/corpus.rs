//! Inputs that are kept: every one that once broke something.

use super::Target;
use std::io;
use std::path::PathBuf;

/// The folder of a target's kept inputs.
pub fn folder(target: &Target) -> PathBuf {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    corpus.join(target.name)
}

/// A target's kept inputs with the names of their files, in the order of those; none where there is no folder.
///
/// # Errors
/// A file cannot be read.
pub fn load(target: &Target) -> io::Result<Vec<(String, Vec<u8>)>> {
    let entries = match std::fs::read_dir(folder(target)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut kept = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        kept.push((name, std::fs::read(entry.path())?));
    }
    kept.sort();
    Ok(kept)
}
