//! The shell: threads, answers, waiting, stopping.

use crate::world::*;
use allonge_contracts::{Code, Hash, PublicKey};
use allonge_ledger::{CheckedTransaction, Genesis, Limits};
use allonge_node::consensus::{App, AppStopped, Judgement, Origin, Proposal};
use allonge_node::handle::{Admitted, NodeHandle, Source, TransactionStatus};
use allonge_node::machine::{IdleConfig, MachineConfig};
use allonge_node::shell::{self, Shell, ShellConfig};
use allonge_node::store::{MemoryStore, SledStore, Store};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64
}

/// A network of one validator that began a minute ago.
fn alone() -> Genesis {
    genesis_with(1, Limits::default(), now() - 60_000)
}

fn config(genesis: &Genesis) -> ShellConfig {
    ShellConfig {
        machine: MachineConfig {
            validator: Some(genesis.validators[0].key),
            idle: IdleConfig {
                heartbeat_ms: 600_000,
                ..IdleConfig::default()
            },
            ..MachineConfig::default()
        },
        ..ShellConfig::default()
    }
}

async fn start(genesis: &Genesis, store: impl Store) -> Arc<Shell> {
    let (config, genesis) = (config(genesis), genesis.clone());
    tokio::task::spawn_blocking(move || shell::start(config, Box::new(store), genesis))
        .await
        .unwrap()
        .unwrap()
}

async fn stop(shell: Arc<Shell>) {
    tokio::task::spawn_blocking(move || shell.shutdown())
        .await
        .unwrap();
}

fn proposer(genesis: &Genesis) -> PublicKey {
    genesis.validators[0].key
}

/// Does what the engine does for one height, with this node's vote alone.
async fn height(app: &dyn App, genesis: &Genesis, height: u64) -> Result<Hash, AppStopped> {
    app.started_round(height, 0, proposer(genesis)).await?;
    let (proposed, bytes) = app.build(height, 0).await?;
    assert_eq!(app.block(proposed.block).await?, Some(bytes));
    app.decided(certificate(genesis, height, 0, proposed.block))
        .await?;
    Ok(proposed.block)
}

/// Does what the engine does until the node stops.
async fn drive(shell: Arc<Shell>, genesis: Genesis) {
    let app: &dyn App = &*shell;
    let Ok(mut next) = app.ready().await else {
        return;
    };
    while let Ok(block) = height(app, &genesis, next.height).await {
        let certificate = certificate(&genesis, next.height, 0, block);
        match app.finalized(certificate, vec![]).await {
            Ok(start) => next = start,
            Err(AppStopped) => return,
        }
    }
}

fn pay(genesis: &Genesis, salt: u32) -> CheckedTransaction {
    signed(
        genesis,
        "core",
        salt,
        now() + 600_000,
        transfer("supplier", 1),
    )
}

