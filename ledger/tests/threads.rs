//! The same blocks lead to the same roots on one thread and on eight. Execution itself knows no threads; what runs
//! beside it is the checking of signatures and the reading of states, here as busy as eight threads allow.

mod common;

use allonge_contracts::{Hash, Outcome, cash, check_invariants};
use allonge_ledger::{Block, CheckedTransaction, Genesis, LedgerState, NoKeyCache};
use common::chance::{Chance, beginning, something};
use common::life::Life;
use common::*;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What each block leads to.
#[derive(Debug, PartialEq)]
struct Roots {
    block: Hash,
    state: Hash,
    receipts: Hash,
    recent: Hash,
}

/// Replays blocks from their bytes on a number of threads.
fn replay(genesis: &Genesis, blocks: &[Vec<u8>], threads: usize) -> Vec<Roots> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let mut state = LedgerState::genesis(genesis.clone()).unwrap();
    let mut roots = Vec::new();
    for bytes in blocks {
        let block = Block::from_bytes(bytes).unwrap();
        let executed = pool.install(|| {
            let checked: Vec<CheckedTransaction> = block
                .transactions
                .par_iter()
                .map(|bytes| {
                    CheckedTransaction::check(bytes.clone(), &state.genesis_hash, &NoKeyCache)
                        .unwrap()
                })
                .collect();
            // Others read the same state meanwhile: they admit, try out and look things up.
            let readers = checked.clone();
            let (executed, ()) = rayon::join(
                || state.execute(&block.header, checked).unwrap(),
                || {
                    readers
                        .par_iter()
                        .for_each(|transaction| read(&state, transaction))
                },
            );
            executed
        });
        roots.push(Roots {
            block: executed.hash,
            state: executed.state.trie.root(),
            receipts: executed.receipts.root(),
            recent: executed.state.recent.root(),
        });
        state = executed.state;
    }
    assert_eq!(check_invariants(&state.trie).unwrap(), vec![]);
    roots
}

fn read(state: &LedgerState, transaction: &CheckedTransaction) {
    let time_ms = state.time_ms();
    state.admit(transaction, time_ms).unwrap().ok();
    state.dry_run(transaction, time_ms).unwrap().ok();
    let actor = &transaction.transaction().body.actor;
    cash::read::balances(&state.trie, actor).unwrap();
}

fn compare_threads(genesis: &Genesis, chain: &Chain) {
    let blocks: Vec<Vec<u8>> = chain
        .blocks
        .iter()
        .map(|(block, _)| block.block().to_bytes())
        .collect();
    let one = replay(genesis, &blocks, 1);
    let eight = replay(genesis, &blocks, 8);
    assert_eq!(one, eight);
    let built = chain.blocks.iter().map(|(block, _)| block.hash);
    assert!(one.iter().map(|roots| roots.block).eq(built));
    println!(
        "{} blocks, last state {}",
        blocks.len(),
        one[blocks.len() - 1].state
    );
}

#[test]
fn the_golden_chain_has_the_same_roots_on_one_thread_and_on_eight() {
    compare_threads(&genesis(), &Life::new().chain);
}

#[test]
fn a_random_chain_has_the_same_roots_on_one_thread_and_on_eight() {
    let mut genesis = genesis();
    // Behind the fence for a day only, so that what is overdue is redeemed by hand too.
    genesis.rules.params.redemption_retry_days = 1;
    let mut chance = Chance::new(0x5eed);
    let mut chain = Chain::of(genesis.clone());
    beginning(&mut chain);
    let mut outcomes: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    // Ids follow from the genesis, and chance from ids: where a kind of act has not come off yet, it goes on.
    let all_came_off = |outcomes: &BTreeMap<&str, (u32, u32)>| {
        outcomes.values().all(|(accepted, _)| *accepted > 0)
    };
    for round in 0..1_200 {
        if round >= 400 && all_came_off(&outcomes) {
            break;
        }
        let mut candidates = Vec::new();
        for _ in 0..32 {
            let (actor, calls) = something(&mut chance, &chain);
            candidates.push(chain.tx(actor, calls));
        }
        let later = chance.of(&[1_000, 1_000, 5 * HOUR, 11 * HOUR]);
        let time_ms = chain.state.time_ms() + later;
        // Written for an hour from the block before.
        if later > HOUR {
            candidates.clear();
        }
        let (block, _) = chain
            .state
            .build(chain.slot_at(time_ms), &candidates)
            .unwrap();
        for (receipt, transaction) in block
            .receipts
            .transactions
            .iter()
            .zip(block.transactions.iter())
        {
            let calls = &transaction.transaction().body.calls;
            let count = outcomes.entry(calls[calls.len() - 1].name()).or_default();
            match receipt.outcome {
                Outcome::Accepted(_) => count.0 += 1,
                Outcome::Rejected(_) => count.1 += 1,
            }
        }
        chain.commit(block);
    }
    println!("accepted and refused: {outcomes:?}");
    assert!(all_came_off(&outcomes), "{outcomes:?}");
    assert!(outcomes.len() >= 40, "{outcomes:?}");
    compare_threads(&genesis, &chain);
}
