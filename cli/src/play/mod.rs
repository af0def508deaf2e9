//! `allonge play`: a scenario from a file, step by step against a network, up to the first surprise.
//!
//! [`format`] is what the file may say (docs/scenarios.md), [`words`] turns a step into a command line,
//! [`player`] plays; [`fresh`] and [`remote`] give it a network.

mod check;
mod claims;
pub mod format;
mod fresh;
mod names;
mod player;
mod records;
mod remote;
mod report;
mod saved;
#[cfg(test)]
mod tests;
pub(crate) mod toml;
mod words;

use crate::cluster::{Cluster, ClusterError, Spec};
use crate::context::Context;
use crate::error::CliError;
use fresh::Trouble;
use player::{Player, Stage};
use report::{Report, SCHEMA};
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use toml::Problem;

/// Larger files are no scenarios.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What is played, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The scenario.
    pub file: PathBuf,
    /// On a network made for it.
    pub fresh: bool,
    /// Keep that network's folder.
    pub keep: bool,
}

/// A throwaway folder; gone when it is dropped.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed is left for the system's own tidying.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Plays a scenario and prints what came of it.
///
/// # Errors
/// A file that is wrong; a network that does not start or answer; a surprise.
pub async fn run(context: &Context, options: &Options) -> Result<(), CliError> {
    let started = Instant::now();
    let file = options.file.display().to_string();
    let wrong = |problem: Problem| in_file(&file, problem);
    let scenario = format::scenario(&read(&options.file)?).map_err(wrong)?;
    let mut stopped = None;
    let mut folder = None;
    let mut network = None;
    let stage = match options.fresh {
        true => {
            let mut place = fresh_folder(options.keep)?;
            let spec =
                fresh::spec(&scenario, place.path.clone()).map_err(|trouble| match trouble {
                    Trouble::File(problem) => wrong(problem),
                    Trouble::Other(error) => error,
                })?;
            let cluster = match Cluster::up(&spec).await {
                Ok(cluster) => cluster,
                Err(error) => {
                    // Its logs say why; a genesis that is refused never had any.
                    place.keep = !matches!(error, ClusterError::Genesis(_));
                    return Err(error.into());
                }
            };
            let stage = stage_of(context, &cluster, &spec);
            folder = Some(place);
            network = Some(cluster);
            stage
        }
        false => remote::stage(context, &scenario)?,
    };
    let progress = std::io::stderr().is_terminal();
    let mut player = Player::new(stage, &file, progress)?;
    let prepared = match options.fresh {
        true => Ok(()),
        false => remote::prepare(&mut player, &scenario, context, &file).await,
    };
    if let Err(error) = match prepared {
        Ok(()) => player.play(&scenario).await,
        Err(error) => Err(error),
    } {
        stopped = Some(error);
    }
    if let Some(mut cluster) = network {
        cluster.stop_all()?;
    }
    let report = Report {
        ok: stopped.is_none(),
        of: scenario.items.len(),
        stopped: stopped.as_ref().map(CliError::report),
        date: player.date(),
        lines: player.into_lines(),
        kept: folder.as_ref().filter(|f| f.keep).map(|f| f.path.clone()),
        milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        file,
    };
    context
        .out
        .show(SCHEMA, &report, |style| report.text(style))?;
    match stopped {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// A problem of the file as an error that names file and line.
fn in_file(file: &str, problem: Problem) -> CliError {
    CliError::input(
        "SCENARIO",
        format!("{file}:{}: {}", problem.line, problem.message),
        problem.hint,
    )
}

fn stage_of(context: &Context, cluster: &Cluster, spec: &Spec) -> Stage {
    let regulates = |member: &&crate::cluster::MemberSpec| {
        member
            .roles
            .contains(&allonge_contracts::members::Role::Regulator)
    };
    Stage {
        nodes: cluster
            .manifest()
            .nodes
            .iter()
            .map(|node| node.url.clone())
            .collect(),
        home: Some(cluster.dir().to_owned()),
        regulator: spec
            .members
            .iter()
            .find(regulates)
            .map(|member| member.id.clone()),
        timeout: context.timeout().max(Duration::from_secs(1)),
    }
}

fn fresh_folder(keep: bool) -> Result<Folder, CliError> {
    let mut bytes = [0u8; 4];
    getrandom::fill(&mut bytes).map_err(|e| ClusterError::Random(e.to_string()))?;
    Ok(Folder {
        path: std::env::temp_dir().join(format!("allonge-play-{}", hex::encode(bytes))),
        keep,
    })
}

fn read(file: &Path) -> Result<String, CliError> {
    let wrong = |what: String| {
        CliError::input(
            "SCENARIO",
            format!("{}: {what}", file.display()),
            "name a scenario's file; docs/scenarios.md says how it is written",
        )
    };
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| {
            opened
                .take(MAX_BYTES.saturating_add(1))
                .read_to_string(&mut text)
        })
        .map_err(|error| wrong(error.to_string()))?;
    match u64::try_from(text.len()) {
        Ok(bytes) if bytes <= MAX_BYTES => Ok(text),
        _ => Err(wrong(format!("it has more than {MAX_BYTES} bytes"))),
    }
}
