//! The world, the demand and the book, without a network.

use super::act::{Act, Pending, Then, What};
use super::agents::{self, State};
use super::book::Flow;
use super::demand;
use super::papers::Standing;
use super::stage::asked;
use super::trade::Trade;
use super::world::{Kind, MARKET, World};
use super::{Options, Stress};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::calls::Transfer;
use allonge_contracts::events::{
    CashTransferred, CertificateOpened, CertificateOverdue, CertificateRedeemed, CertificateSigned,
    LotFinanced, LotSplit, LotTransferred,
};
use allonge_contracts::receivables::Certificate;
use allonge_contracts::{Call, CallResult, Date, Event, Hash, RequestId, Text};
use std::collections::BTreeSet;

/// Options of a small run.
pub(super) fn options() -> Options {
    Options {
        members: 16,
        tiers: 3,
        days: 40,
        seed: 7,
        stress: Stress::None,
        fresh: true,
        keep: false,
        compare: false,
        report: "out".into(),
    }
}

/// A small world.
pub(super) fn small() -> World {
    World::new(&options(), monday(), true).unwrap()
}

pub(super) fn monday() -> Date {
    "2027-01-04".parse().unwrap()
}

fn number(serial: u32) -> InstrumentNumber {
    let bank = "900000000010".parse().unwrap();
    InstrumentNumber::compose(9, bank, monday(), serial).unwrap()
}

fn certificate(world: &World, number: InstrumentNumber, minor: u64) -> Certificate {
    let core = world.cores().next().unwrap();
    let payee = world.suppliers().next().unwrap();
    Certificate {
        number,
        sum: world.money(minor),
        issuer: world.id(core).unwrap().clone(),
        line: RequestId([9; 16]),
        payee: world.id(payee).unwrap().clone(),
        issue_date: world.start,
        due: world.date(60),
        payable_on: world.date(60),
        splittable: true,
        notice_only: false,
        max_tier: 16,
        term_reason: Text::empty(),
        confirmed_by: None,
        hands: 0,
    }
}

/// A certificate of the first core in the hands of its first supplier.
pub(super) fn held(world: &World, state: &mut State, minor: u64) -> InstrumentNumber {
    let number = number(state.book.papers.len() as u32 + 1);
    let certificate = certificate(world, number, minor);
    let signed = CertificateSigned {
        certificate: number,
        issuer: certificate.issuer.clone(),
        payee: certificate.payee.clone(),
        money: certificate.sum,
    };
    let mut flows = Vec::new();
    for event in [
        Event::CertificateOpened(CertificateOpened { certificate }),
        Event::CertificateSigned(signed),
    ] {
        state.book.apply(&event, &mut flows);
    }
    assert!(state.book.faults.is_empty(), "{:?}", state.book.faults);
    number
}

#[test]
fn a_world_has_everybody_it_was_asked_for() {
    for (members, tiers) in [(8, 1), (12, 3), (60, 4), (120, 8)] {
        let options = Options {
            members,
            tiers,
            ..options()
        };
        let world = World::new(&options, monday(), true).unwrap();
        // The market and the outside come on top.
        assert_eq!(world.parties.len(), members + 2, "{members}");
        let names: BTreeSet<_> = world.parties.iter().map(|party| &party.id).collect();
        assert_eq!(names.len(), world.parties.len());
        for tier in 1..=tiers {
            let of_tier = |kind| kind == Kind::Supplier(tier);
            assert!(world.parties.iter().any(|p| of_tier(p.kind)), "{tier}");
        }
        for supplier in world.suppliers() {
            assert_eq!(world.kind(world.bank(supplier)), Kind::Bank);
            let sells = world
                .parties
                .iter()
                .any(|p| p.buys_from.contains(&supplier));
            assert!(sells, "{} has no customer", world.name(supplier));
        }
    }
}

#[test]
fn options_out_of_range_are_refused() {
    for options in [
        Options {
            members: 7,
            ..options()
        },
        Options {
            members: 401,
            ..options()
        },
        Options {
            tiers: 0,
            ..options()
        },
        Options {
            tiers: 9,
            ..options()
        },
        Options {
            days: 4,
            ..options()
        },
        Options {
            days: 731,
            ..options()
        },
        Options {
            members: 10,
            tiers: 8,
            ..options()
        },
    ] {
        assert!(World::new(&options, monday(), true).is_err(), "{options:?}");
    }
}

