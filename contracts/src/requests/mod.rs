//! Request and answer: the one mechanism of every two-party act (rule book 2.2).

mod record;

pub use record::{Request, Terms};
