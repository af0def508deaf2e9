//! Return of an accepted, undelivered bill (rule book 2.2).

use crate::bills::{Bill, Lot};
use crate::calls::RequestUnusedReturn;
use crate::codes::Code;
use crate::outcome::Failure;
use crate::requests::{Ask, Asked, Request, Standing};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for RequestUnusedReturn {
    fn check(&self, _: &Run<'_, '_>, _: &Caller<'_>) -> Result<Asked, Failure> {
        Err(Failure::of(Code::NotAllowedHere))
    }
}

pub(crate) fn agree(
    _: &mut Run<'_, '_>,
    bill: Bill,
    _: Lot,
    _: &Request,
) -> Result<(), StateFault> {
    Err(StateFault::new(
        "bills",
        format!("{}: no such act yet", bill.number),
    ))
}
