//! `allonge-verify`: checks a proof file against a network's genesis file, and nothing else.
//!
//! No network, no configuration, no state: what is read is named on the command line, what is found goes to standard
//! output. Exit codes: 0 proved, 1 the file proves nothing, 2 wrong usage or a file that cannot be read.

mod files;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the answers in JSON are called, with their version; the same as those of `allonge verify`.
const SCHEMA: &str = "allonge.verified/1";

const USAGE: &str = "\
Usage: allonge-verify FILE --genesis FILE [--output table|json]

Checks a proof file offline. The signatures in it are checked against the validators in the genesis file, which must
come from somebody you trust; every hash is computed anew.

  FILE              the proof file, as `allonge proof get` writes it
  --genesis FILE    the network's genesis file
  --output FORMAT   table (the default) or json
  --help, --version

Exit codes: 0 proved; 1 the file proves nothing; 2 wrong usage, or a file that cannot be read.

Example:
  allonge-verify payment.proof.json --genesis genesis.json";

/// What the program was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Help,
    Version,
    Check(Check),
}

/// A file to be checked.
#[derive(Debug, PartialEq, Eq)]
struct Check {
    proof: PathBuf,
    genesis: PathBuf,
    json: bool,
}

#[derive(serde::Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    verified: &'a allonge_ledger::Verified,
}

/// Why there is no answer, and the exit code that says so.
#[derive(Debug)]
struct Failure {
    exit: u8,
    code: &'static str,
    message: String,
    hint: &'static str,
}

impl Failure {
    fn usage(message: String) -> Self {
        Failure {
            exit: 2,
            code: "USAGE",
            message,
            hint: "see allonge-verify --help",
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Failure> {
    let mut arguments = arguments.into_iter();
    let (mut proof, mut genesis, mut json) = (None, None, false);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy().into_owned();
        let mut value = |of: &str| {
            let value = match text.split_once('=') {
                Some((_, value)) => Some(OsString::from(value)),
                None => arguments.next(),
            };
            value.ok_or_else(|| Failure::usage(format!("{of} needs a value")))
        };
        match text.split('=').next().unwrap_or_default() {
            "--help" | "-h" => return Ok(Asked::Help),
            "--version" | "-V" => return Ok(Asked::Version),
            "--genesis" => genesis = Some(PathBuf::from(value("--genesis")?)),
            "--output" => {
                let format = value("--output")?;
                json = match format.to_str() {
                    Some("json") => true,
                    Some("table") => false,
                    _ => {
                        return Err(Failure::usage(format!(
                            "--output is table or json, not {}",
                            format.to_string_lossy()
                        )));
                    }
                };
            }
            flag if flag.starts_with("--") => {
                return Err(Failure::usage(format!("there is no option {flag}")));
            }
            _ if proof.is_none() => proof = Some(PathBuf::from(argument)),
            _ => {
                return Err(Failure::usage(format!(
                    "one file at a time: what is {text}?"
                )));
            }
        }
    }
    match (proof, genesis) {
        (Some(proof), Some(genesis)) => Ok(Asked::Check(Check {
            proof,
            genesis,
            json,
        })),
        (None, _) => Err(Failure::usage("which proof file?".to_owned())),
        (_, None) => Err(Failure::usage(
            "which network? Give its genesis file with --genesis".to_owned(),
        )),
    }
}

fn check(check: &Check) -> Result<String, Failure> {
    let genesis = files::genesis(&check.genesis)?;
    let proof = files::proof(&check.proof)?;
    let verified = allonge_ledger::verify(&genesis, &proof).map_err(|error| Failure {
        exit: 1,
        code: "PROOF_FAILED",
        message: format!("{} proves nothing: {error}", check.proof.display()),
        hint: "do not rely on it; ask for a new proof, and check that the genesis is the right network's",
    })?;
    if !check.json {
        return Ok(words::of(&verified));
    }
    let answer = Answer {
        schema: SCHEMA,
        verified: &verified,
    };
    serde_json::to_string_pretty(&answer).map_err(|error| Failure {
        exit: 2,
        code: "OUTPUT",
        message: format!("the answer cannot be written as JSON: {error}"),
        hint: "ask without --output json",
    })
}

fn main() -> ExitCode {
    let asked = parse(std::env::args_os().skip(1));
    let json = matches!(&asked, Ok(Asked::Check(check)) if check.json);
    let answer = asked.and_then(|asked| match asked {
        Asked::Help => Ok(USAGE.to_owned()),
        Asked::Version => Ok(format!("allonge-verify {}", env!("CARGO_PKG_VERSION"))),
        Asked::Check(file) => check(&file),
    });
    match answer {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            if json {
                let error = serde_json::json!({ "code": failure.code, "message": failure.message, "hint": failure.hint });
                eprintln!(
                    "{}",
                    serde_json::json!({ "schema": "allonge.error/1", "error": error })
                );
            } else {
                eprintln!(
                    "error: {} [{}]\n  {}",
                    failure.message, failure.code, failure.hint
                );
            }
            ExitCode::from(failure.exit)
        }
    }
}
