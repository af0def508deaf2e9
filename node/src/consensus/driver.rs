//! Answers the engine's messages, one thin function each.

use super::app::{App, AppStopped, Judgement, MAX_BLOCK_BYTES, Origin, Proposal, StartHeight};
use super::codec::MAX_SYNC_BLOCKS;
use super::context::{Address, Block, Context, Head, Height};
use super::convert;
use super::parts::split;
use super::proposals::{Proposals, Stand};
use super::signing::{Ed25519Signer, Ed25519Verifier};
use super::status::Progress;
use allonge_contracts::{Hash, PublicKey, Signature};
use arc_malachitebft_app_channel::app::engine::host::{HeightParams, Next, SyncedValueOutcome};
use arc_malachitebft_app_channel::app::streaming::StreamId;
use arc_malachitebft_app_channel::app::types::LocallyProposedValue;
use arc_malachitebft_app_channel::app::types::core::{CommitCertificate, Round};
use arc_malachitebft_app_channel::app::types::sync::RawDecidedValue;
use arc_malachitebft_app_channel::{AppMsg, NetworkMsg, Reply};
use bytes::Bytes;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{debug, error, info, warn};

/// Why the engine's messages are no longer answered.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The node is stopping.
    #[error(transparent)]
    App(#[from] AppStopped),
    /// The node built a block that could not be sent to latecomers.
    #[error("block {block} has {bytes} bytes; the most is {MAX_BLOCK_BYTES}")]
    BlockTooLarge {
        /// The block.
        block: Hash,
        /// Its size.
        bytes: usize,
    },
    /// No random bytes from the operating system.
    #[error("the operating system gives no random bytes: {0}")]
    Random(String),
}

/// An answer that the engine waits for while other messages are served.
pub enum Waiting {
    /// For the first height.
    Ready(Reply<(Height, HeightParams<Context>)>),
    /// For the next height.
    Next(Reply<Next<Context>>),
}

/// What a message left behind.
pub enum Done {
    /// It is answered.
    Answered,
    /// The node works on the answer, which is for [`Driver::start`].
    Later(JoinHandle<Result<StartHeight, AppStopped>>, Waiting),
}

/// Stands between the engine and the node.
pub struct Driver {
    pub app: Arc<dyn App>,
    pub network: mpsc::Sender<NetworkMsg<Context>>,
    /// Of a node that votes.
    pub signer: Option<Ed25519Signer>,
    pub verifier: Ed25519Verifier,
    pub progress: Arc<Progress>,
    /// The first height may begin when enough peers are connected.
    pub peers: tokio::sync::watch::Receiver<bool>,
    pub proposals: Proposals,
    pub streams: StreamIds,
    pub start: Option<StartHeight>,
    pub decided: bool,
}

/// Names streams so that no two are alike, not even before and after a restart.
pub struct StreamIds {
    prefix: [u8; 16],
    next: u64,
}

impl StreamIds {
    /// Ids with a random beginning.
    ///
    /// # Errors
    /// No random bytes to be had.
    pub fn new() -> Result<Self, Stop> {
        let mut prefix = [0; 16];
        getrandom::fill(&mut prefix).map_err(|error| Stop::Random(error.to_string()))?;
        Ok(Self { prefix, next: 0 })
    }

    fn next(&mut self) -> StreamId {
        let mut id = self.prefix.to_vec();
        id.extend_from_slice(&self.next.to_le_bytes());
        self.next = self.next.wrapping_add(1);
        StreamId::new(id.into())
    }
}

/// Answers the engine; if it no longer waits, it is stopping, and that shows elsewhere.
fn answer<T>(reply: Reply<T>, value: T) {
    if reply.send(value).is_err() {
        debug!("the engine no longer waits for an answer");
    }
}

