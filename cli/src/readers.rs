//! Texts from outside, read as the commands read them and nothing done with them: what tests and fuzz
//! targets hold the readers to.

use crate::commands::receivable::quote_in;
use crate::commands::settle::legs_of;

/// A scenario (docs/scenarios.md): how many steps and checks it has.
///
/// # Errors
/// What is wrong, with its line.
pub fn scenario(text: &str) -> Result<usize, String> {
    let read = crate::play::format::scenario(text);
    read.map(|scenario| scenario.items.len())
        .map_err(|problem| format!("{}: {}", problem.line, problem.message))
}

/// A settlement instruction's file: how many legs it has.
///
/// # Errors
/// What is wrong, with its line.
pub fn instruction(text: &str) -> Result<usize, String> {
    legs_of(text)
}

/// What was sealed in a quote: whether it is one.
pub fn quote(plain: &[u8]) -> bool {
    quote_in(plain)
}

/// A piece of the stream of events: how many whole messages it holds.
///
/// # Errors
/// A line or a message is too long.
pub fn events(bytes: &[u8]) -> Result<usize, &'static str> {
    crate::client::messages_in(bytes)
}
