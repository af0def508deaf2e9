//! `allonge bench --overload`: twice what the network sustains, for minutes. It must refuse what it cannot
//! take, say when to come again, keep its memory, and lose nothing that it took.

use super::load::{CONNECTIONS_PER_NODE, Connection, post};
use super::work::World;
use super::{ASK, Bench, Kind, Options};
use crate::client::{NodeClient, Signed, TransactionBuilder};
use crate::cluster::{Cluster, memory};
use crate::error::CliError;
use crate::output::{Column, Style, fields, table};
use allonge_contracts::calls::Transfer;
use allonge_contracts::{Hash, Money, Text};
use bytes::Bytes;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// The document's schema.
pub(super) const SCHEMA: &str = "allonge.overload/1";
/// How often memory and mempool are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long the network may take to work off what it took.
const DRAIN: Duration = Duration::from_secs(600);
/// How long one payment may take afterwards.
const AFTER: Duration = Duration::from_secs(60);

/// What happened in one minute.
#[derive(Clone, Debug, Default, Serialize)]
struct Minute {
    /// Attempts to submit.
    offered: u64,
    /// Taken by a node.
    taken: u64,
    /// Refused, by code.
    refused: BTreeMap<String, u64>,
    /// Of those, without a time at which to come again.
    refused_without_time: u64,
    /// Connections that broke.
    broken: u64,
    /// Final, by the time of their block.
    settled: u64,
    /// The most transactions that waited on a node.
    waiting: u64,
    /// The most resident memory of a node, in bytes.
    memory: u64,
}

/// `allonge.overload/1`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    nodes: usize,
    seconds: u64,
    /// How many payments a second its blocks hold; 0: not bounded.
    ceiling_per_second: u64,
    /// What the network sustained, a second.
    sustained_per_second: u64,
    /// What was then to be offered, a second: twice that.
    offered_per_second: u64,
    /// What the generator managed to offer, a second.
    reached_per_second: u64,
    minutes: Vec<Minute>,
    /// Resident memory of the largest node before, in bytes.
    memory_before: u64,
    acknowledged: u64,
    /// Of those, final.
    acknowledged_final: u64,
    /// Milliseconds from the end of the load until nothing waited.
    drained_ms: u64,
    /// Milliseconds that one payment then took to be final.
    next_payment_ms: u64,
}

#[derive(Default)]
struct Tally {
    minutes: Vec<Minute>,
    taken: BTreeSet<Hash>,
}

/// What all lanes share.
struct Shared {
    client: NodeClient,
    world: World,
    begin: Instant,
    end: Instant,
    pause: Duration,
    tally: Mutex<Tally>,
}

impl Shared {
    fn note(&self, change: impl FnOnce(&mut Minute, &mut BTreeSet<Hash>)) {
        let minute = usize::try_from(self.begin.elapsed().as_secs() / 60).unwrap_or(0);
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if tally.minutes.len() <= minute {
            tally.minutes.resize_with(minute + 1, Minute::default);
        }
        let Tally { minutes, taken } = &mut *tally;
        if let Some(minute) = minutes.get_mut(minute) {
            change(minute, taken);
        }
    }

    /// A payment of one account to the next.
    async fn sign(&self, account: usize) -> Result<Signed, CliError> {
        let accounts = &self.world.accounts;
        let own = accounts.get(account % accounts.len());
        let other = accounts.get((account + 1) % accounts.len());
        let (Some(own), Some(other)) = (own, other) else {
            return Err(CliError::input("BENCH", "no accounts", "run it again"));
        };
        let transfer = Transfer {
            to: other.id.clone(),
            money: Money::new(self.world.currency, 1),
            purpose: Text::empty(),
            reference: Text::empty(),
        };
        let chain = self.client.chain().await?;
        Ok(TransactionBuilder::new(&chain, own.id.clone())
            .call(transfer)
            .sign([&own.key])?)
    }

