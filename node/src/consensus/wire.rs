//! The engine's messages as bytes: what the network, the write-ahead log and sync carry.
//!
//! Each is one version byte and then borsh; every length is bounded before anything is allocated
//! for it. The conversions to and from the engine's own types are below each shape.

use super::context::{Address, Block, Context, Head, Height, Part, ProposalMessage, Vote};
use super::signing::round;
use allonge_contracts::{Hash, PublicKey, Signature};
use allonge_ledger::{MAX_VALIDATORS, VoteKind};
use arc_malachitebft_app_channel::app::types::core::{
    NilOrVal, PolkaCertificate, PolkaSignature, RoundCertificate, RoundCertificateType,
    RoundSignature, SignedMessage, SignedProposal, SignedVote, VoteType,
};
use borsh::{BorshDeserialize, BorshSerialize};
use std::io::{self, Read as _};

/// The largest round that is read from the wire; far beyond any that can be reached, and far from
/// where the engine's arithmetic would overflow.
pub const MAX_ROUND: u32 = 1 << 24;

/// A list whose length is checked before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T, const MAX: usize>(pub Vec<T>);

impl<T: BorshSerialize, const MAX: usize> BorshSerialize for List<T, MAX> {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        if self.0.len() > MAX {
            return Err(too_long(self.0.len(), MAX));
        }
        self.0.serialize(writer)
    }
}

impl<T: BorshDeserialize, const MAX: usize> BorshDeserialize for List<T, MAX> {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let count = u32::deserialize_reader(reader)? as usize;
        if count > MAX {
            return Err(too_long(count, MAX));
        }
        // Grown as it is read: a count alone must not reserve memory.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::deserialize_reader(reader)?);
        }
        Ok(Self(items))
    }
}

/// Bytes whose number is checked before they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob<const MAX: usize>(pub bytes::Bytes);

impl<const MAX: usize> BorshSerialize for Blob<MAX> {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        if self.0.len() > MAX {
            return Err(too_long(self.0.len(), MAX));
        }
        self.0[..].serialize(writer)
    }
}

impl<const MAX: usize> BorshDeserialize for Blob<MAX> {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let count = u32::deserialize_reader(reader)? as usize;
        if count > MAX {
            return Err(too_long(count, MAX));
        }
        let mut bytes = Vec::new();
        reader.take(count as u64).read_to_end(&mut bytes)?;
        if bytes.len() != count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self(bytes.into()))
    }
}

fn too_long(count: usize, max: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a list of {count}; the most is {max}"),
    )
}

/// A round that is set and within reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireRound(pub u32);

impl BorshSerialize for WireRound {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        self.0.serialize(writer)
    }
}

impl BorshDeserialize for WireRound {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let round = u32::deserialize_reader(reader)?;
        if round > MAX_ROUND {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("round {round}; the most is {MAX_ROUND}"),
            ));
        }
        Ok(Self(round))
    }
}

/// The engine handed out a message that this chain's formats do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a consensus message without a round")]
pub struct NoRound;

fn set(round: arc_malachitebft_app_channel::app::types::core::Round) -> Result<WireRound, NoRound> {
    round.as_u32().map(WireRound).ok_or(NoRound)
}

fn value(block: Option<Hash>) -> NilOrVal<Block> {
    block.map_or(NilOrVal::Nil, |hash| NilOrVal::Val(Block(hash)))
}

