//! What can be read of gates.

use crate::clock;
use crate::date::Date;
use crate::gates::overdue::window_start;
use crate::gates::{AcceptorState, Declared, Gate, OverdueEvent, Total};
use crate::genesis::settings;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::state::{StateFault, Table, View};
use crate::tables::{
    ACCEPTANCES, DECLARED, GATES, OVERDUE_EVENTS, OVERDUE_FINDINGS, OVERDUE_SUMS, date_of_suffix,
    date_suffix, overdue_of_suffix,
};

/// Most events that are given at once.
const MAX_EVENTS: usize = 1_000;

/// What a member declared last.
pub fn declared(view: &dyn View, member: &MemberId) -> Result<Option<Declared>, StateFault> {
    DECLARED.get(view, member.as_str().as_bytes(), &[])
}

/// What a member may not do for now, or might not until a day that has passed.
pub fn gate(view: &dyn View, member: &MemberId) -> Result<Option<Gate>, StateFault> {
    GATES.get(view, member.as_str().as_bytes(), &[])
}

/// What an acceptor has accepted and not yet paid, by currency.
pub fn accepted(view: &dyn View, acceptor: &MemberId) -> Result<Vec<Total>, StateFault> {
    totals(&ACCEPTANCES, view, acceptor)
}

/// What an acceptor has refused and not paid since, by currency.
pub fn overdue(view: &dyn View, acceptor: &MemberId) -> Result<Vec<Total>, StateFault> {
    totals(&OVERDUE_SUMS, view, acceptor)
}

fn totals(
    table: &Table<u128>,
    view: &dyn View,
    acceptor: &MemberId,
) -> Result<Vec<Total>, StateFault> {
    table
        .scan(view, acceptor.as_str().as_bytes(), &[], usize::MAX)?
        .into_iter()
        .map(|(suffix, minor)| {
            let currency = std::str::from_utf8(&suffix)
                .ok()
                .and_then(|code| code.parse::<Currency>().ok())
                .ok_or_else(|| StateFault::new(table.name(), "a key that is no currency"))?;
            Ok(Total { currency, minor })
        })
        .collect()
}

/// Up to `limit` packages that an acceptor left unpaid, from a day on.
pub fn events(
    view: &dyn View,
    acceptor: &MemberId,
    from: Date,
    limit: usize,
) -> Result<Vec<OverdueEvent>, StateFault> {
    OVERDUE_EVENTS
        .scan(
            view,
            acceptor.as_str().as_bytes(),
            &date_suffix(from),
            limit,
        )?
        .into_iter()
        .map(|(suffix, ())| {
            overdue_of_suffix(&suffix)
                .map(|(date, bill)| OverdueEvent { date, bill })
                .ok_or_else(|| StateFault::new(OVERDUE_EVENTS.name(), "a key of wrong form"))
        })
        .collect()
}

/// Month ends from a day on at which an acceptor was found overdue.
pub fn findings(view: &dyn View, acceptor: &MemberId, from: Date) -> Result<Vec<Date>, StateFault> {
    let entity = acceptor.as_str().as_bytes();
    OVERDUE_FINDINGS
        .scan(view, entity, &date_suffix(from), usize::MAX)?
        .into_iter()
        .map(|(suffix, ())| {
            date_of_suffix(&suffix)
                .ok_or_else(|| StateFault::new(OVERDUE_FINDINGS.name(), "a key that is no date"))
        })
        .collect()
}

/// Everything that the gates know of a member, as of the current business date.
pub fn state(view: &dyn View, member: &MemberId) -> Result<AcceptorState, StateFault> {
    let today = clock::read::state(view)?.date;
    let first = window_start(&settings(view)?.params, today);
    Ok(AcceptorState {
        declared: declared(view, member)?,
        accepted: accepted(view, member)?,
        overdue: overdue(view, member)?,
        events: events(view, member, first, MAX_EVENTS)?,
        findings: findings(view, member, first)?,
        gate: gate(view, member)?,
    })
}
