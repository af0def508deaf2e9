//! `allonge cluster chaos`: breaks a network of its own at random while payments run, and then asks every
//! node whether anything was lost.
//!
//! One fault at a time, so that at most one node of four is faulty, or the network stands still and must go
//! on as soon as it is whole. Which faults, on which nodes and for how long follows from the seed; what
//! comes of them does not, for these are real processes.

mod damage;
mod faults;
mod load;
mod verdict;

pub use faults::Fault;

use crate::cluster::{Cluster, ClusterError, Spec};
use crate::dice::Dice;
use crate::error::CliError;
use crate::output::{Column, Output, Style, fields, table};
use faults::{Breaker, Tried};
use load::Payers;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use verdict::Verdict;

const SCHEMA: &str = "allonge.chaos/1";
/// The longest run.
const MAX_SECONDS: u64 = 7 * 86_400;

/// How things are broken.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many validators.
    pub nodes: usize,
    /// For how long, where no number of faults is given.
    pub seconds: u64,
    /// How many faults.
    pub count: Option<u64>,
    /// What faults, where and how long, follows from this; a random one where absent.
    pub seed: Option<u64>,
    /// Which kinds; all where empty.
    pub kinds: Vec<Fault>,
    /// The network's folder; a temporary one, removed if nothing was lost, where absent.
    pub dir: Option<PathBuf>,
}

/// `allonge.chaos/1`.
#[derive(Debug, Serialize)]
struct Report {
    seed: String,
    nodes: usize,
    seconds: u64,
    faults: Vec<Tried>,
    answers_that_say_no: std::collections::BTreeMap<String, u64>,
    without_an_answer: u64,
    #[serde(flatten)]
    verdict: Verdict,
}

/// Runs it.
///
/// # Errors
/// Input that cannot be used; a network that does not become whole; `CHAOS_LOST` if anything was lost.
pub async fn run(out: Output, options: &Options) -> Result<(), CliError> {
    if !(1..=MAX_SECONDS).contains(&options.seconds) {
        return Err(CliError::input(
            "CHAOS",
            "it breaks things for 1 to 604800 seconds".to_owned(),
            "choose another --seconds",
        ));
    }
    let seed = match options.seed {
        Some(seed) => seed,
        None => u64::from_be_bytes(random()?),
    };
    let (dir, ours) = match &options.dir {
        Some(dir) => (dir.clone(), false),
        None => {
            let name = format!("allonge-chaos-{}", hex::encode(random::<4>()?));
            (std::env::temp_dir().join(name), true)
        }
    };
    let mut spec = Spec::standard(dir).map_err(ClusterError::from)?;
    spec.nodes = options.nodes;
    spec.breakable = true;
    let cluster = Cluster::up(&spec).await?;
    out.note(&format!(
        "Breaking {} nodes {}, seed {seed}; logs in {}",
        options.nodes,
        match options.count {
            Some(count) => format!("{count} times"),
            None => format!("for {} s", options.seconds),
        },
        cluster.dir().join("logs").display()
    ));
    let mut breaker = Breaker::new(cluster, Dice::new(seed))?;
    let report = observe(&out, &mut breaker, options, seed).await?;
    let lost = !report.verdict.violations.is_empty();
    breaker.cluster.stop_all()?;
    out.show(SCHEMA, &report, |style| report.text(style))?;
    if lost {
        return Err(CliError::check_failed(
            "CHAOS_LOST",
            format!(
                "{} things are not as they must be; the network's folder {} is kept",
                report.verdict.violations.len(),
                breaker.cluster.dir().display()
            ),
            "report it with the folder and the seed",
        ));
    }
    if ours {
        breaker.cluster.remove()?;
    }
    Ok(())
}

fn random<const N: usize>() -> Result<[u8; N], CliError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|error| ClusterError::Random(error.to_string()))?;
    Ok(bytes)
}

