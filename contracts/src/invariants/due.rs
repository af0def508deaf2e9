//! The queue of what falls due holds exactly what the records make due, and nothing that is past.

use crate::bills::{Bill, Circulation, Status, repo_end};
use crate::clock::{DueKey, DueKind, read};
use crate::date::Date;
use crate::genesis::settings;
use crate::invariants::Findings;
use crate::invariants::gates::month_ends;
use crate::member_id::MemberId;
use crate::params::{self, ParamName};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, BILLS, DUE_DEBTS, HOLDS, LOTS, MEMBERS, PRESENTMENTS, PROCEEDS, REQUESTS, bill_entity,
    date_of_suffix, id_bytes,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let clock = read::state(view)?;
    let mut expected: BTreeSet<DueKey> = BTreeSet::new();
    let mut debts: BTreeMap<(MemberId, Date), u64> = BTreeMap::new();
    let mut owe = |member: &MemberId, date: Date| {
        let count = debts.entry((member.clone(), date)).or_default();
        *count = count.saturating_add(1);
    };
    for entry in HOLDS.all_from(view, &[]) {
        let (_, hold) = entry?;
        expected.insert(DueKey::hold_end(hold.until, &hold.id));
    }
    for entry in REQUESTS.all_from(view, &[]) {
        let (_, request) = entry?;
        if let Some(date) = request.answer_by {
            expected.insert(DueKey::lapse(date, &request.id, request.range.start));
        }
        let presentment = PRESENTMENTS.get(view, id_bytes(&request.id), &[])?;
        if let Some((at, date)) = presentment.and_then(|p| Some((p.at, p.due_on?))) {
            let start = request.range.start;
            expected.insert(DueKey::payment(date, at, &request.bill, start));
            owe(&request.to, date);
        }
    }
    let queued: BTreeSet<DueKey> = read::due(view, None, usize::MAX)?
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    for entry in BILLS.all_from(view, &[]) {
        let (_, bill) = entry?;
        let status = first_status(view, &bill)?;
        let number = &bill.number;
        for (_, lot) in LOTS.scan(view, bill_entity(number), &[], usize::MAX)? {
            expected
                .extend(repo_end(&bill, &lot).filter(|_| lot.circulation != Circulation::Ended));
        }
        for (_, proceeds) in PROCEEDS.scan(view, bill_entity(number), &[], usize::MAX)? {
            if let Some(pledge) = proceeds.pledge.filter(|_| !proceeds.frozen) {
                let start = proceeds.range.start;
                expected.insert(DueKey::lot(
                    pledge.debt_due,
                    DueKind::DebtDue,
                    number,
                    start,
                ));
            }
        }
        let maturity = DueKey::bill(bill.maturity, DueKind::Maturity, number);
        let presentment = DueKey::bill(bill.payable_on, DueKind::Presentment, number);
        let window_end = DueKey::bill(bill.window_end, DueKind::WindowEnd, number);
        let accepted = status != Status::Issued;
        if queued.contains(&maturity) {
            expected.insert(maturity);
            if accepted {
                owe(&bill.acceptor, bill.maturity);
            }
        } else if status == Status::Accepted {
            expected.insert(window_end);
        } else if queued.contains(&presentment) {
            expected.insert(presentment);
            owe(&bill.acceptor, bill.payable_on);
        } else {
            findings.expect(
                status != Status::Issued
                    && (status != Status::Received || clock.date >= bill.payable_on),
                "a live bill waits for its maturity",
                || format!("bill {number} is {status} with nothing queued"),
            );
        }
    }
    let params_in_force = settings(view)?.params;
    for name in ParamName::ALL {
        findings.expect(
            params::read::on(view, *name, Date::FIRST).is_ok(),
            "every parameter has a value",
            || name.to_string(),
        );
        let value = params::read::on(view, *name, clock.date)?;
        findings.expect(
            params_in_force.get(*name) == value,
            "a parameter has the value set for the day",
            || format!("{name}: {value} is set"),
        );
        for (from, _) in params::read::history(view, *name, usize::MAX)? {
            let key = DueKey::param(from, *name);
            if from > clock.date || queued.contains(&key) {
                expected.insert(key);
            }
        }
    }
    expected.extend(month_ends(view, &queued, clock.date, findings)?);
    for key in queued.symmetric_difference(&expected) {
        findings.expect(false, "the queue holds exactly what falls due", || {
            let how = if queued.contains(key) {
                "queued"
            } else {
                "missing"
            };
            format!("{how}: {} on {}", key.kind, key.date)
        });
    }
    check_debts(view, debts, findings)?;
    if let Some(first) = queued.first() {
        findings.expect(
            first.date >= clock.date && (first.date > clock.date || !clock.closed),
            "nothing due is left behind the clock",
            || format!("{} on {}, clock at {}", first.kind, first.date, clock.date),
        );
    }
    Ok(())
}

fn first_status(view: &dyn View, bill: &Bill) -> Result<Status, StateFault> {
    LOTS.next(view, bill_entity(&bill.number), &[])?
        .map(|(_, lot)| lot.status)
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{} has no lot", bill.number)))
}

fn check_debts(
    view: &dyn View,
    mut debts: BTreeMap<(MemberId, Date), u64>,
    findings: &mut Findings,
) -> Result<(), StateFault> {
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let entity = member.id.as_str().as_bytes();
        for (suffix, count) in DUE_DEBTS.scan(view, entity, &[], usize::MAX)? {
            let date = date_of_suffix(&suffix)
                .ok_or_else(|| StateFault::new(DUE_DEBTS.name(), "a key that is no date"))?;
            let expected = debts.remove(&(member.id.clone(), date));
            findings.expect(expected == Some(count), "due debts are counted", || {
                format!(
                    "{} on {date}: {count} counted, {expected:?} queued",
                    member.id
                )
            });
        }
    }
    for ((member, date), count) in debts {
        findings.expect(false, "due debts are counted", || {
            format!("{member} on {date}: none counted, {count} queued")
        });
    }
    Ok(())
}
