//! `allonge trade check`: whether an invoice is free to be financed.

use super::key::KeyArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::invoice::read_file;
use crate::parse::AmountArg;
use allonge_contracts::{Currency, Hash};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Which invoice.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The invoice's commitment
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    commitment: Option<Hash>,
    /// The invoice itself, UBL 2.1 or CII
    #[arg(long)]
    file: Option<PathBuf>,
    /// Whether so much of it is free; all of it where absent
    #[arg(long)]
    amount: Option<AmountArg>,
    /// The amount's currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    #[command(flatten)]
    key: KeyArgs,
}

/// `allonge.invoice-check/1`.
#[derive(Serialize)]
struct Checked {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    commitment: Hash,
    free: bool,
}

/// Asks and says yes or no.
///
/// # Errors
/// Wrong input, the node's.
pub async fn run(context: &Context, args: CheckArgs) -> Result<(), CliError> {
    let commitment = match (args.commitment, &args.file) {
        (Some(commitment), _) => commitment,
        (None, file) => {
            let file = file.as_deref().unwrap_or(Path::new(""));
            let document = read_file(&context.file(file))?;
            let key = args.key.read(context)?;
            document.commitment(key.as_bytes())?
        }
    };
    let money = match &args.amount {
        Some(amount) => Some(amount.money(args.currency)?),
        None => None,
    };
    let answer = context.client()?.check_invoice(&commitment, money).await?;
    let checked = Checked {
        height: answer.height,
        commitment,
        free: answer.body.free,
    };
    context
        .out
        .show("allonge.invoice-check/1", &checked, |style| {
            let what = match money {
                Some(money) => format!("{money} of invoice {commitment}"),
                None => format!("invoice {commitment}"),
            };
            match checked.free {
                true => format!("{}: {what} is free\n", style.good("yes")),
                false => format!("{}: {what} is not free\n", style.bad("no")),
            }
        })
}
