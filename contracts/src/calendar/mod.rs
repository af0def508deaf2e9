//! Business days: weekends and the days declared closed or open (rule book, introduction).

pub mod read;
mod set;

use crate::date::Date;
use crate::state::{StateFault, View};
use crate::tables::{ALL, CALENDAR, date_suffix};

/// How many closed days in a row are looked over; more than that only a mistaken calendar has.
const MAX_CLOSED_IN_A_ROW: u32 = 400;

/// Whether business is done on a day.
pub(crate) fn is_business_day(view: &(impl View + ?Sized), date: Date) -> Result<bool, StateFault> {
    Ok(CALENDAR
        .get(view, ALL, &date_suffix(date))?
        .unwrap_or(!date.is_weekend()))
}

/// The day itself, or the next business day. Where 400 days in a row are closed, the day after them.
pub(crate) fn roll(view: &(impl View + ?Sized), date: Date) -> Result<Date, StateFault> {
    let mut day = date;
    for _ in 0..MAX_CLOSED_IN_A_ROW {
        if is_business_day(view, day)? {
            return Ok(day);
        }
        day = day.plus_days(1).unwrap_or(Date::LAST);
    }
    Ok(day)
}

/// The day that lies so many business days after another; where 400 days in a row are closed, the day after them
/// counts as one.
pub(crate) fn business_days_after(
    view: &(impl View + ?Sized),
    date: Date,
    days: u32,
) -> Result<Date, StateFault> {
    let mut day = date;
    for _ in 0..days.min(MAX_CLOSED_IN_A_ROW) {
        day = roll(view, day.plus_days(1).unwrap_or(Date::LAST))?;
    }
    Ok(day)
}
