//! What one act costs on a bill and on a certificate of 1,000, of 100,000 and of 1,000,000 lots, in the ledger's own state; what a look
//! along the hands of a lot and the clock's work cost; and how much memory the lots take.
//!
//! All is measured in one run and printed as tables, times besides as ratios. Of each act the best sample counts, so
//! that a busy machine does not blur the ratios. `cargo bench -p allonge-ledger --bench acts`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench measures time, and reads what it takes of memory"
)]

mod certificates;
#[path = "../../tests/common/mod.rs"]
mod common;
mod cycles;
mod lots;

use allonge_contracts::{BlockContext, Call, Outcome, work};
use allonge_ledger::trie::Trie;
use common::asks::*;
use common::{DAY, HOUR, cny};
use criterion::Criterion;
use lots::{Desk, carry_out};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIZES: [u64; 3] = [1_000_000, 100_000, 1_000];

/// A call that can be carried out on a state as it is.
struct Act {
    name: &'static str,
    actor: &'static str,
    call: Call,
}

/// Puts lots in the middle of the bill into the states that the acts start from.
fn acts(desk: &mut Desk) -> Vec<Act> {
    let (bill, middle) = (desk.bill, desk.lots / 2);
    let [free, signed, sold, paid, settled] = [0, 1, 2, 3, 4].map(|n| desk.lot(middle + n));
    let signed = desk.ask("t-2", ask_endorsement(bill, signed, None, "t-3"));
    let sold = desk.ask("t-2", ask_discount(bill, sold, None, "bank-2").into());
    let paid = desk.ask("t-2", present(bill, paid, None));
    // Opens recourse before maturity.
    desk.act("court", record_insolvency("bank", false));
    desk.act("t-2", notify(bill, settled));
    let settled = desk.ask("t-1", offer(bill, settled));
    let act = |name, actor, call| Act { name, actor, call };
    let part = ask_endorsement(bill, free, Some(cny(4)), "t-3");
    let pledge = ask_pledge(bill, free, None, "bank-2", 10, "2027-02-01");
    vec![
        act("endorse a part", "t-2", part),
        act("agree to an endorsement", "t-3", signed),
        act("agree to a discount", "bank-2", sold),
        act(
            "ask for a guarantee",
            "t-2",
            ask_guarantee(bill, free, None),
        ),
        act("pledge", "t-2", pledge),
        act("present", "t-2", present(bill, free, None)),
        act("pay", "bank", paid),
        act("give notice of recourse", "t-2", notify(bill, free)),
        act("settle an offer", "t-2", settled),
        act("freeze by a court", "court", freeze(bill, free, None)),
    ]
}

/// The best time of each measurement, by name and number of lots.
#[derive(Default)]
struct Best(RefCell<BTreeMap<(String, u64), Duration>>);

impl Best {
    fn note(&self, name: &str, lots: u64, sample: Duration) {
        let mut best = self.0.borrow_mut();
        let entry = best.entry((name.to_owned(), lots)).or_insert(sample);
        *entry = sample.min(*entry);
    }

    fn nanos(&self, name: &str, lots: u64) -> u128 {
        self.0.borrow()[&(name.to_owned(), lots)].as_nanos().max(1)
    }

    /// Times `once` under criterion and keeps the best sample.
    fn bench<T>(&self, c: &mut Criterion, name: &str, lots: u64, mut once: impl FnMut() -> T) {
        c.bench_function(&format!("{name}/{lots}"), |b| {
            b.iter_custom(|iterations| {
                let start = Instant::now();
                for _ in 0..iterations {
                    black_box(once());
                }
                let elapsed = start.elapsed();
                let iterations = u32::try_from(iterations.max(1)).unwrap_or(u32::MAX);
                self.note(name, lots, elapsed / iterations);
                elapsed
            });
        });
    }
}

/// What the process holds in memory: bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1);
    pages.and_then(|pages| pages.parse().ok()).unwrap_or(0u64) * 4096
}

