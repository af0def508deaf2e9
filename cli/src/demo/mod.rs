//! `allonge demo`: four validators, one invoice, one bill from issue to payment, and a proof of it.

mod books;
mod checks;
mod plan;
mod report;
mod screen;
mod stage;
mod story;

use crate::cluster::{Cluster, ClusterError, Spec, built_in, names};
use crate::error::CliError;
use crate::output::{Column, Output, table};
use allonge_contracts::bills::LotRange;
use checks::{Checks, End};
use plan::{Plan, Source};
use report::{InvoiceLine, Node, Proof, Report, SCHEMA};
use screen::{Screen, WIDTH, cut};
use stage::{Stage, milliseconds};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use story::Told;

/// How long reads go on trying.
const ASK: Duration = Duration::from_secs(20);

/// How the demo is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// An invoice, UBL 2.1 or CII; the built-in one where absent.
    pub invoice: Option<PathBuf>,
    /// The folder, new or empty; one under the system's folder for temporary files where absent.
    pub dir: Option<PathBuf>,
    /// Keep all files also of a folder that was not named.
    pub keep: bool,
}

/// Runs the demo.
///
/// # Errors
/// Input that cannot be used; a network that does not start or stops; a check that fails. The network's
/// folder is then kept with its logs, and named.
pub async fn run(out: Output, options: &Options) -> Result<(), CliError> {
    let started = Instant::now();
    let screen = Screen::new(out.clone());
    let plan = Plan::read(options.invoice.as_deref())?;
    let (dir, ours) = match &options.dir {
        Some(dir) => (dir.clone(), false),
        None => (fresh_folder()?, !options.keep),
    };
    introduce(&screen, &plan)?;
    let mut stage = open(screen, &plan, &dir, started).await?;
    let ended = tell(&mut stage, &plan).await;
    let stopped = stage.cluster.stop_all();
    let (told, end, proofs, checks) = match ended {
        Ok(ended) => ended,
        Err(error) => {
            out.note(&format!(
                "The network's files and logs are kept in {}",
                stage.cluster.dir().display()
            ));
            return Err(error);
        }
    };
    let unclean = stopped?;
    let mut report = assemble(&stage, &plan, told, end, proofs, checks);
    report.checks.push(report::Check {
        name: "shut down",
        ok: unclean.is_empty(),
        detail: match unclean.as_slice() {
            [] => "all nodes stopped in good order".to_owned(),
            names => format!("{} had to be killed", names.join(", ")),
        },
    });
    report.ok = report.checks.iter().all(|check| check.ok);
    report.kept = if ours && report.ok {
        clean(&report)?
    } else {
        vec![report.dir.clone()]
    };
    report.milliseconds = milliseconds(started.elapsed());
    finish(out, &stage.screen, &report)
}

async fn tell(stage: &mut Stage, plan: &Plan) -> Result<(Told, End, Vec<Proof>, Checks), CliError> {
    let mut checks = Checks::default();
    let told = story::play(stage, plan).await?;
    let end = checks::compare(stage, &told, &mut checks).await?;
    let proofs = checks::prove(stage, &told, &mut checks).await?;
    Ok((told, end, proofs, checks))
}

fn fresh_folder() -> Result<PathBuf, CliError> {
    let mut bytes = [0u8; 4];
    getrandom::fill(&mut bytes).map_err(|e| ClusterError::Random(e.to_string()))?;
    Ok(std::env::temp_dir().join(format!("allonge-demo-{}", hex::encode(bytes))))
}

fn introduce(screen: &Screen, plan: &Plan) -> Result<(), CliError> {
    let style = screen.style();
    let invoice = &plan.invoice;
    screen.text(&style.bold("Allonge: one bill on four validators, from invoice to payment"))?;
    let from = match &plan.source {
        Source::BuiltIn => "built in".to_owned(),
        Source::File(file) => file.display().to_string(),
    };
    screen.heading(&cut(&format!("The invoice ({from})"), WIDTH))?;
    let due = invoice
        .due_date
        .map(|date| format!(", due {date}"))
        .unwrap_or_default();
    screen.text(&cut(
        &format!(
            "{}  of {}{due}: {}",
            invoice.number, invoice.issue_date, plan.sum
        ),
        WIDTH,
    ))?;
    for party in plan.parties() {
        screen.text(&format!(
            "{:<7} {} = {}",
            party.role,
            cut(&party.name, WIDTH - 11 - party.member.len()),
            party.member
        ))?;
    }
    screen
        .text(&style.dim(
            "The bill is issued on the ledger's own day and due 90 days later, whatever the",
        ))?;
    screen.text(&style.dim("dates of the invoice are; the invoice stands behind it by its hash."))
}

