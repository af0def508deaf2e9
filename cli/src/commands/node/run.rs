//! `allonge node run`: a node until it is interrupted.

use super::check::{damaged, unusable};
use super::home::store_error;
use crate::cluster::stop_when_stdin_closes;
use crate::context::Context;
use crate::error::CliError;
use allonge_node::config::{NodeConfig, Settings};
use allonge_node::consensus::EngineError;
use allonge_node::run::{RunError, SeatError};
use allonge_node::shell::StartError;
use allonge_node::store::StoreError;
use clap::Args;
use std::path::PathBuf;

/// How to run.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The configuration file [default: config.toml in the node's folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Stop when standard input is closed
    #[arg(long)]
    until_stdin_closes: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

/// The settings of a node as flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct SettingArgs {
    /// A name for people [default: that in genesis]
    #[arg(long)]
    name: Option<String>,
    /// Where the API listens, host:port
    #[arg(long, value_name = "ADDRESS")]
    http: Option<String>,
    /// Serve the API over TLS with this certificate, in PEM, those above it behind it
    #[arg(long, value_name = "FILE")]
    tls_certificate: Option<String>,
    /// … and this key, in PEM
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Let the pages of these sites read the API's answers: https://books.example,… or *
    #[arg(long, value_name = "ORIGINS")]
    cors_origins: Option<String>,
    /// Let the API listen beyond this machine, without TLS and access control
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    insecure: Option<bool>,
    /// Where consensus listens, host:port [default: that in genesis]
    #[arg(long, value_name = "ADDRESS")]
    consensus: Option<String>,
    /// Where transaction gossip listens, host:port [default: that in genesis]
    #[arg(long, value_name = "ADDRESS")]
    gossip: Option<String>,
    /// Follow the network and serve the API without a vote; needs no validator key
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    observer: Option<bool>,
    /// The node came onto the network's list after genesis: do not look for its keys there
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    admitted: Option<bool>,
    /// What is logged: error, warn, info, debug, or by module
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// Log lines as JSON
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    log_json: Option<bool>,
    /// The most time between blocks while there is nothing to do, in milliseconds
    #[arg(long, value_name = "MS")]
    heartbeat_ms: Option<u64>,
    /// The least time between blocks, in milliseconds
    #[arg(long, value_name = "MS")]
    block_time_ms: Option<u64>,
    /// How long to wait for a proposal, in milliseconds
    #[arg(long, value_name = "MS")]
    propose_timeout_ms: Option<u64>,
    /// Write a checkpoint after so many transactions
    #[arg(long, value_name = "N")]
    checkpoint_transactions: Option<u64>,
    /// Write a checkpoint after so many blocks
    #[arg(long, value_name = "N")]
    checkpoint_blocks: Option<u64>,
    /// How many transactions may wait
    #[arg(long, value_name = "N")]
    mempool_count: Option<u64>,
    /// Let go of older blocks than so many last ones
    #[arg(long, value_name = "N")]
    prune_keep_blocks: Option<u64>,
    /// Let go of older blocks than so many days
    #[arg(long, value_name = "DAYS")]
    prune_keep_days: Option<u64>,
    /// Bytes of transactions that may wait
    #[arg(long, value_name = "BYTES")]
    mempool_bytes: Option<u64>,
    /// Requests a second that one address may send; 0 for no limit [default: 1000]
    #[arg(long, value_name = "N")]
    rate_per_address: Option<u64>,
    /// … and so many at once after a pause [default: twice the rate]
    #[arg(long, value_name = "N")]
    rate_per_address_burst: Option<u64>,
    /// Transactions a second that one member may submit here; 0 for no limit [default: 10000]
    #[arg(long, value_name = "N")]
    rate_per_member: Option<u64>,
    /// … and so many at once after a pause [default: twice the rate]
    #[arg(long, value_name = "N")]
    rate_per_member_burst: Option<u64>,
    /// Hold requests from this machine to the rate of an address, too
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    rate_loopback: Option<bool>,
    /// Open the admin socket in the node's folder, for `allonge node admin`
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    admin: Option<bool>,
}

