//! `allonge node`: running a node, and checking what it has on disk.

use crate::context::Context;
use crate::error::CliError;
use crate::files::read_genesis;
use crate::output::fields;
use allonge_node::config::{NodeConfig, Settings};
use allonge_node::logging;
use allonge_node::run::RunError;
use allonge_node::shell::{CheckOptions, CheckProgress, CheckReport, check};
use allonge_node::store::{Home, Records, SledStore};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

/// Arguments of `node`.
#[derive(Debug, Args)]
pub struct NodeArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a node until it is told to stop (Ctrl-C or SIGTERM)
    #[command(
        after_help = "Example:\n  allonge node run --home /var/lib/allonge/node-0\n\nSettings: these flags, then ALLONGE_NODE_… variables, then config.toml in the home. Logs go to stderr.\n`GET /readyz` on its HTTP address says when it serves."
    )]
    Run(Box<RunArgs>),
    /// Verify all that a stopped node has on disk, from genesis on: every block, certificate,
    /// transaction, receipt, root, checkpoint and index entry
    #[command(
        after_help = "Example:\n  allonge node check --home /var/lib/allonge/node-0\n\nExit code 1: something is damaged; it is named, with what to do."
    )]
    Check {
        /// Do not check the transactions' signatures again, which a quorum has vouched for
        #[arg(long)]
        skip_signatures: bool,
    },
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Where the HTTP API listens, such as 127.0.0.1:8080
    #[arg(long, value_name = "HOST:PORT")]
    http: Option<String>,
    /// Serve the API beyond this machine, without TLS and access control
    #[arg(long)]
    insecure: bool,
    /// Where the consensus network listens; genesis says where absent
    #[arg(long, value_name = "HOST:PORT")]
    consensus: Option<String>,
    /// Where transaction gossip listens; genesis says where absent
    #[arg(long, value_name = "HOST:PORT")]
    gossip: Option<String>,
    /// What is logged: error, warn, info, debug, or a filter such as allonge_node=debug,info
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// Write log lines as JSON
    #[arg(long)]
    log_json: bool,
    /// Start a validator although the log of its votes is gone (read the error first)
    #[arg(long)]
    accept_missing_wal: bool,
}

#[derive(Serialize)]
struct Checked {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    tip: allonge_contracts::Hash,
    state_root: allonge_contracts::Hash,
    #[serde(with = "allonge_contracts::json::string")]
    transactions: u64,
    checkpoints: Vec<String>,
    #[serde(with = "allonge_contracts::json::string")]
    indexed_to: u64,
}

/// Runs it.
///
/// # Errors
/// A home that cannot be used, or what is wrong in it.
pub async fn run(context: &Context, args: NodeArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Run(args) => run_node(context, *args).await,
        Verb::Check { skip_signatures } => check_node(context, skip_signatures),
    }
}

async fn run_node(context: &Context, args: RunArgs) -> Result<(), CliError> {
    let home = context.home()?;
    let flags = Settings {
        http: args.http,
        insecure: args.insecure.then_some(true),
        consensus: args.consensus,
        gossip: args.gossip,
        log: args.log,
        log_json: args.log_json.then_some(true),
        ..Settings::default()
    };
    let config_wrong = |message: String| {
        CliError::input(
            "NODE_CONFIG",
            message,
            "correct it there; docs/operations.md lists the settings",
        )
    };
    let environment = |name: &str| std::env::var(name).ok();
    let config = NodeConfig::load(&home.join("config.toml"), &flags, &environment)
        .map_err(|e| config_wrong(e.to_string()))?;
    logging::start(&config.log, config.log_json).map_err(config_wrong)?;
    allonge_node::run::run(home, config, args.accept_missing_wal)
        .await
        .map_err(|error| match error {
            RunError::Store(_) | RunError::Start(_) => damaged(error.to_string()),
            RunError::Stopped(_) => CliError::check_failed(
                "NODE_STOPPED",
                error.to_string(),
                "the log lines above say more; start it again once the cause is gone",
            ),
            _ => unusable(error.to_string()),
        })
}

fn check_node(context: &Context, skip_signatures: bool) -> Result<(), CliError> {
    let home = Home::take(context.home()?).map_err(|e| unusable(e.to_string()))?;
    let genesis = read_genesis(&home.genesis())?;
    if !SledStore::exists(&home.store()) {
        let folder = home.store();
        return Err(unusable(format!(
            "there is no store in {}",
            folder.display()
        )));
    }
    let store = home.open_store().map_err(|e| damaged(e.to_string()))?;
    let records =
        Records::open(Box::new(store), &genesis.hash()).map_err(|e| damaged(e.to_string()))?;
    let options = CheckOptions {
        signatures: !skip_signatures,
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
    let report =
        check(&records, genesis, options, &mut progress).map_err(|e| damaged(e.to_string()))?;
    show(context, &report)
}

fn show(context: &Context, report: &CheckReport) -> Result<(), CliError> {
    let checked = Checked {
        height: report.height,
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
            ("block", checked.tip.to_string()),
            ("state root", checked.state_root.to_string()),
            ("transactions", checked.transactions.to_string()),
            ("checkpoints", checked.checkpoints.join(", ")),
            ("indexed to", checked.indexed_to.to_string()),
        ]));
        text
    })
}

fn unusable(message: String) -> CliError {
    CliError::input(
        "NODE_HOME",
        message,
        "name the folder of a stopped node with --home",
    )
}

fn damaged(message: String) -> CliError {
    CliError::check_failed(
        "NODE_DAMAGED",
        message,
        "if the file system is sound: move the node's store folder away (keep wal and keys) and start the node; it fetches everything from its peers",
    )
}
