//! Building a block and executing it come to the same, and nothing else passes.

mod common;

use allonge_contracts::{Code, Date, Hash, Outcome, PublicKey};
use allonge_ledger::{
    CheckedTransaction, ExecuteError, ExecutedBlock, Header, InvalidBlock, LedgerState, LeftOut,
    Limits, transaction_root,
};
use common::*;
use proptest::prelude::*;

fn assert_same(a: &ExecutedBlock, b: &ExecutedBlock) {
    assert_eq!(a.header, b.header);
    assert_eq!(a.hash, b.hash);
    assert_eq!(a.receipts, b.receipts);
    assert_eq!(a.state.trie.root(), b.state.trie.root());
    assert_eq!(a.state.recent.root(), b.state.recent.root());
    assert!(a.state.recent.iter().eq(b.state.recent.iter()));
    assert_eq!(a.state.tip(), a.hash);
}

fn code(block: &ExecutedBlock, index: usize) -> Option<Code> {
    match &block.receipts.transactions[index].outcome {
        Outcome::Accepted(_) => None,
        Outcome::Rejected(rejection) => Some(rejection.code),
    }
}

#[test]
fn an_empty_block_is_built_and_executed() {
    let mut chain = Chain::new();
    let parent = chain.state.clone();
    let block = chain.append(&[]).clone();
    assert_eq!(block.header.height, 1);
    assert_eq!(block.header.parent, parent.genesis_hash);
    assert_eq!(block.header.transaction_root, Hash::ZERO);
    assert_same(&receive(&parent, &block.block()).unwrap(), &block);
}

#[test]
fn a_refused_transaction_stays_and_leaves_no_trace() {
    let mut chain = Chain::new();
    let good = chain.tx("t-0", vec![transfer("t-1", 5)]);
    // The first call could be carried out; the second has no cover.
    let bad = chain.tx("t-2", vec![transfer("t-3", 5), transfer("t-3", 2_000_000)]);
    let (alone, _) = chain.build(std::slice::from_ref(&good));
    let (both, left_out) = chain.build(&[good, bad.clone()]);
    assert_eq!(left_out, []);
    assert_eq!(both.transactions.len(), 2);
    assert_eq!(code(&both, 0), None);
    assert_eq!(code(&both, 1), Some(Code::InsufficientFunds));
    let receipt = &both.receipts.transactions[1];
    assert_eq!(receipt.transaction, *bad.id());
    assert_eq!(receipt.events, []);
    assert!(receipt.work > 0);
    assert_eq!(both.header.state_root, alone.header.state_root);
    assert_ne!(both.header.receipt_root, alone.header.receipt_root);
    assert!(both.state.recent.contains(bad.id()));
    assert_same(&receive(&chain.state, &both.block()).unwrap(), &both);
}

#[test]
fn time_never_goes_back_and_the_date_follows_it() {
    let mut chain = Chain::new();
    let (early, _) = chain.state.build(chain.slot_at(0), &[]).unwrap();
    assert_eq!(early.header.time_ms, start_ms());
    assert_eq!(early.header.business_date.to_string(), "2027-01-04");
    // 23:59:59.999 and 24:00 at UTC+8.
    for (time, date) in [
        (start_ms() + 14 * HOUR - 1, "2027-01-04"),
        (start_ms() + 14 * HOUR, "2027-01-05"),
    ] {
        let (block, _) = chain.state.build(chain.slot_at(time), &[]).unwrap();
        assert_eq!(block.header.time_ms, time);
        assert_eq!(block.header.business_date.to_string(), date);
        assert_same(&receive(&chain.state, &block.block()).unwrap(), &block);
    }
    chain.append(&[]);
    let (block, _) = chain.state.build(chain.slot_at(0), &[]).unwrap();
    assert_eq!(block.header.time_ms, chain.state.time_ms());
}