async fn is_final(shell: &Shell, id: Hash) -> Option<(u64, u32)> {
    match shell.transaction(id).await.unwrap() {
        TransactionStatus::Final {
            height,
            index,
            receipt,
        } => {
            assert_eq!(receipt.transaction, id);
            Some((height, index))
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_payment_becomes_final_and_is_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = alone();
    let shell = start(&genesis, SledStore::open(folder.path()).unwrap()).await;
    let engine = tokio::spawn(drive(shell.clone(), genesis.clone()));
    let mut blocks = shell.subscribe();
    let mut outgoing = shell.take_outgoing().unwrap();
    assert!(shell.take_outgoing().is_none());

    let one = pay(&genesis, 1);
    assert_eq!(
        shell.submit(one.clone(), Source::Client).await,
        Ok(Admitted::Waiting)
    );
    assert_eq!(outgoing.recv().await.unwrap().id(), one.id());
    let decided = loop {
        let decided = blocks.recv().await.unwrap();
        if decided.ids.contains(one.id()) {
            break decided;
        }
    };
    let height = decided.block.header.height;
    assert_eq!(shell.snapshot().state.tip(), decided.hash);
    assert_eq!(is_final(&shell, *one.id()).await, Some((height, 0)));
    assert_eq!(
        shell.submit(one.clone(), Source::Client).await,
        Ok(Admitted::AlreadyFinal)
    );
    assert_eq!(
        NodeHandle::decided(&*shell, height)
            .await
            .unwrap()
            .unwrap()
            .hash,
        decided.hash
    );
    assert!(
        NodeHandle::decided(&*shell, height + 1_000)
            .await
            .unwrap()
            .is_none()
    );
    assert!(NodeHandle::decided(&*shell, 0).await.unwrap().is_none());
    assert!(shell.waiting(1 << 20).is_empty());
    let health = shell.health();
    assert_eq!((health.waiting, health.not_ready), (0, None));

    stop(shell.clone()).await;
    engine.await.unwrap();
    assert_eq!(shell.stopped().await, shell::SHUT_DOWN);
    let refused = shell
        .submit(pay(&genesis, 2), Source::Client)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::NotReady);
    let tip = shell.snapshot().state.tip();
    drop(shell);

    let shell = start(&genesis, SledStore::open(folder.path()).unwrap()).await;
    assert_eq!(shell.snapshot().state.tip(), tip);
    assert!(shell.snapshot().certificate.is_some());
    assert_eq!(is_final(&shell, *one.id()).await, Some((height, 0)));
    assert_eq!(
        NodeHandle::decided(&*shell, height)
            .await
            .unwrap()
            .unwrap()
            .hash,
        decided.hash
    );
    assert_eq!(
        shell.submit(one, Source::Client).await,
        Ok(Admitted::AlreadyFinal)
    );
    let unknown = shell.transaction(Hash([5; 32])).await.unwrap();
    assert!(matches!(unknown, TransactionStatus::Unknown));
    stop(shell).await;
}

#[tokio::test]
async fn an_idle_chain_waits_and_wakes_on_a_transaction() {
    let genesis = alone();
    let shell = start(&genesis, MemoryStore::new()).await;
    height(&*shell, &genesis, 1).await.unwrap();
    let tip = shell.snapshot().state.tip();
    let finalized = {
        let (shell, certificate) = (shell.clone(), certificate(&genesis, 1, 0, tip));
        tokio::spawn(async move { shell.finalized(certificate, vec![]).await })
    };
    // Answers keep coming while that one is held.
    while shell.ready().await.unwrap().height != 2 {}
    assert!(!finalized.is_finished());
    shell
        .submit(pay(&genesis, 1), Source::Client)
        .await
        .unwrap();
    assert_eq!(finalized.await.unwrap().unwrap().height, 2);
    assert_eq!(shell.waiting(1 << 20).len(), 1);
    assert!(shell.waiting(10).is_empty());
    stop(shell).await;
}

#[tokio::test]
async fn a_failed_write_acknowledges_nothing_and_stops_the_node() {
    let genesis = alone();
    let store = MemoryStore::new();
    let shell = start(&genesis, store.clone()).await;
    height(&*shell, &genesis, 1).await.unwrap();
    let (proposed, _) = shell.build(2, 0).await.unwrap();
    store.fail_after(0);
    let decided = App::decided(&*shell, certificate(&genesis, 2, 0, proposed.block)).await;
    assert_eq!(decided, Err(AppStopped));
    let reason = shell.stopped().await;
    assert!(reason.contains("told to fail"), "{reason}");
    assert_eq!(
        shell.snapshot().state.height(),
        1,
        "what is not on disk is not shown"
    );
    assert!(shell.health().not_ready.unwrap().contains("told to fail"));
    assert_eq!(shell.ready().await, Err(AppStopped));
    assert!(
        shell
            .submit(pay(&genesis, 1), Source::Client)
            .await
            .is_err()
    );
    stop(shell).await;
    // The block was on disk, the decision was not.
    store.heal();
    let shell = start(&genesis, store.crashed(0)).await;
    assert_eq!(
        shell
            .started_round(2, 0, proposer(&genesis))
            .await
            .unwrap()
            .len(),
        1
    );
    App::decided(&*shell, certificate(&genesis, 2, 0, proposed.block))
        .await
        .unwrap();
    stop(shell).await;
}

#[tokio::test]
async fn a_failed_write_of_a_block_gives_no_block() {
    let genesis = alone();
    let store = MemoryStore::new();
    let shell = start(&genesis, store.clone()).await;
    store.fail_after(0);
    assert_eq!(shell.build(1, 0).await.err(), Some(AppStopped));
    assert!(shell.stopped().await.contains("told to fail"));
    stop(shell).await;
}

#[tokio::test]
async fn proposals_are_judged_with_their_signatures() {
    let genesis = alone();
    let builder = start(&genesis, MemoryStore::new()).await;
    for salt in 0..5 {
        builder
            .submit(pay(&genesis, salt), Source::Client)
            .await
            .unwrap();
    }
    let (proposed, bytes) = builder.build(1, 0).await.unwrap();
    let judge = start(&genesis, MemoryStore::new()).await;
    let good = Proposal {
        height: 1,
        round: 0,
        valid_round: None,
        proposer: proposer(&genesis),
        block: Some(proposed.block),
        bytes: bytes.clone(),
        origin: Origin::Live,
    };
    let garbage = Proposal {
        bytes: Arc::from(&bytes[..bytes.len() - 1]),
        ..good.clone()
    };
    assert!(matches!(
        judge.judge(garbage).await,
        Ok(Judgement::PeerFault(_))
    ));
    let unsigned = changed(&bytes, |block| {
        let mut one = block.transactions[3].to_vec();
        let last = one.len() - 1;
        one[last] ^= 1;
        block.transactions[3] = one.into();
        let leaves: Vec<_> = block
            .transactions
            .iter()
            .map(|b| allonge_ledger::transaction_leaf(b))
            .collect();
        block.header.transaction_root = allonge_ledger::merkle::root(&leaves);
    });
    let unsigned = Proposal {
        bytes: unsigned,
        block: None,
        origin: Origin::Synced,
        ..good.clone()
    };
    match judge.judge(unsigned).await {
        Ok(Judgement::Verdict(verdict)) => assert!(!verdict.valid),
        other => panic!("{other:?}"),
    }
    match judge.judge(good.clone()).await {
        Ok(Judgement::Verdict(verdict)) => assert_eq!(verdict, proposed),
        other => panic!("{other:?}"),
    }
    let later = Proposal { height: 2, ..good };
    assert!(matches!(
        judge.judge(later).await,
        Ok(Judgement::PeerFault(_))
    ));
    App::decided(&*judge, certificate(&genesis, 1, 0, proposed.block))
        .await
        .unwrap();
    let range = judge.decided_range(0, 9).await.unwrap();
    assert_eq!(range.len(), 1);
    assert_eq!((range[0].0.block, &range[0].1), (proposed.block, &bytes));
    stop(builder).await;
    stop(judge).await;
}

#[tokio::test]
async fn checkpoints_and_index_are_written_behind_and_lead_to_every_transaction() {
    let genesis = alone();
    let store = MemoryStore::new();
    let mut config = config(&genesis);
    config.machine.checkpoint_blocks = 3;
    let begin = |store: MemoryStore| {
        let (config, genesis) = (config.clone(), genesis.clone());
        tokio::task::spawn_blocking(move || shell::start(config, Box::new(store), genesis).unwrap())
    };
    let shell = begin(store.clone()).await.unwrap();
    let mut ids = Vec::new();
    for number in 1..=10u32 {
        let one = pay(&genesis, number);
        ids.push((u64::from(number), *one.id()));
        shell.submit(one, Source::Peer).await.unwrap();
        height(&*shell, &genesis, u64::from(number)).await.unwrap();
    }
    tokio::time::timeout(Duration::from_secs(60), async {
        while shell.health().checkpoint_height < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    for (height, id) in &ids {
        assert_eq!(is_final(&shell, *id).await, Some((*height, 0)));
    }
    stop(shell).await;
    let shell = begin(store.crashed(0)).await.unwrap();
    assert!(shell.health().checkpoint_height >= 3);
    for (height, id) in &ids {
        assert_eq!(is_final(&shell, *id).await, Some((*height, 0)));
    }
    stop(shell).await;
}

#[tokio::test]
async fn an_engine_that_asks_the_impossible_stops_the_node() {
    let genesis = alone();
    let shell = start(&genesis, MemoryStore::new()).await;
    assert_eq!(shell.build(7, 0).await.err(), Some(AppStopped));
    let reason = shell.stopped().await;
    assert!(reason.contains("asked for a block of height 7"), "{reason}");
}
