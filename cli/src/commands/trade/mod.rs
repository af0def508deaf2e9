//! `allonge trade`: invoices and other papers on record, claims on invoices, and conditions.

mod attest;
mod check;
mod claim;
mod import;
mod key;
mod list;
mod read;
mod record;
mod show;

use crate::context::Context;
use crate::error::CliError;
use crate::parse::ParseError;
use allonge_contracts::{Hash, RequestId};
use clap::{Args, Subcommand};
use std::str::FromStr;

/// Arguments of `trade`.
#[derive(Debug, Args)]
#[command(after_help = "\
The ledger knows an invoice by its commitment alone, made here under the network's invoice key: 32 bytes in
hex in the file invoice.key of the home folder, or of --invoice-key. Its number is never sent.")]
pub struct TradeArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put a paper on record: contract, invoice, credit-note, goods or document (a party to it acts)
    #[command(subcommand)]
    Record(record::Verb),
    /// Read an invoice or a credit note, UBL 2.1 or CII, and put it on record (its seller acts)
    #[command(after_help = "Examples:\n  \
        allonge trade import invoice.xml --dry-run\n  \
        allonge trade import invoice.xml --as parts-1\n  \
        allonge trade import credit-note.xml --as parts-1")]
    Import(import::ImportArgs),
    /// Show a paper with what is attested of it, a claim with its rank, or a condition
    #[command(after_help = "Examples:\n  \
        allonge trade show e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e\n  \
        allonge trade show 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091")]
    Show {
        /// A paper's id (64 digits: an invoice's commitment, a document's hash), or that of a claim or a
        /// condition (32 digits)
        id: Id,
    },
    /// List the papers of a member, the claims that it was given, or the conditions that it is to attest
    #[command(
        after_help = "Examples:\n  allonge trade list --as parts-1\n  allonge trade list bank-a --claims"
    )]
    List(list::ListArgs),
    /// Confirm or deny a paper, or attest that a condition is met (its buyer or an attestor acts)
    #[command(after_help = "Examples:\n  \
        allonge trade attest e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e --as acme\n  \
        allonge trade attest e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e --deny --text \"not ours\" --as acme\n  \
        allonge trade attest 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as inspector")]
    Attest(attest::AttestArgs),
    /// Set a condition that an attestor is to attest by a day (the acting member sets it)
    #[command(after_help = "Example:\n  \
        allonge trade condition \"goods received in Ningbo\" --attestor inspector --deadline 20d --as parts-1")]
    Condition(attest::ConditionArgs),
    /// Let a request wait for a condition: it takes effect when that is attested (who asked acts)
    #[command(after_help = "Examples:\n  \
        allonge trade escrow 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --condition 5d7f90911b3d5f70c8e0a1b30f3c5a7e --as parts-1\n  \
        allonge trade escrow 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --statement \"goods received\" --attestor inspector --deadline 5d --as parts-1")]
    Escrow(attest::EscrowArgs),
    /// Pledge or assign an invoice, or a part of it, for which there is no bill or certificate (its seller
    /// acts)
    #[command(after_help = "Example:\n  \
        allonge trade claim e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e 500,000.00 --to bank-a --notice --as parts-1")]
    Claim(claim::ClaimArgs),
    /// End a claim on an invoice: unused, which frees the invoice, or paid, which does not (its holder acts)
    #[command(after_help = "Example:\n  \
        allonge trade release 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --unused --as bank-a")]
    Release(claim::ReleaseArgs),
    /// Ask whether an invoice is free to be financed: yes or no, and never who has
    #[command(after_help = "Examples:\n  \
        allonge trade check e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e\n  \
        allonge trade check --file invoice.xml --amount 500,000.00")]
    Check(check::CheckArgs),
}

/// What is named by 64 or 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    /// A paper.
    Paper(Hash),
    /// A claim or a condition.
    Short(RequestId),
}

impl FromStr for Id {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let short = text.parse().map(Id::Short).ok();
        short
            .or_else(|| text.parse().map(Id::Paper).ok())
            .ok_or_else(|| {
                let shown: String = text.chars().take(80).collect();
                ParseError(format!(
                    "`{shown}` is neither the id of a paper (32 bytes in hex) nor that of a claim or a condition (16 bytes in hex)"
                ))
            })
    }
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: TradeArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Record(verb) => record::run(context, verb).await,
        Verb::Import(args) => import::run(context, args).await,
        Verb::Show { id } => show::run(context, id).await,
        Verb::List(args) => list::run(context, args).await,
        Verb::Attest(args) => attest::attest(context, args).await,
        Verb::Condition(args) => attest::condition(context, args).await,
        Verb::Escrow(args) => attest::escrow(context, args).await,
        Verb::Claim(args) => claim::claim(context, args).await,
        Verb::Release(args) => claim::release(context, args).await,
        Verb::Check(args) => check::run(context, args).await,
    }
}
