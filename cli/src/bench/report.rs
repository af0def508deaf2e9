//! What the bench found.

use super::load::CONNECTIONS_PER_NODE;
use super::machine::processor;
use super::work::ACCOUNTS;
use super::{Kind, Options, Run};
use crate::output::{Style, fields};
use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;

/// The document's schema.
pub(super) const SCHEMA: &str = "allonge.bench/1";
/// Latencies are kept in microseconds up to ten minutes, with three digits.
const LONGEST_MICROS: u64 = 600_000_000;
const DIGITS: u8 = 3;

/// A step of the search for the limit.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SearchStep {
    pub offered_per_second: u64,
    pub final_per_second: f64,
    pub p99_milliseconds: f64,
}

/// From the moment a transaction was due to the moment it was seen to be final, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Latency {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// What was measured after the warm-up.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
    /// Transactions seen to be final while it measured, rejected ones included.
    pub committed: usize,
    pub final_per_second: f64,
    /// Of the transactions that were due while it measured.
    pub latency: Latency,
    /// How many of those were never seen to be final.
    pub not_final: usize,
    /// Of the whole run: rejected by the ledger, by code.
    pub rejected: BTreeMap<String, u64>,
    /// Of the whole run: refused by nodes, by code; most are sent again.
    pub refusals: BTreeMap<String, u64>,
    /// Of the whole run: never taken by a node.
    pub not_taken: usize,
    /// Of the whole run: connections that broke.
    pub broken_connections: u64,
    pub blocks: usize,
    pub transactions_per_block: f64,
    /// Processor seconds of all nodes, and of each.
    pub cpu_seconds: f64,
    pub cpu_seconds_by_node: Vec<f64>,
    pub cpu_seconds_per_1000: f64,
    /// Of the generator and observer; in no other figure.
    pub generator_cpu_seconds: f64,
    /// Resident memory at the end and the most so far, by node.
    pub memory_bytes: Vec<u64>,
    pub peak_memory_bytes: Vec<u64>,
    pub bytes_per_transaction: f64,
    /// What one transaction took on the disk of one node, all included, from the measurement's begin until all was final.
    pub disk_bytes_per_transaction: f64,
    /// What each node takes on its disk at the end.
    pub disk_bytes: Vec<u64>,
}

/// `allonge.bench/1`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    pub version: &'static str,
    /// `release` or `debug`.
    pub build: &'static str,
    pub cores: usize,
    pub processor: Option<String>,
    pub nodes: usize,
    pub kind: Kind,
    pub accounts: usize,
    pub connections: usize,
    pub warm_up_seconds: u64,
    pub seconds: u64,
    pub offered_per_second: u64,
    /// How the rate was found; empty where it was given.
    pub search: Vec<SearchStep>,
    #[serde(flatten)]
    pub measured: Measured,
    /// One strict verification on one core, before and after, in microseconds of processor time.
    pub verify_microseconds: [f64; 2],
    /// Processor time a committed transaction over all nodes, in strict verifications a node.
    pub cpu_ratio: f64,
    /// The height of each node at the end.
    pub heights: Vec<String>,
}

impl Measured {
    pub fn of(run: &Run, seconds: u64) -> Self {
        let window = run.from..run.to;
        let seen = &run.seen;
        let committed = seen
            .at
            .iter()
            .flatten()
            .filter(|at| window.contains(at))
            .count();
        let (latency, not_final) = latency(run);
        let blocks: Vec<usize> = seen
            .blocks
            .iter()
            .filter(|(at, _)| window.contains(at))
            .map(|(_, count)| *count)
            .collect();
        let cpu = run.after.cpu() - run.before.cpu();
        let by_node = run.after.cpu_seconds.iter().zip(&run.before.cpu_seconds);
        let nodes = run.end.disk.len().max(1) as f64;
        let grown: u64 = run
            .end
            .disk
            .iter()
            .zip(&run.before.disk)
            .map(|(end, before)| end.saturating_sub(*before))
            .sum();
        let since = seen
            .at
            .iter()
            .flatten()
            .filter(|at| **at >= run.from)
            .count();
        let bytes: usize = run.load.ops.iter().map(|op| op.bytes.len()).sum();
        Measured {
            committed,
            final_per_second: committed as f64 / seconds.max(1) as f64,
            latency,
            not_final,
            rejected: seen.rejected.clone(),
            refusals: run.met.refusals.clone(),
            not_taken: run.load.unsent().count(),
            broken_connections: run.met.broken,
            transactions_per_block: ratio(blocks.iter().sum::<usize>() as f64, blocks.len() as f64),
            blocks: blocks.len(),
            cpu_seconds: cpu,
            cpu_seconds_by_node: by_node.map(|(after, before)| after - before).collect(),
            cpu_seconds_per_1000: ratio(cpu * 1_000.0, committed as f64),
            generator_cpu_seconds: run.generator_cpu,
            memory_bytes: run.end.memory.iter().map(|(now, _)| *now).collect(),
            peak_memory_bytes: run.end.memory.iter().map(|(_, most)| *most).collect(),
            bytes_per_transaction: ratio(bytes as f64, run.load.ops.len() as f64),
            disk_bytes_per_transaction: ratio(grown as f64 / nodes, since as f64),
            disk_bytes: run.end.disk.clone(),
        }
    }
}

