//! A validator that cheats: `byzantine-node --home FOLDER --lie equivocate`. For tests of the others.

use allonge_node::config::{NodeConfig, Settings};
use allonge_node::consensus::byzantine::{Lie, cheat};
use std::path::PathBuf;
use std::process::ExitCode;

fn arguments() -> Result<(PathBuf, Lie), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--home", home, "--lie", lie] => Ok((home.into(), lie.parse()?)),
        _ => Err("use: byzantine-node --home FOLDER --lie NAME".to_owned()),
    }
}

async fn run() -> Result<(), String> {
    let (home, lie) = arguments()?;
    cheat(lie);
    let config = NodeConfig::load(&home.join("config.toml"), &Settings::default(), &|_| None)
        .map_err(|error| error.to_string())?;
    allonge_node::logging::start(&config.log, config.log_json)?;
    allonge_node::run::run(&home, config)
        .await
        .map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
