//! The seeded simulator from the command line: see docs/testing.md.

use std::process::ExitCode;

fn main() -> ExitCode {
    allonge_storm::main()
}