impl From<SettingArgs> for Settings {
    fn from(args: SettingArgs) -> Self {
        Settings {
            name: args.name,
            http: args.http,
            insecure: args.insecure,
            tls_certificate: args.tls_certificate,
            tls_key: args.tls_key,
            cors_origins: args.cors_origins,
            consensus: args.consensus,
            gossip: args.gossip,
            observer: args.observer,
            admitted: args.admitted,
            log: args.log,
            log_json: args.log_json,
            heartbeat_ms: args.heartbeat_ms,
            block_time_ms: args.block_time_ms,
            propose_timeout_ms: args.propose_timeout_ms,
            checkpoint_transactions: args.checkpoint_transactions,
            checkpoint_blocks: args.checkpoint_blocks,
            prune_keep_blocks: args.prune_keep_blocks,
            prune_keep_days: args.prune_keep_days,
            mempool_count: args.mempool_count,
            mempool_bytes: args.mempool_bytes,
            rate_per_address: args.rate_per_address,
            rate_per_address_burst: args.rate_per_address_burst,
            rate_per_member: args.rate_per_member,
            rate_per_member_burst: args.rate_per_member_burst,
            rate_loopback: args.rate_loopback,
            admin: args.admin,
            ..Settings::default()
        }
    }
}

/// Runs the node.
///
/// # Errors
/// Why it did not start, or ended by itself.
pub async fn run(context: &Context, args: RunArgs) -> Result<(), CliError> {
    let home = context
        .named_home()
        .ok_or_else(|| unusable("the node's folder is not given".to_owned()))?;
    let file = match args.config {
        // One that was asked for has to be there.
        Some(file) if !file.exists() => {
            return Err(configuration(format!(
                "there is no file {}",
                file.display()
            )));
        }
        Some(file) => file,
        None => home.join("config.toml"),
    };
    let config = NodeConfig::load(&file, &args.settings.into(), &|name| {
        std::env::var(name).ok()
    })
    .map_err(|e| configuration(e.to_string()))?;
    allonge_node::logging::start(&config.log, config.log_json).map_err(configuration)?;
    if args.until_stdin_closes {
        stop_when_stdin_closes();
    }
    allonge_node::run::run(home, config).await.map_err(ended)
}

fn configuration(message: String) -> CliError {
    CliError::input(
        "NODE_CONFIG",
        message,
        "correct what is named; `allonge node run --help` lists the settings",
    )
}

fn ended(error: RunError) -> CliError {
    match error {
        // Files that do not belong together are whole: nothing is to be fetched anew.
        RunError::Store(StoreError::Foreign { .. })
        | RunError::Start(StartError::Genesis(_) | StartError::Store(StoreError::Foreign { .. })) => {
            not_started(error.to_string())
        }
        RunError::Store(ref old @ StoreError::OldFormat { .. })
        | RunError::Start(StartError::Store(ref old @ StoreError::OldFormat { .. })) => {
            store_error(old)
        }
        RunError::Store(StoreError::Failed { .. })
        | RunError::Start(StartError::Store(StoreError::Failed { .. })) => CliError::input(
            "NODE_STORE",
            error.to_string(),
            "make room on the disk, or make the folder readable and writable, and start it again",
        ),
        RunError::Start(StartError::Protocol(_)) => CliError::input(
            "NODE_PROTOCOL",
            error.to_string(),
            "what is on disk is sound and stays as it is",
        ),
        RunError::Store(_) | RunError::Start(_) => damaged(error.to_string()),
        RunError::Seat(SeatError::Engine(EngineError::WalIo { .. })) => CliError::check_failed(
            "NODE_LOG",
            error.to_string(),
            "make room on the disk that holds it, or look at the disk, and start the node again; nothing is lost",
        ),
        RunError::Seat(SeatError::Engine(EngineError::Wal { .. })) => CliError::check_failed(
            "NODE_LOG_DAMAGED",
            error.to_string(),
            "look at the disk first; then put a copy of the file back, or move the file away: the node then follows without a vote until it is safe to vote",
        ),
        RunError::Seat(SeatError::Broken(_)) => CliError::check_failed(
            "NODE_STOPPED",
            error.to_string(),
            "see that the disk has room, is writable and sound, and start the node again",
        ),
        RunError::Stopped(_) | RunError::Seat(SeatError::Engine(EngineError::Failed)) => {
            CliError::check_failed(
                "NODE_STOPPED",
                error.to_string(),
                "see the log above; `allonge node check` verifies what is on disk",
            )
        }
        _ => not_started(error.to_string()),
    }
}

fn not_started(message: String) -> CliError {
    CliError::input(
        "NODE_NOT_STARTED",
        message,
        "correct what is named and start it again; nothing was changed",
    )
}
