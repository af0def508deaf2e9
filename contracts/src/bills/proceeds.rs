//! What was paid on a pledged or frozen lot and is set aside (rule book 2.2).

use crate::bills::{Bill, BillNumber, Lot, LotRange, Pledge};
use crate::calls::{ApplyProceeds, ReleaseProceeds};
use crate::codes::Code;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

impl Act for ApplyProceeds {
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

impl Act for ReleaseProceeds {
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

/// What was paid on an ended lot and is set aside on its owner's account: held for a pledge, or frozen by a court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Proceeds {
    /// The lot.
    pub range: LotRange,
    /// On whose account.
    pub owner: MemberId,
    /// How much.
    pub money: Money,
    /// The pledge for which it is held.
    pub pledge: Option<Pledge>,
    /// Frozen by a court; then nothing is done for the pledge before it is lifted.
    pub frozen: bool,
}

/// Shares out what was just credited to a lot's holder: the pledgee's part, or set aside.
pub(crate) fn distribute(
    _: &mut Run<'_, '_>,
    _: &Bill,
    _: &Lot,
    _: Money,
) -> Result<(), StateFault> {
    Ok(())
}

/// The close of the day on which a debt falls due that proceeds are held for.
pub(crate) fn debt_due(
    _: &mut Run<'_, '_>,
    number: &BillNumber,
    start: u64,
) -> Result<(), StateFault> {
    Err(StateFault::new(
        "proceeds",
        format!("{number}:{start} is missing"),
    ))
}
