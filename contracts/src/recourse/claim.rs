//! What is claimed: base, interest day by day, costs (rule book 2.5: NIL 70, 71).

use crate::bills::{Bill, Claim, Dishonour, Lot, lot_money};
use crate::date::Date;
use crate::money::Money;
use crate::params::value_on;
use crate::rate::{DayCount, Rate, days_between};
use crate::recourse::chain::Chain;
use crate::recourse::liability::RecourseClass;
use crate::state::{StateFault, View};
use crate::tables::INSOLVENCIES;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A claim as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimAmount {
    /// The lot's amount, or under re-recourse the sum paid.
    pub base: Money,
    /// Interest up to the day, rounded half up per lot.
    pub interest: Money,
    /// Costs stated.
    pub costs: Money,
    /// What may be demanded: the sum of the three.
    pub total: Money,
    /// The annual rate, that of the first day of interest.
    pub rate: Rate,
    /// Interest runs from this day on.
    pub interest_from: Date,
    /// How many days it has run.
    pub days: u32,
    /// The day for which it is reckoned.
    pub as_of: Date,
}

/// The claim that a first notice opens; none where recourse is not open.
pub(crate) fn first_claim(
    view: &(impl View + ?Sized),
    bill: &Bill,
    lot: &Lot,
    chain: &Chain,
    class: RecourseClass,
) -> Result<Option<Claim>, StateFault> {
    if !class.is_open() {
        return Ok(None);
    }
    let refused = matches!(lot.dishonour, Dishonour::InTime | Dishonour::Late)
        .then(|| chain.refused.or(lot.refused.map(|(_, day)| day)))
        .flatten();
    let since = match refused {
        Some(day) => day,
        None => {
            INSOLVENCIES
                .get(view, bill.acceptor.as_str().as_bytes(), &[])?
                .ok_or_else(|| {
                    StateFault::new(INSOLVENCIES.name(), "recourse is open without a cause")
                })?
                .on
        }
    };
    let presented = match lot.dishonour {
        Dishonour::Late => lot.presented_late,
        _ => None,
    };
    Ok(Some(Claim {
        base: lot_money(bill, lot)?.minor,
        interest_from: presented.unwrap_or(bill.maturity),
        costs: 0,
        since,
        again: false,
        late: class == RecourseClass::Late,
        noticed: Vec::new(),
    }))
}

/// A claim as of a day: no interest before its first day.
pub(crate) fn amount(
    view: &(impl View + ?Sized),
    bill: &Bill,
    claim: &Claim,
    as_of: Date,
) -> Result<ClaimAmount, StateFault> {
    let name = bill.profile.rules().recourse_rate;
    let millionths = value_on(view, name, claim.interest_from)?;
    let rate = Rate(u32::try_from(millionths).unwrap_or(u32::MAX));
    let days = days_between(claim.interest_from, as_of);
    let interest = rate
        .interest(claim.base, days, DayCount::Act360)
        .unwrap_or(u64::MAX);
    let total = claim
        .base
        .saturating_add(interest)
        .saturating_add(claim.costs);
    let money = |minor| Money::new(bill.sum.currency, minor);
    Ok(ClaimAmount {
        base: money(claim.base),
        interest: money(interest),
        costs: money(claim.costs),
        total: money(total),
        rate,
        interest_from: claim.interest_from,
        days,
        as_of,
    })
}

/// Cuts a claim like its lot, pro rata, rounded down for the part: the part's, and the rest.
pub(crate) fn split_claim(claim: &Claim, units: u64, whole: u64) -> (Claim, Claim) {
    let share = |minor: u64| {
        let product = u128::from(minor).saturating_mul(u128::from(units));
        let floor = product.checked_div(u128::from(whole)).unwrap_or(0);
        u64::try_from(floor).unwrap_or(minor).min(minor)
    };
    let part = Claim {
        base: share(claim.base),
        costs: share(claim.costs),
        ..claim.clone()
    };
    let rest = Claim {
        base: claim.base.saturating_sub(part.base),
        costs: claim.costs.saturating_sub(part.costs),
        ..claim.clone()
    };
    (part, rest)
}
