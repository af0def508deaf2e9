//! The engine's write-ahead log as a file: looked through before the engine opens it, and its troubles in words.
//!
//! The engine takes an entry that reaches beyond the end of the file for a write that was torn, and cuts it off
//! with all that follows; a log of another height than the next it begins anew. A flipped bit in a length or in
//! the height would so make it forget votes without a word. What a crash leaves is told from such damage here.

use super::codec::WireCodec;
use super::context::Context;
use super::engine::EngineError;
use super::last_words;
use super::tips::PeerTips;
use arc_malachitebft_app_channel::app::consensus::Input;
use arc_malachitebft_app_channel::app::engine::util::events::Event;
use arc_malachitebft_app_channel::app::engine::wal::decode_entry;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The format that the engine writes.
const VERSION: u32 = 1;
/// Format and height.
const HEADER: u64 = 12;
/// Flag, length and checksum of an entry.
const ENTRY_HEADER: u64 = 13;
/// Far more bytes than any entry has: a certificate of a hundred validators has ten thousand.
const MAX_ENTRY: u64 = 1 << 20;
/// Tag and length before what the codec wrote.
const PAYLOAD_HEADER: usize = 9;
/// The tag of an entry that has no such length.
const TIMEOUT: u8 = 2;

/// What a log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogContent {
    /// The height it is of.
    pub height: u64,
    /// Its entries, without one at the end that a crash has torn.
    pub entries: u64,
}

/// Looks through the log of a node whose last height is `tip`; nothing is changed. `None` if there is none.
///
/// # Errors
/// [`EngineError::Wal`] if it is damaged, [`EngineError::WalIo`] if it cannot be read.
pub fn check_log(wal: &Path, tip: u64) -> Result<Option<LogContent>, EngineError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => None,
        _ => Some(EngineError::WalIo {
            wal: wal.to_owned(),
            reason: error.to_string(),
        }),
    };
    let opened = File::open(wal).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = match opened.map_err(unreadable) {
        Ok(found) => found,
        Err(None) => return Ok(None),
        Err(Some(error)) => return Err(error),
    };
    if size == 0 {
        return Ok(None);
    }
    match look_through(BufReader::new(file), size, tip) {
        Ok(content) => Ok(Some(content)),
        Err(Trouble::Damaged(reason)) => Err(EngineError::Wal {
            wal: wal.to_owned(),
            reason,
        }),
        Err(Trouble::Unreadable(error)) => Err(EngineError::WalIo {
            wal: wal.to_owned(),
            reason: error.to_string(),
        }),
    }
}

enum Trouble {
    Damaged(String),
    Unreadable(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Unreadable(error)
    }
}

fn damaged<T>(what: String) -> Result<T, Trouble> {
    Err(Trouble::Damaged(what))
}

