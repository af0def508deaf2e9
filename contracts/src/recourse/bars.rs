//! Until when somebody who is liable may be pursued (rule book 2.5: NIL 17; ULB 70).

use crate::bills::{Bill, Claim};
use crate::calendar::roll;
use crate::date::Date;
use crate::params::value_on;
use crate::recourse::chain::DRAWER_RANK;
use crate::state::{StateFault, View};

/// The last day, rolled to a business day: against drawer, acceptor and their guarantors from maturity, also
/// under re-recourse; against others from the day of refusal or, under re-recourse, of payment. The length is
/// the one in force on the day from which it runs.
pub(crate) fn time_bar(
    view: &(impl View + ?Sized),
    bill: &Bill,
    claim: &Claim,
    rank: u32,
) -> Result<Date, StateFault> {
    let rules = bill.profile.rules();
    let (name, from) = if rank <= DRAWER_RANK {
        (rules.bar_primary, bill.maturity)
    } else if claim.again {
        (rules.bar_again, claim.since)
    } else {
        (rules.bar_endorser, claim.since)
    };
    let months = u32::try_from(value_on(view, name, from)?).unwrap_or(u32::MAX);
    roll(view, from.plus_months(months).unwrap_or(Date::LAST))
}
