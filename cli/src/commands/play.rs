//! `allonge play`: a scenario from a file.

use super::cluster::Interrupt;
use crate::context::Context;
use crate::error::CliError;
use crate::play::{Options, run as play};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `play`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  allonge play tests/scenarios/plain-life.toml --fresh
  allonge play mine.toml --node http://127.0.0.1:8080 --output json

A scenario, in short (docs/scenarios.md has all of it):
  version = 1
  start = \"2027-01-04\"
  [[member]]
  id = \"acme\"
  role = \"enterprise\"
  [[cash]]
  member = \"acme\"
  amount = \"1000.00\"
  currency = \"CNY\"
  [[step]]
  as = \"acme\"
  do = \"cash.send\"
  with = { to = \"bolt\", amount = \"400.00\", currency = \"CNY\" }
  [[check]]
  cash = { member = \"acme\", currency = \"CNY\", equals = \"600.00\" }

Exit codes: 0 all as expected, 1 a surprise or a check that fails, 2 the file
is wrong, 3 no node.")]
pub struct PlayArgs {
    /// The scenario
    file: PathBuf,
    /// Play on a network made for it, with one validator, and remove that
    /// afterwards; without this, on the network of --node
    #[arg(long)]
    fresh: bool,
    /// Keep the folder of the network made with --fresh
    #[arg(long, requires = "fresh")]
    keep: bool,
}

/// Runs it.
///
/// # Errors
/// A file that is wrong, a network that fails, a surprise.
pub async fn run(context: &Context, args: PlayArgs) -> Result<(), CliError> {
    let options = Options {
        file: args.file,
        fresh: args.fresh,
        keep: args.keep,
    };
    let mut stop = Interrupt::new()?;
    tokio::select! {
        done = play(context, &options) => done,
        // Its node ends with the play.
        () = stop.wait() => Err(CliError::input("INTERRUPTED", "the play was interrupted", "run it again")),
    }
}
