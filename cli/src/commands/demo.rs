//! `allonge demo`: the whole story on a network of its own.

use super::cluster::Interrupt;
use crate::context::Context;
use crate::demo::{Options, run as play};
use crate::error::CliError;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  allonge demo\n  allonge demo --invoice invoice.xml\n  allonge demo --output json > demo.json"
)]
pub struct DemoArgs {
    /// An invoice, UBL 2.1 or CII, to draw the bill for [default: a built-in one]
    #[arg(long, value_name = "FILE")]
    invoice: Option<PathBuf>,
    /// The network's folder, new or empty; all of it is kept [default: a temporary one]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Keep all of the temporary folder, not only genesis and proofs
    #[arg(long)]
    keep: bool,
}

/// Runs it.
///
/// # Errors
/// Input that cannot be used, a network that fails, a check that does not hold.
pub async fn run(context: &Context, args: DemoArgs) -> Result<(), CliError> {
    let options = Options {
        invoice: args.invoice,
        dir: args.dir,
        keep: args.keep,
    };
    let mut stop = Interrupt::new()?;
    tokio::select! {
        done = play(context.out.clone(), &options) => done,
        // The nodes end with the demo.
        () = stop.wait() => Err(CliError::input("INTERRUPTED", "the demo was interrupted; its nodes are stopped", "run it again")),
    }
}
