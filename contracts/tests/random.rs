//! Random sequences of acts and days, compared with a simpler model after every step.

mod model;
mod support;

use allonge_contracts::bills::{BillKind, LotRange, RefusalCode};
use allonge_contracts::calls::*;
use allonge_contracts::{
    Call, CallResult, Date, Hash, Money, Outcome, RequestId, check_invariants,
};
use model::{BANK, Draw, MEMBERS, Model, Part, Stage, State};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use support::*;

/// An act with wishes that are fitted to what there is; `who` beyond the members means the right one.
#[derive(Clone, Debug)]
enum Op {
    Transfer(usize, usize, u64),
    Hold(usize, usize, u64, u32),
    Release(usize, usize),
    Draw(usize, usize, usize, u64, u32, bool, bool),
    /// Drawn, accepted and delivered in one go.
    Issue(usize, usize, usize, u64, u32),
    Acceptance(usize, usize),
    Delivery(usize, usize),
    Revoke(usize, usize),
    Endorse(usize, usize, usize, u64, usize, bool),
    Present(usize, usize, usize),
    Agree(usize, usize, usize),
    Refuse(usize, usize, usize),
    Withdraw(usize, usize, usize),
    Days(u32, bool),
}

fn op() -> impl Strategy<Value = Op> {
    let who = || 0..12usize;
    let member = || 0..MEMBERS.len();
    let bill = || 0..8usize;
    let part = || 0..8usize;
    prop_oneof![
        3 => (member(), member(), 0..60u64).prop_map(|(a, b, c)| Op::Transfer(a, b, c)),
        2 => (member(), member(), 0..60u64, 0..9u32).prop_map(|(a, b, c, d)| Op::Hold(a, b, c, d)),
        1 => (who(), 0..6usize).prop_map(|(a, b)| Op::Release(a, b)),
        4 => (member(), member(), member(), 0..50u64, 0..25u32, any::<bool>(), 0..8u8)
            .prop_map(|(a, b, c, d, e, f, g)| Op::Draw(a, b, c, d, e, f || e % 2 == 0, g == 0)),
        4 => (member(), member(), member(), 1..50u64, 4..40u32)
            .prop_map(|(a, b, c, d, e)| Op::Issue(a, b, c, d, e)),
        5 => (who(), bill()).prop_map(|(a, b)| Op::Acceptance(a, b)),
        5 => (who(), bill()).prop_map(|(a, b)| Op::Delivery(a, b)),
        1 => (who(), bill()).prop_map(|(a, b)| Op::Revoke(a, b)),
        12 => (who(), bill(), part(), 0..20u64, member(), 0..9u8)
            .prop_map(|(a, b, c, d, e, f)| Op::Endorse(a, b, c, d, e, f == 0)),
        5 => (who(), bill(), part()).prop_map(|(a, b, c)| Op::Present(a, b, c)),
        14 => (who(), bill(), part()).prop_map(|(a, b, c)| Op::Agree(a, b, c)),
        3 => (who(), bill(), part()).prop_map(|(a, b, c)| Op::Refuse(a, b, c)),
        3 => (who(), bill(), part()).prop_map(|(a, b, c)| Op::Withdraw(a, b, c)),
        4 => (0..9u32, any::<bool>()).prop_map(|(a, b)| Op::Days(a, b)),
    ]
}

struct Pair {
    world: World,
    model: Model,
    hold_ids: Vec<RequestId>,
    counts: BTreeMap<&'static str, (u64, u64)>,
}

impl Pair {
    fn new() -> Pair {
        let mut rules = rules();
        rules.holidays.clear();
        rules.balances = MEMBERS
            .iter()
            .map(|name| allonge_contracts::genesis::OpeningBalance {
                member: member(name),
                money: Money::new(cny(), 50),
            })
            .collect();
        let mut world = World::new(&rules, "2027-01-05");
        // So little that a busy day takes several blocks.
        world.clock_budget = 40;
        let model = Model {
            day: date("2027-01-05").days(),
            closed: false,
            cash: (0..MEMBERS.len()).map(|who| (who, 50)).collect(),
            holds: vec![],
            bills: vec![],
            acts: 0,
        };
        Pair {
            world,
            model,
            hold_ids: vec![],
            counts: BTreeMap::new(),
        }
    }

