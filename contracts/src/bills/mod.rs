//! Bills: the instrument, its lots and their hands (rule book 2).

mod acceptance;
mod dates;
mod delivery;
mod endorsement;
mod find;
mod hands;
mod instrument;
mod lots;
mod number;
mod payment;
mod presentment;
pub mod read;
mod register;
mod revoke;

pub(crate) use acceptance::agree_acceptance;
pub(crate) use dates::{payable_on, window_end};
pub(crate) use delivery::agree_delivery;
pub(crate) use endorsement::agree_endorsement;
pub(crate) use find::{bill_named, existing_bill, lot_named, require_worked_off, whole_lot};
pub(crate) use hands::{NewHand, record_hand};
pub use instrument::{
    Bill, BillKind, Circulation, Dishonour, Frozen, Hand, HandKind, Lot, LotRange, LotRangeError,
    RefusalCode, Status,
};
pub(crate) use lots::{change_lot, lot_at, lot_money, new_lot, put_lot, rejoin, split};
pub use number::{BankNumber, BillNumber, NumberError, check_digit};
pub(crate) use payment::{check_payment, dishonour, end_unpaid, pay};
pub(crate) use presentment::{next_payment_day, present_by_clock, presentment_due};
