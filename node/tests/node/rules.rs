//! The rules of building, judging and deciding.

use crate::world::*;
use allonge_contracts::state::{Changes, StateFault};
use allonge_contracts::{Hash, PublicKey};
use allonge_ledger::{Block, LedgerState};
use allonge_node::consensus::{Judgement, Origin, Proposal, ProposedBlock};
use allonge_node::handle::Source;
use allonge_node::machine::{Effect, Fatal, Machine, Opened, Restart};
use allonge_node::store::Write;
use std::sync::Arc;

const NOW: u64 = GENESIS_MS + 10_000;

/// The number of the validator whose turn it is at a height and round.
fn proposer(height: u64, round: u32) -> usize {
    let key = genesis()
        .validator_set()
        .unwrap()
        .proposer(height, round)
        .key;
    validator_keys()
        .iter()
        .position(|one| public(one) == key)
        .unwrap()
}

fn verdict(judgement: Judgement) -> ProposedBlock {
    match judgement {
        Judgement::Verdict(verdict) => verdict,
        other => panic!("no verdict but {other:?}"),
    }
}

/// A block of height 1 and round 0 with a payment, and a node that has not seen it.
fn proposed() -> (Node, Arc<[u8]>) {
    let genesis = genesis();
    let mut builder = Node::new(&genesis, proposer(1, 0));
    builder.submit(NOW, &payment(&genesis, "core", 1)).unwrap();
    let (_, bytes) = builder.build(NOW, 0).unwrap();
    (Node::new(&genesis, proposer(1, 1)), bytes)
}

#[test]
fn the_same_block_whenever_asked_for_the_same_height_and_round() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, proposer(1, 0));
    node.submit(NOW, &payment(&genesis, "core", 1)).unwrap();
    let first = node.build(NOW, 0).unwrap();
    node.submit(NOW + 1_000, &payment(&genesis, "core", 2))
        .unwrap();
    assert_eq!(node.build(NOW + 2_000, 0).unwrap(), first);
    // After a crash the mempool is empty and the clock is elsewhere.
    node.restart(NOW + 3_000);
    assert_eq!(node.build(NOW + 4_000, 0).unwrap(), first);
    assert_eq!(node.machine.started_round(1, 0), vec![first.0.clone()]);
    // Another round of the same proposer is another block.
    let later = node.build(NOW + 5_000, 4).unwrap();
    assert_ne!(later.0.block, first.0.block);
    node.restart(NOW + 6_000);
    assert_eq!(node.build(NOW + 7_000, 4).unwrap(), later);
    assert_eq!(node.build(NOW + 7_000, 0).unwrap(), first);
}

#[test]
fn a_block_and_its_pointer_are_written_before_the_answer() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, proposer(1, 0));
    let step = node.machine.build(NOW, 1, 0).unwrap();
    let hash = step.answer.0.block;
    match step.effects.as_slice() {
        [Effect::Persist(writes)] => {
            assert!(matches!(writes.as_slice(), [
                Write::Block { height: 1, hash: body, .. },
                Write::Proposed(proposed),
                Write::Built { height: 1, round: 0, hash: built },
            ] if *body == hash && proposed.block == hash && *built == hash));
        }
        _ => panic!("one batch was expected"),
    }
}

#[test]
fn only_the_proposer_builds_and_only_the_next_height() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, proposer(1, 1));
    for (height, round) in [(1, 0), (2, 0), (0, 0)] {
        let error = fatal(node.machine.build(NOW, height, round));
        assert!(matches!(error, Fatal::Engine(_)), "{error}");
    }
    assert!(node.machine.build(NOW, 1, 1).is_ok());
}

