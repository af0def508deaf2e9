//! The same blocks lead to the same roots on one thread and on eight. Execution itself knows no threads; what runs
//! beside it is the checking of signatures and the reading of states, here as busy as eight threads allow.

mod common;

use allonge_contracts::bills::{self, RefusalCode};
use allonge_contracts::calls::{Agree, Refuse, Register, RequestRef};
use allonge_contracts::requests::read as requests;
use allonge_contracts::{Call, Hash, Outcome, cash, check_invariants};
use allonge_ledger::{Block, CheckedTransaction, Genesis, LedgerState, NoKeyCache};
use common::asks::*;
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

/// Numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }
}

const ALL: [&str; 6] = ["bank", "bank-2", "t-0", "t-1", "t-2", "t-3"];

/// An act on a lot that somebody holds, at random; many break a rule.
fn on_a_lot(chance: &mut Chance, chain: &Chain) -> Option<(&'static str, Call)> {
    let holder = chance.of(&ALL);
    let held = bills::read::held_by(&chain.state.trie, &id(holder), None, 100).unwrap();
    if held.is_empty() {
        return None;
    }
    let (bill, lot) = chance.of(&held);
    let range = lot.range;
    let half = (chance.below(2) == 0).then(|| cny(1 + (range.end - range.start) / 2));
    let to = chance.of(&ALL);
    let debt = 1 + chance.below(500);
    Some(match chance.below(8) {
        0..=2 => (holder, ask_endorsement(bill, range, half, to)),
        3 => (holder, ask_discount(bill, range, half, to).into()),
        4 => (
            holder,
            ask_pledge(bill, range, half, to, debt, "2027-03-05"),
        ),
        5 => (holder, ask_guarantee(bill, range, half)),
        6 => ("court", freeze(bill, range, half)),
        _ => (holder, present(bill, range, half)),
    })
}

fn draw(chance: &mut Chance, chain: &Chain) -> (&'static str, Vec<Call>) {
    let today = chain.state.business_date(chain.state.time_ms()).unwrap();
    let days = 10 + u32::try_from(chance.below(40)).unwrap();
    let maturity = today.plus_days(days).unwrap().to_string();
    let acceptor = chance.of(&["bank", "bank-2"]);
    let register = Register {
        payee: id(chance.of(&["t-1", "t-2"])),
        ..register(acceptor, 100 + chance.below(5_000), &maturity)
    };
    ("t-0", vec![register.into(), ask_acceptance_of(0)])
}

fn deliver(chance: &mut Chance, chain: &Chain) -> Option<(&'static str, Vec<Call>)> {
    let held = bills::read::held_by(&chain.state.trie, &id("t-0"), None, 100).unwrap();
    if held.is_empty() {
        return None;
    }
    let bill = chance.of(&held).0;
    Some(("t-0", vec![ask_delivery(bill)]))
}

fn disclosed(chance: &mut Chance, chain: &Chain) -> Option<(&'static str, Vec<Call>)> {
    let held = bills::read::held_by(&chain.state.trie, &id("t-1"), None, 100).unwrap();
    if held.is_empty() {
        return None;
    }
    let bill = chance.of(&held).0;
    Some((chance.of(&["bank", "bank-2"]), vec![disclose(bill)]))
}

/// An answer to something that waits, mostly agreement.
fn answer(chance: &mut Chance, chain: &Chain) -> Option<(&'static str, Vec<Call>)> {
    let who = chance.of(&["bank", "bank-2", "guarantor", "t-1", "t-2", "t-3"]);
    let waiting = requests::waiting_for(&chain.state.trie, &id(who), None, 100).unwrap();
    if waiting.is_empty() {
        return None;
    }
    let found = chance.of(&waiting);
    let (request, terms) = (RequestRef::Id(found.id), found.terms_hash());
    let call = if chance.below(6) == 0 {
        let refuse = Refuse {
            request,
            terms,
            code: RefusalCode::Other,
            text: "not ours".parse().unwrap(),
        };
        refuse.into()
    } else {
        Agree { request, terms }.into()
    };
    Some((who, vec![call]))
}

fn something(chance: &mut Chance, chain: &Chain) -> (&'static str, Vec<Call>) {
    let made = match chance.below(10) {
        0 => Some(draw(chance, chain)),
        1 => deliver(chance, chain),
        2 => disclosed(chance, chain),
        3..=5 => answer(chance, chain),
        6..=8 => on_a_lot(chance, chain).map(|(actor, call)| (actor, vec![call])),
        _ => None,
    };
    made.unwrap_or_else(|| {
        let money = 1 + chance.below(20_000);
        (chance.of(&ALL), vec![transfer(chance.of(&ALL), money)])
    })
}

#[test]
fn a_random_chain_has_the_same_roots_on_one_thread_and_on_eight() {
    let genesis = genesis();
    let mut chance = Chance(0x5eed);
    let mut chain = Chain::of(genesis.clone());
    let mut outcomes: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for _ in 0..200 {
        let mut candidates = Vec::new();
        for _ in 0..24 {
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
    assert!(
        outcomes.values().all(|(accepted, _)| *accepted > 0),
        "{outcomes:?}"
    );
    assert!(outcomes.len() >= 10, "{outcomes:?}");
    compare_threads(&genesis, &chain);
}
