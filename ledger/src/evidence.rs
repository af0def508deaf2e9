//! Two signed statements of one validator that contradict each other: whoever holds them can show that it
//! cheated, or that its key is used in two places.

use crate::vote::{VoteKind, proposal_sign_bytes, vote_sign_bytes};
use allonge_contracts::{Hash, PublicKey, Signature};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

/// What two statements were about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
)]
#[serde(rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum EvidenceKind {
    /// Two first votes in one round.
    Prevote = 1,
    /// Two second votes in one round.
    Precommit = 2,
    /// Two proposals in one round.
    Proposal = 3,
}

impl From<VoteKind> for EvidenceKind {
    fn from(kind: VoteKind) -> Self {
        match kind {
            VoteKind::Prevote => EvidenceKind::Prevote,
            VoteKind::Precommit => EvidenceKind::Precommit,
        }
    }
}

impl EvidenceKind {
    /// Its name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Prevote => "prevote",
            EvidenceKind::Precommit => "precommit",
            EvidenceKind::Proposal => "proposal",
        }
    }
}

/// One of two statements that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The block voted for or proposed; `None` for a vote for nil.
    pub block: Option<Hash>,
    /// The earlier round that a proposal refers to; always `None` for votes.
    pub valid_round: Option<u32>,
    /// The validator's signature (`allonge/vote/1` or `allonge/proposal/1`).
    pub signature: Signature,
}

/// Two signed statements of one validator that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Who signed both: its consensus key.
    pub validator: PublicKey,
    /// The height of both.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// The round of both.
    pub round: u32,
    /// What they are.
    pub kind: EvidenceKind,
    /// The one.
    pub first: Statement,
    /// The other.
    pub second: Statement,
}

/// Why something is no evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The key is no point on the curve.
    #[error("its validator key is not a usable ed25519 public key")]
    BadKey,
    /// The statements agree.
    #[error("the two statements do not contradict each other")]
    Alike,
    /// A proposal of nothing, or a vote that refers to an earlier round.
    #[error("a statement has a form that nobody signs")]
    BadForm,
    /// A signature is not the validator's, or not for this network.
    #[error("a signature is not the validator's on this network")]
    BadSignature,
}

impl Evidence {
    /// Whether the validator signed both statements on the network of this genesis, and they contradict
    /// each other.
    ///
    /// # Errors
    /// [`EvidenceError`]: it shows nothing.
    pub fn verify(&self, genesis: &Hash) -> Result<(), EvidenceError> {
        let said = |one: &Statement| (one.block, one.valid_round);
        if said(&self.first) == said(&self.second) {
            return Err(EvidenceError::Alike);
        }
        let key = VerifyingKey::from_bytes(self.validator.as_bytes())
            .map_err(|_| EvidenceError::BadKey)?;
        for statement in [&self.first, &self.second] {
            let bytes = self.sign_bytes(genesis, statement)?;
            let signature = ed25519_dalek::Signature::from_bytes(statement.signature.as_bytes());
            key.verify_strict(&bytes, &signature)
                .map_err(|_| EvidenceError::BadSignature)?;
        }
        Ok(())
    }

    fn sign_bytes(&self, genesis: &Hash, said: &Statement) -> Result<Vec<u8>, EvidenceError> {
        let vote = |kind| match said.valid_round {
            None => Ok(vote_sign_bytes(
                genesis,
                kind,
                self.height,
                self.round,
                said.block,
            )),
            Some(_) => Err(EvidenceError::BadForm),
        };
        match self.kind {
            EvidenceKind::Prevote => vote(VoteKind::Prevote),
            EvidenceKind::Precommit => vote(VoteKind::Precommit),
            EvidenceKind::Proposal => {
                let block = said.block.ok_or(EvidenceError::BadForm)?;
                Ok(proposal_sign_bytes(
                    genesis,
                    self.height,
                    self.round,
                    said.valid_round,
                    &block,
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    const GENESIS: Hash = Hash([7; 32]);

    fn evidence(kind: EvidenceKind, said: [(Option<Hash>, Option<u32>); 2]) -> Evidence {
        let key = SigningKey::from_bytes(&[3; 32]);
        let mut evidence = Evidence {
            validator: PublicKey(key.verifying_key().to_bytes()),
            height: 9,
            round: 2,
            kind,
            first: Statement {
                block: said[0].0,
                valid_round: said[0].1,
                signature: Signature([0; 64]),
            },
            second: Statement {
                block: said[1].0,
                valid_round: said[1].1,
                signature: Signature([0; 64]),
            },
        };
        let sign = |one: &Statement| match evidence.sign_bytes(&GENESIS, one) {
            Ok(bytes) => Signature(key.sign(&bytes).to_bytes()),
            Err(_) => Signature([0; 64]),
        };
        let signatures = [sign(&evidence.first), sign(&evidence.second)];
        [evidence.first.signature, evidence.second.signature] = signatures;
        evidence
    }

    #[test]
    fn two_signed_statements_are_evidence_on_their_own_network() {
        let (a, b) = (Some(Hash([1; 32])), Some(Hash([2; 32])));
        for (kind, said) in [
            (EvidenceKind::Prevote, [(a, None), (b, None)]),
            (EvidenceKind::Precommit, [(a, None), (None, None)]),
            (EvidenceKind::Proposal, [(a, None), (b, None)]),
            (EvidenceKind::Proposal, [(a, None), (a, Some(1))]),
        ] {
            let good = evidence(kind, said);
            assert_eq!(good.verify(&GENESIS), Ok(()));
            assert_eq!(
                good.verify(&Hash([8; 32])),
                Err(EvidenceError::BadSignature)
            );
            let json = serde_json::to_string(&good).unwrap();
            assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), good);
            let bytes = borsh::to_vec(&good).unwrap();
            assert_eq!(borsh::from_slice::<Evidence>(&bytes).unwrap(), good);
        }
    }

    #[test]
    fn nothing_else_is() {
        let (a, b) = (Some(Hash([1; 32])), Some(Hash([2; 32])));
        let alike = evidence(EvidenceKind::Prevote, [(a, None), (a, None)]);
        assert_eq!(alike.verify(&GENESIS), Err(EvidenceError::Alike));
        for (kind, said) in [
            (EvidenceKind::Prevote, [(a, None), (b, Some(1))]),
            (EvidenceKind::Proposal, [(a, None), (None, None)]),
        ] {
            let bad = evidence(kind, said);
            assert_eq!(bad.verify(&GENESIS), Err(EvidenceError::BadForm));
        }
        let good = evidence(EvidenceKind::Precommit, [(a, None), (b, None)]);
        for change in [
            |e: &mut Evidence| e.height += 1,
            |e: &mut Evidence| e.round += 1,
            |e: &mut Evidence| e.kind = EvidenceKind::Prevote,
            |e: &mut Evidence| e.second.block = None,
            |e: &mut Evidence| e.first.signature = e.second.signature,
        ] {
            let mut changed = good.clone();
            change(&mut changed);
            assert_eq!(changed.verify(&GENESIS), Err(EvidenceError::BadSignature));
        }
        let mut no_key = good;
        no_key.validator = PublicKey([2; 32]);
        assert!(no_key.verify(&GENESIS).is_err());
    }
}
