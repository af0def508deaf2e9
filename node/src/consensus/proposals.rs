//! Proposals on their way in: from parts to a verdict, and what is kept in between.

use super::app::{App, AppStopped, Judgement, Origin, Proposal, ProposedBlock, StartHeight};
use super::context::{Head, Part};
use super::convert::{ProposalKey, proposer};
use super::parts::{Assembler, Received};
use super::signing::Ed25519Verifier;
use allonge_contracts::Hash;
use arc_malachitebft_app_channel::app::streaming::StreamMessage;
use arc_malachitebft_app_channel::app::types::PeerId;
use std::collections::BTreeMap;
use std::sync::Arc;
use tracing::{debug, warn};

/// How many heights ahead proposals are kept.
const MAX_HEIGHTS_AHEAD: u64 = 4;

/// How many rounds ahead proposals are judged; later ones are kept until their round is near.
const MAX_ROUNDS_AHEAD: u32 = 8;

/// The most proposals kept for later of one delivering peer.
const MAX_HELD_PER_PEER: usize = 4;

/// The most different blocks judged for one height and round; the engine takes no more either.
const MAX_BLOCKS_PER_ROUND: usize = 2;

/// How often the same block is judged for one height and round.
const MAX_JUDGED_AGAIN: u32 = 8;

/// A complete proposal that could not be used yet.
struct Held {
    from: PeerId,
    head: Head,
    bytes: Arc<[u8]>,
    /// The verdict, if it was judged ahead of its height.
    verdict: Option<ProposedBlock>,
}

/// What is known of the proposals of this and the next few heights.
#[derive(Default)]
pub struct Proposals {
    streams: Assembler,
    held: Vec<Held>,
    /// The heads of proposals that were judged, with their proposers' signatures, to send them on.
    heads: BTreeMap<ProposalKey, Head>,
    /// How often each block was judged.
    judged: BTreeMap<(u64, u32), BTreeMap<Hash, u32>>,
    round: u32,
}

/// Where the node stands, as far as proposals are concerned.
#[derive(Clone, Copy)]
pub struct Stand<'a> {
    /// The height that was started last.
    pub start: &'a StartHeight,
    /// Whether it is decided already.
    pub decided: bool,
}

impl Stand<'_> {
    fn open_height(&self) -> u64 {
        self.start.height.saturating_add(u64::from(self.decided))
    }
}

impl Proposals {
    /// Takes in a part; if it completes a proposal for the current height, the verdict on it.
    pub async fn receive(
        &mut self,
        app: &dyn App,
        verifier: &Ed25519Verifier,
        stand: Stand<'_>,
        from: PeerId,
        published_by: Option<PeerId>,
        part: StreamMessage<Part>,
    ) -> Result<Option<ProposedBlock>, AppStopped> {
        let accept = |head: &Head| accept(verifier, stand, head);
        match self.streams.receive(from, published_by, part, accept) {
            Received::Nothing => Ok(None),
            Received::Refused(refusal) => {
                debug!(%from, %refusal, "proposal parts refused");
                Ok(None)
            }
            Received::Block(head, bytes) => {
                let held = Held {
                    from,
                    head,
                    bytes,
                    verdict: None,
                };
                self.complete(app, stand, held).await
            }
        }
    }

    /// A height begins: forgets what belongs to earlier ones.
    pub fn start_height(&mut self, height: u64) {
        self.round = 0;
        self.held.retain(|held| held.head.height >= height);
        self.heads.retain(|(of, _, _), _| *of >= height);
        self.judged.retain(|(of, _), _| *of >= height);
    }

    /// A round begins: the verdicts on proposals that were kept for it.
    pub async fn start_round(
        &mut self,
        app: &dyn App,
        stand: Stand<'_>,
        round: u32,
    ) -> Result<Vec<ProposedBlock>, AppStopped> {
        self.round = round;
        let mut verdicts = Vec::new();
        for held in std::mem::take(&mut self.held) {
            verdicts.extend(self.complete(app, stand, held).await?);
        }
        Ok(verdicts)
    }

    /// Remembers the head of an own proposal.
    pub fn remember(&mut self, head: &Head) {
        let key = (head.height, head.round, head.block);
        self.heads.insert(key, head.clone());
    }

    /// The head of a proposal, as its proposer signed it.
    pub fn head(&self, key: &ProposalKey) -> Option<&Head> {
        self.heads.get(key)
    }

