//! `allonge cluster`: a whole network on this machine.

mod breaks;
mod files;

use crate::client::{At, StatusBody};
use crate::cluster::{Cluster, Lifetime, MemberEntry, NodeEntry, Ports, READY_WITHIN, Spec};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, table};
use allonge_contracts::bills::BankNumber;
use allonge_contracts::members::Role;
use allonge_contracts::{Hash, MemberId, Money};
use clap::{Args, Subcommand};
use files::FilesArgs;
use serde::Serialize;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a node may take to say how it is.
const ASK: Duration = Duration::from_secs(2);
/// How often a network in the foreground is looked at.
const WATCH: Duration = Duration::from_millis(500);
/// How often a log is looked at for more.
const FOLLOW: Duration = Duration::from_millis(200);
/// How much of a log is read to find its last lines.
const TAIL_BYTES: u64 = 4 * 1024 * 1024;

/// Arguments of `cluster`.
#[derive(Debug, Args)]
pub struct ClusterArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a network in a fresh folder and run it until Ctrl-C
    #[command(
        after_help = "Examples:\n  allonge cluster up\n  allonge cluster up --nodes 7 --dir /tmp/net --base-port 7000 --detach"
    )]
    Up(UpArgs),
    /// Make the files of a network whose nodes run elsewhere, each on a host or in a container that bears
    /// its name; run nothing
    #[command(after_help = "Example:\n  allonge cluster files --dir network\n\n\
        Each node's folder, node-0 and so on, goes to the host of that name and is run there with `allonge node run --home`.\n\
        It listens on all addresses: 8080 (API, without TLS and access control), 26656 and 26657 (its peers).\n\
        The network is for trying out: one program has made all keys, and it has the development clock.")]
    Files(FilesArgs),
    /// Show the nodes and how they are, the members and where their keys are
    #[command(after_help = "Example:\n  allonge cluster status --output json")]
    Status(Dir),
    /// End a node at once, as a crash would (SIGKILL)
    #[command(after_help = "Example:\n  allonge cluster kill 2")]
    Kill(NodeArgs),
    /// Ask a node to stop in good order
    #[command(after_help = "Example:\n  allonge cluster stop 2")]
    Stop(NodeArgs),
    /// Start a node again, or all that do not run
    #[command(after_help = "Examples:\n  allonge cluster start 2\n  allonge cluster start")]
    Start {
        /// Its number or name; all where absent
        node: Option<String>,
        #[command(flatten)]
        dir: Dir,
    },
    /// Cut groups of nodes off from each other; within a group all is well
    #[command(
        after_help = "Examples:\n  allonge cluster partition '0,1 | 2,3'\n  allonge cluster partition '0 | 1,2,3' --one-way\n\nNeeds a cluster made with `cluster up --breakable`."
    )]
    Partition(breaks::PartitionArgs),
    /// Mend all that was cut or slowed between the nodes
    #[command(after_help = "Example:\n  allonge cluster heal")]
    Heal(Dir),
    /// Let what a node says and hears arrive late
    #[command(
        after_help = "Examples:\n  allonge cluster slow 2 --ms 300\n  allonge cluster slow 2 --ms 0"
    )]
    Slow(breaks::SlowArgs),
    /// Remove all that a node has written but its keys, and start it again empty
    #[command(after_help = "Example:\n  allonge cluster wipe 2")]
    Wipe(NodeArgs),
    /// Break a fresh network at random while payments run, and check that nothing was lost
    #[command(
        after_help = "Examples:\n  allonge cluster chaos --seconds 60\n  allonge cluster chaos --seconds 600 --seed 7 --faults kill,pause,halves\n\nExit code 1: something was lost, or the network did not recover."
    )]
    Chaos(breaks::ChaosArgs),
    /// Carry the nodes' traffic (started by `cluster up --breakable`)
    #[command(hide = true)]
    Forward {
        #[command(flatten)]
        dir: Dir,
        /// End when standard input does
        #[arg(long)]
        until_stdin_closes: bool,
    },
    /// Print the end of a node's log
    #[command(after_help = "Example:\n  allonge cluster logs 0 --follow")]
    Logs {
        #[command(flatten)]
        node: NodeArgs,
        /// Go on printing what comes, until Ctrl-C
        #[arg(short, long)]
        follow: bool,
        /// How many lines of its end
        #[arg(short = 'n', long, default_value_t = 100)]
        lines: usize,
    },
    /// Stop all nodes
    #[command(after_help = "Example:\n  allonge cluster down --remove")]
    Down {
        #[command(flatten)]
        dir: Dir,
        /// Remove the folder with all keys and data
        #[arg(long)]
        remove: bool,
    },
}

