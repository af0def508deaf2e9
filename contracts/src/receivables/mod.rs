//! Receivable certificates: a core enterprise's promise to pay, travelling down the tiers (rule book 3).

pub(crate) mod answering;
mod ask_back;
mod dispute;
mod finance;
mod find;
mod funding;
mod line;
mod maturity;
mod measured;
mod movement;
mod open;
pub(crate) mod overdue;
mod paper;
mod payment;
pub(crate) mod pool;
pub mod pools;
mod quotes;
mod reach;
pub mod read;
mod record;
mod redeem;
mod redemption;
pub(crate) mod rules;
mod shares;
#[cfg(test)]
mod shares_tests;
mod signing;
pub(crate) mod transfer;

pub(crate) use maturity::mature;
pub(crate) use measured::proceed;
pub use overdue::Overdue;
pub(crate) use overdue::{is_fenced, require_unfenced};
pub use pool::{Phase, Place, Pool, Rank, Round};
pub(crate) use quotes::end_of_quotes;
pub use reach::{TierReach, reach};
pub use record::{Certificate, Line, QuoteAsk, Quoted, SealedQuote};
pub(crate) use redemption::redeem_pool;
pub use rules::CERTIFICATE_RULES;
