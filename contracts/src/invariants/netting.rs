//! Obligations, queues and counts of what waits agree.

use crate::invariants::Findings;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::netting::{LAST_PRIORITY, MAX_OF_PAYER, MAX_WAITING, read};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, CURRENCIES, CYCLES, MEMBERS, NETTINGS, OBLIGATIONS, QUEUED, QUEUES, currency_suffix,
    id_bytes, queue_suffix,
};
use std::collections::BTreeMap;

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut of_payer: BTreeMap<(MemberId, Currency), u32> = BTreeMap::new();
    let mut of_currency: BTreeMap<Currency, u32> = BTreeMap::new();
    let mut obligations = 0u64;
    for entry in OBLIGATIONS.all_from(view, &[]) {
        let (key, obligation) = entry?;
        obligations = obligations.saturating_add(1);
        let place = || format!("obligation {} of {}", obligation.id, obligation.payer);
        let currency = obligation.money.currency;
        let suffix = queue_suffix(&obligation.payer, obligation.priority, obligation.place);
        findings.expect(
            key == OBLIGATIONS.key(id_bytes(&obligation.id), &[])
                && QUEUES.get(view, currency.bytes(), &suffix)? == Some(obligation.id),
            "an obligation is under its id and at its place of its payer's queue",
            place,
        );
        findings.expect(
            obligation.payer != obligation.payee
                && obligation.money.minor > 0
                && obligation.priority <= LAST_PRIORITY
                && obligation.place <= read::netting(view, currency)?.places
                && CURRENCIES
                    .get(view, ALL, &currency_suffix(currency))?
                    .is_some(),
            "an obligation is of something, to another, at a place that was given",
            place,
        );
        let sum = of_payer
            .entry((obligation.payer.clone(), currency))
            .or_default();
        *sum = sum.saturating_add(1);
        let sum = of_currency.entry(currency).or_default();
        *sum = sum.saturating_add(1);
    }
    let mut places = 0u64;
    for entry in QUEUES.all_from(view, &[]) {
        entry?;
        places = places.saturating_add(1);
    }
    findings.expect(
        places == obligations,
        "a place in a queue is an obligation's",
        || format!("{places} places, {obligations} obligations"),
    );
    let mut stored = 0u64;
    for entry in QUEUED.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let entity = member.id.as_str().as_bytes();
        for (suffix, queued) in QUEUED.scan(view, entity, &[], usize::MAX)? {
            stored = stored.saturating_sub(1);
            let currency = of_payer
                .keys()
                .find(|(payer, currency)| *payer == member.id && suffix == currency.bytes())
                .cloned();
            let waiting = currency
                .and_then(|key| of_payer.remove(&key))
                .unwrap_or_default();
            findings.expect(
                queued.waiting == waiting && waiting <= MAX_OF_PAYER,
                "what a member has waiting is counted",
                || format!("{}: {} counted, {waiting} wait", member.id, queued.waiting),
            );
        }
    }
    findings.expect(
        stored == 0 && of_payer.is_empty(),
        "every count is a member's",
        || format!("{stored} counts of nobody, {of_payer:?}"),
    );
    for entry in NETTINGS.all_from(view, &[]) {
        let (_, netting) = entry?;
        let currency = netting.currency;
        let waiting = of_currency.remove(&currency).unwrap_or_default();
        findings.expect(
            netting.waiting == waiting
                && waiting <= MAX_WAITING
                && netting.cycle_on.is_some() == (waiting > 0),
            "while something waits in a currency, and only then, the clock looks at it",
            || {
                let counted = netting.waiting;
                let day = netting.cycle_on;
                format!("{currency}: {counted} counted, {waiting} wait, cycle on {day:?}")
            },
        );
        let cycles = CYCLES.scan(view, currency.bytes(), &[], usize::MAX)?;
        let numbers = (1..=netting.cycles).rev();
        findings.expect(
            cycles.iter().map(|(_, cycle)| cycle.number).eq(numbers),
            "cycles are numbered without a gap",
            || format!("{currency}: {} cycles", netting.cycles),
        );
        for (_, cycle) in cycles {
            findings.expect(
                cycle.net <= cycle.gross
                    && cycle.settled <= cycle.eligible
                    && cycle.eligible <= cycle.waiting
                    && (cycle.gross > 0) == (cycle.settled > 0),
                "a cycle settles of what is eligible, and moves no more than its gross sum",
                || format!("cycle {} of {currency}", cycle.number),
            );
        }
    }
    findings.expect(
        of_currency.is_empty(),
        "what waits in a currency is counted",
        || format!("{of_currency:?}"),
    );
    Ok(())
}
