//! What can be read of bills.

use crate::bills::{Bill, BillNumber, Hand, Lot};
use crate::member_id::MemberId;
use crate::state::{StateFault, View};
use crate::tables::{
    BILLS, HANDS, LOTS, LOTS_BY_HOLDER, bill_entity, holding_of_suffix, holding_suffix,
};

/// A bill package by its number.
pub fn bill(view: &dyn View, number: &BillNumber) -> Result<Option<Bill>, StateFault> {
    BILLS.get(view, bill_entity(number), &[])
}

/// Up to `limit` bill packages in no meaningful but fixed order, after one of them or from the first.
pub fn bills(
    view: &dyn View,
    after: Option<&BillNumber>,
    limit: usize,
) -> Result<Vec<Bill>, StateFault> {
    let from = after.map_or_else(Vec::new, |number| {
        let mut from = BILLS.key(bill_entity(number), &[]);
        from.push(0);
        from
    });
    let mut found = Vec::new();
    for entry in BILLS.all_from(view, &from).take(limit) {
        found.push(entry?.1);
    }
    Ok(found)
}

/// Up to `limit` lots of a bill in order, from the lot that starts at or after unit `from`.
pub fn lots(
    view: &dyn View,
    number: &BillNumber,
    from: u64,
    limit: usize,
) -> Result<Vec<Lot>, StateFault> {
    let found = LOTS.scan(view, bill_entity(number), &from.to_be_bytes(), limit)?;
    Ok(found.into_iter().map(|(_, lot)| lot).collect())
}

/// The lot of a bill that starts at a unit.
pub fn lot(view: &dyn View, number: &BillNumber, start: u64) -> Result<Option<Lot>, StateFault> {
    LOTS.get(view, bill_entity(number), &start.to_be_bytes())
}

/// The first bytes of the keys of a bill's lots: what a proof of its whole tiling is made over.
pub fn lots_prefix(number: &BillNumber) -> Vec<u8> {
    LOTS.prefix(bill_entity(number))
}

/// The key of a bill package, for a proof.
pub fn bill_key(number: &BillNumber) -> Vec<u8> {
    BILLS.key(bill_entity(number), &[])
}

/// The bill package in the bytes stored under its key.
pub fn decode_bill(bytes: &[u8]) -> Result<Bill, StateFault> {
    BILLS.decode(bytes)
}

/// The lot in the bytes stored under its key.
pub fn decode_lot(bytes: &[u8]) -> Result<Lot, StateFault> {
    LOTS.decode(bytes)
}

/// Up to `limit` live lots that a member holds, by bill number and first unit, after one of them or from the first.
pub fn held_by(
    view: &dyn View,
    holder: &MemberId,
    after: Option<(&BillNumber, u64)>,
    limit: usize,
) -> Result<Vec<(BillNumber, Lot)>, StateFault> {
    let from = after.map_or_else(Vec::new, |(number, start)| {
        let mut from = holding_suffix(number, start);
        from.push(0);
        from
    });
    LOTS_BY_HOLDER
        .scan(view, holder.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .map(|(suffix, ())| {
            let fault = |what: &str| StateFault::new(LOTS_BY_HOLDER.name(), what);
            let (number, start) =
                holding_of_suffix(&suffix).ok_or_else(|| fault("a key of wrong form"))?;
            let lot =
                lot(view, &number, start)?.ok_or_else(|| fault("an entry without its lot"))?;
            Ok((number, lot))
        })
        .collect()
}

/// Up to `limit` hands of a bill, from a number on.
pub fn hands(
    view: &dyn View,
    number: &BillNumber,
    from: u64,
    limit: usize,
) -> Result<Vec<Hand>, StateFault> {
    let found = HANDS.scan(view, bill_entity(number), &from.to_be_bytes(), limit)?;
    Ok(found.into_iter().map(|(_, hand)| hand).collect())
}

/// The hands by which a lot came to stand as it does, the latest first, at most `limit`.
pub fn chain(
    view: &dyn View,
    number: &BillNumber,
    lot: &Lot,
    limit: usize,
) -> Result<Vec<Hand>, StateFault> {
    let mut found = Vec::new();
    let mut next = Some(lot.hand);
    while let Some(hand) = next.filter(|_| found.len() < limit) {
        let hand = HANDS
            .get(view, bill_entity(number), &hand.to_be_bytes())?
            .ok_or_else(|| StateFault::new(HANDS.name(), format!("{number} lacks hand {hand}")))?;
        next = hand.parent.filter(|parent| *parent < hand.number);
        found.push(hand);
    }
    Ok(found)
}
