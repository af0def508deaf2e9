//! All nodes restarted one after the other under load, as for an upgrade, while the height passes at which a later
//! version of the protocol begins; and a version that no program knows yet.

use crate::payers::Payers;
use allonge_contracts::Text;
use allonge_contracts::calls::Transfer;
use std::time::Duration;
use tests::{Network, Setup, Shell, money, tip};

const PATIENCE: Duration = Duration::from_secs(60);

/// Has the regulator activate a version.
fn activate(network: &Network, version: u32, height: u64) {
    let shell = Shell::new(network.dir(), Some(network.api(0).base()));
    let line = format!("gov propose protocol {version} --height {height} --as regulator");
    shell.types(&line).exits(0);
}

async fn protocol(network: &Network, node: usize) -> u64 {
    let nodes = network.api(node).get("/v1/nodes").await.unwrap();
    nodes.json["protocol"].as_u64().expect("a version")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_protocol_begins_while_all_are_restarted_in_turn() {
    let mut network = Setup::new("upgrade").start().await;
    let payers = Payers::start(&mut network).await;
    let at = tip(network.api(0)).await + 25;
    activate(&network, 2, at);
    assert_eq!(protocol(&network, 0).await, 1);
    let mut restarted = 0;
    while tip(network.api(0)).await <= at || restarted < network.len() {
        let node = restarted % network.len();
        network.stop(node);
        network.restart(node).await;
        // Ready, it may not have found its peers yet: the next is not stopped before this one follows again.
        let others = tip(network.api((node + 1) % network.len())).await;
        network.reach(&[node], others + 1).await;
        restarted += 1;
    }
    let all: Vec<usize> = (0..network.len()).collect();
    network.reach(&all, at + 1).await;
    for node in all {
        assert_eq!(protocol(&network, node).await, 2, "node-{node}");
    }
    let paid = payers.all_settled(&network).await;
    println!("upgrade: {restarted} restarts, {paid} payments, none failed or lost");

    // A version that this program does not know: nodes stop before its height and say what they need. What is left
    // is no quorum, and waits.
    let at = tip(network.api(0)).await + 3;
    activate(&network, 3, at);
    let bank = network.party("first-bank");
    let begin = std::time::Instant::now();
    let mut stopped = Vec::new();
    while stopped.len() < 2 {
        assert!(begin.elapsed() < PATIENCE, "the nodes go on: {stopped:?}");
        for node in 0..network.len() {
            // A block, as long as there are blocks.
            let pay = bank.act(Transfer {
                to: "supplier-1".parse().unwrap(),
                money: money("0.01"),
                purpose: Text::empty(),
                reference: Text::empty(),
            });
            let _ = network.api(node).submit(&pay.to_bytes(), "").await;
            if !stopped.contains(&node) && !network.cluster().is_running(node) {
                stopped.push(node);
            }
        }
    }
    for node in &stopped {
        let log = network.log(*node);
        assert!(
            log.contains("version 3"),
            "node-{node} says what it needs: {log}"
        );
    }
    let home = network.home(stopped[0]);
    let mut shell = Shell::new(network.dir(), None);
    shell.patience = PATIENCE;
    let ran = shell.runs(&["node", "run", "--home", home.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("NODE_PROTOCOL") && ran.err.contains("version 3"),
        "{ran:?}"
    );
    shell
        .runs(&["node", "check", "--home", home.to_str().unwrap()])
        .exits(0);
}
