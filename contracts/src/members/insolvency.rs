//! Insolvency on record (rule book 2.5).

use crate::calls::RecordInsolvency;
use crate::codes::Code;
use crate::date::Date;
use crate::events::InsolvencyRecorded;
use crate::member_id::MemberId;
use crate::members::{Role, acting, named, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::tables::INSOLVENCIES;
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

impl Act for RecordInsolvency {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.order.is_empty() {
            return Err(Failure::argument("order"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        let actor = acting(run.state, caller.actor)?;
        require_role(&actor, &[Role::Court, Role::Attestor])?;
        let member = named(run.state, &self.member)?;
        let record = INSOLVENCIES.get(run.state, member.id.as_str().as_bytes(), &[])?;
        match record {
            Some(record) if !self.lifted => Err(Failure::of(Code::AlreadyExists)
                .fact("member", &member.id)
                .fact("recorded on", record.on)),
            None if self.lifted => Err(Failure::of(Code::WrongState).fact("member", &member.id)),
            _ => Ok(()),
        }
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let member = self.member.as_str().as_bytes();
        if self.lifted {
            INSOLVENCIES.remove(run.state, member, &[]);
        } else {
            let record = Insolvency {
                on: run.date(),
                order: self.order.clone(),
                by: caller.actor.clone(),
            };
            INSOLVENCIES.put(run.state, member, &[], &record)?;
        }
        run.emit(InsolvencyRecorded {
            member: self.member.clone(),
            by: caller.actor.clone(),
            order: self.order.clone(),
            lifted: self.lifted,
        });
        Ok(CallResult::Done)
    }
}

/// A member's insolvency, or the order that it cease, on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Insolvency {
    /// The day of the record.
    pub on: Date,
    /// The number of the order.
    pub order: Text<64>,
    /// Who recorded it.
    pub by: MemberId,
}
