//! What can be read of pools and of what is overdue.

use crate::date::Date;
use crate::instruments::InstrumentNumber;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::receivables::overdue::overdue_in;
use crate::receivables::pool::pool_at;
use crate::receivables::{Overdue, Pool};
use crate::state::{StateFault, View};
use crate::tables::{POOL_STATES, POOLS, number_in_pool, pool_suffix};

/// The pool of an issuer, a due day and a currency; none once all of it is redeemed.
pub fn pool(
    view: &dyn View,
    issuer: &MemberId,
    due: Date,
    currency: Currency,
) -> Result<Option<Pool>, StateFault> {
    pool_at(view, issuer, due, currency)
}

/// Up to `limit` pools of an issuer by due day and currency, after one of them or from the first.
pub fn pools(
    view: &dyn View,
    issuer: &MemberId,
    after: Option<(Date, Currency)>,
    limit: usize,
) -> Result<Vec<Pool>, StateFault> {
    let from = after.map_or_else(Vec::new, |(due, currency)| {
        let mut from = pool_suffix(due, currency);
        from.push(0);
        from
    });
    let found = POOL_STATES.scan(view, issuer.as_str().as_bytes(), &from, limit)?;
    Ok(found.into_iter().map(|(_, pool)| pool).collect())
}

/// Up to `limit` certificates of a pool by number, after one of them or from the first, with what is unredeemed of each in
/// minor units.
pub fn certificates(
    view: &dyn View,
    pool: &Pool,
    after: Option<&InstrumentNumber>,
    limit: usize,
) -> Result<Vec<(InstrumentNumber, u64)>, StateFault> {
    let first = pool_suffix(pool.due, pool.currency);
    let from = after.map_or_else(
        || first.clone(),
        |number| {
            let mut from = first.clone();
            from.extend_from_slice(number.as_str().as_bytes());
            from.push(0);
            from
        },
    );
    POOLS
        .scan(view, pool.issuer.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .take_while(|(suffix, _)| suffix.starts_with(&first))
        .map(|(suffix, minor)| {
            number_in_pool(&suffix)
                .map(|number| (number, minor))
                .ok_or_else(|| StateFault::new(POOLS.name(), "a key of wrong form"))
        })
        .collect()
}

/// What an issuer has overdue in a currency, and whether its cash is ring-fenced for it.
pub fn overdue(
    view: &dyn View,
    issuer: &MemberId,
    currency: Currency,
) -> Result<Overdue, StateFault> {
    overdue_in(view, issuer, currency)
}
