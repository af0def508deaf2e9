//! The bytes that consensus messages are signed over.
//!
//! Every one is `length of tag (u8) ‖ tag ‖ genesis hash ‖ fields in borsh`, so that a signature
//! says for which purpose and for which chain it was given.

use allonge_contracts::{Hash, PublicKey};

/// The two votes of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VoteKind {
    /// First vote: this proposal is acceptable.
    Prevote,
    /// Second vote: a quorum found it acceptable; a quorum of these is a certificate.
    Precommit,
}

/// What a vote signs (`allonge/vote/1`). `block` is `None` for a vote for nil.
pub fn vote_sign_bytes(
    genesis: &Hash,
    kind: VoteKind,
    height: u64,
    round: u32,
    block: Option<Hash>,
) -> Vec<u8> {
    let mut bytes = start("allonge/vote/1", genesis, 1 + 8 + 4 + 33);
    bytes.push(match kind {
        VoteKind::Prevote => 1,
        VoteKind::Precommit => 2,
    });
    bytes.extend_from_slice(&height.to_le_bytes());
    bytes.extend_from_slice(&round.to_le_bytes());
    match block {
        None => bytes.push(0),
        Some(block) => {
            bytes.push(1);
            bytes.extend_from_slice(block.as_bytes());
        }
    }
    bytes
}

/// What a proposal signs (`allonge/proposal/1`). `valid_round` is the earlier round in which a
/// quorum had already prevoted the block, if there was one.
pub fn proposal_sign_bytes(
    genesis: &Hash,
    height: u64,
    round: u32,
    valid_round: Option<u32>,
    block: &Hash,
) -> Vec<u8> {
    let mut bytes = start("allonge/proposal/1", genesis, 8 + 4 + 5 + 32);
    push_proposal(&mut bytes, height, round, valid_round, block);
    bytes
}

/// What the head of a streamed block signs (`allonge/stream/1`): which proposal its parts belong
/// to and how many bytes they hold.
pub fn stream_sign_bytes(
    genesis: &Hash,
    height: u64,
    round: u32,
    valid_round: Option<u32>,
    block: &Hash,
    length: u32,
) -> Vec<u8> {
    let mut bytes = start("allonge/stream/1", genesis, 8 + 4 + 5 + 32 + 4);
    push_proposal(&mut bytes, height, round, valid_round, block);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes
}

/// What a validator signs to say which network peer it is (`allonge/peer/1`).
pub fn peer_sign_bytes(genesis: &Hash, validator: &PublicKey, peer_id: &[u8]) -> Vec<u8> {
    let mut bytes = start("allonge/peer/1", genesis, peer_id.len().saturating_add(32));
    bytes.extend_from_slice(validator.as_bytes());
    bytes.extend_from_slice(peer_id);
    bytes
}

fn start(tag: &str, genesis: &Hash, rest: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rest.saturating_add(tag.len()).saturating_add(33));
    bytes.push(tag.len() as u8);
    bytes.extend_from_slice(tag.as_bytes());
    bytes.extend_from_slice(genesis.as_bytes());
    bytes
}

fn push_proposal(
    bytes: &mut Vec<u8>,
    height: u64,
    round: u32,
    valid_round: Option<u32>,
    block: &Hash,
) {
    bytes.extend_from_slice(&height.to_le_bytes());
    bytes.extend_from_slice(&round.to_le_bytes());
    match valid_round {
        None => bytes.push(0),
        Some(valid_round) => {
            bytes.push(1);
            bytes.extend_from_slice(&valid_round.to_le_bytes());
        }
    }
    bytes.extend_from_slice(block.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const GENESIS: Hash = Hash([7; 32]);
    const BLOCK: Hash = Hash([9; 32]);

    #[test]
    fn a_precommit_is_laid_out_as_documented() {
        let bytes = vote_sign_bytes(&GENESIS, VoteKind::Precommit, 258, 3, Some(BLOCK));
        let mut expected = vec![14];
        expected.extend_from_slice(b"allonge/vote/1");
        expected.extend_from_slice(&[7; 32]);
        expected.extend_from_slice(&[2, 2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1]);
        expected.extend_from_slice(&[9; 32]);
        assert_eq!(bytes, expected);
    }

    #[test]
    fn every_field_and_every_purpose_changes_the_bytes() {
        let other = Hash([8; 32]);
        let key = PublicKey([1; 32]);
        let all = [
            vote_sign_bytes(&GENESIS, VoteKind::Precommit, 5, 1, Some(BLOCK)),
            vote_sign_bytes(&other, VoteKind::Precommit, 5, 1, Some(BLOCK)),
            vote_sign_bytes(&GENESIS, VoteKind::Prevote, 5, 1, Some(BLOCK)),
            vote_sign_bytes(&GENESIS, VoteKind::Precommit, 6, 1, Some(BLOCK)),
            vote_sign_bytes(&GENESIS, VoteKind::Precommit, 5, 2, Some(BLOCK)),
            vote_sign_bytes(&GENESIS, VoteKind::Precommit, 5, 1, Some(other)),
            vote_sign_bytes(&GENESIS, VoteKind::Precommit, 5, 1, None),
            proposal_sign_bytes(&GENESIS, 5, 1, None, &BLOCK),
            proposal_sign_bytes(&other, 5, 1, None, &BLOCK),
            proposal_sign_bytes(&GENESIS, 6, 1, None, &BLOCK),
            proposal_sign_bytes(&GENESIS, 5, 2, None, &BLOCK),
            proposal_sign_bytes(&GENESIS, 5, 1, Some(0), &BLOCK),
            proposal_sign_bytes(&GENESIS, 5, 1, None, &other),
            stream_sign_bytes(&GENESIS, 5, 1, None, &BLOCK, 10),
            stream_sign_bytes(&GENESIS, 5, 1, None, &BLOCK, 11),
            stream_sign_bytes(&GENESIS, 5, 1, Some(0), &BLOCK, 10),
            stream_sign_bytes(&other, 5, 1, None, &BLOCK, 10),
            peer_sign_bytes(&GENESIS, &key, b"peer"),
            peer_sign_bytes(&other, &key, b"peer"),
            peer_sign_bytes(&GENESIS, &key, b"other"),
        ];
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}
