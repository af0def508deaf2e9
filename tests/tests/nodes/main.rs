//! Who may connect and who votes, on real processes: what the ledger's list of nodes says holds while the network
//! runs, strangers stay outside, and no key signs twice.

mod late;
mod strangers;

use allonge_contracts::calls::Transfer;
use allonge_contracts::{PublicKey, Text};
use allonge_ledger::Transaction;
use late::Late;
use serde_json::Value;
use std::time::Duration;
use tests::{Network, Party, Setup, Shell, money, tip, until_for};

const PATIENCE: Duration = Duration::from_secs(120);
/// Blocks come although nobody does anything.
const QUICK: &str = "heartbeat_ms = 300";

fn payment(party: &Party) -> Transaction {
    let call = Transfer {
        to: "supplier-1".parse().unwrap(),
        money: money("1.00"),
        purpose: Text::empty(),
        reference: Text::empty(),
    };
    party.sign(party.body(vec![call.into()]))
}

async fn status(network: &Network, node: usize) -> Value {
    let answer = network.api(node).get("/v1/status").await;
    answer.unwrap_or_else(|e| panic!("node-{node}: {e}")).json
}

fn operator(network: &Network) -> Shell {
    let node = network.api(0).base();
    Shell::new(network.dir(), Some(node)).json()
}

/// Waits until the certificate of a new block has a signature of this key.
async fn signs(network: &Network, key: PublicKey) {
    let from = tip(network.api(0)).await;
    until_for(PATIENCE, "a block signed with the key", || async {
        let tip = tip(network.api(0)).await;
        for height in from + 1..=tip {
            let block = network.api(0).block(height).await?;
            if block
                .certificate
                .signatures
                .iter()
                .any(|s| s.validator == key)
            {
                return Ok(());
            }
        }
        Err(format!("{key} has signed none of {from} to {tip}"))
    })
    .await;
}

/// Waits until there is a block whose certificate has a signature of this key, whichever of the first `nodes` nodes shows it:
/// each has the quorum that it saw first.
async fn signs_for_all(network: &Network, nodes: usize, key: PublicKey) {
    let from = tip(network.api(0)).await;
    until_for(
        PATIENCE,
        "a block that all have with this key's signature",
        || async {
            let tip = tip(network.api(0)).await;
            for height in from + 1..=tip {
                let mut with = 0;
                for node in 0..nodes {
                    let block = network.api(node).block(height).await?;
                    let signatures = block.certificate.signatures;
                    with += usize::from(signatures.iter().any(|s| s.validator == key));
                }
                if with == nodes {
                    return Ok(());
                }
            }
            Err(format!("none of {from} to {tip}"))
        },
    )
    .await;
}

async fn peers_are(network: &Network, node: usize, peers: u64) {
    until_for(PATIENCE, "the peers of a node", || async {
        let status = status(network, node).await;
        match status["peers"].as_u64() {
            Some(found) if found == peers => Ok(()),
            found => Err(format!("node-{node} has {found:?} peers, not {peers}")),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_come_go_and_change_their_keys_while_the_network_runs() {
    let mut network = Setup::new("nodes").observers(1).config(QUICK).start().await;
    let bank = network.party("first-bank");
    let operator = operator(&network);

    // The observer serves, passes on, and has no vote.
    network.accept(4, &payment(&bank)).await;
    assert_eq!(status(&network, 4).await["signing"]["state"], "never");
    peers_are(&network, 4, 4).await;

    // A validator's key rotates; its process goes on.
    let pid = network.cluster().pid(1);
    let home = network.home(1);
    let made = operator
        .runs(&["node", "next-key", "--home", home.to_str().unwrap()])
        .exits(0)
        .json();
    let key: PublicKey = made["key"].as_str().unwrap().parse().unwrap();
    operator
        .runs(&["node", "next-key", "--home", home.to_str().unwrap()])
        .exits(2)
        .says("exists already");
    let key_text = key.to_string();
    operator
        .runs(&[
            "gov",
            "propose",
            "rekey-validator",
            "node-1",
            "--consensus-key",
            &key_text,
            "--as",
            "regulator",
        ])
        .exits(0);
    signs(&network, key).await;
    assert_eq!(network.cluster().pid(1), pid);
    let retired = made["present"].as_str().unwrap();
    assert!(
        home.join(format!("validator_key.retired-{}", &retired[..16]))
            .exists()
    );
    network.accept(1, &payment(&bank)).await;
    // And after a restart.
    network.stop(1);
    network.restart(1).await;
    signs(&network, key).await;

    // A fifth validator comes …
    let mut late = Late::new(&network, "node-5");
    late.propose_with(&operator).exits(0);
    late.start();
    signs(&network, late.validator()).await;
    peers_are(&network, 0, 5).await;
    network.accept(2, &payment(&bank)).await;
    // … and goes.
    operator
        .runs(&[
            "gov",
            "propose",
            "remove-validator",
            "node-5",
            "--as",
            "regulator",
        ])
        .exits(0);
    peers_are(&network, 0, 4).await;
    network.accept(3, &payment(&bank)).await;
    late.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_votes_only_after_the_original_has_ended_and_the_original_then_ends_itself() {
    let mut network = Setup::new("twin").config(QUICK).start().await;
    let bank = network.party("first-bank");
    network.accept(0, &payment(&bank)).await;
    let key = network.cluster().manifest().nodes[3].validator.unwrap();
    signs(&network, key).await;
    network.stop(3);
    let mut copy = Late::copy_of(&network, 3);
    let voted = copy.remembers();
    assert!(voted > 0);
    copy.start();
    // It follows without a vote, and votes by itself once that is safe: above all that the original can have signed.
    signs_for_all(&network, 3, key).await;
    let held = copy.released_at();
    assert!(held > voted, "{held} is not above {voted}");
    copy.stop();
    network.start(3);
    let network = std::sync::Mutex::new(network);
    until_for(PATIENCE, "the original to end", || async {
        match network.lock().unwrap().cluster().is_running(3) {
            false => Ok(()),
            true => Err("it runs".to_owned()),
        }
    })
    .await;
    let network = network.into_inner().unwrap();
    let said = network.log(3);
    assert!(
        said.contains("another node signs with this node's validator key"),
        "{said}"
    );
    network.accept(1, &payment(&bank)).await;
    let evidence = network.api(0).get("/v1/evidence").await.unwrap().json;
    assert_eq!(
        evidence["evidence"].as_array().map(Vec::len),
        Some(0),
        "{evidence}"
    );
}
