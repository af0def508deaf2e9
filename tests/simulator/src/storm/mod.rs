//! The network, the clock and the events of a seed, one after the other in one thread.

mod ending;
mod faults;

use crate::audit::{Audit, Final};
use crate::chance::Chance;
use crate::client::Client;
use crate::engine::{Act, Halt, Todo};
use crate::host::{Down, Host, Said};
use crate::liar::Liar;
use crate::memo::Memo;
use crate::node::{Live, Node};
use crate::plan::{Links, MS, Plan, SECOND, Time};
use crate::wire::{Message, short};
use crate::world::{World, public};
use allonge_ledger::LedgerState;
use allonge_node::consensus::core::Ed25519Signer;
use allonge_node::machine::MachineConfig;
use arc_malachitebft_app_channel::app::consensus::Input;
use arc_malachitebft_app_channel::app::types::core::{Timeout, TimeoutKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long a whole network may take for what is asked of it.
const HEALED_WITHIN: Time = 400 * SECOND;
/// How many heights it must grow by.
const GROWS_BY: u64 = 3;
/// More than any seed needs; a loop without progress ends here.
const MOST_EVENTS: u64 = 3_000_000;

/// What happens.
enum Event {
    Deliver(usize, usize, Message),
    Timer(usize, u64, Timeout, u64),
    Work(usize, u64),
    Tick(usize, u64),
    Checkpoint(usize, u64, Box<LedgerState>),
    Boot(usize),
    Burn(usize, u64),
    Break,
    Heal,
    Submit,
    Look,
}

/// What a seed came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// Validators.
    pub nodes: usize,
    /// Of whom lie.
    pub liars: usize,
    /// Heights that became final.
    pub heights: u64,
    /// Transactions that became final.
    pub transactions: u64,
    /// Times a process was killed.
    pub crashes: u64,
    /// Times the network was split, or a way cut.
    pub partitions: u64,
    /// Events in all.
    pub events: u64,
    /// Pairs of statements by which a validator gave itself away.
    pub evidence: u64,
    /// Blocks found invalid.
    pub invalid: u64,
    /// Simulated time.
    pub time: Time,
    /// The digest of all that happened.
    pub digest: String,
    /// What does not hold.
    pub violation: Option<String>,
}

/// See the module.
pub struct Storm {
    world: World,
    plan: Plan,
    memo: Arc<Memo>,
    chance: Chance,
    nodes: Vec<Node>,
    events: BTreeMap<(Time, u64), Event>,
    sequence: u64,
    now: Time,
    links: Links,
    cut: BTreeSet<(usize, usize)>,
    healed: Option<(Time, u64)>,
    audit: Audit,
    client: Client,
    report: Report,
    digest: Sha256,
    trace: bool,
}

/// Runs a seed.
pub fn run(seed: u64, trace: bool) -> Report {
    let mut storm = Storm::new(seed, trace);
    let result = storm.go();
    let mut report = storm.report;
    report.heights = storm.audit.height();
    report.time = storm.now;
    report.digest = hex::encode(&storm.digest.finalize()[..8]);
    report.violation = result.err();
    report
}

impl Storm {
    fn new(seed: u64, trace: bool) -> Self {
        let plan = Plan::new(seed);
        let world = World::new(plan.nodes);
        let memo = Memo::new(world.hash);
        let liar = |(index, habits): (usize, &Option<_>)| {
            let habits: Option<crate::liar::Habits> = habits.clone();
            let chance = Chance::new(seed, &format!("liar {index}"));
            Node::new(habits.map(|habits| Liar::new(habits, chance)))
        };
        Storm {
            nodes: plan.liars.iter().enumerate().map(liar).collect(),
            audit: Audit::new(&world),
            client: Client::new(seed, world.hash, memo.clone(), plan.load),
            chance: Chance::new(seed, "storm"),
            events: BTreeMap::new(),
            sequence: 0,
            now: 0,
            links: plan.storm,
            cut: BTreeSet::new(),
            healed: None,
            report: Report {
                seed,
                nodes: plan.nodes,
                liars: plan.liars.iter().flatten().count(),
                ..Report::default()
            },
            digest: Sha256::new(),
            trace,
            world,
            plan,
            memo,
        }
    }

    fn at(&mut self, time: Time, event: Event) {
        self.sequence += 1;
        self.events.insert((time, self.sequence), event);
    }

    fn after(&mut self, least: Time, most: Time, event: Event) {
        let delay = self.chance.within(least..=most);
        self.at(self.now + delay, event);
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        let line = line();
        self.digest.update(self.now.to_le_bytes());
        self.digest.update(line.as_bytes());
        if self.trace {
            println!("{:>4}.{:06} {line}", self.now / SECOND, self.now % SECOND);
        }
    }

