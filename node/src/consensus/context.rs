//! The ledger's types in the shape that the engine asks for.

use allonge_contracts::{Hash, PublicKey, Signature};
use allonge_ledger::{ValidatorSet, VoteKind};
use arc_malachitebft_app_channel::app::types::core as engine;
use bytes::Bytes;
use ed25519_dalek::{SigningKey, VerifyingKey};
use engine::{LinearTimeouts, NilOrVal, Round, SignedExtension, VoteType};
use std::fmt;
use std::sync::Arc;

use super::app::Timeouts;

/// The types of this ledger, as one name for the engine's generics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context;

/// The number of a block; the first is 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Height(pub u64);

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl engine::Height for Height {
    const ZERO: Self = Height(0);
    const INITIAL: Self = Height(1);

    fn increment_by(&self, n: u64) -> Self {
        Height(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Height)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}

/// A validator's address is its public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(pub PublicKey);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl engine::Address for Address {}

/// What is agreed on: the hash of a block. The block itself travels in parts beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block(pub Hash);

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl engine::Value for Block {
    type Id = Block;

    fn id(&self) -> Block {
        *self
    }
}

/// One voter, with its key decoded once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validator {
    address: Address,
    key: VerifyingKey,
    power: u64,
}

impl engine::Validator<Context> for Validator {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &VerifyingKey {
        &self.key
    }

    fn voting_power(&self) -> u64 {
        self.power
    }
}

/// The ledger's validator set, cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    set: Arc<ValidatorSet>,
    decoded: Arc<[Validator]>,
}

impl Validators {
    /// The same set for the engine.
    pub fn new(set: ValidatorSet) -> Self {
        // A set only holds keys that decode.
        let decoded = set
            .validators()
            .iter()
            .filter_map(|v| {
                Some(Validator {
                    address: Address(v.key),
                    key: VerifyingKey::from_bytes(v.key.as_bytes()).ok()?,
                    power: v.power,
                })
            })
            .collect();
        Self {
            set: Arc::new(set),
            decoded,
        }
    }

    /// The ledger's set.
    pub fn ledger(&self) -> &ValidatorSet {
        &self.set
    }

    /// The decoded key of a validator, if it is one.
    pub fn key(&self, address: &PublicKey) -> Option<&VerifyingKey> {
        self.find(&Address(*address)).map(|v| &v.key)
    }

    fn find(&self, address: &Address) -> Option<&Validator> {
        self.decoded
            .binary_search_by_key(address, |v| v.address)
            .ok()
            .and_then(|at| self.decoded.get(at))
    }
}

impl engine::ValidatorSet<Context> for Validators {
    fn count(&self) -> usize {
        self.decoded.len()
    }

    fn total_voting_power(&self) -> u64 {
        self.set.total_power()
    }

    fn get_by_address(&self, address: &Address) -> Option<&Validator> {
        self.find(address)
    }

    fn get_by_index(&self, index: usize) -> Option<&Validator> {
        self.decoded.get(index)
    }
}

/// A vote, not yet signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Prevote or precommit.
    pub kind: VoteKind,
    /// The height voted on.
    pub height: Height,
    /// The round voted in.
    pub round: Round,
    /// The block voted for, or nil.
    pub value: NilOrVal<Block>,
    /// Who votes.
    pub validator: Address,
}

impl Vote {
    /// The block voted for; `None` for nil.
    pub fn block(&self) -> Option<Hash> {
        match self.value {
            NilOrVal::Nil => None,
            NilOrVal::Val(Block(hash)) => Some(hash),
        }
    }
}

impl engine::Vote<Context> for Vote {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<Block> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<Block> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        match self.kind {
            VoteKind::Prevote => VoteType::Prevote,
            VoteKind::Precommit => VoteType::Precommit,
        }
    }

    fn validator_address(&self) -> &Address {
        &self.validator
    }

    // Vote extensions are not used: none is ever made, and none is accepted from the wire.

    fn extension(&self) -> Option<&SignedExtension<Context>> {
        None
    }

    fn take_extension(&mut self) -> Option<SignedExtension<Context>> {
        None
    }

    fn extend(self, _extension: SignedExtension<Context>) -> Self {
        self
    }
}

/// A proposal, not yet signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalMessage {
    /// The height proposed for.
    pub height: Height,
    /// The round proposed in.
    pub round: Round,
    /// The block proposed.
    pub value: Block,
    /// The earlier round in which a quorum had prevoted it, or nil.
    pub pol_round: Round,
    /// Who proposes.
    pub validator: Address,
}

impl engine::Proposal<Context> for ProposalMessage {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &Block {
        &self.value
    }

    fn take_value(self) -> Block {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.pol_round
    }

