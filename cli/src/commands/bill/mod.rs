//! `allonge bill`: bills from issue to payment.

mod answer;
mod ask;
mod issue;
mod list;
mod select;
mod show;
mod tree;

use crate::context::Context;
use crate::error::CliError;
use allonge_contracts::bills::BillNumber;
use clap::{Args, Subcommand};

/// Arguments of `bill`.
#[derive(Debug, Args)]
#[command(after_help = "\
A lot is written NUMBER:START-END, such as 510210009999620270105000000011:101-12200.
NUMBER alone means the one lot that the acting member holds or must answer; where there are
several, they are listed.")]
pub struct BillArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Draw a bill: register it and ask the drawee to accept it, in one transaction (the drawer acts)
    #[command(after_help = "Examples:\n  \
        allonge bill issue --acceptor bank-a --payee parts-1 --amount 1,000,000.00 --maturity 90d --as acme\n  \
        allonge bill issue --acceptor bank-a --payee parts-1 --invoice invoice.xml --as acme")]
    Issue(issue::IssueArgs),
    /// Accept a bill (the drawee acts)
    #[command(
        after_help = "Example:\n  allonge bill accept 510210009999620270105000000011 --as bank-a"
    )]
    Accept(answer::AnswerArgs),
    /// Deliver an accepted bill to the payee, who signs for it (the drawer acts)
    #[command(
        after_help = "Example:\n  allonge bill deliver 510210009999620270105000000011 --as acme"
    )]
    Deliver(ask::DeliverArgs),
    /// Endorse a lot, or part of it, to another member, who signs for it (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge bill endorse 510210009999620270105000000011 --to maker-2 --amount 250,000.00 --as parts-1")]
    Endorse(ask::EndorseArgs),
    /// Agree to whatever request waits for the acting member
    #[command(
        after_help = "Example:\n  allonge bill sign 510210009999620270105000000011 --as parts-1"
    )]
    Sign(answer::AnswerArgs),
    /// Present a lot for payment by hand: early, or again after a refusal (the holder acts)
    #[command(
        after_help = "Example:\n  allonge bill present 510210009999620270105000000011:1-25000000 --as maker-2"
    )]
    Present(ask::PresentArgs),
    /// Pay a lot that was presented (the acceptor acts)
    #[command(
        after_help = "Example:\n  allonge bill pay 510210009999620270105000000011:1-25000000 --as bank-a"
    )]
    Pay(answer::AnswerArgs),
    /// Refuse a presentment, or another request that waits for the acting member
    #[command(after_help = "Example:\n  \
        allonge bill refuse 510210009999620270105000000011 --code contract-breach --as bank-a")]
    Refuse(answer::RefuseArgs),
    /// Take back a request before it is answered (who asked acts)
    #[command(
        after_help = "Example:\n  allonge bill withdraw 510210009999620270105000000011 --as parts-1"
    )]
    Withdraw(answer::AnswerArgs),
    /// Revoke a bill that is not accepted (the drawer acts)
    #[command(
        after_help = "Example:\n  allonge bill revoke 510210009999620270105000000011 --as acme"
    )]
    Revoke(ask::RevokeArgs),
    /// Show a bill: its front, its lots, and its back with the hands it passed through
    #[command(after_help = "Example:\n  allonge bill show 510210009999620270105000000011")]
    Show {
        /// The bill
        number: BillNumber,
    },
    /// Show how a bill was split and where each part went: as text, as data, or as a picture
    #[command(after_help = "Examples:\n  \
        allonge bill tree 510210009999620270105000000011\n  \
        allonge bill tree 510210009999620270105000000011 --svg bill.svg")]
    Tree(tree::TreeArgs),
    /// List the lots that a member holds, the requests that wait for it, or all bills
    #[command(
        after_help = "Examples:\n  allonge bill list --as maker-2\n  allonge bill list --waiting --as bank-a"
    )]
    List(list::ListArgs),
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: BillArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Issue(args) => issue::run(context, args).await,
        Verb::Accept(args) => answer::agree(context, args, Some("acceptance")).await,
        Verb::Deliver(args) => ask::deliver(context, args).await,
        Verb::Endorse(args) => ask::endorse(context, args).await,
        Verb::Sign(args) => answer::agree(context, args, None).await,
        Verb::Present(args) => ask::present(context, args).await,
        Verb::Pay(args) => answer::agree(context, args, Some("presentment")).await,
        Verb::Refuse(args) => answer::refuse(context, args).await,
        Verb::Withdraw(args) => answer::withdraw(context, args).await,
        Verb::Revoke(args) => ask::revoke(context, args).await,
        Verb::Show { number } => show::run(context, number).await,
        Verb::Tree(args) => tree::run(context, args).await,
        Verb::List(args) => list::run(context, args).await,
    }
}
