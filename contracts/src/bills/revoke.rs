//! Revocation by the drawer before acceptance (rule book 2.2).

use crate::bills::{
    Bill, Circulation, HandKind, Lot, NewHand, Status, bill_named, change_lot, record_hand,
    whole_lot,
};
use crate::calls::Revoke;
use crate::clock::{DueKey, DueKind, cancel};
use crate::events::BillRevoked;
use crate::outcome::{CallResult, Failure};
use crate::requests::{REVOCATION, check_asking};
use crate::run::{Act, Caller, Run};
use crate::trade::backing;

impl Act for Revoke {
    type Checked = (Bill, Lot);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let bill = bill_named(run, caller, self.bill)?;
        let lot = whole_lot(run, &bill)?;
        check_asking(&REVOCATION, &bill, &lot, caller.actor)?;
        Ok((bill, lot))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut bill, lot): Self::Checked,
    ) -> Result<CallResult, Failure> {
        cancel(
            run,
            &DueKey::instrument(bill.maturity, DueKind::Maturity, &bill.number),
        );
        let hand = NewHand {
            from: Some(caller.actor.clone()),
            ..NewHand::new(HandKind::Revoked, lot.range, Some(lot.hand))
        };
        let hand = record_hand(run, &mut bill, hand)?;
        let revoked = Lot {
            status: Status::Terminated,
            circulation: Circulation::Ended,
            hand,
            ..lot.clone()
        };
        change_lot(run.state, &bill.number, &lot, &revoked)?;
        run.emit(BillRevoked {
            bill: bill.number,
            by: caller.actor.clone(),
        });
        backing::free(run, &bill.number)?;
        Ok(CallResult::Done)
    }
}
