//! What was sent: every transaction is on disk here before it leaves this computer, so that its fate
//! can be asked for, and the same transaction sent again, whatever happens in between.

use super::builder::{Signed, now_ms};
use allonge_contracts::{Hash, MemberId};
use allonge_ledger::Transaction;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A line is a transaction in hex and a little more.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// The log `HOME/sent.jsonl`: one JSON object a line, appended and synced.
#[derive(Clone, Debug)]
pub struct SentLog {
    path: PathBuf,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The transaction.
    pub id: Hash,
    /// When it was written, in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub at_ms: u64,
    /// Who acts.
    pub actor: MemberId,
    /// Its calls by name.
    pub calls: Vec<String>,
    /// Until when it may become final, in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub valid_until: u64,
    /// Its canonical bytes in hex.
    pub transaction: String,
}

/// The log cannot be written or read; nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("cannot write down the transaction in {}: {source}; it was not sent", .path.display())]
pub struct SentLogError {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub source: std::io::Error,
}

impl SentLog {
    /// The log of an ALLONGE_HOME; nothing is created.
    pub fn of_home(home: &Path) -> Self {
        SentLog {
            path: home.join("sent.jsonl"),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a transaction and waits until it is on the disk.
    ///
    /// # Errors
    /// The file system's; then the transaction must not be sent.
    pub fn append(&self, signed: &Signed) -> Result<(), SentLogError> {
        let body = &signed.transaction.body;
        let sent = Sent {
            id: signed.id,
            at_ms: now_ms(),
            actor: body.actor.clone(),
            calls: body
                .calls
                .iter()
                .map(|call| call.name().to_owned())
                .collect(),
            valid_until: body.valid_until,
            transaction: hex::encode(&signed.bytes),
        };
        self.write(&sent).map_err(|source| SentLogError {
            path: self.path.clone(),
            source,
        })
    }

    fn write(&self, sent: &Sent) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let fresh = !self.path.exists();
        let mut file = OpenOptions::new()
            .append(true)
            .read(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?;
        let mut line = Vec::new();
        if !ends_a_line(&mut file)? {
            // A crash cut the last line short; this one shall not be lost with it.
            line.push(b'\n');
        }
        serde_json::to_writer(&mut line, sent)?;
        line.push(b'\n');
        // One write, so that lines of several processes do not mix.
        file.write_all(&line)?;
        file.sync_data()?;
        if fresh {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Every transaction that was written down, and not more than `limit`. Lines cut short by a crash are
    /// passed over.
    ///
    /// # Errors
    /// The file system's.
    pub fn all(&self, limit: usize) -> std::io::Result<Vec<Sent>> {
        let mut reader = BufReader::new(File::open(&self.path)?);
        let mut all = Vec::new();
        let mut line = Vec::new();
        while all.len() < limit {
            line.clear();
            let mut one = reader.by_ref().take(MAX_LINE_BYTES);
            if one.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            all.extend(serde_json::from_slice::<Sent>(&line));
        }
        Ok(all)
    }

    /// Finds a transaction; `None` where this home never sent it. A line cut short by a crash is passed over.
    ///
    /// # Errors
    /// The file system's.
    pub fn find(&self, id: &Hash) -> std::io::Result<Option<Sent>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let mut reader = BufReader::new(file);
        let wanted = id.to_string();
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader
                .by_ref()
                .take(MAX_LINE_BYTES)
                .read_until(b'\n', &mut line)?
                == 0
            {
                return Ok(None);
            }
            if let Ok(sent) = serde_json::from_slice::<Sent>(&line)
                && sent.id.to_string() == wanted
            {
                return Ok(Some(sent));
            }
        }
    }
}

fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0u8; 1];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

impl Sent {
    /// The transaction as it was signed; `None` if the line was damaged.
    pub fn signed(&self) -> Option<Signed> {
        let bytes = hex::decode(&self.transaction).ok()?;
        let transaction = Transaction::from_bytes(&bytes).ok()?;
        (transaction.body.id() == self.id).then_some(Signed {
            id: self.id,
            transaction,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::builder::{Chain, TransactionBuilder};
    use super::*;
    use allonge_contracts::calls::RotateKeys;
    use ed25519_dalek::SigningKey;

    fn signed(seed: u8) -> Signed {
        let chain = Chain {
            genesis: Hash([7; 32]),
            header_time_ms: 0,
            max_life_ms: 1,
        };
        TransactionBuilder::new(&chain, "alice".parse().unwrap())
            .call(RotateKeys {
                keys: vec![],
                threshold: 1,
            })
            .sign([&SigningKey::from_bytes(&[seed; 32])])
            .unwrap()
    }

    #[test]
    fn what_was_sent_is_found_again_and_torn_lines_are_passed_over() {
        let home = tempfile::tempdir().unwrap();
        let log = SentLog::of_home(&home.path().join("new"));
        let (first, second) = (signed(1), signed(2));
        assert!(log.find(&first.id).unwrap().is_none());
        log.append(&first).unwrap();
        let mut file = OpenOptions::new().append(true).open(log.path()).unwrap();
        file.write_all(b"{\"id\":\"torn").unwrap();
        log.append(&second).unwrap();
        for one in [first, second] {
            let sent = log.find(&one.id).unwrap().unwrap();
            assert_eq!(sent.calls, ["members.rotate_keys"]);
            assert_eq!(sent.signed(), Some(one));
        }
        assert!(log.find(&Hash([1; 32])).unwrap().is_none());
    }

    #[test]
    fn a_home_that_cannot_be_written_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(SentLog::of_home(&file).append(&signed(1)).is_err());
    }
}
