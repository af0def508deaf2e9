//! What must be true at the end, seen on every node that runs and in the proofs.

use super::report::{Check, Holding, Proof};
use super::stage::{Stage, milliseconds};
use super::story::Told;
use crate::client::NodeClient;
use crate::error::CliError;
use allonge_contracts::{Hash, MemberId, Money};
use allonge_ledger::{Fact, Genesis, ProofFile, verify};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the slowest node may lag behind.
const LEVEL_WITHIN: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(20);
/// How long a node may take to answer.
pub(super) const ASK: Duration = Duration::from_secs(10);
/// How often a proof is asked for again that could not be made.
const PROOF_TRIES: usize = 20;

/// All that was checked.
#[derive(Default)]
pub(super) struct Checks {
    pub all: Vec<Check>,
}

impl Checks {
    fn note(&mut self, name: &'static str, problems: Vec<String>, detail: String) {
        let ok = problems.is_empty();
        let detail = if ok { detail } else { problems.join("; ") };
        self.all.push(Check { name, ok, detail });
    }

    /// Whether everything holds.
    pub fn ok(&self) -> bool {
        self.all.iter().all(|check| check.ok)
    }
}

/// The ledger's end on every node that runs.
pub(super) struct End {
    pub height: u64,
    pub block: Hash,
    pub holdings: Vec<Holding>,
}

/// Compares every node that runs with the demo's own books.
pub(super) async fn compare(
    stage: &Stage,
    told: &Told,
    checks: &mut Checks,
) -> Result<End, CliError> {
    let nodes: Vec<(usize, NodeClient)> = (0..stage.cluster.len())
        .filter(|node| stage.cluster.pid(*node).is_some())
        .map(|node| Ok((node, stage.cluster.client(node, ASK)?)))
        .collect::<Result<_, CliError>>()?;
    let height = stage.client.status().await?.height;
    let mut blocks = Vec::new();
    for (node, client) in &nodes {
        level(client, *node, height).await?;
        blocks.push(client.block(Some(height), false).await?.hash);
    }
    let block = blocks.first().copied().unwrap_or(Hash::ZERO);
    let other = blocks.iter().filter(|hash| **hash != block).count();
    checks.note(
        "one ledger",
        (other > 0)
            .then(|| format!("{other} nodes have another block {height}"))
            .into_iter()
            .collect(),
        format!("block {height} is the same on {} nodes", nodes.len()),
    );
    compare_lots(&nodes, told, checks).await?;
    let holdings = compare_cash(&nodes, told, checks).await?;
    compare_payments(told, checks);
    let (killed, back) = (&told.killed, &told.back);
    let gone = crate::cluster::proc_stat(killed.pid).is_none();
    checks.note(
        "one node died",
        (!gone)
            .then(|| format!("process {} of {} still runs", killed.pid, killed.node))
            .into_iter()
            .collect(),
        format!("process {} of {} is gone", killed.pid, killed.node),
    );
    checks.note(
        "it came back",
        (nodes.len() != stage.cluster.len() || back.pid == killed.pid)
            .then(|| format!("{} of {} nodes run", nodes.len(), stage.cluster.len()))
            .into_iter()
            .collect(),
        format!(
            "as process {}, level after {} ms",
            back.pid, back.milliseconds
        ),
    );
    checks.note(
        "nothing stopped",
        (killed.height_after <= killed.height_before || killed.final_without_it == 0)
            .then(|| "no block came after the kill".to_owned())
            .into_iter()
            .collect(),
        format!(
            "{} acts final in blocks {} to {} without it",
            killed.final_without_it, killed.height_before, killed.height_after
        ),
    );
    Ok(End {
        height,
        block,
        holdings,
    })
}