    fn validator_address(&self) -> &Address {
        &self.validator
    }
}

/// The head of a streamed block: what it is and who proposed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The height it is proposed for.
    pub height: u64,
    /// The round it is proposed in.
    pub round: u32,
    /// The earlier round in which a quorum had prevoted it.
    pub valid_round: Option<u32>,
    /// Who proposed it in `round`.
    pub proposer: PublicKey,
    /// The hash of the block's header.
    pub block: Hash,
    /// How many bytes the encoded block has.
    pub length: u32,
    /// The proposer's signature (`allonge/stream/1`).
    pub signature: Signature,
}

/// One message of a streamed block; an end marker follows the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The first.
    Head(Head),
    /// A piece of the block.
    Data(Bytes),
}

impl engine::ProposalPart<Context> for Part {
    fn is_first(&self) -> bool {
        matches!(self, Part::Head(_))
    }

    fn is_last(&self) -> bool {
        false
    }
}

/// ed25519 with strict verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ed25519;

/// Bytes that are no key or signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an ed25519 key or signature")]
pub struct BadKeyOrSignature;

impl engine::SigningScheme for Ed25519 {
    type DecodingError = BadKeyOrSignature;
    type Signature = Signature;
    type PublicKey = VerifyingKey;
    type PrivateKey = SigningKey;

    fn decode_signature(bytes: &[u8]) -> Result<Signature, BadKeyOrSignature> {
        bytes
            .try_into()
            .map(Signature)
            .map_err(|_| BadKeyOrSignature)
    }

    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.as_bytes().to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<VerifyingKey, BadKeyOrSignature> {
        bytes
            .try_into()
            .ok()
            .and_then(|bytes| VerifyingKey::from_bytes(bytes).ok())
            .ok_or(BadKeyOrSignature)
    }

    fn encode_public_key(key: &VerifyingKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}

impl engine::Context for Context {
    type Address = Address;
    type Height = Height;
    type ProposalPart = Part;
    type Proposal = ProposalMessage;
    type Validator = Validator;
    type ValidatorSet = Validators;
    type Timeouts = LinearTimeouts;
    type Value = Block;
    type Vote = Vote;
    type Extension = ();
    type SigningScheme = Ed25519;

    fn select_proposer<'a>(
        &self,
        validators: &'a Validators,
        height: Height,
        round: Round,
    ) -> &'a Validator {
        let turn = validators
            .set
            .proposer(height.0, round.as_u32().unwrap_or(0));
        validators
            .find(&Address(turn.key))
            .unwrap_or(&validators.decoded[0])
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: Block,
        pol_round: Round,
        validator: Address,
    ) -> ProposalMessage {
        ProposalMessage {
            height,
            round,
            value,
            pol_round,
            validator,
        }
    }

    fn new_prevote(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<Block>,
        validator: Address,
    ) -> Vote {
        Vote {
            kind: VoteKind::Prevote,
            height,
            round,
            value,
            validator,
        }
    }

    fn new_precommit(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<Block>,
        validator: Address,
    ) -> Vote {
        Vote {
            kind: VoteKind::Precommit,
            height,
            round,
            value,
            validator,
        }
    }
}

/// The engine's timeouts for ours.
pub fn linear(timeouts: Timeouts) -> LinearTimeouts {
    LinearTimeouts {
        propose: timeouts.propose,
        propose_delta: timeouts.per_round,
        prevote: timeouts.prevote,
        prevote_delta: timeouts.per_round,
        precommit: timeouts.precommit,
        precommit_delta: timeouts.per_round,
        rebroadcast: timeouts.rebroadcast,
        max_timeout: timeouts.longest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Context as _;
    use engine::ValidatorSet as _;

    #[test]
    fn the_engine_sees_the_ledgers_proposer_and_power() {
        let set = ValidatorSet::new(
            (1..=4)
                .map(|seed| allonge_ledger::Validator {
                    key: PublicKey(
                        SigningKey::from_bytes(&[seed; 32])
                            .verifying_key()
                            .to_bytes(),
                    ),
                    power: u64::from(seed),
                })
                .collect(),
        )
        .unwrap();
        let validators = Validators::new(set.clone());
        assert_eq!(validators.count(), 4);
        assert_eq!(validators.total_voting_power(), 10);
        for height in 0..9 {
            for round in 0..9 {
                let chosen =
                    Context.select_proposer(&validators, Height(height), Round::new(round));
                assert_eq!(chosen.address.0, set.proposer(height, round).key);
                assert_eq!(chosen.power, set.get(&chosen.address.0).unwrap().power);
            }
        }
        assert!(
            validators
                .get_by_address(&Address(PublicKey([3; 32])))
                .is_none()
        );
        assert!(validators.get_by_index(4).is_none());
    }
}
