//! Four nodes, a thousand transactions of twenty kinds by forty-odd members, sent to all of them: one
//! ledger, with the receipts that the rules foretell.

mod lane;

use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{Code, MemberId, Outcome};
use allonge_node::api::types::TransactionState;
use lane::{Lane, Story};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Network, Setup, everything_agrees, final_of, money};

/// Each lane acts in its own corner of the ledger, so that its receipts can be foretold though the lanes
/// race each other.
const LANES: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mixed_transactions_give_one_state() {
    let network = Setup::new("agreement").start().await;
    let mut tasks = Vec::new();
    for n in 0..LANES {
        let lane = Lane::new(&network, n);
        tasks.push(tokio::spawn(lane.tell()));
    }
    let mut stories: Vec<Story> = Vec::new();
    for task in tasks {
        stories.push(task.await.expect("a lane's story"));
    }

    let sent: usize = stories.iter().map(|s| s.sent.len()).sum();
    let rejected = stories
        .iter()
        .flat_map(|s| &s.sent)
        .filter(|s| s.expected.is_err())
        .count();
    let at_the_door: usize = stories.iter().map(|s| s.refused_at_the_door).sum();
    let kinds: BTreeSet<&str> = stories
        .iter()
        .flat_map(|s| s.kinds.iter().copied())
        .collect();
    println!(
        "agreement: {sent} transactions of {} kinds, {rejected} rejected by the ledger, \
         {at_the_door} refused at admission",
        kinds.len()
    );
    assert!(sent >= 1_000, "{sent}");
    assert!(kinds.len() >= 12, "{kinds:?}");
    assert!(rejected * 5 >= sent, "{rejected} of {sent}");

    let validators = network.genesis.validator_set().unwrap();
    let chain = everything_agrees(&network.all(), network.genesis_hash, &validators).await;
    println!("agreement: {} blocks, the same on four nodes", chain.len());

    let mut on_chain: BTreeMap<_, Option<Code>> = BTreeMap::new();
    for transaction in chain.iter().flat_map(|block| &block.transactions) {
        let twice = on_chain.insert(transaction.id, transaction.rejected);
        assert!(twice.is_none(), "{} is on the chain twice", transaction.id);
    }
    assert_eq!(
        on_chain.len(),
        sent,
        "nothing on the chain that was not sent"
    );
    for (i, step) in stories.iter().flat_map(|s| &s.sent).enumerate() {
        assert_eq!(
            on_chain.get(&step.id),
            Some(&step.expected.err()),
            "{} of {}",
            step.what,
            step.id
        );
        // Every node tells the same of it; each is asked for a share of them.
        let api = network.api(i % network.len());
        let (_, _, receipt) = final_of(api, &step.id).await.unwrap();
        let code = match receipt.outcome {
            Outcome::Accepted(_) => None,
            Outcome::Rejected(rejection) => Some(rejection.code),
        };
        assert_eq!(code, step.expected.err(), "{}", step.what);
    }
    balances_are_as_foretold(&network, &stories).await;
    bills_are_as_foretold(&network, &stories).await;
}

async fn balances_are_as_foretold(network: &Network, stories: &[Story]) {
    let mut expected: BTreeMap<MemberId, u64> = BTreeMap::new();
    for opening in &network.genesis.rules.balances {
        *expected.entry(opening.member.clone()).or_default() += opening.money.minor;
    }
    let opening: u64 = expected.values().sum();
    let mut issued = 0;
    for story in stories {
        for (member, change) in &story.cash {
            let balance = expected.entry(member.clone()).or_default();
            *balance = balance.checked_add_signed(*change).unwrap();
        }
        issued += story.issued;
    }
    for api in network.all() {
        let mut total = 0;
        for (member, minor) in &expected {
            let cash = api.cash(member).await.unwrap().body;
            let (have, held) = cash
                .balances
                .iter()
                .find(|b| b.currency.code() == "CNY")
                .map_or((0, 0), |b| (b.total.minor, b.held.minor));
            assert_eq!(have, *minor, "{member} at {}", api.base());
            assert_eq!(held, 0, "all of {member}'s holds were released");
            total += have;
        }
        assert_eq!(
            total,
            opening + issued,
            "cash is conserved at {}",
            api.base()
        );
    }
}

async fn bills_are_as_foretold(network: &Network, stories: &[Story]) {
    for story in stories {
        let mut seen = None;
        for api in network.all() {
            let body = api.bill(&story.bill).await.unwrap().body;
            let lots: Vec<(u64, u64, String, String)> = body
                .lots
                .iter()
                .map(|lot| {
                    let status = serde_json::to_value(lot.status).unwrap();
                    (
                        lot.range.start,
                        lot.range.end,
                        lot.holder.to_string(),
                        status.as_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect();
            assert_eq!(lots, story.lots, "{} at {}", story.bill, api.base());
            let mut next = 1;
            for (start, end, ..) in &lots {
                assert_eq!(*start, next, "the lots tile the bill");
                next = end + 1;
            }
            assert_eq!(next, body.bill.sum.minor + 1, "the lots tile the bill");
            assert!(body.requests.is_empty(), "nothing waits");
            let all = seen.get_or_insert_with(|| body.clone());
            assert_eq!(*all, body, "the same at {}", api.base());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_transaction_sent_again_answers_with_its_first_result() {
    let network = Setup::new("again").start().await;
    let bank = network.party("first-bank");
    let to: MemberId = "supplier-1".parse().unwrap();
    let transaction = bank.act(lane::transfer(&to, "1.00"));
    let id = transaction.body.id();
    let first = network.accept(0, &transaction).await;
    let TransactionState::Final { block_height, .. } = first.status else {
        panic!("{first:?}");
    };
    let all: Vec<usize> = (0..network.len()).collect();
    network.reach(&all, block_height).await;
    for node in all {
        let again = network.accept(node, &transaction).await;
        let (
            TransactionState::Final { receipt: a, .. },
            TransactionState::Final { receipt: b, .. },
        ) = (&first.status, &again.status)
        else {
            panic!("{again:?}");
        };
        assert_eq!(a, b, "the first result, from node {node}");
        let (height, _, _) = final_of(network.api(node), &id).await.unwrap();
        assert_eq!(height, block_height);
    }
    let cash = network.api(0).cash(&to).await.unwrap().body;
    assert_eq!(cash.balances[0].total, money("100,001.00"), "paid once");
    let unknown: InstrumentNumber = lane::NO_BILL.parse().unwrap();
    let answer = network
        .api(0)
        .get(&format!("/v1/bills/{unknown}"))
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.code()),
        (404, "NO_SUCH_BILL"),
        "{answer:?}"
    );
}
