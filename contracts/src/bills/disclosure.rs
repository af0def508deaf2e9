//! Disclosure of an acceptance by the acceptor (rule book 2.2).

use crate::bills::{Bill, Status, bill_named, whole_lot};
use crate::calls::Disclose;
use crate::codes::Code;
use crate::events::BillDisclosed;
use crate::outcome::{CallResult, Failure};
use crate::requests::state_failure;
use crate::run::{Act, Caller, Run};
use crate::tables::{BILLS, instrument_entity};

impl Act for Disclose {
    type Checked = Bill;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// An accepted bill that did not end unpaid, once. A lot that is paid early does not keep the others from
    /// being discounted.
    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Bill, Failure> {
        let bill = bill_named(run, caller, self.bill)?;
        let lot = whole_lot(run, &bill)?;
        if bill.acceptor != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("acceptor", &bill.acceptor));
        }
        if bill.accepted == 0 || lot.status == Status::Terminated {
            return Err(state_failure(Code::WrongState, &lot));
        }
        if let Some(day) = bill.disclosed_on {
            return Err(Failure::of(Code::WrongState).fact("disclosed on", day));
        }
        Ok(bill)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        mut bill: Bill,
    ) -> Result<CallResult, Failure> {
        bill.disclosed_on = Some(run.date());
        BILLS.put(run.state, instrument_entity(&bill.number), &[], &bill)?;
        run.emit(BillDisclosed {
            bill: bill.number,
            acceptor: bill.acceptor,
        });
        Ok(CallResult::Done)
    }
}
