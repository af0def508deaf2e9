//! A supplier: hands paper on for goods, pays wages in cash, queues what else is due, raises cash when it is short,
//! and pays out what it does not need.

use super::bank::{Offer, best_offer, loan_room};
use super::core::{document, for_debt};
use super::{State, send, words};
use crate::simulate::act::{Act, What};
use crate::simulate::book::Piece;
use crate::simulate::days::{add, weekday};
use crate::simulate::papers::PaperKind;
use crate::simulate::trade::{Effect, Standing, Why};
use crate::simulate::world::{MARKET, Who, World, yuan};
use allonge_contracts::bills::{LotRange, Market, Settlement};
use allonge_contracts::calls::{
    FinanceLot, InstrumentRef, Queue, RequestDiscount, RequestEndorsement, TransferLot,
};
use allonge_contracts::{Call, Money, Text, days_between};
use std::collections::BTreeMap;

/// An obligation stays in its queue for so many days besides its first.
const QUEUE_DAYS: u32 = 4;
/// Paper that is due in so many days is not handed on any more.
const AT_ONCE: u32 = 2;
/// How many days ahead a supplier looks for what it has to pay.
const HORIZON: u32 = 5;
/// Paper that is due so soon is waited for and not sold.
const SOON: u32 = 7;
/// It raises no less than this.
const LEAST: u64 = yuan(1_000);
/// How many pieces it offers on one day.
const MAX_SALES: usize = 3;

/// What it promises today: paper on its way for a debt.
type Promised = BTreeMap<usize, u64>;

/// A supplier's acts of a morning.
pub(super) fn morning(world: &World, state: &mut State, who: Who, acts: &mut Vec<Act>) {
    let mut pieces = good_pieces(state, who);
    let promised = hand_on(world, state, who, &mut pieces, acts);
    pay_wages(world, state, who, acts);
    queue_except(world, state, who, acts, |why| why != Why::Wages, &promised);
    let needs = needs(state, who, &promised);
    let reserve = world.opening(who) / 4;
    let short = shortage(state, who, needs.saturating_add(reserve), &pieces);
    if short >= LEAST {
        raise(world, state, who, short, &mut pieces, acts);
    } else {
        pay_out(world, state, who, needs.saturating_add(reserve), acts);
    }
}

/// Paper that others still take: of debtors with nothing overdue, and not due at once.
fn good_pieces(state: &State, who: Who) -> Vec<Piece> {
    let mut pieces = state.book.pieces(who, add(state.today, AT_ONCE));
    pieces.retain(|piece| state.book.overdue(piece.debtor) == 0);
    pieces
}

/// Pays for goods with paper: the oldest debt first, with the paper that is due first. Where paper may not be cut,
/// only whole lots that are no larger than the debt are handed on.
fn hand_on(
    world: &World,
    state: &State,
    who: Who,
    pieces: &mut Vec<Piece>,
    acts: &mut Vec<Act>,
) -> Promised {
    let mut promised = Promised::new();
    for (id, debt) in state.trade.owed_by(who) {
        if debt.why != Why::Goods || debt.standing != Standing::Open {
            continue;
        }
        let mut left = debt.left();
        for piece in pieces.iter_mut() {
            let part = if world.splitting {
                left.min(piece.minor)
            } else if piece.minor <= left {
                piece.minor
            } else {
                0
            };
            if part == 0 || piece.debtor == debt.to {
                continue;
            }
            let Some(call) = handed(world, *piece, part, debt.to, id) else {
                continue;
            };
            let what = What::Paper {
                payable: id,
                minor: part,
            };
            acts.push(Act::ask(who, debt.to, call, what));
            *promised.entry(id).or_default() += part;
            left -= part;
            use_up(piece, part);
        }
        pieces.retain(|piece| piece.minor > 0);
    }
    promised
}

/// The low end of a piece goes; the rest stays.
fn use_up(piece: &mut Piece, part: u64) {
    piece.minor -= part;
    piece.range.start += part;
}

