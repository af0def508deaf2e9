//! Suspension and reinstatement by the regulator. What a suspended member owes and is owed goes on.

use crate::calls::{Reinstate, Suspend};
use crate::codes::Code;
use crate::events::{MemberReinstated, MemberSuspended};
use crate::member_id::MemberId;
use crate::members::{Member, Role, acting, named, require_role, write_member};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

/// The member that the regulator acts upon.
fn subject(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    id: &MemberId,
    suspended: bool,
) -> Result<Member, Failure> {
    require_role(&acting(run.state, caller.actor)?, &[Role::Regulator])?;
    let member = named(run.state, id)?;
    if member.id == *caller.actor {
        return Err(Failure::of(Code::SelfDealing).fact("member", id));
    }
    if member.suspended != suspended {
        let state = if member.suspended {
            "suspended"
        } else {
            "not suspended"
        };
        return Err(Failure::of(Code::WrongState)
            .fact("member", id)
            .fact("status", state));
    }
    Ok(member)
}

impl Act for Suspend {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        subject(run, caller, &self.member, false)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        mut member: Member,
    ) -> Result<CallResult, Failure> {
        member.suspended = true;
        write_member(run.state, &member)?;
        run.emit(MemberSuspended {
            member: member.id,
            by: caller.actor.clone(),
            reason: self.reason.clone(),
        });
        Ok(CallResult::Done)
    }
}

impl Act for Reinstate {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        subject(run, caller, &self.member, true)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        mut member: Member,
    ) -> Result<CallResult, Failure> {
        member.suspended = false;
        write_member(run.state, &member)?;
        run.emit(MemberReinstated {
            member: member.id,
            by: caller.actor.clone(),
            reason: self.reason.clone(),
        });
        Ok(CallResult::Done)
    }
}
