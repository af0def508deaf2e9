//! Who knocks, and is let in or not.

use super::Shared;
use super::knock::{self, KnockError};
use super::list::PeerList;
use super::splice::splice;
use allonge_contracts::PublicKey;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

/// How long somebody may take to say who it is.
const KNOCK_TIME: Duration = Duration::from_secs(5);
/// How many may be about to say who they are; a further one takes the place of the one that takes longest.
const KNOCKING: usize = 128;
/// How many connections a node of the list may have; a further one takes the place of its oldest.
const PER_NODE: usize = 8;
/// How long the swarm may take to listen, as when the node starts.
const SWARM_TIME: Duration = Duration::from_secs(5);
/// After the system refused a connection, as when there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Somebody who has proven to be on the list.
type Known = (PublicKey, TcpStream);

/// Lets in who is on the list, for ever.
pub(super) async fn run(
    shared: Arc<Shared>,
    listener: TcpListener,
    mut list: watch::Receiver<PeerList>,
    inner: watch::Receiver<Option<SocketAddr>>,
) {
    let (known, mut arrived) = mpsc::channel::<Known>(KNOCKING);
    let mut tasks = JoinSet::new();
    let mut knocking: VecDeque<AbortHandle> = VecDeque::new();
    let mut inside: BTreeMap<PublicKey, VecDeque<AbortHandle>> = BTreeMap::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    knocking.retain(|task| !task.is_finished());
                    if knocking.len() >= KNOCKING && let Some(slowest) = knocking.pop_front() {
                        slowest.abort();
                        shared.counters.refused.inc();
                    }
                    let task = tell_apart(shared.clone(), stream, from, list.clone(), known.clone());
                    knocking.push_back(tasks.spawn(task));
                }
                Err(error) => {
                    tracing::warn!(%error, network = shared.network.as_str(), "no connection can be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some((key, stream)) = arrived.recv() => {
                let Some(listed) = list.borrow().get(&key).cloned() else {
                    continue;
                };
                let own = inside.entry(key).or_default();
                own.retain(|task| !task.is_finished());
                if own.len() >= PER_NODE && let Some(oldest) = own.pop_front() {
                    oldest.abort();
                }
                tracing::debug!(peer = listed.name, network = shared.network.as_str(), "a node is let in");
                own.push_back(tasks.spawn(lead_in(stream, inner.clone())));
            }
            changed = list.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = list.borrow_and_update().clone();
                inside.retain(|key, tasks| {
                    let stays = now.contains_key(key);
                    if !stays {
                        tracing::info!(%key, network = shared.network.as_str(), "a node left the list and is cut off");
                        tasks.iter().for_each(AbortHandle::abort);
                    }
                    stays
                });
            }
            Some(_) = tasks.join_next() => {}
        }
    }
}

/// Passes somebody on to the swarm, as soon as there is one.
async fn lead_in(outer: TcpStream, mut inner: watch::Receiver<Option<SocketAddr>>) {
    let address = match timeout(SWARM_TIME, inner.wait_for(Option::is_some)).await {
        Ok(Ok(address)) => *address,
        _ => None,
    };
    if let Some(address) = address
        && let Ok(inner) = TcpStream::connect(address).await
    {
        splice(outer, inner).await;
    }
}

async fn tell_apart(
    shared: Arc<Shared>,
    mut stream: TcpStream,
    from: SocketAddr,
    list: watch::Receiver<PeerList>,
    known: mpsc::Sender<Known>,
) {
    let listed = |key: &PublicKey| list.borrow().contains_key(key);
    let asked = knock::ask(
        &mut stream,
        &shared.genesis,
        shared.network,
        &shared.own,
        listed,
    );
    let refused: KnockError = match timeout(KNOCK_TIME, asked).await {
        Ok(Ok(key)) => {
            // An error means that the gate is closing.
            let _ = known.send((key, stream)).await;
            return;
        }
        Ok(Err(error)) => error,
        Err(_) => std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
    };
    shared.counters.refused.inc();
    tracing::debug!(%from, %refused, network = shared.network.as_str(), "somebody is not let in");
}
