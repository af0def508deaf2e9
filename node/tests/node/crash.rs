//! A node that crashes between any two effects takes up where its disk left off, and agrees with the others.

use crate::world::*;
use allonge_contracts::Hash;
use allonge_node::consensus::{Judgement, Proposal};
use allonge_node::machine::MachineConfig;
use allonge_node::store::MemoryStore;

const NOW: u64 = GENESIS_MS + 10_000;
const HEIGHTS: u64 = 5;

/// What came of a run: each node's tip and root, the effects of the victim's inputs, and whether it crashed.
struct Run {
    ends: Vec<(u64, Hash, Hash)>,
    effects: Vec<usize>,
    crashed: bool,
}

/// Does something until it is not cut off by a crash.
fn again<T>(
    node: &mut Node,
    now: u64,
    crashed: &mut bool,
    mut act: impl FnMut(&mut Node) -> Result<T, Crashed>,
) -> T {
    loop {
        match act(node) {
            Ok(answer) => return answer,
            Err(Crashed) => {
                *crashed = true;
                node.restart(now);
            }
        }
    }
}

/// Four nodes agree on a few heights with payments; the victim crashes at a point of its inputs.
fn run(victim: usize, crash: Option<CrashPoint>) -> Run {
    let genesis = genesis();
    let mut nodes: Vec<Node> = (0..4)
        .map(|i| {
            let config = MachineConfig {
                checkpoint_blocks: 2,
                ..Node::new(&genesis, i).config
            };
            Node::boot(&genesis, config, MemoryStore::new(), NOW)
        })
        .collect();
    nodes[victim].crash = crash;
    let mut crashed = false;
    for height in 1..=HEIGHTS {
        let now = NOW + height * 1_000;
        for salt in 0..2 {
            let one = payment(&genesis, "core", 10 * height as u32 + salt);
            for node in &mut nodes {
                again(node, now, &mut crashed, |node| {
                    let from = allonge_node::handle::Source::Client;
                    let outcome = node.machine.submit(now, one.clone(), from);
                    node.settle(outcome)
                })
                .unwrap();
            }
        }
        let leader = (0..4).find(|i| nodes[*i].own_round() == 0).unwrap();
        let (proposed, bytes) = again(&mut nodes[leader], now, &mut crashed, |node| {
            let pointer = node.records.built(height).unwrap();
            let (proposed, bytes) = node.build(now, 0)?;
            if let [(0, before)] = pointer.as_slice() {
                assert_eq!(proposed.block, *before, "two blocks for one round");
            }
            Ok((proposed, bytes))
        });
        let proposal: Proposal = proposal(&genesis, &bytes);
        for (i, node) in nodes.iter_mut().enumerate() {
            if i != leader {
                let judgement = again(node, now, &mut crashed, |node| node.judge(now, &proposal));
                assert!(matches!(judgement, Judgement::Verdict(verdict) if verdict.valid));
            }
            // What was vouched for is reported when the round starts anew.
            assert!(
                node.machine
                    .started_round(height, 0)
                    .iter()
                    .any(|p| p.block == proposed.block)
            );
        }
        let certificate = certificate(&genesis, height, 0, proposed.block);
        for node in &mut nodes {
            again(node, now, &mut crashed, |node| {
                node.decide(now, certificate.clone())
            });
            again(node, now, &mut crashed, |node| {
                let step = node.machine.finalized(now, vec![]);
                node.run(step)
            });
            assert_eq!((node.height(), node.tip()), (height, proposed.block));
        }
    }
    let effects = nodes[victim].effects.clone();
    let mut ends = Vec::new();
    for node in &mut nodes {
        ends.push((node.height(), node.tip(), node.root()));
        // And the disk leads to the same place.
        node.restart(NOW);
        ends.push((node.height(), node.tip(), node.root()));
    }
    Run {
        ends,
        effects,
        crashed,
    }
}

#[test]
fn a_crash_between_any_two_effects_loses_nothing() {
    let whole = run(0, None);
    assert!(!whole.crashed);
    let mut points = 0;
    for victim in 0..4 {
        let effects = run(victim, None).effects;
        for (input, count) in effects.into_iter().enumerate() {
            for done in 0..=count {
                let point = CrashPoint {
                    input,
                    effects: done,
                };
                let run = run(victim, Some(point));
                assert!(run.crashed, "node {victim} did not crash at {point:?}");
                let first = run.ends[0];
                assert_eq!(first.0, HEIGHTS);
                assert!(
                    run.ends.iter().all(|end| *end == first),
                    "node {victim} at {point:?}: {:?}",
                    run.ends
                );
                points += 1;
            }
        }
    }
    assert!(points > 150, "only {points} points");
}
