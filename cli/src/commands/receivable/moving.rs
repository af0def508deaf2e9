//! Transfer and finance of a lot.

use crate::commands::bill::{AnswerBy, PartArgs, Pays, Pick};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, day_count};
use allonge_contracts::calls::{FinanceLot, TransferLot};
use allonge_contracts::{DayCount, MemberId, Rate, Text};
use clap::Args;

/// A transfer.
#[derive(Debug, Args)]
pub struct TransferArgs {
    #[command(flatten)]
    part: PartArgs,
    /// Who receives it
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// What for
    #[arg(long, default_value = "")]
    purpose: Text<64>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// A financing.
#[derive(Debug, Args)]
pub struct FinanceArgs {
    #[command(flatten)]
    part: PartArgs,
    /// The funder
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// The annual rate, such as 4.2%
    #[arg(long)]
    rate: Rate,
    /// How days are counted: ACT/360 or ACT/365
    #[arg(long, value_name = "RULE", default_value = "ACT/360", value_parser = day_count)]
    day_count: DayCount,
    /// How much is advanced, before interest; the whole amount where absent
    #[arg(long, value_name = "AMOUNT")]
    advance: Option<AmountArg>,
    /// The seller answers for payment
    #[arg(long)]
    recourse: bool,
    /// The number under which the registry of movable finance has it
    #[arg(long, value_name = "NUMBER")]
    registry: Text<32>,
    #[command(flatten)]
    pays: Pays,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Transfers a lot.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn transfer(context: &Context, args: TransferArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Held).await?;
    let call = TransferLot {
        certificate: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        to: args.to,
        purpose: args.purpose,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks a funder to finance a lot.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn finance(context: &Context, args: FinanceArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Held).await?;
    let advance = match &args.advance {
        Some(advance) => Some(advance.money_in(chosen.currency)?),
        None => None,
    };
    let call = FinanceLot {
        certificate: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        to: args.to,
        rate: args.rate,
        day_count: args.day_count,
        advance,
        recourse: args.recourse,
        registry: args.registry,
        settlement: args.pays.settlement(),
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}
