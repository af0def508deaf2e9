//! Ten thousand bills of one acceptor due on one day, block by block: the clock keeps to its half of every block and
//! to its order, other business goes on in the same blocks, and nobody spends first what is due.

mod common;

use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{CallResult, Code, Event, Outcome, cash, check_invariants, work};
use allonge_ledger::{CheckedTransaction, ExecutedBlock};
use common::asks::*;
use common::*;

const BILLS: u64 = 10_000;
const EACH: u64 = 100;
/// In one transaction.
const AT_ONCE: usize = 32;
const MATURITY: &str = "2027-03-01";

/// A moment of business time, as header time.
fn at(day: &str, hour: u64) -> u64 {
    u64::from(day.parse::<allonge_contracts::Date>().unwrap().days()) * DAY + hour * HOUR - 8 * HOUR
}

/// Carries out transactions in as many blocks as they need; what came of each.
fn put(chain: &mut Chain, mut waiting: Vec<CheckedTransaction>) -> Vec<Vec<CallResult>> {
    let mut results = Vec::new();
    while !waiting.is_empty() {
        let (block, left_out) = chain.build(&waiting);
        assert!(left_out.iter().all(|left| left.code.is_none()));
        for receipt in &block.receipts.transactions {
            match &receipt.outcome {
                Outcome::Accepted(made) => results.push(made.clone()),
                Outcome::Rejected(rejection) => panic!("{rejection}"),
            }
        }
        chain.commit(block);
        waiting.retain(|transaction| left_out.iter().any(|left| left.id == *transaction.id()));
    }
    results
}

/// The bills, drawn by `t-0` on the bank to `t-1`, in the hands of `t-1`.
fn issue(chain: &mut Chain) -> Vec<InstrumentNumber> {
    let register = register("bank", EACH, MATURITY);
    let places: Vec<u8> = (0..AT_ONCE as u8).collect();
    let count = BILLS.div_ceil(AT_ONCE as u64);
    let mut drawing = Vec::new();
    for group in 0..count {
        let size = (BILLS - group * AT_ONCE as u64).min(AT_ONCE as u64) as usize;
        let calls = places[..size]
            .iter()
            .flat_map(|place| [register.clone().into(), ask_acceptance_of(place * 2)]);
        drawing.push(chain.tx("t-0", calls.collect()));
    }
    let made = put(chain, drawing);
    let bills: Vec<InstrumentNumber> = made.iter().flat_map(|made| bills_of(made)).collect();
    answer(chain, "bank", &made);
    let asking = bills
        .chunks(AT_ONCE)
        .map(|bills| chain.tx("t-0", bills.iter().copied().map(ask_delivery).collect()))
        .collect();
    let made = put(chain, asking);
    answer(chain, "t-1", &made);
    bills
}

fn answer(chain: &mut Chain, actor: &str, made: &[Vec<CallResult>]) {
    let answers = made
        .iter()
        .map(|made| chain.tx(actor, agrees(made)))
        .collect();
    put(chain, answers);
}

/// What became of a transaction in a block: carried out, or the code.
fn outcome(block: &ExecutedBlock, transaction: &CheckedTransaction) -> Result<(), Code> {
    let receipts = &block.receipts.transactions;
    let found = receipts
        .iter()
        .find(|receipt| receipt.transaction == *transaction.id())
        .expect("in the block");
    match &found.outcome {
        Outcome::Accepted(_) => Ok(()),
        Outcome::Rejected(rejection) => Err(rejection.code),
    }
}

/// A block of these transactions, which a voter executes to the same roots.
fn block(chain: &mut Chain, time_ms: u64, candidates: &[CheckedTransaction]) -> ExecutedBlock {
    let (block, left_out) = chain
        .state
        .build(chain.slot_at(time_ms), candidates)
        .unwrap();
    assert_eq!(left_out, []);
    let voted = receive(&chain.state, &block.block()).unwrap();
    assert_eq!(voted.hash, block.hash);
    chain.commit(block).clone()
}