fn look_through(mut file: impl Read, size: u64, tip: u64) -> Result<LogContent, Trouble> {
    if size < HEADER {
        return damaged(format!(
            "it has {size} bytes, its beginning alone has {HEADER}"
        ));
    }
    let version = u32::from_be_bytes(take(&mut file)?);
    if version != VERSION {
        return damaged(format!(
            "it has format {version}, the engine writes {VERSION}"
        ));
    }
    let height = u64::from_be_bytes(take(&mut file)?);
    let codec = WireCodec::new(PeerTips::new(Vec::new(), Box::new(|_| ())));
    let mut content = LogContent { height, entries: 0 };
    let mut at = HEADER;
    loop {
        let left = size.saturating_sub(at);
        if left < ENTRY_HEADER {
            return Ok(content);
        }
        let number = content.entries.saturating_add(1);
        let wrong = |what: String| damaged(format!("entry {number} at byte {at}: {what}"));
        let [flag] = take(&mut file)?;
        let length = u64::from_be_bytes(take(&mut file)?);
        let sum = u32::from_be_bytes(take(&mut file)?);
        if flag != 0 {
            return wrong(format!("its flag is {flag}, the engine writes 0"));
        }
        if length > MAX_ENTRY {
            return wrong(format!("it says that it has {length} bytes"));
        }
        let room = left.saturating_sub(ENTRY_HEADER);
        let mut bytes = vec![0; usize::try_from(length.min(room)).unwrap_or(0)];
        file.read_exact(&mut bytes)?;
        if length > room {
            // Torn, unless what is there is whole and only says that it is longer.
            return match shorter(&bytes, sum) {
                Some(whole) => wrong(format!(
                    "it says that it has {length} bytes, and has {whole}"
                )),
                None => Ok(content),
            };
        }
        if crc32fast::hash(&bytes) != sum {
            return wrong("its checksum is wrong".to_owned());
        }
        match height_of(&codec, &bytes) {
            Err(what) => return wrong(what),
            Ok(Some(voted)) if voted > height => {
                return wrong(format!("it is of height {voted}, the log of {height}"));
            }
            // The log is begun anew only after its height is decided.
            Ok(Some(voted)) if voted != height && voted > tip => {
                return wrong(format!(
                    "it is of height {voted}, which is not decided, but the log says that it is of {height}"
                ));
            }
            Ok(_) => {}
        }
        content.entries = number;
        at = at.saturating_add(ENTRY_HEADER).saturating_add(length);
    }
}

fn take<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// How many of the first bytes have this checksum; an entry has at least one.
fn shorter(bytes: &[u8], sum: u32) -> Option<usize> {
    let mut hasher = crc32fast::Hasher::new();
    (1..).zip(bytes).find_map(|(count, byte)| {
        hasher.update(&[*byte]);
        (hasher.clone().finalize() == sum).then_some(count)
    })
}

/// The height of the vote or proposal in an entry.
fn height_of(codec: &WireCodec, bytes: &[u8]) -> Result<Option<u64>, String> {
    // The engine reserves as many bytes as this says.
    let (tag, rest) = bytes.split_first().ok_or("it is empty")?;
    if *tag != TIMEOUT {
        let length = rest.first_chunk().map(|length| u64::from_be_bytes(*length));
        let has = bytes.len().saturating_sub(PAYLOAD_HEADER) as u64;
        if length != Some(has) {
            return Err(format!(
                "its content says that it has {length:?} bytes, and has {has}"
            ));
        }
    }
    match decode_entry::<Context, _, _>(codec, bytes) {
        Ok(Input::Vote(vote)) => Ok(Some(vote.message.height.0)),
        Ok(Input::Proposal(proposal)) => Ok(Some(proposal.message.height.0)),
        Ok(_) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// What an event of the engine says about its log, if it says that it cannot go on with it.
pub(super) fn trouble(event: &Event<Context>, wal: &Path) -> Option<EngineError> {
    let of_system = |reason: String| EngineError::WalIo {
        wal: wal.to_owned(),
        reason,
    };
    let (system, reason) = match event {
        Event::WalCorrupted(error) => (error.raw_os_error().is_some(), error.to_string()),
        Event::WalResetError(error) => {
            let cause = error.downcast_ref::<io::Error>();
            let system = cause.is_some_and(|error| error.raw_os_error().is_some());
            (system, format!("{error:#}"))
        }
        Event::WalReplayError(error) => (false, error.to_string()),
        _ => return None,
    };
    Some(match system {
        true => of_system(reason),
        false => EngineError::Wal {
            wal: wal.to_owned(),
            reason,
        },
    })
}

/// Puts the engine's last words in the place of an end that it did not explain: where its log cannot be
/// written, it stands still and only its log lines say why.
pub(super) fn explained(result: Result<(), EngineError>, wal: &Path) -> Result<(), EngineError> {
    match result {
        Err(EngineError::Failed) => Err(last_words::of_engine()
            .filter(|words| words.contains("WAL"))
            .map_or(EngineError::Failed, |reason| EngineError::WalIo {
                wal: wal.to_owned(),
                reason,
            })),
        result => result,
    }
}
