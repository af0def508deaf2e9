//! Working off what is due, in order, within a budget; the business date moves when nothing is left.

use crate::clock::tasks::work_on;
use crate::clock::{DueItem, DueKey, DueKind, Moment};
use crate::events::{DayBegan, DayClosed};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{ALL, DUE};
use crate::work;

/// Works off what is due up to now. Gives whether more is due than the budget allowed.
///
/// Days on which nothing is due are passed over in one step, and have no event of their own.
pub(crate) fn work_off(run: &mut Run<'_, '_>) -> Result<bool, StateFault> {
    let now = run.now();
    // Nothing is ever queued before what is being worked on, so the search goes on from there and not from
    // the front, where each item taken out in this block would be stepped over again.
    let mut reached = Vec::new();
    loop {
        let first = first_item(run, &reached)?;
        if let Some((key, item)) = first.as_ref().filter(|(key, _)| is_due(run, now, key)) {
            if run.work >= run.work_limit {
                return Ok(true);
            }
            work_on(run, key, item)?;
            reached = key.suffix();
            continue;
        }
        let today = run.date();
        if run.past_close(today) && !run.clock.closed {
            if run.work >= run.work_limit {
                return Ok(true);
            }
            run.count(work::DAY);
            run.clock.closed = true;
            run.put_clock()?;
            run.emit(DayClosed { date: today });
        }
        if now.date <= today {
            return Ok(false);
        }
        if run.work >= run.work_limit {
            return Ok(true);
        }
        run.count(work::DAY);
        let next = first.map_or(now.date, |(key, _)| key.date.min(now.date));
        // An item can only lie ahead here, so that the date always moves on.
        run.clock.date = next.max(today.plus_days(1).unwrap_or(now.date));
        run.clock.closed = false;
        run.put_clock()?;
        run.emit(DayBegan {
            date: run.clock.date,
        });
        begin_with_params(run, &reached)?;
    }
}

/// A day begins with the parameters that hold from it, whatever the budget, so that nothing is ever done on a day
/// by the numbers of the day before. They are at most one change of each parameter.
fn begin_with_params(run: &mut Run<'_, '_>, reached: &[u8]) -> Result<(), StateFault> {
    while let Some((key, item)) = first_item(run, reached)?
        .filter(|(key, _)| key.kind == DueKind::Param && key.date == run.date())
    {
        work_on(run, &key, &item)?;
    }
    Ok(())
}

fn first_item(run: &Run<'_, '_>, reached: &[u8]) -> Result<Option<(DueKey, DueItem)>, StateFault> {
    match DUE.next(run.state, ALL, reached)? {
        Some((suffix, item)) => Ok(Some((DueKey::from_suffix(&suffix)?, item))),
        None => Ok(None),
    }
}

/// Whether an item's time has come: its day is the business date, and morning or close has passed.
fn is_due(run: &Run<'_, '_>, now: Moment, key: &DueKey) -> bool {
    key.date < run.date()
        || (key.date == run.date()
            && (key.kind.in_the_morning() || now.past_close(key.date, run.settings.close_minute)))
}
