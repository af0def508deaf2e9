//! The network, the clock and the events of a seed, one after the other in one thread.

use crate::audit::{Audit, Final};
use crate::chance::Chance;
use crate::client::{Client, Known};
use crate::engine::{Act, Halt, Todo};
use crate::host::{Down, Host, Said};
use crate::liar::Liar;
use crate::memo::Memo;
use crate::node::{Live, Node};
use crate::plan::{CALM, Links, MS, Plan, SECOND, Time};
use crate::wire::{Message, short};
use crate::world::{World, public};
use allonge_ledger::LedgerState;
use allonge_node::consensus::core::Ed25519Signer;
use allonge_node::machine::{MachineConfig, WaitingStatus};
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
        let signer = Ed25519Signer::new(self.world.hash, key);
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

    fn crash(&mut self, node: usize) {
        if self.nodes[node].live.take().is_none() {
            return;
        }
        self.note(|| format!("{node}: killed"));
        self.report.crashes += 1;
        self.nodes[node].disk.crash(&mut self.chance);
        if self.healed.is_none() && self.chance.permille(150) {
            // It will be killed once more while it starts, or soon after.
            let writes = self.chance.below(6);
            self.nodes[node].disk.store.fail_after(writes);
        }
        let most = if self.healed.is_some() {
            SECOND
        } else {
            4 * SECOND
        };
        self.after(50 * MS, most, Event::Boot(node));
    }

    fn break_something(&mut self) {
        if self.healed.is_some() {
            return;
        }
        let node = self.chance.below(self.plan.nodes);
        match self.chance.below(13) {
            0..=1 => self.crash(node),
            12 => {
                // The light goes out.
                self.note(|| "all killed".to_owned());
                for node in 0..self.plan.nodes {
                    self.crash(node);
                }
            }
            2..=4 => self.light(node),
            5..=6 => self.split(),
            7 => {
                // One way only.
                let to = self.chance.below(self.plan.nodes);
                if to != node {
                    self.report.partitions += 1;
                    self.cut.insert((node, to));
                    self.note(|| format!("cut {node} > {to}"));
                }
            }
            8..=9 => self.join(),
            10 => {
                let skew = self.chance.within(0..=6_000) as i64 - 3_000;
                self.nodes[node].skew = skew;
                self.note(|| format!("{node}: clock {skew} ms off"));
            }
            _ => {
                self.nodes[node].skew -= self.chance.within(1_000..=120_000) as i64;
                self.note(|| format!("{node}: clock set back"));
            }
        }
        let pause = self.plan.pause;
        self.after(pause / 4, pause * 2, Event::Break);
    }

    /// The node will be killed at one of the next writes, or in the middle of one of the next inputs.
    fn light(&mut self, node: usize) {
        let Node {
            live, life, disk, ..
        } = &mut self.nodes[node];
        let (Some(live), life) = (live, *life) else {
            return;
        };
        let line = if self.chance.permille(500) {
            let writes = self.chance.below(8);
            disk.store.fail_after(writes);
            format!("{node}: to be killed after {writes} writes")
        } else {
            let effects = self.chance.below(120) as u32;
            live.engine.fuse = Some(effects);
            format!("{node}: to be killed after {effects} effects")
        };
        self.note(|| line);
        self.after(SECOND, 5 * SECOND, Event::Burn(node, life));
    }

    fn split(&mut self) {
        self.report.partitions += 1;
        let side = self.chance.draw();
        for a in 0..self.plan.nodes {
            for b in 0..self.plan.nodes {
                if (side >> a & 1) != (side >> b & 1) {
                    self.cut.insert((a, b));
                }
            }
        }
        let mask = side & ((1 << self.plan.nodes) - 1);
        self.note(|| format!("split {mask:b}"));
    }

    fn join(&mut self) {
        self.cut.clear();
        self.note(|| "joined".to_owned());
        for node in 0..self.plan.nodes {
            self.introduce(node);
        }
    }

    /// From here on the network is whole, and at most f lie.
    fn heal(&mut self) {
        self.note(|| "healed".to_owned());
        self.links = CALM;
        self.healed = Some((self.now, self.audit.height()));
        for node in 0..self.plan.nodes {
            self.nodes[node].disk.store.heal();
            self.nodes[node].skew = self.chance.within(0..=1_000) as i64 - 500;
            if let Some(live) = &mut self.nodes[node].live {
                live.engine.fuse = None;
            }
            self.after(0, SECOND, Event::Boot(node));
        }
        self.join();
        self.after(SECOND, SECOND, Event::Look);
    }

    fn submit(&mut self) -> Result<(), String> {
        let fresh = self.healed.is_none() || self.client.open() > 0;
        let ledger_ms = self.world.genesis.time_ms + self.now / MS;
        let transaction = if fresh && self.chance.permille(700) {
            self.client.act(ledger_ms)
        } else {
            None
        };
        let transaction = transaction.or_else(|| self.client.again());
        let node = self.chance.below(self.plan.nodes);
        if let Some(transaction) = transaction
            && self.nodes[node].live.is_some()
        {
            let id = *transaction.id();
            let mut answer = None;
            self.with(node, |live, _| {
                answer = Some(live.offer(transaction)?);
                Ok(())
            })?;
            self.note(|| format!("{node}: offered {} {answer:?}", short(Some(id))));
            let honest = self.nodes[node].liar.is_none();
            if let Some(Err(refused)) = answer
                && honest
            {
                self.client.refused(&id, refused.code);
            }
            self.dropped(node, honest);
        }
        let (least, most) = if self.healed.is_some() {
            (50 * MS, 300 * MS)
        } else {
            (10 * MS, 400 * MS)
        };
        self.after(least, most, Event::Submit);
        Ok(())
    }

    /// Asks a node what became of what is open.
    fn dropped(&mut self, node: usize, honest: bool) {
        let Some(live) = self.nodes[node].live.as_ref().filter(|_| honest) else {
            return;
        };
        let open = self.client.sent.iter();
        let gone: Vec<_> = open
            .filter(|sent| sent.known == Known::Open)
            .filter_map(|sent| {
                let id = *sent.transaction.id();
                match live.host.waiting(&id) {
                    WaitingStatus::Dropped { code, .. } => Some((id, code)),
                    _ => None,
                }
            })
            .collect();
        for (id, code) in gone {
            self.client.refused(&id, code);
        }
    }

    fn honest(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.plan.nodes).filter(|node| self.nodes[*node].liar.is_none())
    }

    fn look(&mut self) -> Result<bool, String> {
        let Some((since, from)) = self.healed else {
            return Ok(false);
        };
        let behind: Vec<String> = self
            .honest()
            .filter_map(|node| match &self.nodes[node].live {
                Some(live) if live.host.tip() >= from + GROWS_BY => None,
                Some(live) => Some(format!(
                    "node {node} is at {} in round {:?}",
                    live.host.tip(),
                    live.engine.round()
                )),
                None => Some(format!("node {node} is down")),
            })
            .collect();
        let open = self.client.open();
        if behind.is_empty() && open == 0 {
            return Ok(true);
        }
        if self.now - since > HEALED_WITHIN {
            return Err(format!(
                "no progress though the network is whole: from height {from} {}; {open} transactions have come to no end",
                if behind.is_empty() {
                    "all have grown".to_owned()
                } else {
                    behind.join(", ")
                }
            ));
        }
        self.after(250 * MS, 250 * MS, Event::Look);
        Ok(false)
    }

    /// All is done: nothing may be missing anywhere.
    fn end(&mut self) -> Result<(), String> {
        let honest: Vec<usize> = self.honest().collect();
        for node in honest {
            let Some(live) = &self.nodes[node].live else {
                continue;
            };
            self.audit.whole(node, live.host.records())?;
            if live.host.tip() == self.audit.height() {
                crate::audit::invariants(&live.host.snapshot().state)?;
            }
        }
        for sent in &self.client.sent {
            let id = sent.transaction.id();
            if sent.known == Known::Final && self.audit.final_at(id).is_none() {
                return Err(format!("transaction {id} was final and is not there"));
            }
        }
        Ok(())
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
