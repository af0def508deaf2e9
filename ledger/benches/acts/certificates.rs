//! A certificate in many lots, made by the transfers that make one on a network: what acts on it cost, and what its
//! redemption costs a lot.

use crate::common::asks::{agrees, range};
use crate::common::deals::*;
use crate::common::{DAY, HOUR, cny, genesis, transfer};
use crate::lots::{carry_out, on, results};
use crate::{Act, Best, Charged, charge};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::calls::OpenCertificate;
use allonge_contracts::state::Overlay;
use allonge_contracts::{BlockContext, Call, CallResult, Date, RequestId, run_clock};
use allonge_ledger::{LedgerState, trie::Trie};
use criterion::Criterion;
use std::time::{Duration, Instant};

/// What a lot is worth.
const UNITS: u64 = 10;
/// So many lots are cut in one transaction.
const AT_ONCE: u64 = 32;
/// So many lots are cut before their changes are written into the trie.
const BATCH: u64 = 6_400;
const DUE: &str = "2027-03-01";
/// The clock's half of a block with the default limits.
const BUDGET: u64 = 50_000;
/// A redemption is followed no longer than this.
const PATIENCE: Duration = Duration::from_secs(25);

/// A network with one certificate of `core`, whose transfers need no signature, in lots of which all but the last are in
/// the hands of `t-2`.
#[derive(Clone)]
pub struct Shelf {
    pub trie: Trie,
    pub block: BlockContext,
    number: InstrumentNumber,
    lots: u64,
    salt: u64,
}

impl Shelf {
    fn of_lots(lots: u64) -> Shelf {
        let state = LedgerState::genesis(genesis()).expect("genesis");
        let block = BlockContext {
            height: 1,
            time_ms: state.time_ms(),
        };
        let sum = lots * UNITS;
        let mut shelf = Shelf {
            trie: state.trie.clone(),
            block,
            number: "910210009999620270104000000012".parse().expect("a number"),
            lots,
            salt: 0,
        };
        shelf.act("regulator", admissions());
        let cash = ["core", "factor", "house"].map(|name| mint(name, sum));
        shelf.act("cb", cash.into());
        let line = ids_of(&shelf.act("bank", vec![grant_line("core", sum)]))[0];
        let open = OpenCertificate {
            notice_only: true,
            ..open(line, "t-1", sum, DUE, 1)
        };
        shelf.act("t-1", vec![invoice(1, "t-1", "core", sum)]);
        let made = shelf.act("core", vec![open.into(), ask_signature_of(0)]);
        shelf.number = certificates_of(&made)[0];
        shelf.act("t-1", agrees(&made));
        shelf.cut();
        shelf
    }

    /// One transaction, carried out for good.
    fn act(&mut self, actor: &str, calls: Vec<Call>) -> Vec<CallResult> {
        self.salt += 1;
        let (executed, changes) = carry_out(&self.trie, &self.block, self.salt, actor, &calls);
        self.trie = self.trie.apply(&changes).expect("sorted");
        results(executed)
    }

    fn cut(&mut self) {
        let last = self.lots - 1;
        let mut place = 0;
        while place < last {
            let trie = self.trie.clone();
            let mut overlay = Overlay::new(&trie);
            let end = last.min(place + BATCH);
            while place < end {
                let next = end.min(place + AT_ONCE);
                let calls: Vec<Call> = (place..next).map(|place| self.cut_off(place)).collect();
                self.salt += 1;
                results(on(&mut overlay, &self.block, self.salt, "t-1", &calls));
                place = next;
            }
            self.trie = trie.apply(&overlay.into_changes()).expect("sorted");
        }
    }

    fn cut_off(&self, place: u64) -> Call {
        let rest = range(place * UNITS + 1, self.lots * UNITS);
        ask_transfer(self.number, rest, Some(cny(UNITS)), "t-2").into()
    }

    fn lot(&self, place: u64) -> LotRange {
        let start = place * UNITS + 1;
        range(start, start + UNITS - 1)
    }

