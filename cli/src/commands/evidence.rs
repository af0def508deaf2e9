//! `allonge evidence`: what validators are known to have done wrong.

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, table};
use allonge_contracts::Hash;
use allonge_ledger::{Evidence, Genesis};
use clap::{Args, Subcommand};
use serde::Serialize;

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub struct EvidenceArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List what the node knows, by height; each pair of signatures is checked here
    #[command(
        after_help = "Example:\n  allonge evidence list --output json\n\nTwo statements that one validator signed for one round show that it cheated, or that its key is used in two\nplaces. Whoever has the network's genesis hash can check them without trusting the node."
    )]
    List {
        /// At most so many
        #[arg(long, default_value_t = 1_000)]
        limit: usize,
    },
}

/// `allonge.evidence/1`.
#[derive(Serialize)]
struct Shown {
    evidence: Vec<ShownEvidence>,
    /// Whether there is more than was asked for.
    more: bool,
}

#[derive(Serialize)]
struct ShownEvidence {
    /// The validator's name in genesis, if it is one of those.
    name: Option<String>,
    /// Whether both signatures are the validator's and the statements contradict each other.
    proved: bool,
    #[serde(flatten)]
    evidence: Evidence,
}

/// Runs it.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, args: EvidenceArgs) -> Result<(), CliError> {
    let Verb::List { limit } = args.verb;
    let client = context.client()?;
    let genesis = client.genesis().await?;
    let hash = genesis.hash();
    let mut shown = Shown {
        evidence: Vec::new(),
        more: false,
    };
    let mut cursor = None;
    loop {
        let page = client.evidence(cursor.as_deref()).await?.body;
        for evidence in page.evidence {
            if shown.evidence.len() < limit {
                shown
                    .evidence
                    .push(shown_evidence(&genesis, &hash, evidence));
            } else {
                shown.more = true;
            }
        }
        cursor = page.next;
        if cursor.is_none() || shown.more {
            break;
        }
    }
    context
        .out
        .show("allonge.evidence/1", &shown, |_| text(&shown))
}

fn shown_evidence(genesis: &Genesis, hash: &Hash, evidence: Evidence) -> ShownEvidence {
    let known = genesis
        .validators
        .iter()
        .find(|validator| validator.key == evidence.validator);
    ShownEvidence {
        name: known.map(|validator| validator.name.to_string()),
        proved: evidence.verify(hash).is_ok(),
        evidence,
    }
}

fn said(block: Option<Hash>) -> String {
    block.map_or("nothing".to_owned(), |block| {
        block.to_string().chars().take(16).collect()
    })
}

fn text(shown: &Shown) -> String {
    if shown.evidence.is_empty() {
        return "no validator is known to have contradicted itself".to_owned();
    }
    let rows = shown.evidence.iter().map(|one| {
        let evidence = &one.evidence;
        let key = evidence.validator.to_string();
        vec![
            evidence.height.to_string(),
            evidence.round.to_string(),
            one.name
                .clone()
                .unwrap_or_else(|| key.chars().take(16).collect()),
            evidence.kind.as_str().to_owned(),
            said(evidence.first.block),
            said(evidence.second.block),
            if one.proved { "yes" } else { "NO" }.to_owned(),
        ]
    });
    let mut text = table(
        &[
            Column::Right("BLOCK"),
            Column::Right("ROUND"),
            Column::Left("VALIDATOR"),
            Column::Left("SIGNED TWO"),
            Column::Left("FOR"),
            Column::Left("AND FOR"),
            Column::Left("PROVED"),
        ],
        rows.collect(),
    );
    if shown.more {
        text.push_str("\nthere is more: raise --limit\n");
    }
    text
}
