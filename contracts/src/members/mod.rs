//! Members: who may act, in which roles, by which keys (rule book 1).

mod legal_id;
mod record;

pub use legal_id::{LegalId, LegalIdError};
pub use record::{Member, Role};
