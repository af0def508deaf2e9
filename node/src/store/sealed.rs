//! How a value is kept: with a version and a checksum over its key and itself, in pieces if it is long.
//!
//! Sled writes a page of up to 17 entries anew every few changes, and pages above an eighth of a
//! megabyte go into files that it does not sync. Short pieces keep every page inside its log.

use super::keys::{describe, end_of};
use super::{Batch, Store, StoreError};
use allonge_contracts::tagged_hash;

/// The version that leads every stored value.
const VERSION: u8 = 1;
/// Bytes of the checksum.
const SUM: usize = 8;
/// The most bytes of a piece.
const PIECE: usize = 4_000;
/// The most pieces of a value.
const MAX_PIECES: usize = 1 << 16;

fn sum(key: &[u8], value: &[u8]) -> [u8; SUM] {
    let length = (key.len() as u16).to_le_bytes();
    let hash = tagged_hash("allonge/stored/1", &[&length, key, value]);
    let mut sum = [0; SUM];
    sum.copy_from_slice(&hash.as_bytes()[..SUM]);
    sum
}

fn seal(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&[0; SUM]);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    let sum = sum(key, &bytes[1 + SUM..]);
    bytes[1..=SUM].copy_from_slice(&sum);
    bytes
}

fn unseal<'a>(store: &dyn Store, key: &[u8], bytes: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let (version, rest) = bytes
        .split_first()
        .ok_or_else(|| damaged(store, key, "it has no bytes"))?;
    if *version != VERSION {
        let what = format!("version {version}, this program reads {VERSION}");
        return Err(damaged(store, key, &what));
    }
    match rest.split_at_checked(SUM) {
        Some((found, value)) if found == sum(key, value) => Ok(value),
        _ => Err(damaged(store, key, "its checksum is wrong")),
    }
}

/// A record is not as it was written.
pub fn damaged(store: &dyn Store, key: &[u8], what: &str) -> StoreError {
    StoreError::Damaged {
        place: store.place(),
        record: describe(key),
        what: what.to_owned(),
    }
}

/// Puts a short value.
pub fn put(batch: &mut Batch, key: Vec<u8>, value: &[u8]) {
    let sealed = seal(&key, &[value]);
    batch.put(key, sealed);
}

/// Reads a short value.
pub fn get(store: &dyn Store, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    store
        .get(key)?
        .map(|bytes| unseal(store, key, &bytes).map(<[u8]>::to_vec))
        .transpose()
}

/// Checks a short value that a range gave.
pub fn open(store: &dyn Store, key: &[u8], bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    unseal(store, key, bytes).map(<[u8]>::to_vec)
}

fn piece_key(key: &[u8], piece: u16) -> Vec<u8> {
    let mut key = key.to_vec();
    key.extend_from_slice(&piece.to_be_bytes());
    key
}

/// How a long value's bytes are kept.
const PLAIN: u8 = 0;
const LZ4: u8 = 1;
/// The most bytes of a long value; far more than a block or a chunk of a checkpoint has.
const MAX_LONG: usize = 64 * 1024 * 1024;

/// The bytes that are kept of a long value, how, and how long it is.
fn pack(value: &[u8]) -> (Vec<u8>, [u8; 9]) {
    let packed = lz4_flex::block::compress(value);
    let (how, bytes) = match packed.len() < value.len() {
        true => (LZ4, packed),
        false => (PLAIN, value.to_vec()),
    };
    let mut head = [how; 9];
    head[1..5].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
    head[5..].copy_from_slice(&(value.len() as u32).to_le_bytes());
    (bytes, head)
}

/// Puts a long value, packed and in pieces under `key` and two more bytes. The first piece says how it
/// is kept and how long it is. What blocks repeat, members, keys, the network's hash, packs to half.
pub fn put_long(batch: &mut Batch, key: &[u8], value: &[u8]) {
    let (bytes, head) = pack(value);
    let mut rest = bytes.as_slice();
    for piece in 0..=u16::MAX {
        let (now, later) = rest.split_at(rest.len().min(PIECE));
        let key = piece_key(key, piece);
        let head: &[u8] = if piece == 0 { &head } else { &[] };
        let sealed = seal(&key, &[head, now]);
        batch.put(key, sealed);
        rest = later;
        if rest.is_empty() {
            return;
        }
    }
}

/// Reads a long value.
pub fn get_long(store: &dyn Store, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let entries = store.range(&piece_key(key, 0), &end_of(key), MAX_PIECES)?;
    let Some((first, _)) = entries.first() else {
        return Ok(None);
    };
    let wrong = |what: &str| damaged(store, key, what);
    if *first != piece_key(key, 0) {
        return Err(wrong("its first piece is missing"));
    }
    let mut kept = Vec::new();
    let (mut how, mut length, mut whole) = (PLAIN, 0, 0);
    for (piece, (found, bytes)) in (0..=u16::MAX).zip(&entries) {
        if *found != piece_key(key, piece) {
            return Err(wrong("a piece is missing"));
        }
        let mut bytes = unseal(store, found, bytes)?;
        if piece == 0 {
            let head = bytes.split_first_chunk::<9>();
            let ([first, lengths @ ..], rest) =
                head.ok_or_else(|| wrong("it does not say how long it is"))?;
            let [a, b, c, d, e, f, g, h] = *lengths;
            how = *first;
            length = u32::from_le_bytes([a, b, c, d]) as usize;
            whole = u32::from_le_bytes([e, f, g, h]) as usize;
            bytes = rest;
        }
        kept.extend_from_slice(bytes);
        if kept.len() >= length {
            break;
        }
    }
    if kept.len() != length {
        return Err(wrong(&format!("{} bytes of {length}", kept.len())));
    }
    match how {
        PLAIN => Ok(Some(kept)),
        LZ4 if whole <= MAX_LONG => lz4_flex::block::decompress(&kept, whole)
            .ok()
            .filter(|value| value.len() == whole)
            .map(Some)
            .ok_or_else(|| wrong("it cannot be unpacked")),
        _ => Err(wrong("it is kept in an unknown way")),
    }
}

/// Removes a long value.
pub fn remove_long(store: &dyn Store, batch: &mut Batch, key: &[u8]) -> Result<(), StoreError> {
    for key in store.keys(&piece_key(key, 0), &end_of(key), MAX_PIECES)? {
        batch.remove(key);
    }
    Ok(())
}