fn ratio(part: u128, whole: u128) -> String {
    let hundredths = part * 100 / whole.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What an act is charged and how many keys it changes.
struct Charged {
    name: &'static str,
    units: u64,
    keys: usize,
}

/// Measures one act on a state, over and over.
fn charge(
    c: &mut Criterion,
    best: &Best,
    lots: u64,
    trie: &Trie,
    block: &BlockContext,
    act: Act,
) -> Charged {
    let Act { name, actor, call } = act;
    let calls = [call];
    let run = || carry_out(trie, block, u64::MAX, actor, &calls);
    let (executed, changes) = run();
    assert!(
        matches!(executed.outcome, Outcome::Accepted(_)),
        "{name}: {:?}",
        executed.outcome
    );
    best.bench(c, name, lots, run);
    let applied = format!("{name}, state");
    best.bench(c, &applied, lots, || trie.apply(&changes));
    Charged {
        name,
        units: executed.work,
        keys: changes.len(),
    }
}

fn measure(c: &mut Criterion, best: &Best, lots: u64) -> Vec<Charged> {
    let (before, start) = (resident(), Instant::now());
    let mut desk = Desk::of_lots(lots);
    let grown = resident().saturating_sub(before);
    println!(
        "{lots} lots with hands: {} entries, made in {} s",
        desk.trie.len(),
        start.elapsed().as_secs(),
    );
    // The first state is the largest; those after it fill what it has left.
    if lots == SIZES[0] {
        println!("{} MiB resident, {} bytes a lot", grown >> 20, grown / lots);
    }
    let charged = acts(&mut desk)
        .into_iter()
        .map(|act| charge(c, best, lots, &desk.trie, &desk.block, act))
        .collect();
    let walk = [notify(desk.bill, desk.lot(0))];
    let run = || carry_out(&desk.trie, &desk.block, u64::MAX, desk.walker(), &walk);
    let executed = run().0;
    assert!(
        matches!(executed.outcome, Outcome::Accepted(_)),
        "{executed:?}"
    );
    best.bench(c, "notice, many hands", lots, run);
    let hands = u128::from(desk.walked);
    let nanos =
        best.nanos("notice, many hands", lots) - best.nanos("give notice of recourse", lots);
    println!(
        "{lots} lots: a look along {hands} hands, {} ns a hand, charged {} units a hand",
        nanos / hands,
        work::HAND,
    );
    clock(&desk);
    charged
}

/// The clock's time for a unit of its work: at maturity, where it presents, and at the close, where it pays.
fn clock(desk: &Desk) {
    let maturity = desk.block.time_ms - 10 * HOUR + 56 * DAY;
    let mut desk = desk.clone();
    for (what, time) in [
        ("presents", maturity + 9 * HOUR),
        ("pays or refuses", maturity + 21 * HOUR),
    ] {
        for _ in 0..4 {
            let start = Instant::now();
            let (run, changes) = desk.clock(time, 50_000);
            let worked = start.elapsed();
            let start = Instant::now();
            desk.trie = desk.trie.apply(&changes).expect("sorted");
            let written = start.elapsed();
            println!(
                "{} lots, the clock {what}: {} units, {} events, {} ns a unit, {} ns a unit with the state",
                desk.lots,
                run.work,
                run.events.len(),
                worked.as_nanos() / u128::from(run.work.max(1)),
                (worked + written).as_nanos() / u128::from(run.work.max(1)),
            );
            if !run.pending {
                break;
            }
        }
    }
}

fn main() {
    let mut c = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let best = Best::default();
    let mut charged = Vec::new();
    for lots in SIZES {
        charged = measure(&mut c, &best, lots);
        charged.extend(certificates::measure(&mut c, &best, lots));
    }
    cycles::measure(&mut c, &best);
    println!(
        "act | units | keys | ns a unit at 10^6 | executed 10^3 : 10^5 : 10^6 | with the state 10^3 : 10^5 : 10^6"
    );
    for Charged { name, units, keys } in charged {
        let applied = format!("{name}, state");
        let executed = |lots| best.nanos(name, lots);
        let whole = |lots| best.nanos(name, lots) + best.nanos(&applied, lots);
        println!(
            "{name} | {units} | {keys} | {} | 1 : {} : {} | 1 : {} : {}",
            executed(1_000_000) / u128::from(units),
            ratio(executed(100_000), executed(1_000)),
            ratio(executed(1_000_000), executed(1_000)),
            ratio(whole(100_000), whole(1_000)),
            ratio(whole(1_000_000), whole(1_000)),
        );
    }
}
