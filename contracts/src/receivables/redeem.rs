//! The issuer redeems an overdue lot by hand, when the clock no longer tries (rule book 3.2).

use crate::calls::RedeemLot;
use crate::cash::{require_available, require_no_due_debt};
use crate::codes::Code;
use crate::instruments::{Frozen, Lot, Status, lot_money, lot_named};
use crate::outcome::{CallResult, Failure};
use crate::receivables::Certificate;
use crate::receivables::find::certificate_named;
use crate::receivables::payment::{Payer, redeem_part};
use crate::receivables::pool::pool_of;
use crate::requests::{check_not_frozen, state_failure};
use crate::run::{Act, Caller, Run};

impl Act for RedeemLot {
    type Checked = (Certificate, Lot);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate)?;
        let lot = lot_named(run, &certificate, self.lot)?;
        if certificate.issuer != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("issuer", &certificate.issuer));
        }
        // What is frozen is paid all the same, and the money stays frozen; a stop of payment stops it.
        if lot.frozen == Frozen::Stopped {
            check_not_frozen(&lot)?;
        }
        if lot.status != Status::Overdue {
            return Err(state_failure(Code::WrongState, &lot));
        }
        require_no_due_debt(run, caller.actor)?;
        require_available(run.state, caller.actor, lot_money(&certificate, &lot)?)?;
        Ok((certificate, lot))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        (mut certificate, lot): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let mut pool = pool_of(run.state, &certificate)?;
        let units = lot_money(&certificate, &lot)?.minor;
        redeem_part(run, &mut pool, &mut certificate, lot, units, Payer::Issuer)?;
        pool.put(run)?;
        Ok(CallResult::Done)
    }
}
