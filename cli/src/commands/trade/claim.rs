//! Claims on invoices that are no instruments.

use crate::context::Context;
use crate::error::CliError;
use crate::parse::AmountArg;
use allonge_contracts::calls::{ClaimInvoice, ReleaseClaim};
use allonge_contracts::trade::{ClaimEnd, ClaimKind};
use allonge_contracts::{Currency, Hash, MemberId, RequestId, Text};
use clap::{ArgGroup, Args};

/// A claim.
#[derive(Debug, Args)]
pub struct ClaimArgs {
    /// The invoice's commitment
    paper: Hash,
    /// How much of it: 1000000 or 1,000,000.00
    amount: AmountArg,
    /// Its currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// To whom
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// Assign it; it is pledged otherwise
    #[arg(long)]
    assign: bool,
    /// The number under which the claim is registered
    #[arg(long, value_name = "NUMBER", default_value = "")]
    registry: Text<32>,
    /// Give the buyer notice by this record
    #[arg(long)]
    notice: bool,
}

/// The end of a claim.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("how").required(true).args(["unused", "paid"]))]
pub struct ReleaseArgs {
    /// The claim's id
    claim: RequestId,
    /// It was not used, or is given up: what it drew on the invoice is free again
    #[arg(long)]
    unused: bool,
    /// The financing was paid: the invoice backs nothing again
    #[arg(long)]
    paid: bool,
}

/// Makes a claim.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn claim(context: &Context, args: ClaimArgs) -> Result<(), CliError> {
    let call = ClaimInvoice {
        paper: args.paper,
        to: args.to,
        kind: match args.assign {
            true => ClaimKind::Assignment,
            false => ClaimKind::Pledge,
        },
        money: args.amount.money(args.currency)?,
        registry: args.registry,
        notice: args.notice,
    };
    context.carry_out(call).await
}

/// Ends a claim.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn release(context: &Context, args: ReleaseArgs) -> Result<(), CliError> {
    let call = ReleaseClaim {
        claim: args.claim,
        how: match args.paid {
            true => ClaimEnd::Paid,
            false => ClaimEnd::Unused,
        },
    };
    context.carry_out(call).await
}
