//! Clocks that are set back, and a node for which no time passes at all.

use crate::payers::Payers;
use std::fs;
use std::time::Duration;
use tests::{Network, Setup, tip, until_for};

const HEARTBEAT: &str = "heartbeat_ms = 1000";
const HOUR_MS: i64 = 3_600_000;
/// How long the node stands still.
const HELD: Duration = Duration::from_secs(15);

fn set_clock(network: &Network, node: usize, shift_ms: i64) {
    let file = network.home(node).join("config.toml");
    let text = fs::read_to_string(&file).unwrap();
    let kept = text
        .lines()
        .filter(|line| !line.starts_with("clock_shift_ms"));
    let mut lines: Vec<String> = kept.map(str::to_owned).collect();
    lines.insert(0, format!("clock_shift_ms = {shift_ms}"));
    fs::write(&file, lines.join("\n") + "\n").unwrap();
}

/// Waits until every node has so many blocks more.
async fn grows(network: &Network, blocks: u64) {
    let to = tip(network.api(0)).await + blocks;
    let all: Vec<usize> = (0..network.len()).collect();
    network.reach(&all, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_set_back_by_hours_hold_nobody_up() {
    let mut network = Setup::new("clock-back").config(HEARTBEAT).start().await;
    let payers = Payers::start(&mut network).await;
    // One node alone is hours behind: it does not agree with the others' times, and follows them.
    network.stop(2);
    set_clock(&network, 2, -2 * HOUR_MS);
    network.restart(2).await;
    grows(&network, 5).await;
    let paid = payers.all_settled(&network).await;
    // Idle, the heartbeat goes on.
    grows(&network, 3).await;
    // All are set back behind the last block's time: times stand until the clocks have come after them.
    for node in 0..network.len() {
        network.stop(node);
        set_clock(&network, node, -HOUR_MS);
    }
    let before = {
        network.start_all().await;
        network.api(0).status().await.unwrap().body.time_ms
    };
    grows(&network, 3).await;
    let payers = Payers::start(&mut network).await;
    grows(&network, 5).await;
    let again = payers.all_settled(&network).await;
    let after = network.api(0).status().await.unwrap().body.time_ms;
    assert!(
        after >= before,
        "the ledger's time does not go back: {before}, {after}"
    );
    println!("clocks back: {paid} and {again} payments, none failed or lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stood_still_goes_on_and_no_payment_fails() {
    let mut network = Setup::new("stood-still").start().await;
    let payers = Payers::start(&mut network).await;
    payers.pay(10).await;
    network.pause(1);
    tokio::time::sleep(HELD).await;
    network.resume(1);
    let others = tip(network.api(0)).await;
    until_for(Duration::from_secs(30), "the node to catch up", || async {
        let at = network.api(1).status().await?.height;
        if at > others {
            Ok(())
        } else {
            Err(format!("at {at} of {others}"))
        }
    })
    .await;
    let paid = payers.all_settled(&network).await;
    println!("stood still: {paid} payments, none failed or lost");
}
