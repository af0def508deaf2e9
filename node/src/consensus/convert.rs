//! Between the engine's records and the ledger's.

use super::app::{ProposedBlock, StartHeight};
use super::context::{Address, Block, Context, Height, Validators, linear};
use super::signing::round;
use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Certificate, Evidence, EvidenceKind, Statement};
use arc_malachitebft_app_channel::app::consensus::{MisbehaviorEvidence, ProposedValue};
use arc_malachitebft_app_channel::app::types::core::{
    CommitCertificate, ExtendedCommitCertificate, ExtendedCommitSignature, HeightParams,
    SignedProposal, SignedVote, Validity,
};
use arc_malachitebft_app_channel::app::types::sync::RawDecidedValue;
use bytes::Bytes;
use std::sync::Arc;

/// What the engine needs to know of a height.
pub fn height_params(start: &StartHeight) -> (Height, HeightParams<Context>) {
    let params = HeightParams::new(
        Validators::new(start.validators.clone()),
        linear(start.timeouts),
        start.target_time,
    );
    (Height(start.height), params)
}

/// The verdict on a block for the engine.
pub fn proposed_value(block: ProposedBlock) -> ProposedValue<Context> {
    ProposedValue {
        height: Height(block.height),
        round: round(Some(block.round)),
        valid_round: round(block.valid_round),
        proposer: Address(block.proposer),
        value: Block(block.block),
        validity: Validity::from_bool(block.valid),
    }
}

/// The engine's certificate in the ledger's form: signatures sorted and unique. `None` if it has
/// no round, which a certificate always has.
pub fn certificate(from: &CommitCertificate<Context>) -> Option<Certificate> {
    let mut signatures: Vec<_> = from
        .commit_signatures
        .iter()
        .map(|s| (s.address.0, s.signature))
        .collect();
    signatures.sort_unstable();
    signatures.dedup_by_key(|(key, _)| *key);
    Some(Certificate {
        height: from.height.0,
        round: from.round.as_u32()?,
        block: from.value_id.0,
        signatures,
    })
}

/// A decided block as sync sends it.
pub fn decided_value(certificate: Certificate, bytes: Arc<[u8]>) -> RawDecidedValue<Context> {
    let signatures = certificate.signatures.into_iter();
    let certificate = ExtendedCommitCertificate {
        height: Height(certificate.height),
        round: round(Some(certificate.round)),
        value_id: Block(certificate.block),
        commit_signatures: signatures
            .map(|(key, signature)| ExtendedCommitSignature::new(Address(key), signature, None))
            .collect(),
    };
    RawDecidedValue::new(Bytes::from_owner(bytes), certificate)
}

/// The contradictions that the engine has seen, each with both signatures.
pub fn evidence(from: &MisbehaviorEvidence<Context>) -> Vec<Evidence> {
    let votes = from.votes.iter().flat_map(|(_, pairs)| pairs);
    let votes = votes.filter_map(|(first, second)| vote_evidence(first, second));
    let proposals = from.proposals.iter().flat_map(|(_, pairs)| pairs);
    let proposals = proposals.filter_map(|(first, second)| proposal_evidence(first, second));
    votes.chain(proposals).collect()
}

fn vote_evidence(first: &SignedVote<Context>, second: &SignedVote<Context>) -> Option<Evidence> {
    let statement = |vote: &SignedVote<Context>| Statement {
        block: vote.message.block(),
        valid_round: None,
        signature: vote.signature,
    };
    Some(Evidence {
        validator: first.message.validator.0,
        height: first.message.height.0,
        round: first.message.round.as_u32()?,
        kind: first.message.kind.into(),
        first: statement(first),
        second: statement(second),
    })
}

fn proposal_evidence(
    first: &SignedProposal<Context>,
    second: &SignedProposal<Context>,
) -> Option<Evidence> {
    let statement = |proposal: &SignedProposal<Context>| Statement {
        block: Some(proposal.message.value.0),
        valid_round: proposal.message.pol_round.as_u32(),
        signature: proposal.signature,
    };
    Some(Evidence {
        validator: first.message.validator.0,
        height: first.message.height.0,
        round: first.message.round.as_u32()?,
        kind: EvidenceKind::Proposal,
        first: statement(first),
        second: statement(second),
    })
}

/// Where a proposal belongs: height, round and block.
pub type ProposalKey = (u64, u32, Hash);

/// Whose turn it is at a height that `start` describes.
pub fn proposer(start: &StartHeight, height: u64, round: u32) -> PublicKey {
    start.validators.proposer(height, round).key
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::Signature;
    use arc_malachitebft_app_channel::app::types::core::CommitSignature;

    #[test]
    fn a_certificate_is_sorted_and_counts_nobody_twice() {
        let sign = |key: u8, sig: u8| {
            CommitSignature::new(Address(PublicKey([key; 32])), Signature([sig; 64]))
        };
        let from = CommitCertificate {
            height: Height(4),
            round: round(Some(1)),
            value_id: Block(Hash([9; 32])),
            commit_signatures: vec![sign(3, 1), sign(1, 1), sign(3, 1), sign(2, 1)],
        };
        let certificate = certificate(&from).unwrap();
        let keys: Vec<_> = certificate.signatures.iter().map(|(k, _)| k.0[0]).collect();
        assert_eq!(keys, [1, 2, 3]);
        assert_eq!((certificate.height, certificate.round), (4, 1));

        let sent = decided_value(certificate.clone(), Arc::from([1u8, 2].as_slice()));
        assert_eq!(sent.value_bytes.as_ref(), [1, 2]);
        let back = super::certificate(&CommitCertificate {
            height: sent.certificate.height,
            round: sent.certificate.round,
            value_id: sent.certificate.value_id,
            commit_signatures: sent
                .certificate
                .commit_signatures
                .iter()
                .map(|s| CommitSignature::new(s.address, s.signature))
                .collect(),
        });
        assert_eq!(back, Some(certificate));
    }

    #[test]
    fn a_certificate_without_a_round_is_none() {
        let from = CommitCertificate {
            height: Height(4),
            round: round(None),
            value_id: Block(Hash([9; 32])),
            commit_signatures: vec![],
        };
        assert_eq!(certificate(&from), None);
    }
}
