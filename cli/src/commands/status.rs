//! `allonge status`: how a node and its ledger are.

use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use clap::Args;

/// Arguments of `status`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  allonge status --node http://127.0.0.1:8080")]
pub struct StatusArgs {}

/// Runs it.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, StatusArgs {}: StatusArgs) -> Result<(), CliError> {
    let status = context.client()?.status().await?;
    let body = &status.body;
    context.out.show("allonge.status/1", &status, |style| {
        let ready = match &body.not_ready {
            None => style.good("yes"),
            Some(why) => style.bad(&format!("no: {why}")),
        };
        let currencies: Vec<String> = body
            .currencies
            .iter()
            .map(|line| format!("{} ({})", line.currency, line.authority))
            .collect();
        fields(&[
            ("node", format!("{} (version {})", body.node, body.version)),
            ("ready", ready),
            ("network", body.network.clone()),
            ("genesis", body.genesis.to_string()),
            ("height", status.height.to_string()),
            ("block", body.block.to_string()),
            ("last block", format!("{} ms ago", body.since_last_block_ms)),
            (
                "business date",
                format!(
                    "{}{}",
                    body.clock.date,
                    if body.clock.due_pending {
                        ", due work pending"
                    } else {
                        ""
                    }
                ),
            ),
            (
                "peers",
                format!("{} (highest at {})", body.peers, body.best_peer_height),
            ),
            (
                "waiting",
                format!(
                    "{} transactions, {} bytes",
                    body.mempool.transactions, body.mempool.bytes
                ),
            ),
            ("currencies", currencies.join(", ")),
            (
                "clock",
                if body.development_clock {
                    "development (can be advanced)".to_owned()
                } else {
                    String::new()
                },
            ),
        ])
    })
}
