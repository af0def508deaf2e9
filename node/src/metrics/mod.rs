//! What the node counts, as text for Prometheus.

mod process;

use crate::gate::{GateCounters, Network};
use crate::handle::{Decided, Health, Signing};
use allonge_contracts::{Code, Hash, Outcome};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Transactions whose time to finality is measured at once.
const TIMED: usize = 16_384;
/// Ends every OpenMetrics text.
const EOF: &str = "# EOF\n";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByCode {
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByNetwork {
    network: &'static str,
}

/// Which limit of the API a request was over.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub enum RateLimit {
    /// That of its address.
    Address,
    /// That of the member who submits.
    Member,
}

impl RateLimit {
    const fn as_str(self) -> &'static str {
        match self {
            RateLimit::Address => "address",
            RateLimit::Member => "member",
        }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByLimit {
    limit: &'static str,
}

/// What gossip counts.
#[derive(Clone, Debug, Default)]
pub struct GossipCounters {
    /// Transactions sent, once a peer.
    pub sent: Counter,
    /// Transactions received.
    pub received: Counter,
    /// Transactions not sent because a queue was full or a peer did not answer.
    pub dropped: Counter,
    /// Messages received that broke the protocol, and connections of strangers.
    pub refused: Counter,
}

/// The node's counters.
pub struct Metrics {
    registry: Registry,
    transactions: Family<ByCode, Counter>,
    refused: Family<ByCode, Counter>,
    gates: Family<ByNetwork, Counter>,
    rate_limited: Family<ByLimit, Counter>,
    blocks: Counter,
    commit: Histogram,
    finality: Histogram,
    submitted: Mutex<HashMap<Hash, Instant>>,
    /// What gossip counts.
    pub gossip: GossipCounters,
    engine: Option<fn() -> String>,
    started_s: u64,
    bounds: Option<Bounds>,
}

/// What the node was started with, for alerts to compare with.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The most transactions that wait.
    pub mempool_transactions: u64,
    /// The most bytes of transactions that wait.
    pub mempool_bytes: u64,
    /// The node's home, whose file system must not run full.
    pub home: PathBuf,
}

