//! Clients that pay while containers come and go, and remember what they were told.

use allonge_cli::client::{NodeClient, Signed, TransactionBuilder};
use allonge_contracts::calls::Transfer;
use allonge_contracts::{Hash, MemberId, Text};
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::money;
use tokio::task::JoinHandle;

/// How many clients pay at the same time.
const CLIENTS: usize = 4;
/// Between two payments of one client.
const PACE: Duration = Duration::from_millis(100);
/// How long a payment may take to be final before it counts as failed.
const WITHIN: Duration = Duration::from_secs(30);

/// Who pays whom.
#[derive(Clone)]
pub struct Payer {
    /// The member that pays.
    pub id: MemberId,
    /// Its key.
    pub key: SigningKey,
    /// The member that is paid.
    pub payee: MemberId,
}

impl Payer {
    /// A signed payment of 0.01 CNY.
    async fn payment(&self, client: &NodeClient) -> Option<Signed> {
        let chain = client.chain().await.ok()?;
        let pay = Transfer {
            to: self.payee.clone(),
            money: money("0.01"),
            purpose: Text::empty(),
            reference: Text::empty(),
        };
        let body = TransactionBuilder::new(&chain, self.id.clone()).call(pay);
        Some(body.sign([&self.key]).expect("a transaction"))
    }
}

/// What came of the payments so far.
#[derive(Default)]
pub struct Outcome {
    /// Final, with the height that the client was told.
    pub acknowledged: BTreeMap<Hash, u64>,
    /// Sent, without an answer in time; what became of them is to be asked.
    pub unanswered: Vec<Signed>,
    /// What the clients were told instead.
    pub complaints: Vec<String>,
    /// The longest that one payment took.
    pub slowest: Duration,
}

/// Clients at work; each tries one node and then the others.
pub struct Load {
    stop: Arc<AtomicBool>,
    outcome: Arc<Mutex<Outcome>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts them.
    pub fn start(urls: &[String], payer: &Payer) -> Self {
        let mut load = Load {
            stop: Arc::default(),
            outcome: Arc::default(),
            tasks: Vec::new(),
        };
        for n in 0..CLIENTS {
            let mut urls = urls.to_vec();
            let nodes = urls.len();
            urls.rotate_left(n % nodes);
            let client = NodeClient::new(&urls, WITHIN).expect("a client");
            let (payer, stop, outcome) = (payer.clone(), load.stop.clone(), load.outcome.clone());
            load.tasks
                .push(tokio::spawn(pay(client, payer, stop, outcome)));
        }
        load
    }

    /// How many payments are final, and how many failed.
    pub fn counts(&self) -> (usize, usize) {
        let outcome = self.outcome.lock().expect("the outcome");
        (outcome.acknowledged.len(), outcome.complaints.len())
    }

    /// Stops the clients.
    pub async fn stop(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("a client");
        }
        std::mem::take(&mut *self.outcome.lock().expect("the outcome"))
    }
}

async fn pay(
    client: NodeClient,
    payer: Payer,
    stop: Arc<AtomicBool>,
    outcome: Arc<Mutex<Outcome>>,
) {
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !stop.load(Ordering::Relaxed) {
        pace.tick().await;
        // No node answers at all: nothing was sent, so nothing can be lost.
        let Some(signed) = payer.payment(&client).await else {
            continue;
        };
        let begin = Instant::now();
        let answer = client.submit_and_wait(&signed, WITHIN).await;
        let mut outcome = outcome.lock().expect("the outcome");
        match answer {
            Ok(done) if done.accepted() => {
                outcome.slowest = outcome.slowest.max(begin.elapsed());
                outcome.acknowledged.insert(done.id, done.height);
            }
            Ok(done) => outcome.complaints.push(format!("rejected: {done:?}")),
            Err(error) => {
                outcome.complaints.push(error.to_string());
                outcome.unanswered.push(signed);
            }
        }
    }
}
