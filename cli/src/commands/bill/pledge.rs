//! Pledging a lot, releasing it, and what becomes of the proceeds of one that was paid.

use super::select::{AnswerBy, PartArgs, Pays, Pick, the_lot};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, DayArg, LotArg};
use allonge_contracts::bills::LotRange;
use allonge_contracts::calls::{
    ApplyProceeds, InstrumentRef, ReleaseProceeds, RequestPledge, RequestRelease,
};
use allonge_contracts::{MemberId, Text};
use clap::Args;

/// Pledge.
#[derive(Debug, Args)]
pub struct PledgeArgs {
    #[command(flatten)]
    part: PartArgs,
    /// The pledgee
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// The debt that it secures, in the instrument's currency
    #[arg(long, value_name = "AMOUNT")]
    debt: AmountArg,
    /// When the debt is due: a date, or a distance such as 60d
    #[arg(long, value_name = "DAY")]
    debt_due: DayArg,
    /// What for; must be the lot's purpose where one is set
    #[arg(long, default_value = "")]
    purpose: Text<64>,
    /// The number under which the registry of movable finance has it; of a certificate only
    #[arg(long, value_name = "NUMBER", default_value = "")]
    registry: Text<32>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Release.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    #[command(flatten)]
    part: PartArgs,
    /// What the pledgor pays for it, in the same instant; nothing where absent
    #[arg(long, value_name = "AMOUNT")]
    price: Option<AmountArg>,
    #[command(flatten)]
    pays: Pays,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// A lot that was paid while it was pledged.
#[derive(Debug, Args)]
pub struct ProceedsArgs {
    /// The bill, or the paid lot: NUMBER or NUMBER:START-END
    lot: LotArg,
}

/// Asks another member to take a lot in pledge.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn pledge(context: &Context, args: PledgeArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Held).await?;
    let call = RequestPledge {
        instrument: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        to: args.to,
        debt: args.debt.money_in(chosen.currency)?,
        debt_due: context.day(args.debt_due).await?,
        purpose: args.purpose,
        answer_by: args.answer_by.day(context).await?,
        registry: args.registry,
    };
    context.carry_out(call).await
}

/// Asks the pledgor to take a lot back.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn release(context: &Context, args: ReleaseArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::PledgedTo).await?;
    let price = match &args.price {
        Some(price) => Some(price.money_in(chosen.currency)?),
        None => None,
    };
    let call = RequestRelease {
        instrument: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        price,
        settlement: args.pays.settlement(),
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Lets the proceeds of a paid lot go to the pledgee now.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn apply(context: &Context, args: ProceedsArgs) -> Result<(), CliError> {
    let lot = paid_lot(context, &args.lot, Pick::PledgedEnded).await?;
    let bill = InstrumentRef::Number(args.lot.bill);
    context
        .carry_out(ApplyProceeds {
            instrument: bill,
            lot,
        })
        .await
}

/// Gives up the proceeds of a paid lot.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn give_up(context: &Context, args: ProceedsArgs) -> Result<(), CliError> {
    let lot = paid_lot(context, &args.lot, Pick::PledgedToEnded).await?;
    let bill = InstrumentRef::Number(args.lot.bill);
    context
        .carry_out(ReleaseProceeds {
            instrument: bill,
            lot,
        })
        .await
}

async fn paid_lot(context: &Context, named: &LotArg, pick: Pick) -> Result<LotRange, CliError> {
    let actor = context.actor()?;
    let body = context.client()?.paper(&named.bill).await?.body;
    the_lot(&body, named, actor, pick)
}
