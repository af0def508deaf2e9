//! `allonge dev`: the development clock.

use crate::context::{Acted, Context};
use crate::error::CliError;
use crate::parse::DayArg;
use allonge_contracts::calls::AdvanceClock;
use allonge_contracts::{Date, Text};
use clap::{Args, Subcommand};
use std::time::{Duration, Instant};

/// Arguments of `dev`.
#[derive(Debug, Args)]
pub struct DevArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Move the ledger's clock forward, on a network whose genesis allows it; returns when all that
    /// became due is done
    #[command(
        after_help = "Example:\n  allonge dev advance 90d --as regulator\n  allonge dev advance 2027-03-01 --as regulator"
    )]
    Advance {
        /// To the start of this day: a date, or a distance from the business date such as 90d or 6m
        to: DayArg,
    },
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's; no end of the due work in time.
pub async fn run(context: &Context, args: DevArgs) -> Result<(), CliError> {
    let Verb::Advance { to } = args.verb;
    let to = context.day(to).await?;
    let started = Instant::now();
    let acted = context
        .act(vec![AdvanceClock { to }.into()], Text::empty())
        .await?;
    if acted.accepted() {
        until_done(context, &acted, to, started).await?;
    }
    acted.finish(&context.out)
}

/// Waits until the rules work on that day and nothing due is left.
async fn until_done(
    context: &Context,
    acted: &Acted,
    to: Date,
    started: Instant,
) -> Result<(), CliError> {
    let client = context.client()?;
    let mut pause = Duration::from_millis(50);
    loop {
        let status = client.status().await?;
        let clock = &status.body.clock;
        if status.height >= acted.height().unwrap_or(0) && clock.date >= to && !clock.due_pending {
            return Ok(());
        }
        if started.elapsed() >= context.timeout() {
            return Err(CliError::too_late(
                acted.id(),
                format!(
                    "the clock is at {} on its way to {to}, and due work is left after {} s",
                    clock.date,
                    context.timeout().as_secs()
                ),
                "it goes on by itself; see `allonge status`, or give more time with --timeout",
            ));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}