#[test]
fn the_stress_begins_at_a_third_on_a_business_day() {
    let with = |stress, days| {
        let options = Options {
            stress,
            days,
            ..options()
        };
        World::new(&options, monday(), true).unwrap()
    };
    assert_eq!(with(Stress::None, 30).stress_day(), None);
    let world = with(Stress::Liquidity, 36);
    // Day 12 is a Saturday.
    assert_eq!(world.stress_day(), Some(12));
    assert!(!world.under(Stress::Liquidity, 11));
    assert!(world.under(Stress::Liquidity, 12));
    assert!(!world.under(Stress::CoreDefault, 20));
    let hit: Vec<u32> = (0..36)
        .filter(|day| world.stress_business_day(*day))
        .collect();
    assert_eq!(hit, [14]);
}

#[test]
fn demand_comes_from_the_seed_and_adds_up() {
    let world = small();
    let buy = |seed| {
        let world = World::new(&Options { seed, ..options() }, monday(), true).unwrap();
        let mut trade = Trade::default();
        for day in 0..20 {
            demand::order(&world, &mut trade, world.date(day as u32), day, |_| true);
        }
        trade
    };
    let (one, again, other) = (buy(7), buy(7), buy(8));
    let facts = |trade: &Trade| -> Vec<_> {
        let debts = trade.payables.iter();
        debts.map(|d| (d.from, d.to, d.minor, d.due)).collect()
    };
    assert_eq!(facts(&one), facts(&again));
    assert_ne!(facts(&one), facts(&other));
    assert!(!one.orders.is_empty());
    // What a supplier owes for a sale is less than the sale.
    let sold: u64 = world
        .suppliers()
        .map(|who| one.sales(who, world.date(20), 60))
        .sum();
    let owed: u64 = one
        .payables
        .iter()
        .filter(|debt| matches!(world.kind(debt.from), Kind::Supplier(_)))
        .filter(|debt| debt.why != super::trade::Why::Service)
        .map(|debt| debt.minor)
        .sum();
    assert!(owed < sold, "{owed} {sold}");
    // Nobody buys from a core that does not buy.
    let mut none = Trade::default();
    demand::order(&world, &mut none, world.start, 0, |_| false);
    assert!(none.orders.is_empty());
}

