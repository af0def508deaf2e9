//! Banks declare the figures against which their acceptances are held (rule book 2.5).

use crate::calls::Declare;
use crate::cash::known_currency;
use crate::codes::Code;
use crate::events::MemberDeclared;
use crate::gates::Declared;
use crate::members::{Role, acting, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::tables::DECLARED;

impl Act for Declare {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        for (field, money) in [("deposits", self.deposits), ("margin", self.margin)] {
            if money.currency != self.assets.currency {
                return Err(Failure::argument(field).fact("currency", self.assets.currency.code()));
            }
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        require_role(
            &acting(run.state, caller.actor)?,
            &[Role::Bank, Role::FinanceCompany],
        )?;
        known_currency(run.state, self.assets.currency)?;
        if self.assets.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        Ok(())
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let declared = Declared {
            assets: self.assets,
            deposits: self.deposits,
            margin: self.margin,
            on: run.date(),
        };
        DECLARED.put(run.state, caller.actor.as_str().as_bytes(), &[], &declared)?;
        run.emit(MemberDeclared {
            member: caller.actor.clone(),
            assets: self.assets,
            deposits: self.deposits,
            margin: self.margin,
        });
        Ok(CallResult::Done)
    }
}