impl Driver {
    /// Answers one message.
    ///
    /// Most are answered here, in order. `ConsensusReady` and `Finalized` may be held by the node,
    /// so they come back as [`Done::Later`] and the next messages are served meanwhile.
    pub async fn handle(&mut self, message: AppMsg<Context>) -> Result<Done, Stop> {
        match message {
            AppMsg::ConsensusReady { reply } => return Ok(self.ready(reply)),
            AppMsg::Finalized {
                certificate,
                evidence,
                reply,
                ..
            } => {
                let evidence = convert::evidence(&evidence);
                return Ok(self.finalized(&certificate, evidence, reply));
            }
            AppMsg::StartedRound {
                height,
                round,
                proposer,
                reply_value,
                ..
            } => {
                let Some(round) = round.as_u32() else {
                    error!(%height, "the engine started a round without a number");
                    return Ok(Done::Answered);
                };
                let values = self.started_round(height.0, round, proposer.0).await?;
                answer(
                    reply_value,
                    values.into_iter().map(convert::proposed_value).collect(),
                );
            }
            AppMsg::GetValue {
                height,
                round,
                reply,
                ..
            } => self.get_value(height, round, reply).await?,
            AppMsg::ReceivedProposalPart {
                from,
                published_by,
                part,
                reply,
            } => {
                let verdict = match &self.start {
                    Some(start) => {
                        let stand = Stand {
                            start,
                            decided: self.decided,
                        };
                        let (app, verifier) = (&*self.app, &self.verifier);
                        self.proposals
                            .receive(app, verifier, stand, from, published_by, part)
                            .await?
                    }
                    None => None,
                };
                answer(reply, verdict.map(convert::proposed_value));
            }
            AppMsg::RestreamProposal {
                height,
                round,
                valid_round,
                address,
                value_id,
            } => {
                self.restream(height, round, valid_round, address, value_id)
                    .await?;
            }
            AppMsg::Decided {
                certificate, reply, ..
            } => self.decided(&certificate, reply).await?,
            AppMsg::GetDecidedValues { range, reply } => {
                answer(reply, self.decided_values(range).await?);
            }
            AppMsg::GetHistoryMinHeight { reply } => {
                answer(reply, Height(self.app.history_start().await?));
            }
            AppMsg::ProcessSyncedValue {
                height,
                round,
                proposer,
                value_bytes,
                reply,
            } => {
                let outcome = self.synced(height, round, proposer, value_bytes).await?;
                answer(reply, outcome);
            }
            AppMsg::ExtendVote { reply, .. } => answer(reply, None),
            AppMsg::VerifyVoteExtensions {
                extensions, reply, ..
            } => {
                let verdicts = extensions
                    .into_iter()
                    .map(|(address, ())| (address, Ok(())));
                answer(reply, verdicts.collect());
            }
        }
        Ok(Done::Answered)
    }

    /// A height begins: the node has said which.
    pub fn start(&mut self, start: StartHeight, waiting: Waiting) {
        let (height, params) = convert::height_params(&start);
        self.proposals.start_height(start.height);
        self.progress.start_height(start.height);
        self.start = Some(start);
        self.decided = false;
        match waiting {
            Waiting::Ready(reply) => answer(reply, (height, params)),
            Waiting::Next(reply) => answer(reply, Next::Start(height, params)),
        }
    }

    fn ready(&self, reply: Reply<(Height, HeightParams<Context>)>) -> Done {
        let (app, mut peers) = (self.app.clone(), self.peers.clone());
        let task = tokio::spawn(async move {
            // An error means that nobody counts peers any more: the engine is stopping.
            peers
                .wait_for(|enough| *enough)
                .await
                .map_err(|_| AppStopped)?;
            app.ready().await
        });
        Done::Later(task, Waiting::Ready(reply))
    }

    async fn started_round(
        &mut self,
        height: u64,
        round: u32,
        proposer: PublicKey,
    ) -> Result<Vec<super::app::ProposedBlock>, Stop> {
        self.progress.start_round(height, round);
        let mut values = self.app.started_round(height, round, proposer).await?;
        if let Some(start) = &self.start {
            let stand = Stand {
                start,
                decided: self.decided,
            };
            let kept = self.proposals.start_round(&*self.app, stand, round).await?;
            values.extend(kept);
        }
        Ok(values)
    }

    async fn get_value(
        &mut self,
        height: Height,
        round: Round,
        reply: Reply<LocallyProposedValue<Context>>,
    ) -> Result<(), Stop> {
        let Some(number) = round.as_u32() else {
            error!(%height, "the engine asked for a block without a round");
            return Ok(());
        };
        let (block, bytes) = self.app.build(height.0, number).await?;
        let head = self
            .own_head(height.0, number, None, block.block, &bytes)
            .await?;
        let value = LocallyProposedValue::new(height, round, Block(block.block));
        answer(reply, value);
        if let Some(head) = head {
            self.publish(head, &bytes).await;
        }
        Ok(())
    }

    async fn restream(
        &mut self,
        height: Height,
        round: Round,
        valid_round: Round,
        proposer: Address,
        block: Block,
    ) -> Result<(), Stop> {
        let Some(number) = round.as_u32() else {
            return Ok(());
        };
        let Some(bytes) = self.app.block(block.0).await? else {
            warn!(%height, number, %block, "a block to be sent again is not here");
            return Ok(());
        };
        let own = self.signer.as_ref().map(Ed25519Signer::public_key);
        let head = if own == Some(proposer.0) {
            let valid_round = valid_round.as_u32();
            match self
                .own_head(height.0, number, valid_round, block.0, &bytes)
                .await?
            {
                Some(head) => head,
                None => return Ok(()),
            }
        } else {
            // Only its proposer can sign a head; after a restart we may no longer have it.
            match self.proposals.head(&(height.0, number, block.0)) {
                Some(head) => head.clone(),
                None => {
                    debug!(%height, number, %block, "another's proposal cannot be sent again");
                    return Ok(());
                }
            }
        };
        self.publish(head, &bytes).await;
        Ok(())
    }

