//! Use limits of a lot: who may receive it, when, and for what (rule book 2.2).

use crate::codes::Code;
use crate::instruments::{Lot, UseLimits};
use crate::members::{Member, Role, named};
use crate::outcome::Failure;
use crate::run::Run;
use crate::text::Text;

const MAX_HOLDERS: usize = 16;

/// What is wrong with limits whatever the lot: lists that are too long or out of order, a window that closes
/// before it opens.
pub(crate) fn check_words(limits: &UseLimits) -> Result<(), Failure> {
    let ascending =
        limits.holders.is_sorted_by(|a, b| a < b) && limits.roles.is_sorted_by(|a, b| a < b);
    let window = match (limits.from, limits.until) {
        (Some(from), Some(until)) => from <= until,
        _ => true,
    };
    if limits.holders.len() > MAX_HOLDERS || !ascending || !window {
        return Err(Failure::argument("limits"));
    }
    Ok(())
}

/// Who is a bank in the sense of "moves among banks only".
const BANKS: &[Role] = &[Role::Bank, Role::FinanceCompany, Role::CentralBank];

/// Refuses a receiver that may not have the lot: a discounted one moves among banks only, and every lot within
/// its limits.
pub(crate) fn check_receiver(
    run: &Run<'_, '_>,
    lot: &Lot,
    receiver: &Member,
    purpose: &Text<64>,
) -> Result<(), Failure> {
    if lot.discounted && !receiver.has_any(BANKS) {
        return Err(Failure::of(Code::BanksOnly).fact("member", &receiver.id));
    }
    check_limits(run, lot, receiver, purpose)
}

/// Refuses a transfer outside the limits of a lot.
pub(crate) fn check_limits(
    run: &Run<'_, '_>,
    lot: &Lot,
    receiver: &Member,
    purpose: &Text<64>,
) -> Result<(), Failure> {
    let Some(limits) = &lot.limits else {
        return Ok(());
    };
    let limited = |what, value: &str| Err(Failure::of(Code::UseLimited).fact(what, value));
    let anybody = limits.holders.is_empty() && limits.roles.is_empty();
    if !anybody && !limits.holders.contains(&receiver.id) && !receiver.has_any(&limits.roles) {
        return Err(Failure::of(Code::UseLimited).fact("receiver", &receiver.id));
    }
    let today = run.date();
    if limits.from.is_some_and(|from| today < from)
        || limits.until.is_some_and(|until| today > until)
    {
        let mut failure = Failure::of(Code::UseLimited).fact("business date", today);
        for (what, day) in [("from", limits.from), ("until", limits.until)] {
            if let Some(day) = day {
                failure = failure.fact(what, day);
            }
        }
        return Err(failure);
    }
    if !limits.purpose.is_empty() && limits.purpose != *purpose {
        return limited("purpose", limits.purpose.as_str());
    }
    Ok(())
}

/// Refuses limits that would allow what those of the lot do not.
pub(crate) fn check_narrower(
    run: &Run<'_, '_>,
    lot: &Lot,
    limits: &UseLimits,
) -> Result<(), Failure> {
    let Some(old) = &lot.limits else {
        return Ok(());
    };
    let wider = |what| Err(Failure::of(Code::NotNarrower).fact("field", what));
    let anybody = |limits: &UseLimits| limits.holders.is_empty() && limits.roles.is_empty();
    if !anybody(old) {
        if anybody(limits) {
            return wider("holders");
        }
        for holder in &limits.holders {
            let allowed =
                old.holders.contains(holder) || named(run.state, holder)?.has_any(&old.roles);
            if !allowed {
                return wider("holders");
            }
        }
        if !limits.roles.iter().all(|role| old.roles.contains(role)) {
            return wider("roles");
        }
    }
    if old.from.is_some() && limits.from < old.from {
        return wider("from");
    }
    if let Some(last) = old.until
        && limits.until.is_none_or(|until| until > last)
    {
        return wider("until");
    }
    if !old.purpose.is_empty() && limits.purpose != old.purpose {
        return wider("purpose");
    }
    Ok(())
}
