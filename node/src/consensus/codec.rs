//! The one codec for network, write-ahead log and sync: a version byte, then the shapes of
//! [`wire`](super::wire) in borsh.

use super::app::MAX_BLOCK_BYTES;
use super::context::{Address, Block, Context, Height, Part};
use super::signing::round;
use super::tips::PeerTips;
use super::wire::{
    Blob, List, NoRound, Signatures, WirePart, WirePolka, WireProposal, WireRound,
    WireRoundCertificate, WireVote,
};
use allonge_contracts::{Hash, PublicKey, Signature};
use arc_malachitebft_app_channel::app::consensus::{
    LivenessMsg, ProposedValue, SignedConsensusMsg,
};
use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
use arc_malachitebft_app_channel::app::types::PeerId;
use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
use arc_malachitebft_app_channel::app::types::core::{
    ExtendedCommitCertificate, ExtendedCommitSignature, PolkaCertificate, ValidatorProof, Validity,
};
use arc_malachitebft_sync::{
    RawDecidedValue, Request, Response, Status, ValueRequest, ValueResponse,
};
use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use std::io;
use std::sync::Arc;

/// The version that leads every message.
const VERSION: u8 = 1;

/// The most blocks in one sync response.
pub const MAX_SYNC_BLOCKS: usize = 64;

/// The most bytes of a stream id, a peer id or a public key on the wire.
const MAX_ID: usize = 64;

