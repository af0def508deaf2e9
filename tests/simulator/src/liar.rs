//! A validator that lies: the node's own program, but what it sends is changed on the way out.

use crate::chance::Chance;
use crate::engine::{Engine, now};
use crate::host::Host;
use crate::wire::Message;
use allonge_contracts::{Hash, PublicKey, RequestId, Signature};
use allonge_ledger::{
    Block, Certificate, CheckedTransaction, Slot, Transaction, merkle, transaction_leaf,
};
use allonge_node::consensus::core::{self, Context, Head, Part};
use arc_malachitebft_app_channel::app::streaming::StreamContent;
use arc_malachitebft_app_channel::app::types::core::{NilOrVal, SignedVote};
use arc_malachitebft_signing::Signer;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How many messages are kept to be sent again.
const REMEMBERED: usize = 64;

/// What a liar does.
#[derive(Clone, Debug)]
pub struct Habits {
    /// Votes for one block towards some, for another or for none towards others.
    votes: bool,
    /// Proposes two blocks in a round, or one that no one may accept.
    blocks: bool,
    /// Messages that it keeps to itself, of a thousand.
    withholds: u64,
    /// Sends old messages again.
    replays: bool,
    /// Answers what lagging peers ask with what is not so.
    sync: bool,
}

impl Habits {
    /// Those of one liar.
    pub fn new(chance: &mut Chance) -> Self {
        Habits {
            votes: chance.permille(500),
            blocks: chance.permille(600),
            withholds: if chance.permille(300) {
                chance.within(50..=1_000)
            } else {
                0
            },
            replays: chance.permille(300),
            sync: chance.permille(300),
        }
    }
}

/// Two blocks for one round.
struct Double {
    other: Hash,
    /// Who hears of the first, one bit a node; the others hear of the other.
    first: u64,
}

/// See the module.
pub struct Liar {
    habits: Habits,
    chance: Chance,
    doubles: BTreeMap<(u64, u32), Double>,
    streams: BTreeMap<Vec<u8>, u64>,
    old: VecDeque<Message>,
    past: Vec<CheckedTransaction>,
}

fn hears(mask: u64, node: usize) -> bool {
    mask >> (node % 64) & 1 == 1
}

impl Liar {
    /// One with these habits.
    pub fn new(habits: Habits, chance: Chance) -> Self {
        Liar {
            habits,
            chance,
            doubles: BTreeMap::new(),
            streams: BTreeMap::new(),
            old: VecDeque::new(),
            past: Vec::new(),
        }
    }

    /// A transaction is final: something to bring up again.
    pub fn remember(&mut self, transaction: CheckedTransaction) {
        if self.past.len() < REMEMBERED {
            self.past.push(transaction);
        } else {
            let at = self.chance.below(REMEMBERED);
            self.past[at] = transaction;
        }
    }

    /// A message went by.
    pub fn note(&mut self, message: &Message) {
        if !self.habits.replays || self.chance.permille(700) {
            return;
        }
        if self.old.len() >= REMEMBERED {
            self.old.pop_front();
        }
        self.old.push_back(message.clone());
    }

    /// Something old to send again.
    pub fn replay(&mut self) -> Option<Message> {
        if self.old.is_empty() || !self.chance.permille(500) {
            return None;
        }
        let at = self.chance.below(self.old.len());
        self.old.get(at).cloned()
    }

    /// What it says of its own height.
    pub fn tip(&mut self, tip: u64) -> u64 {
        if self.habits.sync && self.chance.permille(300) {
            self.chance.within(0..=tip + 1_000)
        } else {
            tip
        }
    }

    /// What it answers a lagging peer.
    pub fn blocks(
        &mut self,
        mut blocks: Vec<(Certificate, Arc<[u8]>)>,
    ) -> Vec<(Certificate, Arc<[u8]>)> {
        if !self.habits.sync {
            return blocks;
        }
        for (certificate, bytes) in &mut blocks {
            match self.chance.below(6) {
                0 => certificate.signatures.truncate(1),
                1 => certificate.block = Hash([7; 32]),
                2 => *bytes = bytes[..bytes.len() / 2].into(),
                3 => certificate.height += 1,
                4 => {
                    if let Some((_, signature)) = certificate.signatures.first_mut() {
                        *signature = Signature([9; 64]);
                    }
                }
                _ => {}
            }
        }
        blocks
    }

    /// Before a block of its own is built: perhaps another one beside it. Gives what to send to whom.
    pub fn prepare(
        &mut self,
        host: &Host,
        engine: &mut Engine,
        (height, round): (u64, u32),
        now_ms: u64,
        nodes: usize,
    ) -> Vec<(usize, Message)> {
        if !self.habits.blocks
            || self.doubles.contains_key(&(height, round))
            || self.chance.permille(300)
        {
            return Vec::new();
        }
        let slot = Slot {
            round,
            proposer: engine.signer().public_key(),
            time_ms: now_ms,
        };
        let Some((other, bytes)) = self.another(host, slot, height) else {
            return Vec::new();
        };
        let first = if self.chance.permille(500) {
            0
        } else {
            self.chance.draw()
        };
        self.doubles
            .insert((height, round), Double { other, first });
        let head = engine.signer().sign_head(Head {
            height,
            round,
            valid_round: None,
            proposer: PublicKey([0; 32]),
            block: other,
            length: bytes.len() as u32,
            signature: Signature([0; 64]),
        });
        let me = engine.index();
        let parts = engine.split(head, &bytes);
        let others = (0..nodes).filter(|node| *node != me && !hears(first, *node));
        others
            .flat_map(|node| {
                let parts = parts.iter().cloned();
                parts.map(move |part| (node, Message::Part(me, part)))
            })
            .collect()
    }

