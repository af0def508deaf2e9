//! `allonge block`: what is in a block.

use crate::client::BlockView;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, describe, fields, table};
use clap::{Args, Subcommand};
use std::str::FromStr;

/// Arguments of `block`.
#[derive(Debug, Args)]
pub struct BlockArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show a block
    #[command(
        after_help = "Example:\n  allonge block show 42\n  allonge block show latest --full --output json"
    )]
    Show {
        /// Its height, or `latest`
        #[arg(default_value = "latest")]
        height: Which,
        /// With its transactions and receipts in full
        #[arg(long)]
        full: bool,
    },
}

#[derive(Clone, Copy, Debug)]
struct Which(Option<u64>);

impl FromStr for Which {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => Ok(Which(None)),
            _ => text
                .parse()
                .map(|height| Which(Some(height)))
                .map_err(|_| "give a height such as 42, or `latest`".to_owned()),
        }
    }
}

/// Runs it.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, args: BlockArgs) -> Result<(), CliError> {
    let Verb::Show { height, full } = args.verb;
    let block = context.client()?.block(height.0, full).await?;
    context
        .out
        .show("allonge.block/1", &block, |_| block_text(&block))
}

fn block_text(block: &BlockView) -> String {
    let header = &block.header;
    let mut text = fields(&[
        ("height", header.height.to_string()),
        ("hash", block.hash.to_string()),
        ("parent", header.parent.to_string()),
        ("business date", header.business_date.to_string()),
        ("time", format!("{} ms UTC", header.time_ms)),
        ("proposer", header.proposer.to_string()),
        (
            "final by",
            format!(
                "{} signatures in round {}",
                block.certificate.signatures.len(),
                block.certificate.round
            ),
        ),
        ("state root", header.state_root.to_string()),
        ("transactions", block.transactions.len().to_string()),
    ]);
    if !block.system.events.is_empty() {
        text.push_str("\nBy the clock\n");
        for event in &block.system.events {
            text.push_str(&format!("  {}\n", describe(event)));
        }
    }
    if block.transactions.is_empty() {
        return text;
    }
    let rows = block.transactions.iter().map(|transaction| {
        vec![
            transaction.index.to_string(),
            transaction.id.to_string().chars().take(16).collect(),
            transaction.actor.to_string(),
            transaction.calls.join(", "),
            match transaction.rejected {
                None => "accepted".to_owned(),
                Some(code) => code.name().to_owned(),
            },
        ]
    });
    let columns = [
        Column::Right("#"),
        Column::Left("TRANSACTION"),
        Column::Left("BY"),
        Column::Left("CALLS"),
        Column::Left("RESULT"),
    ];
    text.push('\n');
    text.push_str(&table(&columns, rows.collect()));
    text
}
