//! Signing and checking consensus messages with ed25519, over the ledger's sign-bytes.

use super::context::{Context, Head, ProposalMessage, Vote};
use crate::guard::{Guard, GuardError, Signed, Step, signed};
use allonge_contracts::{Hash, PublicKey, Signature};
use allonge_ledger::{
    VoteKind, peer_sign_bytes, proposal_sign_bytes, stream_sign_bytes, vote_sign_bytes,
};
use arc_malachitebft_app_channel::app::types::core::{
    Round, SignedMessage, ValidatorProof, VoteExtensionScope,
};
use arc_malachitebft_signing::{Error, VerificationResult};
use async_trait::async_trait;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use std::sync::Arc;
use tracing::warn;

/// Why the engine's request for a signature was refused.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("a vote or proposal without a round")]
    NoRound,
    #[error("vote extensions are not used on this chain")]
    Extension,
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error("the guard was interrupted")]
    Interrupted,
}

/// What a vote signs; `None` for a vote without a round, which nobody may sign.
fn vote_bytes(genesis: &Hash, vote: &Vote) -> Option<Vec<u8>> {
    let round = vote.round.as_u32()?;
    Some(vote_sign_bytes(
        genesis,
        vote.kind,
        vote.height.0,
        round,
        vote.block(),
    ))
}

/// What a proposal signs; `None` for one without a round.
fn proposal_bytes(genesis: &Hash, proposal: &ProposalMessage) -> Option<Vec<u8>> {
    let round = proposal.round.as_u32()?;
    Some(proposal_sign_bytes(
        genesis,
        proposal.height.0,
        round,
        proposal.pol_round.as_u32(),
        &proposal.value.0,
    ))
}

fn head_bytes(genesis: &Hash, head: &Head) -> Vec<u8> {
    stream_sign_bytes(
        genesis,
        head.height,
        head.round,
        head.valid_round,
        &head.block,
        head.length,
    )
}

/// Signs for one validator on one chain.
#[derive(Clone)]
pub struct Ed25519Signer {
    genesis: Hash,
    key: SigningKey,
    guard: Option<Arc<Guard>>,
}

impl Ed25519Signer {
    /// A signer with this key for the chain of this genesis.
    pub fn new(genesis: Hash, key: SigningKey, guard: Option<Arc<Guard>>) -> Self {
        Self {
            genesis,
            key,
            guard,
        }
    }

    /// The same, without a guard.
    #[cfg(feature = "byzantine")]
    pub fn unguarded(self) -> Self {
        Self {
            guard: None,
            ..self
        }
    }

    /// Waits until the guard has written what is about to be signed, or refuses.
    async fn permit(&self, step: Step, what: Signed) -> Result<(), Refused> {
        let Some(guard) = self.guard.clone() else {
            return Ok(());
        };
        let asked = tokio::task::spawn_blocking(move || guard.permit(step, what)).await;
        Ok(asked.map_err(|_| Refused::Interrupted)??)
    }

    /// The public key that checks its signatures.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.key.sign(bytes).to_bytes())
    }

    /// Signs the head of a streamed block, whatever its `proposer` and `signature` were. Asks no guard.
    pub fn sign_head(&self, head: Head) -> Head {
        Head {
            proposer: self.public_key(),
            signature: self.sign(&head_bytes(&self.genesis, &head)),
            ..head
        }
    }

    /// As [`Ed25519Signer::sign_head`], once the guard permits it; `None`, with a line in the log, where it refuses.
    pub async fn propose(&self, head: Head) -> Option<Head> {
        let what = signed(head.height, head.round, Some(head.block), head.valid_round);
        if let Err(refused) = self.permit(Step::Proposal, what).await {
            warn!(%refused, "a block is not proposed");
            return None;
        }
        Some(self.sign_head(head))
    }

    /// Says that this validator is the network peer with this id.
    pub fn prove_peer(&self, peer_id: Vec<u8>) -> ValidatorProof<Context> {
        let key = self.public_key();
        let signature = self.sign(&peer_sign_bytes(&self.genesis, &key, &peer_id));
        ValidatorProof::new(key.as_bytes().to_vec(), peer_id, signature)
    }
}

