//! The engine's core, driven by hand: inputs go in, effects come out. What the engine's actors do around it is told here
//! again in plain lines, in the same order: what is logged, what is flushed before what, what is asked of the node.

mod effects;

use crate::disk::Wal;
use crate::host::Host;
use crate::memo::Memo;
use crate::wire::Message;
use allonge_contracts::{Hash, Signature};
use allonge_ledger::{Certificate, Evidence};
use allonge_node::consensus::core::{
    Address, Block, Context, Ed25519Signer, Head, Height, Proposals, Stand, Validators, linear,
    proposed_value, split,
};
use allonge_node::consensus::{App, Judgement, Origin, Proposal, StartHeight};
use arc_malachitebft_app_channel::app::consensus as core;
use arc_malachitebft_app_channel::app::metrics::Metrics;
use arc_malachitebft_app_channel::app::streaming::{StreamId, StreamMessage};
use arc_malachitebft_app_channel::app::types::core::{
    LinearTimeouts, Round, Timeout, Validity, ValueOrigin, ValuePayload, ValueResponse,
    VoteExtensionPolicy,
};
use arc_malachitebft_app_channel::app::types::{LocallyProposedValue, PeerId, ProposedValue};
use core::{Input, Params, State};
use effects::Hands;
use futures::FutureExt;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// As the node configures the engine.
const QUEUED_HEIGHTS: usize = 10;
/// Inputs queued of one height.
const QUEUED_INPUTS: usize = 1_000;

/// Why a node stands still in the middle of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It was killed here.
    Killed,
    /// It stops of itself, which it should not.
    Fatal(String),
}

/// What the engine wants done outside.
pub enum Act {
    /// To all peers.
    Send(Message),
    /// To be told when so much time has passed.
    Timer(Timeout, Duration),
    /// No longer.
    Cancel(Timeout),
    /// None of them.
    CancelAll,
}

/// What the engine has asked of the node, answered one after the other.
pub enum Todo {
    /// A block for a height and round.
    Build(u64, u32),
    /// A block once more: height, round, valid round, proposer, block.
    Restream(u64, u32, Option<u32>, Address, Hash),
    /// A verdict for the engine.
    Value(ProposedValue<Context>, ValueOrigin),
    /// A decision.
    Decided(Certificate),
    /// The end of a height.
    Finalized(Vec<Evidence>),
    /// A block that a peer had, its certificate checked.
    Synced(ValueResponse<Context>, Address),
    /// A height begins.
    Start(StartHeight),
}

/// A future of this program that has nothing to wait for.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    future
        .now_or_never()
        .expect("nothing in the simulator waits for the outside")
}

/// One node's engine.
pub struct Engine {
    me: PeerId,
    address: Address,
    signer: Ed25519Signer,
    memo: Arc<Memo>,
    metrics: Metrics,
    state: Option<State<Context>>,
    timeouts: LinearTimeouts,
    recovering: bool,
    proposals: Proposals,
    stand: Option<(StartHeight, bool)>,
    streams: u64,
    life: u64,
    /// What is to be done outside, in order.
    pub acts: Vec<Act>,
    /// What the node has to answer, in order.
    pub todo: VecDeque<Todo>,
    /// The node is killed after so many effects.
    pub fuse: Option<u32>,
}

/// How the engine names a node.
pub fn peer(index: usize) -> PeerId {
    PeerId::from_bytes(&[0, 1, index as u8]).expect("an identity multihash of one byte")
}

impl Engine {
    /// The engine of a node that has just started, for the `life`-th time.
    pub fn new(index: usize, signer: Ed25519Signer, memo: Arc<Memo>, life: u64) -> Self {
        Engine {
            me: peer(index),
            address: Address(signer.public_key()),
            signer,
            memo,
            metrics: Metrics::default(),
            state: None,
            timeouts: LinearTimeouts::default(),
            recovering: false,
            proposals: Proposals::default(),
            stand: None,
            streams: 0,
            life,
            acts: Vec::new(),
            todo: VecDeque::new(),
            fuse: None,
        }
    }

    /// The height under way, if it is not decided yet.
    pub fn open_height(&self) -> Option<u64> {
        let (start, decided) = self.stand.as_ref()?;
        (!decided).then_some(start.height)
    }

