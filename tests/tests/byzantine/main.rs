//! One of four validators cheats in a real network. The other three go on, agree, and can prove what it
//! signed. Built with the feature `byzantine`.

use allonge_contracts::calls::Transfer;
use allonge_contracts::{PublicKey, Text};
use allonge_ledger::Evidence;
use allonge_node::consensus::byzantine::Lie;
use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tests::{Network, Setup, Shell, everything_agrees, money, tip, until, until_for};
use tokio::task::JoinSet;

/// The one that cheats; the others.
const LIAR: usize = 3;
const HONEST: [usize; 3] = [0, 1, 2];
/// How many blocks the others must make.
const BLOCKS: u64 = 60;
/// Far longer than that takes: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two payments of a client.
const PACE: Duration = Duration::from_millis(25);

struct LyingNode(Child);

impl LyingNode {
    fn start(network: &Network, lie: Lie) -> Self {
        let log = File::create(network.own_folder("liar").join("log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_byzantine-node"))
            .arg("--home")
            .arg(network.home(LIAR))
            .args(["--lie", lie.name()])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        LyingNode(child)
    }

    fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for LyingNode {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Payments to the honest nodes, so that there is always a reason for a block.
fn keep_busy(network: &Network) -> JoinSet<()> {
    let bank = network.party("first-bank");
    let mut clients = JoinSet::new();
    for api in network.apis(&HONEST) {
        let bank = bank.clone();
        clients.spawn(async move {
            loop {
                let payment = bank.act(Transfer {
                    to: "supplier-1".parse().unwrap(),
                    money: money("0.01"),
                    purpose: Text::empty(),
                    reference: Text::empty(),
                });
                // Whether a single one is taken is of no interest here.
                let _ = api.submit(&payment.to_bytes(), "").await;
                tokio::time::sleep(PACE).await;
            }
        });
    }
    clients
}

async fn evidence(network: &Network, node: usize) -> Vec<Evidence> {
    let answer = network.api(node).get("/v1/evidence").await.unwrap();
    serde_json::from_value(answer.json["evidence"].clone()).unwrap()
}

fn key_of_liar(network: &Network) -> PublicKey {
    let name = format!("node-{LIAR}");
    let all = network.genesis.validators.iter();
    let mut liar = all.filter(|validator| validator.name.as_str() == name);
    liar.next().unwrap().key
}

/// Lets the others make blocks beside a liar; the network as it is then.
async fn others_go_on(name: &'static str, lie: Lie) -> Network {
    let mut network = Setup::new(name).make().await;
    for node in HONEST {
        network.start(node);
    }
    for node in HONEST {
        network.ready(node).await;
    }
    let busy = keep_busy(&network);
    let mut liar = LyingNode::start(&network, lie);
    // It takes part before anything is measured.
    until("the liar is connected", || async {
        let status = network.api(0).status().await?;
        match status.body.peers {
            3 => Ok(()),
            peers => Err(format!("{peers} peers")),
        }
    })
    .await;
    let begin = Instant::now();
    let from = tip(network.api(0)).await;
    for node in HONEST {
        let what = format!("{BLOCKS} blocks beside {}", lie.name());
        until_for(PATIENCE, &what, || async {
            let at = tip(network.api(node)).await;
            if at >= from + BLOCKS {
                Ok(())
            } else {
                Err(format!("node-{node} made {} blocks", at - from))
            }
        })
        .await;
    }
    println!(
        "{}: {BLOCKS} blocks in {} ms",
        lie.name(),
        begin.elapsed().as_millis()
    );
    if lie == Lie::Equivocate {
        proved(&network).await;
    }
    assert!(liar.runs(), "the liar ended; nothing was tested");
    drop(busy);
    drop(liar);
    let validators = network.genesis.validator_set().unwrap();
    everything_agrees(&network.apis(&HONEST), network.genesis_hash, &validators).await;
    for node in HONEST {
        let log = network.log(node);
        assert!(!log.contains("panicked"), "node-{node} panicked:\n{log}");
        assert!(network.cluster().is_running(node), "node-{node} ended");
    }
    network
}

/// Two signatures of the liar, on every honest node, which anybody can check; nobody else is accused.
async fn proved(network: &Network) {
    let liar = key_of_liar(network);
    for node in HONEST {
        let found = until("evidence", || async {
            let found = evidence(network, node).await;
            if found.is_empty() {
                Err("none yet".to_owned())
            } else {
                Ok(found)
            }
        })
        .await;
        for one in &found {
            assert_eq!(one.validator, liar, "{one:?}");
            assert_eq!(one.verify(&network.genesis_hash), Ok(()), "{one:?}");
        }
    }
    let shell = Shell::new(network.dir(), Some(network.api(0).base())).json();
    let shown = shell.types("evidence list").exits(0).json();
    assert_eq!(shown["schema"], "allonge.evidence/1");
    let first = &shown["evidence"][0];
    assert_eq!(first["proved"], true, "{first}");
    assert_eq!(first["name"], format!("node-{LIAR}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_signs_two_of_everything_is_convicted() {
    others_go_on("equivocate", Lie::Equivocate).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_whose_blocks_claim_a_wrong_state_is_voted_down() {
    let network = others_go_on("wrong-roots", Lie::WrongRoots).await;
    let seen = HONEST
        .iter()
        .any(|node| network.log(*node).contains("a block is invalid"));
    assert!(seen, "no honest node met such a block");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_streams_too_much_is_ignored() {
    others_go_on("oversized", Lie::Oversized).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_streams_nonsense_is_ignored() {
    others_go_on("malformed", Lie::Malformed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_stalls_when_it_is_its_turn_is_passed_over() {
    others_go_on("stall", Lie::Stall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_floods_the_others_does_not_stop_them() {
    others_go_on("flood", Lie::Flood).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_says_nothing_is_not_waited_for() {
    others_go_on("silent", Lie::Silent).await;
}
