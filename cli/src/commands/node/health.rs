//! `allonge node health`: whether a node can be used, for whoever supervises it.

use crate::context::Context;
use crate::error::CliError;
use crate::output::fields;
use serde::Serialize;

/// `allonge.node-health/1`.
#[derive(Serialize)]
struct Health {
    node: String,
    ready: bool,
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    peers: u32,
}

/// Asks it.
///
/// # Errors
/// It does not answer, or is not ready; the reason is said.
pub async fn run(context: &Context) -> Result<(), CliError> {
    let client = context.client()?;
    let status = client.status().await?;
    let body = status.body;
    if let Some(why) = body.not_ready {
        return Err(CliError::not_ready(
            format!("{} at {} is not ready: {why}", body.node, client.node()),
            "`allonge status` shows where it stands; its log says what it does",
        ));
    }
    let health = Health {
        node: body.node,
        ready: true,
        height: status.height,
        peers: body.peers,
    };
    context.out.show("allonge.node-health/1", &health, |style| {
        fields(&[
            ("node", health.node.clone()),
            ("ready", style.good("yes")),
            ("height", health.height.to_string()),
            ("peers", health.peers.to_string()),
        ])
    })
}
