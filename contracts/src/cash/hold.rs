//! Cash set aside by its owner, released by whom the owner named or by the clock.

use crate::calls::{PlaceHold, ReleaseHold};
use crate::cash::account::hold as set_aside;
use crate::cash::{Hold, known_currency, require_available, require_no_due_debt, unhold};
use crate::clock::{DueKey, cancel, schedule};
use crate::codes::Code;
use crate::events::{CashHeld, CashReleased};
use crate::hash::RequestId;
use crate::members::named;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{HOLD_OWNERS, HOLDS, id_bytes};

/// A hold by its id.
pub(crate) fn find_hold(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Option<Hold>, StateFault> {
    match HOLD_OWNERS.get(view, id_bytes(id), &[])? {
        Some(owner) => HOLDS.get(view, owner.as_str().as_bytes(), id_bytes(id)),
        None => Ok(None),
    }
}

/// Ends a hold: the cash is available again.
pub(crate) fn end_hold(run: &mut Run<'_, '_>, hold: &Hold) -> Result<(), StateFault> {
    unhold(run.state, &hold.owner, hold.money)?;
    HOLDS.remove(
        run.state,
        hold.owner.as_str().as_bytes(),
        id_bytes(&hold.id),
    );
    HOLD_OWNERS.remove(run.state, id_bytes(&hold.id), &[]);
    cancel(run, &DueKey::hold_end(hold.until, &hold.id));
    run.emit(CashReleased {
        hold: hold.id,
        owner: hold.owner.clone(),
        money: hold.money,
    });
    Ok(())
}

impl Act for PlaceHold {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        if let Some(releaser) = &self.releaser {
            named(run.state, releaser)?;
        }
        known_currency(run.state, self.money.currency)?;
        if self.money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        require_no_due_debt(run, caller.actor)?;
        require_available(run.state, caller.actor, self.money)?;
        if self.until < run.next_close() {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.until)
                .fact("earliest", run.next_close()));
        }
        Ok(())
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let hold = Hold {
            id: caller.new_id(),
            owner: caller.actor.clone(),
            money: self.money,
            releaser: self
                .releaser
                .clone()
                .unwrap_or_else(|| caller.actor.clone()),
            until: self.until,
            reference: self.reference.clone(),
        };
        set_aside(run.state, caller.actor, self.money)?;
        HOLDS.put(
            run.state,
            caller.actor.as_str().as_bytes(),
            id_bytes(&hold.id),
            &hold,
        )?;
        HOLD_OWNERS.put(run.state, id_bytes(&hold.id), &[], &hold.owner)?;
        schedule(run, &DueKey::hold_end(hold.until, &hold.id), 0)?;
        run.emit(CashHeld {
            hold: hold.id,
            owner: hold.owner,
            money: hold.money,
            until: hold.until,
        });
        Ok(CallResult::Hold(hold.id))
    }
}

impl Act for ReleaseHold {
    type Checked = Hold;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Hold, Failure> {
        let hold = find_hold(run.state, &self.hold)?
            .ok_or_else(|| Failure::of(Code::NoSuchHold).fact("hold", self.hold))?;
        if hold.releaser != *caller.actor {
            return Err(Failure::of(Code::HoldNotYours).fact("releaser", &hold.releaser));
        }
        Ok(hold)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        hold: Hold,
    ) -> Result<CallResult, Failure> {
        end_hold(run, &hold)?;
        Ok(CallResult::Done)
    }
}
