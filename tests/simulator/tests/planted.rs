//! The simulator's program, to be built with planted bugs: see `.ci/plants`.

use std::process::ExitCode;

fn main() -> ExitCode {
    allonge_storm::main()
}
