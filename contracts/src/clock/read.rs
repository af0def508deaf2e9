//! What can be read of the clock.

use crate::clock::{ClockState, DueItem, DueKey, Moment};
use crate::genesis::settings;
use crate::state::{StateFault, View};
use crate::tables::{ALL, CLOCK, DUE};

/// Where the clock stands.
pub fn state(view: &dyn View) -> Result<ClockState, StateFault> {
    CLOCK
        .get(view, ALL, &[])?
        .ok_or_else(|| StateFault::new(CLOCK.name(), "no clock: the state has no genesis"))
}

/// The moment of business time that a header time stands for.
pub fn moment(view: &dyn View, time_ms: u64) -> Result<Moment, StateFault> {
    let settings = settings(view)?;
    let clock = state(view)?;
    Ok(Moment::at(
        time_ms,
        clock.offset_ms,
        settings.utc_offset_minutes,
    ))
}

/// The queue of what falls due, in order, from `after` on (without it).
pub fn due(
    view: &dyn View,
    after: Option<&DueKey>,
    limit: usize,
) -> Result<Vec<(DueKey, DueItem)>, StateFault> {
    let from = after.map_or_else(Vec::new, |key| {
        let mut from = key.suffix();
        from.push(0);
        from
    });
    DUE.scan(view, ALL, &from, limit)?
        .into_iter()
        .map(|(suffix, item)| Ok((DueKey::from_suffix(&suffix)?, item)))
        .collect()
}
