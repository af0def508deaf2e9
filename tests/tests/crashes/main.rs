//! Nodes that die: one, two, all of them, at any moment. What was final stays, what was not is lost to
//! nobody, and nothing counts twice.

mod load;
mod store;

use allonge_contracts::{Hash, MemberId};
use allonge_node::api::types::{BlockView, TransactionState};
use load::{Load, Sent, read_log};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::{Chance, Network, Setup, everything_agrees, final_of, now_ms, tip, until, until_for};

/// How often all four are killed.
const KILLS: usize = 20;

async fn agreed(network: &Network) -> Vec<BlockView> {
    let validators = network.genesis.validator_set().unwrap();
    everything_agrees(&network.all(), network.genesis_hash, &validators).await
}

/// Where each transaction stands on a chain; none stands twice.
fn positions(chain: &[BlockView]) -> BTreeMap<Hash, u64> {
    let mut found = BTreeMap::new();
    for block in chain {
        for transaction in &block.transactions {
            let before = found.insert(transaction.id, block.header.height);
            assert!(before.is_none(), "{} is on the chain twice", transaction.id);
        }
    }
    found
}

fn payee() -> MemberId {
    "supplier-1".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_dies_and_comes_back_by_sync() {
    let mut network = Setup::new("one-dies").start().await;
    let bank = network.party("first-bank");
    let before = network.kill(3);
    assert!(
        !std::path::Path::new(&format!("/proc/{before}")).exists(),
        "the process is gone"
    );
    let mut ids = Vec::new();
    let mut last = 0;
    for i in 0..30 {
        let transaction = bank.act(load::pay(&payee(), i + 1));
        let view = network.accept(i as usize % 3, &transaction).await;
        let TransactionState::Final { block_height, .. } = view.status else {
            panic!("{view:?}");
        };
        last = last.max(block_height);
        ids.push(view.id);
    }
    let begin = Instant::now();
    network.restart(3).await;
    network.reach(&[3], last).await;
    println!(
        "one dies: {last} blocks missed or kept, {} ms from start to caught up",
        begin.elapsed().as_millis()
    );
    for id in &ids {
        let there = final_of(network.api(0), id).await.unwrap();
        assert_eq!(
            final_of(network.api(3), id).await.unwrap(),
            there,
            "the same receipt"
        );
    }
    // It votes again, though no block shows it where the network is: with another one dead, nothing is final without it.
    network.kill(0);
    for i in 0..3 {
        network
            .accept(3, &bank.act(load::pay(&payee(), 100 + i)))
            .await;
    }
    network.restart(0).await;
    positions(&agreed(&network).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_die_and_nothing_becomes_final_until_one_is_back() {
    let mut network = Setup::new("two-die").start().await;
    let bank = network.party("first-bank");
    network.accept(0, &bank.act(load::pay(&payee(), 1))).await;
    network.kill(2);
    network.kill(3);
    // What was under way when they died may still be decided; then the height stands.
    let waiting: Vec<_> = (0..20)
        .map(|i| bank.act(load::pay(&payee(), 10 + i)))
        .collect();
    let mut stood = 0;
    for (i, transaction) in waiting.iter().enumerate() {
        let answer = network.send(i % 2, transaction, "").await;
        assert_eq!(answer.status, 202, "taken, not final: {answer:?}");
        assert_eq!(answer.json["status"], "waiting", "{answer:?}");
    }
    for node in [0, 1] {
        stood = stood.max(tip(network.api(node)).await);
    }
    let answer = network.send(0, &waiting[0], "?wait=final&timeout=4s").await;
    assert_eq!(
        (answer.status, answer.code()),
        (504, "TIMEOUT"),
        "{answer:?}"
    );
    assert!(
        answer.text.contains(&waiting[0].body.id().to_string()),
        "it names the id: {answer:?}"
    );
    for node in [0, 1] {
        assert_eq!(
            tip(network.api(node)).await,
            stood,
            "no block without a quorum"
        );
        for transaction in &waiting {
            let id = transaction.body.id();
            let view = network.api(node).transaction(&id).await.unwrap();
            let status = view.map(|v| v.status);
            assert!(
                matches!(status, None | Some(TransactionState::Waiting)),
                "not final without a quorum: {status:?}"
            );
        }
    }
    network.restart(2).await;
    for transaction in &waiting {
        let id = transaction.body.id();
        until("what waited to become final", || async {
            final_of(network.api(0), &id).await
        })
        .await;
    }
    network.restart(3).await;
    let found = positions(&agreed(&network).await);
    for transaction in &waiting {
        assert!(
            found[&transaction.body.id()] > stood,
            "final only after the quorum was back"
        );
    }
    println!(
        "two die: {} transactions waited and are final once",
        waiting.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quorum_held_still_goes_on_where_it_stood() {
    let network = Setup::new("held").start().await;
    let bank = network.party("first-bank");
    network.accept(0, &bank.act(load::pay(&payee(), 1))).await;
    network.pause(1);
    network.pause(2);
    let transaction = bank.act(load::pay(&payee(), 2));
    let answer = network
        .send(0, &transaction, "?wait=final&timeout=3s")
        .await;
    assert_eq!(
        (answer.status, answer.code()),
        (504, "TIMEOUT"),
        "{answer:?}"
    );
    network.resume(1);
    network.resume(2);
    let id = transaction.body.id();
    until("the transaction to become final", || async {
        final_of(network.api(3), &id).await
    })
    .await;
    assert!(positions(&agreed(&network).await).contains_key(&id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_are_killed_twenty_times_under_load() {
    let mut chance = Chance::from_environment("twenty kills");
    let mut network = Setup::new("twenty-kills").start().await;
    let log = network.own_folder("client").join("sent.jsonl");
    let load = Load::start(&network, &log, chance.draw());
    let mut highest = 0;
    for kill in 0..KILLS {
        // A quarter of the kills hits nodes that have only just been started.
        if kill % 4 != 3 {
            let api = network.api(kill % 4).clone();
            highest = until("progress between two kills", || async {
                let at = api.status().await?.height;
                if at > highest {
                    Ok(at)
                } else {
                    Err(format!("at {at}"))
                }
            })
            .await;
        }
        // The moment itself is what chance decides; nothing is waited for.
        tokio::time::sleep(chance.millis(0, 700)).await;
        network.kill_all();
        for node in 0..network.len() {
            network.start(node);
        }
    }
    for node in 0..network.len() {
        network.ready(node).await;
        let at = tip(network.api(node)).await;
        println!("twenty kills: node-{node} is back at height {at}");
    }
    let acknowledged = load.stop().await;
    let sent = read_log(&log);
    assert!(
        !sent.is_empty() && !acknowledged.is_empty(),
        "the load was a load"
    );

    // Long-lived ones are sent again until they are final: their ids make that safe.
    for one in sent.iter().filter(|one| one.long_lived) {
        send_until_final(&network, one).await;
    }
    let last = sent
        .iter()
        .filter(|one| !one.long_lived)
        .map(|one| one.valid_until)
        .max()
        .unwrap_or(0);
    header_time_beyond(&network, last).await;

    let found = positions(&agreed(&network).await);
    let (mut is_final, mut expired) = (0, 0);
    for one in &sent {
        let on_chain = found.get(&one.id).copied();
        match on_chain {
            Some(_) => is_final += 1,
            None => expired += 1,
        }
        assert!(on_chain.is_some() || !one.long_lived, "{} is lost", one.id);
        for api in network.all() {
            match api.transaction(&one.id).await.unwrap().map(|v| v.status) {
                Some(TransactionState::Final { block_height, .. }) => {
                    assert_eq!(Some(block_height), on_chain, "{}", one.id);
                }
                None | Some(TransactionState::Dropped { .. }) => {
                    assert_eq!(on_chain, None, "{} is final elsewhere", one.id);
                }
                other => panic!("{} is neither final nor gone: {other:?}", one.id),
            }
        }
    }
    for (id, height) in &acknowledged {
        assert_eq!(
            found.get(id),
            Some(height),
            "{id} was said to be final at {height}"
        );
    }
    println!(
        "twenty kills: {} sent, {is_final} final once, {expired} expired and absent, {} acknowledged \
         before a kill and all kept, {} blocks",
        sent.len(),
        acknowledged.len(),
        tip(network.api(0)).await
    );
    assert!(
        is_final > 0 && expired > 0,
        "{is_final} final, {expired} expired"
    );
    // What was paid is what became final: each paid one minor unit.
    let cash = network.api(1).cash(&payee()).await.unwrap().body;
    let paid = cash.balances[0].total.minor - 10_000_000;
    assert_eq!(paid, is_final, "each final transfer moved one unit, once");
}

async fn send_until_final(network: &Network, one: &Sent) {
    let api = network.api(0);
    until(&format!("{} to become final", one.id), || async {
        if let Ok(there) = final_of(api, &one.id).await {
            return Ok(there);
        }
        let answer = api.submit(&one.bytes, "?wait=final&timeout=5s").await?;
        Err(answer.text)
    })
    .await;
}

/// Waits until no transaction valid up to `time_ms` can enter a block any more.
async fn header_time_beyond(network: &Network, time_ms: u64) {
    let bank = network.party("second-bank");
    until_for(Duration::from_secs(60), "header time to pass", || async {
        let time = network.api(0).status().await?.body.time_ms;
        if time > time_ms {
            return Ok(());
        }
        if now_ms() > time_ms {
            network
                .accept(0, &bank.act(load::pay(&"supplier-2".parse().unwrap(), 1)))
                .await;
        }
        Err(format!("{time} of {time_ms}"))
    })
    .await;
    // The others follow before they are asked what has become of what expired.
    let all: Vec<usize> = (0..network.len()).collect();
    network.reach(&all, tip(network.api(0)).await).await;
}