#[derive(Debug, Args)]
struct UpArgs {
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
    /// Node 0 listens from this port on, each further node ten ports later [default: free ports]
    #[arg(long, value_name = "PORT")]
    base_port: Option<u16>,
    /// Return when all nodes are ready and let them run
    #[arg(long)]
    detach: bool,
    /// Let the nodes reach each other through a forwarder, so that `partition` and `slow` can break what
    /// runs between them (at most ten nodes)
    #[arg(long)]
    breakable: bool,
}

#[derive(Debug, Args)]
struct Dir {
    /// The network's folder
    #[arg(long, default_value = "allonge-cluster")]
    dir: PathBuf,
}

#[derive(Debug, Args)]
struct NodeArgs {
    /// Its number or name, such as 2 or node-2
    node: String,
    #[command(flatten)]
    dir: Dir,
}

/// `allonge.cluster/1`.
#[derive(Serialize)]
struct Shown {
    dir: PathBuf,
    network: String,
    genesis: Hash,
    genesis_file: PathBuf,
    nodes: Vec<ShownNode>,
    members: Vec<ShownMember>,
}

#[derive(Serialize)]
struct ShownNode {
    name: String,
    running: bool,
    pid: Option<u32>,
    ready: bool,
    not_ready: Option<String>,
    height: Option<String>,
    block: Option<Hash>,
    peers: Option<u32>,
    url: String,
    consensus: String,
    gossip: String,
    home: PathBuf,
    log: PathBuf,
}

#[derive(Serialize)]
struct ShownMember {
    id: MemberId,
    roles: Vec<Role>,
    bank_number: Option<BankNumber>,
    account_bank: Option<MemberId>,
    opening: Vec<Money>,
    key_file: PathBuf,
}

/// `allonge.cluster_node/1`: what was done to one node, or to several.
#[derive(Serialize)]
struct Done {
    done: &'static str,
    nodes: Vec<DoneNode>,
}

#[derive(Serialize)]
struct DoneNode {
    name: String,
    pid: u32,
}

/// Runs it.
///
/// # Errors
/// The cluster's.
pub async fn run(context: &Context, args: ClusterArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Up(args) => up(context, &args).await,
        Verb::Files(args) => files::run(context, &args),
        Verb::Status(dir) => {
            let cluster = Cluster::open(&dir.dir)?;
            show(context, &cluster).await
        }
        Verb::Kill(args) => end(context, &args, "killed", Cluster::kill),
        Verb::Stop(args) => end(context, &args, "stopped", Cluster::stop),
        Verb::Start { node, dir } => start(context, node.as_deref(), &dir.dir).await,
        Verb::Logs {
            node,
            follow,
            lines,
        } => logs(context, &node, follow, lines).await,
        Verb::Partition(args) => breaks::partition(context, &args).await,
        Verb::Heal(dir) => breaks::heal(context, &dir).await,
        Verb::Slow(args) => breaks::slow(context, &args).await,
        Verb::Wipe(args) => breaks::wipe(context, &args).await,
        Verb::Chaos(args) => breaks::chaos(context, args).await,
        Verb::Forward {
            dir,
            until_stdin_closes,
        } => breaks::forward(&dir, until_stdin_closes).await,
        Verb::Down { dir, remove } => down(context, &dir.dir, remove),
    }
}

async fn up(context: &Context, args: &UpArgs) -> Result<(), CliError> {
    let mut spec =
        Spec::standard(args.dir.dir.clone()).map_err(crate::cluster::ClusterError::from)?;
    spec.nodes = args.nodes;
    spec.observers = args.observers;
    spec.breakable = args.breakable;
    if let Some(base) = args.base_port {
        spec.ports = Ports::Base(base);
    }
    if args.detach {
        spec.lifetime = Lifetime::Detached;
        let cluster = Cluster::up(&spec).await?;
        return show(context, &cluster).await;
    }
    // Ctrl-C counts from here on, also while the nodes start.
    let mut stop = Interrupt::new()?;
    let mut cluster = tokio::select! {
        cluster = Cluster::up(&spec) => cluster?,
        () = stop.wait() => return Ok(()),
    };
    show(context, &cluster).await?;
    context
        .out
        .note("\nThe network runs until you press Ctrl-C.");
    let mut running: Vec<bool> = vec![true; cluster.len()];
    loop {
        tokio::select! {
            () = stop.wait() => break,
            () = tokio::time::sleep(WATCH) => {}
        }
        for (node, was) in running.iter_mut().enumerate() {
            let is = cluster.is_running(node);
            if *was && !is {
                let name = format!("node-{node}");
                context.out.note(&format!(
                    "{name} has ended; start it again with `allonge cluster start {node} --dir {}`",
                    args.dir.dir.display()
                ));
            }
            *was = is;
        }
    }
    context.out.note("Stopping all nodes.");
    report_killed(context, &cluster.stop_all()?);
    Ok(())
}

