//! Asking: delivery, endorsement, presentment; and revoking.

use super::select::held_lot;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, DayArg, LotArg};
use allonge_contracts::bills::BillNumber;
use allonge_contracts::calls::{BillRef, Present, RequestDelivery, RequestEndorsement, Revoke};
use allonge_contracts::{MemberId, Text};
use clap::Args;

/// Delivery.
#[derive(Debug, Args)]
pub struct DeliverArgs {
    /// The bill
    number: BillNumber,
    /// The request lapses at the close of this day: a date, or a distance such as 10d
    #[arg(long, value_name = "DAY")]
    answer_by: Option<DayArg>,
}

/// Endorsement.
#[derive(Debug, Args)]
pub struct EndorseArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// Who receives it
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// How much of the lot moves, in the bill's currency; all of it where absent. The part takes the
    /// low end of the lot
    #[arg(long)]
    amount: Option<AmountArg>,
    /// Mark it not transferable
    #[arg(long)]
    not_transferable: bool,
    /// The request lapses at the close of this day: a date, or a distance such as 10d
    #[arg(long, value_name = "DAY")]
    answer_by: Option<DayArg>,
}

/// Presentment.
#[derive(Debug, Args)]
pub struct PresentArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// Why it is presented late; required after the presentment window
    #[arg(long, default_value = "")]
    explanation: Text<256>,
}

/// Revocation.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The bill
    number: BillNumber,
}

/// Asks the payee to take delivery.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn deliver(context: &Context, args: DeliverArgs) -> Result<(), CliError> {
    let answer_by = match args.answer_by {
        Some(day) => Some(context.day(day).await?),
        None => None,
    };
    context
        .carry_out(RequestDelivery {
            bill: BillRef::Number(args.number),
            answer_by,
        })
        .await
}

/// Asks another member to take an endorsement.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn endorse(context: &Context, args: EndorseArgs) -> Result<(), CliError> {
    let actor = context.actor()?;
    let bill = context.client()?.bill(&args.lot.bill).await?.body;
    let lot = held_lot(&bill, &args.lot, actor)?;
    let currency = bill.bill.sum.currency;
    let part = args
        .amount
        .map(|amount| amount.money_in(currency))
        .transpose()?;
    let answer_by = match args.answer_by {
        Some(day) => Some(context.day(day).await?),
        None => None,
    };
    context
        .carry_out(RequestEndorsement {
            purpose: Default::default(),
            bill: BillRef::Number(args.lot.bill),
            lot,
            part,
            to: args.to,
            not_transferable: args.not_transferable,
            answer_by,
        })
        .await
}

/// Presents a lot for payment.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn present(context: &Context, args: PresentArgs) -> Result<(), CliError> {
    let actor = context.actor()?;
    let lot = match args.lot.range {
        Some(range) => range,
        None => {
            let bill = context.client()?.bill(&args.lot.bill).await?.body;
            held_lot(&bill, &args.lot, actor)?
        }
    };
    context
        .carry_out(Present {
            part: None,
            bill: BillRef::Number(args.lot.bill),
            lot,
            explanation: args.explanation,
        })
        .await
}

/// Revokes a bill that is not accepted.
///
/// # Errors
/// The node's, the ledger's.
pub async fn revoke(context: &Context, args: RevokeArgs) -> Result<(), CliError> {
    context
        .carry_out(Revoke {
            bill: BillRef::Number(args.number),
        })
        .await
}
