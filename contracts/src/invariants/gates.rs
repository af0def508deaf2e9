//! The sums of acceptors are those of their lots, and the queue looks at whoever is to be looked at.

use crate::bills::{Bill, Circulation, Dishonour, Status, accepted_money};
use crate::clock::{DueKey, DueKind};
use crate::date::Date;
use crate::gates::read;
use crate::invariants::Findings;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::state::{StateFault, View};
use crate::tables::{
    ACCEPTANCES, ALL, BILLS, GATES, LOTS, MEMBERS, OVERDUE_EVENTS, OVERDUE_FINDINGS, OVERDUE_SUMS,
    instrument_entity,
};
use std::collections::{BTreeMap, BTreeSet};

type Sums = BTreeMap<(MemberId, Currency), u128>;

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let (mut accepted, mut unpaid) = (Sums::new(), Sums::new());
    let mut bills = BTreeMap::new();
    for entry in BILLS.all_from(view, &[]) {
        let (_, bill) = entry?;
        let accepted_units = bill.accepted;
        let whole = bill.profile.rules().partial_acceptance || accepted_units == bill.sum.minor;
        findings.expect(
            accepted_units == 0 || (accepted_units <= bill.sum.minor && whole),
            "a bill is accepted in whole, or in part where its law allows it",
            || bill.number.to_string(),
        );
        add_lots(view, &bill, &mut accepted, &mut unpaid, findings)?;
        bills.insert(bill.number, bill.acceptor);
    }
    let mut reached = [0u64; 4];
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let id = &member.id;
        for (index, rule, totals, sums) in [
            (
                0,
                "acceptances are the sum of live accepted lots",
                read::accepted(view, id)?,
                &mut accepted,
            ),
            (
                1,
                "what is overdue is the sum of lots refused and unpaid",
                read::overdue(view, id)?,
                &mut unpaid,
            ),
        ] {
            count(&mut reached, index, totals.len());
            for total in totals {
                let lots = sums.remove(&(id.clone(), total.currency));
                findings.expect(lots == Some(total.minor), rule, || {
                    format!("{id}: {} {}, lots of {lots:?}", total.minor, total.currency)
                });
            }
        }
        let events = read::events(view, id, Date::FIRST, usize::MAX)?;
        count(&mut reached, 2, events.len());
        for event in events {
            findings.expect(
                bills.get(&event.bill) == Some(id),
                "an event of overdue is its acceptor's",
                || format!("{} of {id}", event.bill),
            );
        }
        let found = read::findings(view, id, Date::FIRST)?;
        count(&mut reached, 3, found.len());
        let last = found.last().copied();
        let gate = GATES.get(view, id.as_str().as_bytes(), &[])?;
        let follows = match (&gate, last) {
            (Some(gate), Some(last)) => gate.no_acceptance_until > last,
            (gate, last) => gate.is_none() && last.is_none(),
        };
        findings.expect(
            follows && found.iter().all(|day| *day == day.month_end()),
            "a gate follows from a finding at a month's end",
            || format!("{id}: {gate:?}, found {found:?}"),
        );
    }
    findings.expect(
        accepted.is_empty() && unpaid.is_empty(),
        "sums are kept for every acceptor",
        || format!("none for {accepted:?} accepted, {unpaid:?} overdue"),
    );
    check_left_over(view, reached, findings)
}

fn count(reached: &mut [u64; 4], index: usize, more: usize) {
    if let Some(count) = reached.get_mut(index) {
        *count = count.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
    }
}

fn add_lots(
    view: &dyn View,
    bill: &Bill,
    accepted: &mut Sums,
    unpaid: &mut Sums,
    findings: &mut Findings,
) -> Result<(), StateFault> {
    for (_, lot) in LOTS.scan(view, instrument_entity(&bill.number), &[], usize::MAX)? {
        let fits = match lot.status {
            Status::Issued => bill.accepted == 0,
            Status::Terminated => true,
            Status::Accepted | Status::Received | Status::Settled => bill.accepted > 0,
            _ => false,
        };
        findings.expect(fits, "a bill lives on only when it is accepted", || {
            format!("{}:{}", bill.number, lot.range)
        });
        if lot.circulation == Circulation::Ended {
            continue;
        }
        let money = accepted_money(bill, &lot)?;
        if money.minor == 0 {
            continue;
        }
        let refused = matches!(lot.dishonour, Dishonour::InTime | Dishonour::Late);
        for (counts, sums) in [(true, &mut *accepted), (refused, &mut *unpaid)] {
            if counts {
                let sum = sums
                    .entry((bill.acceptor.clone(), money.currency))
                    .or_default();
                *sum = sum.saturating_add(u128::from(money.minor));
            }
        }
    }
    Ok(())
}

fn check_left_over(
    view: &dyn View,
    reached: [u64; 4],
    findings: &mut Findings,
) -> Result<(), StateFault> {
    let mut stored = [0u64; 4];
    for (index, entries) in [
        ACCEPTANCES.all_from(view, &[]).try_fold(0, counted)?,
        OVERDUE_SUMS.all_from(view, &[]).try_fold(0, counted)?,
        OVERDUE_EVENTS.all_from(view, &[]).try_fold(0, counted)?,
        OVERDUE_FINDINGS.all_from(view, &[]).try_fold(0, counted)?,
    ]
    .into_iter()
    .enumerate()
    {
        count(&mut stored, index, entries);
    }
    findings.expect(stored == reached, "nothing is left over", || {
        format!("{stored:?} records of gates stored, {reached:?} belong to members")
    });
    Ok(())
}

fn counted<V>(so_far: usize, entry: Result<(Vec<u8>, V), StateFault>) -> Result<usize, StateFault> {
    entry.map(|_| so_far.saturating_add(1))
}

/// The looks at month ends that are rightly queued. Whoever has something unpaid is looked at again, and so is
/// whoever left something unpaid in a month that has not ended.
pub(super) fn month_ends(
    view: &dyn View,
    queued: &BTreeSet<DueKey>,
    today: Date,
    findings: &mut Findings,
) -> Result<BTreeSet<DueKey>, StateFault> {
    let mut expected = BTreeSet::new();
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let id = &member.id;
        let mine: Vec<&DueKey> = queued
            .iter()
            .filter(|key| key.kind == DueKind::Gate && key.id == DueKey::gate(key.date, id).id)
            .collect();
        let unpaid = !read::overdue(view, id)?.is_empty();
        findings.expect(
            !unpaid || !mine.is_empty(),
            "who has not paid is looked at when the month ends",
            || id.to_string(),
        );
        let events = read::events(view, id, Date::FIRST, usize::MAX)?;
        let known = !events.is_empty();
        expected.extend(
            events
                .into_iter()
                .map(|event| event.date.month_end())
                .filter(|end| *end > today)
                .map(|end| DueKey::gate(end, id)),
        );
        // What was unpaid when the last month ended may have been paid since.
        let latest = today.plus_days(1).unwrap_or(today).month_end();
        expected.extend(
            mine.into_iter()
                .filter(|key| known && key.date == key.date.month_end() && key.date <= latest)
                .cloned(),
        );
    }
    Ok(expected)
}
