//! `allonge events`: what happens, as it becomes final.

use crate::client::EventFilter;
use crate::context::Context;
use crate::error::CliError;
use crate::output::describe;
use allonge_contracts::MemberId;
use allonge_contracts::instruments::InstrumentNumber;
use clap::Args;

/// Arguments of `events`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  allonge events --from 1 --output json\n  allonge events --member supplier --kind bill,cash.transferred\n\n\
    It goes on until it is stopped, or until the number given with --count; nothing is left out when a node fails."
)]
pub struct EventsArgs {
    /// From this block on; from now on where absent
    #[arg(long, value_name = "HEIGHT")]
    from: Option<u64>,
    /// Stop after so many events
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Only events that name this member
    #[arg(long, value_name = "MEMBER")]
    member: Option<MemberId>,
    /// Only events that name this bill or certificate
    #[arg(long, value_name = "NUMBER")]
    instrument: Option<InstrumentNumber>,
    /// Only events of these kinds, like bill.endorsed, or of a family of them, like bill
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<String>,
}

/// Runs it.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, args: EventsArgs) -> Result<(), CliError> {
    let filter = EventFilter {
        member: args.member,
        instrument: args.instrument,
        kinds: args.kinds,
    };
    let mut stream = context.client()?.events_passing(args.from, filter);
    let mut left = args.count;
    while left != Some(0) {
        let event = stream.next().await?;
        let goes_on = context.out.line("allonge.event/1", &event, |style| {
            let height = style.dim(&format!("{:>8}", event.height));
            format!("{height}  {}", describe(&event.happened))
        })?;
        if !goes_on {
            break;
        }
        left = left.map(|left| left.saturating_sub(1));
    }
    Ok(())
}