#[test]
fn ten_thousand_bills_of_one_day_are_worked_off_over_several_blocks() {
    let mut genesis = genesis();
    let bank = genesis
        .rules
        .balances
        .iter_mut()
        .find(|b| b.member == id("bank"));
    bank.unwrap().money = cny(BILLS * EACH);
    let limits = genesis.limits.clone();
    let mut chain = Chain::of(genesis);
    let bills = issue(&mut chain);
    assert_eq!(bills.len() as u64, BILLS);
    let half = limits.block_work / 2;
    let endorse = |bill| ask_endorsement(bill, range(1, EACH), None, "t-2");
    let evening = chain.slot_at(at(MATURITY, 0) - 1);
    chain.commit(chain.state.build(evening, &[]).unwrap().0);

    // The morning: every bill matures, then every lot is presented, in the order of the numbers.
    let mut time = at(MATURITY, 0);
    let mut mornings = 0;
    let mut presented: Vec<InstrumentNumber> = Vec::new();
    loop {
        let other = chain.tx("t-2", vec![transfer("t-3", 1)]);
        let first = chain.tx("t-1", vec![endorse(bills[BILLS as usize - 1])]);
        let block = block(&mut chain, time, &[other.clone(), first.clone()]);
        mornings += 1;
        time += 1_000;
        let system = &block.receipts.system;
        assert!(system.work <= half + work::PRESENT_LOT, "{}", system.work);
        presented.extend(system.events.iter().filter_map(|event| match event {
            Event::BillPresented(presented) => Some(presented.bill),
            _ => None,
        }));
        assert_eq!(outcome(&block, &other), Ok(()));
        let code = outcome(&block, &first).unwrap_err();
        if !system.pending {
            assert_eq!(code, Code::RequestPending);
            break;
        }
        assert_eq!(
            code,
            Code::DuePending,
            "its holder does not pass it on first"
        );
    }
    assert_eq!(presented.len() as u64, BILLS);
    assert!(presented.is_sorted(), "in the order of the numbers");
    let units = BILLS * (work::MATURITY + 2 * work::PRESENT_LOT);
    assert_eq!(
        mornings,
        (units + 2 * work::DAY).div_ceil(half),
        "no block to spare"
    );

    // The close: the bank has just what it owes, and tries in every block to spend some of it first.
    let afternoon = chain.slot_at(at(MATURITY, 20) - 1);
    chain.commit(chain.state.build(afternoon, &[]).unwrap().0);
    time = at(MATURITY, 20);
    let mut closes = 0;
    let mut paid = 0;
    loop {
        let other = chain.tx("t-2", vec![transfer("t-3", 1)]);
        let grab = chain.tx("bank", vec![transfer("t-3", 1)]);
        let block = block(&mut chain, time, &[grab.clone(), other.clone()]);
        closes += 1;
        time += 1_000;
        let system = &block.receipts.system;
        assert!(system.work <= half + work::SETTLE_LOT, "{}", system.work);
        let count = |event: &&Event| matches!(event, Event::BillPaid(_));
        paid += system.events.iter().filter(count).count() as u64;
        assert_eq!(outcome(&block, &other), Ok(()));
        let code = outcome(&block, &grab).unwrap_err();
        if paid == BILLS {
            assert_eq!(
                code,
                Code::InsufficientFunds,
                "all is spent on what was due"
            );
        } else {
            assert_eq!(
                code,
                Code::DuePending,
                "its acceptor does not spend first what is due"
            );
        }
        if !system.pending {
            break;
        }
    }
    assert_eq!(paid, BILLS);
    let units = BILLS * work::SETTLE_LOT;
    assert_eq!(
        closes,
        (units + work::DAY).div_ceil(half),
        "no block to spare"
    );
    println!(
        "{BILLS} bills: presented in {mornings} blocks, paid in {closes}, beside other business"
    );

    let total = |who| {
        let currency = cny(0).currency;
        cash::read::balance(&chain.state.trie, &id(who), currency)
            .unwrap()
            .total
    };
    assert_eq!((total("bank"), total("t-1")), (0, 1_000_000 + BILLS * EACH));
    assert_eq!(check_invariants(&chain.state.trie).unwrap(), vec![]);
}

/// Without transactions the block is the clock's alone, and the same work takes half as many blocks.
#[test]
fn an_empty_block_is_the_clocks_alone() {
    let mut genesis = genesis();
    let bank = genesis
        .rules
        .balances
        .iter_mut()
        .find(|b| b.member == id("bank"));
    bank.unwrap().money = cny(BILLS * EACH);
    let whole = genesis.limits.block_work;
    let mut chain = Chain::of(genesis);
    issue(&mut chain);
    let mut time = at(MATURITY, 20);
    let mut blocks = 0;
    loop {
        let block = block(&mut chain, time, &[]);
        blocks += 1;
        time += 1_000;
        let system = &block.receipts.system;
        assert!(system.work <= whole + work::SETTLE_LOT, "{}", system.work);
        if !system.pending {
            break;
        }
    }
    let units = BILLS * (work::MATURITY + 2 * work::PRESENT_LOT + work::SETTLE_LOT);
    assert_eq!(blocks, (units + 3 * work::DAY).div_ceil(whole));
    println!("{BILLS} bills presented and paid in {blocks} empty blocks");
}
