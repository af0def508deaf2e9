//! The program `allonge`.

fn main() -> std::process::ExitCode {
    allonge_cli::main()
}
