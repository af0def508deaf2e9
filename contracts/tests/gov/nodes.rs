//! Validators, observers and the protocol: what changes, from which height on, and in which steps.

use crate::*;
use allonge_contracts::events::ValidatorsChanged;
use allonge_contracts::nodes::read as listed;

fn names(w: &World) -> Vec<String> {
    let nodes = listed::nodes(&w.memory).unwrap();
    nodes.iter().map(|node| node.name.to_string()).collect()
}

fn powers(w: &World, height: u64) -> Vec<u64> {
    let mut nodes: Vec<(u8, u64)> = listed::voters_at(&w.memory, height)
        .unwrap()
        .into_iter()
        .map(|(key, power)| ((1..=90).find(|seed| real_key(*seed) == key).unwrap(), power))
        .collect();
    nodes.sort_unstable();
    nodes.into_iter().map(|(_, power)| power).collect()
}

fn add(seed: u8, power: u64) -> AddValidator {
    let new = node(seed, power);
    AddValidator {
        name: new.name,
        member: Some(member("bank-a")),
        consensus_key: real_key(seed),
        peer_key: new.peer_key,
        consensus_address: new.consensus_address,
        gossip_address: new.gossip_address,
        power,
        height: 0,
    }
}

fn weigh(seed: u8, power: u64) -> WeighValidator {
    WeighValidator {
        name: node(seed, 1).name,
        power,
        height: 0,
    }
}

fn remove(seed: u8) -> RemoveValidator {
    RemoveValidator {
        name: node(seed, 1).name,
        height: 0,
    }
}

/// A change under the development policy, which the regulator makes alone.
#[track_caller]
fn done(w: &mut World, action: impl Into<Action>) {
    let proposal = w.proposed("regulator", propose(vec![action.into()]));
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
}

#[track_caller]
fn code(w: &mut World, action: impl Into<Action>) -> Code {
    w.refused("regulator", propose(vec![action.into()]))
}

fn alone() -> World {
    world_of(Policy::default(), 1)
}

#[test]
fn a_validator_connects_at_once_and_votes_two_heights_later() {
    let mut w = alone();
    let height = w.height;
    done(&mut w, add(5, 10));
    assert_eq!(
        names(&w),
        ["node-1", "node-2", "node-3", "node-4", "node-5"]
    );
    assert_eq!(powers(&w, height + 1), [10, 10, 10, 10]);
    assert_eq!(powers(&w, height + 2), [10, 10, 10, 10, 10]);
    assert_eq!(w.next_block(), vec![]);
    assert_eq!(powers(&w, height + 1), [10, 10, 10, 10]);
    let events = w.next_block();
    let changed = ValidatorsChanged {
        validators: 5,
        power: 50,
    };
    assert_eq!(events, vec![changed.into()]);
    assert_eq!(powers(&w, w.height), [10, 10, 10, 10, 10]);
    let changes = listed::set_changes(&w.memory).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].0, height + 2);
    assert_eq!(
        changes[0].1,
        listed::voters_at(&w.memory, w.height).unwrap()
    );
    // It can also be set for a later height, but not for one far off.
    let later = w.height + 10;
    done(
        &mut w,
        WeighValidator {
            height: later,
            ..weigh(5, 12)
        },
    );
    assert_eq!(powers(&w, later - 1)[4], 10);
    assert_eq!(powers(&w, later)[4], 12);
    let far = RemoveObserver {
        name: "nobody".parse().unwrap(),
    };
    assert_eq!(code(&mut w, far), Code::NoSuchNode);
}

#[test]
fn one_change_waits_at_a_time() {
    let mut w = alone();
    done(&mut w, weigh(1, 12));
    assert_eq!(code(&mut w, weigh(2, 12)), Code::ChangePending);
    let moved = MoveNode {
        name: "node-1".parse().unwrap(),
        peer_key: None,
        consensus_address: Some("10.0.0.9:1".parse().unwrap()),
        gossip_address: None,
    };
    assert_eq!(code(&mut w, moved.clone()), Code::ChangePending);
    let other = MoveNode {
        name: "node-2".parse().unwrap(),
        ..moved
    };
    done(&mut w, other);
    w.next_block();
    assert_eq!(code(&mut w, weigh(2, 12)), Code::ChangePending);
    w.next_block();
    done(&mut w, weigh(2, 12));
    let two = vec![weigh(3, 11).into(), weigh(4, 11).into()];
    assert_eq!(w.refused("regulator", propose(two)), Code::InvalidArgument);
}

