//! A certificate falls due.

use crate::clock::DueKey;
use crate::events::UnsignedEnd;
use crate::instruments::{Paper, Status, payable_on};
use crate::receivables::find::{existing_certificate, first_lot};
use crate::receivables::pool::{pool_of, unqueue};
use crate::receivables::signing::end_unsigned;
use crate::requests::lapse;
use crate::requests::read::existing;
use crate::run::Run;
use crate::state::StateFault;
use crate::work;

/// The morning of the due day: what nobody has signed for expires, the rest waits for the redemption of its pool, on the day
/// that the calendar gives now.
pub(crate) fn mature(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::MATURITY);
    let mut certificate = existing_certificate(run.state, &key.instrument_number()?)?;
    unqueue(run, &certificate)?;
    let mut lot = first_lot(run.state, &certificate)?;
    if lot.status == Status::Opened {
        if let Some(id) = lot.request {
            let request = existing(run.state, &id)?;
            lot = lapse(run, &certificate, &request)?;
        }
        return end_unsigned(run, &mut certificate, &lot, UnsignedEnd::Expired);
    }
    certificate.payable_on = payable_on(run.state, certificate.due)?;
    certificate.put(run.state)?;
    let mut pool = pool_of(run.state, &certificate)?;
    if pool.next.is_some_and(|next| next != certificate.payable_on) {
        pool.plan(run, Some(certificate.payable_on))?;
        pool.put(run)?;
    }
    Ok(())
}
