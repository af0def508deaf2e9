//! `allonge bench`: how much a network on this machine takes.

use super::cluster::Interrupt;
use crate::bench::{Kind, Options, run as measure};
use crate::context::Context;
use crate::error::CliError;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  allonge bench --seconds 20\n  allonge bench --rate 500 --kind transfers --output json\n  allonge bench --overload --seconds 600"
)]
pub struct BenchArgs {
    /// How many validators
    #[arg(
        id = "validators",
        long = "nodes",
        value_name = "N",
        default_value_t = 4
    )]
    nodes: usize,
    /// How long it measures
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How many seconds it runs before that
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
    /// Transactions offered a second [default: near the limit, which is sought first]
    #[arg(long)]
    rate: Option<u64>,
    /// What the transactions are
    #[arg(long, value_enum, default_value_t = Kind::Mixed)]
    kind: Kind,
    /// Offer payments at twice the rate that the network sustains, which is sought first, and look
    /// whether it bears that: refusals with a time, bounded memory, nothing lost
    #[arg(long, conflicts_with_all = ["rate", "kind", "warm_up"])]
    overload: bool,
    /// With --overload: how many payments a second the network's blocks hold, so few that this machine can offer
    /// twice as many; 0 for as many as it can do
    #[arg(long, value_name = "N", default_value_t = 1_000, requires = "overload")]
    ceiling: u64,
    /// The network's folder, new or empty, which is kept [default: a temporary one]
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// Input that cannot be used, a network that fails.
pub async fn run(context: &Context, args: BenchArgs) -> Result<(), CliError> {
    let options = Options {
        nodes: args.nodes,
        seconds: args.seconds,
        warm_up: args.warm_up,
        rate: args.rate,
        kind: if args.overload {
            Kind::Transfers
        } else {
            args.kind
        },
        overload: args.overload,
        ceiling: args.ceiling,
        dir: args.dir,
    };
    let mut stop = Interrupt::new()?;
    tokio::select! {
        done = measure(context.out.clone(), &options) => done,
        // The nodes end with the bench.
        () = stop.wait() => Err(CliError::input("INTERRUPTED", "the bench was interrupted; its nodes are stopped", "run it again")),
    }
}
