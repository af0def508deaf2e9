//! `allonge node`: running a node, and checking what it has on disk.

mod check;
mod run;

use crate::context::Context;
use crate::error::CliError;
use clap::{Args, Subcommand};

/// Arguments of `node`.
#[derive(Debug, Args)]
pub struct NodeArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the node in a folder until it is interrupted
    #[command(
        after_help = "Example:\n  allonge node run --home /var/lib/allonge/node-0 --log info\n\n\
        The folder holds genesis.json, config.toml, node_key and validator_key. A flag goes before an environment\n\
        variable (ALLONGE_NODE_ and the key in capitals), that before the file."
    )]
    Run(Box<run::RunArgs>),
    /// Verify all that a stopped node has on disk, from genesis on: every block, certificate,
    /// transaction, receipt, root, checkpoint and index entry
    #[command(
        after_help = "Example:\n  allonge node check --home /var/lib/allonge/node-0\n\nExit code 1: something is damaged; it is named, with what to do."
    )]
    Check(check::CheckArgs),
}

/// Runs it.
///
/// # Errors
/// A home that cannot be used, what is wrong in it, or why the node ended.
pub async fn run(context: &Context, args: NodeArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Run(args) => run::run(context, *args).await,
        Verb::Check(args) => check::run(context, &args),
    }
}