impl Metrics {
    /// Nothing counted yet. `engine` gives the text of the consensus engine's own metrics.
    pub fn new(engine: Option<fn() -> String>) -> Self {
        let latency = || Histogram::new(exponential_buckets(0.005, 1.6, 20));
        let (transactions, refused) = (
            Family::<ByCode, Counter>::default(),
            Family::<ByCode, Counter>::default(),
        );
        let gates = Family::<ByNetwork, Counter>::default();
        let rate_limited = Family::<ByLimit, Counter>::default();
        // Shown before anything was counted, so that an increase from nothing is seen as one.
        for network in [Network::Consensus, Network::Gossip] {
            let network = network.as_str();
            gates.get_or_create(&ByNetwork { network }).inc_by(0);
        }
        for limit in [RateLimit::Address, RateLimit::Member] {
            let limit = limit.as_str();
            rate_limited.get_or_create(&ByLimit { limit }).inc_by(0);
        }
        let (blocks, commit, finality) = (Counter::default(), latency(), latency());
        let gossip = GossipCounters::default();
        let mut registry = Registry::with_prefix("allonge");
        registry.register(
            "transactions",
            "Final transactions by outcome, since the node started",
            transactions.clone(),
        );
        registry.register(
            "refused",
            "Transactions that the API did not take, by code",
            refused.clone(),
        );
        registry.register(
            "gate_refused",
            "Connections refused at the gates: of strangers, without proof, or given up",
            gates.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests over the rate of their address or member",
            rate_limited.clone(),
        );
        registry.register(
            "blocks",
            "Blocks committed since the node started",
            blocks.clone(),
        );
        registry.register(
            "commit_seconds",
            "From the time in a block's header to its commit here",
            commit.clone(),
        );
        registry.register(
            "finality_seconds",
            "From a client's submission here to finality",
            finality.clone(),
        );
        for (name, help, counter) in [
            ("gossip_sent", "Transactions sent to peers", &gossip.sent),
            (
                "gossip_received",
                "Transactions received from peers",
                &gossip.received,
            ),
            (
                "gossip_dropped",
                "Transactions not sent to a peer",
                &gossip.dropped,
            ),
            (
                "gossip_refused",
                "Messages and connections refused",
                &gossip.refused,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        Metrics {
            registry,
            transactions,
            refused,
            gates,
            rate_limited,
            blocks,
            commit,
            finality,
            submitted: Mutex::default(),
            gossip,
            engine,
            started_s: crate::wall::now_ms() / 1_000,
            bounds: None,
        }
    }

    /// The same, and what the node was started with.
    pub fn with_bounds(self, bounds: Bounds) -> Self {
        Metrics {
            bounds: Some(bounds),
            ..self
        }
    }

    /// A client submitted a transaction just now.
    pub fn submitted(&self, id: Hash) {
        let mut submitted = self
            .submitted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if submitted.len() < TIMED {
            submitted.entry(id).or_insert_with(Instant::now);
        }
    }

    /// The API did not take a transaction.
    pub fn refused(&self, code: Code) {
        self.refused
            .get_or_create(&ByCode { code: code.name() })
            .inc();
    }

    /// A request was over a limit.
    pub fn rate_limited(&self, limit: RateLimit) {
        let limit = limit.as_str();
        self.rate_limited.get_or_create(&ByLimit { limit }).inc();
    }

    /// A block became final.
    pub fn decided(&self, block: &Decided) {
        self.blocks.inc();
        let now = Duration::from_millis(crate::wall::now_ms());
        let made = Duration::from_millis(block.block.header.time_ms);
        self.commit.observe(now.saturating_sub(made).as_secs_f64());
        for receipt in &block.receipts.transactions {
            let code = match &receipt.outcome {
                Outcome::Accepted(_) => "ACCEPTED",
                Outcome::Rejected(rejection) => rejection.code.name(),
            };
            self.transactions.get_or_create(&ByCode { code }).inc();
        }
        let mut submitted = self
            .submitted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if submitted.is_empty() {
            return;
        }
        for id in &block.ids {
            if let Some(since) = submitted.remove(id) {
                self.finality.observe(since.elapsed().as_secs_f64());
            }
        }
        if submitted.len() >= TIMED {
            // What was refused or dropped never becomes final, and must not fill the table for ever.
            submitted.clear();
        }
    }

    /// What is counted at the gate of a network.
    pub fn gate(&self, network: Network) -> GateCounters {
        let network = network.as_str();
        GateCounters {
            refused: self.gates.get_or_create(&ByNetwork { network }).clone(),
        }
    }

    /// What is known of how far the node is from its bounds.
    fn room(&self) -> Vec<(&'static str, &'static str, u64)> {
        let Some(bounds) = &self.bounds else {
            return Vec::new();
        };
        let mut room = vec![
            (
                "mempool_transactions_max",
                "The most transactions that may wait",
                bounds.mempool_transactions,
            ),
            (
                "mempool_bytes_max",
                "The most bytes of transactions that may wait",
                bounds.mempool_bytes,
            ),
        ];
        let help = "Bytes left to this node on the file system of its home";
        room.extend(process::free_bytes(&bounds.home).map(|free| ("home_free_bytes", help, free)));
        room
    }

    /// Everything counted, and how the node is now; `validators` are those of the height under way.
    pub fn text(&self, height: u64, validators: usize, health: &Health) -> String {
        let mut now = Registry::with_prefix("allonge");
        let states = [
            ("height", "Height of the last block", height),
            (
                "round",
                "Round of the height under way",
                u64::from(health.round),
            ),
            (
                "peers",
                "Peers connected on the consensus network",
                u64::from(health.peers),
            ),
            (
                "best_peer_height",
                "Highest height that a peer says it has",
                health.best_peer_height,
            ),
            (
                "mempool_transactions",
                "Transactions waiting",
                health.waiting,
            ),
            (
                "mempool_bytes",
                "Bytes of the transactions waiting",
                health.waiting_bytes,
            ),
            (
                "checkpoint_height",
                "Height of the last checkpoint on disk",
                health.checkpoint_height,
            ),
            (
                "since_last_block_milliseconds",
                "Since the last commit here",
                health.since_last_block_ms,
            ),
            (
                "ready",
                "1 if the node can be used",
                u64::from(health.not_ready.is_none()),
            ),
            (
                "signing_held",
                "1 if this validator follows without a vote because of its signing guard",
                u64::from(!matches!(health.signing, Signing::Free | Signing::Never)),
            ),
            (
                "validators",
                "Validators of the height under way",
                validators as u64,
            ),
        ];
        for (name, help, value) in states.into_iter().chain(self.room()) {
            let gauge = Gauge::<i64>::default();
            // No ledger reaches larger heights than this.
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            now.register(name, help, gauge);
        }
        let evidence = Counter::<u64>::default();
        evidence.inc_by(health.evidence);
        now.register(
            "evidence",
            "Contradictions of validators seen since the node started",
            evidence,
        );
        let mut bare = Registry::default();
        bare.register_collector(Box::new(process::Process {
            started_s: self.started_s,
        }));
        let mut text = String::new();
        for registry in [&self.registry, &now, &bare] {
            let mut part = String::new();
            // Writing into memory cannot fail.
            let _ = encode(&mut part, registry);
            text.push_str(part.strip_suffix(EOF).unwrap_or(&part));
        }
        if let Some(engine) = self.engine {
            let part = engine();
            text.push_str(part.strip_suffix(EOF).unwrap_or(&part));
        }
        text.push_str(EOF);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_what_an_operator_asks_for() {
        let metrics = Metrics::new(Some(|| "engine_x 1\n# EOF\n".to_owned()));
        let metrics = metrics.with_bounds(Bounds {
            mempool_transactions: 100,
            mempool_bytes: 1_000,
            home: std::env::temp_dir(),
        });
        metrics.refused(Code::MempoolFull);
        let health = Health {
            round: 3,
            evidence: 2,
            ..Health::default()
        };
        let text = metrics.text(42, 4, &health);
        for line in [
            "allonge_height 42",
            "allonge_round 3",
            "allonge_mempool_transactions 0",
            "allonge_mempool_transactions_max 100",
            "allonge_mempool_bytes_max 1000",
            "allonge_validators 4",
            "allonge_evidence_total 2",
            "allonge_refused_total{code=\"MEMPOOL_FULL\"} 1",
            "engine_x 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
        }
        for name in [
            "process_cpu_seconds_total ",
            "process_resident_memory_bytes ",
            "process_open_fds ",
            "process_max_fds ",
            "process_start_time_seconds ",
            "allonge_home_free_bytes ",
        ] {
            let value = text
                .lines()
                .find_map(|l| l.strip_prefix(name))
                .unwrap_or_else(|| panic!("{name} in\n{text}"));
            assert!(
                value.parse::<f64>().is_ok_and(|v| v > 0.0) || name.contains("cpu"),
                "{name}{value}"
            );
        }
        assert_eq!(text.matches("# EOF").count(), 1);
        assert!(text.ends_with(EOF));
    }
}
