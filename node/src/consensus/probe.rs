//! Messages from outside, read as the engine reads them and written again: what tests and fuzz targets hold
//! the codec and the putting together of parts to.

use super::codec::{CodecError, WireCodec};
use super::context::{Context, Part};
use super::parts::{Assembler, Received};
use super::tips::PeerTips;
use arc_malachitebft_app_channel::app::consensus::{
    LivenessMsg, ProposedValue, SignedConsensusMsg,
};
use arc_malachitebft_app_channel::app::streaming::StreamMessage;
use arc_malachitebft_app_channel::app::types::PeerId;
use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
use arc_malachitebft_app_channel::app::types::core::{PolkaCertificate, ValidatorProof};
use arc_malachitebft_sync::{Request, Response, Status};
use bytes::Bytes;
use std::sync::Arc;

/// The kinds of messages that the network, the write-ahead log and sync carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Votes and proposals.
    Consensus,
    /// Votes and certificates that keep a round alive.
    Liveness,
    /// A quorum of prevotes, in the log.
    Polka,
    /// A part of a block by itself.
    Part,
    /// A part of a block in its stream.
    Stream,
    /// That a peer belongs to a validator.
    Proof,
    /// A verdict on a block, in the log.
    Proposed,
    /// How far a peer is.
    Status,
    /// Which blocks a peer asks for.
    Request,
    /// Blocks that a peer asked for.
    Response,
}

impl MessageKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Consensus,
        Self::Liveness,
        Self::Polka,
        Self::Part,
        Self::Stream,
        Self::Proof,
        Self::Proposed,
        Self::Status,
        Self::Request,
        Self::Response,
    ];
}

fn codec() -> WireCodec {
    WireCodec::new(PeerTips::new([], Box::new(|_| {})))
}

fn again<T>(bytes: Bytes) -> Result<Bytes, CodecError>
where
    WireCodec: Codec<T, Error = CodecError>,
{
    let codec = codec();
    let message: T = codec.decode(bytes)?;
    codec.encode(&message)
}

/// Reads a message and writes it again.
///
/// # Errors
/// It is no message of this kind, or what was read cannot be written.
pub fn reread(kind: MessageKind, bytes: Bytes) -> Result<Bytes, CodecError> {
    match kind {
        MessageKind::Consensus => again::<SignedConsensusMsg<Context>>(bytes),
        MessageKind::Liveness => again::<LivenessMsg<Context>>(bytes),
        MessageKind::Polka => again::<PolkaCertificate<Context>>(bytes),
        MessageKind::Part => again::<Part>(bytes),
        MessageKind::Stream => again::<StreamMessage<Part>>(bytes),
        MessageKind::Proof => again::<ValidatorProof<Context>>(bytes),
        MessageKind::Proposed => again::<ProposedValue<Context>>(bytes),
        MessageKind::Status => again::<Status<Context>>(bytes),
        MessageKind::Request => again::<Request<Context>>(bytes),
        MessageKind::Response => again::<Response<Context>>(bytes),
    }
}

/// The length that a response of blocks is said to have before it is written.
///
/// # Errors
/// It is no response.
pub fn response_length(bytes: Bytes) -> Result<usize, CodecError> {
    let codec = codec();
    let response: Response<Context> = codec.decode(bytes)?;
    codec.encoded_len(&response)
}

/// Puts blocks together from the messages of peers.
#[derive(Default)]
pub struct Collector(Assembler);

impl Collector {
    /// Takes one message of a stream from a peer; gives the block once it is complete.
    ///
    /// # Errors
    /// The peer's id or the message cannot be read.
    pub fn take(&mut self, peer: &[u8], message: Bytes) -> Result<Option<Arc<[u8]>>, CodecError> {
        let peer = PeerId::from_bytes(peer).map_err(|_| CodecError::PeerId)?;
        let message: StreamMessage<Part> = codec().decode(message)?;
        Ok(match self.0.receive(peer, None, message, |_| Ok(())) {
            Received::Block(_, bytes) => Some(bytes),
            Received::Nothing | Received::Refused(_) => None,
        })
    }

    /// The bytes that are kept of blocks that are not complete.
    pub fn kept_bytes(&self) -> usize {
        self.0.kept_bytes()
    }
}