    /// The signed head of a block of this node's own; `None` where it may not sign it.
    async fn own_head(
        &mut self,
        height: u64,
        round: u32,
        valid_round: Option<u32>,
        block: Hash,
        bytes: &Arc<[u8]>,
    ) -> Result<Option<Head>, Stop> {
        let length = u32::try_from(bytes.len())
            .ok()
            .filter(|length| *length as usize <= MAX_BLOCK_BYTES)
            .ok_or(Stop::BlockTooLarge {
                block,
                bytes: bytes.len(),
            })?;
        let Some(signer) = &self.signer else {
            error!(
                height,
                round, "the engine asked a node without a vote for a block"
            );
            return Ok(None);
        };
        let unsigned = Head {
            height,
            round,
            valid_round,
            proposer: signer.public_key(),
            block,
            length,
            signature: Signature([0; 64]),
        };
        let head = signer.propose(unsigned).await;
        if let Some(head) = &head {
            self.proposals.remember(head);
        }
        Ok(head)
    }

    async fn publish(&mut self, head: Head, bytes: &Arc<[u8]>) {
        for message in split(self.streams.next(), head, bytes) {
            let message = NetworkMsg::PublishProposalPart(message);
            if self.network.send(message).await.is_err() {
                debug!("the engine's network is gone");
                return;
            }
        }
    }

    async fn decided(
        &mut self,
        certificate: &CommitCertificate<Context>,
        reply: Reply<()>,
    ) -> Result<(), Stop> {
        let Some(certificate) = convert::certificate(certificate) else {
            error!("the engine decided without a round");
            return Ok(());
        };
        let height = certificate.height;
        self.app.decided(certificate).await?;
        self.decided = true;
        self.progress.decided(height);
        answer(reply, ());
        Ok(())
    }

    fn finalized(
        &self,
        certificate: &CommitCertificate<Context>,
        evidence: Vec<allonge_ledger::Evidence>,
        reply: Reply<Next<Context>>,
    ) -> Done {
        let Some(certificate) = convert::certificate(certificate) else {
            error!("the engine finalized without a round");
            return Done::Answered;
        };
        let app = self.app.clone();
        let task = tokio::spawn(async move { app.finalized(certificate, evidence).await });
        Done::Later(task, Waiting::Next(reply))
    }

    async fn decided_values(
        &self,
        range: RangeInclusive<Height>,
    ) -> Result<Vec<RawDecidedValue<Context>>, Stop> {
        let (from, to) = (range.start().0, range.end().0);
        if from > to {
            return Ok(Vec::new());
        }
        let to = to.min(from.saturating_add(MAX_SYNC_BLOCKS as u64 - 1));
        let decided = self.app.decided_range(from, to).await?;
        let mut bytes = 0usize;
        let mut values = Vec::new();
        for (certificate, block) in decided {
            bytes = bytes.saturating_add(block.len());
            if !values.is_empty() && bytes > super::app::MAX_RANGE_BYTES {
                break;
            }
            values.push(convert::decided_value(certificate, block));
        }
        Ok(values)
    }

    async fn synced(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        bytes: Bytes,
    ) -> Result<SyncedValueOutcome<Context>, Stop> {
        let Some(number) = round.as_u32() else {
            return Ok(SyncedValueOutcome::PeerFault);
        };
        let judgement = self
            .app
            .judge(Proposal {
                height: height.0,
                round: number,
                valid_round: None,
                proposer: proposer.0,
                block: None,
                bytes: Arc::from(&bytes[..]),
                origin: Origin::Synced,
            })
            .await?;
        Ok(match judgement {
            Judgement::Verdict(verdict) => {
                SyncedValueOutcome::Verdict(convert::proposed_value(super::app::ProposedBlock {
                    height: height.0,
                    round: number,
                    valid_round: None,
                    proposer: proposer.0,
                    ..verdict
                }))
            }
            Judgement::PeerFault(reason) => {
                warn!(%height, reason, "a peer sent a wrong block");
                SyncedValueOutcome::PeerFault
            }
            Judgement::NotYet => SyncedValueOutcome::LocalTransientError,
            Judgement::LocalError(reason) => {
                info!(%height, reason, "a synced block could not be judged");
                SyncedValueOutcome::LocalTransientError
            }
        })
    }
}
