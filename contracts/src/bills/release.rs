//! Release from pledge, against cash or not (rule book 2.2).

use crate::bills::{Bill, Lot};
use crate::calls::RequestRelease;
use crate::codes::Code;
use crate::outcome::Failure;
use crate::requests::{Ask, Asked, Request, Standing};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for RequestRelease {
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
    _: Option<crate::money::Money>,
    _: crate::bills::Settlement,
) -> Result<(), StateFault> {
    Err(StateFault::new(
        "bills",
        format!("{}: no such act yet", bill.number),
    ))
}
