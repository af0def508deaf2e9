//! Gates before an acceptance, a discount, a pledge or a guarantee (rule book 2.5).

mod check;
mod declare;
mod overdue;
pub mod read;
mod record;
mod totals;

pub(crate) use check::{check_acceptance, check_paper};
pub(crate) use overdue::{add_overdue, end_overdue, month_end};
pub use record::{AcceptorState, Declared, Gate, OverdueEvent, Total};
pub(crate) use totals::{add_acceptance, end_acceptance};