/// How a call names a part of a piece: all of it by the lot alone.
fn part_of(world: &World, piece: Piece, part: u64) -> (LotRange, Option<Money>) {
    (piece.range, (part < piece.minor).then(|| world.money(part)))
}

fn handed(world: &World, piece: Piece, part: u64, to: Who, debt: usize) -> Option<Call> {
    let to = world.id(to)?.clone();
    let instrument = InstrumentRef::Number(piece.number);
    let (lot, part) = part_of(world, piece, part);
    Some(match piece.kind {
        PaperKind::Certificate => TransferLot {
            certificate: instrument,
            lot,
            part,
            to,
            purpose: for_debt(debt),
            answer_by: None,
        }
        .into(),
        PaperKind::Bill => RequestEndorsement {
            bill: instrument,
            lot,
            part,
            to,
            not_transferable: false,
            purpose: Text::empty(),
            answer_by: None,
        }
        .into(),
    })
}

/// Wages are paid in cash when they are due, as far as cash goes.
fn pay_wages(world: &World, state: &mut State, who: Who, acts: &mut Vec<Act>) {
    let today = state.today;
    let due: Vec<(usize, u64)> = state
        .trade
        .owed_by(who)
        .iter()
        .filter(|(_, debt)| debt.why == Why::Wages && debt.due <= today)
        .map(|(id, debt)| (*id, debt.left()))
        .collect();
    for (payable, minor) in due {
        if state.take(who, minor) {
            let effect = Effect::Paid { payable, minor };
            acts.extend(send(world, who, MARKET, minor, "wages and costs", effect));
        }
    }
}

/// Puts what is due into the queue of netting.
pub(super) fn queue_due(
    world: &World,
    state: &State,
    who: Who,
    acts: &mut Vec<Act>,
    fits: impl Fn(Why) -> bool,
) {
    queue_except(world, state, who, acts, fits, &Promised::new());
}

fn queue_except(
    world: &World,
    state: &State,
    who: Who,
    acts: &mut Vec<Act>,
    fits: impl Fn(Why) -> bool,
    promised: &Promised,
) {
    for (id, debt) in state.trade.owed_by(who) {
        let left = debt
            .left()
            .saturating_sub(promised.get(&id).copied().unwrap_or(0));
        let due = debt.standing == Standing::Open && debt.due <= state.today;
        // A debt that paper partly pays today is queued tomorrow, when it is known what is left of it.
        if !due || !fits(debt.why) || left < debt.left() {
            continue;
        }
        let Some(to) = world.id(debt.to) else {
            continue;
        };
        let call = Queue {
            to: to.clone(),
            money: world.money(left),
            priority: debt.why.priority(),
            not_before: None,
            deadline: add(state.today, QUEUE_DAYS),
            purpose: words(debt.why.word()),
            reference: for_debt(id),
        };
        acts.push(Act::one(who, call, Effect::Queued(id)));
    }
}

/// What has to be paid in the next days and is not paid by paper today.
fn needs(state: &State, who: Who, promised: &Promised) -> u64 {
    let until = add(state.today, HORIZON);
    state
        .trade
        .owed_by(who)
        .iter()
        .filter(|(_, debt)| debt.standing == Standing::Queued || debt.due <= until)
        .map(|(id, debt)| {
            debt.left()
                .saturating_sub(promised.get(id).copied().unwrap_or(0))
        })
        .fold(0u64, u64::saturating_add)
}

/// What is missing of it, with the cash at hand and the paper that is paid in the meantime: what of it is left today,
/// and what is due too soon to be handed on.
fn shortage(state: &State, who: Who, needs: u64, left: &[Piece]) -> u64 {
    let (now, until) = (add(state.today, AT_ONCE), add(state.today, HORIZON));
    let at_once = state.book.pieces(who, state.today);
    let coming: u64 = at_once
        .iter()
        .filter(|piece| piece.due <= now)
        .chain(left.iter().filter(|piece| piece.due > now))
        .filter(|piece| piece.due <= until && state.book.overdue(piece.debtor) == 0)
        .map(|piece| piece.minor)
        .sum();
    // What wages took today has been set aside from the cash and is no longer a need.
    let paid = state.book.cash(who).saturating_sub(state.spendable(who));
    needs
        .saturating_sub(paid)
        .saturating_sub(state.spendable(who))
        .saturating_sub(coming)
}

