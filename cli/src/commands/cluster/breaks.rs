//! The verbs that break a network on purpose.

use super::{Dir, DoneNode, Interrupt, NodeArgs, show_done};
use crate::chaos::{Fault, Options, run as break_at_random};
use crate::cluster::{Cluster, READY_WITHIN, stop_when_stdin_closes};
use crate::context::Context;
use crate::error::CliError;
use crate::links::{MAX_SLOW_MS, Plan};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct PartitionArgs {
    /// Groups of nodes, as in '0,1 | 2,3'; quote them, for | means something to the shell
    #[arg(required = true, num_args = 1.., value_name = "GROUPS")]
    groups: Vec<String>,
    /// Only what the first group says is lost; it hears the others
    #[arg(long)]
    one_way: bool,
    #[command(flatten)]
    dir: Dir,
}

#[derive(Debug, Args)]
pub(super) struct SlowArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// By how many milliseconds, each way; 0 for not at all
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=MAX_SLOW_MS))]
    ms: u64,
}

#[derive(Debug, Args)]
pub(super) struct ChaosArgs {
    /// For how long things are broken
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many faults, however long they take
    #[arg(long, value_name = "N", conflicts_with = "seconds")]
    count: Option<u64>,
    /// What is broken, where and for how long follows from this number [default: a random one]
    #[arg(long)]
    seed: Option<u64>,
    /// How many validators
    #[arg(
        id = "validators",
        long = "nodes",
        value_name = "N",
        default_value_t = 4
    )]
    nodes: usize,
    /// Which faults [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    faults: Vec<Fault>,
    /// The network's folder, new or empty, which is kept [default: a temporary one]
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// `allonge.cluster_links/1`: what is broken between the nodes.
#[derive(Serialize)]
struct Shown {
    cut: Vec<ShownCut>,
    slow: Vec<ShownSlow>,
}

#[derive(Serialize)]
struct ShownCut {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct ShownSlow {
    node: String,
    ms: u64,
}

fn name(node: usize) -> String {
    format!("node-{node}")
}

/// The groups of '0,1 | 2,3': each node once, two groups or more.
fn groups(cluster: &Cluster, words: &[String]) -> Result<Vec<Vec<usize>>, CliError> {
    let text = words.join(" ");
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut seen = vec![false; cluster.len()];
    for group in text.split('|') {
        let mut nodes = Vec::new();
        for word in group
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|word| !word.is_empty())
        {
            let node = cluster.manifest().node_index(word)?;
            if let Some(seen) = seen.get_mut(node)
                && std::mem::replace(seen, true)
            {
                return Err(wrong(format!("{} stands in two places", name(node))));
            }
            nodes.push(node);
        }
        if nodes.is_empty() {
            return Err(wrong(format!("`{text}` has a group without nodes")));
        }
        groups.push(nodes);
    }
    if groups.len() < 2 {
        return Err(wrong(format!("`{text}` is one group, and cuts nothing")));
    }
    Ok(groups)
}

fn wrong(what: String) -> CliError {
    CliError::input(
        "CLUSTER_GROUPS",
        what,
        "write groups of nodes between bars and quote them: '0,1 | 2,3'",
    )
}

/// `cluster partition`.
pub(super) async fn partition(context: &Context, args: &PartitionArgs) -> Result<(), CliError> {
    let cluster = Cluster::open(&args.dir.dir)?;
    let groups = groups(&cluster, &args.groups)?;
    let mut plan = cluster.plan()?;
    plan.cut.clear();
    if args.one_way {
        let (first, others) = groups.split_at(1);
        plan.silence(&first.concat(), &others.concat());
    } else {
        plan.partition(&groups);
    }
    cluster.set_plan(&plan)?;
    cluster.plan_taken(&plan).await;
    show(context, &plan)
}

/// `cluster heal`.
pub(super) async fn heal(context: &Context, dir: &Dir) -> Result<(), CliError> {
    let cluster = Cluster::open(&dir.dir)?;
    let plan = Plan::default();
    cluster.set_plan(&plan)?;
    cluster.plan_taken(&plan).await;
    show(context, &plan)
}

/// `cluster slow`.
pub(super) async fn slow(context: &Context, args: &SlowArgs) -> Result<(), CliError> {
    let cluster = Cluster::open(&args.node.dir.dir)?;
    let node = cluster.manifest().node_index(&args.node.node)?;
    let mut plan = cluster.plan()?;
    if args.ms == 0 {
        plan.slow.remove(&node);
    } else {
        plan.slow.insert(node, args.ms);
    }
    cluster.set_plan(&plan)?;
    cluster.plan_taken(&plan).await;
    show(context, &plan)
}

fn show(context: &Context, plan: &Plan) -> Result<(), CliError> {
    let shown = Shown {
        cut: plan
            .cut
            .iter()
            .map(|(from, to)| ShownCut {
                from: name(*from),
                to: name(*to),
            })
            .collect(),
        slow: plan
            .slow
            .iter()
            .map(|(node, ms)| ShownSlow {
                node: name(*node),
                ms: *ms,
            })
            .collect(),
    };
    context.out.show("allonge.cluster_links/1", &shown, |_| {
        if plan.is_whole() {
            return "all is well between the nodes".to_owned();
        }
        let cut = shown
            .cut
            .iter()
            .map(|cut| format!("{} does not reach {}", cut.from, cut.to));
        let slow = shown
            .slow
            .iter()
            .map(|slow| format!("{} is {} ms late, each way", slow.node, slow.ms));
        cut.chain(slow).collect::<Vec<_>>().join("\n")
    })
}

/// `cluster wipe`.
pub(super) async fn wipe(context: &Context, args: &NodeArgs) -> Result<(), CliError> {
    let mut cluster = Cluster::open(&args.dir.dir)?;
    let node = cluster.manifest().node_index(&args.node)?;
    if cluster.pid(node).is_some() {
        cluster.kill(node)?;
    }
    cluster.wipe(node)?;
    let pid = cluster.start(node)?;
    cluster.wait_ready(node, READY_WITHIN).await?;
    let done = DoneNode {
        name: name(node),
        pid,
    };
    show_done(context, "started empty", vec![done])
}

/// `cluster chaos`.
pub(super) async fn chaos(context: &Context, args: ChaosArgs) -> Result<(), CliError> {
    let options = Options {
        nodes: args.nodes,
        seconds: args.seconds,
        count: args.count,
        seed: args.seed,
        kinds: args.faults,
        dir: args.dir,
    };
    let mut stop = Interrupt::new()?;
    tokio::select! {
        done = break_at_random(context.out.clone(), &options) => done,
        // The nodes end with it.
        () = stop.wait() => Err(CliError::input("INTERRUPTED", "the run was interrupted; its nodes are stopped", "run it again")),
    }
}

/// `cluster forward`: the forwarder itself.
pub(super) async fn forward(dir: &Dir, until_stdin_closes: bool) -> Result<(), CliError> {
    let cluster = Cluster::open(&dir.dir)?;
    let routes = cluster.routes()?;
    if until_stdin_closes {
        stop_when_stdin_closes();
    }
    crate::links::forward(routes, cluster.plan_file(), cluster.taken_file())
        .await
        .map_err(|error| {
            CliError::input(
                "CLUSTER_FORWARD",
                format!("the forwarder cannot listen: {error}"),
                "end the program that uses the address, or make a new cluster",
            )
        })
}
