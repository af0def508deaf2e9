//! What parties decide in states made by hand.

use super::bank::{best_offer, loan_rate, loan_room, quote, willing};
use super::{State, answer, morning, supplier};
use crate::simulate::act::{Act, Ask, Pending, Then, What};
use crate::simulate::days::add;
use crate::simulate::papers::Standing as LotStanding;
use crate::simulate::tests::{held, monday, options, small};
use crate::simulate::trade::{Effect, Why};
use crate::simulate::world::{Kind, MARKET, Who, World};
use crate::simulate::{Options, Stress};
use allonge_contracts::{Call, Hash, RequestId};

fn state(world: &World) -> State {
    let mut state = State::new(world);
    state.open_day(world, 0);
    state
}

fn first(world: &World, kind: Kind) -> Who {
    world.parties.iter().position(|p| p.kind == kind).unwrap()
}

fn calls(acts: &[Act], by: Who) -> Vec<&Call> {
    let own = acts.iter().filter(|act| act.by == by);
    own.flat_map(|act| act.calls.iter().map(|(call, _)| call))
        .collect()
}

fn supplier_acts(world: &World, state: &mut State, who: Who) -> Vec<Act> {
    let mut acts = Vec::new();
    supplier::morning(world, state, who, &mut acts);
    acts
}

#[test]
fn a_supplier_cuts_its_paper_to_pay_for_goods() {
    let world = small();
    let mut state = state(&world);
    let (one, two) = (
        first(&world, Kind::Supplier(1)),
        first(&world, Kind::Supplier(2)),
    );
    held(&world, &mut state, 1_000_000);
    state
        .trade
        .owe(one, two, 300_000, add(world.start, 30), Why::Goods);
    let acts = supplier_acts(&world, &mut state, one);
    let [Call::TransferLot(call)] = calls(&acts, one)[..] else {
        panic!("{acts:?}");
    };
    assert_eq!(call.to, *world.id(two).unwrap());
    assert_eq!(call.part, Some(world.money(300_000)));
    assert!(matches!(
        &acts[0].calls[0].1,
        Then::Ask(Ask {
            what: What::Paper { minor: 300_000, .. },
            ..
        })
    ));
}

#[test]
fn several_debts_are_cut_from_one_lot_one_after_the_other() {
    let world = small();
    let mut state = state(&world);
    let (one, two) = (
        first(&world, Kind::Supplier(1)),
        first(&world, Kind::Supplier(2)),
    );
    held(&world, &mut state, 1_000_000);
    for minor in [300_000, 600_000, 200_000] {
        state
            .trade
            .owe(one, two, minor, add(world.start, 30), Why::Goods);
    }
    let acts = supplier_acts(&world, &mut state, one);
    let found: Vec<(u64, u64, Option<u64>)> = calls(&acts, one)
        .into_iter()
        .map(|call| match call {
            Call::TransferLot(c) => (c.lot.start, c.lot.end, c.part.map(|part| part.minor)),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        found,
        [
            (1, 1_000_000, Some(300_000)),
            (300_001, 1_000_000, Some(600_000)),
            // All that is left, for a part of the third debt.
            (900_001, 1_000_000, None)
        ]
    );
}

#[test]
fn without_splitting_only_whole_lots_that_fit_are_handed_on() {
    let world = World::new(&options(), monday(), false).unwrap();
    let mut state = state(&world);
    let (one, two) = (
        first(&world, Kind::Supplier(1)),
        first(&world, Kind::Supplier(2)),
    );
    held(&world, &mut state, 1_000_000);
    state
        .trade
        .owe(one, two, 300_000, add(world.start, 30), Why::Goods);
    assert!(supplier_acts(&world, &mut state, one).is_empty());
    state
        .trade
        .owe(one, two, 1_200_000, add(world.start, 31), Why::Goods);
    let acts = supplier_acts(&world, &mut state, one);
    let [Call::TransferLot(call)] = calls(&acts, one)[..] else {
        panic!("{acts:?}");
    };
    assert_eq!(call.part, None);
}

#[test]
fn wages_are_paid_in_cash_and_the_rest_is_queued_when_due() {
    let world = small();
    let mut state = state(&world);
    let (one, two) = (
        first(&world, Kind::Supplier(1)),
        first(&world, Kind::Supplier(2)),
    );
    state.trade.owe(one, MARKET, 500, world.start, Why::Wages);
    state.trade.owe(one, two, 700, world.start, Why::Service);
    state
        .trade
        .owe(one, two, 900, add(world.start, 1), Why::Service);
    let before = state.spendable(one);
    let acts = supplier_acts(&world, &mut state, one);
    let found = calls(&acts, one);
    let Call::Transfer(wages) = found[0] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (wages.money.minor, before - state.spendable(one)),
        (500, 500)
    );
    let queued: Vec<u64> = found
        .iter()
        .filter_map(|call| match call {
            Call::Queue(queue) => Some(queue.money.minor),
            _ => None,
        })
        .collect();
    assert_eq!(queued, [700]);
}