    fn go(&mut self) -> Result<(), String> {
        let line = format!("{:?}", self.plan);
        self.note(|| line);
        for node in 0..self.plan.nodes {
            self.after(0, 200 * MS, Event::Boot(node));
        }
        self.after(0, SECOND, Event::Submit);
        self.after(SECOND, 2 * SECOND, Event::Break);
        self.at(self.plan.length, Event::Heal);
        while let Some(((time, _), event)) = self.events.pop_first() {
            self.now = time;
            self.report.events += 1;
            if self.report.events > MOST_EVENTS {
                return Err(format!("{MOST_EVENTS} events and no end"));
            }
            if self.happen(event)? {
                return self.end();
            }
        }
        Err("nothing is left to happen".to_owned())
    }

    /// Gives whether all that is asked of the network is done.
    fn happen(&mut self, event: Event) -> Result<bool, String> {
        match event {
            Event::Deliver(from, to, message) => self.deliver(from, to, message)?,
            Event::Timer(node, life, timeout, number) => {
                let key = timer_key(&timeout);
                if self.lives(node, life) && self.nodes[node].timers.get(&key) == Some(&number) {
                    self.nodes[node].timers.remove(&key);
                    self.note(|| format!("{node}: {timeout}", timeout = kind(&timeout)));
                    self.with(node, |live, disk| {
                        let input = Input::TimeoutElapsed(timeout);
                        live.engine.input(&live.host, &mut disk.wal, input)
                    })?;
                }
            }
            Event::Work(node, life) => {
                if self.lives(node, life) {
                    self.nodes[node].working = false;
                    self.work(node)?;
                }
            }
            Event::Tick(node, life) => {
                if self.lives(node, life) {
                    self.tick(node, life)?;
                }
            }
            Event::Checkpoint(node, life, state) => {
                if self.lives(node, life) {
                    self.note(|| format!("{node}: checkpoint {}", state.height()));
                    self.with(node, |live, _| live.checkpoint(&state))?;
                }
            }
            Event::Boot(node) => self.boot(node)?,
            Event::Burn(node, life) => {
                if self.healed.is_none() && self.lives(node, life) {
                    self.crash(node);
                }
            }
            Event::Break => self.break_something(),
            Event::Heal => self.heal(),
            Event::Submit => self.submit()?,
            Event::Look => return self.look(),
        }
        Ok(false)
    }

    fn lives(&self, node: usize, life: u64) -> bool {
        self.nodes[node].live.is_some() && self.nodes[node].life == life
    }

    fn now_ms(&self, node: usize) -> u64 {
        (self.world.genesis.time_ms + self.now / MS).saturating_add_signed(self.nodes[node].skew)
    }

    /// Lets a node do something and carries out what it leads to.
    fn with(
        &mut self,
        node: usize,
        act: impl FnOnce(&mut Live, &mut crate::disk::Disk) -> Result<(), Halt>,
    ) -> Result<(), String> {
        let now_ms = self.now_ms(node);
        let Node { live, disk, .. } = &mut self.nodes[node];
        let Some(live) = live else { return Ok(()) };
        live.host.set_now(now_ms);
        let mut result = act(live, disk);
        loop {
            self.carry_out(node)?;
            match result {
                Ok(()) => {}
                Err(Halt::Killed) => {
                    self.crash(node);
                    return Ok(());
                }
                Err(Halt::Fatal(reason)) if self.nodes[node].liar.is_none() => {
                    return Err(format!("node {node} stopped: {reason}"));
                }
                Err(Halt::Fatal(_)) => {
                    self.crash(node);
                    return Ok(());
                }
            }
            let Node { live, disk, .. } = &mut self.nodes[node];
            let Some(live) = live else { return Ok(()) };
            match live.catch_up(disk) {
                Ok(false) => break,
                Ok(true) => result = Ok(()),
                Err(halt) => result = Err(halt),
            }
        }
        let waits = self.nodes[node]
            .live
            .as_ref()
            .is_some_and(|live| !live.engine.todo.is_empty());
        if waits && !self.nodes[node].working {
            self.nodes[node].working = true;
            let life = self.nodes[node].life;
            self.after(20, 2 * MS, Event::Work(node, life));
        }
        Ok(())
    }

