//! Request and answer: the one mechanism of every two-party act (rule book 2.2).

mod answer;
mod deadline;
mod end;
mod open;
pub mod read;
mod record;
mod rules;
mod withdraw;

pub(crate) use deadline::answer_by;
pub(crate) use end::{lapse, remove, restore};
pub(crate) use open::{Opening, open};
pub use record::{Presentment, Request, Terms};
pub(crate) use rules::check_asking;
pub use rules::{Party, RULES, Rule};