#[test]
fn a_supplier_that_is_short_sells_what_it_needs_and_borrows_only_without_paper() {
    let world = small();
    let one = first(&world, Kind::Supplier(1));
    let short = world.opening(one) + 5_000_000;
    let owing = || {
        let mut state = state(&world);
        state
            .trade
            .owe(one, MARKET, short, add(world.start, 2), Why::Wages);
        state
    };
    let mut with_paper = owing();
    held(&world, &mut with_paper, 90_000_000);
    let acts = supplier_acts(&world, &mut with_paper, one);
    let [Call::FinanceLot(call)] = calls(&acts, one)[..] else {
        panic!("{acts:?}");
    };
    let part = call.part.unwrap().minor;
    let Then::Ask(Ask {
        what: What::Finance { price },
        ..
    }) = acts[0].calls[0].1
    else {
        panic!("{acts:?}");
    };
    // What it is short of, with its reserve, and no more than a hundredth above.
    let wanted = 5_000_000 + world.opening(one) / 4;
    assert!(price >= wanted && price < wanted + wanted / 100, "{price}");
    assert!(part > price);
    assert!(with_paper.trade.loan_asks.is_empty());
    let mut without = owing();
    assert!(supplier_acts(&world, &mut without, one).is_empty());
    let [(who, minor)] = without.trade.loan_asks[..] else {
        panic!("{:?}", without.trade.loan_asks);
    };
    assert_eq!(who, one);
    assert!(minor <= loan_room(&without, one) && minor > 0);
}

#[test]
fn banks_quote_by_risk() {
    let options = Options {
        stress: Stress::Liquidity,
        ..options()
    };
    let world = World::new(&options, monday(), true).unwrap();
    let mut state = state(&world);
    let one = first(&world, Kind::Supplier(1));
    let number = held(&world, &mut state, 1_000_000);
    let piece = state.book.pieces(one, world.start)[0];
    let bank = world.banks().next().unwrap();
    let calm = quote(&world, &state, bank, &piece, false).unwrap();
    assert!(quote(&world, &state, bank, &piece, true).unwrap() < calm);
    let best = best_offer(&world, &state, one, &piece, false).unwrap();
    let all = world
        .banks()
        .map(|bank| quote(&world, &state, bank, &piece, false).unwrap());
    assert_eq!(Some(best.rate), all.min());
    assert_eq!(best.price(1_000_000, 0), Some(1_000_000));
    let room = willing(&world, &state, bank);
    // Loans are the dearer, the deeper the tier.
    let rates: Vec<_> = (1..=3)
        .map(|tier| loan_rate(&world, &state, first(&world, Kind::Supplier(tier))))
        .collect();
    assert!(rates.is_sorted_by(|a, b| a < b), "{rates:?}");
    // In the stress all is dearer and less.
    state.day = world.stress_day().unwrap();
    assert!(quote(&world, &state, bank, &piece, false).unwrap() > calm);
    assert!(willing(&world, &state, bank) < room);
    // Nobody deals in the paper of a debtor that is overdue, nor a bank in its own.
    let own = crate::simulate::book::Piece {
        debtor: bank,
        ..piece
    };
    assert_eq!(quote(&world, &state, bank, &own, false), None);
    let paper = state.book.papers.get_mut(&number).unwrap();
    for lot in paper.lots.values_mut() {
        lot.standing = LotStanding::Overdue;
    }
    assert_eq!(best_offer(&world, &state, one, &piece, false), None);
}

