//! Whole requests to a serving API over a socket: request lines, query strings, cursors, headers, bodies.

use super::chain::{Chain, chain, transactions};
use super::{Form, Target};
use allonge_contracts::Hash;
use allonge_ledger::{CheckedTransaction, NoKeyCache, Transaction};
use allonge_node::api::{ApiConfig, Rates, Server, bind};
use allonge_node::handle::{
    Admitted, Decided, Health, NodeError, NodeHandle, Refused, Snapshot, Source, TransactionStatus,
};
use allonge_node::metrics::Metrics;
use async_trait::async_trait;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// The longest answer that is read.
const MOST: usize = 32 * 1024 * 1024;
/// Longer than any answer takes that is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// An answer that has begun does not pause for so long.
const PAUSE: Duration = Duration::from_millis(500);

pub fn targets() -> Vec<Target> {
    vec![Target {
        name: "http",
        form: Form::Text,
        most: 64 * 1024,
        read: http,
        seeds,
    }]
}

/// A node that has the golden chain and takes transactions, but never makes a block.
struct Still {
    chain: &'static Chain,
    snapshot: Arc<Snapshot>,
    blocks: broadcast::Sender<Arc<Decided>>,
}

#[async_trait]
impl NodeHandle for Still {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.clone()
    }

    async fn submit(
        &self,
        transaction: CheckedTransaction,
        _: Source,
    ) -> Result<Admitted, Refused> {
        let state = &self.snapshot.state;
        match state.admit(&transaction, state.time_ms()) {
            Ok(Ok(())) => Ok(Admitted::AlreadyWaiting),
            Ok(Err(code)) => Err(Refused {
                code,
                detail: String::new(),
                retry_after_ms: Some(10),
            }),
            Err(fault) => panic!("the state is whole, but {fault}"),
        }
    }

    async fn transaction(&self, id: Hash) -> Result<TransactionStatus, NodeError> {
        for written in &self.chain.blocks {
            let receipts = written.receipts().transactions;
            for (index, receipt) in (0u32..).zip(receipts) {
                if receipt.transaction == id {
                    let height = written.certificate().height;
                    return Ok(TransactionStatus::Final {
                        height,
                        index,
                        receipt,
                    });
                }
            }
        }
        Ok(TransactionStatus::Unknown)
    }

    async fn decided(&self, height: u64) -> Result<Option<Arc<Decided>>, NodeError> {
        let at = height
            .checked_sub(1)
            .and_then(|at| usize::try_from(at).ok());
        let written = at.and_then(|at| self.chain.blocks.get(at));
        Ok(written.map(|written| {
            let (block, certificate) = (written.block(), written.certificate());
            let id = |bytes: &Arc<[u8]>| Transaction::from_bytes(bytes).unwrap().body.id();
            Arc::new(Decided {
                hash: certificate.block,
                ids: block.transactions.iter().map(id).collect(),
                block,
                receipts: Arc::new(written.receipts()),
                certificate: Arc::new(certificate),
            })
        }))
    }

    async fn evidence(
        &self,
        _: Option<Vec<u8>>,
        _: usize,
    ) -> Result<Vec<(Vec<u8>, allonge_ledger::Evidence)>, NodeError> {
        Ok(Vec::new())
    }

    fn subscribe(&self) -> broadcast::Receiver<Arc<Decided>> {
        self.blocks.subscribe()
    }

    fn waiting(&self, _: usize) -> Vec<CheckedTransaction> {
        Vec::new()
    }

    fn health(&self) -> Health {
        Health::default()
    }
}

/// The API, serving until the process ends.
fn address() -> SocketAddr {
    static SERVING: OnceLock<(tokio::runtime::Runtime, SocketAddr)> = OnceLock::new();
    SERVING
        .get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            let chain = chain();
            let node = Arc::new(Still {
                chain,
                snapshot: Arc::new(Snapshot {
                    state: chain.states.last().unwrap().clone(),
                    certificate: chain.blocks.last().map(|b| Arc::new(b.certificate())),
                }),
                blocks: broadcast::channel(4).0,
            });
            let config = ApiConfig {
                node_name: "still".to_owned(),
                keys: Arc::new(NoKeyCache),
                metrics: Arc::new(Metrics::new(None)),
                rates: Rates::default(),
                cors: Default::default(),
                tls: None,
            };
            let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0)), false).unwrap();
            let server = runtime.block_on(async { Server::start(listener, node, config) });
            let server = server.unwrap();
            let address = server.address();
            // It serves as long as it is not told to stop.
            std::mem::forget(server);
            (runtime, address)
        })
        .1
}

