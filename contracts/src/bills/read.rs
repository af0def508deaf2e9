//! What can be read of bills.

use crate::bills::{Bill, InstrumentNumber, Lot};
use crate::state::{StateFault, View};
use crate::tables::{BILLS, LOTS, instrument_entity};

pub use crate::instruments::read::{chain, hands, held_by, lot, lots};

/// A bill package by its number.
pub fn bill(view: &dyn View, number: &InstrumentNumber) -> Result<Option<Bill>, StateFault> {
    BILLS.get(view, instrument_entity(number), &[])
}

/// Up to `limit` bill packages in no meaningful but fixed order, after one of them or from the first.
pub fn bills(
    view: &dyn View,
    after: Option<&InstrumentNumber>,
    limit: usize,
) -> Result<Vec<Bill>, StateFault> {
    let from = after.map_or_else(Vec::new, |number| {
        let mut from = BILLS.key(instrument_entity(number), &[]);
        from.push(0);
        from
    });
    let mut found = Vec::new();
    for entry in BILLS.all_from(view, &from).take(limit) {
        found.push(entry?.1);
    }
    Ok(found)
}

/// The first bytes of the keys of a bill's lots: what a proof of its whole tiling is made over.
pub fn lots_prefix(number: &InstrumentNumber) -> Vec<u8> {
    LOTS.prefix(instrument_entity(number))
}

/// The key of a bill package, for a proof.
pub fn bill_key(number: &InstrumentNumber) -> Vec<u8> {
    BILLS.key(instrument_entity(number), &[])
}

/// The bill package in the bytes stored under its key.
pub fn decode_bill(bytes: &[u8]) -> Result<Bill, StateFault> {
    BILLS.decode(bytes)
}

/// The lot in the bytes stored under its key.
pub fn decode_lot(bytes: &[u8]) -> Result<Lot, StateFault> {
    LOTS.decode(bytes)
}
