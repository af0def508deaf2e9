//! One file a noun: its arguments, and what it does.

pub mod cluster;
pub mod key;
pub mod status;

use crate::args::Command;
use crate::context::Context;
use crate::error::CliError;

/// Does what the command line says.
///
/// # Errors
/// Whatever the user is told, with its exit code.
pub async fn run(context: &Context, command: Command) -> Result<(), CliError> {
    match command {
        Command::Cluster(args) => cluster::run(context, args).await,
        Command::Key(args) => key::run(context, args),
        Command::Status(args) => status::run(context, args).await,
    }
}
