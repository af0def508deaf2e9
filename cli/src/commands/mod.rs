//! One file a noun: its arguments, and what it does.

pub mod bench;
pub mod bill;
pub mod block;
pub mod calendar;
pub mod cash;
pub mod cluster;
pub mod court;
pub mod demo;
pub mod dev;
pub mod events;
pub mod evidence;
pub mod genesis;
pub mod gov;
pub mod identity;
pub mod key;
pub mod member;
pub mod netting;
pub mod node;
pub mod params;
pub mod play;
pub mod proof;
pub mod receivable;
pub mod recourse;
pub mod settle;
pub mod simulate;
pub mod status;
pub mod trade;
pub mod tx;
pub mod verify;

use crate::args::Command;
use crate::context::Context;
use crate::error::CliError;

/// Does what the command line says.
///
/// # Errors
/// Whatever the user is told, with its exit code.
pub async fn run(context: &Context, command: Command) -> Result<(), CliError> {
    match command {
        Command::Cluster(args) => cluster::run(context, args).await,
        Command::Demo(args) => demo::run(context, args).await,
        Command::Play(args) => play::run(context, args).await,
        Command::Bench(args) => bench::run(context, args).await,
        Command::Simulate(args) => simulate::run(context, args).await,
        Command::Identity(args) => identity::run(context, args),
        Command::Genesis(args) => genesis::run(context, args),
        Command::Key(args) => key::run(context, args).await,
        Command::Member(args) => member::run(context, args).await,
        Command::Cash(args) => cash::run(context, args).await,
        Command::Bill(args) => bill::run(context, args).await,
        Command::Receivable(args) => receivable::run(context, args).await,
        Command::Recourse(args) => recourse::run(context, args).await,
        Command::Court(args) => court::run(context, args).await,
        Command::Netting(args) => netting::run(context, args).await,
        Command::Settle(args) => settle::run(context, args).await,
        Command::Trade(args) => trade::run(context, args).await,
        Command::Gov(args) => gov::run(context, args).await,
        Command::Params(args) => params::run(context, args).await,
        Command::Tx(args) => tx::run(context, args).await,
        Command::Block(args) => block::run(context, args).await,
        Command::Evidence(args) => evidence::run(context, args).await,
        Command::Events(args) => events::run(context, args).await,
        Command::Node(args) => node::run(context, args).await,
        Command::Proof(args) => proof::run(context, args).await,
        Command::Verify(args) => verify::run(context, args),
        Command::Dev(args) => dev::run(context, args).await,
        Command::Calendar(args) => calendar::run(context, args).await,
        Command::Status(args) => status::run(context, args).await,
    }
}