async fn observe(
    out: &Output,
    breaker: &mut Breaker,
    options: &Options,
    seed: u64,
) -> Result<Report, CliError> {
    let kinds = if options.kinds.is_empty() {
        &Fault::ALL[..]
    } else {
        &options.kinds
    };
    let payers = Arc::new(Payers::new(&breaker.cluster).await?);
    let first = breaker.cluster.client_of_all(0, Duration::from_secs(5))?;
    let opening = verdict::balance(&first, &payers).await?;
    let (stop, stopped) = watch::channel(false);
    let mut paying = payers.pay(&breaker.cluster, &stopped).await?;
    let mut faults = Vec::new();
    let begin = Instant::now();
    loop {
        let number = faults.len() as u64;
        let over = match options.count {
            Some(count) => number >= count,
            None => begin.elapsed() >= Duration::from_secs(options.seconds),
        };
        if over {
            break;
        }
        let tried = breaker.attempt(number, kinds).await?;
        out.note(&format!(
            "{:>4} s  {:<8} node-{}  for {} ms, next block after {} ms, all whole after {} ms",
            begin.elapsed().as_secs(),
            tried.fault.name(),
            tried.node,
            tried.lasted_ms,
            tried.next_block_ms,
            tried.whole_ms
        ));
        if let Some(harmed) = &tried.harmed {
            out.note(&format!("        {harmed}"));
        }
        faults.push(tried);
    }
    let took = begin.elapsed();
    // An error means that all payers have ended by themselves; what they say comes next.
    let _ = stop.send(true);
    while let Some(payer) = paying.join_next().await {
        payer.map_err(|error| {
            CliError::input("CHAOS", format!("a payer failed: {error}"), "run it again")
        })??;
    }
    out.note("Waiting until every payment is final or expired");
    let verdict = verdict::judge(&breaker.cluster, &payers, opening).await?;
    let told = payers.told();
    Ok(Report {
        seed: seed.to_string(),
        nodes: options.nodes,
        seconds: took.as_secs(),
        faults,
        answers_that_say_no: told.refused,
        without_an_answer: told.unsettled,
        verdict,
    })
}

impl Report {
    fn text(&self, style: Style) -> String {
        let rows = Fault::ALL.iter().filter_map(|kind| {
            let mut next: Vec<u64> = Vec::new();
            let mut whole: Vec<u64> = Vec::new();
            for tried in self.faults.iter().filter(|tried| tried.fault == *kind) {
                next.push(tried.next_block_ms);
                whole.push(tried.whole_ms);
            }
            next.sort_unstable();
            whole.sort_unstable();
            let middle = |times: &[u64]| times.get(times.len() / 2).copied().unwrap_or(0);
            (!next.is_empty()).then(|| {
                vec![
                    kind.name().to_owned(),
                    next.len().to_string(),
                    middle(&next).to_string(),
                    next.last().copied().unwrap_or(0).to_string(),
                    middle(&whole).to_string(),
                    whole.last().copied().unwrap_or(0).to_string(),
                ]
            })
        });
        let mut text = table(
            &[
                Column::Left("FAULT"),
                Column::Right("TRIED"),
                Column::Right("NEXT BLOCK ms"),
                Column::Right("WORST"),
                Column::Right("ALL WHOLE ms"),
                Column::Right("WORST"),
            ],
            rows.collect(),
        );
        text.push('\n');
        let verdict = &self.verdict;
        text.push_str(&fields(&[
            ("seed", self.seed.clone()),
            ("blocks, alike everywhere", verdict.blocks.clone()),
            ("payments written down", verdict.sent.to_string()),
            ("final exactly once", verdict.settled.to_string()),
            ("expired and absent", verdict.expired.to_string()),
            ("acknowledged and there", verdict.acknowledged.to_string()),
            (
                "without an answer in time",
                self.without_an_answer.to_string(),
            ),
            (
                "refused",
                self.answers_that_say_no.values().sum::<u64>().to_string(),
            ),
        ]));
        for violation in &verdict.violations {
            text.push_str(&format!("\n{} {violation}", style.bad("WRONG")));
        }
        if verdict.violations.is_empty() {
            text.push_str(&format!("\n{}\n", style.good("Nothing was lost.")));
        }
        text
    }
}
