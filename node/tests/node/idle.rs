//! When the next height begins.

use crate::world::*;
use allonge_contracts::Call;
use allonge_contracts::calls::AdvanceClock;
use allonge_node::handle::Source;

const NOW: u64 = GENESIS_MS + 10_000;
const HEARTBEAT: u64 = 10_000;

/// A node that has just committed height 1 and holds the answer.
fn idle() -> Node {
    let mut node = Node::new(&genesis(), 0);
    node.advance(NOW);
    let step = node.machine.finalized(NOW, vec![]);
    assert_eq!(node.run(step).unwrap(), None);
    assert_eq!(node.machine.deadline_ms(), Some(NOW + HEARTBEAT));
    node
}

#[test]
fn the_heartbeat_starts_the_next_height() {
    let mut node = idle();
    let step = node.machine.tick(NOW + HEARTBEAT - 1);
    node.run(step).unwrap();
    assert!(node.started.is_empty());
    let step = node.machine.tick(NOW + HEARTBEAT);
    node.run(step).unwrap();
    assert_eq!(node.started[0].height, 2);
    assert_eq!(node.machine.deadline_ms(), None);
    // Given out once.
    let step = node.machine.tick(NOW + 2 * HEARTBEAT);
    node.run(step).unwrap();
    assert_eq!(node.started.len(), 1);
}

#[test]
fn a_clock_that_is_set_back_does_not_hold_the_chain_up() {
    let mut node = idle();
    let step = node.machine.tick(NOW - 3_600_000);
    node.run(step).unwrap();
    assert_eq!(node.started.len(), 1, "nobody knows how long it has been");
    // Nor is a peer's word from what is the future now believed until that future comes.
    let mut node = idle();
    let step = node.machine.peer_tip(NOW + 1, 1_000_000);
    node.run(step).unwrap();
    let step = node.machine.peer_tip(NOW - 3_600_000, 2);
    node.run(step).unwrap();
    assert_eq!(node.machine.best_peer_height(), 2);
}

#[test]
fn a_transaction_of_a_client_or_a_peer_wakes() {
    for from in [Source::Client, Source::Peer] {
        let mut node = idle();
        let one = payment(&genesis(), "core", 1);
        let outcome = node.machine.submit(NOW + 1, one, from);
        node.settle(outcome).unwrap().unwrap();
        assert_eq!(node.started.len(), 1);
        assert_eq!(node.gossiped, usize::from(from == Source::Client));
    }
}

#[test]
fn a_refused_transaction_does_not_wake() {
    let mut node = idle();
    let one = signed_by(
        99,
        &genesis(),
        "core",
        1,
        NOW + 60_000,
        transfer("supplier", 1),
    );
    assert!(node.submit(NOW + 1, &one).is_err());
    assert!(node.started.is_empty());
}

#[test]
fn a_proposal_for_the_next_height_wakes_and_is_judged() {
    let mut other = Node::new(&genesis(), 1);
    let mut node = idle();
    // The other node follows, and builds the next block.
    let bytes = node.records.block(1, &node.tip()).unwrap().unwrap();
    let mut synced = proposal(&genesis(), &bytes);
    synced.origin = allonge_node::consensus::Origin::Synced;
    other.judge(NOW, &synced).unwrap();
    let certificate = node.records.decided(1).unwrap().unwrap().certificate;
    other.decide(NOW, certificate).unwrap();
    let bytes = other.advance(NOW + 1);
    node.judge(NOW + 1, &proposal(&genesis(), &bytes)).unwrap();
    assert_eq!(node.started.len(), 1);
}

#[test]
fn work_that_is_there_already_is_not_waited_for() {
    let mut node = Node::new(&genesis(), 0);
    node.advance(NOW);
    node.submit(NOW, &payment(&genesis(), "core", 1)).unwrap();
    let step = node.machine.finalized(NOW, vec![]);
    assert_eq!(node.run(step).unwrap().map(|start| start.height), Some(2));
}

#[test]
fn a_peer_that_is_ahead_wakes_but_cannot_keep_the_chain_busy_for_ever() {
    let mut node = idle();
    let step = node.machine.peer_tip(NOW + 1, 1);
    node.run(step).unwrap();
    assert!(node.started.is_empty(), "it is not ahead");
    let step = node.machine.peer_tip(NOW + 1, 1_000_000);
    node.run(step).unwrap();
    assert_eq!(node.started.len(), 1);
    // It says so, yet no block comes from it; that an honest one was ahead for a moment changes nothing.
    let step = node.machine.peer_tip(NOW + 60_000, 2);
    node.run(step).unwrap();
    node.advance(NOW + 61_000);
    let step = node.machine.finalized(NOW + 61_002, vec![]);
    assert_eq!(node.run(step).unwrap(), None);
    let step = node.machine.peer_tip(NOW + 61_003, 3);
    node.run(step).unwrap();
    assert_eq!(node.started.len(), 2, "an honest one is believed again");
    assert_eq!(node.machine.best_peer_height(), 3);
}

#[test]
fn due_work_of_the_clock_is_not_waited_for() {
    let genesis = genesis();
    let mut node = Node::new(&genesis, 0);
    let call = Call::AdvanceClock(AdvanceClock {
        to: "2027-03-02".parse().unwrap(),
    });
    let one = signed(&genesis, "regulator", 1, NOW + 60_000, call);
    node.submit(NOW, &one).unwrap();
    node.advance(NOW);
    let mut blocks = 0;
    loop {
        let receipts = node
            .records
            .decided(node.height())
            .unwrap()
            .unwrap()
            .receipts;
        // What a transaction has made due by moving the clock is worked off in the next block.
        let pending = receipts.system.pending || node.height() == 1;
        let step = node.machine.finalized(NOW, vec![]);
        let start = node.run(step).unwrap();
        assert_eq!(start.is_some(), pending);
        if !pending {
            break;
        }
        node.advance(NOW);
        blocks += 1;
        assert!(blocks < 1_000);
    }
    assert!(blocks > 0);
}
