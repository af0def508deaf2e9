//! What can be read of netting.

use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::netting::queue::existing;
use crate::netting::{
    Cycle, Netting, Obligation, Queued, currency_entity, queue_start, queued_entity,
};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, CYCLES, NETTINGS, OBLIGATIONS, QUEUED, QUEUES, currency_suffix, id_bytes,
    latest_number_first, place_of_queue_suffix, queue_suffix,
};

/// An obligation that waits, by its id.
pub fn obligation(view: &dyn View, id: &RequestId) -> Result<Option<Obligation>, StateFault> {
    OBLIGATIONS.get(view, id_bytes(id), &[])
}

/// The key of an obligation, for a proof.
pub fn obligation_key(id: &RequestId) -> Vec<u8> {
    OBLIGATIONS.key(id_bytes(id), &[])
}

/// The obligation in the bytes stored under its key.
pub fn decode_obligation(bytes: &[u8]) -> Result<Obligation, StateFault> {
    OBLIGATIONS.decode(bytes)
}

/// Up to `limit` obligations of a member's queue in order, behind a priority and place or from the first.
pub fn queue(
    view: &dyn View,
    payer: &MemberId,
    currency: Currency,
    after: Option<(u8, u64)>,
    limit: usize,
) -> Result<Vec<Obligation>, StateFault> {
    let from = after.map_or_else(
        || queue_start(payer),
        |(priority, place)| {
            let mut from = queue_suffix(payer, priority, place);
            from.push(0);
            from
        },
    );
    ids_from(view, currency, payer, from, &queue_start(payer), limit)?
        .into_iter()
        .map(|(_, id)| existing(view, &id))
        .collect()
}

/// What a member has set for cycles in a currency, and how much of its waits there.
pub fn limits(
    view: &dyn View,
    member: &MemberId,
    currency: Currency,
) -> Result<Queued, StateFault> {
    queued_in(view, member, currency)
}

/// Where netting in a currency stands.
pub fn netting(view: &dyn View, currency: Currency) -> Result<Netting, StateFault> {
    netting_in(view, currency)
}

/// Up to `limit` cycles of a currency, latest first, before the one of this number or from the latest.
pub fn cycles(
    view: &dyn View,
    currency: Currency,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Cycle>, StateFault> {
    let from = match before.map(|number| number.checked_sub(1)) {
        Some(Some(last)) => latest_number_first(last).to_vec(),
        Some(None) => return Ok(Vec::new()),
        None => Vec::new(),
    };
    let found = CYCLES.scan(view, currency_entity(&currency), &from, limit)?;
    Ok(found.into_iter().map(|(_, cycle)| cycle).collect())
}

pub(crate) fn queued_in(
    view: &(impl View + ?Sized),
    member: &MemberId,
    currency: Currency,
) -> Result<Queued, StateFault> {
    let suffix = currency_suffix(currency);
    Ok(QUEUED
        .get(view, queued_entity(member), &suffix)?
        .unwrap_or_default())
}

pub(crate) fn netting_in(
    view: &(impl View + ?Sized),
    currency: Currency,
) -> Result<Netting, StateFault> {
    let found = NETTINGS.get(view, ALL, &currency_suffix(currency))?;
    Ok(found.unwrap_or(Netting {
        currency,
        places: 0,
        waiting: 0,
        cycles: 0,
        cycle_on: None,
    }))
}

/// Place and id of all obligations of a payer of one priority, in order.
pub(super) fn of_priority(
    view: &(impl View + ?Sized),
    currency: Currency,
    payer: &MemberId,
    priority: u8,
) -> Result<Vec<(u64, RequestId)>, StateFault> {
    let from = queue_suffix(payer, priority, 0);
    let mut within = queue_start(payer);
    within.push(priority);
    ids_from(view, currency, payer, from, &within, usize::MAX)
}

/// Place and id of obligations from a suffix on, as long as the suffix begins so.
fn ids_from(
    view: &(impl View + ?Sized),
    currency: Currency,
    payer: &MemberId,
    mut from: Vec<u8>,
    within: &[u8],
    limit: usize,
) -> Result<Vec<(u64, RequestId)>, StateFault> {
    let mut found = Vec::new();
    while found.len() < limit {
        match QUEUES.next(view, currency_entity(&currency), &from)? {
            Some((suffix, id)) if suffix.starts_with(within) => {
                let place = place_of_queue_suffix(&suffix).ok_or_else(|| {
                    StateFault::new(QUEUES.name(), format!("a key of wrong form of {payer}"))
                })?;
                found.push((place, id));
                from = suffix;
                from.push(0);
            }
            _ => break,
        }
    }
    Ok(found)
}
