//! What must hold on every day: the ledger's own invariants, and that the run's book agrees with the ledger.

use super::book::Book;
use super::papers::{LotState, PaperKind, Standing};
use super::patience::patiently;
use super::world::World;
use crate::client::NodeClient;
use crate::error::CliError;
use allonge_contracts::bills::{Dishonour, InstrumentNumber, Lot, Status};
use futures::stream::{StreamExt, TryStreamExt};

/// Reads under way at a time.
const UNDER_WAY: usize = 8;
/// How many findings are told.
const MOST: usize = 5;

/// What does not hold; empty when all is well.
pub(super) async fn check(
    world: &World,
    book: &mut Book,
    client: &NodeClient,
    height: u64,
) -> Result<Vec<String>, CliError> {
    let mut found: Vec<String> = std::mem::take(&mut book.faults);
    reached(client, height).await?;
    let invariants = patiently(async || client.invariants().await).await?;
    found.extend(
        invariants
            .body
            .violations
            .into_iter()
            .map(|violation| format!("{}: {}", violation.rule, violation.what)),
    );
    cash(world, book, client, &mut found).await?;
    lines(book, client, &mut found).await?;
    papers(world, book, client, &mut found).await?;
    found.truncate(MOST);
    Ok(found)
}

/// Waits until a node has come so far.
async fn reached(client: &NodeClient, height: u64) -> Result<(), CliError> {
    for _ in 0..2_000 {
        if patiently(async || client.status().await).await?.height >= height {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
    }
    Err(CliError::input(
        "SIMULATION",
        format!("{} does not reach block {height}", client.node()),
        "look at its log",
    ))
}

/// No cash came or went, and every party has what the book says.
async fn cash(
    world: &World,
    book: &Book,
    client: &NodeClient,
    found: &mut Vec<String>,
) -> Result<(), CliError> {
    let reads = world
        .parties
        .iter()
        .enumerate()
        .map(|(who, party)| async move {
            let body = patiently(async || client.cash(&party.id).await).await?.body;
            let balances = body.balances.iter();
            let total = balances
                .filter(|balance| balance.currency == world.currency)
                .map(|balance| balance.total.minor)
                .sum::<u64>();
            Ok::<_, CliError>((who, total))
        });
    let totals: Vec<(usize, u64)> = futures::stream::iter(reads)
        .buffered(UNDER_WAY)
        .try_collect()
        .await?;
    let sum: u128 = totals.iter().map(|(_, total)| u128::from(*total)).sum();
    let opening: u128 = world.parties.iter().map(|p| u128::from(p.cash)).sum();
    if sum != opening {
        found.push(format!(
            "cash conserved: {sum} in all, {opening} at the beginning"
        ));
    }
    for (who, total) in totals {
        if book.cash(who) != total {
            let (name, known) = (world.name(who), book.cash(who));
            found.push(format!("cash: {name} has {total}, its events say {known}"));
        }
    }
    Ok(())
}

/// What of each line is used is what stands open against it.
async fn lines(book: &Book, client: &NodeClient, found: &mut Vec<String>) -> Result<(), CliError> {
    for id in book.lines.keys() {
        let used = patiently(async || client.line(id).await)
            .await?
            .body
            .line
            .used;
        let open = book.used(id);
        if used != open {
            found.push(format!(
                "line used: {used} of line {id}, {open} stands open"
            ));
        }
    }
    Ok(())
}

/// The lots of every paper that changed tile it, and stand as the book says.
async fn papers(
    world: &World,
    book: &mut Book,
    client: &NodeClient,
    found: &mut Vec<String>,
) -> Result<(), CliError> {
    let touched: Vec<InstrumentNumber> = std::mem::take(&mut book.touched).into_iter().collect();
    let book = &*book;
    let reads = touched.into_iter().map(|number| async move {
        let lots = match book.papers.get(&number).map(|paper| paper.kind) {
            Some(PaperKind::Certificate) => {
                patiently(async || client.certificate(&number).await)
                    .await?
                    .body
                    .lots
            }
            Some(PaperKind::Bill) => {
                patiently(async || client.bill(&number).await)
                    .await?
                    .body
                    .lots
            }
            None => Vec::new(),
        };
        Ok::<_, CliError>((number, lots))
    });
    let read: Vec<(InstrumentNumber, Vec<Lot>)> = futures::stream::iter(reads)
        .buffered(UNDER_WAY)
        .try_collect()
        .await?;
    for (number, lots) in read {
        let Some(paper) = book.papers.get(&number) else {
            found.push(format!("paper {number} is not known"));
            continue;
        };
        if !paper.tiles() {
            found.push(format!("lots tile: those of {number} do not"));
        }
        let of_paper = |(start, lot): (&u64, &LotState)| shape(*start, lot, paper.kind);
        let known: Vec<_> = paper.lots.iter().map(of_paper).collect();
        let there: Vec<_> = lots
            .iter()
            .map(|lot| shape_of(world, lot, paper.kind))
            .collect();
        if known != there {
            found.push(format!(
                "lots of {number}: the ledger has {there:?}, its events say {known:?}"
            ));
        }
    }
    Ok(())
}

/// A lot by range, holder and tier while it has one, and standing. The ledger does not count the tiers of a bill.
type Shape = (u64, u64, Option<(usize, u16)>, Standing);

fn shape(start: u64, lot: &LotState, kind: PaperKind) -> Shape {
    let held = matches!(lot.standing, Standing::Held | Standing::Overdue);
    let tier = match kind {
        PaperKind::Certificate => lot.tier,
        PaperKind::Bill => 0,
    };
    (
        start,
        lot.end,
        held.then_some((lot.holder, tier)),
        lot.standing,
    )
}

fn shape_of(world: &World, lot: &Lot, kind: PaperKind) -> Shape {
    let standing = match lot.status {
        Status::Issued | Status::Accepted | Status::Opened => Standing::Waiting,
        Status::Received if lot.dishonour == Dishonour::None => Standing::Held,
        Status::Received | Status::Overdue => Standing::Overdue,
        Status::Held => Standing::Held,
        Status::Settled | Status::Redeemed => Standing::Paid,
        _ => Standing::Void,
    };
    let mut parties = world.parties.iter();
    let state = LotState {
        end: lot.range.end,
        holder: parties
            .position(|party| party.id == lot.holder)
            .unwrap_or(usize::MAX),
        standing,
        tier: lot.receivable.as_ref().map_or(0, |of| of.tier),
        recourse_to: None,
        locked: false,
    };
    shape(lot.range.start, &state, kind)
}
