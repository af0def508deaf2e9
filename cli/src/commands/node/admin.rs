//! `allonge node admin`: what the operator asks a running node on its machine.

use super::home::named;
use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use allonge_node::admin::{
    Answer, AskError, Filters, Problem, ProblemCode, Request, SOCKET, Status, Stopping, Written,
    ask,
};
use allonge_node::store::{Home, HomeError};
use clap::{Args, Subcommand};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often to look whether the node has stopped.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Arguments of `node admin`.
#[derive(Debug, Args)]
pub struct AdminArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// How the node is: process, height, peers, checkpoint, what it logs
    #[command(after_help = "Example:\n  allonge node admin status --home /var/lib/allonge/node-0")]
    Status,
    /// Write a checkpoint now, so that the next start replays nothing
    #[command(
        after_help = "Example:\n  allonge node admin checkpoint --home /var/lib/allonge/node-0"
    )]
    Checkpoint,
    /// Log by another filter from now on, until the node stops
    #[command(
        after_help = "Example:\n  allonge node admin log warn,allonge_node=debug --home /var/lib/allonge/node-0"
    )]
    Log {
        /// A level, or module=level separated by commas
        filter: String,
    },
    /// Stop the node, as SIGTERM does, and wait until it has
    #[command(after_help = "Example:\n  allonge node admin stop --home /var/lib/allonge/node-0")]
    Stop,
}

/// Asks it.
///
/// # Errors
/// There is no admin socket, or the node does not do what was asked.
pub async fn run(context: &Context, args: AdminArgs) -> Result<(), CliError> {
    let home = named(context)?;
    let request = match args.verb {
        Verb::Status => Request::Status {},
        Verb::Checkpoint => Request::Checkpoint {},
        Verb::Log { filter } => Request::Log { filter },
        Verb::Stop => Request::Stop {},
    };
    let begun = Instant::now();
    let answer = ask(&home.join(SOCKET), &request, context.timeout()).await;
    match answer.map_err(unanswered)? {
        Answer::Status(status) => show_status(context, &status),
        Answer::Checkpoint(written) => show_checkpoint(context, &written),
        Answer::Log(filters) => show_log(context, &filters),
        Answer::Stop(stopping) => {
            let left = context.timeout().saturating_sub(begun.elapsed());
            until_stopped(home, left).await?;
            show_stop(context, &stopping)
        }
        Answer::Error(problem) => Err(refused(&problem)),
    }
}

fn show_status(context: &Context, status: &Status) -> Result<(), CliError> {
    context
        .out
        .show("allonge.node-admin-status/1", status, |style| {
            let ready = match &status.not_ready {
                None => style.good("yes"),
                Some(why) => format!("no: {why}"),
            };
            fields(&[
                ("node", status.name.clone()),
                ("ready", ready),
                ("process", status.pid.to_string()),
                ("version", status.version.clone()),
                ("genesis", status.genesis.to_string()),
                ("API", status.http.clone()),
                ("height", status.height.to_string()),
                ("checkpoint", status.checkpoint_height.to_string()),
                ("blocks from", status.history_start.to_string()),
                ("peers", status.peers.to_string()),
                ("waiting", status.waiting.to_string()),
                ("log", status.log.clone()),
            ])
        })
}

fn show_checkpoint(context: &Context, written: &Written) -> Result<(), CliError> {
    context
        .out
        .show("allonge.node-admin-checkpoint/1", written, |_| {
            format!("the checkpoint of height {} is on disk\n", written.height)
        })
}

fn show_log(context: &Context, filters: &Filters) -> Result<(), CliError> {
    context.out.show("allonge.node-admin-log/1", filters, |_| {
        format!("it logs {}; until now {}\n", filters.filter, filters.before)
    })
}

fn show_stop(context: &Context, stopping: &Stopping) -> Result<(), CliError> {
    context
        .out
        .show("allonge.node-admin-stop/1", stopping, |_| {
            format!("process {} has stopped\n", stopping.pid)
        })
}

/// A node that has stopped has let go of its home.
async fn until_stopped(home: &Path, patience: Duration) -> Result<(), CliError> {
    let begun = Instant::now();
    while matches!(Home::take(home), Err(HomeError::InUse(_))) {
        if begun.elapsed() >= patience {
            return Err(CliError::not_ready(
                "the node is stopping and has not stopped yet",
                "its log says what it waits for; --timeout waits longer",
            ));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

fn unanswered(error: AskError) -> CliError {
    let message = error.to_string();
    match error {
        AskError::NoSocket(_) => CliError::input(
            "NO_ADMIN_SOCKET",
            message,
            "start the node with --admin, or with `admin = true` in its config.toml; see that --home is right",
        ),
        AskError::NotYours(_) => CliError::input(
            "NO_ADMIN_SOCKET",
            message,
            "ask as the user that runs the node",
        ),
        AskError::NobodyListens(_) => CliError::not_ready(
            message,
            "start the node with --admin: it replaces the socket that was left",
        ),
        AskError::NoAnswer { .. } => CliError::not_ready(
            message,
            "try again, with a longer --timeout if it has much to do; its log says what it does",
        ),
    }
}

fn refused(problem: &Problem) -> CliError {
    let message = problem.message.clone();
    match problem.code {
        ProblemCode::BadRequest => CliError::input(
            "BAD_REQUEST",
            message,
            "this program and the node may be of different versions: use the same",
        ),
        ProblemCode::LogFilter => CliError::input(
            "LOG_FILTER",
            message,
            "write a level (error, warn, info, debug, trace), or module=level separated by commas",
        ),
        ProblemCode::NoBlockYet => CliError::not_ready(message, "try again after the first block"),
        ProblemCode::Timeout | ProblemCode::NotReady => {
            CliError::not_ready(message, "the node's log says what it does")
        }
    }
}