/// Why bytes are not a message, or a message cannot become bytes.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// No bytes at all.
    #[error("an empty message")]
    Empty,
    /// Written by another version of this program.
    #[error("message version {0} is unknown; this program reads {VERSION}")]
    Version(u8),
    /// Too short, too long, or with a field out of its bounds.
    #[error("malformed message: {0}")]
    Malformed(#[from] io::Error),
    /// Without a round where one is needed.
    #[error(transparent)]
    NoRound(#[from] NoRound),
    /// Not the identity of a network peer.
    #[error("not a peer id")]
    PeerId,
}

/// The codec; it also takes note of how far peers say they are.
#[derive(Clone)]
pub struct WireCodec {
    tips: Arc<PeerTips>,
}

impl WireCodec {
    /// A codec that notes peers' heights in `tips`.
    pub fn new(tips: Arc<PeerTips>) -> Self {
        Self { tips }
    }
}

fn pack<T: BorshSerialize>(shape: &T) -> Result<Bytes, CodecError> {
    let mut bytes = vec![VERSION];
    shape.serialize(&mut bytes)?;
    Ok(bytes.into())
}

fn unpack<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, CodecError> {
    match bytes.split_first() {
        None => Err(CodecError::Empty),
        Some((&VERSION, rest)) => Ok(borsh::from_slice(rest)?),
        Some((&version, _)) => Err(CodecError::Version(version)),
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
enum WireConsensus {
    Vote(WireVote) = 1,
    Proposal(WireProposal) = 2,
}

impl Codec<SignedConsensusMsg<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<SignedConsensusMsg<Context>, CodecError> {
        Ok(match unpack(&bytes)? {
            WireConsensus::Vote(vote) => SignedConsensusMsg::Vote(vote.into()),
            WireConsensus::Proposal(proposal) => SignedConsensusMsg::Proposal(proposal.into()),
        })
    }

    fn encode(&self, message: &SignedConsensusMsg<Context>) -> Result<Bytes, CodecError> {
        pack(&match message {
            SignedConsensusMsg::Vote(vote) => WireConsensus::Vote(vote.try_into()?),
            SignedConsensusMsg::Proposal(proposal) => WireConsensus::Proposal(proposal.try_into()?),
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
enum WireLiveness {
    Vote(WireVote) = 1,
    Polka(WirePolka) = 2,
    Round(WireRoundCertificate) = 3,
}

impl Codec<LivenessMsg<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<LivenessMsg<Context>, CodecError> {
        Ok(match unpack(&bytes)? {
            WireLiveness::Vote(vote) => LivenessMsg::Vote(vote.into()),
            WireLiveness::Polka(polka) => LivenessMsg::PolkaCertificate(polka.into()),
            WireLiveness::Round(round) => LivenessMsg::SkipRoundCertificate(round.into()),
        })
    }

    fn encode(&self, message: &LivenessMsg<Context>) -> Result<Bytes, CodecError> {
        pack(&match message {
            LivenessMsg::Vote(vote) => WireLiveness::Vote(vote.try_into()?),
            LivenessMsg::PolkaCertificate(polka) => WireLiveness::Polka(polka.try_into()?),
            LivenessMsg::SkipRoundCertificate(round) => WireLiveness::Round(round.try_into()?),
        })
    }
}

impl Codec<PolkaCertificate<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<PolkaCertificate<Context>, CodecError> {
        Ok(unpack::<WirePolka>(&bytes)?.into())
    }

    fn encode(&self, polka: &PolkaCertificate<Context>) -> Result<Bytes, CodecError> {
        pack(&WirePolka::try_from(polka)?)
    }
}

impl Codec<Part> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Part, CodecError> {
        Ok(unpack::<WirePart>(&bytes)?.into())
    }

    fn encode(&self, part: &Part) -> Result<Bytes, CodecError> {
        pack(&WirePart::from(part))
    }
}

/// A message of a stream; without a part it is the end marker.
#[derive(BorshSerialize, BorshDeserialize)]
struct WireStream {
    id: Blob<MAX_ID>,
    sequence: u64,
    part: Option<WirePart>,
}

impl Codec<StreamMessage<Part>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<StreamMessage<Part>, CodecError> {
        let stream: WireStream = unpack(&bytes)?;
        let content = match stream.part {
            Some(part) => StreamContent::Data(part.into()),
            None => StreamContent::Fin,
        };
        Ok(StreamMessage::new(
            StreamId::new(stream.id.0),
            stream.sequence,
            content,
        ))
    }

    fn encode(&self, message: &StreamMessage<Part>) -> Result<Bytes, CodecError> {
        let bytes = pack(&WireStream {
            id: Blob(message.stream_id.to_bytes()),
            sequence: message.sequence,
            part: message.content.as_data().map(WirePart::from),
        })?;
        #[cfg(feature = "byzantine")]
        let bytes = super::byzantine::garble(bytes);
        Ok(bytes)
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireProof {
    key: Blob<MAX_ID>,
    peer_id: Blob<MAX_ID>,
    signature: Signature,
}

impl Codec<ValidatorProof<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<ValidatorProof<Context>, CodecError> {
        let proof: WireProof = unpack(&bytes)?;
        Ok(ValidatorProof::new(
            proof.key.0.to_vec(),
            proof.peer_id.0.to_vec(),
            proof.signature,
        ))
    }

    fn encode(&self, proof: &ValidatorProof<Context>) -> Result<Bytes, CodecError> {
        pack(&WireProof {
            key: Blob(proof.public_key.clone().into()),
            peer_id: Blob(proof.peer_id.clone().into()),
            signature: proof.signature,
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireProposed {
    height: u64,
    round: WireRound,
    valid_round: Option<WireRound>,
    proposer: PublicKey,
    block: Hash,
    valid: bool,
}

impl Codec<ProposedValue<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<ProposedValue<Context>, CodecError> {
        let proposed: WireProposed = unpack(&bytes)?;
        Ok(ProposedValue {
            height: Height(proposed.height),
            round: round(Some(proposed.round.0)),
            valid_round: round(proposed.valid_round.map(|r| r.0)),
            proposer: Address(proposed.proposer),
            value: Block(proposed.block),
            validity: Validity::from_bool(proposed.valid),
        })
    }

    fn encode(&self, proposed: &ProposedValue<Context>) -> Result<Bytes, CodecError> {
        pack(&WireProposed {
            height: proposed.height.0,
            round: WireRound(proposed.round.as_u32().ok_or(NoRound)?),
            valid_round: proposed.valid_round.as_u32().map(WireRound),
            proposer: proposed.proposer.0,
            block: proposed.value.0,
            valid: proposed.validity.to_bool(),
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireStatus {
    peer_id: Blob<MAX_ID>,
    tip: u64,
    history_start: u64,
}

impl Codec<Status<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Status<Context>, CodecError> {
        let status: WireStatus = unpack(&bytes)?;
        let peer_id = PeerId::from_bytes(&status.peer_id.0).map_err(|_| CodecError::PeerId)?;
        self.tips.note(&status.peer_id.0, status.tip);
        Ok(Status {
            peer_id,
            tip_height: Height(status.tip),
            history_min_height: Height(status.history_start),
        })
    }

    fn encode(&self, status: &Status<Context>) -> Result<Bytes, CodecError> {
        pack(&WireStatus {
            peer_id: Blob(status.peer_id.to_bytes().into()),
            tip: status.tip_height.0,
            history_start: status.history_min_height.0,
        })
    }
}

/// A request for the blocks of a range, both ends included.
#[derive(BorshSerialize, BorshDeserialize)]
struct WireRequest {
    from: u64,
    to: u64,
}

impl Codec<Request<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Request<Context>, CodecError> {
        let request: WireRequest = unpack(&bytes)?;
        let range = Height(request.from)..=Height(request.to);
        Ok(Request::ValueRequest(ValueRequest::new(range)))
    }

    fn encode(&self, request: &Request<Context>) -> Result<Bytes, CodecError> {
        let Request::ValueRequest(request) = request;
        pack(&WireRequest {
            from: request.range.start().0,
            to: request.range.end().0,
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireDecided {
    height: u64,
    round: WireRound,
    block: Hash,
    signatures: Signatures,
    bytes: Blob<MAX_BLOCK_BYTES>,
}

impl TryFrom<&RawDecidedValue<Context>> for WireDecided {
    type Error = NoRound;

    fn try_from(decided: &RawDecidedValue<Context>) -> Result<Self, NoRound> {
        let signatures = decided.certificate.commit_signatures.iter();
        Ok(Self {
            height: decided.certificate.height.0,
            round: WireRound(decided.certificate.round.as_u32().ok_or(NoRound)?),
            block: decided.certificate.value_id.0,
            signatures: List(signatures.map(|s| (s.address.0, s.signature)).collect()),
            bytes: Blob(decided.value_bytes.clone()),
        })
    }
}

impl From<WireDecided> for RawDecidedValue<Context> {
    fn from(decided: WireDecided) -> Self {
        let signatures = decided.signatures.0.into_iter();
        let certificate = ExtendedCommitCertificate {
            height: Height(decided.height),
            round: round(Some(decided.round.0)),
            value_id: Block(decided.block),
            commit_signatures: signatures
                .map(|(key, signature)| ExtendedCommitSignature::new(Address(key), signature, None))
                .collect(),
        };
        RawDecidedValue::new(decided.bytes.0, certificate)
    }
}

/// The first blocks of a requested range.
#[derive(BorshSerialize, BorshDeserialize)]
struct WireResponse {
    from: u64,
    decided: List<WireDecided, MAX_SYNC_BLOCKS>,
}

impl Codec<Response<Context>> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<Response<Context>, CodecError> {
        let response: WireResponse = unpack(&bytes)?;
        let decided = response.decided.0.into_iter().map(Into::into).collect();
        Ok(Response::ValueResponse(ValueResponse::new(
            Height(response.from),
            decided,
        )))
    }

    fn encode(&self, response: &Response<Context>) -> Result<Bytes, CodecError> {
        let Response::ValueResponse(response) = response;
        let decided = response.values.iter().map(WireDecided::try_from);
        pack(&WireResponse {
            from: response.start_height.0,
            decided: List(decided.collect::<Result<_, _>>()?),
        })
    }
}

impl HasEncodedLen<Response<Context>> for WireCodec {
    fn encoded_len(&self, response: &Response<Context>) -> Result<usize, CodecError> {
        let Response::ValueResponse(response) = response;
        // Version, first height, count; then each block with its fixed fields and two lengths.
        let blocks = response.values.iter().map(|decided| {
            8 + 4
                + 32
                + 4
                + 96 * decided.certificate.commit_signatures.len()
                + 4
                + decided.value_bytes.len()
        });
        Ok(1 + 8 + 4 + blocks.sum::<usize>())
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