#[test]
fn a_good_block_is_on_disk_before_the_verdict_and_survives_a_crash() {
    let (mut node, bytes) = proposed();
    let proposal = proposal(&genesis(), &bytes);
    let judged = verdict(node.judge(NOW, &proposal).unwrap());
    assert!(judged.valid);
    node.restart(NOW);
    assert_eq!(node.machine.started_round(1, 0), vec![judged.clone()]);
    assert_eq!(node.machine.block(&judged.block), Some(bytes));
    // The overlay is gone: deciding executes it again.
    let certificate = certificate(&genesis(), 1, 0, judged.block);
    node.decide(NOW, certificate).unwrap();
    assert_eq!(node.tip(), judged.block);
    assert_eq!(
        node.machine.block(&judged.block),
        None,
        "nothing undecided is left"
    );
    assert!(node.records.proposed(1).unwrap().is_empty());
    assert!(node.records.built(1).unwrap().is_empty());
}

#[test]
fn only_a_fresh_live_proposal_is_held_against_the_clock() {
    let genesis = genesis();
    for clock in [NOW - 60_000, NOW + 60_000] {
        let (mut node, bytes) = proposed();
        let fresh = proposal(&genesis, &bytes);
        assert_eq!(node.judge(clock, &fresh).unwrap(), Judgement::NotYet);
        assert!(node.machine.started_round(1, 0).is_empty());
        // As time passes, or as the clock is set right, the same proposal is good.
        assert!(verdict(node.judge(NOW + 1_000, &fresh).unwrap()).valid);
        // A block that was vouched for once is not held against the clock again.
        assert!(verdict(node.judge(clock, &fresh).unwrap()).valid);
        node.restart(clock);
        assert!(verdict(node.judge(clock, &fresh).unwrap()).valid);

        let changes: [fn(&mut Proposal); 3] = [
            |p| p.origin = Origin::Synced,
            |p| p.round = 1,
            |p| p.valid_round = Some(0),
        ];
        for change in changes {
            let (mut node, bytes) = proposed();
            let mut again = proposal(&genesis, &bytes);
            change(&mut again);
            assert!(verdict(node.judge(clock, &again).unwrap()).valid);
        }
    }
}

#[test]
fn a_block_at_its_parents_time_is_never_too_far_ahead() {
    let genesis = genesis();
    let mut ahead = Node::new(&genesis, proposer(1, 0));
    let first = ahead.advance(NOW + 60_000);
    let (block, round) = (Opened::new(first.clone()).unwrap().hash, 0);
    let mut node = Node::new(&genesis, proposer(2, 0));
    let mut synced = proposal(&genesis, &first);
    synced.origin = Origin::Synced;
    assert!(verdict(node.judge(NOW, &synced).unwrap()).valid);
    node.decide(NOW, certificate(&genesis, 1, round, block))
        .unwrap();
    // This node's clock is a minute behind the chain: its own block takes the parent's time,
    // and it vouches for others that do.
    let (_, bytes) = node.build(NOW, 0).unwrap();
    assert_eq!(
        Block::from_bytes(&bytes).unwrap().header.time_ms,
        NOW + 60_000
    );
    let mut other = Node::new(&genesis, proposer(2, 1));
    assert!(verdict(other.judge(NOW, &synced).unwrap()).valid);
    other
        .decide(NOW, certificate(&genesis, 1, round, block))
        .unwrap();
    assert!(verdict(other.judge(NOW, &proposal(&genesis, &bytes)).unwrap()).valid);
}

#[test]
fn every_wrong_header_field_is_invalid_and_is_not_kept() {
    let changes: [fn(&mut Block); 8] = [
        |block| block.header.state_root = Hash([1; 32]),
        |block| block.header.receipt_root = Hash([1; 32]),
        |block| block.header.recent_ids_root = Hash([1; 32]),
        |block| block.header.parent = Hash([1; 32]),
        |block| block.header.proposer = PublicKey([1; 32]),
        |block| block.header.genesis = Hash([1; 32]),
        |block| block.header.business_date = "2020-01-01".parse().unwrap(),
        |block| block.header.time_ms = GENESIS_MS - 1,
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let (mut node, bytes) = proposed();
        let bad = changed(&bytes, change);
        let mut bad = proposal(&genesis(), &bad);
        // Synced, so that time is no matter of the clock.
        bad.origin = Origin::Synced;
        let judged = verdict(node.judge(NOW, &bad).unwrap());
        assert!(!judged.valid, "change {i}");
        assert_eq!(node.records.block(1, &judged.block).unwrap(), None);
        assert!(verdict(node.judge(NOW, &proposal(&genesis(), &bytes)).unwrap()).valid);
    }
}

