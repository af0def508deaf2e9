//! What governance changes of the chain itself: who votes from which height on, and by which protocol.

mod common;

use allonge_contracts::calls::ProposeChange;
use allonge_contracts::gov::{Action, ActivateProtocol, RekeyValidator, WeighValidator};
use allonge_ledger::{
    Certificate, ExecutedBlock, LedgerState, PROTOCOL_VERSION, ProofFile, VerifyError, VoteKind,
    verify, vote_sign_bytes,
};
use common::*;
use ed25519_dalek::{Signer, SigningKey};
use std::sync::Arc;

/// Decided by the regulator alone, in the next block; its height.
fn decide(chain: &mut Chain, action: impl Into<Action>) -> u64 {
    let call = ProposeChange {
        actions: vec![action.into()],
        deadline: "2027-01-08".parse().unwrap(),
        from: None,
        reason: Default::default(),
        order: Default::default(),
    };
    let transaction = chain.tx("regulator", vec![call.into()]);
    let block = chain.append(&[transaction]);
    let outcome = &block.receipts.transactions[0].outcome;
    assert!(
        matches!(outcome, allonge_contracts::Outcome::Accepted(_)),
        "{outcome:?}"
    );
    chain.state.height()
}

fn weigh(power: u64, height: u64) -> WeighValidator {
    WeighValidator {
        name: "node-0".parse().unwrap(),
        power,
        height,
    }
}

fn signed_by(chain: &Chain, block: &ExecutedBlock, keys: &[SigningKey]) -> Certificate {
    let header = &block.header;
    let bytes = vote_sign_bytes(
        &chain.state.genesis_hash,
        VoteKind::Precommit,
        header.height,
        header.round,
        Some(block.hash),
    );
    let mut signatures: Vec<_> = keys
        .iter()
        .map(|key| {
            let signature = key.sign(&bytes).to_bytes();
            (public(key), allonge_contracts::Signature(signature))
        })
        .collect();
    signatures.sort_by_key(|(key, _)| *key);
    Certificate {
        height: header.height,
        round: header.round,
        block: block.hash,
        signatures,
    }
}

#[test]
fn the_header_names_other_validators_two_heights_after_they_were_decided() {
    let mut chain = Chain::new();
    let old = chain.state.validators.hash();
    let decided = decide(&mut chain, weigh(2, 0));
    for _ in 0..3 {
        chain.append(&[]);
    }
    let header = |height: u64| chain.blocks[height as usize - 1].0.header.clone();
    assert_eq!(header(decided).next_validators, old);
    assert_eq!(header(decided + 1).validators, old);
    let new = header(decided + 1).next_validators;
    assert_ne!(new, old);
    assert_eq!(header(decided + 2).validators, new);
    assert_eq!(header(decided + 2).next_validators, new);
    assert_eq!(chain.state.validators.hash(), new);
    assert_eq!(chain.state.validators.total_power(), 5);
    let changes = chain.state.set_changes().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].0, decided + 2);
    assert_eq!(changes[0].1, chain.state.validators.validators());
}

#[test]
fn everybody_comes_to_the_same_set_and_a_checkpoint_goes_on_with_it() {
    let mut chain = Chain::new();
    let height = chain.state.height() + 5;
    decide(&mut chain, weigh(2, height));
    for _ in 0..6 {
        chain.append(&[]);
    }
    let mut state = LedgerState::genesis(genesis()).unwrap();
    for (block, certificate) in &chain.blocks {
        certificate
            .verify(&state.genesis_hash, &state.validators)
            .unwrap();
        let received = receive(&state, &block.block()).unwrap();
        assert_eq!(received.hash, block.hash);
        let after = received.state;
        let restored = LedgerState::restore(
            after.genesis.clone(),
            after.header.clone().unwrap(),
            after.trie.clone(),
            after.recent.clone(),
            Arc::new((*after.validators).clone()),
        );
        state = restored.unwrap();
    }
    assert_eq!(state.validators.total_power(), 5);
    assert_eq!(chain.blocks[4].0.header.height, height);
    assert_eq!(chain.blocks[4].0.header.validators, state.validators.hash());
    assert_ne!(chain.blocks[3].0.header.validators, state.validators.hash());
}

#[test]
fn after_a_change_of_keys_only_the_new_set_makes_blocks_final_and_proofs_bring_it_along() {
    let mut chain = Chain::new();
    let keys = validator_keys();
    let spare = key("spare");
    let rekey = RekeyValidator {
        name: "node-0".parse().unwrap(),
        consensus_key: public(&spare),
        height: 0,
    };
    decide(&mut chain, rekey);
    chain.append(&[]);
    let (block, _) = chain.build(&[]);
    let validators = chain.state.validators.clone();
    let old = signed_by(
        &chain,
        &block,
        &[keys[0].clone(), keys[1].clone(), keys[3].clone()],
    );
    let new = signed_by(&chain, &block, &[spare, keys[1].clone(), keys[3].clone()]);
    let genesis_hash = chain.state.genesis_hash;
    assert!(old.verify(&genesis_hash, &validators).is_err());
    new.verify(&genesis_hash, &validators).unwrap();
    chain.state = block.state.clone();
    chain.blocks.push((block, new.clone()));
    let member = id("t-0");
    let proof = |changes| ProofFile::member(&chain.state, &member, new.clone(), changes).unwrap();
    let verified = verify(&genesis(), &proof(chain.set_changes())).unwrap();
    assert_eq!(verified.height, 3);
    assert!(matches!(
        verify(&genesis(), &proof(vec![])),
        Err(VerifyError::Chain { .. })
    ));
}

#[test]
fn a_block_says_by_which_protocol_it_is_made_and_an_unknown_one_is_never_made() {
    let mut chain = Chain::new();
    let activate = |version, height| ActivateProtocol { version, height };
    let decided = decide(&mut chain, activate(2, 0));
    chain.append(&[]);
    chain.append(&[]);
    let protocols: Vec<u32> = chain
        .blocks
        .iter()
        .map(|(block, _)| block.header.protocol)
        .collect();
    assert_eq!(decided, 1);
    assert_eq!(protocols, [1, 1, 2]);
    let mut header = (*chain.blocks[2].0.header).clone();
    header.protocol = 1;
    let before = chain.blocks[1].0.state.clone();
    let error = before.execute(&header, vec![]).err().unwrap().to_string();
    assert_eq!(error, "the header's protocol is 1, it must be 2");
    decide(&mut chain, activate(PROTOCOL_VERSION + 1, 7));
    chain.append(&[]);
    assert_eq!(chain.state.next_protocol().unwrap(), Ok(2));
    chain.append(&[]);
    let unknown = chain.state.next_protocol().unwrap().unwrap_err();
    assert_eq!((unknown.height, unknown.version, unknown.known), (7, 3, 2));
    assert_eq!(
        unknown.to_string(),
        "block 7 is made by version 3 of the protocol, and this program knows versions up to 2: \
         install a later version of allonge and start the node again"
    );
    let error = chain.state.build(chain.slot(), &[]).err().unwrap();
    assert!(error.to_string().contains("version 3"), "{error}");
}
