//! Payments while things break: each written to the client's own synced log before it is sent.

use crate::client::{Chain, ClientError, NodeClient, SentLog, Signed, TransactionBuilder};
use crate::cluster::{Cluster, built_in, names};
use crate::error::CliError;
use allonge_contracts::calls::Transfer;
use allonge_contracts::{Currency, Hash, MemberId, Money, Text};
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How many payers pay at the same time, each one payment after the other.
const PAYERS: usize = 6;
/// How long a payment may stay on its way; after that it is expired or final.
pub(super) const LIFE: Duration = Duration::from_secs(20);
/// How long a payer waits for one payment.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long a node may take to answer before the next one is asked.
const ASK: Duration = Duration::from_secs(5);
/// Between two payments of one payer.
const PAUSE: Duration = Duration::from_millis(20);
/// Before a payment is sent again that no node took.
const AGAIN: Duration = Duration::from_millis(250);
/// What is paid each time, in minor units.
pub(super) const AMOUNT: u64 = 1;

/// Where a transaction is on the ledger: height and index in the block.
pub(super) type Place = (u64, u32);

/// What clients were told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Seen to be final, and where.
    pub settled: BTreeMap<Hash, Place>,
    /// Payments for which no answer came in time, or whose node said that it dropped them.
    pub unsettled: u64,
    /// Answers that say no for good, by code.
    pub refused: BTreeMap<String, u64>,
}

/// Who pays whom.
pub(super) struct Payers {
    from: MemberId,
    key: SigningKey,
    pub to: MemberId,
    pub currency: Currency,
    log: SentLog,
    chain: Chain,
    told: Mutex<Told>,
}

impl Payers {
    pub async fn new(cluster: &Cluster) -> Result<Self, CliError> {
        let own = |name: &str| -> Result<MemberId, CliError> {
            Ok(built_in(name).map_err(crate::cluster::ClusterError::from)?)
        };
        Ok(Payers {
            from: own(names::CORE)?,
            key: cluster.key(names::CORE)?.key,
            to: own(names::SECOND_BANK)?,
            currency: built_in("CNY").map_err(crate::cluster::ClusterError::from)?,
            log: SentLog::of_home(cluster.dir()),
            chain: cluster.client_of_all(0, ASK)?.chain().await?,
            told: Mutex::default(),
        })
    }

    /// What the payers were told so far.
    pub fn told(&self) -> Told {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Pays until told to stop.
    ///
    /// # Errors
    /// A payment that cannot be made or written down.
    pub async fn pay(
        self: &Arc<Self>,
        cluster: &Cluster,
        stop: &watch::Receiver<bool>,
    ) -> Result<JoinSet<Result<(), CliError>>, CliError> {
        let mut tasks = JoinSet::new();
        for payer in 0..PAYERS {
            let client = cluster.client_of_all(payer % cluster.len(), ASK)?;
            let (payers, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move { payers.one_after_another(&client, &stop).await });
        }
        Ok(tasks)
    }

    async fn one_after_another(
        self: Arc<Self>,
        client: &NodeClient,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), CliError> {
        while !*stop.borrow() {
            let signed = self.sign()?;
            let (log, noted) = (self.clone(), signed.clone());
            let appended = tokio::task::spawn_blocking(move || log.log.append(&noted)).await;
            appended.map_err(|error| {
                CliError::input("LOG", format!("the log failed: {error}"), "run it again")
            })??;
            let until = Instant::now() + PATIENCE;
            loop {
                let left = until.saturating_duration_since(Instant::now());
                let outcome = client.submit_and_wait(&signed, left).await;
                // With no node in reach the same payment is sent again, which is always safe.
                let nobody = matches!(outcome, Err(ClientError::NoNode { .. }));
                if nobody && Instant::now() < until {
                    sleep(AGAIN).await;
                    continue;
                }
                self.note(&signed, outcome);
                break;
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    fn sign(&self) -> Result<Signed, CliError> {
        let transfer = Transfer {
            to: self.to.clone(),
            money: Money::new(self.currency, AMOUNT),
            purpose: Text::empty(),
            reference: Text::empty(),
        };
        // The ledger's clock may lag by the time that it stood still; this machine's is what counts.
        let until = crate::client::now_ms()
            .saturating_add(u64::try_from(LIFE.as_millis()).unwrap_or(u64::MAX));
        Ok(TransactionBuilder::new(&self.chain, self.from.clone())
            .call(transfer)
            .valid_until(until)
            .sign([&self.key])?)
    }

    fn note(&self, signed: &Signed, outcome: Result<crate::client::Final, ClientError>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(done) => {
                told.settled.insert(signed.id, (done.height, done.index));
            }
            Err(ClientError::Refused { error, .. }) if !error.retry => {
                *told.refused.entry(error.code).or_default() += 1;
            }
            Err(_) => told.unsettled += 1,
        }
    }
}
