//! Credit lines: granted, changed, used and freed (rule book 3.1).

use crate::calls::{ChangeLine, GrantLine};
use crate::cash::known_currency;
use crate::codes::Code;
use crate::date::Date;
use crate::events::{LineChanged, LineGranted};
use crate::members::{Role, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::receivables::Line;
use crate::receivables::find::{existing_line, line_named};
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault};
use crate::tables::{LINES, LINES_BY_MEMBER, id_bytes};

/// Who grants lines.
const GRANTORS: &[Role] = &[Role::Bank, Role::FinanceCompany];

fn put(state: &mut Overlay<'_>, line: &Line) -> Result<(), StateFault> {
    LINES.put(state, id_bytes(&line.id), &[], line)
}

fn check_until(run: &Run<'_, '_>, until: Option<Date>) -> Result<(), Failure> {
    match until {
        Some(until) if until < run.date() => Err(Failure::of(Code::DateInPast)
            .fact("date", until)
            .fact("business date", run.date())),
        _ => Ok(()),
    }
}

impl Act for GrantLine {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        require_role(&acting(run.state, caller.actor)?, GRANTORS)?;
        let issuer = named(run.state, &self.issuer)?;
        require_role(&issuer, &[Role::Enterprise])?;
        require_active(&issuer)?;
        known_currency(run.state, self.limit.currency)?;
        if self.limit.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.issuer == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.issuer));
        }
        check_until(run, self.until)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let line = Line {
            id: caller.new_id(),
            grantor: caller.actor.clone(),
            issuer: self.issuer.clone(),
            limit: self.limit,
            used: 0,
            until: self.until,
        };
        put(run.state, &line)?;
        for side in [&line.grantor, &line.issuer] {
            LINES_BY_MEMBER.put(run.state, side.as_str().as_bytes(), id_bytes(&line.id), &())?;
        }
        let id = line.id;
        run.emit(LineGranted { line });
        Ok(CallResult::Line(id))
    }
}

impl Act for ChangeLine {
    type Checked = Line;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Line, Failure> {
        let line = line_named(run.state, &self.line)?;
        if line.limit.currency != self.limit.currency {
            return Err(Failure::argument("limit").fact("currency", line.limit.currency.code()));
        }
        if line.grantor != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("grantor", &line.grantor));
        }
        check_until(run, self.until)?;
        Ok(line)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        line: Line,
    ) -> Result<CallResult, Failure> {
        let changed = Line {
            limit: self.limit,
            until: self.until,
            ..line
        };
        put(run.state, &changed)?;
        run.emit(LineChanged {
            line: self.line,
            limit: self.limit,
            until: self.until,
        });
        Ok(CallResult::Done)
    }
}

/// Refuses what the line does not cover.
pub(super) fn check_room(run: &Run<'_, '_>, line: &Line, sum: Money) -> Result<(), Failure> {
    if let Some(until) = line.until.filter(|until| run.date() > *until) {
        return Err(Failure::of(Code::LineEnded)
            .fact("line", line.id)
            .fact("until", until));
    }
    let room = line.limit.minor.saturating_sub(line.used);
    if sum.minor > room {
        return Err(Failure::of(Code::LineExceeded)
            .fact("have", Money::new(sum.currency, room))
            .fact("need", sum));
    }
    Ok(())
}

/// Uses so much of a line.
pub(super) fn draw(state: &mut Overlay<'_>, mut line: Line, sum: Money) -> Result<(), StateFault> {
    line.used = line
        .used
        .checked_add(sum.minor)
        .ok_or_else(|| StateFault::new(LINES.name(), "a line used beyond 64 bits"))?;
    put(state, &line)
}

/// Frees so much of the line of a certificate.
pub(super) fn free(
    state: &mut Overlay<'_>,
    id: &crate::hash::RequestId,
    money: Money,
) -> Result<(), StateFault> {
    let mut line = existing_line(state, id)?;
    line.used = line
        .used
        .checked_sub(money.minor)
        .ok_or_else(|| StateFault::new(LINES.name(), "more is freed than was used"))?;
    put(state, &line)
}
