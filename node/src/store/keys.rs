//! The keys. Numbers are big-endian, so that the order of keys is that of heights.

use allonge_contracts::{Hash, PublicKey};

/// What this store is.
pub const FORMAT: &[u8] = b"format";
/// The first height whose block is kept.
pub const HISTORY: &[u8] = b"history";
const BODY: u8 = b'b';
const CHECKPOINT: u8 = b'c';
const DECIDED: u8 = b'd';
const EVIDENCE: u8 = b'e';
const BUILT: u8 = b'm';
const PROPOSED: u8 = b'p';
const SET_CHANGE: u8 = b'v';
const WINDOW: u8 = b'w';
const RUN: u8 = b'x';
const PAGE: u8 = b'y';
/// Entries of the state, on a checkpoint's own shelf.
const STATE: u8 = b's';
/// Recent ids, on a checkpoint's own shelf.
const IDS: u8 = b'i';

fn key(table: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![table];
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

/// The smallest key behind all that begin with `prefix`.
pub fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            break;
        }
    }
    end
}

/// The bodies of a height.
pub fn bodies(height: u64) -> Vec<u8> {
    key(BODY, &[&height.to_be_bytes()])
}

/// A body.
pub fn body(height: u64, hash: &Hash) -> Vec<u8> {
    key(BODY, &[&height.to_be_bytes(), hash.as_bytes()])
}

/// The hash in the key of a body's piece.
pub fn hash_of_body(key: &[u8]) -> Option<Hash> {
    key.get(9..41)?.try_into().ok().map(Hash)
}

/// The record of a decision.
pub fn decided(height: u64) -> Vec<u8> {
    key(DECIDED, &[&height.to_be_bytes()])
}

/// All records of decisions.
pub fn all_decided() -> Vec<u8> {
    vec![DECIDED]
}

/// The proposals of a height.
pub fn proposals(height: u64) -> Vec<u8> {
    key(PROPOSED, &[&height.to_be_bytes()])
}

/// A proposal.
pub fn proposed(height: u64, round: u32, hash: &Hash) -> Vec<u8> {
    key(
        PROPOSED,
        &[&height.to_be_bytes(), &round.to_be_bytes(), hash.as_bytes()],
    )
}

/// The own blocks of a height.
pub fn all_built(height: u64) -> Vec<u8> {
    key(BUILT, &[&height.to_be_bytes()])
}

/// The own block of a height and round.
pub fn built(height: u64, round: u32) -> Vec<u8> {
    key(BUILT, &[&height.to_be_bytes(), &round.to_be_bytes()])
}

/// All evidence.
pub fn all_evidence() -> Vec<u8> {
    vec![EVIDENCE]
}

/// What is known against a validator in a round, by the number of the kind.
pub fn evidence(height: u64, round: u32, validator: &PublicKey, kind: u8) -> Vec<u8> {
    key(
        EVIDENCE,
        &[
            &height.to_be_bytes(),
            &round.to_be_bytes(),
            validator.as_bytes(),
            &[kind],
        ],
    )
}

/// All checkpoints' manifests.
pub fn checkpoints() -> Vec<u8> {
    vec![CHECKPOINT]
}

/// A checkpoint's manifest.
pub fn checkpoint(height: u64) -> Vec<u8> {
    key(CHECKPOINT, &[&height.to_be_bytes()])
}

/// A chunk of the state.
pub fn state_chunk(chunk: u32) -> Vec<u8> {
    key(STATE, &[&chunk.to_be_bytes()])
}

/// A chunk of the recent ids.
pub fn ids_chunk(chunk: u32) -> Vec<u8> {
    key(IDS, &[&chunk.to_be_bytes()])
}

/// All bodies.
pub fn all_bodies() -> Vec<u8> {
    vec![BODY]
}

/// All changes of the validator set.
pub fn set_changes() -> Vec<u8> {
    vec![SET_CHANGE]
}

/// The change of the validator set that a height brought.
pub fn set_change(height: u64) -> Vec<u8> {
    key(SET_CHANGE, &[&height.to_be_bytes()])
}

/// All headers kept without their blocks.
pub fn window() -> Vec<u8> {
    vec![WINDOW]
}

/// A header kept without its block.
pub fn window_at(height: u64) -> Vec<u8> {
    key(WINDOW, &[&height.to_be_bytes()])
}

/// All runs of the index.
pub fn runs() -> Vec<u8> {
    vec![RUN]
}

/// A run of the index, by its first height.
pub fn run(from: u64) -> Vec<u8> {
    key(RUN, &[&from.to_be_bytes()])
}

/// A page of a run.
pub fn page(from: u64, page: u32) -> Vec<u8> {
    key(PAGE, &[&from.to_be_bytes(), &page.to_be_bytes()])
}

/// The height in a key of most tables.
pub fn height_of(key: &[u8]) -> Option<u64> {
    key.get(1..9)?.try_into().ok().map(u64::from_be_bytes)
}

/// The round in the key of a proposal or of an own block.
pub fn round_of(key: &[u8]) -> Option<u32> {
    key.get(9..13)?.try_into().ok().map(u32::from_be_bytes)
}

/// What a key names, in words.
pub fn describe(key: &[u8]) -> String {
    let what = match key.first() {
        Some(&BODY) => "the block",
        Some(&CHECKPOINT) => "the checkpoint",
        Some(&DECIDED) => "the decision",
        Some(&EVIDENCE) => "the evidence",
        Some(&BUILT) => "the own block",
        Some(&PROPOSED) => "the proposal",
        Some(&SET_CHANGE) => "the change of validators",
        Some(&WINDOW) => "the header without its block",
        Some(&RUN) => "the index",
        Some(&PAGE) => "a page of the index",
        Some(&STATE) => return format!("part {} of the state", hex::encode(key)),
        Some(&IDS) => return format!("part {} of the recent ids", hex::encode(key)),
        _ if key == HISTORY => return "the beginning of the history".to_owned(),
        _ => return format!("the record {}", String::from_utf8_lossy(key)),
    };
    match height_of(key) {
        Some(height) => format!("{what} of height {height} (key {})", hex::encode(key)),
        None => format!("{what} (key {})", hex::encode(key)),
    }
}