fn report_killed(context: &Context, killed: &[String]) {
    for name in killed {
        context.out.note(&format!(
            "{name} did not stop in time and was killed; its log may say why"
        ));
    }
}

fn end(
    context: &Context,
    args: &NodeArgs,
    done: &'static str,
    how: fn(&mut Cluster, usize) -> Result<u32, crate::cluster::ClusterError>,
) -> Result<(), CliError> {
    let mut cluster = Cluster::open(&args.dir.dir)?;
    let node = cluster.manifest().node_index(&args.node)?;
    let pid = how(&mut cluster, node)?;
    show_done(
        context,
        done,
        vec![DoneNode {
            name: format!("node-{node}"),
            pid,
        }],
    )
}

async fn start(context: &Context, node: Option<&str>, dir: &Path) -> Result<(), CliError> {
    let mut cluster = Cluster::open(dir)?;
    let which: Vec<usize> = match node {
        Some(name) => vec![cluster.manifest().node_index(name)?],
        None => (0..cluster.len())
            .filter(|node| cluster.pid(*node).is_none())
            .collect(),
    };
    let mut done = Vec::new();
    for node in &which {
        let pid = cluster.start(*node)?;
        done.push(DoneNode {
            name: format!("node-{node}"),
            pid,
        });
    }
    for node in which {
        cluster.wait_ready(node, READY_WITHIN).await?;
    }
    show_done(context, "started", done)
}

fn down(context: &Context, dir: &Path, remove: bool) -> Result<(), CliError> {
    let mut cluster = Cluster::open(dir)?;
    let mut done = Vec::new();
    for node in 0..cluster.len() {
        if let Some(pid) = cluster.pid(node) {
            done.push(DoneNode {
                name: format!("node-{node}"),
                pid,
            });
        }
    }
    report_killed(context, &cluster.stop_all()?);
    if remove {
        cluster.remove()?;
        context.out.note(&format!("{} is removed", dir.display()));
    }
    show_done(context, "stopped", done)
}

fn show_done(context: &Context, done: &'static str, nodes: Vec<DoneNode>) -> Result<(), CliError> {
    let shown = Done { done, nodes };
    context.out.show("allonge.cluster_node/1", &shown, |_| {
        if shown.nodes.is_empty() {
            return "nothing to do".to_owned();
        }
        let lines: Vec<String> = shown
            .nodes
            .iter()
            .map(|node| format!("{} {} (process {})", node.name, shown.done, node.pid))
            .collect();
        lines.join("\n")
    })
}

async fn logs(
    context: &Context,
    args: &NodeArgs,
    follow: bool,
    lines: usize,
) -> Result<(), CliError> {
    let cluster = Cluster::open(&args.dir.dir)?;
    let log = cluster.log(cluster.manifest().node_index(&args.node)?)?;
    let unreadable = |source| crate::cluster::ClusterError::Io {
        doing: "read",
        path: log.clone(),
        source,
    };
    let mut file = File::open(&log).map_err(unreadable)?;
    let len = file.metadata().map_err(unreadable)?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(TAIL_BYTES)))
        .map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.by_ref()
        .take(TAIL_BYTES)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    let end = all
        .get(all.len().saturating_sub(lines)..)
        .unwrap_or_default();
    if !context.out.print(&end.join("\n"))? || !follow {
        return Ok(());
    }
    let mut stop = Interrupt::new()?;
    loop {
        tokio::select! {
            () = stop.wait() => return Ok(()),
            () = tokio::time::sleep(FOLLOW) => {}
        }
        let mut bytes = Vec::new();
        file.by_ref()
            .take(TAIL_BYTES)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if !bytes.is_empty() && !context.out.print(&String::from_utf8_lossy(&bytes))? {
            return Ok(());
        }
    }
}

