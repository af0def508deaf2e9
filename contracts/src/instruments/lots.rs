//! Lots: written, cut and rejoined so that they always tile their package.

use crate::events::{LotRejoined, LotSplit};
use crate::instruments::{Circulation, InstrumentNumber, Lot, LotRange, Paper};
use crate::money::Money;
use crate::run::Run;
use crate::state::{Overlay, StateFault, View};
use crate::tables::{LOTS, LOTS_BY_HOLDER, holding_suffix, instrument_entity};

/// A lot that the state itself points to by its exact range.
pub(crate) fn lot_at(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
    range: LotRange,
) -> Result<Lot, StateFault> {
    LOTS.get(view, instrument_entity(number), &range.start.to_be_bytes())?
        .filter(|lot| lot.range == range)
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{number}:{range} is missing")))
}

/// What a lot is worth.
pub(crate) fn lot_money(paper: &dyn Paper, lot: &Lot) -> Result<Money, StateFault> {
    let minor = lot
        .range
        .amount()
        .ok_or_else(|| StateFault::new(LOTS.name(), "a lot of wrong range"))?;
    Ok(Money::new(paper.sum().currency, minor))
}

/// Writes a lot whose holder and liveness have not changed.
pub(crate) fn put_lot(
    state: &mut Overlay<'_>,
    number: &InstrumentNumber,
    lot: &Lot,
) -> Result<(), StateFault> {
    LOTS.put(
        state,
        instrument_entity(number),
        &lot.range.start.to_be_bytes(),
        lot,
    )
}

/// Writes a lot that was not there.
pub(crate) fn new_lot(
    state: &mut Overlay<'_>,
    number: &InstrumentNumber,
    lot: &Lot,
) -> Result<(), StateFault> {
    LOTS_BY_HOLDER.put(
        state,
        lot.holder.as_str().as_bytes(),
        &holding_suffix(number, lot.range.start),
        &(),
    )?;
    put_lot(state, number, lot)
}

fn unlist(state: &mut Overlay<'_>, number: &InstrumentNumber, lot: &Lot) {
    LOTS_BY_HOLDER.remove(
        state,
        lot.holder.as_str().as_bytes(),
        &holding_suffix(number, lot.range.start),
    );
}

/// Writes a lot in place of itself; its holder's list follows. An ended lot is in nobody's list.
pub(crate) fn change_lot(
    state: &mut Overlay<'_>,
    number: &InstrumentNumber,
    old: &Lot,
    new: &Lot,
) -> Result<(), StateFault> {
    let ended = new.circulation == Circulation::Ended;
    if ended || old.holder != new.holder {
        unlist(state, number, old);
    }
    if !ended && old.holder != new.holder {
        return new_lot(state, number, new);
    }
    put_lot(state, number, new)
}

/// Writes the end of a lot: it counts no longer against its debtor.
pub(crate) fn end_lot(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    old: &Lot,
    new: &Lot,
) -> Result<(), StateFault> {
    change_lot(run.state, &paper.number(), old, new)?;
    paper.lot_ended(run, old)
}

/// Cuts `amount` units off the low end, which move; the holder keeps the high end (rule book 2.1).
/// The lot itself is given back where it moves as a whole.
pub(crate) fn split(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: Lot,
    amount: u64,
) -> Result<Lot, StateFault> {
    let cut = lot.range.start.checked_add(amount);
    let kept_start = cut.filter(|start| *start <= lot.range.end);
    let Some(kept_start) = kept_start else {
        return Ok(lot);
    };
    let moved = Lot {
        range: LotRange {
            start: lot.range.start,
            end: kept_start.saturating_sub(1),
        },
        ..lot.clone()
    };
    let kept = Lot {
        range: LotRange {
            start: kept_start,
            end: lot.range.end,
        },
        ..lot
    };
    let (moved, kept) = cut_funding(moved, kept)?;
    put_lot(run.state, &paper.number(), &moved)?;
    new_lot(run.state, &paper.number(), &kept)?;
    paper.lot_cut(run, &kept)?;
    run.emit(LotSplit {
        instrument: paper.number(),
        moved: moved.range,
        kept: kept.range,
    });
    Ok(moved)
}

