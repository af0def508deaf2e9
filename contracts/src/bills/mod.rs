//! Bills: the instrument, its lots and their hands (rule book 2).

pub(crate) mod acceptance;
mod collecting;
mod dates;
pub(crate) mod delivery;
mod disclosure;
pub(crate) mod discount;
pub(crate) mod endorsement;
mod find;
pub(crate) mod guarantee;
mod hands;
mod instrument;
pub(crate) mod limits;
mod lots;
mod narrow;
mod number;
mod payment;
pub(crate) mod pledge;
mod presentment;
mod proceeds;
pub(crate) mod profile;
pub mod quote;
pub mod read;
pub(crate) mod redemption;
mod register;
pub(crate) mod release;
mod revoke;
pub(crate) mod unmark;
pub(crate) mod unused_return;
mod words;

pub(crate) use collecting::{readdress, resume_payment, split_presented, suspend_payment};
pub(crate) use dates::payable_on;
pub(crate) use find::{bill_named, existing_bill, lot_named, require_worked_off, whole_lot};
pub(crate) use hands::{NewHand, record_hand};
pub use instrument::{
    Bill, Claim, Hand, Lot, LotRange, LotRangeError, Pledge, Repo, RepoDates, Sale, UseLimits,
};
pub(crate) use lots::{
    accepted_money, change_lot, circulable, end_lot, lot_at, lot_money, new_lot, put_lot, rejoin,
    repo_end, split, split_in_two,
};
pub use number::{BankNumber, BillNumber, NumberError, check_digit};
pub(crate) use payment::{check_payment, dishonour, end_unpaid, pay, pay_part};
pub(crate) use presentment::{next_payment_day, present_by_clock, presentment_due, settled_on};
pub use proceeds::Proceeds;
pub(crate) use proceeds::{debt_due, distribute, proceeds_at, share, thaw};
pub use profile::ProfileRules;
pub(crate) use redemption::repo_ended;
pub use words::{
    BillKind, Circulation, Dishonour, Frozen, HandKind, Market, Profile, RefusalCode, Settlement,
    Status,
};
