//! Conditions: what an attestor is to attest by a day, and what waits for it (rule book 2.2, 3.1).

use crate::calls::{ConditionRef, FulfilCondition, SetCondition};
use crate::clock::{DueKey, DueKind, cancel, schedule};
use crate::codes::Code;
use crate::events::{ConditionFulfilled, ConditionLapsed, ConditionSet};
use crate::hash::RequestId;
use crate::members::{Role, acting, named, require_active, require_role};
use crate::outcome::{CallResult, Failure};
use crate::requests::Standing;
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{CONDITIONS, CONDITIONS_BY_ATTESTOR, id_bytes};
use crate::trade::escrow;
use crate::trade::papers::RECORDERS;
use crate::trade::{Condition, ConditionStatus};
use crate::work;

/// A condition that the state itself points to.
pub(crate) fn existing_condition(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Condition, StateFault> {
    CONDITIONS
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| StateFault::new(CONDITIONS.name(), format!("{id} is missing")))
}

/// Writes a condition in place of itself.
pub(super) fn put_condition(
    run: &mut Run<'_, '_>,
    condition: &Condition,
) -> Result<(), StateFault> {
    CONDITIONS.put(run.state, id_bytes(&condition.id), &[], condition)
}

fn due(condition: &Condition) -> DueKey {
    DueKey::request(condition.deadline, DueKind::Condition, &condition.id)
}

/// A condition that is still to be attested.
fn open_condition(run: &Run<'_, '_>, id: &RequestId) -> Result<Condition, Failure> {
    CONDITIONS
        .get(run.state, id_bytes(id), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchCondition).fact("condition", *id))
}

/// Refuses a condition that was attested or has lapsed, or is about to by the clock.
fn require_open(condition: &Condition) -> Result<(), Failure> {
    if condition.status != ConditionStatus::Open {
        return Err(Failure::of(Code::ConditionEnded)
            .fact("condition", condition.id)
            .fact("status", condition.status.as_str()));
    }
    Ok(())
}

/// The open condition that a call names, which the acting member has set.
pub(super) fn own_condition(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    reference: ConditionRef,
) -> Result<Condition, Failure> {
    let id = match reference {
        ConditionRef::Id(id) => id,
        ConditionRef::Call(index) => match caller.earlier(index.call)? {
            CallResult::Condition(id) => *id,
            _ => {
                return Err(Failure::of(Code::BadReference).fact("call", u64::from(index.call)));
            }
        },
    };
    let condition = open_condition(run, &id)?;
    require_worked_off(run, &condition)?;
    if condition.by != *caller.actor {
        return Err(Failure::of(Code::WrongParty).fact("set by", &condition.by));
    }
    require_open(&condition)?;
    Ok(condition)
}

/// Refuses while the clock has yet to let the condition lapse.
pub(super) fn require_worked_off(run: &Run<'_, '_>, condition: &Condition) -> Result<(), Failure> {
    if condition.status == ConditionStatus::Open && run.past_close(condition.deadline) {
        return Err(Failure::of(Code::DuePending).fact("condition", condition.id));
    }
    Ok(())
}

impl Act for SetCondition {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.statement.is_empty() {
            return Err(Failure::argument("statement"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        require_role(&acting(run.state, caller.actor)?, RECORDERS)?;
        let attestor = named(run.state, &self.attestor)?;
        require_role(&attestor, &[Role::Attestor])?;
        require_active(&attestor)?;
        if self.attestor == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.attestor));
        }
        if self.deadline < run.next_close() {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.deadline)
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
        let condition = Condition {
            id: caller.new_id(),
            by: caller.actor.clone(),
            statement: self.statement.clone(),
            attestor: self.attestor.clone(),
            deadline: self.deadline,
            set_on: run.date(),
            status: ConditionStatus::Open,
            ended_on: None,
            document: None,
            request: None,
            agreed: false,
        };
        let id = condition.id;
        put_condition(run, &condition)?;
        let attestor = self.attestor.as_str().as_bytes();
        CONDITIONS_BY_ATTESTOR.put(run.state, attestor, id_bytes(&id), &())?;
        schedule(run, &due(&condition), 0)?;
        run.emit(ConditionSet { condition });
        Ok(CallResult::Condition(id))
    }
}

impl Act for FulfilCondition {
    /// The condition, and what waits for it where that was agreed in advance.
    type Checked = (Condition, Option<Standing>);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let condition = open_condition(run, &self.condition)?;
        require_worked_off(run, &condition)?;
        if condition.attestor != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("attestor", &condition.attestor));
        }
        require_open(&condition)?;
        let waiting = escrow::waiting(run, &condition)?;
        Ok((condition, waiting))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        (condition, waiting): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let fulfilled = Condition {
            status: ConditionStatus::Fulfilled,
            ended_on: Some(run.date()),
            document: self.document,
            ..condition
        };
        end(run, &fulfilled)?;
        let id = fulfilled.id;
        run.emit(ConditionFulfilled {
            condition: fulfilled,
        });
        if let Some(standing) = waiting {
            escrow::release(run, &id, standing)?;
        }
        Ok(CallResult::Done)
    }
}

/// Writes a condition that is no longer open.
fn end(run: &mut Run<'_, '_>, condition: &Condition) -> Result<(), StateFault> {
    let attestor = condition.attestor.as_str().as_bytes();
    CONDITIONS_BY_ATTESTOR.remove(run.state, attestor, id_bytes(&condition.id));
    cancel(run, &due(condition));
    put_condition(run, condition)
}

/// The close of the last day: nobody has attested it. Gives the request that waits for it, which lapses too.
pub(crate) fn deadline(
    run: &mut Run<'_, '_>,
    key: &DueKey,
) -> Result<Option<RequestId>, StateFault> {
    run.count(work::CONDITION);
    let condition = existing_condition(run.state, &key.request_id())?;
    let lapsed = Condition {
        status: ConditionStatus::Lapsed,
        ended_on: Some(key.date),
        ..condition
    };
    end(run, &lapsed)?;
    let request = lapsed.request;
    run.emit(ConditionLapsed { condition: lapsed });
    Ok(request)
}
