//! Digital cash: balances and holds (rule book 4).

mod account;
mod hold;
mod issue;
pub mod read;
mod record;
mod transfer;

pub(crate) use account::{
    balance, credit, freeze, hold, move_cash, put_balance, require_available, require_no_due_debt,
    unfreeze, unhold,
};
pub(crate) use hold::end_hold;
pub(crate) use issue::mint_into;
pub use record::{Balance, CurrencyRecord, Hold};

use crate::codes::Code;
use crate::money::Currency;
use crate::outcome::Failure;
use crate::state::View;
use crate::tables::{ALL, CURRENCIES, currency_suffix};

/// The record of a currency that some authority issues here.
pub(crate) fn known_currency(
    view: &(impl View + ?Sized),
    currency: Currency,
) -> Result<CurrencyRecord, Failure> {
    CURRENCIES
        .get(view, ALL, &currency_suffix(currency))?
        .ok_or_else(|| Failure::of(Code::UnknownCurrency).fact("currency", currency.code()))
}
