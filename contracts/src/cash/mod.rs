//! Digital cash: balances and holds (rule book 4).

mod record;

pub use record::{Balance, Hold};
