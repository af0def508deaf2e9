//! `allonge bill tree` and `allonge receivable tree`: how an instrument was split and where each part went.

use crate::client::At;
use crate::context::Context;
use crate::error::CliError;
use crate::files;
use crate::picture::{Tree, svg, text};
use allonge_contracts::instruments::{InstrumentKind, InstrumentNumber};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `bill tree` and `receivable tree`.
#[derive(Debug, Args)]
pub struct TreeArgs {
    /// The bill or certificate
    number: InstrumentNumber,
    /// Draw it into this file instead, an SVG picture for a browser
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Shows or draws the tree.
///
/// # Errors
/// The node's; the picture would be too large; the file cannot be written.
pub async fn run(context: &Context, args: TreeArgs) -> Result<(), CliError> {
    let client = context.client()?;
    let number = &args.number;
    let (height, next, lots, hands, tree) = match number.kind() {
        InstrumentKind::Bill => {
            let found = client.bill(number).await?;
            let body = found.body;
            let tree = Tree::of_bill(&body.bill, &body.lots, &body.hands);
            (found.height, body.next, body.lots, body.hands, tree)
        }
        InstrumentKind::Certificate => {
            let found = client.certificate(number).await?;
            let body = found.body;
            let tree = Tree::of_certificate(&body.certificate, &body.lots, &body.hands);
            (found.height, body.next, body.lots, body.hands, tree)
        }
    };
    if next.is_some() {
        return Err(CliError::input(
            "TREE_TOO_LARGE",
            format!(
                "{number} has more than the {} lots and {} hands that were read",
                lots.len(),
                hands.len()
            ),
            "read it page by page from the node's API: docs/api.md",
        ));
    }
    if let Some(file) = &args.svg {
        let picture = svg::draw(&tree, height).map_err(|e| {
            CliError::input(
                "TREE_TOO_LARGE",
                format!("{}: {e}", args.number),
                "leave out --svg to have it as text, or as data with --output json",
            )
        })?;
        files::write(file, picture.as_bytes(), "--svg")?;
        context.out.note(&format!(
            "{} and {} in {}; open it in a browser",
            counted(tree.lots().count(), "lot"),
            counted(tree.acts().count(), "hand"),
            file.display()
        ));
        if !context.out.is_json() {
            return Ok(());
        }
    }
    let tree = At { height, body: tree };
    let schema = match number.kind() {
        InstrumentKind::Bill => "allonge.bill_tree/1",
        InstrumentKind::Certificate => "allonge.certificate_tree/1",
    };
    context
        .out
        .show(schema, &tree, |style| text::text(&tree.body, style))
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
