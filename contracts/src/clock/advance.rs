//! The development clock.

use crate::calls::AdvanceClock;
use crate::clock::Moment;
use crate::codes::Code;
use crate::events::ClockAdvanced;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

/// Most days by which one call moves the clock.
const MAX_DAYS: u32 = 3_660;

impl Act for AdvanceClock {
    /// The new offset.
    type Checked = u64;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, _: &Caller<'_>) -> Result<u64, Failure> {
        if !run.settings.development_clock {
            return Err(Failure::of(Code::NotAllowedHere).fact("call", "clock.advance"));
        }
        let now = run.now();
        let latest = now.date.plus_days(MAX_DAYS);
        if latest.is_some_and(|latest| self.to > latest) {
            return Err(Failure::argument("to").fact("latest", latest.unwrap_or(self.to)));
        }
        if self.to <= now.date.max(run.date()) {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.to)
                .fact("business date", run.date()));
        }
        let ahead = Moment::start_of(self.to).ms.saturating_sub(now.ms);
        run.clock
            .offset_ms
            .checked_add(ahead)
            .ok_or_else(|| Failure::argument("to"))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        offset_ms: u64,
    ) -> Result<CallResult, Failure> {
        run.clock.offset_ms = offset_ms;
        run.put_clock()?;
        run.emit(ClockAdvanced {
            by: caller.actor.clone(),
            to: self.to,
        });
        Ok(CallResult::Done)
    }
}
