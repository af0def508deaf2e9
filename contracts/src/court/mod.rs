//! Measures of a court on lots: freeze, stop of payment, transfer by order (rule book 2.2).

mod measure;
mod transfer;