fn pending(to: Who, what: What) -> Pending {
    Pending {
        ask: Ask { to, what },
        request: RequestId([1; 16]),
        terms: Hash([2; 32]),
    }
}

#[test]
fn a_bank_pays_as_far_as_its_budget_goes_in_order() {
    let world = small();
    let mut state = state(&world);
    let bank = world.banks().next().unwrap();
    let room = willing(&world, &state, bank);
    let ask = |price| pending(bank, What::Finance { price });
    let asked = [ask(room - 10), ask(11), ask(10)];
    let acts = answer(&world, &mut state, &asked);
    let said: Vec<bool> = calls(&acts, bank)
        .into_iter()
        .map(|call| matches!(call, Call::Agree(_)))
        .collect();
    assert_eq!(said, [true, false, true]);
}

#[test]
fn loans_are_paid_out_by_the_customers_bank_and_owed_with_interest() {
    let world = small();
    let mut state = state(&world);
    let one = first(&world, Kind::Supplier(2));
    state.trade.loan_asks.push((one, 100_000_000));
    state.trade.loan_asks.push((one, u64::MAX));
    let acts = answer(&world, &mut state, &[]);
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0].by, world.bank(one));
    let Then::Done(effect) = &acts[0].calls[0].1 else {
        panic!("{acts:?}");
    };
    state.trade.take(&world, effect, None);
    let owed = state.trade.owed_by(one);
    assert_eq!(owed.len(), 1);
    assert!(owed[0].1.minor > 100_000_000 && owed[0].1.why == Why::Loan);
    assert_eq!(state.trade.borrowed(one), owed[0].1.minor);
}

#[test]
fn a_core_that_is_overdue_promises_nothing_new() {
    let world = small();
    let mut state = state(&world);
    let core = world.cores().next().unwrap();
    let number = held(&world, &mut state, 1_000_000);
    let placed = |state: &State| state.trade.orders.iter().filter(|o| o.core == core).count();
    for day in 0..5 {
        state.open_day(&world, day);
        morning(&world, &mut state);
    }
    let before = placed(&state);
    assert!(before > 0);
    for lot in state
        .book
        .papers
        .get_mut(&number)
        .unwrap()
        .lots
        .values_mut()
    {
        lot.standing = LotStanding::Overdue;
    }
    for day in 7..12 {
        state.open_day(&world, day);
        let acts = morning(&world, &mut state);
        let promises = calls(&acts, core)
            .into_iter()
            .filter(|call| matches!(call, Call::OpenCertificate(_) | Call::Register(_)))
            .count();
        assert_eq!(promises, 0);
    }
    assert_eq!(placed(&state), before);
}

#[test]
fn in_the_stress_the_core_gets_nothing_and_loses_what_it_has() {
    let options = Options {
        stress: Stress::CoreDefault,
        days: 30,
        ..options()
    };
    let world = World::new(&options, monday(), true).unwrap();
    let core = world.failing_core().unwrap();
    let revenue = |day: u32| {
        let mut state = State::new(&world);
        state.open_day(&world, day);
        let acts = morning(&world, &mut state);
        let to_core = calls(&acts, MARKET)
            .into_iter()
            .filter(|call| matches!(call, Call::Transfer(t) if t.to == *world.id(core).unwrap()))
            .count();
        let lost = world.opening(core) - state.spendable(core);
        (to_core, lost)
    };
    assert_eq!(revenue(9), (1, 0));
    assert_eq!(revenue(10).0, 0);
    // Day 10 is a Thursday.
    assert_eq!(revenue(10).1, world.opening(core) / 5 * 4);
    assert_eq!(revenue(11), (0, 0));
}

#[test]
fn an_effect_without_a_result_changes_nothing() {
    let world = small();
    let mut state = state(&world);
    morning(&world, &mut state);
    let before = format!("{:?}", state.trade);
    state.trade.take(&world, &Effect::Invoiced(0), None);
    state.trade.take(&world, &Effect::Queued(0), None);
    state.trade.take(&world, &Effect::Nothing, None);
    assert_eq!(format!("{:?}", state.trade), before);
}
