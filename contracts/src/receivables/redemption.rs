//! The clock redeems a pool: in full where the issuer's cash goes round, else pro rata at once (rule book 3.2).
//!
//! A pool may be too large for one block. So the cash is held on the issuer's account at the first step, and the lots,
//! on which no act is possible meanwhile, are gone through in order as often as it takes: to add them up; where the cash
//! falls short, to rank them by remainder; and to pay.

use crate::calendar::{business_days_after, is_business_day, roll};
use crate::cash::{balance, hold, unhold};
use crate::clock::DueKey;
use crate::events::PoolRedeemed;
use crate::instruments::{Frozen, InstrumentNumber, Lot, Status};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::receivables::find::existing_certificate;
use crate::receivables::overdue::{drop_fence, raise_fence};
use crate::receivables::payment::{Payer, extinguish, redeem_part};
use crate::receivables::pool::{Phase, Place, Pool, Rank, Round, pool_at};
use crate::receivables::shares::{Share, share};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{LOTS, POOL_STATES, RANKS, rank_of_suffix};
use crate::work;

/// Whether a lot is the issuer's own, with nobody else having a right to it.
pub(super) fn is_own(issuer: &MemberId, lot: &Lot) -> bool {
    lot.holder == *issuer && lot.pledge.is_none()
}

/// Whether a lot is redeemed with its pool: one whose payment is stopped waits.
fn is_owed(issuer: &MemberId, lot: &Lot) -> bool {
    matches!(lot.status, Status::Held | Status::Overdue)
        && lot.frozen != Frozen::Stopped
        && !is_own(issuer, lot)
}

/// The close of a day on which a pool is redeemed or tried again: goes on with it as far as the budget reaches.
pub(crate) fn redeem_pool(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::POOL);
    let (due, currency) = key.about_pool()?;
    let mut pool = pool_at(run.state, &key.member()?, due, currency)?
        .ok_or_else(|| StateFault::new(POOL_STATES.name(), "the redemption of no pool"))?;
    let mut round = match pool.round.take() {
        Some(round) => round,
        // The day was declared closed since.
        None if !is_business_day(run.state, key.date)? => {
            let next = roll(run.state, key.date)?;
            pool.plan(run, Some(next))?;
            return pool.put(run);
        }
        None => begin(run, &pool)?,
    };
    while step(run, &mut pool, &mut round)? {
        if run.work >= run.work_limit {
            pool.round = Some(round);
            return pool.put(run);
        }
    }
    finish(run, pool, &round, key)
}

/// Reserves what the issuer has.
fn begin(run: &mut Run<'_, '_>, pool: &Pool) -> Result<Round, StateFault> {
    let reserved = balance(run.state, &pool.issuer, pool.currency)?.available();
    let money = Money::new(pool.currency, reserved);
    hold(run.state, &pool.issuer, money)?;
    Ok(Round {
        phase: Phase::Summing,
        from: None,
        owed: 0,
        cash: 0,
        reserved,
        left: 0,
        chosen: 0,
        last: None,
    })
}

/// One lot or one rank. Gives whether there is more to do.
fn step(run: &mut Run<'_, '_>, pool: &mut Pool, round: &mut Round) -> Result<bool, StateFault> {
    if round.phase == Phase::Choosing {
        run.count(work::POOL_CHOOSE);
        choose(run, pool, round)?;
        return Ok(true);
    }
    let Some((number, lot)) = pool.lot_from(run.state, round.from)? else {
        run.count(work::POOL_LOT);
        return end_phase(run, pool, round);
    };
    round.from = Some(Place {
        certificate: number,
        start: lot.range.end.saturating_add(1),
    });
    match round.phase {
        Phase::Summing => {
            run.count(work::POOL_LOT);
            sum(run, pool, round, number, lot)?;
        }
        Phase::Ranking if is_owed(&pool.issuer, &lot) => {
            run.count(work::POOL_RANK);
            rank(run, pool, round, number, &lot)?;
        }
        Phase::Paying if is_owed(&pool.issuer, &lot) => {
            run.count(work::REDEEM_LOT);
            pay(run, pool, round, number, lot)?;
        }
        _ => run.count(work::POOL_LOT),
    }
    Ok(true)
}

fn units(lot: &Lot) -> Result<u64, StateFault> {
    lot.range
        .amount()
        .ok_or_else(|| StateFault::new(LOTS.name(), "a lot of wrong range"))
}

/// Adds a lot up. What the issuer has in its own hands is extinguished, unless a court has seized it.
fn sum(
    run: &mut Run<'_, '_>,
    pool: &mut Pool,
    round: &mut Round,
    number: InstrumentNumber,
    lot: Lot,
) -> Result<(), StateFault> {
    if is_owed(&pool.issuer, &lot) {
        round.owed = round.owed.saturating_add(u128::from(units(&lot)?));
        return Ok(());
    }
    let live = matches!(lot.status, Status::Held | Status::Overdue);
    if live && is_own(&pool.issuer, &lot) && lot.frozen == Frozen::No {
        run.count(work::REDEEM_LOT);
        let mut certificate = existing_certificate(run.state, &number)?;
        extinguish(run, pool, &mut certificate, lot)?;
    }
    Ok(())
}

/// A lot's share of the cash.
fn share_of(round: &Round, lot: &Lot) -> Result<Share, StateFault> {
    share(units(lot)?, round.cash, round.owed)
        .ok_or_else(|| StateFault::new(POOL_STATES.name(), "a lot that was not added up"))
}

