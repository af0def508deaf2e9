//! The regulator sets a parameter from a date on.

use crate::calls::SetParam;
use crate::clock::{DueKey, cancel, schedule};
use crate::codes::Code;
use crate::date::Date;
use crate::events::{ParamChanged, ParamSet};
use crate::gov::{ActionKind, require_alone, require_entitled};
use crate::member_id::MemberId;
use crate::outcome::{CallResult, Failure};
use crate::params::ParamName;
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault};
use crate::tables::{ALL, PARAMS, SETTINGS, latest_first};

/// Records from when on a value holds.
pub(crate) fn put_history(
    state: &mut Overlay<'_>,
    name: ParamName,
    from: Date,
    value: u64,
) -> Result<(), StateFault> {
    PARAMS.put(state, &[name as u8], &latest_first(from), &value)
}

impl SetParam {
    /// What can be said without the state.
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        let (least, most) = self.name.range();
        if self.name.check(self.value).is_err() {
            return Err(Failure::argument("value")
                .fact("name", self.name.as_str())
                .fact("least", least)
                .fact("most", most));
        }
        Ok(())
    }

    /// Its day is still to come.
    pub(crate) fn check_day(&self, run: &Run<'_, '_>) -> Result<(), Failure> {
        let today = run.date().max(run.now().date);
        if self.from <= today {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.from)
                .fact("business date", today));
        }
        Ok(())
    }

    /// Sets it.
    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>, by: &MemberId) -> Result<(), Failure> {
        put_history(run.state, self.name, self.from, self.value)?;
        schedule(run, &DueKey::param(self.from, self.name), 0)?;
        run.emit(ParamSet {
            by: by.clone(),
            name: self.name,
            value: self.value,
            from: self.from,
        });
        Ok(())
    }
}

impl Act for SetParam {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        self.check_form()
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        require_entitled(run, caller, ActionKind::SetParam)?;
        self.check_day(run)?;
        require_alone(run, caller, ActionKind::SetParam)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        self.carry_out(run, caller.actor)?;
        Ok(CallResult::Done)
    }
}

/// The day has come from which a new value holds.
pub(crate) fn param_due(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    cancel(run, key);
    let name = key.param_name()?;
    let value = super::value_on(run.state, name, key.date)?;
    run.settings.params.set(name, value);
    SETTINGS.put(run.state, ALL, &[], &run.settings)?;
    run.emit(ParamChanged { name, value });
    Ok(())
}
