//! Random acts, carried out by the contracts and by the model, compared after every act.
//!
//! A *play* is one small world from its genesis on: some hundred acts by its cast, with days between them. Everything
//! follows from the seed and the play's number.

mod acts;
mod answers;
mod call;
mod cast;
mod chance;
mod choice;
mod compare;
mod ledger;
mod names;
mod op;
mod pair;
mod perform;
mod report;
mod words;

pub mod certificates;

pub use cast::{CAST, Who};
pub use chance::Chance;
pub use op::Op;
pub use pair::Pair;
pub use report::{Counts, Report, run};
