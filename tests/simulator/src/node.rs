//! One simulated node: what is lost with its process, and what outlasts it.

use crate::disk::Disk;
use crate::engine::{Engine, Halt};
use crate::host::{Down, Host};
use crate::liar::Liar;
use crate::memo::Memo;
use crate::plan::{SECOND, Time};
use crate::wire::Message;
use allonge_ledger::Certificate;
use allonge_node::consensus::core::{Ed25519Signer, decided_value};
use allonge_node::handle::Source;
use arc_malachitebft_app_channel::app::consensus::Input;
use arc_malachitebft_app_channel::app::types::core::ValueResponse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most blocks asked for at once.
const ASKED: u64 = 8;
/// How many blocks are kept until their height begins.
const BUFFERED: usize = 32;
/// How long an answer is waited for.
const PATIENCE: Time = 2 * SECOND;

/// A block that a peer had, with its certificate.
type Held = (usize, Certificate, Arc<[u8]>);

/// Catching up, told simply: ask a peer that is ahead for the next few heights, and feed them one by one.
#[derive(Default)]
pub struct Sync {
    held: BTreeMap<u64, Held>,
    asked: Option<(u64, Time)>,
    questions: u64,
}

/// What is lost with the process.
pub struct Live {
    /// The node's own logic and its store.
    pub host: Host,
    /// The engine.
    pub engine: Engine,
    /// Catching up.
    pub sync: Sync,
}

/// What outlasts it.
pub struct Node {
    /// The process, if it runs.
    pub live: Option<Live>,
    /// Its disk.
    pub disk: Disk,
    /// How often it was started.
    pub life: u64,
    /// How far its clock is off, in milliseconds.
    pub skew: i64,
    /// If it lies.
    pub liar: Option<Liar>,
    /// Something of the engine's questions is being answered.
    pub working: bool,
    /// Timers by kind and round; an older number means that the timer was set anew or cancelled.
    pub timers: BTreeMap<(u8, i64), u64>,
    /// The last timer's number.
    pub timer: u64,
    /// When the height under way began.
    pub began: Time,
}

fn halted(host: &Host) -> Halt {
    match host.down() {
        Some(Down::Fatal(reason)) => Halt::Fatal(reason),
        Some(Down::Killed) | None => Halt::Killed,
    }
}

impl Live {
    /// A message came. Gives what to send back.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn receive(
        &mut self,
        disk: &mut Disk,
        memo: &Memo,
        (from, message): (usize, Message),
        now: Time,
    ) -> Result<Option<Message>, Halt> {
        let Live { host, engine, sync } = self;
        let wal = &mut disk.wal;
        match message {
            Message::Vote(vote) => engine.input(host, wal, Input::Vote(vote))?,
            Message::Proposal(proposal) => engine.input(host, wal, Input::Proposal(proposal))?,
            Message::Polka(polka) => engine.input(host, wal, Input::PolkaCertificate(polka))?,
            Message::Round(round) => engine.input(host, wal, Input::RoundCertificate(round))?,
            Message::Part(publisher, part) => engine.part(host, from, publisher, part)?,
            Message::Transactions(all) => {
                for bytes in all {
                    if let Ok(transaction) = memo.transaction(&bytes) {
                        // A refusal is this node's own affair.
                        let _ = host
                            .submit(transaction, Source::Peer)
                            .map_err(|_| halted(host))?;
                    }
                }
            }
            Message::Tip(height) => {
                host.heard_tip(height).map_err(|_| halted(host))?;
                let tip = host.tip();
                if sync.asked.is_some_and(|(_, until)| until <= now) {
                    sync.asked = None;
                }
                if height > tip && sync.asked.is_none() {
                    sync.questions += 1;
                    sync.asked = Some((sync.questions, now + PATIENCE));
                    let to = height.min(tip + ASKED);
                    return Ok(Some(Message::Ask(sync.questions, tip + 1, to)));
                }
            }
            Message::Ask(number, from, to) => {
                let to = to.min(from.saturating_add(ASKED - 1));
                let blocks = host.range(from, to).map_err(|_| halted(host))?;
                return Ok(Some(Message::Blocks(number, blocks)));
            }
            Message::Blocks(number, blocks) => {
                if sync.asked.is_some_and(|(asked, _)| asked == number) {
                    sync.asked = None;
                }
                for (certificate, bytes) in blocks {
                    let height = certificate.height;
                    if height > host.tip() && sync.held.len() < BUFFERED {
                        sync.held.insert(height, (from, certificate, bytes));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Feeds what a peer had of the height under way, if there is something.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn catch_up(&mut self, disk: &mut Disk) -> Result<bool, Halt> {
        let Live { host, engine, sync } = self;
        let Some(height) = engine.open_height() else {
            return Ok(false);
        };
        sync.held = sync.held.split_off(&height);
        let Some((from, certificate, bytes)) = sync.held.remove(&height) else {
            return Ok(false);
        };
        let value = decided_value(certificate, bytes);
        let peer = crate::engine::peer(from);
        let response = ValueResponse::new(peer, value.value_bytes, value.certificate);
        engine.input(host, &mut disk.wal, Input::SyncValueResponse(response))?;
        Ok(true)
    }

    /// Offers a client's transaction.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn offer(
        &mut self,
        transaction: allonge_ledger::CheckedTransaction,
    ) -> Result<Result<allonge_node::handle::Admitted, allonge_node::handle::Refused>, Halt> {
        self.host
            .submit(transaction, Source::Client)
            .map_err(|_| halted(&self.host))
    }

    /// Time has passed.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn tick(&mut self) -> Result<(), Halt> {
        self.host.tick().map_err(|_| halted(&self.host))
    }

    /// A checkpoint is written.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn checkpoint(&mut self, state: &allonge_ledger::LedgerState) -> Result<(), Halt> {
        self.host
            .write_checkpoint(state)
            .map_err(|_| halted(&self.host))
    }
}

impl Node {
    /// A node that was never started.
    pub fn new(liar: Option<Liar>) -> Self {
        Node {
            live: None,
            disk: Disk::default(),
            life: 0,
            skew: 0,
            liar,
            working: false,
            timers: BTreeMap::new(),
            timer: 0,
            began: 0,
        }
    }

    /// The process begins.
    pub fn boot(&mut self, host: Host, index: usize, signer: Ed25519Signer, memo: Arc<Memo>) {
        self.life += 1;
        self.live = Some(Live {
            engine: Engine::new(index, signer, memo, self.life),
            host,
            sync: Sync::default(),
        });
        self.working = false;
        self.timers.clear();
    }
}
