//! `allonge simulate`: a supply chain over months, on a real network.

use super::cluster::Interrupt;
use crate::context::Context;
use crate::error::CliError;
use crate::simulate::{Options, Stress, run as simulate};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  allonge simulate --fresh --report out
  allonge simulate --fresh --members 12 --tiers 3 --days 20 --report out
  allonge simulate --fresh --stress core-default --seed 3 --report out

Two runs of the same seed and options print the same digest of the business
outcome. docs/simulate.md says what everybody does.

Exit codes: 0 done, 1 an invariant does not hold, 2 wrong input, 3 no node.")]
pub struct SimulateArgs {
    /// How many banks, core enterprises and suppliers
    #[arg(long, default_value_t = 60)]
    members: usize,
    /// How many tiers of suppliers
    #[arg(long, default_value_t = 4)]
    tiers: u16,
    /// How many days
    #[arg(long, default_value_t = 180)]
    days: u32,
    /// What all chance comes from
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// What goes wrong
    #[arg(long, value_enum, default_value_t = Stress::None)]
    stress: Stress,
    /// On a network of four validators made for it, and removed afterwards;
    /// without this, on the network of --node
    #[arg(long)]
    fresh: bool,
    /// Keep the folders of networks made for it
    #[arg(long)]
    keep: bool,
    /// Do not run a second time without splitting to compare with
    #[arg(long)]
    no_compare: bool,
    /// The folder of the report; files of an earlier one are replaced
    #[arg(long, value_name = "DIR")]
    report: PathBuf,
}

/// Runs it.
///
/// # Errors
/// Options that cannot be used, a network that fails, an invariant that does not hold.
pub async fn run(context: &Context, args: SimulateArgs) -> Result<(), CliError> {
    let options = Options {
        members: args.members,
        tiers: args.tiers,
        days: args.days,
        seed: args.seed,
        stress: args.stress,
        fresh: args.fresh,
        keep: args.keep,
        compare: !args.no_compare,
        report: args.report,
    };
    let mut stop = Interrupt::new()?;
    tokio::select! {
        done = simulate(context, &options) => done,
        // Its nodes end with it.
        () = stop.wait() => Err(CliError::input("INTERRUPTED", "the simulation was interrupted", "run it again")),
    }
}
