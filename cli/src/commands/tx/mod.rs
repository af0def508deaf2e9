//! `allonge tx`: what became of a transaction, and transactions as files.

mod files;
mod view;

use crate::client::{NodeClient, SentLog, now_ms};
use crate::context::{Acted, Context};
use crate::error::CliError;
use allonge_contracts::Hash;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `tx`.
#[derive(Debug, Args)]
pub struct TxArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what is known of a transaction now
    #[command(
        after_help = "Example:\n  allonge tx show 5b1c…  (the 64 hex digits that sending printed)"
    )]
    Show {
        /// The transaction
        id: Hash,
    },
    /// Wait until a transaction is final; one that was sent from this home and that no node knows is sent again
    #[command(after_help = "Example:\n  allonge tx wait 5b1c… --timeout 60s")]
    Wait {
        /// The transaction
        id: Hash,
    },
    /// Make a transaction of calls in a JSON file; with --prepare it is not sent
    #[command(after_help = "Example:\n  allonge tx sign calls.json --as acme --prepare pay.json")]
    Sign(files::SignArgs),
    /// Say what a transaction's file does, who has signed it, who still must, and until when it is valid
    #[command(after_help = "Example:\n  allonge tx read pay.json")]
    Read {
        /// The transaction's file
        file: PathBuf,
    },
    /// Add signatures to a transaction's file; with --key no node is needed
    #[command(
        after_help = "Examples:\n  allonge tx cosign pay.json\n  allonge tx cosign pay.json --key acme-2 --out both.json"
    )]
    Cosign(files::CosignArgs),
    /// Send a transaction's file
    #[command(after_help = "Example:\n  allonge tx submit pay.json")]
    Submit {
        /// The transaction's file
        file: PathBuf,
    },
}

/// Runs it.
///
/// # Errors
/// The node's; a rejected transaction is an error for the exit code.
pub async fn run(context: &Context, args: TxArgs) -> Result<(), CliError> {
    let client = context.client()?;
    match args.verb {
        Verb::Show { id } => match client.transaction(id).await? {
            Some(view) => Acted::taken(view).finish(&context.out),
            None => Err(CliError::input(
                "NOT_FOUND",
                format!("no transaction {id} is on the ledger or waiting at this node"),
                format!(
                    "if it was sent from this home, `allonge tx wait {id}` sends the same transaction again"
                ),
            )),
        },
        Verb::Wait { id } => wait(context, &client, id).await,
        Verb::Sign(args) => files::sign(context, args).await,
        Verb::Read { file } => files::show(context, &file).await,
        Verb::Cosign(args) => files::cosign(context, args).await,
        Verb::Submit { file } => files::submit(context, &file).await,
    }
}

async fn wait(context: &Context, client: &NodeClient, id: Hash) -> Result<(), CliError> {
    let started = std::time::Instant::now();
    let known = client.transaction(id).await?;
    let log = SentLog::of_home(&context.home()?);
    let sent = match known {
        Some(_) => None,
        None => log.find(&id).ok().flatten().and_then(|sent| sent.signed()),
    };
    let done = match sent {
        // Its id is the same, so it can become final only once.
        Some(signed) if signed.transaction.body.valid_until > now_ms() => {
            context.out.note(&format!(
                "no node knows {id}; sending the same transaction again"
            ));
            client.submit_and_wait(&signed, context.timeout()).await?
        }
        _ => client.wait_final(id, context.timeout()).await?,
    };
    Acted::final_after(done, started.elapsed()).finish(&context.out)
}