/// Waits until a node has a height.
pub(super) async fn level(client: &NodeClient, node: usize, height: u64) -> Result<(), CliError> {
    let started = Instant::now();
    loop {
        let at = client.status().await?.height;
        if at >= height {
            return Ok(());
        }
        if started.elapsed() > LEVEL_WITHIN {
            return Err(CliError::check_failed(
                "DEMO_BEHIND",
                format!(
                    "node-{node} is at block {at} and not at {height} after {} ms",
                    milliseconds(LEVEL_WITHIN)
                ),
                "look into its log",
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn compare_lots(
    nodes: &[(usize, NodeClient)],
    told: &Told,
    checks: &mut Checks,
) -> Result<(), CliError> {
    let mut problems = Vec::new();
    for (node, client) in nodes {
        let view = client.bill(&told.bill.number).await?.body;
        let found = told.books.differences(&view.bill, &view.lots);
        problems.extend(found.into_iter().map(|what| format!("node-{node}: {what}")));
    }
    let detail = format!(
        "{} lots tile 1 to the sum, all paid",
        told.books.lots().len()
    );
    checks.note("lots", problems, detail);
    Ok(())
}

async fn compare_cash(
    nodes: &[(usize, NodeClient)],
    told: &Told,
    checks: &mut Checks,
) -> Result<Vec<Holding>, CliError> {
    let currency = told.minted.currency;
    let mut problems = Vec::new();
    let mut holdings = Vec::new();
    for (member, expected) in told.books.cash() {
        let expected = Money::new(currency, *expected);
        let mut shown = None;
        for (node, client) in nodes {
            let cash = cash_of(client, member, told).await?;
            if cash != expected {
                problems.push(format!("node-{node}: {member} has {cash}, not {expected}"));
            }
            shown.get_or_insert(cash);
        }
        let lots = told.books.lots().iter().filter(|lot| lot.holder == *member);
        holdings.push(Holding {
            member: member.clone(),
            cash: shown.unwrap_or(Money::new(currency, 0)),
            expected,
            lots: lots.map(|lot| lot.range).collect(),
        });
    }
    checks.note(
        "balances",
        problems,
        "cash is as the demo's own books say".to_owned(),
    );
    let sum: u128 = holdings
        .iter()
        .map(|holding| u128::from(holding.cash.minor))
        .sum();
    let conserved = sum == u128::from(told.minted.minor) && told.books.conserved();
    checks.note(
        "cash is conserved",
        (!conserved)
            .then(|| {
                format!(
                    "{sum} minor units are held, {} were minted",
                    told.minted.minor
                )
            })
            .into_iter()
            .collect(),
        format!("{} minted and held", told.minted),
    );
    Ok(holdings)
}

async fn cash_of(client: &NodeClient, member: &MemberId, told: &Told) -> Result<Money, CliError> {
    let currency = told.minted.currency;
    let balances = client.cash(member).await?.body.balances;
    let found = balances
        .into_iter()
        .find(|balance| balance.currency == currency);
    Ok(found.map_or(Money::new(currency, 0), |balance| balance.total))
}

/// Every lot was paid once, the amount that it stands for, to the one who held it.
fn compare_payments(told: &Told, checks: &mut Checks) {
    let mut paid: Vec<(u64, u64, &MemberId, u64)> = told
        .payments
        .iter()
        .map(|payment| {
            (
                payment.lot.start,
                payment.lot.end,
                &payment.to,
                payment.money.minor,
            )
        })
        .collect();
    paid.sort_unstable();
    let must: Vec<(u64, u64, &MemberId, u64)> = told
        .books
        .lots()
        .iter()
        .map(|lot| {
            (
                lot.range.start,
                lot.range.end,
                &lot.holder,
                lot.range.amount().unwrap_or(0),
            )
        })
        .collect();
    let by_clock = told
        .payments
        .iter()
        .filter(|payment| payment.by_clock)
        .count();
    let mut problems = Vec::new();
    if paid != must {
        problems.push(format!("paid were {paid:?}, it must be {must:?}"));
    }
    if by_clock == 0 || by_clock == told.payments.len() {
        problems.push(format!(
            "{by_clock} of {} payments were made by the clock",
            told.payments.len()
        ));
    }
    let detail = format!(
        "{} lots paid, {by_clock} of them by the clock",
        told.payments.len()
    );
    checks.note("payments", problems, detail);
}

/// Gets the proofs of the payment, writes them to files, and verifies what was written with the genesis
/// file alone.
pub(super) async fn prove(
    stage: &Stage,
    told: &Told,
    checks: &mut Checks,
) -> Result<Vec<Proof>, CliError> {
    let dir = stage.cluster.dir();
    let genesis = stage.cluster.genesis()?;
    let mut proofs = Vec::new();
    for (what, file) in [
        ("the bill: every lot is paid", "bill.proof.json"),
        ("the payment by hand", "payment.proof.json"),
    ] {
        let bytes = fetch(stage, told, file == "bill.proof.json").await?;
        let path = dir.join(file);
        std::fs::write(&path, &bytes).map_err(|source| crate::cluster::ClusterError::Io {
            doing: "write",
            path: path.clone(),
            source,
        })?;
        proofs.push(verified(what, &path, &genesis)?);
    }
    let mut problems = Vec::new();
    for proof in &proofs {
        match &proof.verified.fact {
            Fact::Bill { bill, lots } => problems.extend(told.books.differences(bill, lots)),
            Fact::Transaction { id, receipt, .. } => {
                if *id != told.hand_payment.id || **receipt != told.hand_payment.receipt {
                    problems.push(format!(
                        "{} shows another transaction",
                        proof.file.display()
                    ));
                }
            }
            _ => problems.push(format!("{} shows something else", proof.file.display())),
        }
        if forged(proof).is_none_or(|forged| verify(&genesis, &forged).is_ok()) {
            problems.push(format!("a changed copy of {} passes", proof.file.display()));
        }
    }
    checks.note(
        "proofs",
        problems,
        format!(
            "{} files hold against the genesis, changed copies fail",
            proofs.len()
        ),
    );
    Ok(proofs)
}

async fn fetch(stage: &Stage, told: &Told, bill: bool) -> Result<Vec<u8>, CliError> {
    let mut tries = 1;
    loop {
        let answer = if bill {
            stage.client.bill_proof(&told.bill.number).await
        } else {
            stage.client.transaction_proof(told.hand_payment.id).await
        };
        match answer {
            Ok(bytes) => return Ok(bytes),
            // State proofs are made from the newest block alone.
            Err(crate::client::ClientError::Refused { error, .. })
                if error.retry && tries < PROOF_TRIES =>
            {
                tries += 1
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Reads a proof file back and verifies it; no node is asked.
fn verified(what: &'static str, file: &Path, genesis: &Genesis) -> Result<Proof, CliError> {
    let failed = |why: String| {
        CliError::check_failed(
            "DEMO_PROOF",
            format!("{} does not hold: {why}", file.display()),
            "look into the file",
        )
    };
    let bytes = std::fs::read(file).map_err(|e| failed(e.to_string()))?;
    let proof = ProofFile::from_json(&bytes).map_err(|e| failed(e.to_string()))?;
    Ok(Proof {
        what,
        file: PathBuf::from(file),
        verified: verify(genesis, &proof).map_err(|e| failed(e.to_string()))?,
        content: serde_json::from_slice(&bytes).map_err(|e| failed(e.to_string()))?,
    })
}

/// The same proof for a state that never was.
fn forged(proof: &Proof) -> Option<ProofFile> {
    let mut forged: ProofFile = serde_json::from_value(proof.content.clone()).ok()?;
    let Hash(root) = &mut forged.header.state_root;
    if let Some(byte) = root.first_mut() {
        *byte ^= 1;
    }
    Some(forged)
}