    /// Lets the ledger act and compares its verdict with the model's.
    fn act(
        &mut self,
        name: &'static str,
        who: usize,
        call: Call,
        expected: bool,
    ) -> Option<CallResult> {
        let outcome = self.world.run(MEMBERS[who], &[call]).outcome;
        let count = self.counts.entry(name).or_default();
        match outcome {
            Outcome::Accepted(mut results) => {
                assert!(expected, "{name} was carried out");
                count.0 += 1;
                Some(results.remove(0))
            }
            Outcome::Rejected(rejection) => {
                assert!(!expected, "{name} was refused: {rejection}");
                count.1 += 1;
                None
            }
        }
    }

    /// A part of some bill; most often one of which `wanted` is true, if there is any.
    fn place(
        &self,
        b: usize,
        p: usize,
        wanted: impl Fn(&model::Bill, &Part) -> bool,
    ) -> Option<(usize, usize)> {
        let mut all = Vec::new();
        let mut fitting = Vec::new();
        for (b, bill) in self.model.bills.iter().enumerate() {
            for (p, part) in bill.parts.iter().enumerate() {
                all.push((b, p));
                if wanted(bill, part) {
                    fitting.push((b, p));
                }
            }
        }
        let from = if b == 0 || fitting.is_empty() {
            all
        } else {
            fitting
        };
        from.get((b * 8 + p) % from.len().max(1)).copied()
    }

    fn bill_ref(&self, b: usize) -> BillRef {
        BillRef::Number(self.model.bills[b].number)
    }

    fn range(&self, (b, p): (usize, usize)) -> LotRange {
        let Part { start, end, .. } = self.model.bills[b].parts[p];
        LotRange { start, end }
    }

    /// The live request on a part, or one that never was.
    fn request(&self, (b, p): (usize, usize)) -> (RequestId, Hash) {
        if self.model.answerer((b, p)).is_none() {
            return (RequestId([9; 16]), Hash::ZERO);
        }
        let start = self.range((b, p)).start;
        self.world.request_at(self.model.bills[b].number, start)
    }