#[test]
fn a_change_touches_less_than_a_third_of_the_power() {
    let mut w = alone();
    // 20 of 60 and 14 of 54 are a third and more; 19 of 59 is less.
    assert_eq!(code(&mut w, add(5, 20)), Code::ChangeTooLarge);
    assert_eq!(code(&mut w, weigh(1, 30)), Code::ChangeTooLarge);
    done(&mut w, add(5, 19));
    w.next_block();
    w.next_block();
    // 59 in all: 19 may go, then of 40 each 10; but of 30 none of 10.
    done(&mut w, remove(5));
    w.next_block();
    w.next_block();
    assert_eq!(names(&w).len(), 4);
    done(&mut w, remove(4));
    assert_eq!(names(&w).len(), 4, "it may connect until it has left");
    w.next_block();
    w.next_block();
    assert_eq!(names(&w).len(), 3);
    assert_eq!(code(&mut w, remove(3)), Code::ChangeTooLarge);
    assert_eq!(
        code(
            &mut w,
            RekeyValidator {
                name: "node-3".parse().unwrap(),
                consensus_key: real_key(80),
                height: 0
            }
        ),
        Code::ChangeTooLarge
    );
    done(&mut w, weigh(3, 1));
    w.next_block();
    w.next_block();
    done(&mut w, remove(3));
    w.next_block();
    w.next_block();
    assert_eq!(powers(&w, w.height), [10, 10]);
}

#[test]
fn the_last_validator_stays() {
    let rules = rules_of(Policy::default(), 1);
    let mut w = World::with_nodes(&rules, "2027-01-05", &[node(1, 10)]);
    assert_eq!(code(&mut w, remove(1)), Code::ChangeTooLarge);
    done(&mut w, add(2, 4));
    w.next_block();
    w.next_block();
    assert_eq!(powers(&w, w.height), [10, 4]);
}

#[test]
fn a_validator_gets_another_key() {
    let mut w = alone();
    let rekey = |seed| RekeyValidator {
        name: "node-1".parse().unwrap(),
        consensus_key: real_key(seed),
        height: 0,
    };
    for known in [1, 2] {
        assert_eq!(code(&mut w, rekey(known)), Code::NodeKnown);
    }
    done(&mut w, rekey(80));
    let height = w.height;
    let keys = |w: &World, height| -> Vec<PublicKey> {
        let voters = listed::voters_at(&w.memory, height).unwrap();
        voters.into_iter().map(|(key, _)| key).collect()
    };
    assert!(keys(&w, height + 1).contains(&real_key(1)));
    assert!(!keys(&w, height + 2).contains(&real_key(1)));
    assert!(keys(&w, height + 2).contains(&real_key(80)));
    w.next_block();
    w.next_block();
    let nodes = listed::nodes(&w.memory).unwrap();
    assert_eq!(nodes[0].consensus_key, Some(real_key(80)));
    assert_eq!(nodes[0].peer_key, node(1, 1).peer_key);
}

#[test]
fn observers_come_and_go_at_once() {
    let mut w = alone();
    let archive = AddObserver {
        name: "archive".parse().unwrap(),
        member: Some(member("bank-b")),
        peer_key: real_key(9),
        consensus_address: Default::default(),
        gossip_address: Default::default(),
    };
    done(&mut w, archive.clone());
    let mut watch = AddObserver {
        name: "watch".parse().unwrap(),
        ..archive.clone()
    };
    assert_eq!(code(&mut w, watch.clone()), Code::NodeKnown);
    watch.peer_key = real_key(10);
    done(&mut w, watch);
    assert_eq!(names(&w)[0], "archive");
    assert_eq!(names(&w).len(), 6);
    assert_eq!(powers(&w, w.height + 2), [10, 10, 10, 10]);
    let gone = RemoveObserver {
        name: "archive".parse().unwrap(),
    };
    done(&mut w, gone.clone());
    assert_eq!(code(&mut w, gone), Code::NoSuchNode);
    for (mut same, field) in [
        (add(7, 5), "name"),
        (add(7, 5), "peer_key"),
        (add(7, 5), "key"),
    ] {
        match field {
            "name" => same.name = "watch".parse().unwrap(),
            "peer_key" => same.peer_key = real_key(10),
            _ => same.consensus_key = real_key(3),
        }
        assert_eq!(code(&mut w, same), Code::NodeKnown, "{field}");
    }
    assert_eq!(
        code(
            &mut w,
            RemoveValidator {
                name: "watch".parse().unwrap(),
                height: 0
            }
        ),
        Code::NoSuchNode
    );
    let validator = RemoveObserver {
        name: "node-1".parse().unwrap(),
    };
    assert_eq!(code(&mut w, validator), Code::NoSuchNode);
}

