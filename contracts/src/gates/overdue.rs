//! Acceptors that leave bills unpaid: events, findings at the end of a month, and what they bar
//! (rule book 2.5, gates).

use crate::bills::Bill;
use crate::clock::{DueKey, schedule};
use crate::date::Date;
use crate::events::AcceptorOverdue;
use crate::gates::Gate;
use crate::gates::totals::{add_unpaid, any_unpaid, end_unpaid};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::params::Params;
use crate::run::Run;
use crate::state::{Overlay, StateFault, Table};
use crate::tables::{GATES, OVERDUE_EVENTS, OVERDUE_FINDINGS, date_suffix, overdue_suffix};

/// A lot was refused in time or late, and stays unpaid: one event a package and day, however many lots.
/// What is refused after the close counts for the next day, whose month's end is still to come.
pub(crate) fn add_overdue(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    money: Money,
) -> Result<(), StateFault> {
    if money.minor == 0 {
        return Ok(());
    }
    let today = run.date();
    let day = if run.clock.closed {
        today.plus_days(1).unwrap_or(today)
    } else {
        today
    };
    add_unpaid(run.state, &bill.acceptor, money)?;
    OVERDUE_EVENTS.put(
        run.state,
        bill.acceptor.as_str().as_bytes(),
        &overdue_suffix(day, &bill.number),
        &(),
    )?;
    schedule(run, &DueKey::gate(day.month_end(), &bill.acceptor), 0)
}

/// A lot that was refused has come to its end.
pub(crate) fn end_overdue(
    state: &mut Overlay<'_>,
    acceptor: &MemberId,
    money: Money,
) -> Result<(), StateFault> {
    end_unpaid(state, acceptor, money)
}

/// Whether an acceptor has at least `least` entries from a day on.
fn at_least<V: borsh::BorshSerialize + borsh::BorshDeserialize>(
    table: &Table<V>,
    run: &Run<'_, '_>,
    acceptor: &MemberId,
    from: Date,
    least: u64,
) -> Result<bool, StateFault> {
    let least = usize::try_from(least).unwrap_or(usize::MAX);
    let entity = acceptor.as_str().as_bytes();
    let found = table.scan(run.state, entity, &date_suffix(from), least)?;
    Ok(found.len() >= least)
}

fn months(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The first day of the months over which events and findings count at the end of a day's month.
pub(super) fn window_start(params: &Params, date: Date) -> Date {
    date.month_start(months(params.overdue_window_months).saturating_sub(1))
}

/// Looks at an acceptor when a month has ended. The months of the window are whole ones, this one being the last.
///
/// Overdue bars acceptance from the finding to the end of the next month, persistently overdue to the day
/// that lies so many months after the finding.
pub(crate) fn month_end(
    run: &mut Run<'_, '_>,
    acceptor: &MemberId,
    date: Date,
) -> Result<(), StateFault> {
    let params = run.settings.params.clone();
    let unpaid = any_unpaid(run.state, acceptor)?;
    if unpaid {
        let next = date.plus_days(1).unwrap_or(date).month_end();
        schedule(run, &DueKey::gate(next, acceptor), 0)?;
    }
    let first = window_start(&params, date);
    let this_month = date.month_start(0);
    let overdue = at_least(&OVERDUE_EVENTS, run, acceptor, first, params.overdue_events)?
        && (unpaid || at_least(&OVERDUE_EVENTS, run, acceptor, this_month, 1)?);
    if !overdue {
        return Ok(());
    }
    let entity = acceptor.as_str().as_bytes();
    OVERDUE_FINDINGS.put(run.state, entity, &date_suffix(date), &())?;
    let persistently = at_least(
        &OVERDUE_FINDINGS,
        run,
        acceptor,
        first,
        params.overdue_findings,
    )?;
    let before = GATES.get(run.state, entity, &[])?;
    let paper_barred_until = if persistently {
        let until = date.plus_months(months(params.overdue_bar_months));
        Some(until.unwrap_or(Date::LAST))
    } else {
        None
    };
    let paper_barred_until =
        paper_barred_until.max(before.as_ref().and_then(|gate| gate.paper_barred_until));
    let next_month = date.plus_days(1).unwrap_or(date).month_end();
    let no_acceptance_until = before
        .map_or(next_month, |gate| gate.no_acceptance_until.max(next_month))
        .max(paper_barred_until.unwrap_or(next_month));
    let gate = Gate {
        no_acceptance_until,
        paper_barred_until,
    };
    GATES.put(run.state, entity, &[], &gate)?;
    run.emit(AcceptorOverdue {
        acceptor: acceptor.clone(),
        until: no_acceptance_until,
        persistently,
    });
    Ok(())
}