/// Sells paper, or borrows where there is none.
fn raise(
    world: &World,
    state: &mut State,
    who: Who,
    mut short: u64,
    pieces: &mut Vec<Piece>,
    acts: &mut Vec<Act>,
) {
    let soon = add(state.today, SOON);
    let mut sales = 0;
    for piece in pieces.iter_mut().filter(|piece| piece.due > soon) {
        if short < LEAST || sales == MAX_SALES {
            break;
        }
        let serial = state.next_serial();
        let about = [who as u64, state.business_day, sales as u64];
        let recourse =
            piece.kind == PaperKind::Certificate && world.dice.percent("recourse", &about, 40);
        let Some(offer) = best_offer(world, state, who, piece, recourse) else {
            continue;
        };
        let days = days_between(state.today, piece.due);
        let part = if world.splitting {
            grossed_up(&offer, short, days).min(piece.minor)
        } else {
            piece.minor
        };
        let Some(price) = offer.price(part, days) else {
            continue;
        };
        let Some(call) = sold(world, *piece, part, &offer, recourse, serial) else {
            continue;
        };
        acts.push(Act::ask(who, offer.bank, call, What::Finance { price }));
        short = short.saturating_sub(price);
        use_up(piece, part);
        sales += 1;
    }
    pieces.retain(|piece| piece.minor > 0);
    if short >= LEAST && sales == 0 {
        // Whole thousands.
        let minor = short.div_ceil(yuan(1_000)) * yuan(1_000);
        let minor = minor.min(loan_room(state, who));
        if minor >= LEAST {
            state.trade.loan_asks.push((who, minor));
        }
    }
}

/// The part of a piece that brings so much.
fn grossed_up(offer: &Offer, want: u64, days: u32) -> u64 {
    let interest = offer
        .rate
        .interest(want, days, offer.day_count)
        .unwrap_or(0);
    // Interest on the interest is a few hundredths of it at most.
    want.saturating_add(interest)
        .saturating_add(interest / 16)
        .saturating_add(100)
}

fn sold(
    world: &World,
    piece: Piece,
    part: u64,
    offer: &Offer,
    recourse: bool,
    serial: u64,
) -> Option<Call> {
    let to = world.id(offer.bank)?.clone();
    let instrument = InstrumentRef::Number(piece.number);
    let (lot, part) = part_of(world, piece, part);
    Some(match piece.kind {
        PaperKind::Certificate => FinanceLot {
            certificate: instrument,
            lot,
            part,
            to,
            rate: offer.rate,
            day_count: offer.day_count,
            advance: None,
            recourse,
            registry: words(&format!("SIM-{serial:06}")),
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        PaperKind::Bill => RequestDiscount {
            bill: instrument,
            lot,
            part,
            to,
            market: Market::Discount,
            rate: offer.rate,
            day_count: offer.day_count,
            repo: None,
            settlement: Settlement::Dvp,
            without_liability: false,
            papers: vec![document(world, usize::try_from(serial).unwrap_or(0))],
            purpose: Text::empty(),
            answer_by: None,
        }
        .into(),
    })
}

/// On Mondays half of the cash that is not needed goes to the owners and into the business: to the market.
fn pay_out(world: &World, state: &mut State, who: Who, needs: u64, acts: &mut Vec<Act>) {
    let keep = needs.saturating_add(world.opening(who));
    let minor = state.spendable(who).saturating_sub(keep) / 2;
    if weekday(state.today) == 0 && minor >= LEAST && state.take(who, minor) {
        let what = "profit and investment";
        acts.extend(send(world, who, MARKET, minor, what, Effect::Nothing));
    }
}