    fn step(&mut self, op: &Op) {
        let either = |who: usize, right: usize| if who < MEMBERS.len() { who } else { right };
        let offers = |bill: &model::Bill, part: &Part| {
            bill.stage == Stage::Live && part.state == State::Free
        };
        let waits = |bill: &model::Bill, part: &Part| {
            matches!(
                bill.stage,
                Stage::AcceptanceAsked(_) | Stage::DeliveryAsked(_)
            ) || matches!(part.state, State::Offered { .. } | State::Presented { .. })
        };
        match *op {
            Op::Transfer(from, to, amount) => {
                let call = transfer(MEMBERS[to], Money::new(cny(), amount));
                let expected = self.model.transfer(from, to, amount);
                self.act("transfer", from, call.into(), expected);
            }
            Op::Hold(owner, releaser, amount, days) => {
                // Sometimes yesterday.
                let until = self.model.day + days - 1;
                let call = PlaceHold {
                    money: Money::new(cny(), amount),
                    releaser: Some(member(MEMBERS[releaser])),
                    until: Date::from_days(until).unwrap(),
                    reference: Default::default(),
                };
                let expected = self.model.hold(owner, releaser, amount, until);
                if let Some(CallResult::Hold(id)) = self.act("hold", owner, call.into(), expected) {
                    self.hold_ids.push(id);
                }
            }
            Op::Release(who, index) => {
                let Some(hold) = self.hold_ids.get(index).copied() else {
                    return;
                };
                let who = either(who, self.model.holds[index].releaser);
                let expected = self.model.release(who, index);
                self.act("release", who, ReleaseHold { hold }.into(), expected);
            }
            Op::Draw(drawer, acceptor, payee, sum, days, splittable, marked) => {
                let maturity = self.model.day + days;
                let draw = Draw {
                    drawer,
                    acceptor,
                    payee,
                    sum,
                    maturity,
                    splittable,
                    marked,
                };
                let call = Register {
                    kind: if acceptor == BANK {
                        BillKind::Bank
                    } else {
                        BillKind::Commercial
                    },
                    acceptor: member(MEMBERS[acceptor]),
                    payee: member(MEMBERS[payee]),
                    sum: Money::new(cny(), sum),
                    maturity: Date::from_days(maturity).unwrap(),
                    issue_date: None,
                    splittable,
                    not_transferable: marked,
                    trade_background: vec![],
                    profile: Default::default(),
                    limits: None,
                };
                let expected = self.model.may_draw(draw);
                if let Some(CallResult::Bill(number)) =
                    self.act("register", drawer, call.into(), expected)
                {
                    self.model.drawn(draw, number);
                }
            }
            Op::Issue(drawer, acceptor, payee, sum, days) => {
                let before = self.model.bills.len();
                self.step(&Op::Draw(drawer, acceptor, payee, sum, days, true, false));
                if self.model.bills.len() == before {
                    return;
                }
                let place = (before, 0);
                for asking in [true, false] {
                    let bill = self.bill_ref(before);
                    let answer_by = None;
                    if asking {
                        let expected = self.model.ask_acceptance(drawer, before);
                        let call = RequestAcceptance { bill, answer_by };
                        self.act("ask acceptance", drawer, call.into(), expected);
                    } else {
                        let expected = self.model.ask_delivery(drawer, before);
                        let call = RequestDelivery { bill, answer_by };
                        self.act("ask delivery", drawer, call.into(), expected);
                    }
                    let request = self.request(place);
                    let who = self.model.answerer(place).unwrap_or(0);
                    let expected = self.model.agree(who, place);
                    self.act("agree", who, agree(request).into(), expected);
                }
            }
            Op::Acceptance(who, b) | Op::Delivery(who, b) | Op::Revoke(who, b) => {
                let stage = match op {
                    Op::Delivery(..) => Stage::Accepted,
                    _ => Stage::Registered,
                };
                let Some((b, _)) = self.place(b, 0, |bill, _| bill.stage == stage) else {
                    return;
                };
                let who = either(who, self.model.bills[b].drawer);
                let bill = self.bill_ref(b);
                let answer_by = None;
                match op {
                    Op::Acceptance(..) => {
                        let expected = self.model.ask_acceptance(who, b);
                        let call = RequestAcceptance { bill, answer_by };
                        self.act("ask acceptance", who, call.into(), expected);
                    }
                    Op::Delivery(..) => {
                        let expected = self.model.ask_delivery(who, b);
                        let call = RequestDelivery { bill, answer_by };
                        self.act("ask delivery", who, call.into(), expected);
                    }
                    _ => {
                        let expected = self.model.revoke(who, b);
                        self.act("revoke", who, Revoke { bill }.into(), expected);
                    }
                }
            }
            Op::Endorse(who, b, p, amount, to, mark) => {
                let Some(place) = self.place(b, p, offers) else {
                    return;
                };
                let who = either(who, self.model.bills[place.0].parts[place.1].holder);
                let call = RequestEndorsement {
                    bill: self.bill_ref(place.0),
                    lot: self.range(place),
                    part: Some(Money::new(cny(), amount)),
                    to: member(MEMBERS[to]),
                    not_transferable: mark,
                    purpose: Default::default(),
                    answer_by: None,
                };
                let expected = self.model.endorse(who, place, amount, to, mark);
                self.act("endorse", who, call.into(), expected);
            }
            Op::Present(who, b, p) => {
                let Some(place) = self.place(b, p, offers) else {
                    return;
                };
                let who = either(who, self.model.bills[place.0].parts[place.1].holder);
                let call = Present {
                    bill: self.bill_ref(place.0),
                    lot: self.range(place),
                    part: None,
                    explanation: "late by oversight".parse().unwrap(),
                };
                let expected = self.model.present(who, place);
                self.act("present", who, call.into(), expected);
            }
            Op::Agree(who, b, p) | Op::Refuse(who, b, p) => {
                let Some(place) = self.place(b, p, waits) else {
                    return;
                };
                let request = self.request(place);
                let who = either(who, self.model.answerer(place).unwrap_or(0));
                if let Op::Agree(..) = op {
                    let expected = self.model.agree(who, place);
                    self.act("agree", who, agree(request).into(), expected);
                } else {
                    let expected = self.model.refuse(who, place);
                    let call = refuse(request, RefusalCode::Other);
                    self.act("refuse", who, call.into(), expected);
                }
            }
            Op::Withdraw(who, b, p) => {
                let Some(place) = self.place(b, p, waits) else {
                    return;
                };
                let request = self.request(place);
                let who = either(who, self.model.bills[place.0].parts[place.1].holder);
                let expected = self.model.withdraw(who, place);
                self.act("withdraw", who, withdraw(request).into(), expected);
            }
            Op::Days(days, evening) => {
                if days == 0 && self.model.closed {
                    return;
                }
                let to = self.model.day + days;
                let minute = if evening { 20 * 60 } else { 8 * 60 };
                let day = Date::from_days(to).unwrap();
                // The first morning of a run lies before the opening time of genesis.
                let minute = if days == 0 { 20 * 60 } else { minute };
                self.world.go(day, minute);
                self.model.go(to, evening || days == 0);
                self.counts.entry("days").or_default().0 += 1;
            }
        }
    }

