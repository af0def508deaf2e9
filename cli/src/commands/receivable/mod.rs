//! `allonge receivable`: credit lines, and certificates from opening to redemption.

mod due;
mod lines;
mod list;
mod moving;
mod open;
mod quotes;
mod reach;
mod seal;
mod show;

pub use open::BackingArg;
pub use seal::quote_in;

use crate::commands::bill::pledge::{self, PledgeArgs, ProceedsArgs, ReleaseArgs};
use crate::commands::bill::tree::{self, TreeArgs};
use crate::commands::bill::{Answer, AnswerArgs, RefuseArgs, agree, refuse, withdraw};
use crate::context::Context;
use crate::error::CliError;
use allonge_contracts::instruments::InstrumentNumber;
use clap::{Args, Subcommand};

/// Arguments of `receivable`.
#[derive(Debug, Args)]
#[command(after_help = "\
A lot is written NUMBER:START-END, such as 910210009999620270105000000017:1-35000000.
NUMBER alone means the one lot that the acting member holds or must answer; where there are
several, they are listed.")]
pub struct ReceivableArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Grant a core enterprise a credit line to open certificates against (a bank or finance company acts)
    #[command(after_help = "Example:\n  \
        allonge receivable grant-line --to acme --limit 5,000,000.00 --until 12m --as bank-a")]
    GrantLine(lines::GrantArgs),
    /// Set the limit and the last day of a line anew (its grantor acts)
    #[command(after_help = "Example:\n  \
        allonge receivable change-line 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --limit 6,000,000.00 --as bank-a")]
    ChangeLine(lines::ChangeArgs),
    /// List the lines that a member granted or was granted
    #[command(after_help = "Example:\n  allonge receivable lines --as acme")]
    Lines(lines::LinesArgs),
    /// Open a certificate to a supplier and ask it to sign, in one transaction (the core enterprise acts)
    #[command(after_help = "Examples:\n  \
        allonge receivable open --line 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --to parts-1 --amount 1,000,000.00 --due 90d --backing 5c1f…=1,000,000.00 --as acme\n  \
        allonge receivable open --line 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --to parts-1 --amount 5,000 --due 9m --reason \"built to order\" --confirm-by bank-b --as acme")]
    Open(open::OpenArgs),
    /// Ask a bank to confirm a long term (the issuer acts)
    #[command(after_help = "Example:\n  \
        allonge receivable ask-confirmation 910210009999620270105000000017 --to bank-b --as acme")]
    AskConfirmation(open::ConfirmArgs),
    /// Ask the payee to sign (the issuer acts)
    #[command(after_help = "Example:\n  \
        allonge receivable ask-signature 910210009999620270105000000017 --as acme")]
    AskSignature(open::WholeArgs),
    /// Take a certificate back that is not signed for, or reject it unasked (the issuer or the payee acts)
    #[command(after_help = "Examples:\n  \
        allonge receivable cancel 910210009999620270105000000017 --as acme\n  \
        allonge receivable cancel 910210009999620270105000000017 --as parts-1")]
    Cancel {
        /// The certificate
        number: InstrumentNumber,
    },
    /// Agree to whatever request waits for the acting member: sign, take a transfer, finance, take back
    #[command(after_help = "Examples:\n  \
        allonge receivable sign 910210009999620270105000000017 --as parts-1\n  \
        allonge receivable sign --request 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as bank-b")]
    Sign(AnswerArgs),
    /// Refuse a request that waits for the acting member
    #[command(after_help = "Example:\n  \
        allonge receivable refuse 910210009999620270105000000017 --code contract-breach --as parts-1")]
    Refuse(RefuseArgs),
    /// Take back a request before it is answered (who asked acts)
    #[command(
        after_help = "Example:\n  allonge receivable withdraw 910210009999620270105000000017 --as parts-1"
    )]
    Withdraw(AnswerArgs),
    /// Transfer a lot, or part of it, to a supplier of the next tier (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable transfer 910210009999620270105000000017 --to maker-2 --amount 350,000.00 --as parts-1")]
    Transfer(moving::TransferArgs),
    /// Ask one funder to finance a lot; it pays as it signs (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable finance 910210009999620270105000000017 --to bank-b --amount 200,000.00 --rate 4.2% --registry ZDW-17 --as parts-1")]
    Finance(moving::FinanceArgs),
    /// Ask several funders at once what they would pay, sealed (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable ask-quotes 910210009999620270105000000017 --to bank-b --to factor-1 --until 2d --as parts-1")]
    AskQuotes(quotes::AskArgs),
    /// Answer a question for quotes, sealed to whoever asks (a funder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable quote 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --rate 3.85% --valid 4h --as bank-b")]
    Quote(quotes::QuoteArgs),
    /// Show questions for quotes; of one that was asked from here, the answers opened
    #[command(after_help = "Examples:\n  \
        allonge receivable quotes --as parts-1\n  \
        allonge receivable quotes 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as parts-1")]
    Quotes(quotes::QuotesArgs),
    /// Take a quote: cash and lot move together, the others lapse (whoever asked acts)
    #[command(after_help = "Example:\n  \
        allonge receivable take-quote 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --funder bank-b --registry ZDW-18 --as parts-1")]
    TakeQuote(quotes::TakeArgs),
    /// Ask for quotes no longer (whoever asked acts)
    #[command(after_help = "Example:\n  \
        allonge receivable close-quotes 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as parts-1")]
    CloseQuotes(quotes::CloseArgs),
    /// Pledge a lot for a debt (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable pledge 910210009999620270105000000017 --to bank-b --debt 200,000.00 --debt-due 60d --registry ZDW-19 --as maker-2")]
    Pledge(PledgeArgs),
    /// Release a lot from pledge, against cash where a price is named (the pledgee acts)
    #[command(after_help = "Example:\n  \
        allonge receivable release 910210009999620270105000000017 --price 200,000.00 --as bank-b")]
    Release(ReleaseArgs),
    /// Let the held proceeds of a lot that was paid under pledge go to the pledgee now (the pledgor acts)
    #[command(after_help = "Example:\n  \
        allonge receivable apply-proceeds 910210009999620270105000000017 --as maker-2")]
    ApplyProceeds(ProceedsArgs),
    /// Give up the held proceeds of a lot that was paid under pledge (the pledgee acts)
    #[command(after_help = "Example:\n  \
        allonge receivable release-proceeds 910210009999620270105000000017 --as bank-b")]
    ReleaseProceeds(ProceedsArgs),
    /// Ask the seller of an overdue lot to take it back, under recourse (its funder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable ask-back 910210009999620270105000000017 --costs 1,200.00 --as bank-b")]
    AskBack(due::AskBackArgs),
    /// Redeem an overdue lot by hand (the issuer acts)
    #[command(after_help = "Example:\n  \
        allonge receivable redeem 910210009999620270105000000017:1-35000000 --as acme")]
    Redeem(due::LotArgs),
    /// Dispute a lot: it moves no more until the dispute is withdrawn (issuer or holder acts)
    #[command(after_help = "Example:\n  \
        allonge receivable dispute 910210009999620270105000000017 --reason \"short delivery\" --as acme")]
    Dispute(due::DisputeArgs),
    /// Withdraw a dispute (whoever disputed acts)
    #[command(after_help = "Example:\n  \
        allonge receivable settle-dispute 910210009999620270105000000017:1-35000000 --as acme")]
    SettleDispute(due::LotArgs),
    /// Show a certificate: its front, its lots with their tiers, and the hands it passed through
    #[command(after_help = "Example:\n  allonge receivable show 910210009999620270105000000017")]
    Show {
        /// The certificate
        number: InstrumentNumber,
    },
    /// Show how a certificate was split and where each part went: as text, as data, or as a picture
    #[command(after_help = "Examples:\n  \
        allonge receivable tree 910210009999620270105000000017\n  \
        allonge receivable tree 910210009999620270105000000017 --svg certificate.svg")]
    Tree(TreeArgs),
    /// Show how far a core enterprise's credit has reached, at which tier, and what finance cost there
    #[command(after_help = "Example:\n  allonge receivable reach --as acme")]
    Reach(reach::ReachArgs),
    /// List the lots that a member holds, or the certificates that it opened
    #[command(after_help = "Examples:\n  \
        allonge receivable list --as maker-2\n  \
        allonge receivable list --issuer acme")]
    List(list::ListArgs),
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: ReceivableArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::GrantLine(args) => lines::grant(context, args).await,
        Verb::ChangeLine(args) => lines::change(context, args).await,
        Verb::Lines(args) => lines::list(context, args).await,
        Verb::Open(args) => open::run(context, args).await,
        Verb::AskConfirmation(args) => open::ask_confirmation(context, args).await,
        Verb::AskSignature(args) => open::ask_signature(context, args).await,
        Verb::Cancel { number } => open::cancel(context, number).await,
        Verb::Sign(args) => agree(context, args, Answer::Any).await,
        Verb::Refuse(args) => refuse(context, args, Answer::Any).await,
        Verb::Withdraw(args) => withdraw(context, args, Answer::Any).await,
        Verb::Transfer(args) => moving::transfer(context, args).await,
        Verb::Finance(args) => moving::finance(context, args).await,
        Verb::AskQuotes(args) => quotes::ask(context, args).await,
        Verb::Quote(args) => quotes::quote(context, args).await,
        Verb::Quotes(args) => quotes::show(context, args).await,
        Verb::TakeQuote(args) => quotes::take(context, args).await,
        Verb::CloseQuotes(args) => quotes::close(context, args).await,
        Verb::Pledge(args) => pledge::pledge(context, args).await,
        Verb::Release(args) => pledge::release(context, args).await,
        Verb::ApplyProceeds(args) => pledge::apply(context, args).await,
        Verb::ReleaseProceeds(args) => pledge::give_up(context, args).await,
        Verb::AskBack(args) => due::ask_back(context, args).await,
        Verb::Redeem(args) => due::redeem(context, args).await,
        Verb::Dispute(args) => due::dispute(context, args).await,
        Verb::SettleDispute(args) => due::settle_dispute(context, args).await,
        Verb::Show { number } => show::run(context, number).await,
        Verb::Tree(args) => tree::run(context, args).await,
        Verb::Reach(args) => reach::run(context, args).await,
        Verb::List(args) => list::run(context, args).await,
    }
}
