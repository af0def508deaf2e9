//! A ledger with a court, on which every step is followed by a look at every invariant, and the calls on pledges,
//! guarantees, limits and measures in short form.

#![allow(dead_code, reason = "each test file uses its own part")]

use crate::support::*;
use allonge_contracts::bills::{
    Hand, HandKind, InstrumentNumber, Market, Profile, RepoDates, Settlement, UseLimits, read,
};
use allonge_contracts::calls::*;
use allonge_contracts::cash::Balance;
use allonge_contracts::members::Role;
use allonge_contracts::{Call, CallResult, Code, DayCount, Event, Hash, Rate, Text};
use std::ops::Deref;

/// The ledger. Reading goes through to the world beneath.
pub struct Desk(pub World);

impl Deref for Desk {
    type Target = World;
    fn deref(&self) -> &World {
        &self.0
    }
}

impl Desk {
    /// Tuesday 5 January 2027, 09:00, with a court, an insurer and a factor besides the usual members.
    pub fn new() -> Desk {
        let mut rules = rules();
        rules.members.extend([
            new_member("court", &[Role::Court], 20),
            new_member("factor", &[Role::Factor], 21),
            new_member("insurer", &[Role::Insurer], 22),
        ]);
        rules.members.sort_by(|a, b| a.id.cmp(&b.id));
        Desk(World::new(&rules, "2027-01-05"))
    }

    #[track_caller]
    pub fn ok(&mut self, actor: &str, call: impl Into<Call>) -> CallResult {
        let result = self.0.ok(actor, call);
        self.sound();
        result
    }

    #[track_caller]
    pub fn refused(&mut self, actor: &str, call: impl Into<Call>) -> Code {
        self.0.refused(actor, call)
    }

    #[track_caller]
    pub fn agree(&mut self, actor: &str, bill: InstrumentNumber, start: u64) {
        self.0.agree(actor, bill, start);
        self.sound();
    }

    /// Asked and agreed.
    #[track_caller]
    pub fn deal(
        &mut self,
        from: &str,
        call: impl Into<Call>,
        to: &str,
        bill: InstrumentNumber,
        at: u64,
    ) {
        self.ok(from, call);
        self.agree(to, bill, at);
    }

    #[track_caller]
    pub fn endorse(
        &mut self,
        bill: InstrumentNumber,
        from: &str,
        range: &str,
        part: &str,
        to: &str,
    ) {
        self.0.endorse(bill, from, range, part, to);
        self.sound();
    }

