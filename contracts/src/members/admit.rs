//! Admission of a member.

use crate::calls::Admit;
use crate::codes::Code;
use crate::events::MemberAdmitted;
use crate::gov::{ActionKind, require_alone, require_entitled};
use crate::member_id::MemberId;
use crate::members::{Member, Role, check_keys, check_threshold, named, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault};
use crate::tables::{ALL, BANK_NUMBERS, MEMBERS, MEMBERS_BY_ROLE, member_suffix};

/// Writes a member and, where it has one, the entry of its bank number.
pub(crate) fn write_member(state: &mut Overlay<'_>, member: &Member) -> Result<(), StateFault> {
    if let Some(number) = &member.bank_number {
        BANK_NUMBERS.put(state, number.as_str().as_bytes(), &[], &member.id)?;
    }
    for role in &member.roles {
        MEMBERS_BY_ROLE.put(
            state,
            &[*role as u8],
            &member_suffix(&member.id),
            &member.id,
        )?;
    }
    MEMBERS.put(state, ALL, &member_suffix(&member.id), member)
}

/// Takes a member out of the lists of its roles, before it is written with others.
pub(crate) fn forget_roles(state: &mut Overlay<'_>, member: &Member) {
    for role in &member.roles {
        MEMBERS_BY_ROLE.remove(state, &[*role as u8], &member_suffix(&member.id));
    }
}

impl Admit {
    /// What can be said without the state.
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        let mut roles = self.roles.clone();
        roles.sort();
        roles.dedup();
        if roles.is_empty() || roles.len() != self.roles.len() {
            return Err(Failure::argument("roles"));
        }
        if self.account_bank.as_ref() == Some(&self.member) {
            return Err(Failure::argument("account_bank"));
        }
        check_keys(&self.keys)
    }

    /// The member as it will be, if it can be admitted.
    pub(crate) fn admissible(&self, run: &Run<'_, '_>) -> Result<Member, Failure> {
        if let Some(bank) = &self.account_bank {
            require_role(
                &named(run.state, bank)?,
                &[Role::Bank, Role::FinanceCompany],
            )?;
        }
        if MEMBERS
            .get(run.state, ALL, &member_suffix(&self.member))?
            .is_some()
        {
            return Err(Failure::of(Code::AlreadyExists).fact("member", &self.member));
        }
        if let Some(number) = &self.bank_number
            && let Some(owner) = BANK_NUMBERS.get(run.state, number.as_str().as_bytes(), &[])?
        {
            return Err(Failure::of(Code::AlreadyExists)
                .fact("field", "bank_number")
                .fact("member", &owner));
        }
        check_threshold(self.threshold, &self.keys)?;
        let mut roles = self.roles.clone();
        roles.sort();
        Ok(Member {
            id: self.member.clone(),
            roles,
            legal_id: self.legal_id.clone(),
            bank_number: self.bank_number,
            account_bank: self.account_bank.clone(),
            keys: self.keys.clone(),
            threshold: self.threshold,
            suspended: false,
        })
    }

    /// Admits it.
    pub(crate) fn carry_out(
        &self,
        run: &mut Run<'_, '_>,
        by: &MemberId,
        member: Member,
    ) -> Result<(), Failure> {
        write_member(run.state, &member)?;
        run.emit(MemberAdmitted {
            member: member.id,
            by: by.clone(),
        });
        Ok(())
    }
}

impl Act for Admit {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
        self.check_form()
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        require_entitled(run, caller, ActionKind::Admit)?;
        let member = self.admissible(run)?;
        require_alone(run, caller, ActionKind::Admit)?;
        Ok(member)
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