#[test]
fn the_book_follows_a_certificate_through_its_life() {
    let world = small();
    let mut state = State::new(&world);
    let sum = 1_000_000;
    let paper = held(&world, &mut state, sum);
    let core = world.cores().next().unwrap();
    let (one, two, bank) = {
        let mut suppliers = world.suppliers();
        let (one, two) = (suppliers.next().unwrap(), suppliers.next().unwrap());
        (one, two, world.banks().next().unwrap())
    };
    let id = |who| world.id(who).unwrap().clone();
    let range = |start, end| LotRange { start, end };
    let mut flows = Vec::new();
    let events = [
        Event::LotSplit(LotSplit {
            instrument: paper,
            moved: range(1, 300_000),
            kept: range(300_001, sum),
        }),
        Event::LotTransferred(LotTransferred {
            certificate: paper,
            lot: range(1, 300_000),
            from: id(one),
            to: id(two),
            money: world.money(300_000),
            tier: 2,
            notice_only: false,
            purpose: Text::empty(),
        }),
        Event::LotFinanced(LotFinanced {
            certificate: paper,
            lot: range(300_001, sum),
            from: id(one),
            to: id(bank),
            money: world.money(700_000),
            advance: world.money(700_000),
            price: world.money(690_000),
            rate: allonge_contracts::Rate(40_000),
            day_count: allonge_contracts::DayCount::Act360,
            recourse: true,
            registry: Text::empty(),
            settlement: allonge_contracts::bills::Settlement::Dvp,
            tier: 1,
        }),
    ];
    for event in &events {
        state.book.apply(event, &mut flows);
    }
    assert_eq!(state.book.cash(one), world.opening(one) + 690_000);
    assert_eq!(state.book.cash(bank), world.opening(bank) - 690_000);
    assert_eq!(state.book.used(&RequestId([9; 16])), sum);
    // The bank's lot is under recourse, so that only the second supplier has something to use.
    assert!(state.book.pieces(bank, world.start).is_empty());
    let pieces = state.book.pieces(two, world.start);
    assert_eq!(pieces.len(), 1);
    assert_eq!((pieces[0].minor, pieces[0].debtor), (300_000, core));
    let paid = CertificateRedeemed {
        certificate: paper,
        lot: range(1, 300_000),
        issuer: id(core),
        to: id(two),
        money: world.money(300_000),
        seller: None,
        surplus: world.money(0),
        by_clock: true,
    };
    let late = CertificateOverdue {
        certificate: paper,
        lot: range(300_001, sum),
        issuer: id(core),
        holder: id(bank),
        money: world.money(700_000),
    };
    state
        .book
        .apply(&Event::CertificateRedeemed(paid), &mut flows);
    state
        .book
        .apply(&Event::CertificateOverdue(late), &mut flows);
    assert_eq!(state.book.overdue(core), 700_000);
    assert_eq!(state.book.used(&RequestId([9; 16])), 700_000);
    let paper = &state.book.papers[&paper];
    assert!(paper.tiles());
    assert_eq!(paper.sum_of(Standing::Paid), 300_000);
    assert!(state.book.faults.is_empty());
    assert!(
        flows
            .iter()
            .any(|flow| matches!(flow, Flow::Overdue { minor: 700_000, .. }))
    );
    let all: u64 = state.book.cash.iter().sum();
    let opening: u64 = world.parties.iter().map(|party| party.cash).sum();
    assert_eq!(all, opening);
}

#[test]
fn what_does_not_fit_the_book_is_a_fault() {
    let world = small();
    let mut state = State::new(&world);
    let transferred = |minor| {
        Event::CashTransferred(CashTransferred {
            from: world.id(1).unwrap().clone(),
            to: world.id(MARKET).unwrap().clone(),
            money: world.money(minor),
            purpose: Text::empty(),
            reference: Text::empty(),
        })
    };
    // The outside has nothing.
    state.book.apply(&transferred(5), &mut Vec::new());
    assert_eq!(state.book.faults.len(), 1);
    let mut unknown = State::new(&world);
    let ended = CertificateOverdue {
        certificate: number(77),
        lot: LotRange { start: 1, end: 5 },
        issuer: "core-1".parse().unwrap(),
        holder: "nobody".parse().unwrap(),
        money: world.money(5),
    };
    unknown
        .book
        .apply(&Event::CertificateOverdue(ended), &mut Vec::new());
    assert_eq!(unknown.book.faults.len(), 2);
}

#[test]
fn questions_are_found_in_the_results_of_their_acts() {
    let world = small();
    let call = Transfer {
        to: world.id(3).unwrap().clone(),
        money: world.money(1),
        purpose: Text::empty(),
        reference: Text::empty(),
    };
    let acts = [
        Act::ask(4, 5, Call::from(call.clone()), What::TakeBack),
        Act::ask(4, 6, Call::from(call), What::TakeBack),
    ];
    let request = CallResult::Request {
        request: RequestId([3; 16]),
        terms: Hash([4; 32]),
    };
    // The first one was rejected.
    let found: Vec<Pending> = asked(&acts, &[None, Some(vec![request])]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].ask.to, found[0].request), (6, RequestId([3; 16])));
}

#[test]
fn decisions_are_the_same_from_the_same_state() {
    let world = small();
    let plan = || {
        let mut state = State::new(&world);
        let mut all = Vec::new();
        for day in (0..12).filter(|day| !world.date(*day).is_weekend()) {
            state.open_day(&world, day);
            for act in agents::morning(&world, &mut state) {
                for (call, then) in &act.calls {
                    let effect = matches!(then, Then::Done(_));
                    all.push(format!("{} {call:?} {effect}", act.by));
                }
            }
        }
        all
    };
    let (one, again) = (plan(), plan());
    assert!(one.len() > 20);
    assert_eq!(one, again);
}