    /// Sends, sets timers, and takes note of what a node said.
    fn carry_out(&mut self, node: usize) -> Result<(), String> {
        let Some(live) = &mut self.nodes[node].live else {
            return Ok(());
        };
        let acts = std::mem::take(&mut live.engine.acts);
        let said = live.host.said();
        let life = self.nodes[node].life;
        for act in acts {
            match act {
                Act::Send(message) => {
                    if self.nodes[node].liar.is_none() {
                        self.audit.says(node, &message)?;
                    }
                    self.publish(node, message);
                }
                Act::Timer(timeout, duration) => {
                    let wait = match timeout.kind {
                        TimeoutKind::FinalizeHeight(_) => {
                            let target = self.plan.config.target_time.unwrap_or_default();
                            let passed = self.now - self.nodes[node].began;
                            (target.as_micros() as u64).saturating_sub(passed)
                        }
                        _ => duration.as_micros() as u64,
                    };
                    self.nodes[node].timer += 1;
                    let number = self.nodes[node].timer;
                    self.nodes[node].timers.insert(timer_key(&timeout), number);
                    self.at(self.now + wait, Event::Timer(node, life, timeout, number));
                }
                Act::Cancel(timeout) => {
                    self.nodes[node].timers.remove(&timer_key(&timeout));
                }
                Act::CancelAll => {
                    self.nodes[node].timers.clear();
                    self.nodes[node].began = self.now;
                }
            }
        }
        for said in said {
            self.heard(node, said)?;
        }
        Ok(())
    }

    fn heard(&mut self, node: usize, said: Said) -> Result<(), String> {
        match said {
            Said::Final(snapshot, decided) => {
                let header = &decided.block.header;
                let (height, round) = (header.height, decided.certificate.round);
                self.note(|| {
                    let hash = short(Some(decided.hash));
                    format!(
                        "{node}: final {height}/{round} {hash} with {}",
                        decided.ids.len()
                    )
                });
                if let Some(liar) = &mut self.nodes[node].liar {
                    for bytes in &decided.block.transactions {
                        liar.remember(self.memo.transaction(bytes)?);
                    }
                    return Ok(());
                }
                let first = self.audit.acknowledged(
                    node,
                    &Final {
                        hash: decided.hash,
                        block: &decided.block,
                        ids: &decided.ids,
                        receipts: &decided.receipts,
                        certificate: &decided.certificate,
                        state: &snapshot.state,
                    },
                )?;
                if first {
                    self.report.transactions += decided.ids.len() as u64;
                    self.client.finals(&decided.receipts.transactions);
                }
            }
            Said::Gossip(transaction) => {
                let message = Message::Transactions(vec![transaction.bytes().clone()]);
                self.publish(node, message);
            }
            Said::Start(start) => {
                if let Some(live) = &mut self.nodes[node].live {
                    live.engine.todo.push_back(Todo::Start(start));
                }
            }
            Said::Evidence(pairs) => self.report.evidence += pairs as u64,
            Said::Invalid => self.report.invalid += 1,
            Said::Checkpoint(state) => {
                let life = self.nodes[node].life;
                self.after(0, 50 * MS, Event::Checkpoint(node, life, state));
            }
        }
        Ok(())
    }

    /// Sends to all the others; a liar decides what.
    fn publish(&mut self, node: usize, message: Message) {
        let count = self.plan.nodes;
        let Node { live, liar, .. } = &mut self.nodes[node];
        let out = match (liar, live) {
            (Some(liar), Some(live)) => liar.outgoing(&live.engine, count, message),
            _ => (0..count)
                .filter(|to| *to != node)
                .map(|to| (to, message.clone()))
                .collect(),
        };
        for (to, message) in out {
            self.send(node, to, message);
        }
    }

    fn send(&mut self, from: usize, to: usize, message: Message) {
        if self.cut.contains(&(from, to)) || self.chance.permille(self.links.lost) {
            return;
        }
        let Links {
            least, most, twice, ..
        } = self.links;
        if self.chance.permille(twice) {
            self.after(least, most, Event::Deliver(from, to, message.clone()));
        }
        self.after(least, most, Event::Deliver(from, to, message));
    }

    fn deliver(&mut self, from: usize, to: usize, message: Message) -> Result<(), String> {
        if self.nodes[to].live.is_none() {
            return Ok(());
        }
        self.note(|| format!("{from} > {to}: {}", message.describe()));
        if let Some(liar) = &mut self.nodes[to].liar {
            liar.note(&message);
        }
        let (memo, now) = (self.memo.clone(), self.now);
        let mut answer = None;
        self.with(to, |live, disk| {
            answer = live.receive(disk, &memo, (from, message), now)?;
            Ok(())
        })?;
        if let Some(mut answer) = answer {
            if let (Some(liar), Message::Blocks(number, blocks)) =
                (&mut self.nodes[to].liar, &answer)
            {
                answer = Message::Blocks(*number, liar.blocks(blocks.clone()));
            }
            self.send(to, from, answer);
        }
        Ok(())
    }