    fn compare(&self) {
        assert_eq!(check_invariants(&self.world.memory).unwrap(), vec![]);
        for (who, name) in MEMBERS.iter().enumerate() {
            let total = self.model.cash.get(&who).copied().unwrap_or(0);
            assert_eq!(
                self.world.cash(name),
                (total, self.model.available(who)),
                "{name}"
            );
        }
        for bill in &self.model.bills {
            let told: Vec<String> = bill.parts.iter().map(|part| tell(bill, part)).collect();
            let lots: Vec<String> = self
                .world
                .lots(bill.number)
                .iter()
                .map(|l| {
                    let (range, holder) = (l.range, &l.holder);
                    let (status, circulation) = (l.status, l.circulation);
                    format!("{range} {holder} {status}/{circulation} {}", l.dishonour)
                })
                .collect();
            assert_eq!(lots, told);
        }
    }
}

/// A part of the model in the ledger's words.
fn tell(bill: &model::Bill, part: &Part) -> String {
    let state = match (bill.stage, part.state) {
        (Stage::Dead, _) | (_, State::Gone) => "terminated/ended",
        (Stage::Registered, _) => "issued/awaiting receipt",
        (Stage::AcceptanceAsked(_), _) => "issued/locked",
        (Stage::Accepted, _) => "accepted/awaiting receipt",
        (Stage::DeliveryAsked(_), _) => "accepted/locked",
        (_, State::Offered { .. }) => "received/locked",
        (_, State::Presented { .. }) => "received/collecting",
        (_, State::Paid) => "settled/ended",
        (_, State::Free) if part.marked => "received/not transferable",
        (_, State::Free) => "received/circulable",
    };
    let (start, end, holder) = (part.start, part.end, MEMBERS[part.holder]);
    format!("{start}-{end} {holder} {state} {}", part.refused)
}

#[test]
fn the_ledger_does_as_the_model_does() {
    let totals: RefCell<BTreeMap<&'static str, (u64, u64)>> = RefCell::default();
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let ended = RefCell::new(&mut ends);
    // The same cases every time, so that what must come about does; PROPTEST_CASES asks for more of them.
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let result = runner.run(&prop::collection::vec(op(), 20..160), |ops| {
        let mut pair = Pair::new();
        for op in &ops {
            pair.step(op);
            pair.compare();
        }
        for (name, (done, refused)) in &pair.counts {
            let mut totals = totals.borrow_mut();
            let total = totals.entry(name).or_default();
            total.0 += done;
            total.1 += refused;
        }
        for bill in &pair.model.bills {
            for part in &bill.parts {
                let told = tell(bill, part);
                let words = told.split_once(' ').map_or("", |(_, rest)| rest);
                let words = words.split_once(' ').map_or("", |(_, rest)| rest);
                *ended.borrow_mut().entry(words.to_owned()).or_default() += 1;
            }
        }
        Ok(())
    });
    let totals = totals.into_inner();
    for (name, (done, refused)) in &totals {
        println!("{name:>16}: {done:>6} carried out, {refused:>6} refused");
    }
    for (state, count) in &ends {
        println!("{count:>6} lots ended as {state}");
    }
    result.unwrap();
    for (name, (done, refused)) in &totals {
        assert!(*done > 0 && (*refused > 0 || *name == "days"), "{name}");
    }
    for state in [
        "settled/ended none",
        "settled/ended in time",
        "settled/ended early",
        "terminated/ended none",
        "received/not transferable none",
        "received/circulable in time",
        "received/locked none",
    ] {
        assert!(ends.contains_key(state), "{state} never came about");
    }
}