/// What a funder has advanced on a lot goes with its pieces by their amounts, rounded down for the low one.
fn cut_funding(mut low: Lot, mut high: Lot) -> Result<(Lot, Lot), StateFault> {
    let (Some(a), Some(b)) = (low.receivable.as_mut(), high.receivable.as_mut()) else {
        return Ok((low, high));
    };
    let (Some(a), Some(b)) = (a.funding.as_mut(), b.funding.as_mut()) else {
        return Ok((low, high));
    };
    let wrong = || StateFault::new(LOTS.name(), "a lot of wrong range");
    let part = u128::from(low.range.amount().ok_or_else(wrong)?);
    let rest = u128::from(high.range.amount().ok_or_else(wrong)?);
    let whole = part.checked_add(rest).ok_or_else(wrong)?;
    let share = |sum: u64| {
        u128::from(sum)
            .checked_mul(part)
            .and_then(|product| product.checked_div(whole))
            .and_then(|share| u64::try_from(share).ok())
            .ok_or_else(wrong)
    };
    a.principal = share(b.principal)?;
    b.principal = b.principal.saturating_sub(a.principal);
    a.interest_paid = share(b.interest_paid)?;
    b.interest_paid = b.interest_paid.saturating_sub(a.interest_paid);
    Ok((low, high))
}

/// Cuts a lot where the law or the clock asks for it, and gives both pieces; the second is none where `amount` is
/// all of it.
pub(crate) fn split_in_two(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: Lot,
    amount: u64,
) -> Result<(Lot, Option<Lot>), StateFault> {
    let end = lot.range.end;
    let low = split(run, paper, lot, amount)?;
    let high = match low.range.end.checked_add(1) {
        Some(start) if start <= end => {
            Some(lot_at(run.state, &paper.number(), LotRange { start, end })?)
        }
        _ => None,
    };
    Ok((low, high))
}

/// What a lot in the hands of a holder is when nothing else stands against it: circulable, unless marked.
pub(crate) fn circulable(lot: &Lot) -> Circulation {
    if lot.not_transferable_by.is_some() {
        Circulation::NotTransferable
    } else {
        Circulation::Circulable
    }
}

/// Whether two lots stand alike in everything but their range: the same hand and fields, no request.
fn same_but_range(a: &Lot, b: &Lot) -> bool {
    a.request.is_none()
        && *a
            == Lot {
                range: a.range,
                ..b.clone()
            }
}

/// Writes a lot freed of its request, made one with the lot above it, from which it was cut, where both
/// stand alike.
pub(crate) fn rejoin(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: Lot,
) -> Result<Lot, StateFault> {
    let above = lot_after(run.state, paper, lot.range.end)?;
    let Some(above) = above.filter(|above| same_but_range(above, &lot)) else {
        put_lot(run.state, &paper.number(), &lot)?;
        return Ok(lot);
    };
    unlist(run.state, &paper.number(), &above);
    paper.lot_joined(run, &above);
    LOTS.remove(
        run.state,
        instrument_entity(&paper.number()),
        &above.range.start.to_be_bytes(),
    );
    let joined = Lot {
        range: LotRange {
            start: lot.range.start,
            end: above.range.end,
        },
        ..lot
    };
    put_lot(run.state, &paper.number(), &joined)?;
    run.emit(LotRejoined {
        instrument: paper.number(),
        lot: joined.range,
    });
    Ok(joined)
}

fn lot_after(
    view: &(impl View + ?Sized),
    paper: &dyn Paper,
    end: u64,
) -> Result<Option<Lot>, StateFault> {
    match end.checked_add(1) {
        Some(start) => LOTS.get(
            view,
            instrument_entity(&paper.number()),
            &start.to_be_bytes(),
        ),
        None => Ok(None),
    }
}
