//! A validator that cheats, for tests of the others. Compiled with the feature `byzantine` alone, which no
//! program for people has.

use super::app::{App, AppStopped, Judgement, Proposal, ProposedBlock, StartHeight};
use super::codec::WireCodec;
use super::context::{Address, Block as Value, Context, Head, Part};
use super::signing::Ed25519Signer;
use super::wire::PART_BYTES;
use allonge_contracts::{Hash, PublicKey, Signature};
use allonge_ledger::{Block, Certificate, Evidence};
use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
use arc_malachitebft_app_channel::{ByzantineContext, NetworkIdentity, NetworkMsg};
use arc_malachitebft_engine_byzantine::{ByzantineConfig, Trigger};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a stalling proposer waits: far longer than anybody waits for it.
const STALL: Duration = Duration::from_secs(3);
/// Blocks with wrong roots that are remembered.
const BUILT: usize = 16;

/// How a validator cheats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// It signs two votes and two proposals in every round.
    Equivocate,
    /// The blocks that it builds claim a state that does not follow.
    WrongRoots,
    /// It announces blocks larger than any may be, and sends pieces beyond their end.
    Oversized,
    /// What it streams are bytes without sense.
    Malformed,
    /// When it is its turn, it says nothing for seconds.
    Stall,
    /// It streams pieces of no block as fast as it can.
    Flood,
    /// It never votes and never proposes.
    Silent,
}

impl Lie {
    /// All of them.
    pub const ALL: [Lie; 7] = [
        Lie::Equivocate,
        Lie::WrongRoots,
        Lie::Oversized,
        Lie::Malformed,
        Lie::Stall,
        Lie::Flood,
        Lie::Silent,
    ];

    /// Its name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Lie::Equivocate => "equivocate",
            Lie::WrongRoots => "wrong-roots",
            Lie::Oversized => "oversized",
            Lie::Malformed => "malformed",
            Lie::Stall => "stall",
            Lie::Flood => "flood",
            Lie::Silent => "silent",
        }
    }
}

impl FromStr for Lie {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Lie::ALL.into_iter();
        all.find(|lie| lie.name() == text)
            .ok_or_else(|| format!("`{text}` is no way to cheat"))
    }
}

static LIE: OnceLock<Lie> = OnceLock::new();

/// From now on this process's node cheats. Only the first word counts.
pub fn cheat(lie: Lie) {
    LIE.get_or_init(|| lie);
}

fn is(lie: Lie) -> bool {
    LIE.get() == Some(&lie)
}

/// The network as the engine sees it, cheating on votes and proposals where it shall.
pub fn network(
    identity: NetworkIdentity,
    codec: WireCodec,
    signer: Ed25519Signer,
    own: PublicKey,
) -> ByzantineContext<Context, WireCodec> {
    let config = ByzantineConfig::default();
    let config = if is(Lie::Equivocate) {
        config
            .with_equivocate_votes(Trigger::Always)
            .with_equivocate_proposals(Trigger::Always)
    } else if is(Lie::Silent) {
        config
            .with_drop_votes(Trigger::Always)
            .with_drop_proposals(Trigger::Always)
    } else {
        config
    };
    ByzantineContext {
        identity,
        codec,
        config,
        signer: Box::new(signer),
        address: Address(own),
        conflicting_value_fn: Some(Box::new(|value: &Value| Value(other(&value.0)))),
        conflicting_vote_value_fn: Some(Box::new(|value: Option<&Value>| {
            Value(value.map_or(Hash([0xEE; 32]), |value| other(&value.0)))
        })),
    }
}

fn other(hash: &Hash) -> Hash {
    let mut bytes = hash.0;
    bytes[31] ^= 1;
    Hash(bytes)
}

/// Takes the sense out of what is streamed, where it shall.
pub fn garble(bytes: Bytes) -> Bytes {
    if !is(Lie::Malformed) {
        return bytes;
    }
    let garbled = bytes.iter().enumerate();
    garbled
        .map(|(at, byte)| if at % 7 == 3 { !byte } else { *byte })
        .collect()
}

