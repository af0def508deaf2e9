//! What the two laws say differently, as data (rule book 2.2, 2.6).

use crate::bills::{Bill, Profile, payable_on};
use crate::calendar::{business_days_after, roll};
use crate::date::Date;
use crate::params::{ParamName, Params};
use crate::requests::day_before_maturity;
use crate::run::Run;
use crate::state::StateFault;

/// One law's answers to the questions on which the laws differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileRules {
    /// The mark "not transferable" stops every later endorsement (prc, market); otherwise the endorsee may go
    /// on, and the marker is liable to nobody after it (ULB 15).
    pub mark_stops: bool,
    /// A party that is already liable may guarantee, and a ward may be named; the drawer where none is (ULB 30, 31).
    pub party_guarantees: bool,
    /// Acceptance of a part is valid (ULB 26).
    pub partial_acceptance: bool,
    /// Payment of a part may not be refused (ULB 39).
    pub partial_payment: bool,
    /// It may be endorsed after maturity until payment is refused (ULB 20).
    pub endorsed_after_maturity: bool,
    /// The window counts business days from the day of payment (ULB 38), not calendar days from maturity.
    pub window_in_business_days: bool,
    /// Days of the window.
    pub window_days: ParamName,
    /// Interest on a claim.
    pub recourse_rate: ParamName,
    /// Time bar against drawer and acceptor.
    pub bar_primary: ParamName,
    /// Time bar against endorsers.
    pub bar_endorser: ParamName,
    /// Time bar of re-recourse.
    pub bar_again: ParamName,
}

const PRC: ProfileRules = ProfileRules {
    mark_stops: true,
    party_guarantees: false,
    partial_acceptance: false,
    partial_payment: false,
    endorsed_after_maturity: false,
    window_in_business_days: false,
    window_days: ParamName::PresentmentWindowDays,
    recourse_rate: ParamName::RecourseRate,
    bar_primary: ParamName::BarPrimaryMonths,
    bar_endorser: ParamName::BarEndorserMonths,
    bar_again: ParamName::BarAgainMonths,
};

const GENEVA: ProfileRules = ProfileRules {
    mark_stops: false,
    party_guarantees: true,
    partial_acceptance: true,
    partial_payment: true,
    endorsed_after_maturity: true,
    window_in_business_days: true,
    window_days: ParamName::GenevaWindowBusinessDays,
    recourse_rate: ParamName::GenevaRecourseRate,
    bar_primary: ParamName::GenevaBarPrimaryMonths,
    bar_endorser: ParamName::GenevaBarEndorserMonths,
    bar_again: ParamName::GenevaBarAgainMonths,
};

impl Profile {
    /// Its rules.
    pub const fn rules(self) -> &'static ProfileRules {
        match self {
            Profile::Prc => &PRC,
            Profile::Geneva => &GENEVA,
        }
    }
}

fn days(params: &Params, name: ParamName) -> u32 {
    u32::try_from(params.get(name)).unwrap_or(u32::MAX)
}

/// The last day of the presentment window (rule book 2.3; vector: maturity 22 Sep 2027 → 8 Oct 2027).
pub(crate) fn window_end(
    run: &Run<'_, '_>,
    profile: Profile,
    maturity: Date,
) -> Result<Date, StateFault> {
    let rules = profile.rules();
    let days = days(&run.settings.params, rules.window_days);
    if rules.window_in_business_days {
        return business_days_after(run.state, payable_on(run.state, maturity)?, days);
    }
    roll(run.state, maturity.plus_days(days).unwrap_or(Date::LAST))
}

/// The last day for the answer to a transfer.
pub(crate) fn latest_transfer(bill: &Bill) -> Date {
    if bill.profile.rules().endorsed_after_maturity {
        bill.window_end
    } else {
        day_before_maturity(bill)
    }
}