async fn show(context: &Context, cluster: &Cluster) -> Result<(), CliError> {
    let manifest = cluster.manifest();
    let mut nodes = Vec::new();
    for (i, entry) in manifest.nodes.iter().enumerate() {
        nodes.push(shown_node(cluster, i, entry).await);
    }
    let shown = Shown {
        dir: cluster.dir().to_owned(),
        network: manifest.network.clone(),
        genesis: manifest.genesis,
        genesis_file: cluster.genesis_file(),
        nodes,
        members: members(cluster.dir(), &manifest.members),
    };
    context
        .out
        .show("allonge.cluster/1", &shown, |style| text(&shown, style))
}

async fn shown_node(cluster: &Cluster, i: usize, entry: &NodeEntry) -> ShownNode {
    let pid = cluster.pid(i);
    let status: Option<At<StatusBody>> = match (pid, cluster.client(i, ASK)) {
        (Some(_), Ok(client)) => tokio::time::timeout(ASK, client.status())
            .await
            .ok()
            .and_then(Result::ok),
        _ => None,
    };
    let body = status.as_ref().map(|status| &status.body);
    ShownNode {
        name: entry.name.clone(),
        running: pid.is_some(),
        pid,
        ready: body.is_some_and(|body| body.not_ready.is_none()),
        not_ready: match (pid, body) {
            (Some(_), None) => Some("it does not answer".to_owned()),
            (_, body) => body.and_then(|body| body.not_ready.clone()),
        },
        height: status.as_ref().map(|status| status.height.to_string()),
        block: body.map(|body| body.block),
        peers: body.map(|body| body.peers),
        url: entry.url.clone(),
        consensus: entry.consensus.clone(),
        gossip: entry.gossip.clone(),
        home: cluster.dir().join(&entry.home),
        log: cluster.dir().join(&entry.log),
    }
}

fn members(dir: &Path, entries: &[MemberEntry]) -> Vec<ShownMember> {
    entries
        .iter()
        .map(|member| ShownMember {
            id: member.id.clone(),
            roles: member.roles.clone(),
            bank_number: member.bank_number,
            account_bank: member.account_bank.clone(),
            opening: member.balances.clone(),
            key_file: dir.join(&member.key_file),
        })
        .collect()
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
            node.url.clone(),
            node.pid.map_or("-".to_owned(), |pid| pid.to_string()),
            node.height.clone().unwrap_or_else(|| "-".to_owned()),
            match (node.running, node.ready, &node.not_ready) {
                (false, ..) => style.bad("stopped"),
                (_, true, _) => style.good("ready"),
                (_, _, why) => why.clone().unwrap_or_default(),
            },
        ]
    });
    out.push_str(&table(
        &[
            Column::Left("NODE"),
            Column::Left("URL"),
            Column::Right("PROCESS"),
            Column::Right("BLOCK"),
            Column::Left("STATE"),
        ],
        rows.collect(),
    ));
    out.push_str(&members_text(&shown.members, style));
    if let Some(node) = shown.nodes.iter().find(|node| node.running) {
        out.push_str(&format!("\n{}\n", style.bold("To act on it")));
        out.push_str(&format!("export ALLONGE_NODE={}\n", node.url));
        out.push_str(&format!("export ALLONGE_HOME={}\n", shown.dir.display()));
    }
    out
}

/// The table of members, with its heading.
fn members_text(members: &[ShownMember], style: Style) -> String {
    let mut out = String::new();
    out.push_str(&format!("\n{}\n", style.bold("Members")));
    let rows = members.iter().map(|member| {
        let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
        let opening: Vec<String> = member.opening.iter().map(Money::to_string).collect();
        vec![
            member.id.to_string(),
            roles.join(", "),
            opening.join(", "),
            format!("keys/{}.pem", member.id),
        ]
    });
    out.push_str(&table(
        &[
            Column::Left("MEMBER"),
            Column::Left("ROLE"),
            Column::Right("OPENING CASH"),
            Column::Left("KEY FILE"),
        ],
        rows.collect(),
    ));
    out
}

/// Ctrl-C, or a request to stop from outside.
pub(super) struct Interrupt {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Interrupt {
    /// From now on these signals do not end the program by themselves.
    pub(super) fn new() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|e| {
                CliError::input(
                    "SIGNALS",
                    format!("signals cannot be caught: {e}"),
                    "try again",
                )
            })
        };
        Ok(Interrupt {
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