/// A field and how to change it.
type Change = (&'static str, Box<dyn Fn(&mut Header)>);

#[test]
fn every_changed_field_of_a_header_is_named() {
    let mut chain = Chain::new();
    let tx = chain.tx("t-0", vec![transfer("t-1", 1)]);
    chain.append(&[tx]);
    let tx = chain.tx("t-1", vec![transfer("t-2", 7)]);
    let (good, _) = chain.build(&[tx]);
    let flip = |hash: &mut Hash| hash.0[7] ^= 1;
    let changes: Vec<Change> = vec![
        ("version", Box::new(|h| h.version = 2)),
        ("genesis", Box::new(move |h| flip(&mut h.genesis))),
        ("height", Box::new(|h| h.height += 1)),
        // Another round is another proposer's.
        ("proposer", Box::new(|h| h.round += 1)),
        ("time_ms", Box::new(|h| h.time_ms = start_ms() + 999)),
        ("business_date", Box::new(|h| h.time_ms += DAY)),
        (
            "business_date",
            Box::new(|h| h.business_date = "2027-01-05".parse::<Date>().unwrap()),
        ),
        ("parent", Box::new(move |h| flip(&mut h.parent))),
        ("proposer", Box::new(|h| h.proposer = PublicKey([9; 32]))),
        ("validators", Box::new(move |h| flip(&mut h.validators))),
        (
            "next_validators",
            Box::new(move |h| flip(&mut h.next_validators)),
        ),
        ("protocol", Box::new(|h| h.protocol = 2)),
        (
            "transaction_root",
            Box::new(move |h| flip(&mut h.transaction_root)),
        ),
        ("receipt_root", Box::new(move |h| flip(&mut h.receipt_root))),
        ("state_root", Box::new(move |h| flip(&mut h.state_root))),
        (
            "recent_ids_root",
            Box::new(move |h| flip(&mut h.recent_ids_root)),
        ),
        ("params", Box::new(move |h| flip(&mut h.params))),
    ];
    for (name, change) in changes {
        let mut block = good.block();
        change(&mut block.header);
        match receive(&chain.state, &block) {
            Err(ExecuteError::Invalid(InvalidBlock::Header {
                field,
                found,
                expected,
            })) => {
                assert_eq!(field, name);
                assert_ne!(found, expected);
            }
            other => panic!("{name}: {:?}", other.err()),
        }
    }
    assert_same(&receive(&chain.state, &good.block()).unwrap(), &good);
}

#[test]
fn another_list_of_transactions_is_another_block() {
    let mut chain = Chain::new();
    let one = chain.tx("t-0", vec![transfer("t-1", 1)]);
    let two = chain.tx("t-1", vec![transfer("t-2", 1)]);
    let three = chain.tx("t-2", vec![transfer("t-2", 1)]);
    let (good, _) = chain.build(&[one.clone(), two.clone()]);
    for list in [
        vec![],
        vec![one.clone()],
        vec![two.clone(), one.clone()],
        vec![one.clone(), two.clone(), three],
    ] {
        let verdict = chain.state.execute(&good.header, list).err().unwrap();
        assert!(
            matches!(
                verdict,
                ExecuteError::Invalid(InvalidBlock::Header {
                    field: "transaction_root",
                    ..
                })
            ),
            "{verdict}"
        );
    }
}

/// A chain on which a block has room for few transactions.
fn tight(block_work: u64, transaction_work: u64, percent: u8) -> Chain {
    let mut genesis = genesis();
    genesis.limits = Limits {
        block_work,
        transaction_work,
        member_share_percent: percent,
        ..Limits::default()
    };
    Chain::of(genesis)
}

/// What one transfer costs.
fn transfer_work() -> u64 {
    let mut chain = Chain::new();
    let tx = chain.tx("t-0", vec![transfer("t-1", 1)]);
    chain.append(&[tx]).receipts.transactions[0].work
}

#[test]
fn work_bounds_a_block_and_the_next_one_goes_on() {
    let work = transfer_work();
    // Room for 10 transfers at most; a transaction may take five times what a transfer takes.
    let mut chain = tight(work * 10, work * 5, 100);
    let all: Vec<CheckedTransaction> = (0..25)
        .map(|i| chain.tx(TRADERS[i % 4], vec![transfer("bank", 1)]))
        .collect();
    let mut waiting = all.clone();
    let mut blocks = 0;
    while !waiting.is_empty() {
        let (block, left_out) = chain.build(&waiting);
        assert!(!block.transactions.is_empty());
        let used: u64 = block.receipts.transactions.iter().map(|r| r.work).sum();
        assert!(used + block.receipts.system.work <= work * 10);
        assert_same(&receive(&chain.state, &block.block()).unwrap(), &block);
        assert!(left_out.iter().all(|l| l.code.is_none()));
        let rest: Vec<Hash> = left_out.iter().map(|l| l.id).collect();
        if let Some(next) = waiting.iter().find(|tx| rest.contains(tx.id())) {
            // One more, and the block is invalid for its work.
            let mut more: Vec<CheckedTransaction> = block.transactions.to_vec();
            more.push(next.clone());
            let mut header = (*block.header).clone();
            header.transaction_root = transaction_root(&more);
            let verdict = chain.state.execute(&header, more).err().unwrap();
            assert!(
                matches!(
                    verdict,
                    ExecuteError::Invalid(InvalidBlock::Limit { limit: "work", found, most }) if found > most
                ),
                "{verdict}"
            );
        }
        chain.commit(block);
        waiting.retain(|tx| rest.contains(tx.id()));
        blocks += 1;
    }
    assert!((3..=6).contains(&blocks), "{blocks} blocks");
    let (replayed, left_out) = chain.build(&all);
    assert_eq!(replayed.transactions.len(), 0);
    assert!(left_out.iter().all(|l| l.code == Some(Code::Duplicate)));
}

#[test]
fn bytes_bound_a_block() {
    let mut genesis = genesis();
    genesis.limits.block_bytes = 512 * 1024;
    genesis.limits.block_work = 10_000_000;
    genesis.limits.transaction_work = 5_000_000;
    let mut chain = Chain::of(genesis);
    let all: Vec<CheckedTransaction> = (0..90)
        .map(|i| {
            let mut call = transfer("bank", 1);
            if let allonge_contracts::Call::Transfer(transfer) = &mut call {
                transfer.reference = "r".repeat(64).parse().unwrap();
                transfer.purpose = "p".repeat(64).parse().unwrap();
            }
            chain.tx(TRADERS[i % 4], vec![call; 64])
        })
        .collect();
    let (block, left_out) = chain.build(&all);
    let size = block.block().to_bytes().len();
    assert!(size <= 512 * 1024 && size > 500 * 1024, "{size} bytes");
    assert_eq!(block.transactions.len() + left_out.len(), all.len());
    assert!(left_out.iter().all(|l| l.code.is_none()) && !left_out.is_empty());
    assert_same(&receive(&chain.state, &block.block()).unwrap(), &block);
    let mut header = (*block.header).clone();
    header.transaction_root = transaction_root(&all);
    let verdict = chain.state.execute(&header, all).err().unwrap();
    assert!(
        matches!(
            verdict,
            ExecuteError::Invalid(InvalidBlock::Limit {
                limit: "bytes",
                most: 524_288,
                ..
            })
        ),
        "{verdict}"
    );
}

#[test]
fn the_size_of_an_empty_block_is_what_the_limit_counts_with() {
    let block = Chain::new().append(&[]).block();
    assert_eq!(
        block.to_bytes().len() as u64,
        allonge_ledger::Block::EMPTY_BYTES
    );
}

#[test]
fn one_member_cannot_crowd_out_the_others() {
    let work = transfer_work();
    let mut chain = tight(work * 16, work * 2, 50);
    let mut candidates: Vec<CheckedTransaction> = (0..20)
        .map(|_| chain.tx("t-0", vec![transfer("bank", 1)]))
        .collect();
    let others: Vec<CheckedTransaction> = ["t-1", "t-2", "t-1"]
        .iter()
        .map(|name| chain.tx(name, vec![transfer("bank", 1)]))
        .collect();
    candidates.extend(others.clone());
    let (block, left_out) = chain.build(&candidates);
    let included: Vec<&Hash> = block.transactions.iter().map(|tx| tx.id()).collect();
    assert!(others.iter().all(|tx| included.contains(&tx.id())));
    // What the others leave is t-0's again, in its order.
    let own: Vec<&Hash> = candidates[..20]
        .iter()
        .map(|tx| tx.id())
        .filter(|id| included.contains(id))
        .collect();
    assert!(own.len() > 8, "{} of t-0", own.len());
    assert_eq!(
        own,
        candidates[..own.len()]
            .iter()
            .map(|tx| tx.id())
            .collect::<Vec<_>>()
    );
    assert_eq!(included.len() + left_out.len(), candidates.len());
    assert_same(&receive(&chain.state, &block.block()).unwrap(), &block);
}

#[test]
fn a_transaction_over_its_own_work_fails_alone() {
    let work = transfer_work();
    let mut chain = tight(work * 8, work * 2, 50);
    let long = chain.tx("t-0", vec![transfer("t-1", 1); 64]);
    let short = chain.tx("t-2", vec![transfer("t-1", 1)]);
    let block = chain.append(&[long, short]).clone();
    assert_eq!(code(&block, 0), Some(Code::WorkExceeded));
    assert_eq!(code(&block, 1), None);
}

#[test]
fn repeated_candidates_count_once() {
    let mut chain = Chain::new();
    let tx = chain.tx("t-0", vec![transfer("t-1", 1)]);
    let (block, left_out) = chain.build(&[tx.clone(), tx.clone()]);
    assert_eq!(block.transactions.len(), 1);
    assert_eq!(left_out, []);
    let twice = vec![tx.clone(), tx.clone()];
    let mut header = (*block.header).clone();
    header.transaction_root = transaction_root(&twice);
    assert_eq!(
        chain.state.execute(&header, twice).err(),
        Some(ExecuteError::Invalid(InvalidBlock::Transaction {
            index: 1,
            id: *tx.id(),
            code: Code::Duplicate
        }))
    );
}

#[test]
fn a_dry_run_tells_the_receipt_and_changes_nothing() {
    let mut chain = Chain::new();
    let good = chain.tx("t-0", vec![transfer("t-1", 1)]);
    let bad = chain.tx("t-2", vec![transfer("t-1", 9_000_000)]);
    let before = chain.state.trie.root();
    let time = chain.slot().time_ms;
    let told: Vec<_> = [&good, &bad]
        .iter()
        .map(|tx| chain.state.dry_run(tx, time).unwrap().unwrap())
        .collect();
    assert_eq!(chain.state.trie.root(), before);
    assert_eq!(
        chain.append(&[good.clone(), bad]).receipts.transactions,
        told
    );
    assert_eq!(
        chain.state.dry_run(&good, time).unwrap(),
        Err(Code::Duplicate)
    );
}

#[test]
fn a_checkpoint_is_compared_with_its_header() {
    let mut chain = Chain::new();
    let tx = chain.tx("t-0", vec![transfer("t-1", 1)]);
    chain.append(&[tx]);
    let state = &chain.state;
    let header = state.header.clone().unwrap();
    let restore = |trie, recent| {
        LedgerState::restore(
            state.genesis.clone(),
            header.clone(),
            trie,
            recent,
            state.validators.clone(),
        )
    };
    let before = Chain::new().state;
    let again = restore(state.trie.clone(), state.recent.clone()).unwrap();
    assert_eq!(again.tip(), state.tip());
    let what =
        |result: Result<LedgerState, allonge_ledger::RestoreError>| result.err().unwrap().what;
    assert_eq!(what(restore(before.trie, state.recent.clone())), "state");
    assert_eq!(
        what(restore(state.trie.clone(), before.recent)),
        "list of recent ids"
    );
}

/// A transfer: who, to whom, how much, how often in one transaction.
type Move = (usize, usize, u64, usize);

fn moves() -> impl Strategy<Value = Vec<(Vec<Move>, u64)>> {
    let amount = prop_oneof![0u64..3, 100_000u64..900_000, Just(u64::MAX)];
    let one = (0usize..5, 0usize..4, amount, 1usize..4);
    let block = (prop::collection::vec(one, 0..12), 0u64..(2 * HOUR));
    prop::collection::vec(block, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is offered: the proposer and a voter that starts from bytes come to the same, cash is
    /// conserved, and what one chain has final no other order of building gives.
    #[test]
    fn building_and_executing_agree(blocks in moves()) {
        let mut chain = tight(100, 30, 40);
        let mut voter = chain.state.clone();
        for (moves, step) in blocks {
            let time = chain.state.time_ms() + step;
            let mut candidates = Vec::new();
            for (from, to, amount, times) in moves {
                let actor = TRADERS.get(from).copied().unwrap_or("barred");
                candidates.push(chain.tx(actor, vec![transfer(TRADERS[to], amount); times]));
            }
            let (block, left_out) = chain.state.build(chain.slot_at(time), &candidates).unwrap();
            prop_assert_eq!(block.transactions.len() + left_out.len(), candidates.len());
            for LeftOut { id, code } in left_out {
                let tx = candidates.iter().find(|tx| *tx.id() == id).unwrap();
                let expired = (step > HOUR).then_some(Code::Expired);
                let barred = (tx.transaction().body.actor == common::id("barred"))
                    .then_some(Code::MemberSuspended);
                prop_assert_eq!(code, expired.or(barred));
            }
            let executed = receive(&voter, &block.block()).unwrap();
            assert_same(&executed, &block);
            voter = executed.state;
            chain.commit(block);
            let total: u64 = ["bank", "duo"].iter().chain(&TRADERS).map(|name| balance(&voter, name)).sum();
            prop_assert_eq!(total, 6_000_000);
        }
    }
}

fn balance(state: &LedgerState, member: &str) -> u64 {
    let currency = "CNY".parse().unwrap();
    allonge_contracts::cash::read::balance(&state.trie, &common::id(member), currency)
        .unwrap()
        .total
}
