//! `allonge node repair`: naming what is damaged in a stopped node's home, and mending what can be mended.

use super::home::{Stopped, stopped, store_error};
use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use allonge_node::consensus::{EngineError, check_log};
use allonge_node::store::{Finding, Repair, SledStore, repair};
use clap::Args;
use serde::Serialize;

/// How to repair.
#[derive(Debug, Args)]
pub struct RepairArgs {
    /// Only say what is damaged and what would be done
    #[arg(long)]
    dry_run: bool,
}

/// `allonge.node-repair/1`.
#[derive(Serialize)]
struct Repaired {
    dry_run: bool,
    #[serde(with = "allonge_contracts::json::string")]
    height_before: u64,
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    findings: Vec<Found>,
    set_aside: Option<String>,
    log_of_votes: LogOfVotes,
}

#[derive(Serialize)]
struct Found {
    record: String,
    what: String,
    remedy: &'static str,
}

/// What is with the write-ahead log, which is never touched.
#[derive(Serialize)]
struct LogOfVotes {
    state: &'static str,
    what: Option<String>,
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        Found {
            record: finding.record,
            what: finding.what,
            remedy: finding.remedy,
        }
    }
}

/// Repairs it.
///
/// # Errors
/// A home that cannot be used, or a log of votes that is damaged: that cannot be mended.
pub fn run(context: &Context, args: &RepairArgs) -> Result<(), CliError> {
    let home = stopped(context)?;
    let done = mend(&home, args.dry_run)?;
    let log = check_log(&home.home.wal_file(), done.height_before);
    let repaired = Repaired {
        dry_run: args.dry_run,
        height_before: done.height_before,
        height: done.height,
        findings: done.findings.into_iter().map(Found::from).collect(),
        set_aside: done.set_aside.map(|path| path.display().to_string()),
        log_of_votes: match &log {
            Ok(Some(log)) if log.height > done.height.saturating_add(1) => LogOfVotes {
                state: "ahead",
                what: Some(format!(
                    "it is of height {}; before you start the node, move the folder {} away: the signing guard \
                     remembers what was signed, and the node follows without a vote until that height is decided",
                    log.height,
                    home.home.wal().display()
                )),
            },
            Ok(Some(_)) => LogOfVotes {
                state: "whole",
                what: None,
            },
            Ok(None) => LogOfVotes {
                state: "missing",
                what: None,
            },
            Err(error) => LogOfVotes {
                state: match error {
                    EngineError::Wal { .. } => "damaged",
                    _ => "unreadable",
                },
                what: Some(error.to_string()),
            },
        },
    };
    show(context, &repaired)?;
    log.map(drop).map_err(|error| {
        CliError::check_failed(
            "NODE_LOG_DAMAGED",
            error.to_string(),
            "this command never touches votes; look at the disk first, then do as the message says",
        )
    })
}

fn mend(home: &Stopped, dry: bool) -> Result<Repair, CliError> {
    // A store that was moved away is nothing to mend: the node fetches the chain.
    if !SledStore::exists(&home.home.store()) {
        return Ok(Repair::default());
    }
    repair(&home.home, &home.genesis, dry).map_err(|error| store_error(&error))
}

fn show(context: &Context, repaired: &Repaired) -> Result<(), CliError> {
    context
        .out
        .show("allonge.node-repair/1", repaired, |style| {
            let mut text = String::new();
            for found in &repaired.findings {
                text.push_str(&format!(
                    "{} {}: {}\n        {}\n",
                    style.bad("DAMAGED"),
                    found.record,
                    found.what,
                    found.remedy
                ));
            }
            if repaired.findings.is_empty() {
                text.push_str(&format!("{}\n", style.good("the store is in order")));
            } else if repaired.dry_run {
                text.push_str("nothing was changed; without --dry-run it is done\n");
            }
            let mut rows = vec![
                ("height before", repaired.height_before.to_string()),
                ("height", repaired.height.to_string()),
                ("log of votes", repaired.log_of_votes.state.to_owned()),
            ];
            if let Some(aside) = &repaired.set_aside {
                rows.push(("store put aside", aside.clone()));
            }
            text.push_str(&fields(&rows));
            text
        })
}
