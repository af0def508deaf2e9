//! Clients as users run them: they know all nodes, go to the next where one does not answer, write every payment down,
//! synced, before they send it, and expect each to become final.

use allonge_cli::client::{NodeClient, SentLog, Signed, TransactionBuilder};
use allonge_contracts::calls::Transfer;
use allonge_contracts::{Hash, Text};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tests::{Network, everything_agrees, money, until};
use tokio::sync::watch;
use tokio::task::JoinSet;

const PAYERS: usize = 4;
/// How long all nodes together may take to answer.
const ASK: Duration = Duration::from_secs(30);
/// How long one payment may take.
const PATIENCE: Duration = Duration::from_secs(60);
const PACE: Duration = Duration::from_millis(30);

/// What a payer was told: where each payment is final, and what failed.
#[derive(Default)]
struct Told {
    settled: BTreeMap<Hash, u64>,
    failed: Vec<String>,
}

/// Payers at work.
pub struct Payers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<Told>,
    log: Arc<SentLog>,
    paid: Arc<AtomicUsize>,
}

impl Payers {
    /// They begin to pay.
    pub async fn start(network: &mut Network) -> Payers {
        let log = Arc::new(SentLog::of_home(network.dir()));
        let (stop, stopped) = watch::channel(false);
        let paid = Arc::<AtomicUsize>::default();
        let mut tasks = JoinSet::new();
        for payer in 0..PAYERS {
            let first = payer % network.len();
            let client = network.cluster().client_of_all(first, ASK).unwrap();
            let key = network.cluster().key("first-bank").unwrap().key;
            tasks.spawn(pay(client, key, log.clone(), paid.clone(), stopped.clone()));
        }
        Payers {
            stop,
            tasks,
            log,
            paid,
        }
    }

    /// Waits until so many payments more are final.
    pub async fn pay(&self, more: usize) {
        let enough = self.paid.load(Relaxed) + more;
        until("payments to become final", || async {
            let paid = self.paid.load(Relaxed);
            if paid >= enough {
                Ok(())
            } else {
                Err(format!("{paid} of {enough}"))
            }
        })
        .await;
    }

    /// They stop; every payment is final exactly once, at the height that its payer was told, on every node, and not
    /// one sending failed. How many there were.
    pub async fn all_settled(mut self, network: &Network) -> usize {
        self.stop.send_replace(true);
        let mut told = Told::default();
        while let Some(one) = self.tasks.join_next().await {
            let one = one.expect("a payer");
            told.settled.extend(one.settled);
            told.failed.extend(one.failed);
        }
        assert_eq!(told.failed, Vec::<String>::new(), "no payment failed");
        let sent = self.log.all(1_000_000).unwrap();
        let validators = network.genesis.validator_set().unwrap();
        let chain = everything_agrees(&network.all(), network.genesis_hash, &validators).await;
        let mut found = BTreeMap::new();
        for block in &chain {
            for transaction in &block.transactions {
                let before = found.insert(transaction.id, block.header.height);
                assert!(before.is_none(), "{} is final twice", transaction.id);
            }
        }
        for one in &sent {
            assert!(found.contains_key(&one.id), "{} is lost", one.id);
        }
        for (id, height) in &told.settled {
            assert_eq!(
                found.get(id),
                Some(height),
                "{id} is where its payer was told"
            );
        }
        sent.len()
    }
}

async fn pay(
    client: NodeClient,
    key: ed25519_dalek::SigningKey,
    log: Arc<SentLog>,
    paid: Arc<AtomicUsize>,
    stopped: watch::Receiver<bool>,
) -> Told {
    let mut told = Told::default();
    let chain = client.chain().await.expect("the chain");
    while !*stopped.borrow() {
        let signed: Signed = TransactionBuilder::new(&chain, "first-bank".parse().unwrap())
            .call(Transfer {
                to: "supplier-1".parse().unwrap(),
                money: money("0.01"),
                purpose: Text::empty(),
                reference: Text::empty(),
            })
            .sign([&key])
            .expect("a signed payment");
        log.append(&signed).expect("a line in the log");
        match client.submit_and_wait(&signed, PATIENCE).await {
            Ok(done) => {
                told.settled.insert(signed.id, done.height);
                paid.fetch_add(1, Relaxed);
            }
            Err(error) => told.failed.push(format!("{}: {error}", signed.id)),
        }
        tokio::time::sleep(PACE).await;
    }
    told
}
