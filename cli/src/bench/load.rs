//! The generator: an open loop of single POSTs over connections that are kept.
//!
//! Every transaction has its moment, whatever became of those before; latency counts from that moment. The
//! transactions of an account go over one connection in order. A refusal for want of room is counted and the
//! same transaction sent again.

use super::work::Op;
use crate::error::CliError;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Connections to each node.
pub(super) const CONNECTIONS_PER_NODE: usize = 25;
/// The largest answer that is read.
const MAX_ANSWER: usize = 64 * 1024;
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// Before a transaction that was refused or cut off is sent again.
const AGAIN: Duration = Duration::from_millis(100);

/// How far a transaction came.
const WAITS: u8 = 0;
const TAKEN: u8 = 1;
const REFUSED: u8 = 2;

/// The transactions of one run with their moments.
pub(super) struct Load {
    pub ops: Vec<Op>,
    pub start: Instant,
    /// Offered a second.
    pub rate: u64,
    /// Nothing is sent any more after this.
    pub end: Instant,
    state: Vec<AtomicU8>,
}

/// What the generator met with.
#[derive(Clone, Debug, Default)]
pub(super) struct Met {
    /// Refusals by code; a transaction may be refused several times.
    pub refusals: BTreeMap<String, u64>,
    /// Connections that broke.
    pub broken: u64,
}

impl Load {
    pub fn new(ops: Vec<Op>, start: Instant, rate: u64, end: Instant) -> Self {
        let state = ops.iter().map(|_| AtomicU8::new(WAITS)).collect();
        Load {
            ops,
            start,
            rate,
            end,
            state,
        }
    }

    /// When a transaction is to be sent.
    pub fn due(&self, index: usize) -> Instant {
        let nanos = (index as u128).saturating_mul(1_000_000_000) / u128::from(self.rate.max(1));
        self.start + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Whether a node took it.
    pub fn taken(&self, index: usize) -> bool {
        self.is(index, TAKEN)
    }

    /// Those that no node took.
    pub fn unsent(&self) -> impl Iterator<Item = &Op> {
        self.ops
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.taken(*index))
            .map(|(_, op)| op)
    }

    fn is(&self, index: usize, state: u8) -> bool {
        self.state
            .get(index)
            .is_some_and(|is| is.load(Ordering::Relaxed) == state)
    }

    fn set(&self, index: usize, state: u8) {
        if let Some(is) = self.state.get(index) {
            is.store(state, Ordering::Relaxed);
        }
    }

    /// Sends all to these nodes (`host:port`); returns when all are sent or the time is over.
    pub async fn send(self: &Arc<Self>, nodes: &[String]) -> Result<Met, CliError> {
        let connections = nodes.len() * CONNECTIONS_PER_NODE;
        let mut lanes: Vec<Vec<usize>> = vec![Vec::new(); connections];
        for (index, op) in self.ops.iter().enumerate() {
            if let Some(lane) = lanes.get_mut(op.account % connections) {
                lane.push(index);
            }
        }
        let mut tasks = JoinSet::new();
        for (i, lane) in lanes.into_iter().enumerate() {
            if let Some(node) = nodes.get(i % nodes.len()) {
                tasks.spawn(send_lane(self.clone(), node.clone(), lane));
            }
        }
        let mut all = Met::default();
        while let Some(met) = tasks.join_next().await {
            let met = met.map_err(|e| {
                CliError::input(
                    "GENERATOR",
                    format!("the generator failed: {e}"),
                    "run it again",
                )
            })?;
            all.broken += met.broken;
            for (code, count) in met.refusals {
                *all.refusals.entry(code).or_default() += count;
            }
        }
        Ok(all)
    }
}

async fn send_lane(load: Arc<Load>, node: String, lane: Vec<usize>) -> Met {
    let mut met = Met::default();
    let mut connection: Connection = None;
    for index in lane {
        sleep_until(load.due(index)).await;
        loop {
            if Instant::now() >= load.end {
                return met;
            }
            let Some(op) = load.ops.get(index) else {
                return met;
            };
            match post(&mut connection, &node, &op.bytes).await {
                Some(Ok(())) => {
                    load.set(index, TAKEN);
                    break;
                }
                Some(Err(no)) => {
                    let busy = no.is_busy();
                    *met.refusals.entry(no.code).or_default() += 1;
                    if !busy {
                        load.set(index, REFUSED);
                        break;
                    }
                }
                None => {
                    connection = None;
                    met.broken += 1;
                }
            }
            sleep(AGAIN).await;
        }
    }
    met
}

/// A connection to a node, once there is one.
pub(super) type Connection = Option<SendRequest<Full<Bytes>>>;

/// A node's refusal.
pub(super) struct No {
    status: StatusCode,
    /// Its code.
    pub code: String,
    /// Whether the node said when to come again.
    pub says_when: bool,
}

impl No {
    /// Whether there is no room now, and may be later.
    pub fn is_busy(&self) -> bool {
        matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        )
    }
}

/// Taken, refused, or `None` where the connection broke.
pub(super) async fn post(
    connection: &mut Connection,
    node: &str,
    transaction: &Bytes,
) -> Option<Result<(), No>> {
    let sender = match connection {
        Some(sender) => sender,
        None => connection.insert(connect(node).await?),
    };
    let request = Request::post("/v1/transactions")
        .header(header::HOST, node)
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .body(Full::new(transaction.clone()))
        .ok()?;
    sender.ready().await.ok()?;
    let answer = timeout(ANSWER, sender.send_request(request))
        .await
        .ok()?
        .ok()?;
    let status = answer.status();
    let says_when = answer.headers().contains_key(header::RETRY_AFTER);
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect();
    let body = timeout(ANSWER, body).await.ok()?.ok()?.to_bytes();
    if status.is_success() {
        return Some(Ok(()));
    }
    let code = serde_json::from_slice::<serde_json::Value>(&body)
        .ok()
        .and_then(|body| Some(body.pointer("/error/code")?.as_str()?.to_owned()))
        .unwrap_or_else(|| format!("HTTP {status}"));
    Some(Err(No {
        status,
        code,
        says_when,
    }))
}

async fn connect(node: &str) -> Option<SendRequest<Full<Bytes>>> {
    let stream = timeout(ANSWER, TcpStream::connect(node)).await.ok()?.ok()?;
    stream.set_nodelay(true).ok()?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(async move {
        // The sender learns of its end by itself.
        let _ = connection.await;
    });
    Some(sender)
}
