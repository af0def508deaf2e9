//! Lots: written, cut and rejoined so that they always tile their package.

use crate::bills::{Bill, BillNumber, Circulation, Dishonour, Lot, LotRange, Status};
use crate::clock::{DueKey, DueKind, cancel, schedule};
use crate::events::{BillRejoined, BillSplit};
use crate::gates;
use crate::money::Money;
use crate::run::Run;
use crate::state::{Overlay, StateFault, View};
use crate::tables::{LOTS, LOTS_BY_HOLDER, bill_entity, holding_suffix};

/// A lot that the state itself points to by its exact range.
pub(crate) fn lot_at(
    view: &(impl View + ?Sized),
    number: &BillNumber,
    range: LotRange,
) -> Result<Lot, StateFault> {
    LOTS.get(view, bill_entity(number), &range.start.to_be_bytes())?
        .filter(|lot| lot.range == range)
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{number}:{range} is missing")))
}

/// What a lot is worth.
pub(crate) fn lot_money(bill: &Bill, lot: &Lot) -> Result<Money, StateFault> {
    let minor = lot
        .range
        .amount()
        .ok_or_else(|| StateFault::new(LOTS.name(), "a lot of wrong range"))?;
    Ok(Money::new(bill.sum.currency, minor))
}

/// How much of a lot the acceptor has accepted: all of it, unless it accepted only the low end of the bill.
pub(crate) fn accepted_money(bill: &Bill, lot: &Lot) -> Result<Money, StateFault> {
    let whole = lot_money(bill, lot)?;
    let accepted = bill
        .accepted
        .saturating_add(1)
        .saturating_sub(lot.range.start)
        .min(whole.minor);
    Ok(Money::new(whole.currency, accepted))
}

/// Writes a lot whose holder and liveness have not changed.
pub(crate) fn put_lot(
    state: &mut Overlay<'_>,
    number: &BillNumber,
    lot: &Lot,
) -> Result<(), StateFault> {
    LOTS.put(
        state,
        bill_entity(number),
        &lot.range.start.to_be_bytes(),
        lot,
    )
}

/// Writes a lot that was not there.
pub(crate) fn new_lot(
    state: &mut Overlay<'_>,
    number: &BillNumber,
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

fn unlist(state: &mut Overlay<'_>, number: &BillNumber, lot: &Lot) {
    LOTS_BY_HOLDER.remove(
        state,
        lot.holder.as_str().as_bytes(),
        &holding_suffix(number, lot.range.start),
    );
}

/// Writes a lot in place of itself; its holder's list follows. An ended lot is in nobody's list.
pub(crate) fn change_lot(
    state: &mut Overlay<'_>,
    number: &BillNumber,
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

/// Writes the end of a lot: it counts no longer against its acceptor.
pub(crate) fn end_lot(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    old: &Lot,
    new: &Lot,
) -> Result<(), StateFault> {
    change_lot(run.state, &bill.number, old, new)?;
    if old.status == Status::Issued {
        return Ok(());
    }
    let money = accepted_money(bill, old)?;
    gates::end_acceptance(run.state, &bill.acceptor, money)?;
    if matches!(old.dishonour, Dishonour::InTime | Dishonour::Late) {
        gates::end_overdue(run.state, &bill.acceptor, money)?;
    }
    Ok(())
}

/// Cuts `amount` units off the low end, which move; the holder keeps the high end (rule book 2.1).
/// The lot itself is given back where it moves as a whole.
pub(crate) fn split(
    run: &mut Run<'_, '_>,
    bill: &Bill,
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
    put_lot(run.state, &bill.number, &moved)?;
    new_lot(run.state, &bill.number, &kept)?;
    if let Some(key) = repo_end(bill, &kept) {
        schedule(run, &key, 0)?;
    }
    run.emit(BillSplit {
        bill: bill.number,
        moved: moved.range,
        kept: kept.range,
    });
    Ok(moved)
}

/// Cuts a lot where the law or the clock asks for it, and gives both pieces; the second is none where `amount` is
/// all of it.
pub(crate) fn split_in_two(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    lot: Lot,
    amount: u64,
) -> Result<(Lot, Option<Lot>), StateFault> {
    let end = lot.range.end;
    let low = split(run, bill, lot, amount)?;
    let high = match low.range.end.checked_add(1) {
        Some(start) if start <= end => {
            Some(lot_at(run.state, &bill.number, LotRange { start, end })?)
        }
        _ => None,
    };
    Ok((low, high))
}

/// The item of the queue that ends a lot's repo, the morning after its cut-off.
pub(crate) fn repo_end(bill: &Bill, lot: &Lot) -> Option<DueKey> {
    let repo = lot.repo.as_ref()?;
    let day = repo.dates.cut_off.plus_days(1)?;
    let start = lot.range.start;
    Some(DueKey::lot(day, DueKind::RepoEnd, &bill.number, start))
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
pub(crate) fn rejoin(run: &mut Run<'_, '_>, bill: &Bill, lot: Lot) -> Result<Lot, StateFault> {
    let above = lot_after(run.state, bill, lot.range.end)?;
    let Some(above) = above.filter(|above| same_but_range(above, &lot)) else {
        put_lot(run.state, &bill.number, &lot)?;
        return Ok(lot);
    };
    unlist(run.state, &bill.number, &above);
    if let Some(key) = repo_end(bill, &above) {
        cancel(run, &key);
    }
    LOTS.remove(
        run.state,
        bill_entity(&bill.number),
        &above.range.start.to_be_bytes(),
    );
    let joined = Lot {
        range: LotRange {
            start: lot.range.start,
            end: above.range.end,
        },
        ..lot
    };
    put_lot(run.state, &bill.number, &joined)?;
    run.emit(BillRejoined {
        bill: bill.number,
        lot: joined.range,
    });
    Ok(joined)
}

fn lot_after(
    view: &(impl View + ?Sized),
    bill: &Bill,
    end: u64,
) -> Result<Option<Lot>, StateFault> {
    match end.checked_add(1) {
        Some(start) => LOTS.get(view, bill_entity(&bill.number), &start.to_be_bytes()),
        None => Ok(None),
    }
}
