//! What is broken, and how long the network needs to make its next block.

use super::damage::{self, Harmed};
use crate::client::NodeClient;
use crate::cluster::{Cluster, READY_WITHIN};
use crate::dice::Dice;
use crate::error::CliError;
use crate::links::Plan;
use allonge_node::api::types::SigningView;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often nodes are asked for their height.
const LOOK: Duration = Duration::from_millis(20);
/// How long a node may take to say its height.
const ASK: Duration = Duration::from_millis(500);
/// How long the network may take to make a block when it is whole, or to catch up.
const RECOVER: Duration = Duration::from_secs(120);
/// The slowest that a node is made, in milliseconds.
const SLOWEST_MS: u64 = 400;

/// A kind of fault.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A node ends at once (SIGKILL) and comes back.
    Kill,
    /// A node stops in good order and comes back.
    Restart,
    /// A node stands still (SIGSTOP) and goes on.
    Pause,
    /// A node is cut off from all others.
    CutOff,
    /// What a node says is lost, though it hears the others.
    OneWay,
    /// The network falls into two halves, neither of which can go on.
    Halves,
    /// What a node says and hears comes late.
    Slow,
    /// A node ends at once, loses all that it wrote, and comes back empty.
    Wipe,
    /// All nodes end at once and come back.
    AllDown,
    /// All nodes are restarted in good order, one after the other, as for an upgrade.
    Rolling,
    /// A node ends at once, a file of its store or its log of votes is harmed, and it comes back.
    Damage,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 11] = [
        Fault::Kill,
        Fault::Restart,
        Fault::Pause,
        Fault::CutOff,
        Fault::OneWay,
        Fault::Halves,
        Fault::Slow,
        Fault::Wipe,
        Fault::AllDown,
        Fault::Rolling,
        Fault::Damage,
    ];

    /// Its name, as in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::Restart => "restart",
            Fault::Pause => "pause",
            Fault::CutOff => "cut-off",
            Fault::OneWay => "one-way",
            Fault::Halves => "halves",
            Fault::Slow => "slow",
            Fault::Wipe => "wipe",
            Fault::AllDown => "all-down",
            Fault::Rolling => "rolling",
            Fault::Damage => "damage",
        }
    }

    /// Whether too few nodes are left to go on while it lasts.
    fn stops_all(self, nodes: usize) -> bool {
        matches!(self, Fault::Halves | Fault::AllDown) || (nodes < 4 && self != Fault::Slow)
    }
}

/// One fault and what became of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Tried {
    /// What.
    pub fault: Fault,
    /// The node, or the first of those concerned.
    pub node: usize,
    /// How long it lasted, in milliseconds.
    pub lasted_ms: u64,
    /// From its beginning, or from its end where it stops the network, to the next final block, in
    /// milliseconds.
    pub next_block_ms: u64,
    /// From its end until every node had caught up, in milliseconds.
    pub whole_ms: u64,
    /// What was done to a file, where that was the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub harmed: Option<Harmed>,
}

/// Where a node that answers is.
#[derive(Clone, Copy, Debug)]
struct Stand {
    height: u64,
    /// Whether nothing keeps it from voting.
    votes: bool,
}

/// Breaks a network and mends it.
pub(super) struct Breaker {
    pub cluster: Cluster,
    clients: Vec<NodeClient>,
    dice: Dice,
    harmed: Option<Harmed>,
}

impl Breaker {
    pub fn new(cluster: Cluster, dice: Dice) -> Result<Self, CliError> {
        let clients = (0..cluster.len())
            .map(|node| cluster.client(node, ASK))
            .collect::<Result<_, _>>()?;
        Ok(Breaker {
            cluster,
            clients,
            dice,
            harmed: None,
        })
    }

