//! What a lot is sold for: interest and price, without a transaction (rule book 2.4).

use crate::bills::{Bill, Lot, RepoDates, lot_money, payable_on};
use crate::date::Date;
use crate::money::Money;
use crate::rate::{DayCount, Rate, days_between};
use crate::state::{StateFault, View};
use serde::{Deserialize, Serialize};

/// What a sale on some day comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Days for which interest is taken.
    pub days: u32,
    /// The interest.
    pub interest: Money,
    /// The amount less the interest: what the buyer pays.
    pub price: Money,
}

/// Why there is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// Interest would have to run backwards.
    #[error("{to} is before {from}")]
    DatesWrong {
        /// The day of the sale.
        from: Date,
        /// The day to which interest is taken.
        to: Date,
    },
    /// Nothing is left to be paid.
    #[error("the interest of {days} days at {rate} reaches the amount of {amount}")]
    RateWrong {
        /// The annual rate.
        rate: Rate,
        /// Days for which interest is taken.
        days: u32,
        /// The amount.
        amount: Money,
    },
    /// A part of another currency than the bill's, of nothing, or larger than its lot.
    #[error("a part of {part} cannot be cut from {amount}")]
    PartWrong {
        /// The part.
        part: Money,
        /// The lot's amount.
        amount: Money,
    },
}

/// The price of an amount sold on one day with interest to another: `amount × rate × days / year`, rounded half
/// up to the minor unit (rule book 2.4). A rate of zero is allowed; interest that reaches the amount is not.
pub fn quote(
    amount: Money,
    rate: Rate,
    day_count: DayCount,
    from: Date,
    to: Date,
) -> Result<Quote, QuoteError> {
    if to < from {
        return Err(QuoteError::DatesWrong { from, to });
    }
    let days = days_between(from, to);
    // Interest that passes 64 bits is more than any amount.
    let interest = rate.interest(amount.minor, days, day_count);
    let left = interest.and_then(|interest| amount.minor.checked_sub(interest));
    match (interest, left) {
        (Some(interest), Some(price)) if price > 0 => Ok(Quote {
            days,
            interest: Money::new(amount.currency, interest),
            price: Money::new(amount.currency, price),
        }),
        _ => Err(QuoteError::RateWrong { rate, days, amount }),
    }
}

/// What of a deal decides its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deal {
    /// Annual rate.
    pub rate: Rate,
    /// How days are counted.
    pub day_count: DayCount,
    /// The day on which it settles.
    pub on: Date,
    /// Under repo, until when it may be bought back.
    pub repo: Option<RepoDates>,
}

/// The price of a lot, or of a part of it. Interest is taken to the day on which the bill is payable by the
/// calendar as it is now, under repo to the cut-off (rule book 2.4).
pub fn quote_lot(
    view: &dyn View,
    bill: &Bill,
    lot: &Lot,
    part: Option<Money>,
    deal: &Deal,
) -> Result<Result<Quote, QuoteError>, StateFault> {
    let amount = lot_money(bill, lot)?;
    let part = part.unwrap_or(amount);
    let fits = part.currency == amount.currency && (1..=amount.minor).contains(&part.minor);
    if !fits {
        return Ok(Err(QuoteError::PartWrong { part, amount }));
    }
    quote_amount(view, bill, part, deal)
}

/// The price of so much of a bill.
pub(crate) fn quote_amount(
    view: &(impl View + ?Sized),
    bill: &Bill,
    amount: Money,
    deal: &Deal,
) -> Result<Result<Quote, QuoteError>, StateFault> {
    let to = match deal.repo {
        Some(repo) => repo.cut_off,
        None => payable_on(view, bill.maturity)?,
    };
    Ok(quote(amount, deal.rate, deal.day_count, deal.on, to))
}