fn http(bytes: &[u8]) -> bool {
    let mut stream = TcpStream::connect(address()).expect("the API listens");
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PAUSE)).unwrap();
    // It may close before it has read everything; then its answer is what counts.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    let begun = Instant::now();
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&piece[..read]),
            // A stream of events goes on for ever.
            Err(e) if e.kind() == ErrorKind::WouldBlock && !answer.is_empty() => break,
            // Nor does an answer come at once to who wants to wait for one.
            Err(e) if e.kind() == ErrorKind::WouldBlock && has(bytes, b"wait") => break,
            Err(e) if e.kind() == ErrorKind::WouldBlock && begun.elapsed() < PATIENCE => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => panic!("no answer"),
            // Closed with bytes of ours unread.
            Err(_) => break,
        }
        assert!(answer.len() <= MOST, "an answer without end");
    }
    let head = String::from_utf8_lossy(answer.get(..12).unwrap_or_default()).into_owned();
    if answer.is_empty() {
        return false;
    }
    assert!(head.starts_with("HTTP/1."), "answered `{head}`");
    assert!(
        !head.ends_with(" 500"),
        "answered {}",
        String::from_utf8_lossy(&answer[..answer.len().min(2_000)])
    );
    head.ends_with(" 200") || head.ends_with(" 202")
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes
        .windows(word.len())
        .any(|part| part.eq_ignore_ascii_case(word))
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").into_bytes()
}

fn post(path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn seeds() -> Vec<Vec<u8>> {
    let bill = "510210009999620270105000000011";
    let (_, bytes) = transactions().swap_remove(0);
    let transaction = Transaction::from_bytes(&bytes).unwrap();
    let id = transaction.body.id();
    let json = transaction.to_json();
    // Version, list, height, key: as the node makes them.
    let cursor = |list: u8, key: &[u8]| {
        let height = (chain().blocks.len() as u64).to_be_bytes();
        hex::encode([&[1, list][..], &height, key].concat())
    };
    let mut seeds: Vec<Vec<u8>> = [
        "/v1/status",
        "/v1/genesis",
        "/v1/params",
        "/v1/members",
        "/v1/members?limit=2",
        "/v1/members/bank",
        "/v1/members/bank/gates",
        "/v1/cash/bank?limit=1",
        "/v1/bills?holder=t-0&limit=3",
        "/v1/receivables?issuer=core&limit=2",
        "/v1/receivables/reach?issuer=core",
        "/v1/lines?member=bank",
        "/v1/quotes?member=bank",
        "/v1/netting",
        "/v1/netting/queue?payer=bank&currency=CNY",
        "/v1/instructions?member=bank",
        "/v1/trade/papers?member=bank",
        "/v1/trade/claims?holder=bank",
        "/v1/trade/conditions?attestor=bank",
        "/v1/requests?member=bank&side=waiting&limit=5",
        "/v1/dev/invariants",
        "/v1/blocks/latest?detail=full",
        "/v1/blocks/7",
        "/healthz",
        "/readyz",
        "/metrics",
        "/",
        "/explorer.js",
    ]
    .map(get)
    .to_vec();
    for path in ["", "/proof", "/recourse", "/quote?lot=1-100&on=2027-02-01"] {
        seeds.push(get(&format!("/v1/bills/{bill}{path}")));
    }
    for path in ["", "/proof", "?wait=final&timeout=1ms"] {
        seeds.push(get(&format!("/v1/transactions/{id}{path}")));
    }
    for (path, list, key) in [
        ("members", 1, &b"bank"[..]),
        ("bills", 7, bill.as_bytes()),
        ("requests?member=bank&side=waiting", 5, &[0; 32][..]),
        ("receivables?issuer=core", 8, &[1; 30][..]),
    ] {
        let sign = if path.contains('?') { '&' } else { '?' };
        seeds.push(get(&format!(
            "/v1/{path}{sign}cursor={}",
            cursor(list, key)
        )));
    }
    let events = "GET /v1/events HTTP/1.1\r\nhost: a\r\nlast-event-id: 3/1/0\r\n\r\n";
    seeds.push(events.as_bytes().to_vec());
    seeds.push(post(
        "/v1/transactions",
        "application/json",
        json.as_bytes(),
    ));
    seeds.push(post(
        "/v1/transactions?dry_run=true",
        "application/json",
        json.as_bytes(),
    ));
    seeds.push(post("/v1/transactions", "application/octet-stream", &bytes));
    seeds
}
