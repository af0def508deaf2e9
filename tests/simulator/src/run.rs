//! Many seeds, one after the other or a few at a time.

use crate::plan::SECOND;
use crate::storm::{self, Report};
use clap::Parser;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// After so many seeds that fail, no more are begun.
const ENOUGH: usize = 10;

/// Runs whole networks in one process each, breaks what can break, and says whether all that must hold held.
#[derive(Parser)]
#[command(name = "storm")]
struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// How many at a time; by default one for each core.
    #[arg(long)]
    threads: Option<usize>,
    /// Print all that happens: for a single seed.
    #[arg(long)]
    trace: bool,
    /// Print each seed's digest: two runs of the same program print the same lines.
    #[arg(long)]
    digests: bool,
    /// Succeed if, and only if, a seed fails; stop at the first. For planted bugs.
    #[arg(long)]
    expect_violation: bool,
}

/// Runs a seed; a panic is a violation like any other.
pub fn guarded(seed: u64, trace: bool) -> Report {
    catch_unwind(AssertUnwindSafe(|| storm::run(seed, trace))).unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Report {
            seed,
            violation: Some(format!("a panic: {what}")),
            ..Report::default()
        }
    })
}

#[derive(Default)]
struct Sum {
    seeds: u64,
    heights: u64,
    transactions: u64,
    crashes: u64,
    partitions: u64,
    liars: u64,
    evidence: u64,
    invalid: u64,
    time: u64,
    failed: Vec<Report>,
}

impl Sum {
    fn add(&mut self, report: Report) {
        self.seeds += 1;
        self.heights += report.heights;
        self.transactions += report.transactions;
        self.crashes += report.crashes;
        self.partitions += report.partitions;
        self.liars += report.liars as u64;
        self.evidence += report.evidence;
        self.invalid += report.invalid;
        self.time += report.time;
        if report.violation.is_some() {
            self.failed.push(report);
        }
    }
}

/// The command line.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.trace {
        1
    } else {
        options.threads.unwrap_or(cores).clamp(1, 256)
    };
    let last = options.first.saturating_add(options.seeds);
    let next = AtomicU64::new(options.first);
    let stop = AtomicBool::new(false);
    let sum = Mutex::new(Sum::default());
    let begun = Instant::now();
    if !options.trace {
        // A seed's panic is reported with the seed.
        std::panic::set_hook(Box::new(|_| {}));
    }
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= last {
                        return;
                    }
                    let report = guarded(seed, options.trace);
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    say(&options, &report, sum.seeds + 1);
                    sum.add(report);
                    let enough = if options.expect_violation { 1 } else { ENOUGH };
                    if sum.failed.len() >= enough {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    println!(
        "storm: {} seeds, heights {}, transactions {}, crashes {}, partitions {}, liars {}, evidence {}, invalid blocks {}, \
         {} simulated hours in {:.1} s, violations {}",
        sum.seeds,
        sum.heights,
        sum.transactions,
        sum.crashes,
        sum.partitions,
        sum.liars,
        sum.evidence,
        sum.invalid,
        sum.time / SECOND / 3_600,
        begun.elapsed().as_secs_f64(),
        sum.failed.len()
    );
    if sum.failed.is_empty() != options.expect_violation {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn say(options: &Options, report: &Report, done: u64) {
    if let Some(violation) = &report.violation {
        println!(
            "seed {} ({} nodes, {} of them lie) at {:.3} s: {violation}",
            report.seed,
            report.nodes,
            report.liars,
            report.time as f64 / SECOND as f64
        );
        println!(
            "  again: cargo run -p tests --release --bin storm -- --seeds 1 --first {} --trace",
            report.seed
        );
    }
    if options.digests {
        println!("seed {} {} {}", report.seed, report.heights, report.digest);
    }
    if done.is_multiple_of(10) && std::io::stderr().is_terminal() {
        eprint!("\r{done} of {} seeds", options.seeds);
        let _ = std::io::stderr().flush();
    }
}