#[async_trait]
impl arc_malachitebft_signing::Signer<Context> for Ed25519Signer {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedMessage<Context, Vote>, Error> {
        let bytes =
            vote_bytes(&self.genesis, &vote).ok_or_else(|| Error::from_source(Refused::NoRound))?;
        let step = match vote.kind {
            VoteKind::Prevote => Step::Prevote,
            VoteKind::Precommit => Step::Precommit,
        };
        let round = vote.round.as_u32().unwrap_or_default();
        self.permit(step, signed(vote.height.0, round, vote.block(), None))
            .await
            .map_err(Error::from_source)?;
        let signature = self.sign(&bytes);
        Ok(SignedMessage::new(vote, signature))
    }

    async fn sign_proposal(
        &self,
        proposal: ProposalMessage,
    ) -> Result<SignedMessage<Context, ProposalMessage>, Error> {
        let bytes = proposal_bytes(&self.genesis, &proposal)
            .ok_or_else(|| Error::from_source(Refused::NoRound))?;
        let what = signed(
            proposal.height.0,
            proposal.round.as_u32().unwrap_or_default(),
            Some(proposal.value.0),
            proposal.pol_round.as_u32(),
        );
        self.permit(Step::Proposal, what)
            .await
            .map_err(Error::from_source)?;
        let signature = self.sign(&bytes);
        Ok(SignedMessage::new(proposal, signature))
    }

    async fn sign_vote_extension(
        &self,
        _scope: VoteExtensionScope<Context>,
        _extension: (),
    ) -> Result<SignedMessage<Context, ()>, Error> {
        Err(Error::from_source(Refused::Extension))
    }

    async fn sign_validator_proof(
        &self,
        _public_key: Vec<u8>,
        peer_id: Vec<u8>,
    ) -> Result<ValidatorProof<Context>, Error> {
        Ok(self.prove_peer(peer_id))
    }
}

/// Checks signatures made for one chain, each with `verify_strict`.
#[derive(Clone, Copy)]
pub struct Ed25519Verifier {
    genesis: Hash,
}

impl Ed25519Verifier {
    /// A verifier for the chain of this genesis.
    pub fn new(genesis: Hash) -> Self {
        Self { genesis }
    }

    /// Whether the proposer named in a head signed it.
    pub fn verify_head(&self, head: &Head) -> bool {
        VerifyingKey::from_bytes(head.proposer.as_bytes())
            .is_ok_and(|key| holds(&key, &head_bytes(&self.genesis, head), &head.signature))
    }
}

fn holds(key: &VerifyingKey, bytes: &[u8], signature: &Signature) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
    key.verify_strict(bytes, &signature).is_ok()
}

#[async_trait]
impl arc_malachitebft_signing::Verifier<Context> for Ed25519Verifier {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &VerifyingKey,
    ) -> Result<VerificationResult, Error> {
        let right =
            vote_bytes(&self.genesis, vote).is_some_and(|bytes| holds(key, &bytes, signature));
        Ok(VerificationResult::from_bool(right))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &ProposalMessage,
        signature: &Signature,
        key: &VerifyingKey,
    ) -> Result<VerificationResult, Error> {
        let right = proposal_bytes(&self.genesis, proposal)
            .is_some_and(|bytes| holds(key, &bytes, signature));
        Ok(VerificationResult::from_bool(right))
    }

    async fn verify_signed_vote_extension(
        &self,
        _scope: &VoteExtensionScope<Context>,
        _extension: &(),
        _signature: &Signature,
        _key: &VerifyingKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(
        &self,
        proof: &ValidatorProof<Context>,
    ) -> Result<VerificationResult, Error> {
        let right = proof.decoded_public_key().is_ok_and(|key| {
            let bytes = peer_sign_bytes(&self.genesis, &PublicKey(key.to_bytes()), &proof.peer_id);
            holds(&key, &bytes, &proof.signature)
        });
        Ok(VerificationResult::from_bool(right))
    }
}

/// The round as the ledger writes it: nil as none.
pub fn round(round: Option<u32>) -> Round {
    round.map_or(Round::Nil, Round::new)
}

#[cfg(test)]
mod tests {
    use super::super::context::{Address, Block, Height};
    use super::*;
    use arc_malachitebft_app_channel::app::types::core::NilOrVal;
    use arc_malachitebft_signing::{Signer as _, Verifier as _};

    const GENESIS: Hash = Hash([7; 32]);

    fn signer(seed: u8) -> Ed25519Signer {
        Ed25519Signer::new(GENESIS, SigningKey::from_bytes(&[seed; 32]), None)
    }

