//! Admission of a member.

use crate::calls::Admit;
use crate::codes::Code;
use crate::events::MemberAdmitted;
use crate::members::{Member, Role, acting, check_keys, check_threshold, named, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault};
use crate::tables::{ALL, BANK_NUMBERS, MEMBERS, member_suffix};

/// Writes a member and, where it has one, the entry of its bank number.
pub(crate) fn write_member(state: &mut Overlay<'_>, member: &Member) -> Result<(), StateFault> {
    if let Some(number) = &member.bank_number {
        BANK_NUMBERS.put(state, number.as_str().as_bytes(), &[], &member.id)?;
    }
    MEMBERS.put(state, ALL, &member_suffix(&member.id), member)
}

impl Act for Admit {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
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

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        require_role(
            &acting(run.state, caller.actor)?,
            &[Role::Regulator, Role::CentralBank],
        )?;
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

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        member: Member,
    ) -> Result<CallResult, Failure> {
        write_member(run.state, &member)?;
        run.emit(MemberAdmitted {
            member: member.id,
            by: caller.actor.clone(),
        });
        Ok(CallResult::Done)
    }
}
