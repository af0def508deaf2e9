//! Sales of lots: discount, interbank discount, rediscount, repo and redemption (rule book 2.2, 2.4).

mod markets;
mod refusals;
mod repo;
#[path = "../support/mod.rs"]
mod support;
mod vectors;

use allonge_contracts::bills::{
    BillKind, Hand, InstrumentNumber, Lot, Market, RepoDates, Settlement, read,
};
use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::params::ParamName;
use allonge_contracts::{Call, CallResult, DayCount, Event, Hash, Outcome};
use support::*;

/// The standard members, with cash at those who buy, and at the seller who buys back.
fn world(start: &str) -> World {
    let with = |name: &str, money: &str| OpeningBalance {
        member: member(name),
        money: yuan(money),
    };
    let rules = GenesisRules {
        balances: vec![
            with("bank-a", "10,000,000.00"),
            with("bank-b", "5,000,000.00"),
            with("central", "5,000,000.00"),
            with("core", "1,000.00"),
            with("finco", "2,000,000.00"),
            with("s1", "10,000.00"),
        ],
        ..rules()
    };
    World::new(&rules, start)
}

fn papers() -> Vec<Hash> {
    vec![Hash([7; 32])]
}

/// A commercial bill that `core` accepted, with trade papers, drawn by `s2` to `s1`, delivered.
fn commercial(w: &mut World, sum: &str, maturity: &str) -> InstrumentNumber {
    let draw = Register {
        kind: BillKind::Commercial,
        acceptor: member("core"),
        trade_background: papers(),
        ..register(sum, maturity)
    };
    let CallResult::Bill(bill) = w.ok("s2", draw) else {
        panic!("no bill");
    };
    w.ok("s2", ask_acceptance(bill));
    w.agree("core", bill, 1);
    w.ok("s2", ask_delivery(bill));
    w.agree("s1", bill, 1);
    bill
}

/// The same, disclosed: may be discounted.
fn disclosed(w: &mut World, sum: &str, maturity: &str) -> InstrumentNumber {
    let bill = commercial(w, sum, maturity);
    w.ok("core", disclose(bill));
    bill
}

fn disclose(bill: InstrumentNumber) -> Disclose {
    Disclose {
        bill: InstrumentRef::Number(bill),
    }
}

/// A discount for good against cash. An empty `part` means the whole lot.
fn sell(bill: InstrumentNumber, range: &str, part: &str, to: &str, rate: &str) -> RequestDiscount {
    RequestDiscount {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        to: member(to),
        market: Market::Discount,
        rate: rate.parse().unwrap(),
        day_count: DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![],
        purpose: Default::default(),
        answer_by: None,
    }
}

fn on(market: Market, call: RequestDiscount) -> RequestDiscount {
    RequestDiscount { market, ..call }
}

fn days(open_from: &str, cut_off: &str) -> RepoDates {
    RepoDates {
        open_from: date(open_from),
        cut_off: date(cut_off),
    }
}

fn under_repo(open_from: &str, cut_off: &str, call: RequestDiscount) -> RequestDiscount {
    RequestDiscount {
        repo: Some(days(open_from, cut_off)),
        ..call
    }
}

fn redeem(bill: InstrumentNumber, range: &str, part: &str) -> RequestRedemption {
    RequestRedemption {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
}

fn set(name: ParamName, value: u64, from: &str) -> SetParam {
    SetParam {
        name,
        value,
        from: date(from),
    }
}

/// Carries out a call and sees that the state is sound.
#[track_caller]
fn step(w: &mut World, actor: &str, call: impl Into<Call>) {
    w.ok(actor, call);
    w.sound();
}

/// The answerer agrees: the events, in a sound state.
#[track_caller]
fn settle(w: &mut World, actor: &str, bill: InstrumentNumber, start: u64) -> Vec<Event> {
    let call = agree(w.request_at(bill, start)).into();
    let executed = w.run(actor, &[call]);
    assert!(
        matches!(executed.outcome, Outcome::Accepted(_)),
        "{:?}",
        executed.outcome
    );
    w.sound();
    executed.events
}

/// Asks and agrees.
#[track_caller]
fn deal(w: &mut World, seller: &str, call: RequestDiscount, bill: InstrumentNumber) {
    let (buyer, start) = (call.to.to_string(), call.lot.start);
    step(w, seller, call);
    settle(w, &buyer, bill, start);
}

fn lot_at(w: &World, bill: InstrumentNumber, start: u64) -> Lot {
    read::lot(&w.memory, &bill, start).unwrap().unwrap()
}

/// The hand by which the lot that starts at a unit came to stand as it does.
fn last_hand(w: &World, bill: InstrumentNumber, start: u64) -> Hand {
    let lot = lot_at(w, bill, start);
    read::chain(&w.memory, &bill, &lot, 1).unwrap().remove(0)
}
