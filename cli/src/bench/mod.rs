//! `allonge bench`: how much a network on this machine takes, how fast, and what it costs.
//!
//! Statistics are floating point here; money never is.

mod load;
mod machine;
mod overload;
mod report;
mod supply;
mod watch;
mod work;

use crate::client::NodeClient;
use crate::cluster::{Cluster, ClusterError, Spec};
use crate::error::CliError;
use crate::output::Output;
use load::{Load, Met};
use machine::Usage;
use report::{Measured, Report, SCHEMA, SearchStep};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use watch::{Seen, observe};
use work::World;

/// How long reads go on trying.
const ASK: Duration = Duration::from_secs(20);
/// The first transaction is due so long after everything is signed.
const LEAD: Duration = Duration::from_millis(300);
/// After the last one is due, sending and finality may take so long.
const DRAIN: Duration = Duration::from_secs(20);
/// While the limit is sought: what is offered first, how long each step takes, and how many there are at most.
const FIRST_RATE: u64 = 500;
const STEP_SECONDS: u64 = 3;
const STEP_WARM_UP: u64 = 1;
const MAX_STEPS: usize = 8;
/// A step whose part of the offered rate became final is still below the limit.
const KEPT_UP: f64 = 0.93;
/// What is then measured, in percent of the limit.
const NEAR: u64 = 85;
/// The highest rate that can be asked for.
pub const MAX_RATE: u64 = 100_000;
/// The longest measurement.
pub const MAX_SECONDS: u64 = 3_600;
/// The most transactions signed for one measurement; they are held in memory.
const MAX_OPS: u64 = 2_000_000;

/// What the transactions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Cash from one member to another.
    Transfers,
    /// Requests for the endorsement of a part of a bill.
    Endorsements,
    /// Half of each.
    Mixed,
}

/// How the bench is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many validators.
    pub nodes: usize,
    /// How long it measures.
    pub seconds: u64,
    /// How long it runs before that.
    pub warm_up: u64,
    /// What is offered a second; near the limit, which is sought, where absent.
    pub rate: Option<u64>,
    /// What the transactions are.
    pub kind: Kind,
    /// Offer twice what the network sustains and look whether it bears that.
    pub overload: bool,
    /// How many payments a second the overloaded network's blocks hold; 0: as many as the machine can do.
    pub ceiling: u64,
    /// The network's folder; a temporary one, removed at the end, where absent.
    pub dir: Option<PathBuf>,
}

/// Runs the bench.
///
/// # Errors
/// Input that cannot be used; a network that does not start or stops.
pub async fn run(out: Output, options: &Options) -> Result<(), CliError> {
    check(options)?;
    if cfg!(debug_assertions) {
        out.note(
            "This is a debug build; its figures mean nothing. Use cargo run --release -- bench",
        );
    }
    let (dir, ours) = match &options.dir {
        Some(dir) => (dir.clone(), false),
        None => (fresh_folder()?, true),
    };
    out.note(&format!(
        "Starting {} nodes and preparing {} accounts",
        options.nodes,
        work::ACCOUNTS
    ));
    let mut spec: Spec = work::spec(dir, options.nodes)?;
    if options.overload && options.ceiling > 0 {
        work::bound(&mut spec, options.ceiling);
    }
    let cluster = Cluster::up(&spec).await?;
    let mut bench = Bench::new(out.clone(), cluster, options).await?;
    let shown = if options.overload {
        bench.bear(options).await
    } else {
        let report = bench.measure(options).await;
        report.and_then(|report| out.show(SCHEMA, &report, |style| report.text(style)))
    };
    if let Err(error) = shown {
        out.note(&format!(
            "The network's files and logs are kept in {}",
            bench.cluster.dir().display()
        ));
        return Err(error);
    }
    bench.cluster.stop_all()?;
    if ours {
        bench.cluster.remove()?;
    }
    Ok(())
}

