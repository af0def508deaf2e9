//! Bills: the instrument, its lots and their hands (rule book 2).

mod instrument;
mod number;

pub use instrument::{
    Bill, BillKind, Circulation, Dishonour, Frozen, Hand, HandKind, Lot, LotRange, RefusalCode,
    Status,
};
pub use number::{BankNumber, BillNumber, NumberError, check_digit};
