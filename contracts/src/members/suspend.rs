//! Suspension and reinstatement. What a suspended member owes and is owed goes on.

use crate::calls::{Reinstate, Suspend};
use crate::codes::Code;
use crate::events::{MemberReinstated, MemberSuspended};
use crate::gov::{ActionKind, require_alone, require_attainable, require_entitled};
use crate::member_id::MemberId;
use crate::members::{Member, named, write_member};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

/// The member that is acted upon, where it is suspended or not as the act needs it.
fn subject(run: &Run<'_, '_>, id: &MemberId, suspended: bool) -> Result<Member, Failure> {
    let member = named(run.state, id)?;
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

/// A direct call of one who may decide alone, and not about itself.
fn by_caller(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    id: &MemberId,
    kind: ActionKind,
    subject: impl FnOnce() -> Result<Member, Failure>,
) -> Result<Member, Failure> {
    require_entitled(run, caller, kind)?;
    named(run.state, id)?;
    if id == caller.actor {
        return Err(Failure::of(Code::SelfDealing).fact("member", id));
    }
    let member = subject()?;
    require_alone(run, caller, kind)?;
    Ok(member)
}

impl Suspend {
    /// Whom it is about, if it can be suspended.
    pub(crate) fn subject(&self, run: &Run<'_, '_>) -> Result<Member, Failure> {
        let member = subject(run, &self.member, false)?;
        require_attainable(run, &member, &member.roles)?;
        Ok(member)
    }

    /// Suspends it.
    pub(crate) fn carry_out(
        &self,
        run: &mut Run<'_, '_>,
        by: &MemberId,
        mut member: Member,
    ) -> Result<(), Failure> {
        member.suspended = true;
        write_member(run.state, &member)?;
        run.emit(MemberSuspended {
            member: member.id,
            by: by.clone(),
            reason: self.reason.clone(),
        });
        Ok(())
    }
}

impl Act for Suspend {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        by_caller(run, caller, &self.member, ActionKind::Suspend, || {
            self.subject(run)
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        member: Member,
    ) -> Result<CallResult, Failure> {
        self.carry_out(run, caller.actor, member)?;
        Ok(CallResult::Done)
    }
}

impl Reinstate {
    /// Whom it is about, if it is suspended.
    pub(crate) fn subject(&self, run: &Run<'_, '_>) -> Result<Member, Failure> {
        subject(run, &self.member, true)
    }

    /// Reinstates it.
    pub(crate) fn carry_out(
        &self,
        run: &mut Run<'_, '_>,
        by: &MemberId,
        mut member: Member,
    ) -> Result<(), Failure> {
        member.suspended = false;
        write_member(run.state, &member)?;
        run.emit(MemberReinstated {
            member: member.id,
            by: by.clone(),
            reason: self.reason.clone(),
        });
        Ok(())
    }
}

impl Act for Reinstate {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        by_caller(run, caller, &self.member, ActionKind::Reinstate, || {
            self.subject(run)
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        member: Member,
    ) -> Result<CallResult, Failure> {
        self.carry_out(run, caller.actor, member)?;
        Ok(CallResult::Done)
    }
}
