//! The tree as text.

use super::label::{notes, parties};
use super::tree::{Front, Node, Paper, Tree, What};
use crate::output::{Column, Style, range_text, table};

/// Who promises what to whom.
fn whose(front: &Front) -> String {
    match &front.paper {
        Paper::Bill {
            drawer, acceptor, ..
        } => format!("{drawer} on {acceptor}"),
        Paper::Certificate { issuer, payee, .. } => format!("{issuer} to {payee}"),
    }
}

/// The tree, a node on each line. A branch is indented where its part was cut off; what happened to one part
/// stands below each other.
pub fn text(tree: &Tree, style: Style) -> String {
    let front = &tree.front;
    let mut text = format!(
        "{}\n",
        style.bold(&format!(
            "{} {}, {}, {} {}",
            front.number(),
            front.sum,
            whose(front),
            front.falls(),
            front.maturity
        ))
    );
    let mut left = children(&tree.nodes);
    let only: Vec<bool> = left.iter().map(|count| *count == 1).collect();
    // What stands before the children of each node.
    let mut before: Vec<String> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let Some(parent) = node.parent else {
            before.push(String::new());
            continue;
        };
        let stem = before.get(parent).cloned().unwrap_or_default();
        let last = left.get_mut(parent).is_none_or(|left| {
            *left = left.saturating_sub(1);
            *left == 0
        });
        let (here, below) = match (only.get(parent) == Some(&true), last) {
            (true, _) => ("", ""),
            (false, false) => ("├─ ", "│  "),
            (false, true) => ("└─ ", "   "),
        };
        let above = tree.nodes.get(parent);
        text.push_str(&format!("{stem}{here}{}\n", line(node, above, style)));
        before.push(format!("{stem}{below}"));
    }
    if !tree.holders.is_empty() {
        text.push_str(&format!("\n{}\n", style.bold("HOLDERS")));
        let rows = tree.holders.iter().map(|holder| {
            vec![
                holder.holder.to_string(),
                holder.lots.to_string(),
                holder.amount.grouped(),
            ]
        });
        let columns = [
            Column::Left("HOLDER"),
            Column::Right("LOTS"),
            Column::Right("AMOUNT"),
        ];
        text.push_str(&table(&columns, rows.collect()));
    }
    text
}

fn children(nodes: &[Node]) -> Vec<usize> {
    let mut counts = vec![0_usize; nodes.len()];
    for parent in nodes.iter().filter_map(|node| node.parent) {
        if let Some(count) = counts.get_mut(parent) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

fn line(node: &Node, above: Option<&Node>, style: Style) -> String {
    let range = range_text(node.range, node.amount.currency);
    match &node.what {
        What::Package {} => range,
        What::Act(act) => {
            let mut words = vec![
                format!("{} {}", act.act, act.date),
                parties(act, usize::MAX),
            ];
            // Said where it changes.
            if above.is_none_or(|above| above.range != node.range) {
                words.push(range);
            }
            words.extend(notes(act, usize::MAX));
            words.join(", ")
        }
        What::Lot(part) => format!(
            "lot {range} {}, {}, {}",
            style.bold(part.holder.as_str()),
            part.status,
            part.state
        ),
    }
}
