//! The harness for what crosses rooms: networks of real processes, clients that sign and send by
//! themselves, and the program as a user runs it.
//!
//! Nothing here sleeps for a guess: whoever waits names the condition and the deadline ([`until`]).

mod api;
mod binary;
mod chance;
mod cli;
mod lock;
mod network;
mod party;
mod reads;
mod until;

pub use api::{Answer, Api};
pub use binary::binary;
pub use chance::Chance;
pub use cli::{Ran, Shell, run};
pub use lock::MachineLock;
pub use network::{Network, Setup};
pub use party::{Party, money, now_ms, public, sign};
pub use reads::{everything_agrees, final_of, tip};
pub use until::{until, until_for};
