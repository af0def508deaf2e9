//! Transfer by order of a court.

use crate::calls::OrderTransfer;
use crate::codes::Code;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

impl Act for OrderTransfer {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Err(Failure::of(Code::NotAllowedHere))
    }

    fn check_state(&self, _: &Run<'_, '_>, _: &Caller<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn apply(&self, _: &mut Run<'_, '_>, _: &Caller<'_>, (): ()) -> Result<CallResult, Failure> {
        Ok(CallResult::Done)
    }
}
