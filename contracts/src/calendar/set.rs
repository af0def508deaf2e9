//! The regulator declares days closed or open.

use crate::calls::SetCalendar;
use crate::codes::Code;
use crate::date::Date;
use crate::events::CalendarChanged;
use crate::members::{Role, acting, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::tables::{ALL, CALENDAR, date_suffix};
use std::collections::BTreeSet;

const MAX_DAYS: usize = 64;

impl Act for SetCalendar {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.closed.len() > MAX_DAYS {
            return Err(Failure::argument("closed"));
        }
        if self.open.len() > MAX_DAYS || (self.open.is_empty() && self.closed.is_empty()) {
            return Err(Failure::argument("open"));
        }
        let mut seen = BTreeSet::new();
        for (field, days) in [("closed", &self.closed), ("open", &self.open)] {
            for day in days {
                if !seen.insert(*day) {
                    return Err(Failure::argument(field).fact("date", *day));
                }
            }
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        require_role(&acting(run.state, caller.actor)?, &[Role::Regulator])?;
        let past = |day: &&Date| **day <= run.date().max(run.now().date);
        if let Some(day) = self.closed.iter().chain(&self.open).find(past) {
            return Err(Failure::of(Code::CalendarWrong)
                .fact("date", *day)
                .fact("business date", run.date()));
        }
        Ok(())
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        for (days, open) in [(&self.closed, false), (&self.open, true)] {
            for day in days {
                run.charge(1)?;
                CALENDAR.put(run.state, ALL, &date_suffix(*day), &open)?;
            }
        }
        run.emit(CalendarChanged {
            by: caller.actor.clone(),
            closed: self.closed.clone(),
            open: self.open.clone(),
        });
        Ok(CallResult::Done)
    }
}
