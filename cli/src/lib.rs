//! How people use Allonge: the command line tool, and the library behind it.
//!
//! [`client`] talks to nodes, [`keystore`] keeps keys in files, [`invoice`] reads UBL invoices;
//! [`cluster`] runs a whole network on this machine; [`main`] is the program.

mod args;
pub mod bench;
pub mod client;
pub mod cluster;
mod commands;
mod context;
pub mod demo;
mod error;
mod files;
pub mod invoice;
pub mod keystore;
pub mod output;
pub mod parse;

pub use args::{Cli, GlobalArgs};
pub use context::{Acted, Context};
pub use error::{CliError, EXIT_NO_ANSWER, EXIT_REJECTED, EXIT_USAGE, Report};

use clap::Parser;
use std::process::ExitCode;

/// The program: reads the command line, does what it says, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell if this fails.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { EXIT_USAGE } else { 0 });
        }
    };
    let context = Context::new(cli.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            context
                .out
                .note(&format!("the program cannot start its threads: {error}"));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match runtime.block_on(commands::run(&context, cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            context.out.error(&error);
            ExitCode::from(error.exit())
        }
    }
}
