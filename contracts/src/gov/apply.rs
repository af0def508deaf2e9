//! Carrying out the changes of a proposal.

use crate::codes::Code;
use crate::events::{KeysRotated, MemberRecovered, RolesChanged};
use crate::gov::actions::{Action, ChangeRoles, Recover, ReplaceKeys};
use crate::gov::{LEAST_HEIGHT_AHEAD, MAX_HEIGHT_AHEAD, require_attainable};
use crate::hash::PublicKey;
use crate::member_id::MemberId;
use crate::members::{
    Member, Role, check_keys, check_threshold, forget_roles, named, require_active, write_member,
};
use crate::outcome::Failure;
use crate::run::Run;
use crate::tables::{ALL, CURRENCIES};

/// What can be said of a change without the state.
pub(super) fn check_stateless(action: &Action) -> Result<(), Failure> {
    match action {
        Action::Admit(a) => a.check_form(),
        Action::SetParam(a) => a.check_form(),
        Action::ReplaceKeys(a) => {
            check_keys(&a.keys)?;
            check_threshold(a.threshold, &a.keys)
        }
        Action::ChangeRoles(a) => {
            if a.roles.is_empty()
                || !a
                    .roles
                    .iter()
                    .zip(a.roles.iter().skip(1))
                    .all(|(x, y)| x < y)
            {
                return Err(Failure::argument("roles"));
            }
            Ok(())
        }
        Action::Recover(a) => {
            if a.order.is_empty() {
                return Err(Failure::argument("order"));
            }
            check_keys(&a.keys)?;
            check_threshold(a.threshold, &a.keys)
        }
        Action::AddValidator(a) => a.check_form(),
        Action::WeighValidator(a) => a.check_form(),
        Action::RekeyValidator(a) => a.check_form(),
        Action::MoveNode(a) => a.check_form(),
        Action::AddObserver(a) => a.check_form(),
        Action::Suspend(_)
        | Action::Reinstate(_)
        | Action::CorrectCash(_)
        | Action::CorrectLot(_)
        | Action::RemoveValidator(_)
        | Action::RemoveObserver(_)
        | Action::ActivateProtocol(_) => Ok(()),
    }
}

/// Carries out one change for the member that proposed it. An error may leave a part done: the caller drops it all.
pub(super) fn carry_out(
    run: &mut Run<'_, '_>,
    by: &MemberId,
    action: &Action,
) -> Result<(), Failure> {
    match action {
        Action::Admit(a) => {
            let member = a.admissible(run)?;
            a.carry_out(run, by, member)
        }
        Action::Suspend(a) => {
            let member = a.subject(run)?;
            a.carry_out(run, by, member)
        }
        Action::Reinstate(a) => {
            let member = a.subject(run)?;
            a.carry_out(run, by, member)
        }
        Action::ReplaceKeys(a) => a.carry_out(run),
        Action::ChangeRoles(a) => a.carry_out(run),
        Action::Recover(a) => a.carry_out(run, by),
        Action::CorrectCash(a) => a.carry_out(run),
        Action::CorrectLot(a) => a.carry_out(run),
        Action::AddValidator(a) => a.carry_out(run),
        Action::RemoveValidator(a) => a.carry_out(run),
        Action::WeighValidator(a) => a.carry_out(run),
        Action::RekeyValidator(a) => a.carry_out(run),
        Action::MoveNode(a) => a.carry_out(run),
        Action::AddObserver(a) => a.carry_out(run),
        Action::RemoveObserver(a) => a.carry_out(run),
        Action::SetParam(a) => {
            a.check_day(run)?;
            a.carry_out(run, by)
        }
        Action::ActivateProtocol(a) => a.carry_out(run),
    }
}

/// The height from which a change decided in this block holds: the one asked for, but never too soon.
pub(crate) fn height_of(run: &Run<'_, '_>, asked: u64) -> Result<u64, Failure> {
    let least = run.block.height.saturating_add(LEAST_HEIGHT_AHEAD);
    let most = run.block.height.saturating_add(MAX_HEIGHT_AHEAD);
    if asked > most {
        return Err(Failure::of(Code::HeightWrong)
            .fact("height", asked)
            .fact("latest", most));
    }
    Ok(asked.max(least))
}

fn with_keys(member: Member, keys: &[PublicKey], threshold: u8) -> Member {
    Member {
        keys: keys.to_vec(),
        threshold,
        ..member
    }
}

impl ReplaceKeys {
    fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let member = named(run.state, &self.member)?;
        require_active(&member)?;
        write_member(run.state, &with_keys(member, &self.keys, self.threshold))?;
        run.emit(KeysRotated {
            member: self.member.clone(),
        });
        Ok(())
    }
}

impl Recover {
    fn carry_out(&self, run: &mut Run<'_, '_>, by: &MemberId) -> Result<(), Failure> {
        let member = named(run.state, &self.member)?;
        write_member(run.state, &with_keys(member, &self.keys, self.threshold))?;
        run.emit(MemberRecovered {
            member: self.member.clone(),
            by: by.clone(),
            order: self.order.clone(),
        });
        Ok(())
    }
}

impl ChangeRoles {
    fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let member = named(run.state, &self.member)?;
        if member.roles == self.roles {
            return Err(Failure::of(Code::WrongState).fact("member", &self.member));
        }
        let lost: Vec<Role> = member
            .roles
            .iter()
            .copied()
            .filter(|role| !self.roles.contains(role))
            .collect();
        if lost.contains(&Role::CentralBank) {
            for (_, record) in CURRENCIES.scan(run.state, ALL, &[], usize::MAX)? {
                if record.authority == member.id {
                    return Err(Failure::of(Code::WrongState)
                        .fact("member", &self.member)
                        .fact("authority of", record.currency.to_string().as_str()));
                }
            }
        }
        require_attainable(run, &member, &lost)?;
        forget_roles(run.state, &member);
        let member = Member {
            roles: self.roles.clone(),
            ..member
        };
        write_member(run.state, &member)?;
        run.emit(RolesChanged {
            member: self.member.clone(),
            roles: self.roles.clone(),
        });
        Ok(())
    }
}