fn check(options: &Options) -> Result<(), CliError> {
    let wrong = |what: &str, hint: &str| Err(CliError::input("BENCH", what.to_owned(), hint));
    if !(1..=MAX_SECONDS).contains(&options.seconds) || options.warm_up > MAX_SECONDS {
        return wrong(
            "it measures between 1 and 3600 seconds",
            "choose another --seconds or --warm-up",
        );
    }
    if options
        .rate
        .is_some_and(|rate| !(1..=MAX_RATE).contains(&rate))
    {
        return wrong(
            "a rate is between 1 and 100000 a second",
            "choose another --rate",
        );
    }
    let count = options
        .rate
        .unwrap_or(0)
        .saturating_mul(options.seconds + options.warm_up);
    if count > MAX_OPS {
        return wrong(
            "these are more than 2,000,000 transactions",
            "choose a lower --rate or fewer --seconds",
        );
    }
    Ok(())
}

fn fresh_folder() -> Result<PathBuf, CliError> {
    let mut bytes = [0u8; 4];
    getrandom::fill(&mut bytes).map_err(|e| ClusterError::Random(e.to_string()))?;
    Ok(std::env::temp_dir().join(format!("allonge-bench-{}", hex::encode(bytes))))
}

struct Bench {
    out: Output,
    cluster: Cluster,
    client: NodeClient,
    addresses: Vec<String>,
    world: World,
    kind: Kind,
}

/// What one run of the generator came to.
struct Run {
    load: Arc<Load>,
    met: Met,
    seen: Seen,
    before: Usage,
    after: Usage,
    end: Usage,
    /// The part that is measured.
    from: Instant,
    to: Instant,
    generator_cpu: f64,
}

impl Bench {
    async fn new(out: Output, cluster: Cluster, options: &Options) -> Result<Self, CliError> {
        let client = cluster.client(0, ASK)?;
        let world = World::prepare(&cluster, &client, options.kind).await?;
        let urls = cluster
            .manifest()
            .nodes
            .iter()
            .map(|node| node.url.trim_start_matches("http://").to_owned());
        Ok(Bench {
            addresses: urls.collect(),
            out,
            client,
            world,
            kind: options.kind,
            cluster,
        })
    }

    /// Offers twice what the network sustains.
    async fn bear(&mut self, options: &Options) -> Result<(), CliError> {
        let report = overload::measure(self, options).await?;
        let out = self.out.clone();
        out.show(overload::SCHEMA, &report, |style| report.text(style))?;
        match report.wrong() {
            None => Ok(()),
            Some(what) => Err(CliError::check_failed(
                "OVERLOAD",
                what,
                "report it with the folder named above",
            )),
        }
    }

    async fn measure(&mut self, options: &Options) -> Result<Report, CliError> {
        let mut search = Vec::new();
        let rate = match options.rate {
            Some(rate) => rate,
            None => self.seek(&mut search).await?,
        };
        let verify_before = machine::strict_verification();
        self.out.note(&format!(
            "Measuring at {rate} a second: {} s to warm up, then {} s",
            options.warm_up, options.seconds
        ));
        let run = self.run(rate, options.warm_up, options.seconds).await?;
        let verify_after = machine::strict_verification();
        let heights = self.heights().await?;
        let measured = Measured::of(&run, options.seconds);
        Ok(Report::new(
            options,
            rate,
            search,
            measured,
            [verify_before, verify_after],
            heights,
        ))
    }

