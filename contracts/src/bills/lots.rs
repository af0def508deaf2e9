//! What is peculiar to the lots of bills: how much of one is accepted, and when its repo ends.

use crate::bills::{Bill, InstrumentNumber, Lot, lot_money};
use crate::clock::{DueKey, DueKind};
use crate::money::Money;
use crate::state::StateFault;

/// How much of a lot the acceptor has accepted: all of it, unless it accepted only the low end of the bill.
pub(crate) fn accepted_money(bill: &Bill, lot: &Lot) -> Result<Money, StateFault> {
    let whole = lot_money(bill, lot)?;
    let accepted = bill
        .accepted
        .saturating_add(1)
        .saturating_sub(lot.range.start)
        .min(whole.minor);
    Ok(Money::new(whole.currency, accepted))
}

/// The item of the queue that ends a lot's repo, the morning after its cut-off.
pub(crate) fn repo_end(number: &InstrumentNumber, lot: &Lot) -> Option<DueKey> {
    let repo = lot.repo.as_ref()?;
    let day = repo.dates.cut_off.plus_days(1)?;
    let start = lot.range.start;
    Some(DueKey::lot(day, DueKind::RepoEnd, number, start))
}