fn block(value: &NilOrVal<Block>) -> Option<Hash> {
    match value {
        NilOrVal::Nil => None,
        NilOrVal::Val(Block(hash)) => Some(*hash),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum WireVoteKind {
    Prevote = 1,
    Precommit = 2,
}

impl From<VoteKind> for WireVoteKind {
    fn from(kind: VoteKind) -> Self {
        match kind {
            VoteKind::Prevote => Self::Prevote,
            VoteKind::Precommit => Self::Precommit,
        }
    }
}

impl From<WireVoteKind> for VoteKind {
    fn from(kind: WireVoteKind) -> Self {
        match kind {
            WireVoteKind::Prevote => Self::Prevote,
            WireVoteKind::Precommit => Self::Precommit,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WireVote {
    pub kind: WireVoteKind,
    pub height: u64,
    pub round: WireRound,
    pub block: Option<Hash>,
    pub validator: PublicKey,
    pub signature: Signature,
}

impl TryFrom<&SignedVote<Context>> for WireVote {
    type Error = NoRound;

    fn try_from(vote: &SignedVote<Context>) -> Result<Self, NoRound> {
        Ok(Self {
            kind: vote.message.kind.into(),
            height: vote.message.height.0,
            round: set(vote.message.round)?,
            block: vote.message.block(),
            validator: vote.message.validator.0,
            signature: vote.signature,
        })
    }
}

impl From<WireVote> for SignedVote<Context> {
    fn from(vote: WireVote) -> Self {
        let message = Vote {
            kind: vote.kind.into(),
            height: Height(vote.height),
            round: round(Some(vote.round.0)),
            value: value(vote.block),
            validator: Address(vote.validator),
        };
        SignedMessage::new(message, vote.signature)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WireProposal {
    pub height: u64,
    pub round: WireRound,
    pub valid_round: Option<WireRound>,
    pub block: Hash,
    pub validator: PublicKey,
    pub signature: Signature,
}

impl TryFrom<&SignedProposal<Context>> for WireProposal {
    type Error = NoRound;

    fn try_from(proposal: &SignedProposal<Context>) -> Result<Self, NoRound> {
        Ok(Self {
            height: proposal.message.height.0,
            round: set(proposal.message.round)?,
            valid_round: proposal.message.pol_round.as_u32().map(WireRound),
            block: proposal.message.value.0,
            validator: proposal.message.validator.0,
            signature: proposal.signature,
        })
    }
}

impl From<WireProposal> for SignedProposal<Context> {
    fn from(proposal: WireProposal) -> Self {
        let message = ProposalMessage {
            height: Height(proposal.height),
            round: round(Some(proposal.round.0)),
            value: Block(proposal.block),
            pol_round: round(proposal.valid_round.map(|r| r.0)),
            validator: Address(proposal.validator),
        };
        SignedMessage::new(message, proposal.signature)
    }
}

/// Signatures of distinct validators, as in every certificate.
pub type Signatures = List<(PublicKey, Signature), MAX_VALIDATORS>;

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WirePolka {
    pub height: u64,
    pub round: WireRound,
    pub block: Hash,
    pub signatures: Signatures,
}

impl TryFrom<&PolkaCertificate<Context>> for WirePolka {
    type Error = NoRound;

    fn try_from(polka: &PolkaCertificate<Context>) -> Result<Self, NoRound> {
        let signatures = polka.polka_signatures.iter();
        Ok(Self {
            height: polka.height.0,
            round: set(polka.round)?,
            block: polka.value_id.0,
            signatures: List(signatures.map(|s| (s.address.0, s.signature)).collect()),
        })
    }
}

impl From<WirePolka> for PolkaCertificate<Context> {
    fn from(polka: WirePolka) -> Self {
        let signatures = polka.signatures.0.into_iter();
        PolkaCertificate {
            height: Height(polka.height),
            round: round(Some(polka.round.0)),
            value_id: Block(polka.block),
            polka_signatures: signatures
                .map(|(key, signature)| PolkaSignature::new(Address(key), signature))
                .collect(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WireRoundSignature {
    pub kind: WireVoteKind,
    pub block: Option<Hash>,
    pub validator: PublicKey,
    pub signature: Signature,
}

/// A certificate for leaving a round; it may hold both kinds of vote of one validator.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WireRoundCertificate {
    pub height: u64,
    pub round: WireRound,
    pub skip: bool,
    pub signatures: List<WireRoundSignature, { 2 * MAX_VALIDATORS }>,
}

impl TryFrom<&RoundCertificate<Context>> for WireRoundCertificate {
    type Error = NoRound;

    fn try_from(certificate: &RoundCertificate<Context>) -> Result<Self, NoRound> {
        let signatures = certificate.round_signatures.iter().map(|s| {
            let kind = match s.vote_type {
                VoteType::Prevote => WireVoteKind::Prevote,
                VoteType::Precommit => WireVoteKind::Precommit,
            };
            WireRoundSignature {
                kind,
                block: block(&s.value_id),
                validator: s.address.0,
                signature: s.signature,
            }
        });
        Ok(Self {
            height: certificate.height.0,
            round: set(certificate.round)?,
            skip: matches!(certificate.cert_type, RoundCertificateType::Skip),
            signatures: List(signatures.collect()),
        })
    }
}

impl From<WireRoundCertificate> for RoundCertificate<Context> {
    fn from(certificate: WireRoundCertificate) -> Self {
        let signatures = certificate.signatures.0.into_iter().map(|s| {
            let kind = match s.kind {
                WireVoteKind::Prevote => VoteType::Prevote,
                WireVoteKind::Precommit => VoteType::Precommit,
            };
            RoundSignature::new(kind, value(s.block), Address(s.validator), s.signature)
        });
        RoundCertificate {
            height: Height(certificate.height),
            round: round(Some(certificate.round.0)),
            cert_type: if certificate.skip {
                RoundCertificateType::Skip
            } else {
                RoundCertificateType::Precommit
            },
            round_signatures: signatures.collect(),
        }
    }
}

/// The most bytes of a block in one part.
pub const PART_BYTES: usize = 128 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WireHead {
    pub height: u64,
    pub round: WireRound,
    pub valid_round: Option<WireRound>,
    pub proposer: PublicKey,
    pub block: Hash,
    pub length: u32,
    pub signature: Signature,
}

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum WirePart {
    Head(WireHead) = 1,
    Data(Blob<PART_BYTES>) = 2,
}

impl From<&Part> for WirePart {
    fn from(part: &Part) -> Self {
        match part {
            Part::Head(head) => Self::Head(WireHead {
                height: head.height,
                round: WireRound(head.round),
                valid_round: head.valid_round.map(WireRound),
                proposer: head.proposer,
                block: head.block,
                length: head.length,
                signature: head.signature,
            }),
            Part::Data(bytes) => Self::Data(Blob(bytes.clone())),
        }
    }
}

impl From<WirePart> for Part {
    fn from(part: WirePart) -> Self {
        match part {
            WirePart::Head(head) => Self::Head(Head {
                height: head.height,
                round: head.round.0,
                valid_round: head.valid_round.map(|r| r.0),
                proposer: head.proposer,
                block: head.block,
                length: head.length,
                signature: head.signature,
            }),
            WirePart::Data(Blob(bytes)) => Self::Data(bytes),
        }
    }
}
