//! Parameters: the numbers of law and market that a regulator can change, each from a date on
//! (rule book, introduction).

mod names;
pub mod read;
mod set;

pub use names::{ParamError, ParamName, ParamUnit, Params};
pub(crate) use read::value_on;
pub(crate) use set::{param_due, put_history};