    /// Tries the fault with this number, and waits until the network is whole again.
    pub async fn attempt(&mut self, number: u64, kinds: &[Fault]) -> Result<Tried, CliError> {
        let of = u64::try_from(kinds.len()).unwrap_or(1);
        let fault = usize::try_from(self.dice.below("fault", &[number], of))
            .ok()
            .and_then(|at| kinds.get(at).copied())
            .unwrap_or(Fault::Kill);
        let nodes = u64::try_from(self.cluster.len()).unwrap_or(1);
        let node = usize::try_from(self.dice.below("node", &[number], nodes)).unwrap_or(0);
        let lasts = Duration::from_millis(self.dice.between("lasts", &[number], 500, 6_000));
        let stops_all = fault.stops_all(self.cluster.len());

        let before = self.highest().await;
        let begin = Instant::now();
        self.begin(fault, node, number)?;
        let mut next_block = None;
        while begin.elapsed() < lasts || (!stops_all && next_block.is_none()) {
            if next_block.is_none() && !stops_all && self.highest().await > before {
                next_block = Some(begin.elapsed());
            }
            if begin.elapsed() > RECOVER {
                return Err(stuck(fault, node, "made no block"));
            }
            sleep(LOOK).await;
        }
        let lasted = begin.elapsed();
        let end = Instant::now();
        let before = self.highest().await.max(before);
        self.end(fault, node).await?;
        let mut whole = None;
        while whole.is_none() || next_block.is_none() {
            let stands = self.stands().await;
            if next_block.is_none() && stands.iter().flatten().any(|s| s.height > before) {
                next_block = Some(end.elapsed());
            }
            let follows =
                |stand: &Option<Stand>| stand.is_some_and(|s| s.height > before && s.votes);
            if whole.is_none() && stands.iter().all(follows) {
                whole = Some(end.elapsed());
            }
            if end.elapsed() > RECOVER {
                return Err(stuck(fault, node, "did not become whole again"));
            }
            sleep(LOOK).await;
        }
        let ms = |time: Option<Duration>| {
            u64::try_from(time.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
        };
        Ok(Tried {
            fault,
            node,
            lasted_ms: ms(Some(lasted)),
            next_block_ms: ms(next_block),
            whole_ms: ms(whole),
            harmed: self.harmed.take(),
        })
    }

    fn begin(&mut self, fault: Fault, node: usize, number: u64) -> Result<(), CliError> {
        let all: Vec<usize> = (0..self.cluster.len()).collect();
        let others: Vec<usize> = all.iter().copied().filter(|n| *n != node).collect();
        let mut plan = Plan::default();
        match fault {
            Fault::Kill => {
                self.cluster.kill(node)?;
                return Ok(());
            }
            Fault::Restart | Fault::Rolling => {
                self.cluster.stop(node)?;
                return Ok(());
            }
            Fault::Pause => {
                self.cluster.pause(node)?;
                return Ok(());
            }
            Fault::Wipe => {
                self.cluster.kill(node)?;
                return Ok(self.cluster.wipe(node)?);
            }
            Fault::Damage => {
                self.cluster.kill(node)?;
                let home = self.cluster.home(node)?;
                self.harmed = Some(damage::harm(&home, &self.dice, number)?);
                return Ok(());
            }
            Fault::AllDown => return Ok(self.cluster.kill_all()?),
            Fault::CutOff => plan.partition(&[vec![node], others]),
            Fault::OneWay => plan.silence(&[node], &others),
            Fault::Halves => {
                let mut turned = all;
                turned.rotate_left(node);
                let second = turned.split_off(turned.len() / 2);
                plan.partition(&[turned, second]);
            }
            Fault::Slow => {
                let ms = self.dice.between("slow", &[number], 50, SLOWEST_MS);
                plan.slow.insert(node, ms);
            }
        }
        Ok(self.cluster.set_plan(&plan)?)
    }

    async fn end(&mut self, fault: Fault, node: usize) -> Result<(), CliError> {
        match fault {
            Fault::Kill | Fault::Restart | Fault::Wipe => {
                self.cluster.start(node)?;
                self.cluster.wait_ready(node, READY_WITHIN).await?;
            }
            Fault::Rolling => {
                self.cluster.start(node)?;
                self.follows(node).await?;
                for other in (0..self.cluster.len()).filter(|other| *other != node) {
                    self.cluster.stop(other)?;
                    self.cluster.start(other)?;
                    self.follows(other).await?;
                }
            }
            Fault::Damage => {
                if let Some(harmed) = &mut self.harmed {
                    damage::mend(&mut self.cluster, node, harmed).await?;
                }
            }
            Fault::AllDown => self.cluster.start_all().await?,
            Fault::Pause => {
                self.cluster.resume(node)?;
            }
            Fault::CutOff | Fault::OneWay | Fault::Halves | Fault::Slow => {
                self.cluster.set_plan(&Plan::default())?;
            }
        }
        Ok(())
    }

    /// Waits until a node that was started is ready, votes, and has a block that is new to all: ready, it may not have
    /// found its peers yet.
    async fn follows(&mut self, node: usize) -> Result<(), CliError> {
        self.cluster.wait_ready(node, READY_WITHIN).await?;
        let before = self.highest().await;
        let begin = Instant::now();
        loop {
            let stands = self.stands().await;
            let own = stands.get(node).copied().flatten();
            if own.is_some_and(|own| own.height > before && own.votes) {
                return Ok(());
            }
            if begin.elapsed() > RECOVER {
                return Err(stuck(Fault::Rolling, node, "did not go on"));
            }
            sleep(LOOK).await;
        }
    }

    async fn highest(&self) -> u64 {
        let heights = self.heights().await;
        heights.into_iter().flatten().max().unwrap_or(0)
    }

    /// The height of every node that answers.
    pub async fn heights(&self) -> Vec<Option<u64>> {
        let stands = self.stands().await;
        stands
            .into_iter()
            .map(|stand| Some(stand?.height))
            .collect()
    }

    async fn stands(&self) -> Vec<Option<Stand>> {
        let asked = self.clients.iter().map(|client| async {
            let status = tokio::time::timeout(ASK, client.status())
                .await
                .ok()?
                .ok()?;
            Some(Stand {
                height: status.height,
                votes: matches!(status.body.signing, SigningView::Free | SigningView::Never),
            })
        });
        futures::future::join_all(asked).await
    }
}

fn stuck(fault: Fault, node: usize, what: &str) -> CliError {
    CliError::check_failed(
        "CHAOS_STUCK",
        format!(
            "the network {what} within {} s of fault {} of node-{node}",
            RECOVER.as_secs(),
            fault.name()
        ),
        "read the nodes' logs in the folder named above",
    )
}
