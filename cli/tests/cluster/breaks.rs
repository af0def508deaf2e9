//! Networks that are broken on purpose from the command line.

use super::{Folder, PATIENCE, PROGRAM, allonge, json, mint, until_height};
use allonge_cli::client::{ClientError, Signed, TransactionBuilder};
use allonge_cli::cluster::{Cluster, Spec, names};
use allonge_contracts::Money;
use allonge_contracts::calls::Mint;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// So long a payment is waited for that must not become final.
const CUT: Duration = Duration::from_secs(3);

async fn broken_network(folder: &Folder) -> Cluster {
    let mut spec = Spec::standard(folder.0.join("net")).unwrap();
    spec.binary = Some(PROGRAM.into());
    spec.breakable = true;
    Cluster::up(&spec).await.unwrap()
}

async fn payment(cluster: &Cluster) -> Signed {
    let key = cluster.key(names::CENTRAL_BANK).unwrap();
    let client = cluster.client_of_all(0, PATIENCE).unwrap();
    let chain = client.chain().await.unwrap();
    TransactionBuilder::new(&chain, names::CENTRAL_BANK.parse().unwrap())
        .call(Mint {
            to: names::CORE.parse().unwrap(),
            money: Money::new("CNY".parse().unwrap(), 1),
            reference: "x".parse().unwrap(),
        })
        .sign([&key.key])
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn halves_stand_still_a_majority_goes_on_and_healed_they_are_one() {
    let folder = Folder::new();
    let cluster = broken_network(&folder).await;
    let dir = cluster.dir();
    let client = |node| cluster.client(node, PATIENCE).unwrap();
    mint(&cluster, &client(0), 1).await;

    let cut = json(&["cluster", "partition", "0,1 | 2,3"], dir);
    assert_eq!(cut["cut"].as_array().unwrap().len(), 8, "{cut}");
    let held = payment(&cluster).await;
    let error = client(0).submit_and_wait(&held, CUT).await.unwrap_err();
    assert!(matches!(error, ClientError::NotFinal { .. }), "{error}");

    let healed = json(&["cluster", "heal"], dir);
    assert!(healed["cut"].as_array().unwrap().is_empty());
    client(3).wait_final(held.id, PATIENCE).await.unwrap();

    json(&["cluster", "partition", "0", "|", "node-1,2,3"], dir);
    json(&["cluster", "slow", "2", "--ms", "50"], dir);
    let without = mint(&cluster, &client(1), 2).await;
    assert!(client(0).status().await.unwrap().height < without.height);
    json(&["cluster", "heal"], dir);
    until_height(&client(0), without.height).await;
    let block = client(0).block(Some(without.height), false).await.unwrap();
    assert_eq!(block.hash, without.block);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_node_comes_back_with_all_that_it_had() {
    let folder = Folder::new();
    let cluster = broken_network(&folder).await;
    let client = cluster.client(0, PATIENCE).unwrap();
    let done = mint(&cluster, &client, 1).await;
    let wiped = json(&["cluster", "wipe", "3"], cluster.dir());
    assert_eq!(wiped["nodes"][0]["name"], "node-3");
    let back = cluster.client(3, PATIENCE).unwrap();
    until_height(&back, done.height).await;
    let block = back.block(Some(done.height), false).await.unwrap();
    assert_eq!(block.hash, done.block);
    // What a command started goes on by itself.
    json(&["cluster", "down"], cluster.dir());
}

fn refused(args: &[&str], dir: &Path, says: &str) {
    let output = allonge(args, dir);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(said.contains(says), "{args:?}: {said}");
}

#[test]
fn what_cannot_be_broken_is_named() {
    let folder = Folder::new();
    let spec = Spec::standard(folder.0.join("direct")).unwrap();
    let direct = Cluster::create(&spec).unwrap();
    for args in [
        &["cluster", "partition", "0 | 1"][..],
        &["cluster", "heal"],
        &["cluster", "slow", "1", "--ms", "5"],
    ] {
        refused(args, direct.dir(), "up --breakable");
    }
    let mut spec = Spec::standard(folder.0.join("linked")).unwrap();
    spec.breakable = true;
    let linked = Cluster::create(&spec).unwrap();
    for (groups, says) in [
        ("0,1,2", "one group"),
        ("0,1 | ", "without nodes"),
        ("| 0", "without nodes"),
        ("0,1 | 1,2", "node-1 stands in two places"),
        ("0 | 4", "node-0 to node-3"),
        ("0 | x", "node-0 to node-3"),
    ] {
        refused(&["cluster", "partition", groups], linked.dir(), says);
    }
    refused(
        &["cluster", "slow", "1", "--ms", "60001"],
        linked.dir(),
        "60001",
    );
    let plan = linked.dir().join("run/links.plan.json");
    std::fs::write(&plan, "{}").unwrap();
    refused(&["cluster", "slow", "1", "--ms", "5"], linked.dir(), "heal");
    spec.dir = folder.0.join("many");
    spec.nodes = 11;
    let error = Cluster::create(&spec).err().unwrap();
    assert_eq!(error.code(), "CLUSTER_TOO_MANY_LINKED", "{error}");
}

#[test]
fn a_short_chaos_breaks_things_and_loses_nothing() {
    let folder = Folder::new();
    let output = Command::new(PROGRAM)
        .args(["cluster", "chaos", "--seconds", "6", "--seed", "3"])
        .args(["--faults", "kill,halves,pause", "--output", "json", "--dir"])
        .arg(folder.0.join("net"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], "allonge.chaos/1");
    assert!(!report["faults"].as_array().unwrap().is_empty(), "{report}");
    assert!(report["violations"].as_array().unwrap().is_empty());
    let number = |name: &str| report[name].as_u64().unwrap();
    assert!(number("settled") > 0, "{report}");
    assert_eq!(number("sent"), number("settled") + number("expired"));
    assert!(number("acknowledged") <= number("settled"), "{report}");
}
