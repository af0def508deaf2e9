//! `allonge node prune` and `allonge node migrate`: changing what a stopped node has on disk.

use super::home::{stopped, store_error};
use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use allonge_node::store::{Keep, OLDEST_FORMAT, migrate as migrate_store};
use clap::Args;
use serde::Serialize;

/// How much is kept.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct KeepArgs {
    /// Keep at least so many of the last blocks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    keep_blocks: Option<u64>,
    /// Keep at least the blocks of so many days before the last one
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=36_500))]
    keep_days: Option<u64>,
}

/// What goes.
#[derive(Debug, Args)]
pub struct PruneArgs {
    #[command(flatten)]
    keep: KeepArgs,
    /// Only say from which height on blocks would be kept
    #[arg(long)]
    dry_run: bool,
}

/// How to migrate.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct PrunedView {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    #[serde(with = "allonge_contracts::json::string")]
    history_start_before: u64,
    #[serde(with = "allonge_contracts::json::string")]
    history_start: u64,
    dry_run: bool,
}

/// Prunes.
///
/// # Errors
/// A node that runs, or a home that cannot be used.
pub fn run(context: &Context, args: &PruneArgs) -> Result<(), CliError> {
    let stopped = stopped(context)?;
    let records = stopped.records()?;
    let keep = Keep {
        blocks: args.keep.keep_blocks,
        days: args.keep.keep_days,
    };
    let life_ms = stopped.genesis.limits.transaction_life_ms;
    let fail = |error| store_error(&error);
    let before = records.history_start().map_err(fail)?;
    let history_start = match args.dry_run {
        true => records.prunable_to(keep, life_ms).map_err(fail)?,
        false => records.prune(keep, life_ms).map_err(fail)?.to,
    };
    let view = PrunedView {
        height: records.tip().map_err(fail)?,
        history_start_before: before,
        history_start,
        dry_run: args.dry_run,
    };
    context.out.show("allonge.node-pruned/1", &view, |style| {
        let gone = view.history_start.saturating_sub(view.history_start_before);
        let what = match (view.dry_run, gone) {
            (_, 0) => "no block need go: the replay window and the last two checkpoints are kept"
                .to_owned(),
            (true, gone) => format!("{gone} blocks would go"),
            (false, gone) => format!("{gone} blocks are gone"),
        };
        let mut text = format!("{}\n", style.good(&what));
        text.push_str(&fields(&[
            ("height", view.height.to_string()),
            ("blocks kept from", view.history_start.to_string()),
        ]));
        text
    })
}

#[derive(Serialize)]
struct Migrated {
    from: u8,
    to: u8,
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    steps: Vec<&'static str>,
    dry_run: bool,
}

/// Migrates.
///
/// # Errors
/// A node that runs, a home that cannot be used, or a store that cannot be migrated.
pub fn migrate(context: &Context, args: &MigrateArgs) -> Result<(), CliError> {
    let stopped = stopped(context)?;
    let validators = stopped.genesis.validator_set().map_err(|error| {
        CliError::input(
            "NOT_A_GENESIS",
            format!("genesis: {error}"),
            "give the node the network's genesis file",
        )
    })?;
    let hash = stopped.genesis.hash();
    let store = stopped.store()?;
    let done = migrate_store(&store, &hash, &validators, args.dry_run)
        .map_err(|error| store_error(&error))?;
    let view = Migrated {
        from: done.from,
        to: done.to,
        height: done.height,
        steps: done.steps,
        dry_run: args.dry_run,
    };
    context.out.show("allonge.node-migrated/1", &view, |style| {
        let what = match (view.steps.is_empty(), view.dry_run) {
            (true, _) => format!("it has format {} already", view.to),
            (false, true) => format!("format {} would become {}", view.from, view.to),
            (false, false) => format!("format {} became {}", view.from, view.to),
        };
        let mut text = format!("{}\n", style.good(&what));
        for step in &view.steps {
            text.push_str(&format!("- {step}\n"));
        }
        text.push_str(&fields(&[
            ("height", view.height.to_string()),
            (
                "oldest format that can be migrated",
                OLDEST_FORMAT.to_string(),
            ),
        ]));
        text
    })
}
