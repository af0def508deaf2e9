//! What waits, for how long, and in which order it goes into blocks.

use crate::world::*;
use allonge_contracts::calls::{RotateKeys, Suspend};
use allonge_contracts::{Call, Code, Hash, Text};
use allonge_ledger::{Block, CheckedTransaction, Limits};
use allonge_node::handle::{Admitted, Source};
use allonge_node::machine::{MachineConfig, MempoolConfig, WaitingStatus};
use allonge_node::store::MemoryStore;

const NOW: u64 = GENESIS_MS + 10_000;

fn ids(bytes: &[u8]) -> Vec<Hash> {
    let genesis = genesis().hash();
    let block = Block::from_bytes(bytes).unwrap();
    let id = |bytes| *CheckedTransaction::certified(bytes, &genesis).unwrap().id();
    block.transactions.into_iter().map(id).collect()
}

fn with(mempool: MempoolConfig) -> Node {
    let genesis = genesis();
    let config = MachineConfig {
        mempool,
        ..Node::new(&genesis, 0).config
    };
    Node::boot(&genesis, config, MemoryStore::new(), NOW)
}

#[test]
fn transactions_go_in_by_arrival_and_are_final_once() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, 0);
    let all: Vec<_> = (0..10)
        .map(|salt| payment(&genesis, "core", salt))
        .collect();
    for one in all.iter().rev() {
        assert_eq!(node.submit(NOW, one), Ok(Admitted::Waiting));
        assert_eq!(node.submit(NOW, one), Ok(Admitted::AlreadyWaiting));
    }
    let expected: Vec<_> = all.iter().rev().map(|one| *one.id()).collect();
    assert_eq!(ids(&node.advance(NOW)), expected);
    assert_eq!(node.machine.waiting(), (0, 0));
    for one in &all {
        assert_eq!(node.submit(NOW, one), Ok(Admitted::AlreadyFinal));
        assert_eq!(
            node.machine.waiting_status(one.id()),
            WaitingStatus::Unknown
        );
    }
    assert!(ids(&node.advance(NOW)).is_empty());
}

#[test]
fn it_is_bounded_in_count_and_bytes_and_for_each_member() {
    let genesis = genesis();
    let core: Vec<_> = (0..20)
        .map(|salt| payment(&genesis, "core", salt))
        .collect();
    let size = core[0].bytes().len() as u64;
    let code = |refused: allonge_node::handle::Refused| {
        assert!(refused.retry_after_ms.is_some());
        assert!(!refused.detail.is_empty());
        refused.code
    };
    for bound in [
        MempoolConfig {
            count: 10,
            ..MempoolConfig::default()
        },
        MempoolConfig {
            bytes: 10 * size,
            ..MempoolConfig::default()
        },
    ] {
        let mut node = with(bound);
        for one in &core[..5] {
            node.submit(NOW, one).unwrap();
        }
        assert_eq!(
            node.submit(NOW, &core[5]).map_err(code),
            Err(Code::MemberShareFull)
        );
        let others: Vec<_> = (0..5)
            .map(|salt| payment(&genesis, "supplier", salt))
            .collect();
        for one in &others[..5] {
            node.submit(NOW, one).unwrap();
        }
        let bank = payment(&genesis, "bank", 1);
        assert_eq!(
            node.submit(NOW, &bank).map_err(code),
            Err(Code::MempoolFull)
        );
        // Room comes back with a block.
        node.advance(NOW);
        assert_eq!(node.machine.waiting(), (0, 0));
        node.submit(NOW, &bank).unwrap();
        node.submit(NOW, &core[5]).unwrap();
    }
}

#[test]
fn a_flood_of_one_member_does_not_keep_another_out_of_the_next_block() {
    let limits = Limits {
        block_bytes: 512 * 1024,
        ..Limits::default()
    };
    let genesis = genesis_with(4, limits, GENESIS_MS);
    let config = Node::new(&genesis, 0).config;
    let mut node = Node::boot(&genesis, config, MemoryStore::new(), NOW);
    for salt in 0..3_000 {
        node.submit(NOW, &payment(&genesis, "core", salt)).unwrap();
    }
    let late = payment(&genesis, "supplier", 1);
    node.submit(NOW, &late).unwrap();
    let block = Block::from_bytes(&node.advance(NOW)).unwrap();
    assert!(
        block.transactions.contains(late.bytes()),
        "it is in the first block"
    );
    assert!(block.transactions.len() > 1_000, "and the block is full");
    assert!(node.machine.waiting().0 > 0);
}

#[test]
fn what_expires_is_dropped_and_says_so() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, 0);
    let short = signed(&genesis, "core", 1, NOW + 1_000, transfer("supplier", 1));
    let long = signed(&genesis, "core", 2, NOW + 100_000, transfer("supplier", 1));
    let mut other = Node::new(&genesis, 1);
    for one in [&short, &long] {
        other.submit(NOW, one).unwrap();
    }
    // A block of the first node, in which neither stands, passes the end of the one.
    let bytes = node.advance(NOW + 2_000);
    let proposal = proposal(&genesis, &bytes);
    other.judge(NOW + 2_000, &proposal).unwrap();
    let certificate = node.records.decided(1).unwrap().unwrap().certificate;
    other.decide(NOW + 2_000, certificate).unwrap();
    assert_eq!(
        other.machine.waiting_status(short.id()),
        WaitingStatus::Dropped {
            code: Code::Expired,
            at_ms: NOW + 2_000
        }
    );
    assert_eq!(
        other.machine.waiting_status(long.id()),
        WaitingStatus::Waiting
    );
    assert_eq!(
        other.submit(NOW + 2_000, &short).unwrap_err().code,
        Code::Expired
    );
    // The builder finds it out by itself, whatever its clock said when it took it in.
    node.submit(NOW + 2_000, &long).unwrap();
    let bytes = node.advance(NOW + 200_000);
    assert!(ids(&bytes).is_empty());
    assert_eq!(
        node.machine.waiting_status(long.id()),
        WaitingStatus::Dropped {
            code: Code::Expired,
            at_ms: NOW + 200_000
        }
    );
}

