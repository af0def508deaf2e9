//! The queue of what falls due holds exactly what the records make due, and nothing that is past.

use crate::bills::{Bill, Circulation, Status, repo_end};
use crate::clock::{DueKey, DueKind, read};
use crate::date::Date;
use crate::genesis::settings;
use crate::gov::ProposalStatus;
use crate::instruments::InstrumentNumber;
use crate::invariants::Findings;
use crate::invariants::gates::month_ends;
use crate::member_id::MemberId;
use crate::params::{self, ParamName};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, BILLS, CERTIFICATES, CONDITIONS, DUE_DEBTS, HOLDS, INSTRUCTIONS, LOTS, MEMBERS, NETTINGS,
    OBLIGATIONS, POOL_STATES, PRESENTMENTS, PROCEEDS, PROPOSALS, QUOTE_ASKS, REQUESTS,
    date_of_suffix, id_bytes, instrument_entity,
};
use crate::trade::ConditionStatus;
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
    for entry in OBLIGATIONS.all_from(view, &[]) {
        let (_, obligation) = entry?;
        let kind = DueKind::ObligationEnd;
        expected.insert(DueKey::request(obligation.deadline, kind, &obligation.id));
    }
    for entry in INSTRUCTIONS.all_from(view, &[]) {
        let (_, instruction) = entry?;
        let kind = DueKind::InstructionEnd;
        expected.insert(DueKey::request(instruction.deadline, kind, &instruction.id));
    }
    for entry in PROPOSALS.all_from(view, &[]) {
        let (_, proposal) = entry?;
        let waits = match proposal.status {
            ProposalStatus::Open => Some((proposal.deadline, DueKind::ProposalEnd)),
            ProposalStatus::Carried => proposal.from.map(|from| (from, DueKind::Proposal)),
            _ => None,
        };
        expected.extend(waits.map(|(date, kind)| DueKey::request(date, kind, &proposal.id)));
    }
    for entry in CONDITIONS.all_from(view, &[]) {
        let (_, condition) = entry?;
        if condition.status == ConditionStatus::Open {
            let kind = DueKind::Condition;
            expected.insert(DueKey::request(condition.deadline, kind, &condition.id));
        }
    }
    for entry in NETTINGS.all_from(view, &[]) {
        let (_, netting) = entry?;
        let kind = DueKind::NettingCycle;
        expected.extend(
            netting
                .cycle_on
                .map(|date| DueKey::currency(date, kind, netting.currency)),
        );
    }
    for entry in REQUESTS.all_from(view, &[]) {
        let (_, request) = entry?;
        if let Some(date) = request.answer_by {
            expected.insert(DueKey::lapse(date, &request.id, request.range.start));
        }
        let presentment = PRESENTMENTS.get(view, id_bytes(&request.id), &[])?;
        if let Some((at, date)) = presentment.and_then(|p| Some((p.at, p.due_on?))) {
            let start = request.range.start;
            expected.insert(DueKey::payment(date, at, &request.instrument, start));
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
        for (_, lot) in LOTS.scan(view, instrument_entity(number), &[], usize::MAX)? {
            expected.extend(
                repo_end(&bill.number, &lot).filter(|_| lot.circulation != Circulation::Ended),
            );
        }
        expected.extend(debts_due(view, number)?);
        let maturity = DueKey::instrument(bill.maturity, DueKind::Maturity, number);
        let presentment = DueKey::instrument(bill.payable_on, DueKind::Presentment, number);
        let window_end = DueKey::instrument(bill.window_end, DueKind::WindowEnd, number);
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
    for entry in CERTIFICATES.all_from(view, &[]) {
        let (_, certificate) = entry?;
        let maturity = DueKey::instrument(certificate.due, DueKind::Maturity, &certificate.number);
        expected.extend(debts_due(view, &certificate.number)?);
        let first = LOTS.next(view, instrument_entity(&certificate.number), &[])?;
        let unsigned = first.is_some_and(|(_, lot)| lot.status == Status::Opened);
        let ended = first_over(view, &certificate.number)?;
        if queued.contains(&maturity) {
            findings.expect(!ended, "an ended certificate waits for nothing", || {
                certificate.number.to_string()
            });
            expected.insert(maturity);
            owe(&certificate.issuer, certificate.due);
        } else {
            findings.expect(
                !unsigned && (ended || clock.date >= certificate.due),
                "a live certificate waits for its due day",
                || format!("certificate {} has nothing queued", certificate.number),
            );
        }
    }
    for entry in POOL_STATES.all_from(view, &[]) {
        let (_, pool) = entry?;
        if let Some(date) = pool.next {
            let (due, currency) = (pool.due, pool.currency);
            expected.insert(DueKey::pool(date, due, &pool.issuer, currency));
            owe(&pool.issuer, date);
        }
    }
    for entry in QUOTE_ASKS.all_from(view, &[]) {
        let (_, ask) = entry?;
        expected.insert(DueKey::request(ask.until, DueKind::QuoteEnd, &ask.id));
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

/// The days on which debts fall due that proceeds of an instrument are held for.
fn debts_due(view: &dyn View, number: &InstrumentNumber) -> Result<Vec<DueKey>, StateFault> {
    let found = PROCEEDS.scan(view, instrument_entity(number), &[], usize::MAX)?;
    Ok(found
        .into_iter()
        .filter(|(_, proceeds)| !proceeds.frozen)
        .filter_map(|(_, proceeds)| {
            let due = proceeds.pledge?.debt_due;
            let start = proceeds.range.start;
            Some(DueKey::lot(due, DueKind::DebtDue, number, start))
        })
        .collect())
}

/// Whether an instrument's first lot has ended.
fn first_over(view: &dyn View, number: &InstrumentNumber) -> Result<bool, StateFault> {
    let first = LOTS.next(view, instrument_entity(number), &[])?;
    Ok(first.is_some_and(|(_, lot)| lot.status.is_over()))
}

fn first_status(view: &dyn View, bill: &Bill) -> Result<Status, StateFault> {
    LOTS.next(view, instrument_entity(&bill.number), &[])?
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
