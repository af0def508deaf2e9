//! `allonge court`: a court's measures on lots, each with the number of its order.

use crate::commands::bill::{PartArgs, Pick};
use crate::context::Context;
use crate::error::CliError;
use allonge_contracts::calls::{Freeze, OrderTransfer, Stop, Unfreeze};
use allonge_contracts::{Call, MemberId, Text};
use clap::{Args, Subcommand};

/// Arguments of `court`.
#[derive(Debug, Args)]
pub struct CourtArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Freeze a lot: no act of a party on it; it is paid when due, and the proceeds are frozen (the court
    /// acts)
    #[command(after_help = "Example:\n  \
        allonge court freeze 510210009999620270105000000011:1-25000000 --order 2027-114 --as court-1")]
    Freeze(MeasureArgs),
    /// Stop the payment of a lot (the court acts)
    #[command(after_help = "Example:\n  \
        allonge court stop 510210009999620270105000000011:1-25000000 --order 2027-114 --as court-1")]
    Stop(MeasureArgs),
    /// Lift the measure on a lot, or on the proceeds of one that was paid (the court acts)
    #[command(after_help = "Example:\n  \
        allonge court unfreeze 510210009999620270105000000011:1-25000000 --order 2027-131 --as court-1")]
    Unfreeze {
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Transfer a lot, or the frozen proceeds of one that was paid (the court acts)
    #[command(after_help = "Example:\n  \
        allonge court transfer 510210009999620270105000000011:1-25000000 --to parts-1 --order 2027-140 --as court-1")]
    Transfer {
        #[command(flatten)]
        measure: MeasureArgs,
        /// Who receives it
        #[arg(long, value_name = "MEMBER")]
        to: MemberId,
    },
}

#[derive(Debug, Args)]
struct MeasureArgs {
    #[command(flatten)]
    part: PartArgs,
    /// The order's number
    #[arg(long, value_parser = order)]
    order: Text<64>,
}

#[derive(Debug, Args)]
struct WhichArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: crate::parse::LotArg,
    /// The order's number
    #[arg(long, value_parser = order)]
    order: Text<64>,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: CourtArgs) -> Result<(), CliError> {
    let call: Call = match args.verb {
        Verb::Freeze(MeasureArgs { part, order }) => {
            let chosen = part.choose(context, Pick::Live).await?;
            Freeze {
                instrument: chosen.bill,
                lot: chosen.lot,
                part: chosen.part,
                order,
            }
            .into()
        }
        Verb::Stop(MeasureArgs { part, order }) => {
            let chosen = part.choose(context, Pick::Live).await?;
            Stop {
                instrument: chosen.bill,
                lot: chosen.lot,
                part: chosen.part,
                order,
            }
            .into()
        }
        Verb::Unfreeze {
            which: WhichArgs { lot, order },
        } => {
            let part = PartArgs { lot, amount: None };
            let chosen = part.choose(context, Pick::Measured).await?;
            Unfreeze {
                instrument: chosen.bill,
                lot: chosen.lot,
                order,
            }
            .into()
        }
        Verb::Transfer {
            measure: MeasureArgs { part, order },
            to,
        } => {
            let chosen = part.choose(context, Pick::Live).await?;
            OrderTransfer {
                instrument: chosen.bill,
                lot: chosen.lot,
                part: chosen.part,
                order,
                to,
            }
            .into()
        }
    };
    context.carry_out(call).await
}

/// An order's number, which is never empty.
pub fn order(text: &str) -> Result<Text<64>, String> {
    if text.trim().is_empty() {
        return Err("the order's number is empty".to_owned());
    }
    text.parse()
        .map_err(|e: allonge_contracts::TextError| e.to_string())
}