fn latency(run: &Run) -> (Latency, usize) {
    let Ok(mut histogram) = Histogram::<u64>::new_with_bounds(1, LONGEST_MICROS, DIGITS) else {
        return (Latency::default(), 0);
    };
    let mut not_final = 0;
    for (index, at) in run.seen.at.iter().enumerate() {
        let due = run.load.due(index);
        if due < run.from || due >= run.to {
            continue;
        }
        match at {
            Some(at) => {
                let micros = at.saturating_duration_since(due).as_micros();
                histogram.saturating_record(u64::try_from(micros).unwrap_or(LONGEST_MICROS).max(1));
            }
            None => not_final += 1,
        }
    }
    let at = |quantile: f64| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
    let latency = Latency {
        p50: at(0.50),
        p95: at(0.95),
        p99: at(0.99),
        max: histogram.max() as f64 / 1_000.0,
    };
    (latency, not_final)
}

/// Nothing where there is nothing to divide by.
fn ratio(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 0.0 }
}

impl Report {
    pub fn new(
        options: &Options,
        rate: u64,
        search: Vec<SearchStep>,
        measured: Measured,
        verify: [f64; 2],
        heights: Vec<u64>,
    ) -> Self {
        let per_transaction = ratio(measured.cpu_seconds, measured.committed as f64) * 1e6;
        let verification = (verify[0] + verify[1]) / 2.0;
        Report {
            version: env!("CARGO_PKG_VERSION"),
            build: if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor(),
            nodes: options.nodes,
            kind: options.kind,
            accounts: ACCOUNTS,
            connections: options.nodes * CONNECTIONS_PER_NODE,
            warm_up_seconds: options.warm_up,
            seconds: options.seconds,
            offered_per_second: rate,
            search,
            cpu_ratio: ratio(per_transaction, options.nodes as f64 * verification),
            measured,
            verify_microseconds: verify,
            heights: heights.iter().map(ToString::to_string).collect(),
        }
    }

    pub fn text(&self, style: Style) -> String {
        let m = &self.measured;
        let codes = |map: &BTreeMap<String, u64>| {
            let all: Vec<String> = map
                .iter()
                .map(|(code, count)| format!("{code} {count}"))
                .collect();
            if all.is_empty() {
                "none".to_owned()
            } else {
                all.join(", ")
            }
        };
        let megabytes = |bytes: &[u64]| {
            format!(
                "{:.0} MB",
                bytes.iter().copied().max().unwrap_or(0) as f64 / 1e6
            )
        };
        let head = format!(
            "{} nodes on {} cores, {:?} from {} accounts, {} build",
            self.nodes, self.cores, self.kind, self.accounts, self.build
        );
        let body = fields(&[
            ("offered", format!("{} a second", self.offered_per_second)),
            (
                "final",
                format!(
                    "{:.0} a second ({} in {} s)",
                    m.final_per_second, m.committed, self.seconds
                ),
            ),
            (
                "latency",
                format!(
                    "p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, max {:.0} ms",
                    m.latency.p50, m.latency.p95, m.latency.p99, m.latency.max
                ),
            ),
            ("rejected", codes(&m.rejected)),
            ("refused", codes(&m.refusals)),
            (
                "not final",
                format!("{}, not taken {}", m.not_final, m.not_taken),
            ),
            (
                "blocks",
                format!(
                    "{} with {:.0} transactions each",
                    m.blocks, m.transactions_per_block
                ),
            ),
            (
                "cpu",
                format!("{:.3} s per 1,000 over all nodes", m.cpu_seconds_per_1000),
            ),
            (
                "cpu_ratio",
                format!(
                    "{:.2} (one strict verification {:.1} and {:.1} microseconds)",
                    self.cpu_ratio, self.verify_microseconds[0], self.verify_microseconds[1]
                ),
            ),
            (
                "memory",
                format!("{} at most a node", megabytes(&m.peak_memory_bytes)),
            ),
            (
                "disk",
                format!(
                    "{:.0} bytes a transaction and node, of {:.0} bytes each",
                    m.disk_bytes_per_transaction, m.bytes_per_transaction
                ),
            ),
        ]);
        format!("{}\n{body}", style.bold(&head))
    }
}
