//! What an operator does with nodes' data, with real nodes that go on meanwhile: backup, restore, starting from a
//! snapshot, pruning.

use allonge_contracts::calls::Transfer;
use allonge_contracts::{Hash, Text};
use allonge_ledger::{Limits, Transaction};
use allonge_node::api::types::{TransactionState, TransactionView};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tests::{Network, Party, Setup, Shell, everything_agrees, money, now_ms, tip, until_for};

/// Transactions live so short here that blocks leave the replay window while the test runs.
const LIFE_MS: u64 = 10_000;
/// Blocks and checkpoints come quickly.
const QUICK: &str = "checkpoint_blocks = 5\nheartbeat_ms = 200";
const PATIENCE: Duration = Duration::from_secs(120);

fn payment(party: &Party) -> Transaction {
    let call = Transfer {
        to: "supplier-1".parse().unwrap(),
        money: money("1.00"),
        purpose: Text::empty(),
        reference: Text::empty(),
    };
    let mut body = party.body(vec![call.into()]);
    body.valid_until = now_ms() + LIFE_MS - 1_000;
    party.sign(body)
}

/// Pays, again with another transaction if one expires on a busy machine; where the payment stands.
async fn paid(network: &Network, node: usize, party: &Party) -> (Hash, u64) {
    until_for(PATIENCE, "a payment", || async {
        let transaction = payment(party);
        let answer = network
            .send(node, &transaction, "?wait=final&timeout=15s")
            .await;
        let view: Result<TransactionView, _> = serde_json::from_value(answer.json.clone());
        match view.map(|view| (view.id, view.status)) {
            Ok((id, TransactionState::Final { block_height, .. })) => Ok((id, block_height)),
            _ => Err(answer.text),
        }
    })
    .await
}

fn number(value: &Value) -> u64 {
    value.as_str().expect("a number as text").parse().unwrap()
}

async fn history_start(network: &Network, node: usize) -> u64 {
    network.api(node).status().await.unwrap().body.history_start
}

async fn refused(network: &Network, node: usize, path: &str) -> (u16, String) {
    let answer = network.api(node).get(path).await.unwrap();
    (answer.status, answer.code().to_owned())
}

