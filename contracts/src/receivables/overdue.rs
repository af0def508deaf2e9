//! What issuers owe on certificates that fell due, and the ring fence around their cash (rule book 3.2).

use crate::codes::Code;
use crate::json;
use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::{Overlay, StateFault, View};
use crate::tables::{OVERDUES, currency_suffix};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What an issuer has not redeemed in a currency.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Overdue {
    /// The sum of its overdue lots, in minor units.
    #[serde(with = "json::string")]
    pub minor: u128,
    /// How many of its pools are tried again day by day. While there is one, its cash is ring-fenced.
    pub fences: u32,
}

/// What an issuer has not redeemed in a currency.
pub(crate) fn overdue_in(
    view: &(impl View + ?Sized),
    issuer: &MemberId,
    currency: Currency,
) -> Result<Overdue, StateFault> {
    let suffix = currency_suffix(currency);
    Ok(OVERDUES
        .get(view, issuer.as_str().as_bytes(), &suffix)?
        .unwrap_or_default())
}

fn put(
    state: &mut Overlay<'_>,
    issuer: &MemberId,
    currency: Currency,
    overdue: &Overdue,
) -> Result<(), StateFault> {
    let (entity, suffix) = (issuer.as_str().as_bytes(), currency_suffix(currency));
    if *overdue == Overdue::default() {
        OVERDUES.remove(state, entity, &suffix);
        return Ok(());
    }
    OVERDUES.put(state, entity, &suffix, overdue)
}

/// So much more is overdue.
pub(super) fn add(
    state: &mut Overlay<'_>,
    issuer: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut overdue = overdue_in(state, issuer, money.currency)?;
    overdue.minor = overdue.minor.saturating_add(u128::from(money.minor));
    put(state, issuer, money.currency, &overdue)
}

/// So much of it is paid.
pub(super) fn less(
    state: &mut Overlay<'_>,
    issuer: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    let mut overdue = overdue_in(state, issuer, money.currency)?;
    overdue.minor = overdue
        .minor
        .checked_sub(u128::from(money.minor))
        .ok_or_else(|| StateFault::new(OVERDUES.name(), format!("{issuer} owes less than that")))?;
    put(state, issuer, money.currency, &overdue)
}

/// One more pool is tried again day by day.
pub(super) fn raise_fence(
    state: &mut Overlay<'_>,
    issuer: &MemberId,
    currency: Currency,
) -> Result<(), StateFault> {
    let mut overdue = overdue_in(state, issuer, currency)?;
    overdue.fences = overdue.fences.saturating_add(1);
    put(state, issuer, currency, &overdue)
}

/// One less.
pub(super) fn drop_fence(
    state: &mut Overlay<'_>,
    issuer: &MemberId,
    currency: Currency,
) -> Result<(), StateFault> {
    let mut overdue = overdue_in(state, issuer, currency)?;
    overdue.fences = overdue
        .fences
        .checked_sub(1)
        .ok_or_else(|| StateFault::new(OVERDUES.name(), format!("{issuer} has no fence")))?;
    put(state, issuer, currency, &overdue)
}

/// Refuses an issuer with something overdue, in whatever currency: it opens nothing new.
pub(crate) fn check(run: &Run<'_, '_>, issuer: &MemberId) -> Result<(), Failure> {
    let entity = issuer.as_str().as_bytes();
    let all = OVERDUES.scan(run.state, entity, &[], usize::MAX)?;
    if all.iter().any(|(_, overdue)| overdue.minor > 0) {
        return Err(Failure::of(Code::IssuerOverdue).fact("issuer", issuer));
    }
    Ok(())
}

/// Whether a member's cash in a currency is ring-fenced.
pub(crate) fn is_fenced(
    view: &(impl View + ?Sized),
    member: &MemberId,
    currency: Currency,
) -> Result<bool, StateFault> {
    Ok(overdue_in(view, member, currency)?.fences > 0)
}

/// Refuses to let a member spend cash that is ring-fenced for what it has overdue.
pub(crate) fn require_unfenced(
    view: &(impl View + ?Sized),
    member: &MemberId,
    currency: Currency,
) -> Result<(), Failure> {
    if is_fenced(view, member, currency)? {
        return Err(Failure::of(Code::RingFenced)
            .fact("member", member)
            .fact("currency", currency.code()));
    }
    Ok(())
}
