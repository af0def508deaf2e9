//! Bills: the instrument and its acts (rule book 2).

pub(crate) mod acceptance;
pub(crate) mod answering;
mod collecting;
pub(crate) mod delivery;
mod disclosure;
pub(crate) mod discount;
pub(crate) mod endorsement;
mod find;
pub(crate) mod guarantee;
mod lots;
mod narrow;
mod paper;
mod payment;
mod presentment;
pub(crate) mod profile;
pub mod quote;
pub mod read;
mod record;
pub(crate) mod redemption;
mod register;
mod revoke;
pub(crate) mod unmark;
pub(crate) mod unused_return;

pub(crate) use collecting::{readdress, resume_payment, split_presented, suspend_payment};
pub(crate) use find::{bill_named, existing_bill, whole_lot};
pub(crate) use lots::{accepted_money, repo_end};
pub(crate) use payment::{check_payment, dishonour, end_unpaid, pay, pay_part};
pub(crate) use presentment::{next_payment_day, present_by_clock, presentment_due, settled_on};
pub use profile::ProfileRules;
pub use record::Bill;
pub(crate) use redemption::repo_ended;

pub use crate::instruments::{
    BankNumber, BillKind, Circulation, Claim, Dishonour, Frozen, Funding, Hand, HandKind,
    InstrumentKind, InstrumentNumber, Lot, LotRange, LotRangeError, Market, NumberError, Pledge,
    Proceeds, Profile, Receivable, RefusalCode, Repo, RepoDates, Sale, Settlement, Status,
    UseLimits, check_digit,
};
pub(crate) use crate::instruments::{
    NewHand, change_lot, circulable, debt_due, distribute, end_lot, limits, lot_at, lot_money,
    lot_named, new_lot, payable_on, put_lot, record_hand, require_worked_off, split, split_in_two,
};
