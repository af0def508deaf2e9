//! What goes on when a court lifts its measure on a certificate's lot.

use crate::calendar::roll;
use crate::instruments::{Frozen, Lot, Status};
use crate::receivables::Certificate;
use crate::receivables::payment::extinguish;
use crate::receivables::pool::pool_of;
use crate::receivables::redemption::is_own;
use crate::run::Run;
use crate::state::StateFault;

/// A live lot on which no measure lies any more. Where its pool was redeemed without it, what the issuer has in its own
/// hands is extinguished, and for any other that has not fallen overdue the pool is redeemed once more, at the next close of
/// a business day.
pub(crate) fn proceed(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: Lot,
) -> Result<(), StateFault> {
    let in_hand = matches!(lot.status, Status::Held | Status::Overdue);
    if !in_hand || run.date() < certificate.due {
        return Ok(());
    }
    let mut pool = pool_of(run.state, certificate)?;
    if is_own(&certificate.issuer, &lot) {
        // Before its pool is redeemed the clock does it.
        if pool.next.is_none() || lot.status == Status::Overdue {
            extinguish(run, &mut pool, certificate, lot)?;
            pool.put(run)?;
        }
        return Ok(());
    }
    if pool.next.is_none() && lot.status == Status::Held && lot.frozen == Frozen::No {
        let next = roll(run.state, run.next_close())?;
        pool.plan(run, Some(next))?;
        pool.put(run)?;
    }
    Ok(())
}
