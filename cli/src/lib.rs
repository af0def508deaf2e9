//! How people use Allonge: the command line tool, and the library behind it.
//!
//! [`client`] talks to nodes, [`keystore`] keeps keys in files, [`invoice`] reads invoices, [`picture`] draws bills;
//! [`cluster`] runs a whole network on this machine, [`links`] and [`chaos`] break it on purpose; [`main`] is the program.

mod args;
pub mod bench;
pub mod chaos;
pub mod client;
pub mod cluster;
mod commands;
mod context;
pub mod demo;
mod dice;
mod error;
mod files;
pub mod founding;
pub mod invoice;
pub mod keystore;
pub mod links;
pub mod output;
pub mod parse;
pub mod picture;
pub mod play;
pub mod readers;
pub mod signing;
pub mod simulate;

pub use args::{Cli, GlobalArgs};
pub use context::{Acted, Context};
pub use error::{CliError, EXIT_NO_ANSWER, EXIT_REJECTED, EXIT_USAGE, Report};

use clap::Parser;
use std::process::ExitCode;

/// The program: reads the command line, does what it says, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
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

/// A command line that cannot be read, or that asks for help: shown as clap does, but as JSON where a
/// script asks for that.
fn not_understood(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Nobody is left to tell if this fails.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if asks_for_json(std::env::args_os().skip(1)) {
        let text = error.render().to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text);
        let message = message.split("\n\n").next().unwrap_or_default().trim();
        let hint = "run the command with --help to see how it is written";
        output::Output::new(output::Format::Json).error(&CliError::input("USAGE", message, hint));
    } else {
        let _ = error.print();
    }
    ExitCode::from(EXIT_USAGE)
}

/// Whether `--output json` stands on a command line that cannot be read as a whole.
fn asks_for_json(args: impl Iterator<Item = std::ffi::OsString>) -> bool {
    let args: Vec<_> = args.collect();
    args.iter().any(|arg| arg == "--output=json")
        || args
            .windows(2)
            .any(|pair| pair[0] == "--output" && pair[1] == "json")
}
