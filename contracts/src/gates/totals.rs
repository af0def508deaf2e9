//! Running sums of an acceptor: what it has accepted and not yet paid, and what it has refused and not paid since.

use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::state::{Overlay, StateFault, Table, View};
use crate::tables::{ACCEPTANCES, OVERDUE_SUMS, currency_suffix};

fn add(
    table: &Table<u128>,
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    if money.minor == 0 {
        return Ok(());
    }
    let (entity, suffix) = (
        acceptor.as_str().as_bytes(),
        currency_suffix(money.currency),
    );
    let total = table.get(state, entity, &suffix)?.unwrap_or(0);
    let total = total.saturating_add(u128::from(money.minor));
    table.put(state, entity, &suffix, &total)
}

/// A sum that comes to nothing leaves no record.
fn take(
    table: &Table<u128>,
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    if money.minor == 0 {
        return Ok(());
    }
    let (entity, suffix) = (
        acceptor.as_str().as_bytes(),
        currency_suffix(money.currency),
    );
    let total = table.get(state, entity, &suffix)?.unwrap_or(0);
    match total.checked_sub(u128::from(money.minor)) {
        Some(0) => {
            table.remove(state, entity, &suffix);
            Ok(())
        }
        Some(rest) => table.put(state, entity, &suffix, &rest),
        None => Err(StateFault::new(
            table.name(),
            format!("{acceptor} has {total} and ends {}", money.minor),
        )),
    }
}

/// Counts an acceptance.
pub(crate) fn add_acceptance(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    add(&ACCEPTANCES, state, acceptor, money)
}

/// Counts its end: paid, returned or extinguished.
pub(crate) fn end_acceptance(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    take(&ACCEPTANCES, state, acceptor, money)
}

/// What an acceptor has accepted and not yet paid, in minor units.
pub(crate) fn acceptances(
    view: &(impl View + ?Sized),
    acceptor: &MemberId,
    currency: Currency,
) -> Result<u128, StateFault> {
    let found = ACCEPTANCES.get(
        view,
        acceptor.as_str().as_bytes(),
        &currency_suffix(currency),
    )?;
    Ok(found.unwrap_or(0))
}

/// Counts what was refused and stays unpaid.
pub(super) fn add_unpaid(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    add(&OVERDUE_SUMS, state, acceptor, money)
}

/// Counts its end.
pub(super) fn end_unpaid(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    take(&OVERDUE_SUMS, state, acceptor, money)
}

/// Whether anything refused is unpaid, in any currency.
pub(super) fn any_unpaid(
    view: &(impl View + ?Sized),
    acceptor: &MemberId,
) -> Result<bool, StateFault> {
    let found = OVERDUE_SUMS.next(view, acceptor.as_str().as_bytes(), &[])?;
    Ok(found.is_some())
}
