//! `allonge node restore` and `allonge node join`: a node's home from an archive, or from another node.

use super::archive::refused;
use super::check::unusable;
use super::home::{named, store_error};
use crate::client::FetchError;
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_genesis;
use crate::output::fields;
use allonge_contracts::Hash;
use allonge_ledger::Genesis;
use allonge_node::archive::{
    ArchiveError, Installed, Part, Reader, RestoreError, RestoredHome, What,
};
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// From what a home is filled.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup or snapshot
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The network's genesis file [default: genesis.json in the node's folder, else the one in the archive]
    #[arg(long, value_name = "FILE", env = "ALLONGE_GENESIS")]
    genesis: Option<PathBuf>,
}

/// From whom a home is filled.
#[derive(Debug, Args)]
pub struct JoinArgs {
    /// A node's address, http://host:port; it need not be trusted
    #[arg(long, value_name = "URL")]
    from: String,
    /// The network's genesis file, from somebody you trust
    #[arg(long, value_name = "FILE", env = "ALLONGE_GENESIS")]
    genesis: PathBuf,
}

#[derive(Serialize)]
struct Restored {
    home: PathBuf,
    genesis: Hash,
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    block: Hash,
    state_root: Hash,
    #[serde(with = "allonge_contracts::json::string")]
    history_start: u64,
    #[serde(with = "allonge_contracts::json::string")]
    transactions: u64,
    #[serde(with = "allonge_contracts::json::string")]
    entries: u64,
}

/// Restores from a file.
///
/// # Errors
/// The file or the home cannot be used; nothing was changed then.
pub fn run(context: &Context, args: &RestoreArgs) -> Result<(), CliError> {
    let home = named(context)?;
    let what = args.from.display().to_string();
    let wrong = |error: ArchiveError| refused(&what, &error);
    let file = File::open(&args.from).map_err(|e| wrong(e.into()))?;
    let mut reader = Reader::new(BufReader::new(file)).map_err(wrong)?;
    let first = reader.next_part().map_err(wrong)?;
    let Some(Part::Head(head)) = &first else {
        return Err(wrong(ArchiveError::Order(
            "it does not begin with its head",
        )));
    };
    let in_home = home.join("genesis.json");
    let genesis = match &args.genesis {
        Some(file) => read_genesis(file)?,
        None if in_home.exists() => read_genesis(&in_home)?,
        None => {
            let genesis: Genesis = serde_json::from_slice(&head.genesis)
                .map_err(|e| wrong(ArchiveError::Genesis(e.to_string())))?;
            context.out.note(&format!(
                "the genesis {} is taken from the archive: compare it with that of your network",
                genesis.hash()
            ));
            genesis
        }
    };
    let begun = Instant::now();
    let hash = genesis.hash();
    let fail = |error: RestoreError| failed(&what, error);
    let mut restored = RestoredHome::begin(home, genesis).map_err(fail)?;
    let mut next = first;
    while let Some(part) = next {
        restored.push(part).map_err(fail)?;
        next = reader.next_part().map_err(wrong)?;
    }
    let installed = restored.finish().map_err(fail)?;
    show(context, home, hash, &installed, begun)
}

/// Starts from another node's snapshot.
///
/// # Errors
/// The node does not answer, what it serves does not hold, or the home cannot be used; nothing was changed then.
pub async fn join(context: &Context, args: &JoinArgs) -> Result<(), CliError> {
    let home = named(context)?;
    let genesis = read_genesis(&args.genesis)?;
    let client = context.client_of(&[&args.from])?;
    let what = format!("the snapshot of {}", args.from);
    let (begun, hash) = (Instant::now(), genesis.hash());
    let mut restored = RestoredHome::begin(home, genesis).map_err(|error| failed(&what, error))?;
    let mut take = |part: Part| restored.push(part);
    match client.fetch(What::Snapshot, &mut take).await {
        Ok(_) => {}
        Err(FetchError::Node(error)) => return Err(error.into()),
        Err(FetchError::Taker(error)) => return Err(failed(&what, error)),
    }
    let installed = restored.finish().map_err(|error| failed(&what, error))?;
    show(context, home, hash, &installed, begun)
}

fn failed(what: &str, error: RestoreError) -> CliError {
    match error {
        RestoreError::Archive(error) => refused(what, &error),
        RestoreError::Store(error) => store_error(&error),
        RestoreError::Home(error) => unusable(error.to_string()),
        error @ (RestoreError::StoreExists(_)
        | RestoreError::OtherNetwork { .. }
        | RestoreError::Io { .. }) => CliError::input(
            "NODE_HOME",
            error.to_string(),
            "name a node's folder without a store with --home; nothing was changed",
        ),
    }
}

fn show(
    context: &Context,
    home: &Path,
    genesis: Hash,
    installed: &Installed,
    begun: Instant,
) -> Result<(), CliError> {
    let restored = Restored {
        home: home.to_owned(),
        genesis,
        height: installed.height,
        block: installed.block,
        state_root: installed.state_root,
        history_start: installed.history_start,
        transactions: installed.transactions,
        entries: installed.entries,
    };
    let seconds = begun.elapsed().as_secs_f64();
    context
        .out
        .note(&format!("verified and written in {seconds:.1} s"));
    context.out.show("allonge.node-restored/1", &restored, |style| {
        let mut text = format!(
            "{}\n",
            style.good(&format!("the node stands at height {}", restored.height))
        );
        text.push_str(&fields(&[
            ("home", restored.home.display().to_string()),
            ("genesis", restored.genesis.to_string()),
            ("block", restored.block.to_string()),
            ("state root", restored.state_root.to_string()),
            ("blocks from", restored.history_start.to_string()),
            ("transactions", restored.transactions.to_string()),
            ("entries of the state", restored.entries.to_string()),
        ]));
        text.push_str(
            "a validator's key may have signed votes that this home does not know: see docs/operations.md before \
             it votes again\n",
        );
        text
    })
}
