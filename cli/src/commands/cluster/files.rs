//! `allonge cluster files`: a network's files for nodes that run elsewhere.

use super::{Dir, ShownMember, members, members_text};
use crate::cluster::{ClusterError, HostNode, Spec, make_for_hosts};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, table};
use allonge_contracts::Hash;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// What to make.
#[derive(Debug, Args)]
pub(super) struct FilesArgs {
    /// How many validators; four bear the loss of one
    #[arg(
        id = "validators",
        long = "nodes",
        value_name = "N",
        default_value_t = 4
    )]
    nodes: usize,
    /// How many observers besides: nodes that serve the API and follow without a vote
    #[arg(long, value_name = "N", default_value_t = 0)]
    observers: usize,
    #[command(flatten)]
    dir: Dir,
}

/// `allonge.cluster-files/1`.
#[derive(Serialize)]
struct Shown {
    dir: PathBuf,
    network: String,
    genesis: Hash,
    genesis_file: PathBuf,
    nodes: Vec<HostNode>,
    members: Vec<ShownMember>,
}

/// Makes them.
///
/// # Errors
/// The cluster's.
pub(super) fn run(context: &Context, args: &FilesArgs) -> Result<(), CliError> {
    let mut spec = Spec::standard(args.dir.dir.clone()).map_err(ClusterError::from)?;
    spec.nodes = args.nodes;
    spec.observers = args.observers;
    let made = make_for_hosts(&spec)?;
    let dir = spec.dir;
    let shown = Shown {
        members: members(&dir, &made.members),
        genesis_file: dir.join(&made.genesis_file),
        network: made.network,
        genesis: made.genesis,
        nodes: made.nodes,
        dir,
    };
    context
        .out
        .show("allonge.cluster-files/1", &shown, |style| {
            text(&shown, style)
        })
}

fn text(shown: &Shown, style: Style) -> String {
    let mut out = fields(&[
        ("network", shown.network.clone()),
        ("genesis", shown.genesis.to_string()),
        ("folder", shown.dir.display().to_string()),
        ("keys", shown.dir.join("keys").display().to_string()),
    ]);
    out.push_str(&format!("\n{}\n", style.bold("Nodes")));
    let rows = shown.nodes.iter().map(|node| {
        vec![
            node.name.clone(),
            node.home.display().to_string(),
            node.url.clone(),
            node.consensus.clone(),
            node.gossip.clone(),
        ]
    });
    out.push_str(&table(
        &[
            Column::Left("NODE"),
            Column::Left("FOLDER"),
            Column::Left("URL"),
            Column::Left("CONSENSUS"),
            Column::Left("GOSSIP"),
        ],
        rows.collect(),
    ));
    out.push_str(&members_text(&shown.members, style));
    out
}