#[test]
fn whoever_may_act_no_longer_is_dropped_when_the_block_commits() {
    let genesis = genesis();
    let until = NOW + 60_000;
    let rotate = Call::RotateKeys(RotateKeys {
        keys: vec![public(&key(77))],
        threshold: 1,
    });
    let suspend = Call::Suspend(Suspend {
        member: id("core"),
        reason: Text::default(),
    });
    for (actor, call, code) in [
        ("core", rotate, Code::UnknownKey),
        ("regulator", suspend, Code::MemberSuspended),
    ] {
        let mut node = Node::new(&genesis, 0);
        node.submit(NOW, &signed(&genesis, actor, 1, until, call))
            .unwrap();
        let (_, bytes) = node.build(NOW, node.own_round()).unwrap();
        // These come too late for the block, while nothing is wrong with them yet.
        let waiting = payment(&genesis, "core", 5);
        let other = payment(&genesis, "supplier", 5);
        node.submit(NOW, &waiting).unwrap();
        node.submit(NOW, &other).unwrap();
        let header = Block::from_bytes(&bytes).unwrap().header;
        let certificate = certificate(&genesis, 1, header.round, header.hash());
        node.decide(NOW, certificate).unwrap();
        assert_eq!(
            node.machine.waiting_status(waiting.id()),
            WaitingStatus::Dropped { code, at_ms: NOW }
        );
        assert_eq!(
            node.machine.waiting_status(other.id()),
            WaitingStatus::Waiting
        );
    }
}

#[test]
fn what_another_node_made_final_waits_no_longer() {
    let genesis = genesis();
    let (mut node, mut other) = (Node::new(&genesis, 0), Node::new(&genesis, 1));
    let one = payment(&genesis, "core", 1);
    node.submit(NOW, &one).unwrap();
    other.submit(NOW, &one).unwrap();
    let bytes = node.advance(NOW);
    other.judge(NOW, &proposal(&genesis, &bytes)).unwrap();
    let certificate = node.records.decided(1).unwrap().unwrap().certificate;
    other.decide(NOW, certificate).unwrap();
    assert_eq!(other.machine.waiting(), (0, 0));
    assert_eq!(
        other.machine.waiting_status(one.id()),
        WaitingStatus::Unknown
    );
    assert_eq!(other.submit(NOW, &one), Ok(Admitted::AlreadyFinal));
}

#[test]
fn reasons_are_remembered_of_the_last_ones_only() {
    let genesis = genesis();
    let mut node = with(MempoolConfig {
        dropped: 3,
        ..MempoolConfig::default()
    });
    let all: Vec<_> = (0..5)
        .map(|salt| signed(&genesis, "core", salt, NOW + 1_000, transfer("supplier", 1)))
        .collect();
    for one in &all {
        node.submit(NOW, one).unwrap();
    }
    node.advance(NOW + 2_000);
    let dropped = |one: &CheckedTransaction| {
        matches!(
            node.machine.waiting_status(one.id()),
            WaitingStatus::Dropped { .. }
        )
    };
    assert_eq!(
        all.iter().map(dropped).collect::<Vec<_>>(),
        [false, false, true, true, true]
    );
}

#[test]
fn admission_codes_are_given_with_their_values() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, 0);
    let call = || transfer("supplier", 1);
    for (one, code, shows) in [
        (
            signed(&genesis, "core", 1, NOW - 1, call()),
            Code::Expired,
            (NOW - 1).to_string(),
        ),
        (
            signed(&genesis, "core", 1, NOW + 86_400_001, call()),
            Code::TooFarAhead,
            (NOW + 86_400_001).to_string(),
        ),
        (
            signed_by(9, &genesis, "nobody", 1, NOW, call()),
            Code::UnknownMember,
            "nobody".into(),
        ),
        (
            signed_by(9, &genesis, "core", 1, NOW, call()),
            Code::UnknownKey,
            "core".into(),
        ),
    ] {
        let refused = node.submit(NOW, &one).unwrap_err();
        assert_eq!(refused.code, code);
        assert!(refused.detail.contains(&shows), "{}", refused.detail);
        assert_eq!(
            node.machine.waiting_status(one.id()),
            WaitingStatus::Unknown
        );
    }
    assert_eq!(node.gossiped, 0);
}

#[test]
fn signatures_of_what_waits_are_known_by_its_very_bytes() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, 0);
    let (one, other) = (payment(&genesis, "core", 1), payment(&genesis, "core", 2));
    let outcome = node.machine.submit(NOW, one.clone(), Source::Peer);
    node.settle(outcome).unwrap().unwrap();
    let known = node.machine.checked(&[one.leaf(), other.leaf(), *one.id()]);
    assert_eq!(
        known[0].as_ref().map(|known| known.bytes()),
        Some(one.bytes())
    );
    assert!(known[1].is_none() && known[2].is_none());
    node.advance(NOW);
    assert!(node.machine.checked(&[one.leaf()])[0].is_none());
}