    /// Submits at an even pace over one connection; what is refused is offered again.
    async fn lane(self: Arc<Self>, lane: usize, node: String) -> Result<(), CliError> {
        let mut connection: Connection = None;
        let mut tick = interval(self.pause);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut waiting: Option<(Hash, Bytes)> = None;
        while Instant::now() < self.end {
            tick.tick().await;
            let (id, bytes) = match waiting.take() {
                Some(waiting) => waiting,
                None => {
                    let signed = self.sign(lane).await?;
                    (signed.id, Bytes::from(signed.bytes))
                }
            };
            match post(&mut connection, &node, &bytes).await {
                Some(Ok(())) => self.note(|minute, taken| {
                    minute.offered += 1;
                    minute.taken += 1;
                    taken.insert(id);
                }),
                Some(Err(no)) => {
                    if no.is_busy() {
                        waiting = Some((id, bytes));
                    }
                    self.note(|minute, _| {
                        minute.offered += 1;
                        minute.refused_without_time += u64::from(!no.says_when);
                        *minute.refused.entry(no.code).or_default() += 1;
                    });
                }
                None => {
                    connection = None;
                    waiting = Some((id, bytes));
                    self.note(|minute, _| minute.broken += 1);
                }
            }
        }
        Ok(())
    }
}

