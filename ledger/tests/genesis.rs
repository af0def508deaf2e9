//! What a genesis may not say.

mod common;

use allonge_contracts::nodes::NodeKind;
use allonge_ledger::{Genesis, GenesisObserver, LedgerState};
use common::*;

#[test]
fn a_genesis_that_breaks_a_rule_is_refused_with_the_value() {
    type Row = (&'static str, fn(&mut Genesis), &'static str);
    let rows: [Row; 24] = [
        (
            "version",
            |g| g.version = 2,
            "version is 2, this program reads version 1",
        ),
        (
            "no life",
            |g| g.limits.transaction_life_ms = 0,
            "limits.transaction_life_ms is 0, it must be 1000 to 2678400000",
        ),
        (
            "long life",
            |g| g.limits.transaction_life_ms = u64::MAX,
            "limits.transaction_life_ms",
        ),
        (
            "small blocks",
            |g| g.limits.block_bytes = 524_287,
            "limits.block_bytes is 524287, it must be 524288 to 4194304",
        ),
        (
            "large blocks",
            |g| g.limits.block_bytes = 4_194_305,
            "limits.block_bytes",
        ),
        ("no work", |g| g.limits.block_work = 1, "limits.block_work"),
        (
            "endless work",
            |g| g.limits.block_work = u64::MAX,
            "limits.block_work",
        ),
        (
            "idle transactions",
            |g| g.limits.transaction_work = 0,
            "limits.transaction_work",
        ),
        (
            "a transaction over half a block",
            |g| g.limits.transaction_work = 50_001,
            "limits.transaction_work is 50001, it must be 1 to 50000",
        ),
        (
            "no share",
            |g| g.limits.member_share_percent = 0,
            "limits.member_share_percent",
        ),
        (
            "more than all",
            |g| g.limits.member_share_percent = 101,
            "limits.member_share_percent",
        ),
        (
            "no validators",
            |g| g.validators.clear(),
            "at least one validator",
        ),
        (
            "unsorted validators",
            |g| g.validators.swap(1, 2),
            "validators are sorted by key",
        ),
        (
            "a validator twice",
            |g| g.validators[1].key = g.validators[0].key,
            "validators are sorted by key",
        ),
        ("no power", |g| g.validators[2].power = 0, "power 0"),
        (
            "a peer twice",
            |g| g.validators[1].peer = g.validators[0].peer,
            "two nodes have the peer key",
        ),
        (
            "an address twice",
            |g| g.validators[1].consensus_address = g.validators[0].consensus_address.clone(),
            "two nodes have the consensus address `127.0.0.1:9000`",
        ),
        (
            "a name twice",
            |g| g.validators[1].name = g.validators[0].name.clone(),
            "two nodes have the name `node-0`",
        ),
        (
            "a validator without a name",
            |g| g.validators[1].name = Default::default(),
            "a validator without a name",
        ),
        (
            "a validator of nobody",
            |g| g.validators[0].member = Some(id("nobody")),
            "validator node-0: `nobody` is not a member in genesis",
        ),
        (
            "observers unsorted",
            |g| g.observers = vec![observer("b", 1), observer("a", 2)],
            "observers are sorted by name",
        ),
        (
            "an observer that is a validator",
            |g| g.observers = vec![observer("node-2", 1)],
            "two nodes have the name `node-2`",
        ),
        (
            "too many observers",
            |g| g.observers = (0..129).map(|i| observer(&format!("o{i:03}"), i)).collect(),
            "129 observers; the most is 128",
        ),
        ("members unsorted", |g| g.rules.members.swap(0, 1), "member"),
    ];
    assert!(LedgerState::genesis(genesis()).is_ok());
    for (row, change, said) in rows {
        let mut genesis = genesis();
        change(&mut genesis);
        let error = LedgerState::genesis(genesis).err().expect(row);
        assert!(error.contains(said), "{row}: {error}");
    }
}

#[test]
fn json_reads_back_and_every_field_counts() {
    let text = serde_json::to_string(&genesis()).unwrap();
    let again: Genesis = serde_json::from_str(&text).unwrap();
    assert_eq!(again, genesis());
    assert_eq!(again.hash(), genesis().hash());
    let unknown = text.replacen("{", "{\"extra\":1,", 1);
    let error = serde_json::from_str::<Genesis>(&unknown).unwrap_err();
    assert!(
        error.to_string().contains("unknown field `extra`"),
        "{error}"
    );
    let mut other = genesis();
    other.validators[3].gossip_address = "127.0.0.1:1".parse().unwrap();
    assert_ne!(other.hash(), genesis().hash());
}

fn observer(name: &str, seed: u8) -> GenesisObserver {
    GenesisObserver {
        name: name.parse().unwrap(),
        member: None,
        peer: public(&key(&format!("observer-{seed}"))),
        consensus_address: Default::default(),
        gossip_address: Default::default(),
    }
}

#[test]
fn the_state_lists_the_nodes_of_genesis_and_only_validators_vote() {
    let mut genesis = genesis();
    genesis.observers = vec![observer("archive", 1), observer("watch", 2)];
    genesis.observers[0].member = Some(genesis.rules.members[0].id.clone());
    let state = LedgerState::genesis(genesis.clone()).unwrap();
    let nodes = state.nodes().unwrap();
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(
        names,
        ["archive", "node-0", "node-1", "node-2", "node-3", "watch"]
    );
    assert_eq!(nodes[0].kind, NodeKind::Observer);
    assert_eq!(nodes[0].member, genesis.observers[0].member);
    assert_eq!(nodes[0].peer_key, genesis.observers[0].peer);
    let first = genesis.validators.iter().find(|v| v.name == nodes[1].name);
    let first = first.unwrap();
    assert_eq!(nodes[1].kind, NodeKind::Validator);
    assert_eq!(nodes[1].vote(), Some((first.key, first.power)));
    assert_eq!(nodes[1].gossip_address, first.gossip_address);
    let set = genesis.validator_set().unwrap();
    assert_eq!(*state.validators, set);
    assert_eq!(*state.next_validators().unwrap(), set);
}
