//! What can be read of the lots and hands of any instrument.

use crate::instruments::number::CERTIFICATE_TYPE;
use crate::instruments::{
    Hand, Instrument, InstrumentKind, InstrumentNumber, Lot, existing_instrument,
};
use crate::member_id::MemberId;
use crate::state::{StateFault, View};
use crate::tables::{
    HANDS, LOTS, LOTS_BY_HOLDER, holding_of_suffix, holding_suffix, instrument_entity,
};

/// The instrument that a record of the state points to.
///
/// # Errors
/// Every instrument that the state points to is there.
pub fn instrument(view: &dyn View, number: &InstrumentNumber) -> Result<Instrument, StateFault> {
    existing_instrument(view, number)
}

/// Up to `limit` lots of an instrument in order, from the lot that starts at or after unit `from`.
pub fn lots(
    view: &dyn View,
    number: &InstrumentNumber,
    from: u64,
    limit: usize,
) -> Result<Vec<Lot>, StateFault> {
    let found = LOTS.scan(view, instrument_entity(number), &from.to_be_bytes(), limit)?;
    Ok(found.into_iter().map(|(_, lot)| lot).collect())
}

/// The lot of an instrument that starts at a unit.
pub fn lot(
    view: &dyn View,
    number: &InstrumentNumber,
    start: u64,
) -> Result<Option<Lot>, StateFault> {
    LOTS.get(view, instrument_entity(number), &start.to_be_bytes())
}

/// Up to `limit` live lots of bills or of certificates that a member holds, by number and first unit, after one of
/// them or from the first.
pub fn held_by(
    view: &dyn View,
    holder: &MemberId,
    kind: InstrumentKind,
    after: Option<(&InstrumentNumber, u64)>,
    limit: usize,
) -> Result<Vec<(InstrumentNumber, Lot)>, StateFault> {
    let from = match (after, kind) {
        (Some((number, start)), _) => {
            let mut from = holding_suffix(number, start);
            from.push(0);
            from
        }
        (None, InstrumentKind::Bill) => Vec::new(),
        // The numbers of certificates come after those of bills.
        (None, InstrumentKind::Certificate) => CERTIFICATE_TYPE.to_string().into_bytes(),
    };
    LOTS_BY_HOLDER
        .scan(view, holder.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .take_while(|(suffix, ())| {
            holding_of_suffix(suffix).is_none_or(|(number, _)| number.kind() == kind)
        })
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

/// Up to `limit` hands of an instrument, from a number on.
pub fn hands(
    view: &dyn View,
    number: &InstrumentNumber,
    from: u64,
    limit: usize,
) -> Result<Vec<Hand>, StateFault> {
    let found = HANDS.scan(view, instrument_entity(number), &from.to_be_bytes(), limit)?;
    Ok(found.into_iter().map(|(_, hand)| hand).collect())
}

/// The hands by which a lot came to stand as it does, the latest first, at most `limit`.
pub fn chain(
    view: &dyn View,
    number: &InstrumentNumber,
    lot: &Lot,
    limit: usize,
) -> Result<Vec<Hand>, StateFault> {
    let mut found = Vec::new();
    let mut next = Some(lot.hand);
    while let Some(hand) = next.filter(|_| found.len() < limit) {
        let hand = HANDS
            .get(view, instrument_entity(number), &hand.to_be_bytes())?
            .ok_or_else(|| StateFault::new(HANDS.name(), format!("{number} lacks hand {hand}")))?;
        next = hand.parent.filter(|parent| *parent < hand.number);
        found.push(hand);
    }
    Ok(found)
}
