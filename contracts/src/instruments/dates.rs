//! The days that follow from a bill's maturity (rule book 2.3).

use crate::calendar::roll;
use crate::date::Date;
use crate::state::{StateFault, View};

/// The day on which a bill is payable: its maturity, rolled to a business day.
pub(crate) fn payable_on(view: &(impl View + ?Sized), maturity: Date) -> Result<Date, StateFault> {
    roll(view, maturity)
}
