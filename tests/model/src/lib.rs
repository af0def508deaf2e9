//! A second, plain telling of the rules of bills (rule book 2) and of certificates (rule book 3), to compare the contracts with.
//!
//! It shares no code with them: plain lists, linear scans, whole days, one function per act, named by the act. It
//! knows one currency, carries out one act at a time, and does all that is due at once, without blocks or budgets.
//!
//! An act gives `Err` with every rule that it breaks, by the names of the codes; which of them the ledger
//! reports first is not this model's business. Nothing changes then.

pub mod certificates;
pub mod days;

mod answering;
mod book;
mod cash;
mod clock;
mod court;
mod drawing;
mod faults;
mod gates;
mod guarantee;
mod interest;
mod members;
mod passing;
mod paying;
mod pledging;
mod presenting;
mod recourse;
mod requests;
mod rights;
mod selling;

pub use book::{
    Act, Bill, Circulation, Claim, Dishonour, Frozen, Hold, Kind, Limits, Lot, Member, Param,
    Place, Pledge, Proceeds, Profile, Range, Repo, Request, Role, Status, Terms, What, Who, World,
};
pub use days::Day;
pub use drawing::Draft;
pub use faults::Broken;
pub use interest::{interest, share};
pub use rights::Liable;
pub use selling::{Market, Sale};
