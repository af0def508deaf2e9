//! What a funder with recourse has recovered and may still ask for (rule book 3.2; Civil Code 766).

use crate::date::Date;
use crate::instruments::Funding;
use crate::rate::days_between;

/// What a payment of the issuer does for a funder.
pub(super) struct Recovered {
    /// What it has still to recover.
    pub(super) left: Funding,
    /// What is the seller's, in minor units.
    pub(super) surplus: u64,
}

/// The interest that has run to a day and is not recovered, in minor units, rounded half up. It runs at the earliest from
/// the day of redemption, which the calendar may have put off since the deal.
pub(super) fn interest(funding: &Funding, redemption: Date, today: Date) -> u64 {
    let days = days_between(funding.interest_from.max(redemption), today);
    // Interest that passes 64 bits is more than any payment.
    funding
        .rate
        .interest(funding.principal, days, funding.day_count)
        .unwrap_or(u64::MAX)
        .saturating_sub(funding.interest_paid)
}

/// A payment goes to the interest first, then to the advance; what is left of it is the seller's.
pub(super) fn recover(funding: &Funding, paid: u64, redemption: Date, today: Date) -> Recovered {
    let interest = interest(funding, redemption, today);
    let mut left = funding.clone();
    if paid < interest {
        left.interest_paid = left.interest_paid.saturating_add(paid);
        return Recovered { left, surplus: 0 };
    }
    let paid = paid.saturating_sub(interest);
    let principal = paid.min(funding.principal);
    left.principal = funding.principal.saturating_sub(principal);
    left.interest_from = funding.interest_from.max(today);
    left.interest_paid = 0;
    Recovered {
        left,
        surplus: paid.saturating_sub(principal),
    }
}
