//! `allonge node check`: verifying what a stopped node has on disk.

use super::home::stopped;
use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use allonge_node::shell::{CheckOptions, CheckProgress, CheckReport, check};
use clap::Args;
use serde::Serialize;
use std::time::{Duration, Instant};

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

/// What to check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Do not check the transactions' signatures again, which a quorum has vouched for
    #[arg(long)]
    skip_signatures: bool,
}

#[derive(Serialize)]
struct Checked {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    #[serde(with = "allonge_contracts::json::string")]
    history_start: u64,
    tip: allonge_contracts::Hash,
    state_root: allonge_contracts::Hash,
    #[serde(with = "allonge_contracts::json::string")]
    transactions: u64,
    checkpoints: Vec<String>,
    #[serde(with = "allonge_contracts::json::string")]
    indexed_to: u64,
}

/// Checks it.
///
/// # Errors
/// A home that cannot be used, or what is wrong in it.
pub fn run(context: &Context, args: &CheckArgs) -> Result<(), CliError> {
    let stopped = stopped(context)?;
    let records = stopped.records()?;
    let options = CheckOptions {
        signatures: !args.skip_signatures,
    };
    let mut told = Instant::now();
    let mut progress = |at: CheckProgress| {
        if told.elapsed() >= EVERY {
            told = Instant::now();
            context.out.note(&format!(
                "height {} of {}, {} transactions",
                at.height, at.tip, at.transactions
            ));
        }
    };
    let report = check(&records, stopped.genesis, options, &mut progress)
        .map_err(|e| damaged(e.to_string()))?;
    show(context, &report)
}

fn show(context: &Context, report: &CheckReport) -> Result<(), CliError> {
    let checked = Checked {
        height: report.height,
        history_start: report.history_start,
        tip: report.tip,
        state_root: report.state_root,
        transactions: report.transactions,
        checkpoints: report.checkpoints.iter().map(u64::to_string).collect(),
        indexed_to: report.indexed_to,
    };
    context.out.show("allonge.node-check/1", &checked, |style| {
        let mut text = format!("{}\n", style.good("all is in order"));
        text.push_str(&fields(&[
            ("height", checked.height.to_string()),
            ("blocks kept from", checked.history_start.to_string()),
            ("block", checked.tip.to_string()),
            ("state root", checked.state_root.to_string()),
            ("transactions", checked.transactions.to_string()),
            ("checkpoints", checked.checkpoints.join(", ")),
            ("indexed to", checked.indexed_to.to_string()),
        ]));
        text
    })
}

pub(super) fn unusable(message: String) -> CliError {
    CliError::input(
        "NODE_HOME",
        message,
        "name the node's folder with --home; for a check the node must be stopped",
    )
}

pub(super) fn damaged(message: String) -> CliError {
    CliError::check_failed(
        "NODE_DAMAGED",
        message,
        "if the file system is sound: run `allonge node repair`, or move the node's store folder away (keep wal and keys), and start the node; it fetches what is missing from its peers",
    )
}