    #[track_caller]
    pub fn registered(&mut self, draw: Register) -> InstrumentNumber {
        match self.ok("core", draw) {
            CallResult::Bill(bill) => bill,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub fn accepted(&mut self, draw: Register) -> InstrumentNumber {
        let acceptor = draw.acceptor.clone();
        let bill = self.registered(draw);
        self.deal("core", ask_acceptance(bill), acceptor.as_str(), bill, 1);
        bill
    }

    /// A bill in the hands of `s1`.
    #[track_caller]
    pub fn delivered(&mut self, draw: Register) -> InstrumentNumber {
        let bill = self.accepted(draw);
        self.deal("core", ask_delivery(bill), "s1", bill, 1);
        bill
    }

    /// 1,000.00 on `bank-a`, due on Monday 5 April 2027, in the hands of `s1`.
    #[track_caller]
    pub fn usual(&mut self) -> InstrumentNumber {
        self.delivered(register("1,000.00", "2027-04-05"))
    }

    #[track_caller]
    pub fn morning(&mut self, day: &str) -> Vec<Event> {
        let events = self.0.morning(day);
        self.sound();
        events
    }

    #[track_caller]
    pub fn close(&mut self, day: &str) -> Vec<Event> {
        let events = self.0.close(day);
        self.sound();
        events
    }

    pub fn balance(&self, who: &str) -> Balance {
        allonge_contracts::cash::read::balance(&self.memory, &member(who), cny()).unwrap()
    }

    /// Total, held and frozen, in minor units.
    pub fn account(&self, who: &str) -> (u64, u64, u64) {
        let balance = self.balance(who);
        (balance.total, balance.held, balance.frozen)
    }

    /// What happened to a lot, latest first.
    pub fn kinds(&self, bill: InstrumentNumber, start: u64) -> Vec<HandKind> {
        let lot = read::lot(&self.memory, &bill, start).unwrap().unwrap();
        let chain = read::chain(&self.memory, &bill, &lot, 99).unwrap();
        chain.iter().map(|hand| hand.kind).collect()
    }

    /// What happened to a lot last.
    pub fn last_hand(&self, bill: InstrumentNumber, start: u64) -> Hand {
        let lot = read::lot(&self.memory, &bill, start).unwrap().unwrap();
        let mut chain = read::chain(&self.memory, &bill, &lot, 1).unwrap();
        chain.remove(0)
    }

    /// Gives away all that `who` has available.
    pub fn drain(&mut self, who: &str) {
        let (_, available) = self.cash(who);
        let money = allonge_contracts::Money::new(cny(), available);
        self.ok(who, transfer("central", money));
    }
}

pub fn text<const N: usize>(text: &str) -> Text<N> {
    text.parse().unwrap()
}

fn some_part(part: &str) -> Option<allonge_contracts::Money> {
    (!part.is_empty()).then(|| yuan(part))
}

fn bill_ref(bill: InstrumentNumber) -> InstrumentRef {
    InstrumentRef::Number(bill)
}

pub fn marked(sum: &str, maturity: &str) -> Register {
    Register {
        not_transferable: true,
        ..register(sum, maturity)
    }
}

pub fn geneva(sum: &str, maturity: &str) -> Register {
    Register {
        profile: Profile::Geneva,
        ..register(sum, maturity)
    }
}

pub fn ask_unused_return(bill: InstrumentNumber) -> RequestUnusedReturn {
    RequestUnusedReturn {
        bill: bill_ref(bill),
        answer_by: None,
    }
}

pub fn ask_unmark(bill: InstrumentNumber, range: &str, part: &str) -> RequestUnmark {
    RequestUnmark {
        bill: bill_ref(bill),
        lot: lot(range),
        part: some_part(part),
        answer_by: None,
    }
}

/// An empty `range` leaves the lot out.
pub fn ask_guarantee(
    bill: InstrumentNumber,
    range: &str,
    part: &str,
    who: &str,
) -> RequestGuarantee {
    RequestGuarantee {
        bill: bill_ref(bill),
        lot: (!range.is_empty()).then(|| lot(range)),
        part: some_part(part),
        guarantor: member(who),
        ward: None,
        answer_by: None,
    }
}

pub fn ask_pledge(
    bill: InstrumentNumber,
    range: &str,
    part: &str,
    to: &str,
    debt: &str,
    due: &str,
) -> RequestPledge {
    RequestPledge {
        instrument: bill_ref(bill),
        lot: lot(range),
        part: some_part(part),
        to: member(to),
        debt: yuan(debt),
        debt_due: date(due),
        registry: text(""),
        purpose: text(""),
        answer_by: None,
    }
}

/// An empty `price` means no cash.
pub fn ask_release(bill: InstrumentNumber, range: &str, part: &str, price: &str) -> RequestRelease {
    RequestRelease {
        instrument: bill_ref(bill),
        lot: lot(range),
        part: some_part(part),
        price: some_part(price),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
}

pub fn narrow(bill: InstrumentNumber, range: &str, limits: UseLimits) -> Narrow {
    Narrow {
        bill: bill_ref(bill),
        lot: lot(range),
        part: None,
        unsplittable: false,
        limits: Some(limits),
    }
}

pub fn apply_proceeds(bill: InstrumentNumber, range: &str) -> ApplyProceeds {
    ApplyProceeds {
        instrument: bill_ref(bill),
        lot: lot(range),
    }
}

pub fn release_proceeds(bill: InstrumentNumber, range: &str) -> ReleaseProceeds {
    ReleaseProceeds {
        instrument: bill_ref(bill),
        lot: lot(range),
    }
}

pub fn freeze(bill: InstrumentNumber, range: &str, part: &str) -> Freeze {
    Freeze {
        instrument: bill_ref(bill),
        lot: lot(range),
        part: some_part(part),
        order: text("(2027) 11"),
    }
}

pub fn stop(bill: InstrumentNumber, range: &str, part: &str) -> Stop {
    Stop {
        instrument: bill_ref(bill),
        lot: lot(range),
        part: some_part(part),
        order: text("(2027) 12"),
    }
}

pub fn unfreeze(bill: InstrumentNumber, range: &str) -> Unfreeze {
    Unfreeze {
        instrument: bill_ref(bill),
        lot: lot(range),
        order: text("(2027) 13"),
    }
}

pub fn order_transfer(bill: InstrumentNumber, range: &str, part: &str, to: &str) -> OrderTransfer {
    OrderTransfer {
        instrument: bill_ref(bill),
        lot: lot(range),
        part: some_part(part),
        order: text("(2027) 14"),
        to: member(to),
    }
}

pub fn suspend(who: &str) -> Suspend {
    Suspend {
        member: member(who),
        reason: Default::default(),
    }
}

/// Empty texts leave a limit out.
pub fn limits(
    holders: &[&str],
    roles: &[Role],
    from: &str,
    until: &str,
    purpose: &str,
) -> UseLimits {
    let day = |day: &str| (!day.is_empty()).then(|| date(day));
    UseLimits {
        holders: holders.iter().map(|name| member(name)).collect(),
        roles: roles.to_vec(),
        from: day(from),
        until: day(until),
        purpose: text(purpose),
    }
}

/// At 2.4 %, to be bought back from 1 February to 1 March 2027, free of payment.
pub fn ask_repo(bill: InstrumentNumber, range: &str, to: &str) -> RequestDiscount {
    RequestDiscount {
        bill: bill_ref(bill),
        lot: lot(range),
        part: None,
        to: member(to),
        market: Market::Discount,
        rate: Rate(24_000),
        day_count: DayCount::Act360,
        repo: Some(RepoDates {
            open_from: date("2027-02-01"),
            cut_off: date("2027-03-01"),
        }),
        settlement: Settlement::Free,
        without_liability: false,
        papers: vec![Hash([7; 32])],
        purpose: text(""),
        answer_by: None,
    }
}

pub fn ask_redemption(bill: InstrumentNumber, range: &str) -> RequestRedemption {
    RequestRedemption {
        bill: bill_ref(bill),
        lot: lot(range),
        part: None,
        settlement: Settlement::Free,
        answer_by: None,
    }
}

/// Notice to all who are liable.
pub fn notify(bill: InstrumentNumber, range: &str) -> Notify {
    Notify {
        bill: bill_ref(bill),
        lot: lot(range),
        parties: vec![],
        costs: None,
        text: text(""),
    }
}

/// An offer of the whole claim.
pub fn offer(bill: InstrumentNumber, range: &str) -> Offer {
    Offer {
        bill: bill_ref(bill),
        lot: lot(range),
        part: None,
        money: None,
        answer_by: None,
    }
}