/// Sends what no honest node would, where it shall.
pub fn spam(network: mpsc::Sender<NetworkMsg<Context>>, own: PublicKey) {
    if !is(Lie::Flood) && !is(Lie::Oversized) {
        return;
    }
    tokio::spawn(async move {
        for number in 0u64.. {
            let stream = StreamId::new(Bytes::copy_from_slice(&number.to_be_bytes()));
            let head = Part::Head(Head {
                height: number,
                round: 0,
                valid_round: None,
                proposer: own,
                block: Hash([9; 32]),
                length: u32::MAX,
                signature: Signature([0; 64]),
            });
            let piece = || Part::Data(Bytes::from(vec![0xAB; PART_BYTES]));
            let messages = [
                (0, StreamContent::Data(head)),
                (1, StreamContent::Data(piece())),
                (u64::MAX, StreamContent::Data(piece())),
                (2, StreamContent::Fin),
            ];
            for (sequence, content) in messages {
                let message = StreamMessage::new(stream.clone(), sequence, content);
                let sent = network.send(NetworkMsg::PublishProposalPart(message));
                if sent.await.is_err() {
                    return;
                }
            }
            if is(Lie::Oversized) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
}

/// The node, made to cheat in what it builds.
pub fn lying(app: Arc<dyn App>) -> Arc<dyn App> {
    Arc::new(Liar {
        app,
        built: Mutex::default(),
    })
}

struct Liar {
    app: Arc<dyn App>,
    built: Mutex<BTreeMap<Hash, Arc<[u8]>>>,
}

impl Liar {
    fn with_wrong_root(&self, honest: &[u8]) -> Option<(Hash, Arc<[u8]>)> {
        let mut block = Block::from_bytes(honest).ok()?;
        block.header.state_root = other(&block.header.state_root);
        let (hash, bytes) = (block.header.hash(), Arc::<[u8]>::from(block.to_bytes()));
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if built.len() >= BUILT {
            built.clear();
        }
        built.insert(hash, bytes.clone());
        Some((hash, bytes))
    }
}

#[async_trait]
impl App for Liar {
    async fn ready(&self) -> Result<StartHeight, AppStopped> {
        self.app.ready().await
    }

    async fn started_round(
        &self,
        height: u64,
        round: u32,
        proposer: PublicKey,
    ) -> Result<Vec<ProposedBlock>, AppStopped> {
        self.app.started_round(height, round, proposer).await
    }

    async fn build(
        &self,
        height: u64,
        round: u32,
    ) -> Result<(ProposedBlock, Arc<[u8]>), AppStopped> {
        let (mut proposed, mut bytes) = self.app.build(height, round).await?;
        if is(Lie::Stall) {
            tokio::time::sleep(STALL).await;
        }
        if is(Lie::WrongRoots)
            && let Some((hash, wrong)) = self.with_wrong_root(&bytes)
        {
            proposed.block = hash;
            bytes = wrong;
        }
        Ok((proposed, bytes))
    }

    async fn judge(&self, proposal: Proposal) -> Result<Judgement, AppStopped> {
        self.app.judge(proposal).await
    }

    async fn block(&self, hash: Hash) -> Result<Option<Arc<[u8]>>, AppStopped> {
        let own = {
            let built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
            built.get(&hash).cloned()
        };
        match own {
            Some(bytes) => Ok(Some(bytes)),
            None => self.app.block(hash).await,
        }
    }

    async fn decided(&self, certificate: Certificate) -> Result<(), AppStopped> {
        self.app.decided(certificate).await
    }

    async fn finalized(
        &self,
        certificate: Certificate,
        evidence: Vec<Evidence>,
    ) -> Result<StartHeight, AppStopped> {
        self.app.finalized(certificate, evidence).await
    }

    async fn decided_range(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(Certificate, Arc<[u8]>)>, AppStopped> {
        self.app.decided_range(from, to).await
    }

    async fn history_start(&self) -> Result<u64, AppStopped> {
        self.app.history_start().await
    }

    fn peer_tip(&self, height: u64) {
        self.app.peer_tip(height);
    }
}
