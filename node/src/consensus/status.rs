//! What can be asked about a running engine.

use super::tips::PeerTips;
use arc_malachitebft_app_channel::NetworkRequest;
use arc_malachitebft_app_channel::app::metrics;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Where the engine stands; written by the driver, read by anybody.
#[derive(Debug, Default)]
pub struct Progress {
    height: AtomicU64,
    round: AtomicU64,
    decided: AtomicU64,
}

impl Progress {
    pub fn start_height(&self, height: u64) {
        self.round.store(0, Ordering::Relaxed);
        self.height.store(height, Ordering::Relaxed);
    }

    pub fn start_round(&self, height: u64, round: u32) {
        self.height.store(height, Ordering::Relaxed);
        self.round.store(u64::from(round), Ordering::Relaxed);
    }

    pub fn decided(&self, height: u64) {
        self.decided.store(height, Ordering::Relaxed);
    }
}

/// A view on a running engine; clones show the same one.
#[derive(Clone)]
pub struct EngineStatus {
    pub(super) progress: Arc<Progress>,
    pub(super) tips: Arc<PeerTips>,
    pub(super) network: mpsc::Sender<NetworkRequest>,
}

impl EngineStatus {
    /// The height being worked on; 0 before the first.
    pub fn height(&self) -> u64 {
        self.progress.height.load(Ordering::Relaxed)
    }

    /// The round being worked on.
    pub fn round(&self) -> u32 {
        let round = self.progress.round.load(Ordering::Relaxed);
        u32::try_from(round).unwrap_or(u32::MAX)
    }

    /// The height decided last since the engine started; 0 before the first.
    pub fn decided(&self) -> u64 {
        self.progress.decided.load(Ordering::Relaxed)
    }

    /// The last decided heights that the configured peers reported, highest first. Unverified:
    /// one of them may lie.
    pub fn peer_tips(&self) -> Vec<u64> {
        self.tips.heights()
    }

    /// How many configured peers are connected; 0 when the engine is stopped.
    pub async fn connected_peers(&self) -> usize {
        match NetworkRequest::dump_state(&self.network).await {
            Ok(Some(state)) => state.peers.len(),
            _ => 0,
        }
    }
}

/// The engine's metrics of this process in the Prometheus text format.
pub fn metrics_text() -> String {
    let mut text = String::new();
    metrics::export(&mut text);
    text
}
