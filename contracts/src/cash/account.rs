//! What moves on accounts. Issuance of a currency never passes 64 bits in total, so that a credit within
//! it cannot overflow.

use crate::cash::Balance;
use crate::clock::has_due_debt;
use crate::codes::Code;
use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::outcome::Failure;
use crate::receivables::require_unfenced;
use crate::run::Run;
use crate::state::{Overlay, StateFault, View};
use crate::tables::{BALANCES, currency_suffix};

/// What a member has of a currency.
pub(crate) fn balance(
    view: &(impl View + ?Sized),
    member: &MemberId,
    currency: Currency,
) -> Result<Balance, StateFault> {
    Ok(BALANCES
        .get(view, member.as_str().as_bytes(), &currency_suffix(currency))?
        .unwrap_or(Balance::empty(currency)))
}

/// Writes a balance; an empty one is removed.
pub(crate) fn put_balance(
    state: &mut Overlay<'_>,
    member: &MemberId,
    balance: &Balance,
) -> Result<(), StateFault> {
    let entity = member.as_str().as_bytes();
    let suffix = currency_suffix(balance.currency);
    if *balance == Balance::empty(balance.currency) {
        BALANCES.remove(state, entity, &suffix);
        return Ok(());
    }
    BALANCES.put(state, entity, &suffix, balance)
}

/// Refuses when the available balance does not cover an amount, or is set apart for overdue certificates.
pub(crate) fn require_available(
    view: &(impl View + ?Sized),
    member: &MemberId,
    money: Money,
) -> Result<(), Failure> {
    let have = balance(view, member, money.currency)?.available();
    if have < money.minor {
        return Err(Failure::of(Code::InsufficientFunds)
            .fact("have", Money::new(money.currency, have))
            .fact("need", money));
    }
    require_unfenced(view, member, money.currency)
}

/// While a member has due items not yet worked off, its other debits wait (rule book 2.3).
pub(crate) fn require_no_due_debt(run: &Run<'_, '_>, member: &MemberId) -> Result<(), Failure> {
    if has_due_debt(run.state, member, run.now(), run.settings.close_minute)? {
        return Err(Failure::of(Code::DuePending).fact("member", member));
    }
    Ok(())
}

/// Adds to an account.
pub(crate) fn credit(
    state: &mut Overlay<'_>,
    member: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut account = balance(state, member, money.currency)?;
    account.total = account
        .total
        .checked_add(money.minor)
        .ok_or_else(|| StateFault::new(BALANCES.name(), format!("{member} would overflow")))?;
    put_balance(state, member, &account)
}

/// Takes from an account what a check has found available.
pub(crate) fn debit(
    state: &mut Overlay<'_>,
    member: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut account = balance(state, member, money.currency)?;
    if account.available() < money.minor {
        return Err(StateFault::new(
            BALANCES.name(),
            format!("{member} would be overdrawn"),
        ));
    }
    account.total = account.total.saturating_sub(money.minor);
    put_balance(state, member, &account)
}

/// Moves cash that a check has found available.
pub(crate) fn move_cash(
    state: &mut Overlay<'_>,
    from: &MemberId,
    to: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    debit(state, from, money)?;
    credit(state, to, money)
}

/// Sets cash aside that a check has found available.
pub(crate) fn hold(
    state: &mut Overlay<'_>,
    member: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut account = balance(state, member, money.currency)?;
    if account.available() < money.minor {
        return Err(StateFault::new(
            BALANCES.name(),
            format!("{member} would hold more than it has"),
        ));
    }
    account.held = account.held.saturating_add(money.minor);
    put_balance(state, member, &account)
}

/// Makes cash available again that was set aside.
pub(crate) fn unhold(
    state: &mut Overlay<'_>,
    member: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut account = balance(state, member, money.currency)?;
    account.held = account.held.checked_sub(money.minor).ok_or_else(|| {
        StateFault::new(
            BALANCES.name(),
            format!("more released than held by {member}"),
        )
    })?;
    put_balance(state, member, &account)
}

/// Freezes cash on an account that has it available.
pub(crate) fn freeze(
    state: &mut Overlay<'_>,
    member: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut account = balance(state, member, money.currency)?;
    if account.available() < money.minor {
        return Err(StateFault::new(
            BALANCES.name(),
            format!("more frozen than {member} has"),
        ));
    }
    account.frozen = account.frozen.saturating_add(money.minor);
    put_balance(state, member, &account)
}

/// Makes frozen cash available again.
pub(crate) fn unfreeze(
    state: &mut Overlay<'_>,
    member: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut account = balance(state, member, money.currency)?;
    account.frozen = account.frozen.checked_sub(money.minor).ok_or_else(|| {
        StateFault::new(
            BALANCES.name(),
            format!("more unfrozen than frozen of {member}"),
        )
    })?;
    put_balance(state, member, &account)
}
