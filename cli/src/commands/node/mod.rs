//! `allonge node`: running a node, asking whether it is well, and checking what it has on disk.

mod check;
mod health;
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
    /// Ask a running node whether it is ready: for health checks of containers and supervisors
    #[command(
        after_help = "Example:\n  allonge node health --node http://127.0.0.1:8080\n\nExit code 0: it serves and keeps up. Exit code 3: it does not answer, or is not ready; the reason is said."
    )]
    Health,
}

/// Runs it.
///
/// # Errors
/// A home that cannot be used, what is wrong in it, or why the node ended.
pub async fn run(context: &Context, args: NodeArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Run(args) => run::run(context, *args).await,
        Verb::Check(args) => check::run(context, &args),
        Verb::Health => health::run(context).await,
    }
}
