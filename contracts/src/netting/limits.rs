//! What cycles may cost a member.

use crate::calls::SetLimits;
use crate::cash::known_currency;
use crate::codes::Code;
use crate::events::LimitsSet;
use crate::members::named;
use crate::money::Money;
use crate::netting::MAX_BILATERAL;
use crate::netting::queue::put_queued;
use crate::netting::read::queued_in;
use crate::netting::record::Queued;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

impl SetLimits {
    fn in_currency(&self, field: &'static str, money: Option<&Money>) -> Result<(), Failure> {
        match money {
            Some(money) if money.currency != self.currency => {
                Err(Failure::argument(field).fact("currency", self.currency.code()))
            }
            _ => Ok(()),
        }
    }
}

impl Act for SetLimits {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        self.in_currency("multilateral", self.multilateral.as_ref())?;
        self.in_currency("reserve", self.reserve.as_ref())?;
        for limit in &self.bilateral {
            self.in_currency("bilateral", Some(&limit.limit))?;
        }
        let in_order = self
            .bilateral
            .iter()
            .zip(self.bilateral.iter().skip(1))
            .all(|(one, next)| one.member < next.member);
        if self.bilateral.len() > MAX_BILATERAL || !in_order {
            return Err(Failure::argument("bilateral"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        for limit in &self.bilateral {
            named(run.state, &limit.member)?;
        }
        known_currency(run.state, self.currency)?;
        if self.bilateral.iter().any(|l| l.member == *caller.actor) {
            return Err(Failure::of(Code::SelfDealing).fact("member", caller.actor));
        }
        Ok(())
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let queued = Queued {
            waiting: queued_in(run.state, caller.actor, self.currency)?.waiting,
            multilateral: self.multilateral,
            bilateral: self.bilateral.clone(),
            reserve: self.reserve,
        };
        put_queued(run, caller.actor, self.currency, &queued)?;
        run.emit(LimitsSet {
            member: caller.actor.clone(),
            currency: self.currency,
            multilateral: self.multilateral,
            bilateral: self.bilateral.clone(),
            reserve: self.reserve,
        });
        Ok(CallResult::Done)
    }
}
