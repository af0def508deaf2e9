//! Acceptors that leave bills unpaid (rule book 2.5, gates).

use crate::bills::Bill;
use crate::date::Date;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::run::Run;
use crate::state::{Overlay, StateFault};

/// A lot was refused in time or late, and stays unpaid.
pub(crate) fn add_overdue(_: &mut Run<'_, '_>, _: &Bill, _: Money) -> Result<(), StateFault> {
    Ok(())
}

/// A lot that was refused has come to its end.
pub(crate) fn end_overdue(_: &mut Overlay<'_>, _: &MemberId, _: Money) -> Result<(), StateFault> {
    Ok(())
}

/// Looks at an acceptor when a month has ended.
pub(crate) fn month_end(_: &mut Run<'_, '_>, _: &MemberId, _: Date) -> Result<(), StateFault> {
    Ok(())
}