    /// A block that is not the one that an honest node would build.
    fn another(&mut self, host: &Host, slot: Slot, height: u64) -> Option<(Hash, Arc<[u8]>)> {
        let state = host.snapshot().state.clone();
        if state.height() + 1 != height {
            return None;
        }
        let kind = self.chance.below(30);
        let later = match kind {
            0..=3 => self.chance.within(1..=3_000),
            4..=5 => 3_600_000,
            _ => 0,
        };
        let slot = Slot {
            time_ms: slot.time_ms + later,
            ..slot
        };
        let old: Vec<CheckedTransaction> = self.past.iter().rev().take(3).cloned().collect();
        let candidates = if (10..=17).contains(&kind) {
            old.as_slice()
        } else {
            &[]
        };
        let (executed, _) = state.build(slot, candidates).ok()?;
        let mut block: Block = executed.block();
        match kind {
            0..=5 => {}
            6..=8 => block.header.state_root.0[3] ^= 1,
            9 => block.header.receipt_root.0[3] ^= 1,
            10..=17 if block.transactions.is_empty() => {
                block
                    .transactions
                    .extend(old.iter().map(|one| one.bytes().clone()));
            }
            10..=17 => {}
            18..=21 => block.transactions.push(forged(old.first()?)),
            22 => {
                let bytes = old.first()?.bytes().clone();
                let times = (2 << 20) / bytes.len() + 1;
                block.transactions.extend(vec![bytes; times]);
            }
            23..=24 => block.header.recent_ids_root.0[3] ^= 1,
            25 => block.header.parent.0[3] ^= 1,
            26 => block.header.height += 1,
            _ => block.transactions.push(Arc::from([1u8, 2, 3].as_slice())),
        }
        let leaves: Vec<Hash> = block
            .transactions
            .iter()
            .map(|bytes| transaction_leaf(bytes))
            .collect();
        block.header.transaction_root = merkle::root(&leaves);
        Some((block.header.hash(), block.to_bytes().into()))
    }

    /// What becomes of a message that the honest program sends to all.
    pub fn outgoing(
        &mut self,
        engine: &Engine,
        nodes: usize,
        message: Message,
    ) -> Vec<(usize, Message)> {
        let me = engine.index();
        if self.chance.permille(self.habits.withholds) {
            return Vec::new();
        }
        self.note(&message);
        let all = (0..nodes).filter(|node| *node != me);
        match &message {
            Message::Vote(vote) if vote.message.validator.0 == engine.signer().public_key() => {
                let round = vote.message.round.as_u32().unwrap_or_default();
                let double = self.doubles.get(&(vote.message.height.0, round));
                let (first, other) = match double {
                    Some(double) => (double.first, NilOrVal::Val(core::Block(double.other))),
                    None if self.habits.votes => (self.chance.draw(), NilOrVal::Nil),
                    None => return all.map(|node| (node, message.clone())).collect(),
                };
                let other = sign(engine, vote, other);
                let both = self.chance.permille(200);
                all.flat_map(|node| {
                    let honest = hears(first, node) || both;
                    let lie = !hears(first, node) || both;
                    let honest = honest.then(|| (node, message.clone()));
                    honest.into_iter().chain(lie.then(|| (node, other.clone())))
                })
                .collect()
            }
            Message::Proposal(proposal)
                if proposal.message.validator.0 == engine.signer().public_key() =>
            {
                let round = proposal.message.round.as_u32().unwrap_or_default();
                let Some(double) = self.doubles.get(&(proposal.message.height.0, round)) else {
                    return all.map(|node| (node, message.clone())).collect();
                };
                let mut other = proposal.message.clone();
                other.value = core::Block(double.other);
                let other = now(engine.signer().sign_proposal(other)).map(Message::Proposal);
                all.filter_map(|node| {
                    if hears(double.first, node) {
                        Some((node, message.clone()))
                    } else {
                        Some((node, other.as_ref().ok()?.clone()))
                    }
                })
                .collect()
            }
            Message::Part(publisher, part) if *publisher == me => {
                let id = part.stream_id.to_bytes().to_vec();
                if let StreamContent::Data(Part::Head(head)) = &part.content
                    && let Some(double) = self.doubles.get(&(head.height, head.round))
                {
                    self.streams.insert(id.clone(), double.first);
                }
                let mask = self.streams.get(&id).copied().unwrap_or(u64::MAX);
                all.filter(|node| hears(mask, *node))
                    .map(|node| (node, message.clone()))
                    .collect()
            }
            _ => all.map(|node| (node, message.clone())).collect(),
        }
    }
}

/// A vote for something else.
fn sign(engine: &Engine, vote: &SignedVote<Context>, value: NilOrVal<core::Block>) -> Message {
    let mut other = vote.message.clone();
    other.value = value;
    match now(engine.signer().sign_vote(other)) {
        Ok(signed) => Message::Vote(signed),
        Err(_) => Message::Vote(vote.clone()),
    }
}

/// A transaction whose signatures are another's.
fn forged(one: &CheckedTransaction) -> Arc<[u8]> {
    let mut body = one.transaction().body.clone();
    body.salt = RequestId([3; 16]);
    Transaction {
        body,
        signatures: one.transaction().signatures.clone(),
    }
    .to_bytes()
    .into()
}
