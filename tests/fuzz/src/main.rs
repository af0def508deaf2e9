//! `fuzz`: replays and changes the inputs of the targets, on the stable toolchain.

use allonge_fuzz::{Limits, Target, folder, guard, load, run, target, targets, try_one};
use clap::{Parser, Subcommand};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Longer than any input may take.
const HANGS: Duration = Duration::from_secs(30);

#[derive(Parser)]
#[command(about = "Feeds every decoder that outside bytes reach with bad input")]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Names the targets.
    List,
    /// Tries changed inputs, target by target, each in a process of its own.
    Run {
        /// Seconds a target.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
        /// The most inputs a target.
        #[arg(long, default_value_t = u64::MAX)]
        runs: u64,
        /// What the changes follow from.
        #[arg(long, env = "ALLONGE_SEED", default_value_t = 1)]
        seed: u64,
        /// Where what is found is written.
        #[arg(long, default_value = "target/fuzz")]
        findings: PathBuf,
        /// Which; all where none is named.
        targets: Vec<String>,
    },
    /// Tries the inputs of files on one target.
    Try {
        /// Which.
        target: String,
        /// The files.
        files: Vec<PathBuf>,
    },
    /// Writes what a target begins with into a folder.
    Seeds {
        /// Which.
        target: String,
        /// Where to.
        folder: PathBuf,
    },
    /// One target in this process: what `run` starts.
    #[command(hide = true)]
    Child {
        target: String,
        seed: u64,
        runs: u64,
        seconds: u64,
        /// Holds the input being tried.
        current: PathBuf,
    },
}

fn main() -> ExitCode {
    match Args::parse().what {
        What::List => {
            for target in targets() {
                println!("{}", target.name);
            }
            ExitCode::SUCCESS
        }
        What::Run {
            seconds,
            runs,
            seed,
            findings,
            targets: names,
        } => {
            let chosen: Vec<Target> = match names.is_empty() {
                true => targets(),
                false => names.iter().map(|name| named(name)).collect(),
            };
            run_all(&chosen, seed, runs, seconds, &findings)
        }
        What::Try { target, files } => try_files(&named(&target), &files),
        What::Seeds { target, folder } => write_seeds(&named(&target), &folder),
        What::Child {
            target,
            seed,
            runs,
            seconds,
            current,
        } => child(&named(&target), seed, runs, seconds, &current),
    }
}

fn named(name: &str) -> Target {
    target(name).unwrap_or_else(|| {
        eprintln!("there is no target `{name}`; `fuzz list` names them");
        std::process::exit(2);
    })
}

fn run_all(chosen: &[Target], seed: u64, runs: u64, seconds: u64, findings: &Path) -> ExitCode {
    let program = std::env::current_exe().expect("this program has a path");
    std::fs::create_dir_all(findings).expect("the folder for findings can be made");
    let mut failed = 0;
    let mut total = 0;
    println!(
        "{:<22}{:>10}{:>10}{:>12}",
        "target", "runs", "read", "slowest ms"
    );
    for target in chosen {
        let current = findings.join(format!("{}.current", target.name));
        let mut child = Command::new(&program)
            .arg("child")
            .args([
                target.name,
                &seed.to_string(),
                &runs.to_string(),
                &seconds.to_string(),
            ])
            .arg(&current)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let end = Instant::now() + Duration::from_secs(seconds) + HANGS;
        let hung = loop {
            if child
                .try_wait()
                .expect("the child can be waited for")
                .is_some()
            {
                break false;
            }
            if Instant::now() > end {
                child.kill().expect("the child can be ended");
                break true;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let output = child
            .wait_with_output()
            .expect("the child's output can be read");
        let text = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            print!("{text}");
            let runs = text
                .split_whitespace()
                .nth(1)
                .and_then(|n| n.parse::<u64>().ok());
            total += runs.unwrap_or(0);
        } else {
            failed += 1;
            let kept = findings.join(format!("{}.found", target.name));
            std::fs::write(&kept, noted(&current)).expect("the input can be kept");
            let how = match (hung, output.status.code()) {
                (true, _) => format!("an input takes longer than {} s", HANGS.as_secs()),
                (false, Some(1)) => text.trim().to_owned(),
                _ => format!("the process ended with {}", output.status),
            };
            println!(
                "{:<22}FOUND {how}\n  input: {} (seed {seed})",
                target.name,
                kept.display()
            );
        }
        // Only what was found is worth keeping.
        let _ = std::fs::remove_file(&current);
    }
    println!(
        "{} targets, {total} inputs, {failed} with findings (seed {seed})",
        chosen.len()
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The input that a child noted last.
fn noted(current: &Path) -> Vec<u8> {
    let bytes = std::fs::read(current).unwrap_or_default();
    let (length, input) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    input[..length.min(input.len())].to_vec()
}

fn child(target: &Target, seed: u64, runs: u64, seconds: u64, current: &Path) -> ExitCode {
    guard();
    let limits = Limits {
        runs,
        time: Duration::from_secs(seconds),
    };
    let noted = File::create(current).expect("the file for the input can be made");
    let outcome = run(target, seed, limits, &mut |input| {
        // Never cut short: a file system may write to the disk at once what was cut and written again.
        let length = (input.len() as u64).to_le_bytes();
        let written = noted.write_all_at(&[&length, input].concat(), 0);
        written.expect("the input can be noted");
    });
    match outcome.found {
        Some((_, found)) => {
            println!("{}", found.0);
            ExitCode::FAILURE
        }
        None => {
            println!(
                "{:<22}{:>10}{:>10}{:>12}",
                target.name,
                outcome.runs,
                outcome.read,
                outcome.slowest.as_millis()
            );
            ExitCode::SUCCESS
        }
    }
}

fn try_files(target: &Target, files: &[PathBuf]) -> ExitCode {
    let mut wrong = 0;
    for file in files {
        let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let begun = Instant::now();
        let said = match try_one(target, &bytes) {
            Ok(true) => "read".to_owned(),
            Ok(false) => "refused".to_owned(),
            Err(found) => {
                wrong += 1;
                format!("FOUND {}", found.0)
            }
        };
        println!(
            "{}: {said} ({} ms)",
            file.display(),
            begun.elapsed().as_millis()
        );
    }
    if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn write_seeds(target: &Target, to: &Path) -> ExitCode {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for (number, bytes) in (target.seeds)().iter().enumerate() {
        std::fs::write(to.join(format!("seed-{number:04}")), bytes)
            .expect("the seed can be written");
    }
    let kept = load(target).expect("the corpus can be read");
    for (name, bytes) in &kept {
        std::fs::write(to.join(name), bytes).expect("the input can be written");
    }
    eprintln!(
        "{} kept inputs from {}",
        kept.len(),
        folder(target).display()
    );
    ExitCode::SUCCESS
}
