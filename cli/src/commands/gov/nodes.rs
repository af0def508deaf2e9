//! `allonge gov nodes`: who votes on blocks, who may connect besides, and by which protocol.

use crate::client::NodesBody;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, fields, table};
use allonge_contracts::MemberId;

/// Lists the nodes.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context) -> Result<(), CliError> {
    let answer = context.client()?.nodes().await?;
    context
        .out
        .show("allonge.nodes/1", &answer, |_| text(&answer.body))
}

fn text(body: &NodesBody) -> String {
    let rows = body.nodes.iter().map(|node| {
        vec![
            node.name.to_string(),
            node.kind.to_string(),
            node.power.to_string(),
            node.member
                .as_ref()
                .map(MemberId::to_string)
                .unwrap_or_default(),
            node.consensus_address.to_string(),
            node.gossip_address.to_string(),
        ]
    });
    let columns = [
        Column::Left("NODE"),
        Column::Left("KIND"),
        Column::Right("POWER"),
        Column::Left("MEMBER"),
        Column::Left("CONSENSUS"),
        Column::Left("GOSSIP"),
    ];
    let mut text = table(&columns, rows.collect());
    let change = body.change.as_ref().map(|change| {
        let what = match &change.node {
            Some(node) => format!("{} votes with {}", change.name, node.power),
            None => format!("{} leaves", change.name),
        };
        format!("{what} from height {}", change.height)
    });
    let next = body
        .scheduled_protocol
        .as_ref()
        .map(|next| format!("{} from height {}", next.version, next.height));
    text.push('\n');
    text.push_str(&fields(&[
        ("coming", change.unwrap_or_default()),
        ("protocol", body.protocol.to_string()),
        ("next protocol", next.unwrap_or_default()),
    ]));
    text
}