async fn open(
    screen: Screen,
    plan: &Plan,
    dir: &Path,
    started: Instant,
) -> Result<Stage, CliError> {
    let mut spec =
        Spec::authorities(dir.to_owned(), vec![plan.sum.currency]).map_err(ClusterError::from)?;
    spec.network = built_in("demo").map_err(ClusterError::from)?;
    for name in std::iter::once(names::CORE).chain(names::SUPPLIERS) {
        spec.future_members.push(stage::id(name)?);
    }
    screen.heading("The network")?;
    let cluster = Cluster::up(&spec).await?;
    let client = cluster.client_of_all(0, ASK)?;
    let pids: Vec<String> = (0..cluster.len())
        .filter_map(|node| cluster.pid(node))
        .map(|pid| pid.to_string())
        .collect();
    screen.text(&format!(
        "{} validators run as processes {}, ready after {} ms",
        cluster.len(),
        pids.join(", "),
        milliseconds(started.elapsed())
    ))?;
    screen.text(&format!("genesis {}", cluster.manifest().genesis))?;
    Ok(Stage {
        cluster,
        client,
        screen,
        steps: Vec::new(),
    })
}

fn assemble(
    stage: &Stage,
    plan: &Plan,
    told: Told,
    end: End,
    proofs: Vec<Proof>,
    checks: Checks,
) -> Report {
    let cluster = &stage.cluster;
    let manifest = cluster.manifest();
    let nodes = manifest.nodes.iter().map(|node| Node {
        name: node.name.clone(),
        url: node.url.clone(),
        home: cluster.dir().join(&node.home),
        log: cluster.dir().join(&node.log),
    });
    let invoice = &plan.invoice;
    Report {
        ok: checks.ok(),
        milliseconds: 0,
        dir: cluster.dir().to_owned(),
        kept: Vec::new(),
        network: manifest.network.clone(),
        genesis: manifest.genesis,
        genesis_file: cluster.genesis_file(),
        nodes: nodes.collect(),
        invoice: InvoiceLine {
            source: plan.source.clone(),
            sha256: plan.hash,
            number: invoice.number.clone(),
            issue_date: invoice.issue_date,
            due_date: invoice.due_date,
            payable: plan.sum,
            lines: invoice.line_count(),
            parties: plan.parties(),
        },
        bill: told.bill,
        steps: stage.steps.clone(),
        killed: told.killed,
        back: told.back,
        payments: told.payments,
        final_height: end.height,
        final_block: end.block,
        minted: told.minted,
        holdings: end.holdings,
        proofs,
        checks: checks.all,
    }
}

/// Removes what a folder of ours holds but genesis and proofs; what is left.
fn clean(report: &Report) -> Result<Vec<PathBuf>, CliError> {
    let mut kept = vec![report.genesis_file.clone()];
    kept.extend(report.proofs.iter().map(|proof| proof.file.clone()));
    let io = |source| ClusterError::Io {
        doing: "tidy up",
        path: report.dir.clone(),
        source,
    };
    for entry in std::fs::read_dir(&report.dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if kept.contains(&path) {
            continue;
        }
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.map_err(io)?;
    }
    Ok(kept)
}

fn finish(out: Output, screen: &Screen, report: &Report) -> Result<(), CliError> {
    if screen.quiet {
        out.show(SCHEMA, report, |_| String::new())?;
    } else {
        closing(screen, report)?;
    }
    match report.checks.iter().find(|check| !check.ok) {
        None => Ok(()),
        Some(check) => Err(CliError::check_failed(
            "DEMO_CHECK",
            format!("{}: {}", check.name, check.detail),
            format!(
                "the network's files and logs are kept in {}",
                report.dir.display()
            ),
        )),
    }
}

fn closing(screen: &Screen, report: &Report) -> Result<(), CliError> {
    let style = screen.style();
    screen.heading(&format!("Holders and balances, {}", report.minted.currency))?;
    let rows = report.holdings.iter().map(|holding| {
        let lots: Vec<String> = holding.lots.iter().map(ToString::to_string).collect();
        let paid = |lot: &LotRange| report.payments.iter().find(|payment| payment.lot == *lot);
        let how: Vec<&str> = holding
            .lots
            .iter()
            .filter_map(paid)
            .map(|payment| {
                if payment.by_clock {
                    "the clock"
                } else {
                    "hand"
                }
            })
            .collect();
        vec![
            holding.member.to_string(),
            lots.join(", "),
            how.join(", "),
            holding.cash.grouped(),
        ]
    });
    screen.text(&table(
        &[
            Column::Left("MEMBER"),
            Column::Left("LOT, PAID"),
            Column::Left("BY"),
            Column::Right("CASH"),
        ],
        rows.collect(),
    ))?;
    screen.heading("Checked")?;
    for check in &report.checks {
        let mark = if check.ok {
            style.good("ok  ")
        } else {
            style.bad("FAIL")
        };
        screen.text(&format!("{mark} {:<18} {}", check.name, check.detail))?;
    }
    screen.heading("The proof")?;
    for proof in &report.proofs {
        let seen = &proof.verified;
        screen.text(&format!(
            "block {} signed by {} of {} validators: {}",
            seen.height, seen.signers, seen.validators, proof.what
        ))?;
        screen.text(&format!("  {}", proof.file.display()))?;
    }
    if let Some(proof) = report.proofs.first() {
        screen.text("Verify it yourself; no node runs any more:")?;
        screen.text(&format!(
            "  allonge verify {} \\\n    --genesis {}",
            proof.file.display(),
            report.genesis_file.display()
        ))?;
    }
    let seconds = report.milliseconds / 1_000;
    let tenths = report.milliseconds % 1_000 / 100;
    screen.text(&format!(
        "\n{} acts and payments, {seconds}.{tenths} s in all",
        report.steps.len()
    ))
}
