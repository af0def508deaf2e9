//! The running node around its logic: one thread owns the machine, performs its effects, and only then
//! gives the answers out. Signatures are checked beside it, checkpoints and the index written behind it.

mod app;
mod background;
mod check;
mod core;
mod inbox;
mod keys;
mod load;
mod memory;
mod queries;

pub use app::CheckpointError;
pub use check::{CheckError, CheckOptions, CheckProgress, CheckReport, check};
pub use keys::VerifyingKeys;
pub use load::{StartError, restart};

use self::core::{Core, Failure};
use crate::handle::{Decided, Signing, Snapshot};
use crate::machine::{Machine, MachineConfig};
use crate::store::{Keep, Records, Store};
use allonge_contracts::Hash;
use allonge_ledger::{CheckedTransaction, Genesis};
use arc_swap::ArcSwap;
use inbox::Inbox;
use memory::{Lag, OwnWaiting, RecentBlocks};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc as std_mpsc};
use std::thread::JoinHandle;
use tokio::sync::{broadcast, mpsc, watch};

/// How many transactions may wait to be looked at.
const SUBMISSIONS: usize = 10_000;
/// How many transactions may wait to be told to the peers.
const OUTGOING: usize = 20_000;
/// How many final blocks a subscriber may lag behind.
const SUBSCRIBER_LAG: usize = 256;

/// What can be set.
#[derive(Clone, Debug, Default)]
pub struct ShellConfig {
    /// The node's logic.
    pub machine: MachineConfig,
    /// How much of the chain is kept; all of it by default.
    pub keep: Keep,
}

/// What the core thread knows and others ask for often.
#[derive(Clone, Copy, Default)]
pub(crate) struct Numbers {
    pub round: u32,
    pub waiting: u64,
    pub waiting_bytes: u64,
    pub best_peer_height: u64,
    pub last_block_ms: u64,
    pub checkpoint_height: u64,
}

/// What all threads share.
pub(crate) struct Shared {
    pub records: Records,
    pub genesis: Hash,
    pub inbox: Inbox,
    pub snapshot: ArcSwap<Snapshot>,
    pub decided: broadcast::Sender<Arc<Decided>>,
    pub recent: Mutex<RecentBlocks>,
    pub lag: Mutex<Lag>,
    pub own: Mutex<OwnWaiting>,
    pub outgoing: mpsc::Sender<CheckedTransaction>,
    pub numbers: Mutex<Numbers>,
    pub peers: AtomicU32,
    pub signing: Mutex<Signing>,
    /// The first height whose block is kept.
    history_start: AtomicU64,
    pub evidence: AtomicU64,
    pub stop: watch::Sender<Option<String>>,
    pub keys: Arc<VerifyingKeys>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) use crate::wall::now_ms;

impl Shared {
    /// The first height whose block is kept.
    pub fn history_start(&self) -> u64 {
        self.history_start.load(Ordering::Relaxed)
    }

    /// Older blocks than this are about to go.
    pub fn begin_history_at(&self, height: u64) {
        self.history_start.fetch_max(height, Ordering::Relaxed);
    }

    /// Ends the core; the first reason counts.
    pub fn stop(&self, reason: String) {
        self.stop.send_if_modified(|stopped| {
            let first = stopped.is_none();
            if first {
                *stopped = Some(reason);
            }
            first
        });
        self.inbox.close();
    }
}

/// The running node; implements [`App`](crate::consensus::App) for the engine and
/// [`NodeHandle`](crate::handle::NodeHandle) for API and gossip.
pub struct Shell {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    outgoing: Mutex<Option<mpsc::Receiver<CheckedTransaction>>>,
}

/// Why [`Shell::stopped`] resolved after [`Shell::shutdown`].
pub const SHUT_DOWN: &str = "shut down";