const fn place_of(number: InstrumentNumber, lot: &Lot, remainder: u128) -> Rank {
    Rank {
        remainder,
        lot: Place {
            certificate: number,
            start: lot.range.start,
        },
    }
}

/// Takes a lot's share, rounded down, off what is left to be given out, and ranks it by what that took off.
fn rank(
    run: &mut Run<'_, '_>,
    pool: &Pool,
    round: &mut Round,
    number: InstrumentNumber,
    lot: &Lot,
) -> Result<(), StateFault> {
    let Share { floor, remainder } = share_of(round, lot)?;
    round.left = round
        .left
        .checked_sub(floor)
        .ok_or_else(|| StateFault::new(POOL_STATES.name(), "more is shared out than there is"))?;
    if remainder > 0 {
        let suffix = place_of(number, lot, remainder).suffix();
        RANKS.put(run.state, pool.issuer.as_str().as_bytes(), &suffix, &())?;
    }
    Ok(())
}

/// Chooses the next lot that gets one more minor unit; when all are chosen, paying begins.
fn choose(run: &mut Run<'_, '_>, pool: &Pool, round: &mut Round) -> Result<(), StateFault> {
    if round.chosen >= round.left {
        round.phase = Phase::Paying;
        return Ok(());
    }
    let from = round.last.map_or_else(Vec::new, |last| {
        let mut from = last.suffix();
        from.push(0);
        from
    });
    let (remainder, certificate, start) = RANKS
        .next(run.state, pool.issuer.as_str().as_bytes(), &from)?
        .and_then(|(suffix, ())| rank_of_suffix(&suffix))
        .ok_or_else(|| StateFault::new(RANKS.name(), "fewer lots than minor units left over"))?;
    round.chosen = round.chosen.saturating_add(1);
    round.last = Some(Rank {
        remainder,
        lot: Place { certificate, start },
    });
    Ok(())
}

/// Pays a lot its share.
fn pay(
    run: &mut Run<'_, '_>,
    pool: &mut Pool,
    round: &mut Round,
    number: InstrumentNumber,
    lot: Lot,
) -> Result<(), StateFault> {
    let Share { floor, remainder } = share_of(round, &lot)?;
    let rank = place_of(number, &lot, remainder).suffix();
    if remainder > 0 {
        RANKS.remove(run.state, pool.issuer.as_str().as_bytes(), &rank);
    }
    let one_more = remainder > 0 && round.last.is_some_and(|last| rank <= last.suffix());
    let units = floor.saturating_add(u64::from(one_more));
    round.reserved = round
        .reserved
        .checked_sub(units)
        .ok_or_else(|| StateFault::new(POOL_STATES.name(), "more is paid than is reserved"))?;
    unhold(run.state, &pool.issuer, Money::new(pool.currency, units))?;
    let mut certificate = existing_certificate(run.state, &number)?;
    redeem_part(run, pool, &mut certificate, lot, units, Payer::Clock)
}

/// All lots are gone through. Gives whether there is more to do.
fn end_phase(run: &mut Run<'_, '_>, pool: &Pool, round: &mut Round) -> Result<bool, StateFault> {
    round.from = None;
    match round.phase {
        Phase::Summing => {
            // Never more than what is reserved.
            let owed = u64::try_from(round.owed).unwrap_or(u64::MAX);
            round.cash = round.reserved.min(owed);
            let rest = round.reserved.saturating_sub(round.cash);
            unhold(run.state, &pool.issuer, Money::new(pool.currency, rest))?;
            round.reserved = round.cash;
            let whole = u128::from(round.cash) == round.owed;
            round.phase = if whole || round.cash == 0 {
                Phase::Paying
            } else {
                round.left = round.cash;
                Phase::Ranking
            };
            Ok(true)
        }
        Phase::Ranking | Phase::Choosing => {
            round.phase = Phase::Choosing;
            Ok(true)
        }
        Phase::Paying => Ok(false),
    }
}

/// The pool is whole, or is tried again on the next business day while retry days are left; then it stays overdue.
fn finish(
    run: &mut Run<'_, '_>,
    mut pool: Pool,
    round: &Round,
    key: &DueKey,
) -> Result<(), StateFault> {
    if round.reserved > 0 {
        let what = format!("{} held for nobody", round.reserved);
        return Err(StateFault::new(POOL_STATES.name(), what));
    }
    let short = u128::from(round.cash) < round.owed;
    let before = pool.retries;
    let days = run.settings.params.redemption_retry_days;
    pool.retries = match before {
        _ if !short => None,
        Some(left) => left.checked_sub(1).filter(|left| *left > 0),
        None => u32::try_from(days).ok().filter(|days| *days > 0),
    };
    match (before, pool.retries) {
        (None, Some(_)) => raise_fence(run.state, &pool.issuer, pool.currency)?,
        (Some(_), None) => drop_fence(run.state, &pool.issuer, pool.currency)?,
        _ => {}
    }
    let next = match pool.retries {
        Some(_) => Some(business_days_after(run.state, key.date, 1)?),
        None => None,
    };
    pool.plan(run, next)?;
    run.emit(PoolRedeemed {
        issuer: pool.issuer.clone(),
        due: pool.due,
        currency: pool.currency,
        owed: round.owed,
        paid: round.cash,
        next,
    });
    pool.put(run)
}
