//! `allonge simulate`: half a year of a supply chain on a real network, driven by simple agents, with a report.
//!
//! [`world`] is who trades with whom, [`demand`] what is bought, [`agents`] what is decided, [`stage`] the network,
//! [`book`] the ledger as its events tell it, [`run`] the days, [`report`] what comes of it (docs/simulate.md).

mod act;
mod agents;
mod book;
mod checks;
mod days;
mod demand;
mod digest;
mod entries;
mod network;
mod papers;
mod patience;
mod report;
mod run;
mod stage;
mod tally;
#[cfg(test)]
mod tests;
mod trade;
mod world;

use crate::cluster::{Cluster, ClusterError};
use crate::context::Context;
use crate::error::CliError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use report::{Report, SCHEMA};
use run::Outcome;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use world::World;

/// What goes wrong in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stress {
    /// The first core enterprise's cash stops at a third of the run.
    CoreDefault,
    /// The banks' cash and willingness shrink at a third of the run.
    Liquidity,
    /// Nothing.
    None,
}

/// How a simulation is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many banks, cores and suppliers.
    pub members: usize,
    /// How many tiers of suppliers.
    pub tiers: u16,
    /// How many days.
    pub days: u32,
    /// What all chance comes from.
    pub seed: u64,
    /// What goes wrong.
    pub stress: Stress,
    /// On a network made for it.
    pub fresh: bool,
    /// Keep the folders of networks made for it.
    pub keep: bool,
    /// Run a second time without splitting, to compare with.
    pub compare: bool,
    /// The folder of the report.
    pub report: PathBuf,
}

/// Runs a simulation, writes its report and prints a summary.
///
/// # Errors
/// Options that cannot be used; a network that fails; an invariant that does not hold.
pub async fn run(context: &Context, options: &Options) -> Result<(), CliError> {
    let start = match options.fresh {
        true => network::first_day()?,
        false => network::day_of(context).await?,
    };
    // Before hours of work: whether the report can be written at all.
    report::make_folder(&options.report)?;
    let main = once(
        context,
        options,
        World::new(options, start, true)?,
        options.fresh,
    )
    .await?;
    let other = match options.compare {
        true => Some(once(context, options, World::new(options, start, false)?, true).await?),
        false => None,
    };
    let report = Report::new(options, &main, other.as_ref());
    report::write(options, &report, &main, other.as_ref())?;
    context
        .out
        .show(SCHEMA, &report, |style| report.text(style))
}

/// One run, on a network of its own or on the one that was named.
async fn once(
    context: &Context,
    options: &Options,
    world: World,
    fresh: bool,
) -> Result<Outcome, CliError> {
    let what = if world.splitting {
        "with splitting"
    } else {
        "without splitting"
    };
    let bar = progress(u64::from(world.days), what);
    let tell = |state: &agents::State, measure: &stage::Measure| {
        bar.set_position(u64::from(state.day) + 1);
        bar.set_message(format!(
            "{}  {} transactions",
            state.today,
            measure.latencies.len()
        ));
    };
    if !fresh {
        let stage = network::remote(context, &world, options.seed).await?;
        let done = run::run(world, stage, options.seed, tell).await;
        bar.finish_and_clear();
        return done;
    }
    let mut folder = fresh_folder()?;
    let made = network::fresh(&world, folder.path.clone()).await;
    let (mut cluster, stage) = match made {
        Ok(made) => made,
        Err(error) => {
            folder.keep(context);
            return Err(error);
        }
    };
    let done = run::run(world, stage, options.seed, tell).await;
    bar.finish_and_clear();
    if done.is_err() || options.keep {
        // What went wrong is looked for in its logs.
        folder.keep(context);
    }
    stop(&mut cluster)?;
    done
}

fn stop(cluster: &mut Cluster) -> Result<(), CliError> {
    cluster.stop_all()?;
    Ok(())
}

/// A bar on a terminal; nothing in a pipe.
fn progress(days: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(days);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style =
        ProgressStyle::with_template("{prefix} [{bar:30}] day {pos}/{len}  {msg}  {eta} left");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(what);
    bar
}

/// A throwaway folder; gone when it is dropped, unless it is kept.
struct Folder {
    path: PathBuf,
    kept: bool,
}

impl Folder {
    fn keep(&mut self, context: &Context) {
        if !self.kept {
            context.out.note(&format!(
                "The network's files and logs are kept in {}",
                self.path.display()
            ));
        }
        self.kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed is left for the system's own tidying.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

fn fresh_folder() -> Result<Folder, CliError> {
    let mut bytes = [0u8; 4];
    getrandom::fill(&mut bytes).map_err(|e| ClusterError::Random(e.to_string()))?;
    let name = format!("allonge-simulate-{}", hex::encode(bytes));
    Ok(Folder {
        path: Path::join(&std::env::temp_dir(), name),
        kept: false,
    })
}
