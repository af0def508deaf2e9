//! The same for certificates: random acts on both sides, compared after every act, the code of a refusal too.

mod cast;
mod choice;
mod op;
mod pair;
mod report;

pub use op::Op;
pub use pair::Pair;
pub use report::{Report, run};
