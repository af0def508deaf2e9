//! `allonge calendar`: which days are business days.

use crate::context::Context;
use crate::error::CliError;
use allonge_contracts::Date;
use allonge_contracts::calls::SetCalendar;
use clap::{Args, Subcommand};

/// Arguments of `calendar`.
#[derive(Debug, Args)]
pub struct CalendarArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Declare days closed or open (the regulator acts)
    #[command(
        after_help = "Example:\n  allonge calendar set --closed 2027-10-01,2027-10-04 --open 2027-10-09 --as regulator"
    )]
    Set(SetArgs),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct SetArgs {
    /// Holidays
    #[arg(long, value_name = "DATES", value_delimiter = ',')]
    closed: Vec<Date>,
    /// Working days again, a working weekend too
    #[arg(long, value_name = "DATES", value_delimiter = ',')]
    open: Vec<Date>,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: CalendarArgs) -> Result<(), CliError> {
    let Verb::Set(SetArgs { closed, open }) = args.verb;
    let call = SetCalendar { closed, open };
    context.carry_out(call).await
}
