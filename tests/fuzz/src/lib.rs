//! What every decoder is held to that bytes from outside reach: each target reads arbitrary bytes, and what
//! it could read must come back the same when it is written again.
//!
//! The program `fuzz` of this package replays kept inputs and changes them by chance; see docs/fuzzing.md.

mod chain;
#[cfg(feature = "node")]
mod client;
#[cfg(feature = "node")]
mod consensus;
mod corpus;
mod execute;
#[cfg(feature = "node")]
mod founding;
#[cfg(feature = "node")]
mod http;
mod ledger;
#[cfg(feature = "node")]
mod machine;
mod mutate;
mod run;
mod texts;

pub use corpus::{folder, load};
pub use mutate::Mutator;
pub use run::{Found, Limits, Outcome, guard, run, try_one};

/// How a target's inputs are built, so that changes keep enough of it to get past the first check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Bytes without a structure that is worth keeping.
    Bytes,
    /// JSON: values are replaced, doubled, moved and taken out.
    Json,
    /// Text of words and signs: XML, TOML, HTTP, command lines.
    Text,
    /// A transaction in canonical bytes after so many others: changed in its JSON form.
    Transaction {
        /// Bytes before it.
        after: usize,
    },
}

/// A decoder and what holds for it.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, that of its folder in the corpus.
    pub name: &'static str,
    /// How its inputs are built.
    pub form: Form,
    /// The longest input that is tried.
    pub most: usize,
    /// Reads the bytes; says whether they could be read. Panics where something does not hold.
    pub read: fn(&[u8]) -> bool,
    /// Inputs that are read, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets, in the order of their names.
pub fn targets() -> Vec<Target> {
    let mut all = ledger::targets();
    all.extend(execute::targets());
    all.extend(texts::targets());
    #[cfg(feature = "node")]
    {
        all.extend(consensus::targets());
        all.extend(machine::targets());
        all.extend(http::targets());
        all.extend(client::targets());
        all.extend(founding::targets());
    }
    all.sort_by_key(|target| target.name);
    all
}

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    targets().into_iter().find(|target| target.name == name)
}

/// What was read and written again must be the bytes that were given.
fn same(what: &str, given: &[u8], again: &[u8]) {
    assert!(
        given == again,
        "{what}: read, but written again as other bytes\ngiven {}\nagain {}",
        hex::encode(given),
        hex::encode(again)
    );
}
