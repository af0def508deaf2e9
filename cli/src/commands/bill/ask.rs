//! Asking on the way from issue to payment: delivery, unused return, endorsement, removal of a mark, guarantee,
//! presentment; and what is done without asking: revoking and disclosing.

use super::select::{AnswerBy, PartArgs, Pick, the_lot};
use crate::context::Context;
use crate::error::CliError;
use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::calls::{
    Disclose, InstrumentRef, Present, RequestDelivery, RequestEndorsement, RequestGuarantee,
    RequestUnmark, RequestUnusedReturn, Revoke,
};
use allonge_contracts::{MemberId, Text};
use clap::Args;

/// A whole bill, of which something is asked.
#[derive(Debug, Args)]
pub struct WholeArgs {
    /// The bill
    number: InstrumentNumber,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// A whole bill, with which something is done.
#[derive(Debug, Args)]
pub struct NumberArgs {
    /// The bill
    number: InstrumentNumber,
}

/// Endorsement.
#[derive(Debug, Args)]
pub struct EndorseArgs {
    #[command(flatten)]
    part: PartArgs,
    /// Who receives it
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// Mark it not transferable
    #[arg(long)]
    not_transferable: bool,
    /// What for; must be the lot's purpose where one is set
    #[arg(long, default_value = "")]
    purpose: Text<64>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Removal of the mark "not transferable".
#[derive(Debug, Args)]
pub struct UnmarkArgs {
    #[command(flatten)]
    part: PartArgs,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Guarantee.
#[derive(Debug, Args)]
pub struct GuaranteeArgs {
    #[command(flatten)]
    part: PartArgs,
    /// Who guarantees
    #[arg(long, alias = "by", value_name = "MEMBER")]
    guarantor: MemberId,
    /// For whom, where not for the acting member; only under profile geneva
    #[arg(long, value_name = "MEMBER")]
    ward: Option<MemberId>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Presentment.
#[derive(Debug, Args)]
pub struct PresentArgs {
    #[command(flatten)]
    part: PartArgs,
    /// Why it is presented late; required after the presentment window
    #[arg(long, default_value = "")]
    explanation: Text<256>,
}

/// Asks the payee to take delivery.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn deliver(context: &Context, args: WholeArgs) -> Result<(), CliError> {
    let call = RequestDelivery {
        bill: InstrumentRef::Number(args.number),
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks the acceptor to take an undelivered bill back unused.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn return_unused(context: &Context, args: WholeArgs) -> Result<(), CliError> {
    let call = RequestUnusedReturn {
        bill: InstrumentRef::Number(args.number),
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks another member to take an endorsement.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn endorse(context: &Context, args: EndorseArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Held).await?;
    let call = RequestEndorsement {
        bill: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        to: args.to,
        not_transferable: args.not_transferable,
        purpose: args.purpose,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks whoever marked a lot not transferable to remove the mark.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn unmark(context: &Context, args: UnmarkArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Marked).await?;
    let call = RequestUnmark {
        bill: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks another member to guarantee.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn guarantee(context: &Context, args: GuaranteeArgs) -> Result<(), CliError> {
    let actor = context.actor()?;
    let named = &args.part.lot;
    let body = context.client()?.paper(&named.bill).await?.body;
    // Before delivery drawer and acceptor ask for the whole bill, whoever its holder is.
    let lot = match (named.range, body.lots.as_slice()) {
        (None, [_]) => None,
        _ => Some(the_lot(&body, named, actor, Pick::Held)?),
    };
    let part = match &args.part.amount {
        Some(amount) => Some(amount.money_in(body.currency())?),
        None => None,
    };
    let call = RequestGuarantee {
        bill: InstrumentRef::Number(named.bill),
        lot,
        part,
        guarantor: args.guarantor,
        ward: args.ward,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Presents a lot for payment.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn present(context: &Context, args: PresentArgs) -> Result<(), CliError> {
    let actor = context.actor()?;
    let named = &args.part.lot;
    let (lot, part) = match (named.range, &args.part.amount) {
        (Some(range), None) => (range, None),
        _ => {
            let body = context.client()?.paper(&named.bill).await?.body;
            let lot = the_lot(&body, named, actor, Pick::Claimed)?;
            let part = match &args.part.amount {
                Some(amount) => Some(amount.money_in(body.currency())?),
                None => None,
            };
            (lot, part)
        }
    };
    let call = Present {
        bill: InstrumentRef::Number(named.bill),
        lot,
        part,
        explanation: args.explanation,
    };
    context.carry_out(call).await
}

/// Revokes a bill that is not accepted.
///
/// # Errors
/// The node's, the ledger's.
pub async fn revoke(context: &Context, args: NumberArgs) -> Result<(), CliError> {
    let bill = InstrumentRef::Number(args.number);
    context.carry_out(Revoke { bill }).await
}

/// Discloses an acceptance.
///
/// # Errors
/// The node's, the ledger's.
pub async fn disclose(context: &Context, args: NumberArgs) -> Result<(), CliError> {
    let bill = InstrumentRef::Number(args.number);
    context.carry_out(Disclose { bill }).await
}
