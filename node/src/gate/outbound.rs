//! The ways out: a port on this machine for every node of the list, where the swarm dials and through which it comes
//! out at that node.

use super::list::{Listed, PeerList};
use super::splice::splice;
use super::{Shared, knock};
use crate::consensus::Peer;
use allonge_contracts::PublicKey;
use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};

/// How long it may take to reach a node, and that to ask who is there.
const REACH_TIME: Duration = Duration::from_secs(5);
/// Connections at once by one way.
const AT_ONCE: usize = 16;
/// At most one line in so long about a node that does not let this one in.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

struct Way {
    port: u16,
    address: watch::Sender<String>,
    task: AbortHandle,
}

/// All of them.
pub struct Ways {
    shared: Arc<Shared>,
    ways: BTreeMap<PublicKey, Way>,
    tasks: JoinSet<()>,
}

impl Ways {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Ways {
            shared,
            ways: BTreeMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Makes what ways the list needs, closes those that it no longer needs; all others with where they begin.
    pub async fn follow(&mut self, list: &PeerList) -> io::Result<Vec<Peer>> {
        self.ways.retain(|key, way| {
            let stays = list.contains_key(key);
            if !stays {
                way.task.abort();
            }
            stays
        });
        let mut peers = Vec::new();
        for (key, listed) in list.iter() {
            let address = self.shared.address(listed);
            let port = match self.ways.get(key) {
                Some(way) => {
                    way.address.send_replace(address);
                    way.port
                }
                None => self.open(*key, listed, address).await?,
            };
            peers.push(Peer {
                key: *key,
                address: format!("{}:{port}", Ipv4Addr::LOCALHOST),
            });
        }
        Ok(peers)
    }

    async fn open(&mut self, key: PublicKey, listed: &Listed, address: String) -> io::Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (address, current) = watch::channel(address);
        let way = serve(
            self.shared.clone(),
            key,
            listed.name.clone(),
            listener,
            current,
        );
        let task = self.tasks.spawn(way);
        while self.tasks.try_join_next().is_some() {}
        let way = Way {
            port,
            address,
            task,
        };
        self.ways.insert(key, way);
        Ok(port)
    }
}

/// Carries what is dialled to a node, until the way is closed.
async fn serve(
    shared: Arc<Shared>,
    key: PublicKey,
    name: String,
    listener: TcpListener,
    address: watch::Receiver<String>,
) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut carried = JoinSet::new();
    let mut complained: Option<Instant> = None;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    continue;
                };
                let Ok(turn) = turns.clone().try_acquire_owned() else {
                    continue;
                };
                let (shared, address) = (shared.clone(), address.borrow().clone());
                carried.spawn(async move {
                    let _turn = turn;
                    carry(&shared, &key, &address, stream).await
                });
            }
            Some(ended) = carried.join_next() => {
                let quiet = complained.is_some_and(|at| at.elapsed() < COMPLAIN_EVERY);
                match ended {
                    Ok(Ended::Shut) if !quiet => {
                        complained = Some(Instant::now());
                        tracing::warn!(
                            peer = name,
                            network = shared.network.as_str(),
                            "a node does not let this one in: this node's key is not on its list, or it is of another network"
                        );
                    }
                    Ok(Ended::Unreached(error)) => {
                        tracing::debug!(peer = name, error, network = shared.network.as_str(), "a node cannot be reached");
                    }
                    _ => {}
                }
            }
        }
    }
}

/// How it went.
enum Ended {
    /// It said something.
    Heard,
    /// It was reached and said nothing.
    Shut,
    /// It was not reached.
    Unreached(String),
}

async fn carry(shared: &Shared, key: &PublicKey, address: &str, stream: TcpStream) -> Ended {
    if address.is_empty() {
        return Ended::Unreached("it has no address and connects by itself".to_owned());
    }
    let reached = timeout(REACH_TIME, async {
        let mut outer = TcpStream::connect(address).await?;
        knock::answer(
            &mut outer,
            &shared.genesis,
            shared.network,
            key,
            &shared.node_key,
        )
        .await?;
        Ok::<_, knock::KnockError>(outer)
    });
    let outer = match reached.await {
        Ok(Ok(outer)) => outer,
        Ok(Err(error)) => return Ended::Unreached(format!("{address}: {error}")),
        Err(_) => return Ended::Unreached(format!("{address}: no answer")),
    };
    match splice(outer, stream).await {
        true => Ended::Heard,
        false => Ended::Shut,
    }
}
