//! A payment by its payer's act; final in its block (rule book 4). A suspended member is credited.

use crate::calls::Transfer;
use crate::cash::{known_currency, move_cash, require_available, require_no_due_debt};
use crate::codes::Code;
use crate::events::CashTransferred;
use crate::members::named;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

impl Act for Transfer {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        named(run.state, &self.to)?;
        known_currency(run.state, self.money.currency)?;
        if self.money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        require_no_due_debt(run, caller.actor)?;
        require_available(run.state, caller.actor, self.money)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        move_cash(run.state, caller.actor, &self.to, self.money)?;
        run.emit(CashTransferred {
            from: caller.actor.clone(),
            to: self.to.clone(),
            money: self.money,
            purpose: self.purpose.clone(),
            reference: self.reference.clone(),
        });
        Ok(CallResult::Done)
    }
}