fn move_store_away(home: &Path) {
    std::fs::rename(home.join("store"), home.join("store.old")).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nodes_data_is_kept_moved_and_let_go() {
    let limits = |genesis: &mut allonge_ledger::Genesis| {
        genesis.limits = Limits {
            transaction_life_ms: LIFE_MS,
            ..Limits::default()
        };
    };
    let mut network = Setup::new("keeping")
        .config(QUICK)
        .genesis(limits)
        .make()
        .await;
    let config = network.home(0).join("config.toml");
    let settings = std::fs::read_to_string(&config).unwrap() + "\nprune_keep_blocks = 10\n";
    std::fs::write(&config, settings).unwrap();
    network.start_all().await;
    let bank = network.party("first-bank");
    let folder = network.own_folder("operator");
    let shell = Shell::new(&folder, None).json();
    let genesis = network.home(0).join("genesis.json");
    let genesis = genesis.to_str().unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let homes: Vec<String> = (0..4)
        .map(|node| network.home(node).to_str().unwrap().to_owned())
        .collect();

    // A payment with its proof, before its block goes.
    let (id, height) = paid(&network, 0, &bank).await;
    let proof = network
        .api(0)
        .get(&format!("/v1/transactions/{id}/proof"))
        .await
        .unwrap();
    std::fs::write(path("payment.json"), &proof.text).unwrap();
    until_for(PATIENCE, "node-0 to prune the payment's block", || async {
        match history_start(&network, 0).await {
            start if start > height => Ok(()),
            start => Err(format!(
                "blocks are kept from {start}, the payment is in {height}"
            )),
        }
    })
    .await;
    let gone = (404, "PRUNED".to_owned());
    for path in [
        format!("/v1/transactions/{id}"),
        format!("/v1/transactions/{id}/proof"),
        format!("/v1/blocks/{height}"),
    ] {
        assert_eq!(refused(&network, 0, &path).await, gone, "{path}");
        assert_eq!(
            network.api(1).get(&path).await.unwrap().status,
            200,
            "{path}"
        );
    }
    shell
        .runs(&["verify", &path("payment.json"), "--genesis", genesis])
        .exits(0);

    // Backups of nodes that run.
    let backup = |node: usize, to: &str| {
        let to = path(to);
        shell.runs(&["node", "backup", "--home", &homes[node], "--to", &to])
    };
    let made = backup(0, "pruned.archive").exits(0).json();
    assert_eq!(made["from_running_node"], true);
    assert!(number(&made["history_start"]) > height);
    let made = backup(1, "whole.archive").exits(0).json();
    assert_eq!(
        (
            number(&made["history_start"]),
            number(&made["bytes"]) > 1_000
        ),
        (1, true)
    );
    let file = std::fs::read(path("whole.archive")).unwrap();
    for key in ["validator_key", "node_key"] {
        let key = allonge_node::keyfile::read(&network.home(1).join(key)).unwrap();
        let secret = key.to_bytes();
        assert!(
            !file.windows(32).any(|bytes| bytes == secret),
            "no private key is in it"
        );
    }

    // A node that lost its data starts from what another serves, and votes again.
    network.kill(3);
    let home = network.home(3);
    let join = || {
        let url = network.api(0).base().to_owned();
        shell.runs(&[
            "node",
            "join",
            "--home",
            &homes[3],
            "--from",
            &url,
            "--genesis",
            genesis,
        ])
    };
    join().exits(2).says("there is a store");
    move_store_away(&home);
    let joined = join().exits(0).json();
    assert_eq!(
        joined["history_start"], joined["height"],
        "only the last block is there"
    );
    network.restart(3).await;
    assert_eq!(refused(&network, 3, "/v1/blocks/1").await, gone);
    network.reach(&[3], tip(network.api(0)).await).await;
    network.stop(2);
    let (_, final_at) = paid(&network, 3, &bank).await;
    assert!(final_at > number(&joined["height"]));

    // A stopped node is backed up too; damaged files change nothing.
    let made = backup(2, "stopped.archive").exits(0).json();
    assert_eq!(made["from_running_node"], false);
    let home = network.home(2);
    move_store_away(&home);
    let whole = std::fs::read(path("stopped.archive")).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let restore = |from: &str| {
        shell.runs(&[
            "node",
            "restore",
            "--home",
            &homes[2],
            "--from",
            &path(from),
        ])
    };
    for (bytes, word) in [
        (&whole[..whole.len() - 9], "cut off"),
        (&flipped[..], "damaged"),
    ] {
        std::fs::write(path("bad.archive"), bytes).unwrap();
        restore("bad.archive")
            .exits(1)
            .says("ARCHIVE_REFUSED")
            .says(word);
        assert!(!home.join("store").exists() && !home.join("store.new").exists());
    }
    std::fs::write(path("bad.archive"), "something else").unwrap();
    restore("bad.archive").exits(2).says("NOT_AN_ARCHIVE");
    assert_eq!(
        restore("stopped.archive").exits(0).json()["history_start"],
        "1"
    );
    shell.runs(&["node", "check", "--home", &homes[2]]).exits(0);
    network.restart(2).await;
    network.reach(&[2], final_at).await;
    paid(&network, 2, &bank).await;

    // Those that have the whole chain have the same.
    let validators = network.genesis.validator_set().unwrap();
    everything_agrees(&network.apis(&[1, 2]), network.genesis_hash, &validators).await;

    // By hand, on nodes that are stopped.
    let prune = |more: &[&str]| {
        let line = ["node", "prune", "--home", &homes[1], "--keep-blocks", "10"];
        shell.runs(&[&line, more].concat())
    };
    prune(&[]).exits(2).says("in use");
    network.stop(1);
    let would = prune(&["--dry-run"]).exits(0).json();
    assert_eq!(number(&would["history_start_before"]), 1);
    assert!(number(&would["history_start"]) > height, "{would}");
    assert_eq!(
        prune(&[]).exits(0).json()["history_start"],
        would["history_start"]
    );
    let checked = shell
        .runs(&["node", "check", "--home", &homes[1]])
        .exits(0)
        .json();
    assert_eq!(checked["history_start"], would["history_start"]);
    shell
        .runs(&["node", "migrate", "--home", &homes[1], "--dry-run"])
        .exits(0)
        .says("\"steps\": []");
    network.restart(1).await;
    assert_eq!(refused(&network, 1, "/v1/blocks/1").await, gone);
    paid(&network, 1, &bank).await;
}
