//! A client that writes down every transaction, synced, before it sends it.

use allonge_contracts::calls::Transfer;
use allonge_contracts::{Currency, Hash, MemberId, Money, Text};
use allonge_node::api::types::{TransactionState, TransactionView};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Api, Chance, Network, Party, now_ms};
use tokio::task::JoinHandle;

/// How many clients send at the same time.
const CLIENTS: u64 = 4;
/// Between two transactions of one client.
const PACE: Duration = Duration::from_millis(40);

/// A transfer of so many minor units of CNY.
pub fn pay(to: &MemberId, minor: u64) -> Transfer {
    let cny: Currency = "CNY".parse().unwrap();
    Transfer {
        to: to.clone(),
        money: Money::new(cny, minor),
        purpose: Text::empty(),
        reference: Text::empty(),
    }
}

/// A line of the log.
pub struct Sent {
    pub id: Hash,
    pub valid_until: u64,
    pub long_lived: bool,
    pub bytes: Vec<u8>,
}

/// Clients at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
    acknowledged: Arc<Mutex<BTreeMap<Hash, u64>>>,
}

impl Load {
    /// Starts the clients; each goes round the nodes.
    pub fn start(network: &Network, log: &Path, seed: u64) -> Self {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let log = Arc::new(Mutex::new(file));
        let mut load = Load {
            stop: Arc::default(),
            tasks: Vec::new(),
            acknowledged: Arc::default(),
        };
        for n in 0..CLIENTS {
            let client = Client {
                n,
                apis: network.all(),
                party: network.party("first-bank"),
                log: log.clone(),
                stop: load.stop.clone(),
                acknowledged: load.acknowledged.clone(),
                chance: Chance::new(seed.wrapping_add(n)),
            };
            load.tasks.push(tokio::spawn(client.run()));
        }
        load
    }

    /// Stops the clients; what they were told is final, with its height.
    pub async fn stop(self) -> BTreeMap<Hash, u64> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("a client");
        }
        let acknowledged = self.acknowledged.lock().unwrap();
        acknowledged.clone()
    }
}

struct Client {
    n: u64,
    apis: Vec<Api>,
    party: Party,
    log: Arc<Mutex<File>>,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<BTreeMap<Hash, u64>>>,
    chance: Chance,
}

impl Client {
    async fn run(mut self) {
        let mut pace = tokio::time::interval(PACE);
        let mut count = self.n;
        while !self.stop.load(Ordering::Relaxed) {
            pace.tick().await;
            count += 1;
            let long_lived = !self.chance.draw().is_multiple_of(3);
            let mut body = self
                .party
                .body(vec![pay(&"supplier-1".parse().unwrap(), 1).into()]);
            if !long_lived {
                body.valid_until = now_ms() + self.chance.between(300, 1_500);
            }
            let transaction = self.party.sign(body);
            let (id, bytes) = (transaction.body.id(), transaction.to_bytes());
            let line = json!({
                "id": id, "valid_until": transaction.body.valid_until,
                "long_lived": long_lived, "bytes": hex::encode(&bytes),
            });
            self.write_down(line);
            let api = &self.apis[count as usize % self.apis.len()];
            // Some wait for the receipt: what they are told must hold for ever.
            if count.is_multiple_of(5) {
                let api = api.clone();
                let acknowledged = self.acknowledged.clone();
                tokio::spawn(async move {
                    if let Some(height) = told_final(&api, &bytes).await {
                        acknowledged.lock().unwrap().insert(id, height);
                    }
                });
            } else {
                // Whether it arrives is not for the client to know.
                let _ = api.submit(&bytes, "").await;
            }
        }
    }

    fn write_down(&self, line: Value) {
        let mut file = self.log.lock().unwrap();
        writeln!(file, "{line}").unwrap();
        file.sync_data().unwrap();
    }
}

async fn told_final(api: &Api, bytes: &[u8]) -> Option<u64> {
    let answer = api.submit(bytes, "?wait=final&timeout=10s").await.ok()?;
    let view: TransactionView = serde_json::from_str(&answer.text).ok()?;
    match view.status {
        TransactionState::Final { block_height, .. } if answer.status == 200 => Some(block_height),
        _ => None,
    }
}

/// What the log says was sent.
pub fn read_log(log: &Path) -> Vec<Sent> {
    std::fs::read_to_string(log)
        .unwrap()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            Sent {
                id: line["id"].as_str().unwrap().parse().unwrap(),
                valid_until: line["valid_until"].as_u64().unwrap(),
                long_lived: line["long_lived"].as_bool().unwrap(),
                bytes: hex::decode(line["bytes"].as_str().unwrap()).unwrap(),
            }
        })
        .collect()
}
