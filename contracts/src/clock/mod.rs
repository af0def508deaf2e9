//! The business date and what it makes due (rule book 2.3, 4).

mod advance;
mod due;
mod moment;
pub mod read;
mod record;
mod run;
mod tasks;

pub use due::{DueItem, DueKey, DueKind};
pub(crate) use due::{add_debt, cancel, has_due_debt, is_queued, remove_debt, schedule};
pub use moment::Moment;
pub use record::ClockState;
pub(crate) use run::work_off;
