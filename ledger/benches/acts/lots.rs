//! A bill in many lots, each with its own hands, made by the acts that make one on a network.

use crate::common::asks::*;
use crate::common::{cny, genesis, id};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::state::{Changes, Overlay};
use allonge_contracts::{
    BlockContext, Call, CallResult, ClockRun, Executed, Money, Outcome, TransactionContext,
    execute_calls, run_clock, tagged_hash,
};
use allonge_ledger::{LedgerState, trie::Trie};

/// What a lot is worth.
const UNITS: u64 = 10;
/// So many lots are cut in one transaction.
const AT_ONCE: u64 = 32;
/// So many lots are cut before their changes are written into the trie.
const BATCH: u64 = 6_400;
/// For so many lots, the lot that goes back and forth goes once.
const WALK: u64 = 100;

/// The state of a network on which acts are carried out without blocks around them.
#[derive(Clone)]
pub struct Desk {
    pub trie: Trie,
    pub block: BlockContext,
    pub bill: InstrumentNumber,
    pub lots: u64,
    /// Hands of the lot that went back and forth.
    pub walked: u64,
    salt: u64,
}

/// One act on a state, and what it changes.
pub fn carry_out(
    trie: &Trie,
    block: &BlockContext,
    salt: u64,
    actor: &str,
    calls: &[Call],
) -> (Executed, Changes) {
    let mut overlay = Overlay::new(trie);
    let executed = on(&mut overlay, block, salt, actor, calls);
    (executed, overlay.into_changes())
}

pub fn on(
    overlay: &mut Overlay<'_>,
    block: &BlockContext,
    salt: u64,
    actor: &str,
    calls: &[Call],
) -> Executed {
    let context = TransactionContext {
        id: tagged_hash("bench/transaction", &[&salt.to_le_bytes()]),
        actor: &id(actor),
        work_limit: u64::MAX,
    };
    execute_calls(block, &context, calls, overlay).expect("a sound state")
}

pub fn results(executed: Executed) -> Vec<CallResult> {
    match executed.outcome {
        Outcome::Accepted(results) => results,
        Outcome::Rejected(rejection) => panic!("{rejection}: {:?}", rejection.facts),
    }
}

impl Desk {
    /// A bill drawn by `t-0` on the bank to `t-1`, cut into lots of which all but the last are in the hands of
    /// `t-2`. The first lot went to `t-3` and back once for every hundred.
    pub fn of_lots(lots: u64) -> Desk {
        let state = LedgerState::genesis(genesis()).expect("genesis");
        let register = register("bank", lots * UNITS, "2027-03-01");
        let block = BlockContext {
            height: 1,
            time_ms: state.time_ms(),
        };
        let (executed, changes) = carry_out(&state.trie, &block, 0, "t-0", &[register.into()]);
        let CallResult::Bill(bill) = results(executed)[0] else {
            panic!("no bill");
        };
        let mut desk = Desk {
            trie: state.trie.apply(&changes).expect("sorted"),
            block,
            bill,
            lots,
            walked: 4,
            salt: 0,
        };
        desk.deal("t-0", ask_acceptance(bill), "bank");
        desk.deal("t-0", ask_delivery(bill), "t-1");
        desk.act("bank", disclose(bill));
        desk.cut();
        desk
    }

    /// The lot of this place, from 0 on.
    pub fn lot(&self, place: u64) -> LotRange {
        let start = place * UNITS + 1;
        LotRange {
            start,
            end: start + UNITS - 1,
        }
    }

    /// One act, carried out for good.
    pub fn act(&mut self, actor: &str, call: Call) -> Vec<CallResult> {
        self.salt += 1;
        let (executed, changes) = carry_out(&self.trie, &self.block, self.salt, actor, &[call]);
        self.trie = self.trie.apply(&changes).expect("sorted");
        results(executed)
    }

    /// Asked, and the answer that agrees.
    pub fn ask(&mut self, actor: &str, call: Call) -> Call {
        agrees(&self.act(actor, call)).remove(0)
    }

    fn deal(&mut self, from: &str, call: Call, to: &str) {
        let answer = self.ask(from, call);
        self.act(to, answer);
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
                let calls = (place..next).map(|place| self.cut_off(place)).collect();
                self.both(&mut overlay, "t-1", calls, "t-2");
                if place / WALK != next / WALK {
                    let (from, to) = match self.walked % 2 {
                        0 => ("t-2", "t-3"),
                        _ => ("t-3", "t-2"),
                    };
                    let walk = self.endorse(self.lot(0), None, to);
                    self.both(&mut overlay, from, vec![walk], to);
                    self.walked += 1;
                }
                place = next;
            }
            self.trie = trie.apply(&overlay.into_changes()).expect("sorted");
        }
    }

    fn both(&mut self, overlay: &mut Overlay<'_>, from: &str, calls: Vec<Call>, to: &str) {
        self.salt += 2;
        let asked = results(on(overlay, &self.block, self.salt, from, &calls));
        let answers = agrees(&asked);
        results(on(overlay, &self.block, self.salt + 1, to, &answers));
    }

    fn cut_off(&self, place: u64) -> Call {
        let rest = LotRange {
            start: place * UNITS + 1,
            end: self.lots * UNITS,
        };
        self.endorse(rest, Some(cny(UNITS)), "t-2")
    }

    /// Who holds the lot that went back and forth.
    pub fn walker(&self) -> &'static str {
        match self.walked % 2 {
            0 => "t-2",
            _ => "t-3",
        }
    }

    fn endorse(&self, lot: LotRange, part: Option<Money>, to: &str) -> Call {
        ask_endorsement(self.bill, lot, part, to)
    }

    /// The clock at a later time, with a budget; what it changes is given back and not kept.
    pub fn clock(&self, time_ms: u64, budget: u64) -> (ClockRun, Changes) {
        let block = BlockContext { height: 2, time_ms };
        let mut overlay = Overlay::new(&self.trie);
        let run = run_clock(&block, &mut overlay, budget).expect("a sound state");
        (run, overlay.into_changes())
    }
}
