//! `allonge node backup` and `allonge node snapshot`: a node's data in one file.

use super::check::damaged;
use super::home::{Found, find, store_error};
use crate::client::{FetchError, NodeClient};
use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use allonge_contracts::Hash;
use allonge_ledger::Genesis;
use allonge_node::archive::{
    ArchiveError, ExportError, Part, Progress, Reader, Verifier, What, Writer, write,
};
use allonge_node::shell::restart;
use clap::Args;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

/// Where an archive goes and what it is taken from.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// The file to write, or a folder to make one in
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    #[serde(with = "allonge_contracts::json::string")]
    bytes: u64,
    genesis: Hash,
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    block: Hash,
    #[serde(with = "allonge_contracts::json::string")]
    history_start: u64,
    #[serde(with = "allonge_contracts::json::string")]
    transactions: u64,
    #[serde(with = "allonge_contracts::json::string")]
    entries: u64,
    from_running_node: bool,
}

fn cannot_write(path: &Path, error: impl ToString) -> CliError {
    CliError::input(
        "FILE",
        format!("cannot write {}: {}", path.display(), error.to_string()),
        "name another file with --to",
    )
}

pub(super) fn refused(what: &str, error: &ArchiveError) -> CliError {
    match error {
        ArchiveError::Io(_) => CliError::input(
            "FILE",
            format!("{what} cannot be read: {error}"),
            "give a file that you may read",
        ),
        ArchiveError::NoArchive | ArchiveError::Version => CliError::input(
            "NOT_AN_ARCHIVE",
            format!("{what}: {error}"),
            "give a file as `allonge node backup` or `allonge node snapshot` writes it",
        ),
        _ => CliError::check_failed(
            "ARCHIVE_REFUSED",
            format!("{what} is not used: {error}"),
            "nothing was changed; take another copy, or one from another node",
        ),
    }
}

/// Makes one.
///
/// # Errors
/// The home or the file cannot be used, or the node's data is damaged.
pub async fn run(context: &Context, args: &ArchiveArgs, what: What) -> Result<(), CliError> {
    let name = match what {
        What::Backup => "backup",
        What::Snapshot => "snapshot",
    };
    let found = find(context)?;
    let folder = args.to.is_dir();
    let partial = match folder {
        true => args.to.join(format!("allonge-{name}.partial")),
        false => args.to.with_extension("partial"),
    };
    let make = Unfinished(partial.clone());
    let file = File::create(&partial).map_err(|e| cannot_write(&partial, e))?;
    let out = BufWriter::new(file);
    let begun = Instant::now();
    let (genesis, running) = match found {
        Found::Stopped(stopped) => {
            let records = stopped.records()?;
            let restart =
                restart(&records, stopped.genesis.clone()).map_err(|e| damaged(e.to_string()))?;
            let mut told = Instant::now();
            let mut progress = |at: Progress| {
                if told.elapsed() >= EVERY {
                    told = Instant::now();
                    let Progress { height, tip } = at;
                    context.out.note(&format!("height {height} of {tip}"));
                }
            };
            let written = write(&records, &restart.state, what, out, &mut progress);
            let (out, _) = written.map_err(|error| export_error(&partial, &error))?;
            synced(&partial, out)?;
            (stopped.genesis, false)
        }
        Found::Running { url, genesis } => {
            let client = context.client_of(&[url])?;
            let out = fetch(context, &client, what, out, &partial).await?;
            synced(&partial, out)?;
            (genesis, true)
        }
    };
    let mut made = verified(&partial, genesis)?;
    made.from_running_node = running;
    made.file = match folder {
        true => args
            .to
            .join(format!("allonge-{name}-{}.archive", made.height)),
        false => args.to.clone(),
    };
    fs::rename(&partial, &made.file).map_err(|e| cannot_write(&made.file, e))?;
    std::mem::forget(make);
    context.out.note(&format!(
        "{name} made and verified in {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    context.out.show("allonge.node-archive/1", &made, |style| {
        let mut text = format!(
            "{}\n",
            style.good(&format!("{name} of height {}", made.height))
        );
        text.push_str(&fields(&[
            ("file", made.file.display().to_string()),
            ("bytes", made.bytes.to_string()),
            ("genesis", made.genesis.to_string()),
            ("block", made.block.to_string()),
            ("blocks from", made.history_start.to_string()),
            ("transactions", made.transactions.to_string()),
            ("entries of the state", made.entries.to_string()),
        ]));
        text.push_str("no private key is in it: keep validator_key and node_key elsewhere\n");
        text
    })
}

/// A file that is not whole goes when the command fails.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = fs::remove_file(&self.0);
    }
}

fn export_error(path: &Path, error: &ExportError) -> CliError {
    match error {
        ExportError::Empty => CliError::input(
            "NO_BLOCK",
            error.to_string(),
            "there is something to keep after the first block",
        ),
        ExportError::Store(error) => store_error(error),
        ExportError::Io(error) => cannot_write(path, error),
    }
}

fn synced(path: &Path, out: BufWriter<File>) -> Result<(), CliError> {
    let file = out
        .into_inner()
        .map_err(|e| cannot_write(path, e.into_error()))?;
    file.sync_all().map_err(|e| cannot_write(path, e))
}

async fn fetch(
    context: &Context,
    client: &NodeClient,
    what: What,
    out: BufWriter<File>,
    path: &Path,
) -> Result<BufWriter<File>, CliError> {
    let mut writer = Writer::new(out).map_err(|e| cannot_write(path, e))?;
    let mut told = Instant::now();
    let mut take = |part: Part| {
        if told.elapsed() >= EVERY
            && let Part::Block(block) = &part
        {
            told = Instant::now();
            context
                .out
                .note(&format!("height {}", block.certificate.height));
        }
        writer.push(&part)
    };
    match client.fetch(what, &mut take).await {
        Ok(_) => {}
        Err(FetchError::Node(error)) => return Err(error.into()),
        Err(FetchError::Taker(error)) => return Err(cannot_write(path, error)),
    }
    let (out, _) = writer.finish().map_err(|e| cannot_write(path, e))?;
    Ok(out)
}

/// Reads the file again and verifies all of it: what cannot be restored is no backup.
fn verified(path: &Path, genesis: Genesis) -> Result<Made, CliError> {
    let what = path.display().to_string();
    let wrong = |error: ArchiveError| refused(&what, &error);
    let file = File::open(path).map_err(|e| wrong(e.into()))?;
    let bytes = file.metadata().map_err(|e| wrong(e.into()))?.len();
    let mut made = Made {
        file: path.to_owned(),
        bytes,
        genesis: genesis.hash(),
        height: 0,
        block: Hash::ZERO,
        history_start: 0,
        transactions: 0,
        entries: 0,
        from_running_node: false,
    };
    let mut reader = Reader::new(BufReader::new(file)).map_err(wrong)?;
    let mut verifier = Verifier::new(Arc::new(genesis)).map_err(wrong)?;
    while let Some(part) = reader.next_part().map_err(wrong)? {
        match &part {
            Part::Head(head) => made.history_start = head.blocks_from,
            Part::Block(block) => {
                let count = block.receipts.transactions.len() as u64;
                made.transactions = made.transactions.saturating_add(count);
            }
            _ => {}
        }
        verifier.push(part).map_err(wrong)?;
    }
    let state = verifier.finish().map_err(wrong)?;
    made.height = state.height();
    made.block = state.tip();
    made.entries = state.trie.len() as u64;
    Ok(made)
}
