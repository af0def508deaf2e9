//! `allonge bill tree`: how a bill was split and where each part went.

use crate::client::At;
use crate::context::Context;
use crate::error::CliError;
use crate::files;
use crate::picture::{Tree, svg, text};
use allonge_contracts::bills::BillNumber;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `bill tree`.
#[derive(Debug, Args)]
pub struct TreeArgs {
    /// The bill
    number: BillNumber,
    /// Draw it into this file instead, an SVG picture for a browser
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Shows or draws the tree.
///
/// # Errors
/// The node's; the picture would be too large; the file cannot be written.
pub async fn run(context: &Context, args: TreeArgs) -> Result<(), CliError> {
    let answer = context.client()?.bill(&args.number).await?;
    let (height, body) = (answer.height, answer.body);
    if body.next.is_some() {
        return Err(CliError::input(
            "TREE_TOO_LARGE",
            format!(
                "{} has more than the {} lots and {} hands that were read",
                args.number,
                body.lots.len(),
                body.hands.len()
            ),
            "read it page by page from the node's API: docs/api.md",
        ));
    }
    let tree = Tree::of_bill(&body.bill, &body.lots, &body.hands);
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
    context.out.show("allonge.bill_tree/1", &tree, |style| {
        text::text(&tree.body, style)
    })
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
