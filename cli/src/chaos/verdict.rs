//! Whether anything was lost: the client's own log against what the nodes have.

use super::load::{AMOUNT, Payers, Place, Told};
use crate::client::{NodeClient, SentLog, now_ms};
use crate::cluster::Cluster;
use crate::error::CliError;
use allonge_contracts::Hash;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long a node may take to answer.
const ASK: Duration = Duration::from_secs(10);
/// How long the nodes may take to come to the same height once all is quiet.
const AGREE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(200);
/// The most payments that are looked up.
const MAX_SENT: usize = 10_000_000;
/// The most faults that are named.
const MAX_NAMED: usize = 20;

/// What the ledger has of what was sent.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Verdict {
    /// Payments in the client's log.
    pub sent: u64,
    /// Of these, final exactly once.
    pub settled: u64,
    /// Expired, and on no node.
    pub expired: u64,
    /// Answers "final" that clients had been given.
    pub acknowledged: u64,
    /// Blocks that every node has alike.
    pub blocks: String,
    /// What is not as it must be; empty when nothing was lost.
    pub violations: Vec<String>,
}

/// Waits until all payments are final or expired and compares.
///
/// # Errors
/// Nodes that do not answer or do not come to the same height.
pub(super) async fn judge(
    cluster: &Cluster,
    payers: &Payers,
    opening: u64,
) -> Result<Verdict, CliError> {
    let log = SentLog::of_home(cluster.dir());
    let sent = log.all(MAX_SENT).map_err(|error| {
        CliError::input(
            "LOG",
            format!("cannot read {}: {error}", log.path().display()),
            "run it again",
        )
    })?;
    let clients: Vec<NodeClient> = (0..cluster.len())
        .map(|node| cluster.client(node, ASK))
        .collect::<Result<_, _>>()?;
    let last = sent.iter().map(|sent| sent.valid_until).max().unwrap_or(0);
    let height = quiet(&clients, last).await?;
    let Some(first) = clients.first() else {
        return Ok(Verdict::default());
    };
    let (places, rejected) = read_chain(first, height).await?;
    let told = payers.told();
    let mut verdict = Verdict {
        sent: sent.len() as u64,
        acknowledged: told.settled.len() as u64,
        blocks: height.to_string(),
        ..Verdict::default()
    };
    for one in &sent {
        match places.get(&one.id).map(Vec::as_slice) {
            None => verdict.expired += 1,
            Some([_]) => verdict.settled += 1,
            Some(many) => verdict.blame(format!("{} is final {} times", one.id, many.len())),
        }
    }
    lost(&mut verdict, &told, &places);
    alike(&mut verdict, &clients, height).await?;
    let paid = verdict
        .settled
        .saturating_sub(rejected)
        .saturating_mul(AMOUNT);
    let now = balance(first, payers).await?;
    if now != opening.saturating_add(paid) {
        verdict.blame(format!(
            "{} has {now} minor units: it had {opening} and was paid {paid}",
            payers.to
        ));
    }
    Ok(verdict)
}

/// What the payee has, in minor units.
pub(super) async fn balance(client: &NodeClient, payers: &Payers) -> Result<u64, CliError> {
    let cash = client.cash(&payers.to).await?;
    let of = cash.body.balances.iter();
    Ok(of
        .filter(|line| line.currency == payers.currency)
        .map(|line| line.total.minor)
        .fold(0, u64::saturating_add))
}

impl Verdict {
    fn blame(&mut self, what: String) {
        if self.violations.len() < MAX_NAMED {
            self.violations.push(what);
        }
    }
}

/// Every place of every transaction.
type Places = BTreeMap<Hash, Vec<Place>>;

/// Waits until every node has a block after `last`, so that nothing sent can become final any more; the
/// least height that all have.
async fn quiet(clients: &[NodeClient], last: u64) -> Result<u64, CliError> {
    let until = Instant::now() + AGREE + Duration::from_millis(last.saturating_sub(now_ms()));
    loop {
        let mut heights = Vec::new();
        for client in clients {
            if let Ok(status) = client.status().await
                && status.body.time_ms > last
            {
                heights.push(status.height);
            }
        }
        if heights.len() == clients.len() {
            return Ok(heights.into_iter().min().unwrap_or(0));
        }
        if Instant::now() > until {
            return Err(CliError::check_failed(
                "CHAOS_STUCK",
                format!(
                    "{} of {} nodes have no block after the last payment's end",
                    clients.len() - heights.len(),
                    clients.len()
                ),
                "read the nodes' logs in the folder named above",
            ));
        }
        sleep(LOOK).await;
    }
}

async fn read_chain(client: &NodeClient, height: u64) -> Result<(Places, u64), CliError> {
    let mut places = Places::new();
    let mut rejected = 0;
    for height in 1..=height {
        let block = client.block(Some(height), false).await?;
        for (index, transaction) in block.transactions.iter().enumerate() {
            let place = (height, u32::try_from(index).unwrap_or(u32::MAX));
            places.entry(transaction.id).or_default().push(place);
            rejected += u64::from(transaction.rejected.is_some());
        }
    }
    Ok((places, rejected))
}

/// What a client was told to be final must be there, where it was told.
fn lost(verdict: &mut Verdict, told: &Told, places: &Places) {
    for (id, place) in &told.settled {
        match places.get(id).map(Vec::as_slice) {
            Some([at]) if at == place => {}
            found => verdict.blame(format!(
                "{id} was said to be final as {place:?} (block, index), and is found at {:?}",
                found.unwrap_or_default()
            )),
        }
    }
}

/// The same block at that height, and with it all before, on every node; and every node's books in order.
async fn alike(verdict: &mut Verdict, clients: &[NodeClient], height: u64) -> Result<(), CliError> {
    let mut hashes = Vec::new();
    for client in clients {
        hashes.push(client.block(Some(height), false).await?.hash);
        for broken in client.invariants().await?.body.violations {
            verdict.blame(format!("{}: {broken:?}", client.node()));
        }
    }
    if hashes.iter().any(|hash| Some(hash) != hashes.first()) {
        verdict.blame(format!(
            "the nodes have different blocks {height}: {hashes:?}"
        ));
    }
    Ok(())
}
