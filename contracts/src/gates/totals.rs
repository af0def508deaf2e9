//! What an acceptor has accepted and not yet paid.

use crate::member_id::MemberId;
use crate::money::Money;
use crate::state::{Overlay, StateFault};
use crate::tables::{ACCEPTANCES, currency_suffix};

/// Counts an acceptance.
pub(crate) fn add_acceptance(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let (entity, suffix) = (
        acceptor.as_str().as_bytes(),
        currency_suffix(money.currency),
    );
    let total = ACCEPTANCES.get(state, entity, &suffix)?.unwrap_or(0);
    let total = total.saturating_add(u128::from(money.minor));
    ACCEPTANCES.put(state, entity, &suffix, &total)
}

/// Counts its end: paid, returned or extinguished.
pub(crate) fn end_acceptance(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let (entity, suffix) = (
        acceptor.as_str().as_bytes(),
        currency_suffix(money.currency),
    );
    let total = ACCEPTANCES.get(state, entity, &suffix)?.unwrap_or(0);
    match total.checked_sub(u128::from(money.minor)) {
        Some(0) => {
            ACCEPTANCES.remove(state, entity, &suffix);
            Ok(())
        }
        Some(rest) => ACCEPTANCES.put(state, entity, &suffix, &rest),
        None => Err(StateFault::new(
            ACCEPTANCES.name(),
            format!("{acceptor} ends more than it accepted"),
        )),
    }
}
