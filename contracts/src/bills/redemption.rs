//! Redemption under repo, and its lapse (rule book 2.2).

use crate::bills::{Bill, Lot};
use crate::calls::RequestRedemption;
use crate::codes::Code;
use crate::outcome::Failure;
use crate::requests::{Ask, Asked, Request, Standing};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for RequestRedemption {
    fn check(&self, _: &Run<'_, '_>, _: &Caller<'_>) -> Result<Asked, Failure> {
        Err(Failure::of(Code::NotAllowedHere))
    }
}

pub(crate) fn check_agree(_: &Run<'_, '_>, _: &Standing) -> Result<(), Failure> {
    Err(Failure::of(Code::NotAllowedHere))
}

pub(crate) fn agree(
    _: &mut Run<'_, '_>,
    bill: Bill,
    _: Lot,
    _: &Request,
    _: crate::bills::Settlement,
) -> Result<(), StateFault> {
    Err(StateFault::new(
        "bills",
        format!("{}: no such act yet", bill.number),
    ))
}

pub(crate) fn repo_ended(_: &mut Run<'_, '_>, _: &mut Bill, _: Lot) -> Result<(), StateFault> {
    Err(StateFault::new("bills", "no repo yet"))
}
