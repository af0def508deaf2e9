//! `allonge bill`: bills from issue to payment.

mod answer;
mod ask;
mod issue;
mod limits;
pub mod list;
pub mod pledge;
mod quote;
mod recourse;
mod select;
mod sell;
pub mod show;
pub mod tree;

pub use answer::{AnswerArgs, RefuseArgs, agree, refuse, withdraw};
pub use select::{Answer, AnswerBy, PartArgs, Pays, Pick};

use crate::context::Context;
use crate::error::CliError;
use allonge_contracts::bills::InstrumentNumber;
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
        allonge bill issue --acceptor bank-a --payee parts-1 --invoice invoice.xml --as acme\n  \
        allonge bill issue --kind commercial --acceptor acme --payee parts-1 --amount 5,000 --maturity 6m --only-role bank --as acme")]
    Issue(issue::IssueArgs),
    /// Accept a bill, or another request that costs nothing to agree to (who is asked acts)
    #[command(after_help = "Examples:\n  \
        allonge bill accept 510210009999620270105000000011 --as bank-a\n  \
        allonge bill accept 510210009999620270105000000011 --amount 600,000.00 --as bank-a")]
    Accept(answer::AcceptArgs),
    /// Deliver an accepted bill to the payee, who signs for it (the drawer acts)
    #[command(
        after_help = "Example:\n  allonge bill deliver 510210009999620270105000000011 --as acme"
    )]
    Deliver(ask::WholeArgs),
    /// Ask the acceptor to take an accepted, undelivered bill back unused (the drawer acts)
    #[command(
        after_help = "Example:\n  allonge bill return 510210009999620270105000000011 --as acme"
    )]
    Return(ask::WholeArgs),
    /// Disclose an acceptance, as discount needs of some acceptors (the acceptor acts)
    #[command(
        after_help = "Example:\n  allonge bill disclose 510210009999620270105000000011 --as bank-a"
    )]
    Disclose(ask::NumberArgs),
    /// Endorse a lot, or part of it, to another member, who signs for it (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge bill endorse 510210009999620270105000000011 --to maker-2 --amount 250,000.00 --as parts-1")]
    Endorse(ask::EndorseArgs),
    /// Ask whoever marked a lot not transferable to remove the mark (the holder acts)
    #[command(
        after_help = "Example:\n  allonge bill unmark 510210009999620270105000000011 --as maker-2"
    )]
    Unmark(ask::UnmarkArgs),
    /// Narrow what may be done with a lot, for ever (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge bill narrow 510210009999620270105000000011 --only-role bank --unsplittable --as maker-2")]
    Narrow(limits::NarrowArgs),
    /// Ask another member to guarantee (the drawer acts, then the acceptor, after delivery the holder)
    #[command(after_help = "Example:\n  \
        allonge bill guarantee 510210009999620270105000000011 --guarantor surety-1 --as acme")]
    Guarantee(ask::GuaranteeArgs),
    /// Sell a lot to a bank, for good or under repo; the bank pays as it signs (the holder acts)
    #[command(after_help = "Examples:\n  \
        allonge bill discount 510210009999620270105000000011 --to bank-b --rate 3.9% --as maker-2\n  \
        allonge bill discount 510210009999620270105000000011 --to bank-b --rate 2.4% --repo-open 30d --repo-until 60d --as maker-2")]
    Discount(sell::DiscountArgs),
    /// Sell a discounted lot to another bank (the bank that holds it acts)
    #[command(after_help = "Example:\n  \
        allonge bill interbank-discount 510210009999620270105000000011 --to bank-c --rate 2% --without-liability --as bank-b")]
    InterbankDiscount(sell::InterbankArgs),
    /// Sell a discounted lot to the central bank (the bank that holds it acts)
    #[command(after_help = "Example:\n  \
        allonge bill rediscount 510210009999620270105000000011 --to central-bank --rate 1.75% --as bank-b")]
    Rediscount(sell::SaleArgs),
    /// Ask the seller under repo to buy back, at face (the buyer acts)
    #[command(
        after_help = "Example:\n  allonge bill redeem 510210009999620270105000000011 --as bank-b"
    )]
    Redeem(sell::RedeemArgs),
    /// Say what a sale would come to; nothing is sent
    #[command(after_help = "Examples:\n  \
        allonge bill quote --amount 3,000,000.00 --rate 3.9% --days 118\n  \
        allonge bill quote --amount 500,000.00 --rate 2.4% --from 2027-03-01 --until 2027-04-30\n  \
        allonge bill quote 510210009999620270105000000011:1-25000000 --rate 3.9%")]
    Quote(quote::QuoteArgs),
    /// Pledge a lot for a debt (the holder acts)
    #[command(after_help = "Example:\n  \
        allonge bill pledge 510210009999620270105000000011 --to bank-b --debt 200,000.00 --debt-due 60d --as maker-2")]
    Pledge(pledge::PledgeArgs),
    /// Release a lot from pledge, against cash where a price is named (the pledgee acts)
    #[command(after_help = "Example:\n  \
        allonge bill release 510210009999620270105000000011 --price 200,000.00 --as bank-b")]
    Release(pledge::ReleaseArgs),
    /// Let the held proceeds of a lot that was paid under pledge go to the pledgee now (the pledgor acts)
    #[command(after_help = "Example:\n  \
        allonge bill apply-proceeds 510210009999620270105000000011 --as maker-2")]
    ApplyProceeds(pledge::ProceedsArgs),
    /// Give up the held proceeds of a lot that was paid under pledge (the pledgee acts)
    #[command(after_help = "Example:\n  \
        allonge bill release-proceeds 510210009999620270105000000011 --as bank-b")]
    ReleaseProceeds(pledge::ProceedsArgs),
    /// Agree to whatever request waits for the acting member
    #[command(after_help = "Examples:\n  \
        allonge bill sign 510210009999620270105000000011 --as parts-1\n  \
        allonge bill sign --request 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as parts-1")]
    Sign(answer::AnswerArgs),
    /// Present a lot for payment by hand: early, or again after a refusal (the holder acts)
    #[command(
        after_help = "Example:\n  allonge bill present 510210009999620270105000000011:1-25000000 --as maker-2"
    )]
    Present(ask::PresentArgs),
    /// Pay a lot that was presented, or agree to buy one: whatever the answer pays for (who is asked acts)
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
    Revoke(ask::NumberArgs),
    /// Show a bill: its front, its lots, and its back with the hands it passed through
    #[command(after_help = "Example:\n  allonge bill show 510210009999620270105000000011")]
    Show {
        /// The bill
        number: InstrumentNumber,
    },
    /// Show how a bill was split and where each part went: as text, as data, or as a picture
    #[command(after_help = "Examples:\n  \
        allonge bill tree 510210009999620270105000000011\n  \
        allonge bill tree 510210009999620270105000000011 --svg bill.svg")]
    Tree(tree::TreeArgs),
    /// Show who is liable to whom for a lot, for how much, until when, and by which rule
    #[command(after_help = "Examples:\n  \
        allonge bill recourse 510210009999620270105000000011:1-25000000\n  \
        allonge bill recourse 510210009999620270105000000011 --on 2027-08-20")]
    Recourse(recourse::RecourseArgs),
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
        Verb::Accept(args) => answer::accept(context, args).await,
        Verb::Deliver(args) => ask::deliver(context, args).await,
        Verb::Return(args) => ask::return_unused(context, args).await,
        Verb::Disclose(args) => ask::disclose(context, args).await,
        Verb::Endorse(args) => ask::endorse(context, args).await,
        Verb::Unmark(args) => ask::unmark(context, args).await,
        Verb::Narrow(args) => limits::narrow(context, args).await,
        Verb::Guarantee(args) => ask::guarantee(context, args).await,
        Verb::Discount(args) => sell::discount(context, args).await,
        Verb::InterbankDiscount(args) => sell::interbank(context, args).await,
        Verb::Rediscount(args) => sell::rediscount(context, args).await,
        Verb::Redeem(args) => sell::redeem(context, args).await,
        Verb::Quote(args) => quote::run(context, args).await,
        Verb::Pledge(args) => pledge::pledge(context, args).await,
        Verb::Release(args) => pledge::release(context, args).await,
        Verb::ApplyProceeds(args) => pledge::apply(context, args).await,
        Verb::ReleaseProceeds(args) => pledge::give_up(context, args).await,
        Verb::Sign(args) => agree(context, args, Answer::Any).await,
        Verb::Present(args) => ask::present(context, args).await,
        Verb::Pay(args) => agree(context, args, Answer::Paying).await,
        Verb::Refuse(args) => refuse(context, args, Answer::Any).await,
        Verb::Withdraw(args) => withdraw(context, args, Answer::Any).await,
        Verb::Revoke(args) => ask::revoke(context, args).await,
        Verb::Show { number } => show::run(context, number).await,
        Verb::Tree(args) => tree::run(context, args).await,
        Verb::Recourse(args) => recourse::run(context, args).await,
        Verb::List(args) => list::run(context, args).await,
    }
}
