//! Members: who may act, in which roles, by which keys (rule book 1).

mod admit;
mod authority;
mod insolvency;
mod keys;
mod legal_id;
pub mod read;
mod record;
mod suspend;

pub(crate) use admit::{forget_roles, write_member};
pub(crate) use authority::authorise;
pub use insolvency::Insolvency;
pub(crate) use keys::{check_keys, check_threshold};
pub use legal_id::{LegalId, LegalIdError};
pub use record::{Member, Role};

use crate::codes::Code;
use crate::member_id::MemberId;
use crate::outcome::Failure;
use crate::state::{StateFault, View};

/// Roles that draw, accept, hold, endorse and present bills (rule book 1).
pub(crate) const TRADING_ROLES: &[Role] = &[Role::Enterprise, Role::Bank, Role::FinanceCompany];

/// Who can come to hold a lot: whoever trades in bills, or pays or secures them.
pub(crate) const HOLDERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::CentralBank,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

impl Member {
    /// Whether it has one of these roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}

/// The member that acts. Admission has seen it, so its absence is damage.
pub(crate) fn acting(view: &(impl View + ?Sized), id: &MemberId) -> Result<Member, StateFault> {
    read::member_in(view, id)?
        .ok_or_else(|| StateFault::new("members", format!("acting member {id} is missing")))
}

/// The member named in a call.
pub(crate) fn named(view: &(impl View + ?Sized), id: &MemberId) -> Result<Member, Failure> {
    read::member_in(view, id)?.ok_or_else(|| Failure::of(Code::NoSuchMember).fact("member", id))
}

/// Refuses a member that has none of the roles.
pub(crate) fn require_role(member: &Member, roles: &[Role]) -> Result<(), Failure> {
    if member.has_any(roles) {
        return Ok(());
    }
    let mut failure = Failure::of(Code::RoleRequired).fact("member", &member.id);
    for role in roles {
        failure = failure.fact("role", role.as_str());
    }
    Err(failure)
}

/// Refuses a suspended counterparty (rule book 1).
pub(crate) fn require_active(member: &Member) -> Result<(), Failure> {
    if member.suspended {
        return Err(Failure::of(Code::CounterpartySuspended).fact("member", &member.id));
    }
    Ok(())
}
