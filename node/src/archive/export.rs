//! Making archives, whole from a store or part by part for whoever asks over HTTP.

use super::frame::Writer;
use super::part::{BlockPart, Head, Part};
use crate::store::{Records, StoreError, WindowEntry};
use allonge_ledger::trie::Trie;
use allonge_ledger::{Genesis, LedgerState, SetChange};
use std::io::{self, Write};

/// About how many bytes of entries, or of headers and ids, make a part.
const PART: usize = 1 << 20;

/// How much of the chain goes into an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The state, and every block that is kept.
    Backup,
    /// The state, the last block, and headers and ids of the replay window.
    Snapshot,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The height just written.
    pub height: u64,
    /// The last one.
    pub tip: u64,
}

/// What stands at the beginning: the state is that after the last block, blocks begin at `blocks_from`.
pub fn head_part(state: &LedgerState, window_start: u64, blocks_from: u64) -> Part {
    Part::Head(Head {
        // A document that was read from JSON can be written as JSON.
        genesis: serde_json::to_vec::<Genesis>(&state.genesis).unwrap_or_default(),
        height: state.height(),
        block: state.tip(),
        first: window_start.min(blocks_from),
        blocks_from,
        entries: state.trie.len() as u64,
    })
}

/// The changes of the validator set as parts.
pub fn set_change_parts(changes: Vec<SetChange>) -> impl Iterator<Item = Part> {
    changes.into_iter().map(Box::new).map(Part::SetChange)
}

/// About how many bytes a header with its ids takes.
pub fn entry_bytes(entry: &WindowEntry) -> usize {
    entry.ids.len().saturating_mul(32).saturating_add(400)
}

/// A block as a part.
pub fn block_part(
    certificate: allonge_ledger::Certificate,
    bytes: std::sync::Arc<[u8]>,
    receipts: std::sync::Arc<allonge_ledger::Receipts>,
) -> Part {
    Part::Block(Box::new(BlockPart {
        certificate,
        bytes,
        receipts,
    }))
}

/// The entries behind a key, or the first ones, and the key of the last of them; `None` behind the last.
pub fn state_part(trie: &Trie, after: Option<&[u8]>) -> Option<(Part, Vec<u8>)> {
    let (mut entries, mut bytes) = (Vec::new(), 0usize);
    let from = after.unwrap_or_default();
    for (key, value) in trie.scan_from(&[], from) {
        if after == Some(key) {
            continue;
        }
        bytes = bytes.saturating_add(key.len() + value.len());
        entries.push((key.to_vec(), value.to_vec()));
        if bytes >= PART {
            break;
        }
    }
    let last = entries.last()?.0.clone();
    Some((Part::State(entries), last))
}

/// Writes an archive of a store that nobody else has open; how many bytes it has.
///
/// # Errors
/// The store fails or is damaged, or the file cannot be written.
pub fn write<W: Write>(
    records: &Records,
    state: &LedgerState,
    what: What,
    out: W,
    progress: &mut dyn FnMut(Progress),
) -> Result<(W, u64), ExportError> {
    let tip = state.height();
    if tip == 0 {
        return Err(ExportError::Empty);
    }
    let window_start = records.window_start(tip, state.genesis.limits.transaction_life_ms)?;
    let blocks_from = match what {
        What::Backup => records.history_start()?,
        What::Snapshot => tip,
    };
    let mut writer = Writer::new(out)?;
    writer.push(&head_part(state, window_start, blocks_from))?;
    for part in set_change_parts(records.set_changes(tip)?) {
        writer.push(&part)?;
    }
    let (mut entries, mut bytes) = (Vec::new(), 0usize);
    for height in window_start..blocks_from {
        let entry = records.window_entry(height)?;
        let entry = entry.ok_or_else(|| records.missing_decision(height))?;
        bytes = bytes.saturating_add(entry_bytes(&entry));
        entries.push(entry);
        if bytes >= PART || height.saturating_add(1) == blocks_from {
            writer.push(&Part::Window(std::mem::take(&mut entries)))?;
            bytes = 0;
        }
    }
    for height in blocks_from..=tip {
        let (record, bytes) = records
            .decided_block(height)?
            .ok_or_else(|| records.missing_decision(height))?;
        writer.push(&block_part(record.certificate, bytes, record.receipts))?;
        progress(Progress { height, tip });
    }
    let mut after: Option<Vec<u8>> = None;
    while let Some((part, last)) = state_part(&state.trie, after.as_deref()) {
        writer.push(&part)?;
        after = Some(last);
    }
    Ok(writer.finish()?)
}

/// Why no archive was made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is nothing in it yet.
    #[error("there is no block yet")]
    Empty,
    /// The store fails or is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("it cannot be written: {0}")]
    Io(#[from] io::Error),
}