    /// The round under way.
    pub fn round(&self) -> Option<u32> {
        self.state.as_ref()?.round().as_u32()
    }

    /// The signer, for whoever wants to sign what it should not.
    pub fn signer(&self) -> &Ed25519Signer {
        &self.signer
    }

    /// Feeds an input.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn input(&mut self, host: &Host, wal: &mut Wal, input: Input<Context>) -> Result<(), Halt> {
        let Some(state) = &mut self.state else {
            return Ok(());
        };
        // The only clock that the core reads: how long a height took, to see what is left of its target. What is left is
        // reckoned in simulated time where the timer is set.
        state.height_start_time = Some(Instant::now());
        let mut hands = Hands {
            host,
            wal,
            memo: &self.memo,
            signer: &self.signer,
            proposals: &mut self.proposals,
            stand: &self.stand,
            timeouts: self.timeouts,
            recovering: self.recovering,
            acts: &mut self.acts,
            todo: &mut self.todo,
            fuse: &mut self.fuse,
        };
        let result: Result<(), core::Error<Context>> = core::process!(
            input: input,
            state: state,
            metrics: &self.metrics,
            with: effect => match hands.effect(effect) {
                Ok(resume) => Ok::<_, Infallible>(resume),
                Err(halt) => return Err(halt),
            }
        );
        result.map_err(|error| Halt::Fatal(format!("the engine: {error}")))
    }

    /// A height begins: fresh, or where the log left off.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn start(&mut self, host: &Host, wal: &mut Wal, start: StartHeight) -> Result<(), Halt> {
        let height = start.height;
        let validators = Validators::new(start.validators.clone());
        let entries = wal.open(height);
        if self.state.is_none() {
            let params = Params {
                address: self.address,
                threshold_params: Default::default(),
                value_payload: ValuePayload::ProposalAndParts,
                enabled: true,
            };
            self.state = Some(State::new(
                Context,
                Height(height),
                validators.clone(),
                params,
                QUEUED_HEIGHTS,
                QUEUED_INPUTS,
            ));
        }
        self.timeouts = linear(start.timeouts);
        self.proposals.start_height(height);
        let target = start.target_time;
        self.stand = Some((start, false));
        let policy = VoteExtensionPolicy::default();
        let begin = Input::StartHeight(Height(height), validators, false, target, policy);
        self.input(host, wal, begin)?;
        if entries.is_empty() {
            return Ok(());
        }
        self.recovering = true;
        if let Some(state) = &mut self.state {
            state.record_recovered_own_precommit_extensions(&entries);
            state.index_wal_entries(&entries);
        }
        for entry in entries {
            self.input(host, wal, entry)?;
        }
        if let Some(state) = &mut self.state {
            state.reset_entries_index();
        }
        self.recovering = false;
        Ok(())
    }

    /// A part of a block came.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn part(
        &mut self,
        host: &Host,
        from: usize,
        publisher: usize,
        part: StreamMessage<allonge_node::consensus::core::Part>,
    ) -> Result<(), Halt> {
        let Some((start, decided)) = &self.stand else {
            return Ok(());
        };
        let stand = Stand {
            start,
            decided: *decided,
        };
        let verdict = now(self.proposals.receive(
            host,
            self.memo.plain(),
            stand,
            peer(from),
            Some(peer(publisher)),
            part,
        ));
        if let Some(block) = verdict.map_err(|_| halted(host))? {
            let value = proposed_value(block);
            self.todo
                .push_back(Todo::Value(value, ValueOrigin::Consensus));
        }
        Ok(())
    }

    /// Answers the oldest question.
    ///
    /// # Errors
    /// The node is killed, or stops.
    pub fn work(&mut self, host: &Host, wal: &mut Wal) -> Result<(), Halt> {
        let Some(todo) = self.todo.pop_front() else {
            return Ok(());
        };
        match todo {
            Todo::Build(height, round) => {
                // A round that has passed meanwhile is answered all the same, as the engine's question is.
                if host.start_height().height != height {
                    return Ok(());
                }
                let (block, bytes) =
                    now(App::build(host, height, round)).map_err(|_| halted(host))?;
                let value = LocallyProposedValue::new(
                    Height(height),
                    Round::new(round),
                    Block(block.block),
                );
                self.publish(height, round, None, block.block, &bytes);
                self.input(host, wal, Input::Propose(value))
            }
            Todo::Restream(height, round, valid_round, proposer, block) => {
                let bytes = now(App::block(host, block)).map_err(|_| halted(host))?;
                let Some(bytes) = bytes else { return Ok(()) };
                if proposer == self.address {
                    self.publish(height, round, valid_round, block, &bytes);
                } else if let Some(head) = self.proposals.head(&(height, round, block)).cloned() {
                    self.stream(head, &bytes);
                }
                Ok(())
            }
            Todo::Value(value, origin) => {
                self.input(host, wal, Input::ProposedValue(value, origin))
            }
            Todo::Decided(certificate) => {
                now(App::decided(host, certificate)).map_err(|_| halted(host))?;
                if let Some((_, decided)) = &mut self.stand {
                    *decided = true;
                }
                Ok(())
            }
            Todo::Finalized(evidence) => {
                if let Some(start) = host.finish(evidence).map_err(|_| halted(host))? {
                    self.todo.push_back(Todo::Start(start));
                }
                Ok(())
            }
            Todo::Synced(value, proposer) => self.synced(host, value, proposer),
            Todo::Start(start) => self.start(host, wal, start),
        }
    }

    fn synced(
        &mut self,
        host: &Host,
        value: ValueResponse<Context>,
        proposer: Address,
    ) -> Result<(), Halt> {
        let (height, round) = (value.certificate.height, value.certificate.round);
        let Some(number) = round.as_u32() else {
            return Ok(());
        };
        let judged = now(App::judge(
            host,
            Proposal {
                height: height.0,
                round: number,
                valid_round: None,
                proposer: proposer.0,
                block: None,
                bytes: Arc::from(&value.value_bytes[..]),
                origin: Origin::Synced,
            },
        ));
        if let Judgement::Verdict(verdict) = judged.map_err(|_| halted(host))?
            && Block(verdict.block) == value.certificate.value_id
        {
            let value = ProposedValue {
                height,
                round,
                valid_round: Round::Nil,
                proposer,
                value: Block(verdict.block),
                validity: Validity::from_bool(verdict.valid),
            };
            self.todo.push_back(Todo::Value(value, ValueOrigin::Sync));
        }
        Ok(())
    }

    /// Streams an own block.
    fn publish(
        &mut self,
        height: u64,
        round: u32,
        valid_round: Option<u32>,
        block: Hash,
        bytes: &Arc<[u8]>,
    ) {
        let head = self.signer.sign_head(Head {
            height,
            round,
            valid_round,
            proposer: self.address.0,
            block,
            length: bytes.len() as u32,
            signature: Signature([0; 64]),
        });
        self.proposals.remember(&head);
        self.stream(head, bytes);
    }

    fn stream(&mut self, head: Head, bytes: &Arc<[u8]>) {
        for part in self.split(head, bytes) {
            let index = self.index();
            self.acts.push(Act::Send(Message::Part(index, part)));
        }
    }

    /// The messages of a block, under a new stream id.
    pub fn split(
        &mut self,
        head: Head,
        bytes: &Arc<[u8]>,
    ) -> Vec<StreamMessage<allonge_node::consensus::core::Part>> {
        let mut id = self.me.to_bytes();
        id.extend_from_slice(&self.life.to_le_bytes());
        id.extend_from_slice(&self.streams.to_le_bytes());
        self.streams += 1;
        split(StreamId::new(id.into()), head, bytes)
    }

    /// Which node it is.
    pub fn index(&self) -> usize {
        self.me
            .to_bytes()
            .last()
            .copied()
            .unwrap_or_default()
            .into()
    }
}

/// Why the node under the engine does not answer.
fn halted(host: &Host) -> Halt {
    match host.down() {
        Some(crate::host::Down::Fatal(reason)) => Halt::Fatal(reason),
        Some(crate::host::Down::Killed) | None => Halt::Killed,
    }
}