/// Loads a network with twice what it sustains.
pub(super) async fn measure(bench: &mut Bench, options: &Options) -> Result<Report, CliError> {
    let mut search = Vec::new();
    bench.seek(&mut search).await?;
    let most = search.iter().map(|step| step.final_per_second);
    let sustained = most.fold(0.0, f64::max) as u64;
    let offered = sustained.saturating_mul(2);
    bench.out.note(&format!(
        "Offering {offered} a second for {} s; the network sustains {sustained}",
        options.seconds
    ));
    let world = World::prepare(&bench.cluster, &bench.client, Kind::Transfers).await?;
    let memory_before = largest(&bench.cluster);
    let from = bench.client.status().await?.height;
    let lanes = bench.addresses.len() * CONNECTIONS_PER_NODE;
    let begin = Instant::now();
    let begin_ms = crate::client::now_ms();
    let shared = Arc::new(Shared {
        client: bench.client.clone(),
        world,
        begin,
        end: begin + Duration::from_secs(options.seconds),
        pause: Duration::from_nanos((lanes as u64).saturating_mul(1_000_000_000) / offered.max(1)),
        tally: Mutex::default(),
    });
    let mut tasks = JoinSet::new();
    for lane in 0..lanes {
        if let Some(node) = bench.addresses.get(lane % bench.addresses.len()) {
            tasks.spawn(shared.clone().lane(lane, node.clone()));
        }
    }
    while Instant::now() < shared.end {
        sleep(LOOK).await;
        let (memory, waiting) = (largest(&bench.cluster), waiting(&bench.cluster).await);
        shared.note(|minute, _| {
            minute.memory = minute.memory.max(memory);
            minute.waiting = minute.waiting.max(waiting.unwrap_or(0));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(|error| {
            CliError::input(
                "GENERATOR",
                format!("the generator failed: {error}"),
                "run it again",
            )
        })??;
    }
    let end = Instant::now();
    while waiting(&bench.cluster).await != Some(0) && end.elapsed() < DRAIN {
        sleep(Duration::from_millis(20)).await;
    }
    let drained_ms = millis(end.elapsed());
    let payment = shared.sign(0).await?;
    let asked = Instant::now();
    bench.client.submit_and_wait(&payment, AFTER).await?;
    let next_payment_ms = millis(asked.elapsed());
    let mut tally =
        std::mem::take(&mut *shared.tally.lock().unwrap_or_else(PoisonError::into_inner));
    let acknowledged_final = settle(bench, from, begin_ms, &mut tally).await?;
    // What the lanes did after the last full second.
    tally
        .minutes
        .truncate(options.seconds.div_ceil(60).max(1) as usize);
    let attempts: u64 = tally.minutes.iter().map(|minute| minute.offered).sum();
    Ok(Report {
        nodes: options.nodes,
        seconds: options.seconds,
        ceiling_per_second: options.ceiling,
        sustained_per_second: sustained,
        offered_per_second: offered,
        reached_per_second: attempts / options.seconds.max(1),
        minutes: tally.minutes,
        memory_before,
        acknowledged: tally.taken.len() as u64,
        acknowledged_final,
        drained_ms,
        next_payment_ms,
    })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Resident memory of the largest node.
fn largest(cluster: &Cluster) -> u64 {
    let pids = (0..cluster.len()).filter_map(|node| cluster.pid(node));
    pids.filter_map(memory)
        .map(|(now, _)| now)
        .max()
        .unwrap_or(0)
}

/// The most transactions that wait on one node; `None` where one does not answer.
async fn waiting(cluster: &Cluster) -> Option<u64> {
    let mut most = 0;
    for node in 0..cluster.len() {
        let status = cluster.client(node, ASK).ok()?.status().await.ok()?;
        most = most.max(status.body.mempool.transactions);
    }
    Some(most)
}

/// Reads the chain: what became final in which minute, and how much of what was taken.
async fn settle(
    bench: &Bench,
    from: u64,
    begin_ms: u64,
    tally: &mut Tally,
) -> Result<u64, CliError> {
    let tip = bench.client.status().await?.height;
    let mut found = 0;
    for height in from + 1..=tip {
        let block = bench.client.block(Some(height), false).await?;
        let minute = block.header.time_ms.saturating_sub(begin_ms) / 60_000;
        let minute = usize::try_from(minute).unwrap_or(usize::MAX);
        let count = block.transactions.len() as u64;
        let last = tally.minutes.len().saturating_sub(1);
        if let Some(minute) = tally.minutes.get_mut(minute.min(last)) {
            minute.settled += count;
        }
        for transaction in &block.transactions {
            found += u64::from(tally.taken.contains(&transaction.id));
        }
    }
    Ok(found)
}

impl Report {
    /// What is not as it must be.
    pub fn wrong(&self) -> Option<String> {
        let lost = self.acknowledged.saturating_sub(self.acknowledged_final);
        let silent: u64 = self.minutes.iter().map(|m| m.refused_without_time).sum();
        if lost > 0 || silent > 0 {
            return Some(format!(
                "{lost} taken payments are not final, {silent} refusals did not say when to come again"
            ));
        }
        // Otherwise it was no overload. A busy machine makes less final than was sought before.
        let settled: u64 = self.minutes.iter().map(|m| m.settled).sum();
        let settled = settled / self.seconds.max(1);
        let least = self.offered_per_second.min(settled.saturating_mul(2));
        (self.reached_per_second < least).then(|| {
            format!(
                "the generator offered {} a second, which is not twice the {settled} that became final: choose a lower --ceiling, or run it on a machine with more cores",
                self.reached_per_second
            )
        })
    }

    pub fn text(&self, _: Style) -> String {
        let rows = self.minutes.iter().enumerate().map(|(at, minute)| {
            let refused: u64 = minute.refused.values().sum();
            vec![
                (at + 1).to_string(),
                minute.offered.to_string(),
                minute.taken.to_string(),
                refused.to_string(),
                minute.settled.to_string(),
                minute.waiting.to_string(),
                mib(minute.memory),
            ]
        });
        let mut text = table(
            &[
                Column::Right("MINUTE"),
                Column::Right("OFFERED"),
                Column::Right("TAKEN"),
                Column::Right("REFUSED"),
                Column::Right("FINAL"),
                Column::Right("WAITING"),
                Column::Right("MEMORY MiB"),
            ],
            rows.collect(),
        );
        let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
        for (code, count) in self.minutes.iter().flat_map(|minute| &minute.refused) {
            *codes.entry(code).or_default() += count;
        }
        let codes: Vec<String> = codes
            .iter()
            .map(|(code, count)| format!("{code} {count}"))
            .collect();
        text.push('\n');
        text.push_str(&fields(&[
            (
                "sustained",
                format!("{} a second", self.sustained_per_second),
            ),
            (
                "offered",
                format!(
                    "{} a second, of {} to be offered",
                    self.reached_per_second, self.offered_per_second
                ),
            ),
            ("refused", codes.join(", ")),
            ("memory before", format!("{} MiB", mib(self.memory_before))),
            ("acknowledged", self.acknowledged.to_string()),
            ("of these final", self.acknowledged_final.to_string()),
            ("worked off after", format!("{} ms", self.drained_ms)),
            ("next payment took", format!("{} ms", self.next_payment_ms)),
        ]));
        text
    }
}

fn mib(bytes: u64) -> String {
    (bytes / (1024 * 1024)).to_string()
}
