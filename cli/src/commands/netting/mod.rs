//! `allonge netting`: obligations that wait in queues, and the cycles that settle them.

mod limits;
mod show;

use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, DayArg};
use allonge_contracts::calls::{CancelObligation, Queue, Reorder, RunCycle};
use allonge_contracts::{Call, Currency, MemberId, RequestId, Text};
use clap::{Args, Subcommand};

/// Arguments of `netting`.
#[derive(Debug, Args)]
#[command(after_help = "\
A cycle settles the largest set of obligations that everybody's cash covers, counting what comes in with
the same set, and overtakes nobody's queue. The clock runs one at every close; docs/settlement.md says how.")]
pub struct NettingArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Queue cash that is owed, for a cycle to settle (the payer acts)
    #[command(after_help = "Example:\n  \
        allonge netting queue bob 12,500.00 --deadline 5d --priority 3 --for \"invoice 118\" --as acme")]
    Queue(QueueArgs),
    /// Move an obligation within its queue (the payer acts)
    #[command(after_help = "Examples:\n  \
        allonge netting reorder 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --priority 0 --as acme\n  \
        allonge netting reorder 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --before 5d7f90911b3d5f70c8e0a1b30f3c5a7e --as acme")]
    Reorder(ReorderArgs),
    /// Take an obligation out of its queue (the payer acts)
    #[command(
        after_help = "Example:\n  allonge netting cancel 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as acme"
    )]
    Cancel {
        /// The obligation's id, as `netting show` and the transaction that queued it show it
        obligation: RequestId,
    },
    /// Set what one cycle may cost the acting member, and what it keeps for what is most urgent
    #[command(after_help = "Examples:\n  \
        allonge netting limits --multilateral 1,000,000.00 --bilateral bob=200,000.00 --as acme\n  \
        allonge netting limits --reserve 50,000.00 --bilateral bob=none --as acme\n  \
        allonge netting limits --clear --as acme")]
    Limits(limits::LimitsArgs),
    /// Run a cycle now (the currency's authority acts, or a member with an obligation of its own)
    #[command(after_help = "Example:\n  allonge netting run --currency EUR --as central-bank")]
    Run {
        /// In which currency
        #[arg(long, default_value = "CNY", value_name = "CODE")]
        currency: Currency,
    },
    /// Show where netting in a currency stands, a member's queue, and what the last cycles did
    #[command(after_help = "Examples:\n  \
        allonge netting show acme\n  \
        allonge netting show --currency EUR --cycles 30\n  \
        allonge netting show --obligation 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091")]
    Show(show::ShowArgs),
}

#[derive(Debug, Args)]
struct QueueArgs {
    /// Who is owed
    to: MemberId,
    /// How much: 1000000 or 1,000,000.00
    amount: AmountArg,
    /// Its currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// Unsettled, it ends at the close of this day, 30 days ahead at most: a date, or a distance such as 5d
    #[arg(long, value_name = "DAY")]
    deadline: DayArg,
    /// Its place in the queue: 0 the most urgent to 9
    #[arg(long, value_name = "0-9", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=9))]
    priority: u8,
    /// No cycle takes it before this day: a date, or a distance such as 5d
    #[arg(long, value_name = "DAY")]
    not_before: Option<DayArg>,
    /// What for
    #[arg(long = "for", value_name = "PURPOSE", default_value = "")]
    purpose: Text<64>,
    /// The payer's reference
    #[arg(long, default_value = "")]
    reference: Text<64>,
}

#[derive(Debug, Args)]
struct ReorderArgs {
    /// The obligation's id
    obligation: RequestId,
    /// To the end of this priority, 0 the most urgent to 9
    #[arg(long, value_name = "0-9", required_unless_present = "before", conflicts_with = "before",
        value_parser = clap::value_parser!(u8).range(0..=9))]
    priority: Option<u8>,
    /// Right before this obligation of the same queue, with its priority
    #[arg(long, value_name = "ID")]
    before: Option<RequestId>,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: NettingArgs) -> Result<(), CliError> {
    let call: Call = match args.verb {
        Verb::Show(args) => return show::run(context, args).await,
        Verb::Limits(args) => limits::call(context, args).await?.into(),
        Verb::Queue(args) => Queue {
            to: args.to,
            money: args.amount.money(args.currency)?,
            priority: args.priority,
            not_before: context.day_if_given(args.not_before).await?,
            deadline: context.day(args.deadline).await?,
            purpose: args.purpose,
            reference: args.reference,
        }
        .into(),
        Verb::Reorder(ReorderArgs {
            obligation,
            priority,
            before,
        }) => Reorder {
            obligation,
            priority,
            before,
        }
        .into(),
        Verb::Cancel { obligation } => CancelObligation { obligation }.into(),
        Verb::Run { currency } => RunCycle { currency }.into(),
    };
    context.carry_out(call).await
}