    /// Offers more and more until the network does not keep up; a rate a little below that.
    async fn seek(&mut self, steps: &mut Vec<SearchStep>) -> Result<u64, CliError> {
        let mut rate = FIRST_RATE;
        let mut most = 0.0f64;
        for _ in 0..MAX_STEPS {
            let run = self.run(rate, STEP_WARM_UP, STEP_SECONDS).await?;
            let measured = Measured::of(&run, STEP_SECONDS);
            self.out.note(&format!(
                "offered {rate} a second, final {:.0}",
                measured.final_per_second
            ));
            steps.push(SearchStep {
                offered_per_second: rate,
                final_per_second: measured.final_per_second,
                p99_milliseconds: measured.latency.p99,
            });
            most = most.max(measured.final_per_second);
            if measured.final_per_second < KEPT_UP * rate as f64 {
                break;
            }
            rate = (rate * 2).min(MAX_RATE);
        }
        let near = (most as u64).saturating_mul(NEAR) / 100;
        Ok((near / 10 * 10).clamp(10, MAX_RATE))
    }

    async fn run(&mut self, rate: u64, warm_up: u64, seconds: u64) -> Result<Run, CliError> {
        let count = rate.saturating_mul(warm_up + seconds).min(MAX_OPS);
        if self.kind != Kind::Transfers {
            // Of mixed ones every second is a request; one round more than that covers what is odd.
            let share = if self.kind == Kind::Mixed { 2 } else { 1 };
            let each = count / share / work::ACCOUNTS as u64 + 2;
            let each = usize::try_from(each).unwrap_or(usize::MAX);
            supply::stock_up(&mut self.world, &self.client, each).await?;
        }
        let chain = self.client.chain().await?;
        let ops = self.world.sign(
            &chain,
            self.kind,
            usize::try_from(count).unwrap_or(usize::MAX),
        )?;
        let ids = ops.iter().map(|op| op.id).collect();
        let height = self.client.status().await?.height;
        let start = Instant::now() + LEAD;
        let (from, to) = (
            start + Duration::from_secs(warm_up),
            start + Duration::from_secs(warm_up + seconds),
        );
        let load = Arc::new(Load::new(ops, start, rate, to + DRAIN / 4));
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let observer = tokio::spawn(observe(self.client.clone(), height, ids, stopped));
        let sender = {
            let (load, addresses) = (load.clone(), self.addresses.clone());
            tokio::spawn(async move { load.send(&addresses).await })
        };
        sleep_until(from).await;
        let generator = machine::cpu_seconds(std::process::id());
        let before = Usage::now(&self.cluster);
        sleep_until(to).await;
        let after = Usage::now(&self.cluster);
        let generator_cpu = machine::cpu_seconds(std::process::id()) - generator;
        let met = joined(sender.await)?;
        self.drain(&observer).await?;
        // An error means that the observer has seen all and is gone.
        let _ = stop.send(true);
        let seen = joined(observer.await)?;
        self.world.unsent(load.unsent());
        let end = Usage::now(&self.cluster);
        Ok(Run {
            load,
            met,
            seen,
            before,
            after,
            end,
            from,
            to,
            generator_cpu,
        })
    }

    /// Waits until everything that was taken is final, or the time for that is over.
    async fn drain<T>(&self, observer: &tokio::task::JoinHandle<T>) -> Result<(), CliError> {
        let until = Instant::now() + DRAIN;
        while !observer.is_finished() && Instant::now() < until {
            if self.nothing_waits().await? {
                // One more block may be on its way.
                sleep(Duration::from_secs(1)).await;
                if self.nothing_waits().await? {
                    break;
                }
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn nothing_waits(&self) -> Result<bool, CliError> {
        for node in 0..self.cluster.len() {
            let status = self.cluster.client(node, ASK)?.status().await?;
            if status.body.mempool.transactions > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn heights(&self) -> Result<Vec<u64>, CliError> {
        let mut heights = Vec::new();
        for node in 0..self.cluster.len() {
            heights.push(self.cluster.client(node, ASK)?.status().await?.height);
        }
        Ok(heights)
    }
}

fn joined<T>(done: Result<Result<T, CliError>, tokio::task::JoinError>) -> Result<T, CliError> {
    done.unwrap_or_else(|e| {
        Err(CliError::input(
            "GENERATOR",
            format!("the generator failed: {e}"),
            "run it again",
        ))
    })
}