    fn work(&mut self, node: usize) -> Result<(), String> {
        let now_ms = self.now_ms(node);
        let count = self.plan.nodes;
        let Node { live, liar, .. } = &mut self.nodes[node];
        let mut beside = Vec::new();
        if let (Some(liar), Some(live)) = (liar, live)
            && let Some(Todo::Build(height, round)) = live.engine.todo.front()
        {
            let at = (*height, *round);
            beside = liar.prepare(&live.host, &mut live.engine, at, now_ms, count);
        }
        for (to, message) in beside {
            self.send(node, to, message);
        }
        self.with(node, |live, disk| {
            live.engine.work(&live.host, &mut disk.wal)
        })
    }

    fn tick(&mut self, node: usize, life: u64) -> Result<(), String> {
        self.with(node, |live, _| live.tick())?;
        let Some(live) = &self.nodes[node].live else {
            return Ok(());
        };
        let mut tip = live.host.tip();
        let mut old = None;
        if let Some(liar) = &mut self.nodes[node].liar {
            tip = liar.tip(tip);
            old = liar.replay();
        }
        for to in (0..self.plan.nodes).filter(|to| *to != node) {
            self.send(node, to, Message::Tip(tip));
            if let Some(old) = &old {
                self.send(node, to, old.clone());
            }
        }
        self.after(400 * MS, 800 * MS, Event::Tick(node, life));
        Ok(())
    }

    fn boot(&mut self, node: usize) -> Result<(), String> {
        if self.nodes[node].live.is_some() {
            return Ok(());
        }
        let key = self.world.keys[node].clone();
        let config = MachineConfig {
            validator: Some(public(&key)),
            ..self.plan.config.clone()
        };
        let now_ms = self.now_ms(node);
        let store = self.nodes[node].disk.store.clone();
        let memo = self.memo.clone();
        let genesis = &self.world.genesis;
        let host = match Host::boot(&store, genesis, memo.clone(), config, now_ms) {
            Ok(host) => host,
            Err(Down::Killed) => {
                self.note(|| format!("{node}: killed while it started"));
                self.report.crashes += 1;
                self.nodes[node].disk.crash(&mut self.chance);
                self.after(50 * MS, SECOND, Event::Boot(node));
                return Ok(());
            }
            Err(Down::Fatal(reason)) => {
                return Err(format!("node {node} does not start: {reason}"));
            }
        };
        let snapshot = host.snapshot();
        self.note(|| format!("{node}: starts at {}", snapshot.state.height()));
        if self.nodes[node].liar.is_none()
            && self.audit.returned(node, &snapshot.state, host.records())?
        {
            let tip = snapshot.state.height();
            let found = host.records().decided(tip);
            if let Some(record) = found.map_err(|error| error.to_string())? {
                self.report.transactions += record.receipts.transactions.len() as u64;
                self.client.finals(&record.receipts.transactions);
            }
        }
        let start = host.start_height();
        let signer = Ed25519Signer::new(self.world.hash, key, None);
        self.nodes[node].boot(host, node, signer, memo);
        let life = self.nodes[node].life;
        if let Some(live) = &mut self.nodes[node].live {
            live.engine.todo.push_back(Todo::Start(start));
        }
        self.with(node, |_, _| Ok(()))?;
        self.after(0, 500 * MS, Event::Tick(node, life));
        self.introduce(node);
        Ok(())
    }

    /// Whoever connects is told what clients gave to its peer.
    fn introduce(&mut self, node: usize) {
        for other in (0..self.plan.nodes).filter(|other| *other != node) {
            for (from, to) in [(other, node), (node, other)] {
                let own = match &self.nodes[from].live {
                    Some(live) => live.host.own(),
                    None => continue,
                };
                let own: Vec<_> = own.iter().map(|one| one.bytes().clone()).collect();
                if !own.is_empty() {
                    self.send(from, to, Message::Transactions(own));
                }
            }
        }
    }
}

fn kind(timeout: &Timeout) -> String {
    let (kind, round) = timer_key(timeout);
    let names = ["propose", "prevote", "precommit", "rebroadcast", "finalize"];
    format!("{} timeout, round {round}", names[usize::from(kind)])
}

/// A timer's kind and round; how long it was set for does not matter.
fn timer_key(timeout: &Timeout) -> (u8, i64) {
    let kind = match timeout.kind {
        TimeoutKind::Propose => 0,
        TimeoutKind::Prevote => 1,
        TimeoutKind::Precommit => 2,
        TimeoutKind::Rebroadcast => 3,
        TimeoutKind::FinalizeHeight(_) => 4,
    };
    (kind, timeout.round.as_i64())
}
