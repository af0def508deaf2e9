//! What may be done with a lot that is overdue or disputed.

use crate::commands::bill::{AnswerBy, PartArgs, Pick};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, LotArg};
use allonge_contracts::Text;
use allonge_contracts::calls::{AskBack, DisputeLot, RedeemLot, SettleDispute};
use clap::Args;

/// A lot.
#[derive(Debug, Args)]
pub struct LotArgs {
    /// The certificate, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
}

/// What a funder asks back.
#[derive(Debug, Args)]
pub struct AskBackArgs {
    /// The certificate, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// The funder's costs, besides principal and interest
    #[arg(long, value_name = "AMOUNT")]
    costs: Option<AmountArg>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// A dispute.
#[derive(Debug, Args)]
pub struct DisputeArgs {
    /// The certificate, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// What is disputed
    #[arg(long)]
    reason: Text<256>,
}

fn whole(lot: LotArg) -> PartArgs {
    PartArgs { lot, amount: None }
}

/// Asks the seller to take an overdue lot back.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn ask_back(context: &Context, args: AskBackArgs) -> Result<(), CliError> {
    let chosen = whole(args.lot).choose(context, Pick::Held).await?;
    let costs = match &args.costs {
        Some(costs) => Some(costs.money_in(chosen.currency)?),
        None => None,
    };
    let call = AskBack {
        certificate: chosen.bill,
        lot: chosen.lot,
        costs,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Redeems an overdue lot by hand.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn redeem(context: &Context, args: LotArgs) -> Result<(), CliError> {
    let chosen = whole(args.lot).choose(context, Pick::Live).await?;
    let call = RedeemLot {
        certificate: chosen.bill,
        lot: chosen.lot,
    };
    context.carry_out(call).await
}

/// Disputes a lot.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn dispute(context: &Context, args: DisputeArgs) -> Result<(), CliError> {
    let chosen = whole(args.lot).choose(context, Pick::Live).await?;
    let call = DisputeLot {
        certificate: chosen.bill,
        lot: chosen.lot,
        reason: args.reason,
    };
    context.carry_out(call).await
}

/// Withdraws a dispute.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn settle_dispute(context: &Context, args: LotArgs) -> Result<(), CliError> {
    let chosen = whole(args.lot).choose(context, Pick::Live).await?;
    let call = SettleDispute {
        certificate: chosen.bill,
        lot: chosen.lot,
    };
    context.carry_out(call).await
}