#[test]
fn a_block_for_a_later_round_than_its_proposal_is_invalid_there_only() {
    let genesis = genesis();
    let mut builder = Node::new(&genesis, proposer(1, 2));
    let (_, bytes) = builder.build(NOW, 2).unwrap();
    let mut node = Node::new(&genesis, proposer(1, 1));
    let mut early = proposal(&genesis, &bytes);
    early.round = 1;
    assert!(!verdict(node.judge(NOW, &early).unwrap()).valid);
    assert!(verdict(node.judge(NOW, &proposal(&genesis, &bytes)).unwrap()).valid);
}

#[test]
fn bytes_that_do_not_belong_to_the_header_say_nothing_about_the_block() {
    let (mut node, bytes) = proposed();
    let genesis = genesis();
    let other: Arc<[u8]> = payment(&genesis, "supplier", 7).bytes().clone();
    type Change = fn(&mut Block, Arc<[u8]>);
    let changes: [Change; 3] = [
        |block, other| block.transactions.push(other),
        |block, other| block.transactions[0] = other,
        |block, _| block.transactions.clear(),
    ];
    for change in changes {
        let mut wrong = proposal(&genesis, &bytes);
        wrong.bytes = changed(&bytes, |block| change(block, other.clone()));
        assert!(Opened::proposed(&wrong).unwrap_err().contains("root"));
    }
    for cut in 0..bytes.len() {
        assert!(Opened::new(Arc::from(&bytes[..cut])).is_err());
    }
    let mut wrong = proposal(&genesis, &bytes);
    wrong.block = Some(Hash([9; 32]));
    assert!(Opened::proposed(&wrong).unwrap_err().contains("announced"));
    let mut wrong = proposal(&genesis, &bytes);
    wrong.height = 2;
    assert!(Opened::proposed(&wrong).unwrap_err().contains("height"));
    assert!(verdict(node.judge(NOW, &proposal(&genesis, &bytes)).unwrap()).valid);
}

#[test]
fn a_wrongly_signed_transaction_makes_its_block_invalid() {
    let (mut node, bytes) = proposed();
    let genesis = genesis();
    let bad = changed(&bytes, |block| {
        let mut bytes = block.transactions[0].to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        block.transactions[0] = bytes.into();
        let leaf = allonge_ledger::transaction_leaf(&block.transactions[0]);
        block.header.transaction_root = allonge_ledger::merkle::root(&[leaf]);
    });
    assert!(!verdict(node.judge(NOW, &proposal(&genesis, &bad)).unwrap()).valid);
}

#[test]
fn other_heights_get_no_verdict() {
    let genesis = genesis();
    let mut builder = Node::new(&genesis, proposer(1, 0));
    let first = builder.advance(NOW);
    let second = builder.advance(NOW);
    let (mut node, _) = proposed();
    let second = proposal(&genesis, &second);
    assert_eq!(node.judge(NOW, &second).unwrap(), Judgement::NotYet);
    let judged = verdict(node.judge(NOW, &proposal(&genesis, &first)).unwrap());
    let certificate = certificate(&genesis, 1, 0, judged.block);
    node.decide(NOW, certificate).unwrap();
    assert!(verdict(node.judge(NOW, &second).unwrap()).valid);
    assert!(matches!(
        node.judge(NOW, &proposal(&genesis, &first)).unwrap(),
        Judgement::LocalError(_)
    ));
}

#[test]
fn a_decision_is_written_before_it_is_published_and_once_only() {
    let (mut node, bytes) = proposed();
    let judged = verdict(node.judge(NOW, &proposal(&genesis(), &bytes)).unwrap());
    let decision = certificate(&genesis(), 1, 0, judged.block);
    let step = node.try_decide(NOW, decision.clone()).unwrap();
    assert!(matches!(
        step.effects.as_slice(),
        [Effect::Persist(_), Effect::Publish(..)]
    ));
    node.run(step).unwrap();
    let again = node.try_decide(NOW, decision).unwrap();
    assert!(again.effects.is_empty());
    assert_eq!(node.height(), 1);
}

