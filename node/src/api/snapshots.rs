//! What another node starts from, and what a backup of this one is made of: the ledger at one height, piece by
//! piece. Whoever takes it trusts nothing in it; see [`crate::archive`].

use super::error::ApiError;
use super::params::{NoParams, Params};
use super::types::{At, SnapshotView, SnapshotsBody};
use super::{Api, offload};
use crate::archive::{self, Part, encode_frame, set_change_parts};
use crate::handle::Snapshot;
use allonge_contracts::Code;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How many heights can be fetched at once.
const MOST: usize = 2;
/// A height is given out to further takers for so long after it was kept.
const FRESH: Duration = Duration::from_secs(60);
/// How long after its last use a height can still be fetched …
const KEPT: Duration = Duration::from_secs(120);
/// … and how long in all, for what it keeps in memory grows with what changes.
const LONGEST: Duration = Duration::from_secs(3 * 3_600);
/// How many pieces are made at once.
const TURNS: usize = 2;
/// About how many bytes of blocks are in a piece.
const PIECE: usize = 4 << 20;
/// About how many bytes of headers and ids are in a piece.
const WINDOW_PIECE: usize = 1 << 20;

struct Kept {
    snapshot: Arc<Snapshot>,
    since: Instant,
    used: Instant,
}

/// The heights that are being fetched. A snapshot shares almost all of its memory with the present.
pub struct Snapshots {
    kept: Mutex<Vec<Kept>>,
    turns: Arc<Semaphore>,
}

impl Default for Snapshots {
    fn default() -> Self {
        Snapshots {
            kept: Mutex::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
        }
    }
}

impl Snapshots {
    /// What can be fetched now: a height kept a short while ago, or the present one, which is kept from now on
    /// if there is room.
    fn offer(&self, present: Arc<Snapshot>) -> Vec<Arc<Snapshot>> {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now - one.used < KEPT && now - one.since < LONGEST);
        let fresh = kept.iter().any(|one| now - one.since < FRESH);
        if !fresh && kept.len() < MOST && present.state.height() > 0 {
            kept.push(Kept {
                snapshot: present,
                since: now,
                used: now,
            });
        }
        let newest_first = kept.iter().rev();
        newest_first.map(|one| one.snapshot.clone()).collect()
    }

    fn take(&self, height: u64) -> Result<Arc<Snapshot>, ApiError> {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now - one.used < KEPT && now - one.since < LONGEST);
        let found = kept
            .iter_mut()
            .find(|one| one.snapshot.state.height() == height);
        let found = found.ok_or_else(|| {
            ApiError::new(
                Code::NotFound,
                format!(
                    "the snapshot of height {height}; /v1/snapshots lists those that can be fetched"
                ),
            )
        })?;
        found.used = now;
        Ok(found.snapshot.clone())
    }
}

/// `GET /v1/snapshots`.
pub async fn list(
    State(api): State<Api>,
    Params(NoParams {}): Params<NoParams>,
) -> Result<Json<At<SnapshotsBody>>, ApiError> {
    let mut snapshots = Vec::new();
    for snapshot in api.snapshots.offer(api.node.snapshot()) {
        let state = &snapshot.state;
        snapshots.push(SnapshotView {
            height: state.height(),
            block: state.tip(),
            time_ms: state.time_ms(),
            state_root: state.trie.root(),
            entries: state.trie.len() as u64,
            window_start: api.node.window_start(state.height()).await?,
            history_start: api.node.history_start(),
        });
    }
    Ok(Json(api.at(SnapshotsBody { snapshots })))
}

/// Where a piece begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    from: Option<u64>,
    to: Option<u64>,
    after: Option<String>,
}

impl Piece {
    fn from(&self) -> Result<u64, ApiError> {
        self.from
            .filter(|from| *from > 0)
            .ok_or_else(|| ApiError::bad_request("query: `from` is missing: a height from 1 on"))
    }
}

/// `GET /v1/snapshots/{height}/{piece}`.
pub async fn piece(
    State(api): State<Api>,
    path: Result<Path<(String, String)>, PathRejection>,
    Params(piece): Params<Piece>,
) -> Result<Response, ApiError> {
    let Path((height, name)) = path.map_err(|e| ApiError::bad_request(e.body_text()))?;
    let height: u64 = height
        .parse()
        .map_err(|_| ApiError::bad_request("the path names no height"))?;
    let snapshot = api.snapshots.take(height)?;
    let turn = api.snapshots.turns.clone().try_acquire_owned();
    let _turn = turn.map_err(|_| {
        ApiError::new(
            Code::Overloaded,
            "as many pieces of snapshots are made as may be",
        )
    })?;
    let parts = match name.as_str() {
        "head" => head(&api, &snapshot, piece.from()?).await?,
        "window" => window(&api, piece.from()?, piece.to.unwrap_or(height).min(height)).await?,
        "blocks" => blocks(&api, piece.from()?, height).await?,
        "state" => {
            let after = piece.after.map(hex::decode).transpose();
            let after =
                after.map_err(|_| ApiError::bad_request("query: `after` is no key in hex"))?;
            let part = offload(move || archive::state_part(&snapshot.state.trie, after.as_deref()));
            part.await?.map(|(part, _)| part).into_iter().collect()
        }
        _ => {
            return Err(ApiError::new(
                Code::NotFound,
                "a snapshot has the pieces head, window, blocks and state",
            ));
        }
    };
    let bytes = offload(move || parts.iter().flat_map(encode_frame).collect::<Vec<u8>>()).await?;
    let kind = (header::CONTENT_TYPE, "application/octet-stream");
    Ok(([kind], bytes).into_response())
}

async fn head(api: &Api, snapshot: &Snapshot, blocks_from: u64) -> Result<Vec<Part>, ApiError> {
    let height = snapshot.state.height();
    let window_start = api.node.window_start(height).await?;
    let mut parts = vec![archive::head_part(
        &snapshot.state,
        window_start,
        blocks_from.min(height),
    )];
    parts.extend(set_change_parts(api.node.set_changes(height).await?));
    Ok(parts)
}

async fn window(api: &Api, from: u64, to: u64) -> Result<Vec<Part>, ApiError> {
    let (mut entries, mut bytes) = (Vec::new(), 0usize);
    for height in from..=to {
        if bytes >= WINDOW_PIECE {
            break;
        }
        let entry = api.node.window_entry(height).await?;
        let entry = entry.ok_or_else(|| gone(api, height))?;
        bytes = bytes.saturating_add(archive::entry_bytes(&entry));
        entries.push(entry);
    }
    Ok(match entries.is_empty() {
        true => Vec::new(),
        false => vec![Part::Window(entries)],
    })
}

async fn blocks(api: &Api, from: u64, to: u64) -> Result<Vec<Part>, ApiError> {
    let (mut parts, mut bytes) = (Vec::new(), 0usize);
    for height in from..=to {
        if bytes >= PIECE {
            break;
        }
        let decided = api.node.decided(height).await?;
        let decided = decided.ok_or_else(|| gone(api, height))?;
        let encoded = decided.block.to_bytes();
        bytes = bytes.saturating_add(encoded.len());
        parts.push(archive::block_part(
            decided.certificate.as_ref().clone(),
            encoded.into(),
            decided.receipts.clone(),
        ));
    }
    Ok(parts)
}

fn gone(api: &Api, height: u64) -> ApiError {
    let start = api.node.history_start();
    ApiError::new(
        Code::Pruned,
        format!("block {height}; blocks are kept from height {start} on"),
    )
}
