//! `allonge proof`: a fact as a file that anybody with the genesis can check.

use crate::context::Context;
use crate::error::CliError;
use crate::files;
use allonge_contracts::Hash;
use allonge_contracts::bills::InstrumentNumber;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `proof`.
#[derive(Debug, Args)]
pub struct ProofArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Get a proof from a node
    Get(GetArgs),
}

#[derive(Debug, Args)]
struct GetArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// That a transaction is final, and what came of it
    #[command(after_help = "Example:\n  allonge proof get tx 5b1c… -o payment.proof.json")]
    Tx {
        /// The transaction
        id: Hash,
        /// Where to write it; standard output where absent
        #[arg(short = 'o', long = "file", value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// A bill with all its lots, as of the latest block
    #[command(
        after_help = "Example:\n  allonge proof get bill 510210009999620270105000000011 -o bill.proof.json"
    )]
    Bill {
        /// The bill
        number: InstrumentNumber,
        /// Where to write it; standard output where absent
        #[arg(short = 'o', long = "file", value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// A receivable certificate with all its lots, as of the latest block
    #[command(
        after_help = "Example:\n  allonge proof get receivable 910210009999620270105000000017 -o certificate.proof.json"
    )]
    Receivable {
        /// The certificate
        number: InstrumentNumber,
        /// Where to write it; standard output where absent
        #[arg(short = 'o', long = "file", value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Runs it.
///
/// # Errors
/// The node's, or the file cannot be written.
pub async fn run(context: &Context, args: ProofArgs) -> Result<(), CliError> {
    let Verb::Get(GetArgs { what }) = args.verb;
    let client = context.client()?;
    let (bytes, file) = match what {
        What::Tx { id, file } => (client.transaction_proof(id).await?, file),
        What::Bill { number, file } => (client.bill_proof(&number).await?, file),
        What::Receivable { number, file } => (client.receivable_proof(&number).await?, file),
    };
    match file {
        None => context
            .out
            .print(&String::from_utf8_lossy(&bytes))
            .map(|_| ()),
        Some(file) => {
            files::write(&file, &bytes, "-o")?;
            context.out.note(&format!(
                "{} bytes in {}; check it with `allonge verify {} --genesis GENESIS`",
                bytes.len(),
                file.display(),
                file.display()
            ));
            Ok(())
        }
    }
}