#[test]
fn a_node_moves_at_once_and_to_no_place_of_another() {
    let mut w = alone();
    let moved = |peer: u8, consensus: &str, gossip: &str| MoveNode {
        name: "node-1".parse().unwrap(),
        peer_key: Some(real_key(peer)),
        consensus_address: Some(consensus.parse().unwrap()),
        gossip_address: Some(gossip.parse().unwrap()),
    };
    for other in [
        moved(102, "10.0.0.1:1", "10.0.0.1:2"),
        moved(101, "10.0.0.2:1", "10.0.0.1:2"),
        moved(101, "10.0.0.1:1", "10.0.0.2:2"),
        moved(101, "10.0.0.1:1", "10.0.0.1:2"),
    ] {
        assert_eq!(code(&mut w, other), Code::NodeKnown);
    }
    done(&mut w, moved(70, "10.0.0.1:3", "10.0.0.1:2"));
    let nodes = listed::nodes(&w.memory).unwrap();
    assert_eq!(nodes[0].peer_key, real_key(70));
    assert_eq!(nodes[0].consensus_address.as_str(), "10.0.0.1:3");
}

#[test]
fn at_most_so_many_observers_and_so_much_power() {
    let mut w = World {
        checked: false,
        ..alone()
    };
    for n in 0..128 {
        let observer = AddObserver {
            name: format!("observer-{n}").parse().unwrap(),
            member: None,
            peer_key: real_key(110 + n),
            consensus_address: Default::default(),
            gossip_address: Default::default(),
        };
        done(&mut w, observer);
    }
    let more = AddObserver {
        name: "observer-x".parse().unwrap(),
        member: None,
        peer_key: real_key(99),
        consensus_address: Default::default(),
        gossip_address: Default::default(),
    };
    assert_eq!(code(&mut w, more), Code::InvalidArgument);
    w.sound();
    let most = allonge_contracts::nodes::MAX_TOTAL_POWER;
    let rules = rules_of(Policy::default(), 1);
    let nodes = [node(1, most - 5), node(2, 5)];
    let mut w = World::with_nodes(&rules, "2027-01-05", &nodes);
    assert_eq!(code(&mut w, weigh(2, 6)), Code::InvalidArgument);
    done(&mut w, weigh(2, 4));
}

#[test]
fn the_next_protocol_holds_from_its_height_on() {
    let mut w = alone();
    let activate = |version, height| ActivateProtocol { version, height };
    for version in [0, 1, 3] {
        assert_eq!(code(&mut w, activate(version, 0)), Code::VersionWrong);
    }
    let far = w.height + MAX_HEIGHT_AHEAD + 1;
    assert_eq!(code(&mut w, activate(2, far)), Code::HeightWrong);
    let height = w.height + 4;
    done(&mut w, activate(2, height));
    assert_eq!(code(&mut w, activate(2, 0)), Code::ChangePending);
    let protocol = |w: &World| read::protocol(&w.memory).unwrap();
    assert_eq!(protocol(&w).at(height - 1), 1);
    assert_eq!(protocol(&w).at(height), 2);
    for _ in 0..3 {
        assert_eq!(w.next_block(), vec![]);
        assert_eq!(protocol(&w).version, 1);
    }
    let events = w.next_block();
    assert_eq!(events[0].name(), "protocol.activated");
    assert_eq!(protocol(&w).version, 2);
    assert_eq!(protocol(&w).scheduled, None);
    // The next one too, which these rules do not know: whoever runs them stops there.
    done(&mut w, activate(3, 0));
    assert_eq!(protocol(&w).at(w.height + 2), 3);
}

#[test]
fn the_members_that_run_validators_may_be_the_ones_to_approve() {
    let policy = Policy {
        validators: Rule {
            roles: vec![],
            operators: true,
            parties: false,
            need: Need::Share { parts: 2, of: 3 },
            with: vec![],
        },
        ..Policy::default()
    };
    let run_by = [Some("bank-a"), Some("bank-b"), Some("core"), None];
    let nodes: Vec<Node> = (1..=4)
        .zip(run_by)
        .map(|(seed, by)| Node {
            member: by.map(member),
            ..node(seed, 10)
        })
        .collect();
    let mut w = World::with_nodes(&rules_of(policy, 1), "2027-01-05", &nodes);
    w.checked = true;
    assert_eq!(
        w.refused("regulator", propose(vec![weigh(1, 11).into()])),
        Code::NotEntitled
    );
    let proposal = w.proposed("core", propose(vec![weigh(1, 11).into()]));
    assert_eq!(w.status(proposal), ProposalStatus::Open);
    w.approved("bank-b", proposal);
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
}