    async fn complete(
        &mut self,
        app: &dyn App,
        stand: Stand<'_>,
        mut held: Held,
    ) -> Result<Option<ProposedBlock>, AppStopped> {
        let (height, round) = (held.head.height, held.head.round);
        let open = stand.open_height();
        // The validators of a height are known when it starts; before that, those of the height
        // before are as good a guess as any.
        let in_turn = held.head.proposer == proposer(stand.start, height, round);
        let current = height == stand.start.height;
        if height < open || (current && !in_turn) {
            return Ok(None);
        }
        let far_round = current && round > self.round.saturating_add(MAX_ROUNDS_AHEAD);
        if height > open || far_round || !in_turn || held.verdict.is_some() && !current {
            self.hold(held);
            return Ok(None);
        }
        let verdict = match held.verdict.take() {
            Some(verdict) => Some(verdict),
            None if self.may_judge(&held.head) => self.judge(app, &held).await?,
            None => return Ok(None),
        };
        match verdict {
            Some(verdict) if current => {
                self.remember(&held.head);
                return Ok(Some(verdict));
            }
            verdict => held.verdict = verdict,
        }
        self.hold(held);
        Ok(None)
    }

    /// Asks the node; `None` means later, and a proposal at fault is not asked about again.
    async fn judge(
        &mut self,
        app: &dyn App,
        held: &Held,
    ) -> Result<Option<ProposedBlock>, AppStopped> {
        let head = &held.head;
        let judgement = app
            .judge(Proposal {
                height: head.height,
                round: head.round,
                valid_round: head.valid_round,
                proposer: head.proposer,
                block: Some(head.block),
                bytes: held.bytes.clone(),
                origin: Origin::Live,
            })
            .await?;
        let fault = match judgement {
            Judgement::Verdict(verdict) if verdict.block == head.block => {
                return Ok(Some(ProposedBlock {
                    height: head.height,
                    round: head.round,
                    valid_round: head.valid_round,
                    proposer: head.proposer,
                    block: head.block,
                    valid: verdict.valid,
                }));
            }
            Judgement::Verdict(verdict) => format!("it is block {}", verdict.block),
            Judgement::PeerFault(reason) => reason,
            Judgement::NotYet => {
                debug!(head.height, head.round, "proposal put off");
                return Ok(None);
            }
            Judgement::LocalError(reason) => {
                warn!(
                    head.height,
                    head.round, reason, "proposal could not be judged"
                );
                return Ok(None);
            }
        };
        warn!(
            head.height, head.round, block = %head.block, proposer = %head.proposer,
            from = %held.from, reason = fault, "proposal is not what it says"
        );
        self.give_up(head);
        Ok(None)
    }

    fn may_judge(&mut self, head: &Head) -> bool {
        let blocks = self.judged.entry((head.height, head.round)).or_default();
        if !blocks.contains_key(&head.block) && blocks.len() >= MAX_BLOCKS_PER_ROUND {
            return false;
        }
        let times = blocks.entry(head.block).or_default();
        *times = times.saturating_add(1);
        *times <= MAX_JUDGED_AGAIN
    }

    fn give_up(&mut self, head: &Head) {
        let blocks = self.judged.entry((head.height, head.round)).or_default();
        blocks.insert(head.block, MAX_JUDGED_AGAIN);
    }

    /// Keeps a proposal; of one peer's too many, the one farthest in the future goes.
    fn hold(&mut self, held: Held) {
        let from = held.from;
        let key = |held: &Held| (held.head.height, held.head.round, held.head.block);
        let same = |other: &Held| other.from == from && key(other) == key(&held);
        if self.held.iter().any(same) {
            return;
        }
        self.held.push(held);
        let own = || self.held.iter().enumerate().filter(|(_, h)| h.from == from);
        if own().count() > MAX_HELD_PER_PEER
            && let Some((at, _)) = own().max_by_key(|(_, held)| key(held))
        {
            self.held.swap_remove(at);
        }
    }
}

fn accept(verifier: &Ed25519Verifier, stand: Stand<'_>, head: &Head) -> Result<(), &'static str> {
    let open = stand.open_height();
    if head.height < open {
        return Err("its height is decided");
    }
    if head.height - open > MAX_HEIGHTS_AHEAD {
        return Err("its height is too far ahead");
    }
    if head.valid_round.is_some_and(|valid| valid >= head.round) {
        return Err("it refers to a round that is not earlier");
    }
    if head.height == stand.start.height
        && head.proposer != proposer(stand.start, head.height, head.round)
    {
        return Err("it was not its proposer's turn");
    }
    if !verifier.verify_head(head) {
        return Err("its signature is wrong");
    }
    Ok(())
}
