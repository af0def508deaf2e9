//! What can be read of the calendar.

use crate::date::Date;
use crate::state::{StateFault, View};
use crate::tables::{ALL, CALENDAR, date_of_suffix, date_suffix};

/// Whether business is done on a day.
pub fn is_business_day(view: &dyn View, date: Date) -> Result<bool, StateFault> {
    crate::calendar::is_business_day(view, date)
}

/// The day itself, or the next business day.
pub fn roll(view: &dyn View, date: Date) -> Result<Date, StateFault> {
    crate::calendar::roll(view, date)
}

/// Up to `limit` days from `from` on that were declared open (true) or closed (false).
pub fn declared(
    view: &dyn View,
    from: Date,
    limit: usize,
) -> Result<Vec<(Date, bool)>, StateFault> {
    CALENDAR
        .scan(view, ALL, &date_suffix(from), limit)?
        .into_iter()
        .map(|(suffix, open)| {
            date_of_suffix(&suffix)
                .map(|date| (date, open))
                .ok_or_else(|| StateFault::new(CALENDAR.name(), "a key that is no date"))
        })
        .collect()
}
