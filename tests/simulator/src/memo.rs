//! Signatures are ed25519, but each is checked once a seed: what four nodes ask four times is remembered.

use allonge_contracts::{Hash, PublicKey, Signature};
use allonge_ledger::{CheckedTransaction, NoKeyCache, VoteKind, transaction_leaf};
use allonge_node::consensus::core::{Context, Ed25519Verifier, ProposalMessage, Vote};
use arc_malachitebft_app_channel::app::types::core::{ValidatorProof, VoteExtensionScope};
use arc_malachitebft_signing::{Error, VerificationResult, Verifier};
use async_trait::async_trait;
use ed25519_dalek::VerifyingKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a signature was said to be under. Compared whole: nothing is taken for checked that was not.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Claim {
    key: PublicKey,
    signature: [u8; 64],
    /// `None` for a proposal.
    vote: Option<u8>,
    height: u64,
    round: Option<u32>,
    block: Option<[u8; 32]>,
    valid_round: Option<u32>,
    validator: PublicKey,
}

type Checked = Result<CheckedTransaction, String>;

/// Remembers verdicts on signatures. Maps are only looked up in, never walked.
pub struct Memo {
    genesis: Hash,
    verifier: Ed25519Verifier,
    claims: Mutex<HashMap<Claim, bool>>,
    transactions: Mutex<HashMap<[u8; 32], Checked>>,
}

impl Memo {
    /// For the chain of this genesis.
    pub fn new(genesis: Hash) -> Arc<Self> {
        Arc::new(Memo {
            genesis,
            verifier: Ed25519Verifier::new(genesis),
            claims: Mutex::default(),
            transactions: Mutex::default(),
        })
    }

    /// The verifier that remembers nothing.
    pub fn plain(&self) -> &Ed25519Verifier {
        &self.verifier
    }

    /// Checks a transaction's bytes, or remembers what came of it.
    pub fn transaction(&self, bytes: &Arc<[u8]>) -> Checked {
        let leaf = transaction_leaf(bytes).0;
        let mut known = self
            .transactions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known
            .entry(leaf)
            .or_insert_with(|| {
                CheckedTransaction::check(bytes.clone(), &self.genesis, &NoKeyCache)
                    .map_err(|error| error.to_string())
            })
            .clone()
    }

    fn known(&self, claim: &Claim) -> Option<bool> {
        let claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims.get(claim).copied()
    }

    fn note(&self, claim: Claim, right: bool) -> VerificationResult {
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims.insert(claim, right);
        VerificationResult::from_bool(right)
    }
}

#[async_trait]
impl Verifier<Context> for Memo {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &VerifyingKey,
    ) -> Result<VerificationResult, Error> {
        let claim = Claim {
            key: PublicKey(key.to_bytes()),
            signature: *signature.as_bytes(),
            vote: Some(match vote.kind {
                VoteKind::Prevote => 0,
                VoteKind::Precommit => 1,
            }),
            height: vote.height.0,
            round: vote.round.as_u32(),
            block: vote.block().map(|hash| hash.0),
            valid_round: None,
            validator: vote.validator.0,
        };
        if let Some(right) = self.known(&claim) {
            return Ok(VerificationResult::from_bool(right));
        }
        let result = self.verifier.verify_signed_vote(vote, signature, key).await;
        Ok(self.note(claim, result?.is_valid()))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &ProposalMessage,
        signature: &Signature,
        key: &VerifyingKey,
    ) -> Result<VerificationResult, Error> {
        let claim = Claim {
            key: PublicKey(key.to_bytes()),
            signature: *signature.as_bytes(),
            vote: None,
            height: proposal.height.0,
            round: proposal.round.as_u32(),
            block: Some(proposal.value.0.0),
            valid_round: proposal.pol_round.as_u32(),
            validator: proposal.validator.0,
        };
        if let Some(right) = self.known(&claim) {
            return Ok(VerificationResult::from_bool(right));
        }
        let result = self
            .verifier
            .verify_signed_proposal(proposal, signature, key)
            .await;
        Ok(self.note(claim, result?.is_valid()))
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
        self.verifier.verify_validator_proof(proof).await
    }
}