    fn vote(validator: PublicKey, round: Round) -> Vote {
        Vote {
            kind: VoteKind::Precommit,
            height: Height(3),
            round,
            value: NilOrVal::Val(Block(Hash([1; 32]))),
            validator: Address(validator),
        }
    }

    #[tokio::test]
    async fn votes_and_proposals_verify_for_their_own_chain_only() {
        let signer = signer(1);
        let key = signer.key.verifying_key();
        let here = Ed25519Verifier::new(GENESIS);
        let elsewhere = Ed25519Verifier::new(Hash([8; 32]));

        let signed = signer
            .sign_vote(vote(signer.public_key(), Round::new(0)))
            .await
            .unwrap();
        for (verifier, right) in [(here, true), (elsewhere, false)] {
            let result = verifier.verify_signed_vote(&signed.message, &signed.signature, &key);
            assert_eq!(result.await.unwrap().is_valid(), right);
        }
        let mut changed = signed.message.clone();
        changed.kind = VoteKind::Prevote;
        let result = here
            .verify_signed_vote(&changed, &signed.signature, &key)
            .await;
        assert!(result.unwrap().is_invalid());

        let proposal = ProposalMessage {
            height: Height(3),
            round: Round::new(1),
            value: Block(Hash([1; 32])),
            pol_round: Round::Nil,
            validator: Address(signer.public_key()),
        };
        let signed = signer.sign_proposal(proposal).await.unwrap();
        for (verifier, right) in [(here, true), (elsewhere, false)] {
            let result = verifier.verify_signed_proposal(&signed.message, &signed.signature, &key);
            assert_eq!(result.await.unwrap().is_valid(), right);
        }
        let mut changed = signed.message.clone();
        changed.pol_round = Round::new(0);
        let result = here
            .verify_signed_proposal(&changed, &signed.signature, &key)
            .await;
        assert!(result.unwrap().is_invalid());
    }

    #[tokio::test]
    async fn nothing_without_a_round_is_signed_or_accepted() {
        let signer = signer(1);
        let nil = vote(signer.public_key(), Round::Nil);
        assert!(signer.sign_vote(nil.clone()).await.is_err());
        let result = Ed25519Verifier::new(GENESIS)
            .verify_signed_vote(&nil, &Signature([0; 64]), &signer.key.verifying_key())
            .await;
        assert!(result.unwrap().is_invalid());
    }

    #[tokio::test]
    async fn a_peer_proof_binds_key_peer_and_chain() {
        let proof = signer(1).prove_peer(vec![1, 2, 3]);
        let verify = async |proof: &ValidatorProof<Context>, genesis| {
            let result = Ed25519Verifier::new(genesis)
                .verify_validator_proof(proof)
                .await;
            result.unwrap().is_valid()
        };
        assert!(verify(&proof, GENESIS).await);
        assert!(!verify(&proof, Hash([8; 32])).await);
        let mut other_peer = proof.clone();
        other_peer.peer_id.push(4);
        assert!(!verify(&other_peer, GENESIS).await);
        let mut other_key = proof.clone();
        other_key.public_key = signer(2).public_key().as_bytes().to_vec();
        assert!(!verify(&other_key, GENESIS).await);
        let mut no_key = proof;
        no_key.public_key.pop();
        assert!(!verify(&no_key, GENESIS).await);
    }

    #[test]
    fn a_head_is_signed_by_the_proposer_it_names() {
        let head = signer(1).sign_head(Head {
            height: 3,
            round: 1,
            valid_round: None,
            proposer: PublicKey([0; 32]),
            block: Hash([1; 32]),
            length: 10,
            signature: Signature([0; 64]),
        });
        let verifier = Ed25519Verifier::new(GENESIS);
        assert!(verifier.verify_head(&head));
        let other = signer(2).public_key();
        for bad in [
            Head {
                height: 4,
                ..head.clone()
            },
            Head {
                round: 2,
                ..head.clone()
            },
            Head {
                valid_round: Some(0),
                ..head.clone()
            },
            Head {
                proposer: other,
                ..head.clone()
            },
            Head {
                block: Hash([2; 32]),
                ..head.clone()
            },
            Head {
                length: 11,
                ..head.clone()
            },
        ] {
            assert!(!verifier.verify_head(&bad), "{bad:?}");
        }
        assert!(!Ed25519Verifier::new(Hash([8; 32])).verify_head(&head));
    }
}
