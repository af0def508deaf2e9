//! `allonge recourse`: notice of a claim, and offers to settle it.

use crate::commands::bill::{
    Answer, AnswerArgs, AnswerBy, PartArgs, Pick, RefuseArgs, agree, refuse, withdraw,
};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, LotArg};
use allonge_contracts::calls::{Notify, Offer};
use allonge_contracts::{MemberId, Text};
use clap::{Args, Subcommand};

/// Arguments of `recourse`.
#[derive(Debug, Args)]
#[command(after_help = "\
Who is liable to whom, for how much and until when is shown by `allonge bill recourse LOT`.")]
pub struct RecourseArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Give notice of recourse for a lot that was refused (its holder acts)
    #[command(after_help = "Examples:\n  \
        allonge recourse notify 510210009999620270105000000011:1-25000000 --as maker-2\n  \
        allonge recourse notify 510210009999620270105000000011 --to acme --costs 150.00 --text \"first call\" --as maker-2")]
    Notify(NotifyArgs),
    /// Offer to settle a lot in recourse, or the low end of it; the sum is held meanwhile (one who is
    /// liable acts)
    #[command(after_help = "Examples:\n  \
        allonge recourse offer 510210009999620270105000000011:1-25000000 --as acme\n  \
        allonge recourse offer 510210009999620270105000000011 --amount 100,000.00 --sum 99,000.00 --as acme")]
    Offer(OfferArgs),
    /// Accept an offer: cash and claim move in one instant, other offers end (the claimant acts)
    #[command(
        after_help = "Example:\n  allonge recourse accept 510210009999620270105000000011 --as maker-2"
    )]
    Accept(AnswerArgs),
    /// Refuse an offer (the claimant acts)
    #[command(after_help = "Example:\n  \
        allonge recourse refuse 510210009999620270105000000011 --code other --text \"too little\" --as maker-2")]
    Refuse(RefuseArgs),
    /// Take an offer back before it is answered (who offered acts)
    #[command(
        after_help = "Example:\n  allonge recourse withdraw 510210009999620270105000000011 --as acme"
    )]
    Withdraw(AnswerArgs),
}

#[derive(Debug, Args)]
struct NotifyArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// Whom to pursue (may be given several times); all who are liable where absent
    #[arg(long, value_name = "MEMBER")]
    to: Vec<MemberId>,
    /// Costs claimed besides, in the bill's currency; as stated before where absent
    #[arg(long, value_name = "AMOUNT")]
    costs: Option<AmountArg>,
    /// In words
    #[arg(long, default_value = "")]
    text: Text<256>,
}

#[derive(Debug, Args)]
struct OfferArgs {
    #[command(flatten)]
    part: PartArgs,
    /// What is paid; the claim on the part as of today where absent
    #[arg(long, value_name = "AMOUNT")]
    sum: Option<AmountArg>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: RecourseArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Notify(args) => notify(context, args).await,
        Verb::Offer(args) => offer(context, args).await,
        Verb::Accept(args) => agree(context, args, Answer::Offer).await,
        Verb::Refuse(args) => refuse(context, args, Answer::Offer).await,
        Verb::Withdraw(args) => withdraw(context, args, Answer::Offer).await,
    }
}

async fn notify(context: &Context, args: NotifyArgs) -> Result<(), CliError> {
    let part = PartArgs {
        lot: args.lot,
        amount: None,
    };
    let chosen = part.choose(context, Pick::Claimed).await?;
    let costs = match &args.costs {
        Some(costs) => Some(costs.money_in(chosen.currency)?),
        None => None,
    };
    let mut parties = args.to;
    parties.sort_unstable();
    parties.dedup();
    let call = Notify {
        bill: chosen.bill,
        lot: chosen.lot,
        parties,
        costs,
        text: args.text,
    };
    context.carry_out(call).await
}

async fn offer(context: &Context, args: OfferArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::InRecourse).await?;
    let money = match &args.sum {
        Some(sum) => Some(sum.money_in(chosen.currency)?),
        None => None,
    };
    let call = Offer {
        bill: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        money,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}
