//! What can be read of parameters.

use crate::date::Date;
use crate::params::ParamName;
use crate::state::{StateFault, View};
use crate::tables::{PARAMS, date_of_latest_first, latest_first};

/// The value of a parameter that holds on a day, by what is set now.
pub fn on(view: &dyn View, name: ParamName, day: Date) -> Result<u64, StateFault> {
    value_on(view, name, day)
}

pub(crate) fn value_on(
    view: &(impl View + ?Sized),
    name: ParamName,
    day: Date,
) -> Result<u64, StateFault> {
    PARAMS
        .next(view, &[name as u8], &latest_first(day))?
        .map(|(_, value)| value)
        .ok_or_else(|| StateFault::new(PARAMS.name(), format!("{name} has no value")))
}

/// Up to `limit` values of a parameter with the day from which each holds, latest first.
pub fn history(
    view: &dyn View,
    name: ParamName,
    limit: usize,
) -> Result<Vec<(Date, u64)>, StateFault> {
    PARAMS
        .scan(view, &[name as u8], &[], limit)?
        .into_iter()
        .map(|(suffix, value)| {
            date_of_latest_first(&suffix)
                .map(|from| (from, value))
                .ok_or_else(|| StateFault::new(PARAMS.name(), "a key that is no date"))
        })
        .collect()
}
