//! What can be read of cash.

use crate::cash::hold::find_hold;
use crate::cash::{Balance, CurrencyRecord, Hold};
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::state::{StateFault, View};
use crate::tables::{ALL, BALANCES, CURRENCIES, HOLDS, currency_suffix};

/// What a member has of one currency; an empty account where it has none.
pub fn balance(
    view: &dyn View,
    member: &MemberId,
    currency: Currency,
) -> Result<Balance, StateFault> {
    crate::cash::balance(view, member, currency)
}

/// All accounts of a member that are not empty, by currency.
pub fn balances(view: &dyn View, member: &MemberId) -> Result<Vec<Balance>, StateFault> {
    let all = BALANCES.scan(view, member.as_str().as_bytes(), &[], usize::MAX)?;
    Ok(all.into_iter().map(|(_, balance)| balance).collect())
}

/// The key of a member's account in one currency, for a proof.
pub fn balance_key(member: &MemberId, currency: Currency) -> Vec<u8> {
    BALANCES.key(member.as_str().as_bytes(), &currency_suffix(currency))
}

/// The account in the bytes stored under its key.
pub fn decode_balance(bytes: &[u8]) -> Result<Balance, StateFault> {
    BALANCES.decode(bytes)
}

/// A hold by its id.
pub fn hold(view: &dyn View, id: &RequestId) -> Result<Option<Hold>, StateFault> {
    find_hold(view, id)
}

/// Up to `limit` holds of a member in order of id, after one of them or from the first.
pub fn holds(
    view: &dyn View,
    owner: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<Hold>, StateFault> {
    let from = after.map_or_else(Vec::new, |id| {
        let mut from = id.as_bytes().to_vec();
        from.push(0);
        from
    });
    let found = HOLDS.scan(view, owner.as_str().as_bytes(), &from, limit)?;
    Ok(found.into_iter().map(|(_, hold)| hold).collect())
}

/// All currencies that are issued here, with what is in circulation.
pub fn currencies(view: &dyn View) -> Result<Vec<CurrencyRecord>, StateFault> {
    let all = CURRENCIES.scan(view, ALL, &[], usize::MAX)?;
    Ok(all.into_iter().map(|(_, record)| record).collect())
}
