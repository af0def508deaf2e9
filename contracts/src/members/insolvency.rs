//! Insolvency on record (rule book 2.5).

use crate::calls::RecordInsolvency;
use crate::codes::Code;
use crate::date::Date;
use crate::member_id::MemberId;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

impl Act for RecordInsolvency {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Err(Failure::of(Code::NotAllowedHere))
    }

    fn check_state(&self, _: &Run<'_, '_>, _: &Caller<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn apply(&self, _: &mut Run<'_, '_>, _: &Caller<'_>, (): ()) -> Result<CallResult, Failure> {
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
