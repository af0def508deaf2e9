//! Lists in pages that all show the ledger at one height.

use super::error::ApiError;
use crate::handle::Snapshot;
use allonge_contracts::Code;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long after its last use a height can still be paged through.
const KEPT: Duration = Duration::from_secs(120);
/// How many heights are kept at most; the one not used for longest makes room.
const MOST: usize = 32;
/// Longer texts are no cursor.
const MAX_TEXT: usize = 256;
const VERSION: u8 = 1;

/// Which list a cursor is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum List {
    /// Members.
    Members = 1,
    /// Holds of a member.
    Holds = 2,
    /// Lots of a holder.
    Holdings = 3,
    /// Lots and hands of a bill.
    Bill = 4,
    /// Requests waiting for a member.
    Waiting = 5,
    /// Requests made by a member.
    Made = 6,
    /// All bills.
    Bills = 7,
    /// Certificates of an issuer.
    Certificates = 8,
    /// Lots of certificates in a holder's hands.
    CertificateHoldings = 9,
    /// Lots and hands of a certificate.
    Certificate = 10,
    /// How far the certificates of an issuer have reached.
    Reach = 11,
    /// Credit lines of a member.
    Lines = 12,
    /// Questions for quotes of a member.
    Quotes = 13,
    /// A queue of obligations.
    Queue = 14,
    /// Cycles of netting.
    Cycles = 15,
    /// Settlement instructions of a member.
    Instructions = 16,
    /// Trade papers of a member.
    Papers = 17,
    /// Claims on invoices that a member was given.
    Claims = 18,
    /// Conditions that a member is to attest.
    Conditions = 19,
    /// Proposals.
    Proposals = 20,
    /// Evidence against validators.
    Evidence = 24,
}

/// The snapshots that cursors point to. A snapshot shares almost all of its memory with the present.
#[derive(Default)]
pub struct Pins {
    kept: Mutex<BTreeMap<u64, (Arc<Snapshot>, Instant)>>,
}

impl Pins {
    /// What a page is read from: the present and no key for the first page, else what the cursor says.
    ///
    /// # Errors
    /// `BAD_CURSOR`: not one of this list, or its height is no longer kept.
    pub fn open(
        &self,
        present: Arc<Snapshot>,
        list: List,
        cursor: Option<&str>,
    ) -> Result<(Arc<Snapshot>, Option<Vec<u8>>), ApiError> {
        let Some(text) = cursor else {
            return Ok((present, None));
        };
        let (height, key) =
            decode(list, text).ok_or_else(|| ApiError::new(Code::BadCursor, shorten(text)))?;
        if present.state.height() == height {
            return Ok((present, Some(key)));
        }
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, used)| now.duration_since(*used) < KEPT);
        match kept.get_mut(&height) {
            Some((snapshot, used)) => {
                *used = now;
                Ok((snapshot.clone(), Some(key)))
            }
            None => Err(ApiError::new(
                Code::BadCursor,
                format!("its height {height} is no longer kept"),
            )),
        }
    }

    /// A cursor to what follows `key` in this snapshot, which is kept for it.
    pub fn next(&self, snapshot: &Arc<Snapshot>, list: List, key: &[u8]) -> String {
        let now = Instant::now();
        let height = snapshot.state.height();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, used)| now.duration_since(*used) < KEPT);
        kept.insert(height, (snapshot.clone(), now));
        while kept.len() > MOST {
            let oldest = kept.iter().min_by_key(|(_, (_, used))| *used);
            let Some(height) = oldest.map(|(height, _)| *height) else {
                break;
            };
            kept.remove(&height);
        }
        let mut bytes = vec![VERSION, list as u8];
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.extend_from_slice(key);
        hex::encode(bytes)
    }
}

fn decode(list: List, text: &str) -> Option<(u64, Vec<u8>)> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let bytes = hex::decode(text).ok()?;
    let (head, rest) = bytes.split_at_checked(2)?;
    let (height, key) = rest.split_at_checked(8)?;
    (head == [VERSION, list as u8]).then_some(())?;
    Some((u64::from_be_bytes(height.try_into().ok()?), key.to_vec()))
}

fn shorten(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    format!("`{shown}`")
}

/// Splits off the entry too many that shows whether a further page exists.
pub fn cut<T>(mut entries: Vec<T>, limit: usize) -> (Vec<T>, bool) {
    let more = entries.len() > limit;
    entries.truncate(limit);
    (entries, more)
}

/// A cursor whose key is not of the form that the list's keys have.
pub fn bad_cursor() -> ApiError {
    ApiError::new(Code::BadCursor, "")
}