#[test]
fn decisions_that_cannot_be_followed_stop_the_node() {
    let genesis = genesis();
    let (mut node, bytes) = proposed();
    let judged = verdict(node.judge(NOW, &proposal(&genesis, &bytes)).unwrap());
    // A gap, and a block that nobody sent.
    for (height, block) in [(2, judged.block), (1, Hash([3; 32]))] {
        let (mut node, _) = proposed();
        let error = fatal(node.try_decide(NOW, certificate(&genesis, height, 0, block)));
        assert!(matches!(error, Fatal::Decision { .. }), "{error}");
    }
    // A fork.
    node.decide(NOW, certificate(&genesis, 1, 0, judged.block))
        .unwrap();
    let error = fatal(node.try_decide(NOW, certificate(&genesis, 1, 0, Hash([3; 32]))));
    assert!(matches!(error, Fatal::Decision { .. }), "{error}");
    // A certified block with another root than this node's.
    let (mut node, _) = proposed();
    let wrong = changed(&bytes, |block| block.header.state_root = Hash([1; 32]));
    let hash = Opened::new(wrong.clone()).unwrap().hash;
    node.records
        .write(&[Write::Block {
            height: 1,
            hash,
            bytes: wrong.clone(),
        }])
        .unwrap();
    let error = fatal(node.try_decide(NOW, certificate(&genesis, 1, 0, hash)));
    assert!(error.to_string().contains("state_root"), "{error}");
    // The same, after it had been judged.
    let (mut node, _) = proposed();
    assert!(!verdict(node.judge(NOW, &proposal(&genesis, &wrong)).unwrap()).valid);
    let error = fatal(node.try_decide(NOW, certificate(&genesis, 1, 0, hash)));
    assert!(matches!(error, Fatal::Decision { .. }), "{error}");
}

#[test]
fn a_damaged_state_stops_the_node_and_blames_nobody() {
    let genesis = genesis();
    let mut state = LedgerState::genesis(genesis.clone()).unwrap();
    // Every record is overwritten by one that no rule could have written.
    let junk: Changes = state
        .trie
        .iter()
        .map(|(key, _)| (key.to_vec(), Some(Arc::from([0xff_u8].as_slice()))))
        .collect();
    state.trie = state.trie.apply(&junk).unwrap();
    let config = Node::new(&genesis, proposer(1, 0)).config;
    let mut machine = Machine::start(config, NOW, Restart::fresh(state));
    let is_fault = |fatal: Fatal| matches!(fatal, Fatal::Fault(StateFault { .. }));
    let one = payment(&genesis, "core", 1);
    assert!(is_fault(fatal(machine.submit(NOW, one, Source::Client))));
    assert!(is_fault(fatal(machine.build(NOW, 1, 0))));
    let (_, bytes) = proposed();
    let proposal = proposal(&genesis, &bytes);
    assert!(is_fault(fatal(machine.judge(
        NOW,
        &proposal,
        received(&genesis, &proposal)
    ))));
}

#[test]
fn blocks_beyond_what_memory_holds_can_still_be_decided() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, proposer(1, 0));
    let first = node.build(NOW, 0).unwrap();
    let others: Vec<_> = (1..=20u32)
        .map(|turn| node.build(NOW + u64::from(turn), 4 * turn).unwrap())
        .collect();
    assert_eq!(node.machine.block(&first.0.block), None);
    assert_eq!(node.build(NOW, 0).unwrap(), first);
    assert_eq!(node.machine.started_round(1, 0).len(), 21);
    node.decide(NOW, certificate(&genesis, 1, 0, first.0.block))
        .unwrap();
    assert_eq!(node.tip(), first.0.block);
    for (other, _) in others {
        assert_eq!(
            node.records.block(1, &other.block).unwrap(),
            None,
            "losers are removed"
        );
    }
}