    fn asked_for_quotes(&mut self, lot: LotRange) -> RequestId {
        let ask = ask_quotes(self.number, lot, None, &["factor", "house"], "2027-02-01");
        let ask = ids_of(&self.act("t-2", vec![ask]))[0];
        let binds = self.block.time_ms + 20 * DAY;
        for funder in ["factor", "house"] {
            let give = give_quote(ask, funder, &quoted("3.9%", UNITS), binds);
            self.act(funder, vec![give]);
        }
        ask
    }

    /// Acts on lots in the middle of the certificate.
    fn acts(&mut self) -> Vec<Act> {
        let (number, middle) = (self.number, self.lots / 2);
        let [free, financed, quoted_for, settled] = [0, 1, 2, 3].map(|n| self.lot(middle + n));
        let finance = |lot| ask_finance(number, lot, None, "factor", true).into();
        let asked = self.act("t-2", vec![finance(financed)]);
        let ask = self.asked_for_quotes(quoted_for);
        let legs = vec![
            delivers(number, settled, None, "t-2", "t-3"),
            pays("t-3", "t-2", 9),
        ];
        let proposed = self.act("t-2", vec![propose(legs, "2027-01-20")]);
        self.act("t-2", vec![affirm(&proposed)]);
        let act = |name, actor, call| Act { name, actor, call };
        let part = ask_transfer(number, free, Some(cny(4)), "t-3");
        let take = take_quote(ask, "house", quoted("3.9%", UNITS));
        vec![
            act("transfer a part by notice", "t-2", part.into()),
            act("ask for financing", "t-2", finance(free)),
            act("agree to financing", "factor", agrees(&asked).remove(0)),
            act("take a quote", "t-2", take),
            act(
                "settle an instruction of two legs",
                "t-3",
                affirm(&proposed),
            ),
            act("dispute", "t-2", dispute(number, free)),
        ]
    }
}

/// Measures the acts and the redemption.
pub fn measure(c: &mut Criterion, best: &Best, lots: u64) -> Vec<Charged> {
    let start = Instant::now();
    let mut shelf = Shelf::of_lots(lots);
    println!(
        "a certificate of {lots} lots: {} entries, made in {} s",
        shelf.trie.len(),
        start.elapsed().as_secs(),
    );
    let untouched = shelf.clone();
    let charged = shelf
        .acts()
        .into_iter()
        .map(|act| charge(c, best, lots, &shelf.trie, &shelf.block, act))
        .collect();
    redeem(&untouched, "in full");
    let mut short = untouched;
    // Leaves a third of what is owed, and something to round.
    let away = lots * UNITS - lots * UNITS / 3 - 1;
    short.act("core", vec![transfer("t-0", away)]);
    redeem(&short, "pro rata");
    charged
}

/// Follows the redemption of the certificate's pool from the close of its due day on, block after block.
fn redeem(shelf: &Shelf, how: &str) {
    let due: Date = DUE.parse().expect("a date");
    let evening = u64::from(due.days()) * DAY + 13 * HOUR;
    let mut trie = shelf.trie.clone();
    let (mut units, mut paid, mut blocks) = (0, 0, 0u32);
    let (mut worked, mut written) = (Duration::ZERO, Duration::ZERO);
    let whole = loop {
        let block = BlockContext {
            height: 2,
            time_ms: evening,
        };
        let start = Instant::now();
        let mut overlay = Overlay::new(&trie);
        let run = run_clock(&block, &mut overlay, BUDGET).expect("a sound state");
        let changes = overlay.into_changes();
        worked += start.elapsed();
        let start = Instant::now();
        trie = trie.apply(&changes).expect("sorted");
        written += start.elapsed();
        units += run.work;
        blocks += 1;
        paid += run
            .events
            .iter()
            .filter(|event| event.name() == "certificate.redeemed")
            .count();
        if !run.pending {
            break true;
        }
        if worked + written > PATIENCE {
            break false;
        }
    };
    let per = |time: Duration, of: u64| time.as_nanos() / u128::from(of.max(1));
    println!(
        "{} lots redeemed {how}{}: {paid} lots paid in {blocks} blocks, {units} units, {} ns a unit, {} ns a unit with the \
         state, {} ns a lot with the state",
        shelf.lots,
        if whole { "" } else { " (not to the end)" },
        per(worked, units),
        per(worked + written, units),
        per(worked + written, paid as u64),
    );
}
