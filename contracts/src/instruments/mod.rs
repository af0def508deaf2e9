//! What bills and receivable certificates have in common: numbers, lots, hands, pledges, proceeds.

pub(crate) mod dates;
mod find;
mod hands;
pub(crate) mod limits;
mod lots;
mod number;
mod paper;
pub(crate) mod pledge;
mod proceeds;
pub mod read;
mod record;
pub(crate) mod release;
mod serial;
mod words;

pub(crate) use dates::payable_on;
pub(crate) use find::{
    existing_instrument, instrument_at, instrument_named, lot_named, number_named,
    require_worked_off,
};
pub(crate) use hands::{NewHand, record_hand};
pub(crate) use lots::{
    change_lot, circulable, end_lot, lot_at, lot_money, new_lot, put_lot, rejoin, split,
    split_in_two,
};
pub(crate) use number::CERTIFICATE_TYPE;
pub use number::{BankNumber, InstrumentKind, InstrumentNumber, NumberError, check_digit};
pub use paper::Instrument;
pub(crate) use paper::Paper;
pub use proceeds::{Proceeds, Surplus};
pub(crate) use proceeds::{debt_due, distribute, proceeds_at, share, thaw};
pub use record::{
    Claim, Funding, Hand, Lot, LotRange, LotRangeError, Pledge, Receivable, Repo, RepoDates, Sale,
    UseLimits,
};
pub(crate) use serial::{next_number, take_serial};
pub use words::{
    BillKind, Circulation, Dishonour, Frozen, HandKind, Market, Profile, RefusalCode, Settlement,
    Status,
};
