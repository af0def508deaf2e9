//! What a cycle of netting costs an obligation.

use crate::common::deals::{admit, mint, queue, run_cycle};
use crate::common::genesis;
use crate::lots::{carry_out, results};
use crate::{Best, ratio};
use allonge_contracts::members::Role;
use allonge_contracts::{BlockContext, Call};
use allonge_ledger::{LedgerState, trie::Trie};
use criterion::Criterion;

const MEMBERS: u64 = 100;
/// The last one is as many as may wait in a currency.
const SIZES: [u64; 3] = [100, 1_000, 10_000];
/// So many obligations are queued in one transaction.
const AT_ONCE: usize = 32;

/// A network on which so many obligations wait, each member owing the others in turn.
fn waiting(count: u64) -> (Trie, BlockContext) {
    let state = LedgerState::genesis(genesis()).expect("genesis");
    let block = BlockContext {
        height: 1,
        time_ms: state.time_ms(),
    };
    let (mut trie, mut salt) = (state.trie.clone(), 0);
    let mut act = |actor: &str, calls: &[Call]| {
        salt += 1;
        let (executed, changes) = carry_out(&trie, &block, salt, actor, calls);
        trie = trie.apply(&changes).expect("sorted");
        results(executed);
    };
    let name = |place: u64| format!("m-{:03}", place % MEMBERS);
    for place in 0..MEMBERS {
        act("regulator", &[admit(&name(place), Role::Enterprise)]);
        act("cb", &[mint(&name(place), 1_000)]);
    }
    for payer in 0..MEMBERS {
        let owes: Vec<Call> = (payer..count)
            .step_by(MEMBERS as usize)
            .map(|place| {
                let payee = payer + 1 + place / MEMBERS % (MEMBERS - 1);
                let money = 100 + place * 37 % 900;
                queue(&name(payee), money, 5, "2027-02-01").into()
            })
            .collect();
        for calls in owes.chunks(AT_ONCE) {
            act(&name(payer), calls);
        }
    }
    (trie, block)
}

/// Measures a cycle over different numbers of obligations.
pub fn measure(c: &mut Criterion, best: &Best) {
    let name = "run a cycle";
    for count in SIZES {
        let (trie, block) = waiting(count);
        let calls = [run_cycle()];
        let run = || carry_out(&trie, &block, u64::MAX, "cb", &calls);
        let (executed, changes) = run();
        let settled = executed
            .events
            .iter()
            .filter(|event| event.name() == "netting.settled")
            .count();
        let units = executed.work;
        results(executed);
        best.bench(c, name, count, run);
        let applied = format!("{name}, state");
        best.bench(c, &applied, count, || trie.apply(&changes));
        let nanos = best.nanos(name, count);
        let whole = nanos + best.nanos(&applied, count);
        println!(
            "a cycle of {count} obligations: {settled} settled, {units} units, {} ns a unit, {} ns an obligation, {} ns with \
             the state",
            nanos / u128::from(units),
            nanos / u128::from(count),
            whole / u128::from(count),
        );
    }
    let each = |count: u64| best.nanos(name, count) * 1_000_000 / u128::from(count);
    println!(
        "an obligation in a cycle of 10^2 : 10^3 : 10^4 costs 1 : {} : {}",
        ratio(each(1_000), each(100)),
        ratio(each(10_000), each(100)),
    );
}
