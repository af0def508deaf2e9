//! How far the peers say they are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Listener = Box<dyn Fn(u64) + Send + Sync>;

/// The last decided height that each known peer reported; unverified.
pub struct PeerTips {
    tips: Mutex<BTreeMap<Vec<u8>, u64>>,
    listener: Listener,
}

impl PeerTips {
    /// Notes the heights of these peers (by the bytes of their ids) and of nobody else, and calls
    /// `listener` whenever one of them reports more than it did before.
    pub fn new(peers: impl IntoIterator<Item = Vec<u8>>, listener: Listener) -> Arc<Self> {
        Arc::new(Self {
            tips: Mutex::new(peers.into_iter().map(|peer| (peer, 0)).collect()),
            listener,
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, u64>> {
        self.tips.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these are the known peers; what they reported stays.
    pub fn follow(&self, peers: impl IntoIterator<Item = Vec<u8>>) {
        let mut tips = self.lock();
        *tips = peers
            .into_iter()
            .map(|peer| {
                let tip = tips.get(&peer).copied().unwrap_or(0);
                (peer, tip)
            })
            .collect();
    }

    /// Notes what a peer reported.
    pub fn note(&self, peer: &[u8], height: u64) {
        let before = match self.lock().get_mut(peer) {
            Some(tip) => std::mem::replace(tip, height),
            None => return,
        };
        if height > before {
            (self.listener)(height);
        }
    }

    /// The heights that were reported, highest first.
    pub fn heights(&self) -> Vec<u64> {
        let mut heights: Vec<u64> = self.lock().values().copied().filter(|h| *h > 0).collect();
        heights.sort_unstable_by(|a, b| b.cmp(a));
        heights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn only_known_peers_count_and_only_news_is_passed_on() {
        let heard = Arc::new(AtomicU64::new(0));
        let tips = PeerTips::new([vec![1], vec![2]], {
            let heard = heard.clone();
            Box::new(move |height| {
                heard.fetch_add(height, Ordering::SeqCst);
            })
        });
        tips.note(&[3], 900);
        assert!(tips.heights().is_empty());
        tips.note(&[1], 5);
        tips.note(&[2], 4);
        tips.note(&[2], 5);
        tips.note(&[2], 7);
        assert_eq!(tips.heights(), [7, 5]);
        tips.note(&[2], 6);
        assert_eq!(heard.load(Ordering::SeqCst), 5 + 4 + 5 + 7);
    }
}