/// Opens the store, brings the ledger to where the disk left off, and starts the node's threads.
/// It may take long if there is much to replay: call it where blocking is allowed.
///
/// # Errors
/// Genesis breaks a rule, or the store fails, is damaged or belongs to another network.
pub fn start(
    config: ShellConfig,
    store: Box<dyn Store>,
    genesis: Genesis,
) -> Result<Arc<Shell>, StartError> {
    let records = Records::open(store, &genesis.hash())?;
    let hash = genesis.hash();
    let loaded = load::load(&records, genesis)?;
    let history_start = records.history_start()?;
    let machine = Machine::start(config.machine, now_ms(), loaded.restart);
    let (outgoing, outgoing_receiver) = mpsc::channel(OUTGOING);
    let shared = Arc::new(Shared {
        records,
        genesis: hash,
        inbox: Inbox::new(SUBMISSIONS),
        snapshot: ArcSwap::new(machine.snapshot().clone()),
        decided: broadcast::Sender::new(SUBSCRIBER_LAG),
        recent: Mutex::new(RecentBlocks::default()),
        lag: Mutex::new(loaded.lag),
        own: Mutex::new(OwnWaiting::default()),
        outgoing,
        numbers: Mutex::new(Numbers::default()),
        peers: AtomicU32::new(0),
        signing: Mutex::new(Signing::default()),
        history_start: AtomicU64::new(history_start),
        evidence: AtomicU64::new(0),
        stop: watch::Sender::new(None),
        keys: Arc::new(VerifyingKeys::default()),
    });
    // One checkpoint at a time: the machine asks for the next only after the last is written.
    let (checkpoints, due) = std_mpsc::sync_channel(1);
    let core = Core::new(machine, shared.clone(), checkpoints);
    let spawn = |name: &str, run: Box<dyn FnOnce() -> Result<(), Failure> + Send>| {
        let shared = shared.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || core::guarded(&shared, run))
            .map_err(|error| StartError::Thread(error.to_string()))
    };
    let behind = shared.clone();
    let threads = vec![
        spawn("allonge-core", Box::new(move || core.run()))?,
        spawn(
            "allonge-behind",
            Box::new(move || background::run(&behind, config.keep, &due)),
        )?,
    ];
    Ok(Arc::new(Shell {
        shared,
        threads: Mutex::new(threads),
        outgoing: Mutex::new(Some(outgoing_receiver)),
    }))
}

impl Shell {
    /// The hash of genesis.
    pub fn genesis(&self) -> Hash {
        self.shared.genesis
    }

    /// The keys decoded so far, for whoever checks signatures.
    pub fn keys(&self) -> Arc<VerifyingKeys> {
        self.shared.keys.clone()
    }

    /// The transactions that clients give to this node, as they come, to be told to the peers. For one
    /// taker; `None` for the second.
    pub fn take_outgoing(&self) -> Option<mpsc::Receiver<CheckedTransaction>> {
        lock(&self.outgoing).take()
    }

    /// How many peers are connected on the consensus network.
    pub fn set_peers(&self, peers: u32) {
        self.shared.peers.store(peers, Ordering::Relaxed);
    }

    /// Whether this node's key signs votes.
    pub fn set_signing(&self, signing: Signing) {
        *lock(&self.shared.signing) = signing;
    }

    /// Resolves to the reason when the node has stopped, by itself or by [`Shell::shutdown`].
    pub async fn stopped(&self) -> String {
        let mut stop = self.shared.stop.subscribe();
        match stop.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => SHUT_DOWN.to_owned(),
        }
    }

    /// Stops the node's threads and flushes the store. Blocks until that is done; may be called twice.
    pub fn shutdown(&self) {
        self.shared.stop(SHUT_DOWN.to_owned());
        let threads = std::mem::take(&mut *lock(&self.threads));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the node ended by a panic");
            }
        }
        if let Err(error) = self.shared.records.flush() {
            tracing::error!(%error, "the store could not be flushed");
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.shared.stop(SHUT_DOWN.to_owned());
    }
}
