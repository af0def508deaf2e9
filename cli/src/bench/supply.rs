//! What is measured needs paper: a bill for each account, and lots that can be endorsed in any order.
//!
//! Requests for parts of one lot depend on each other's order, which no network under load promises. So each
//! has a lot of its own, cut before it is measured.

use super::work::{STEP, SUM, StockLot, World, own};
use crate::client::{Chain, Final, NodeClient, TransactionBuilder};
use crate::cluster::{Cluster, names, whole};
use crate::error::CliError;
use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange};
use allonge_contracts::calls::{
    Agree, CallIndex, InstrumentRef, Register, RequestAcceptance, RequestDelivery,
    RequestEndorsement, RequestRef,
};
use allonge_contracts::{Call, CallResult, MemberId, Money};
use ed25519_dalek::SigningKey;
use futures::stream::{StreamExt, TryStreamExt};
use std::time::Duration;

/// Bills a transaction while they are made, and lots.
const AT_ONCE: usize = 8;
const CUT_AT_ONCE: u64 = 32;
/// Transactions under way at a time.
const UNDER_WAY: usize = 32;
/// How long one of them may take.
const WITHIN: Duration = Duration::from_secs(60);
const TERM_DAYS: u32 = 90;
/// A request takes one unit, and one is left, so that it has to cut.
const LOT: u64 = 2 * STEP;

/// Draws a bill for each account.
pub(super) async fn draw_bills(
    world: &mut World,
    cluster: &Cluster,
    client: &NodeClient,
) -> Result<(), CliError> {
    let chain = client.chain().await?;
    let core = (own::<MemberId>(names::CORE)?, cluster.key(names::CORE)?.key);
    let bank = (
        own::<MemberId>(names::FIRST_BANK)?,
        cluster.key(names::FIRST_BANK)?.key,
    );
    let maturity = client
        .status()
        .await?
        .body
        .clock
        .date
        .plus_days(TERM_DAYS)
        .ok_or_else(|| {
            CliError::input("CLOCK", "this machine's clock is too far ahead", "set it")
        })?;
    let sum = whole(world.currency, SUM);
    let (acceptor, currency) = (bank.0.clone(), world.currency);
    for accounts in world.accounts.chunks_mut(AT_ONCE) {
        let mut calls: Vec<Call> = Vec::new();
        for account in accounts.iter() {
            let index = u8::try_from(calls.len()).unwrap_or(u8::MAX);
            calls.push(
                Register {
                    profile: Default::default(),
                    limits: None,
                    kind: BillKind::Bank,
                    acceptor: acceptor.clone(),
                    payee: account.id.clone(),
                    sum: Money::new(currency, sum.minor),
                    maturity,
                    issue_date: None,
                    splittable: true,
                    not_transferable: false,
                    trade_background: Vec::new(),
                    backing: Vec::new(),
                }
                .into(),
            );
            calls.push(
                RequestAcceptance {
                    bill: InstrumentRef::Call(CallIndex { call: index }),
                    answer_by: None,
                }
                .into(),
            );
        }
        let drawn = send(client, &chain, &core, calls).await?;
        let numbers = bills(&drawn);
        for (account, number) in accounts.iter_mut().zip(&numbers) {
            account.bill = Some(*number);
        }
        send(client, &chain, &bank, agreements(&drawn)).await?;
        let deliver = numbers.iter().map(|number| {
            RequestDelivery {
                bill: InstrumentRef::Number(*number),
                answer_by: None,
            }
            .into()
        });
        let delivered = send(client, &chain, &core, deliver.collect()).await?;
        let answers = accounts
            .iter()
            .zip(agreements(&delivered))
            .map(|(account, agree)| {
                let who = (account.id.clone(), account.key.clone());
                async move { send(client, &chain, &who, vec![agree]).await }
            });
        futures::stream::iter(answers.collect::<Vec<_>>())
            .buffer_unordered(UNDER_WAY)
            .try_collect::<Vec<_>>()
            .await?;
    }
    Ok(())
}

/// Sees to it that every account has so many lots that it may endorse.
pub(super) async fn stock_up(
    world: &mut World,
    client: &NodeClient,
    each: usize,
) -> Result<(), CliError> {
    let chain = client.chain().await?;
    let count = world.accounts.len();
    let mut cuts = Vec::new();
    for (i, account) in world.accounts.iter().enumerate() {
        let Some(giver) = world.accounts.get((i + count - 1) % count) else {
            continue;
        };
        let (Some(bill), missing) = (giver.bill, each.saturating_sub(account.stock.len())) else {
            continue;
        };
        let cut = Cut {
            bill,
            from: giver.next,
            count: missing as u64,
            sum: whole(world.currency, SUM),
            giver: (giver.id.clone(), giver.key.clone()),
            taker: (account.id.clone(), account.key.clone()),
        };
        cuts.push(async move { Ok::<_, CliError>((i, cut.make(client, &chain).await?)) });
    }
    let made: Vec<(usize, Vec<StockLot>)> = futures::stream::iter(cuts)
        .buffer_unordered(UNDER_WAY)
        .try_collect()
        .await?;
    for (i, lots) in made {
        let units = LOT * lots.len() as u64;
        if let Some(giver) = world.accounts.get_mut((i + count - 1) % count) {
            giver.next += units;
        }
        if let Some(account) = world.accounts.get_mut(i) {
            account.stock.extend(lots);
        }
    }
    Ok(())
}

/// Lots to be cut from one bill for one account.
struct Cut {
    bill: InstrumentNumber,
    from: u64,
    count: u64,
    sum: Money,
    giver: (MemberId, SigningKey),
    taker: (MemberId, SigningKey),
}

impl Cut {
    async fn make(&self, client: &NodeClient, chain: &Chain) -> Result<Vec<StockLot>, CliError> {
        let mut lots = Vec::new();
        while (lots.len() as u64) < self.count {
            let left = self.count - lots.len() as u64;
            let mut calls: Vec<Call> = Vec::new();
            for _ in 0..left.min(CUT_AT_ONCE) {
                let start = self.from + LOT * lots.len() as u64;
                calls.push(
                    RequestEndorsement {
                        purpose: Default::default(),
                        bill: InstrumentRef::Number(self.bill),
                        lot: LotRange {
                            start,
                            end: self.sum.minor,
                        },
                        part: Some(Money::new(self.sum.currency, LOT)),
                        to: self.taker.0.clone(),
                        not_transferable: false,
                        answer_by: None,
                    }
                    .into(),
                );
                // The part that moves takes the low end (rule book 2.1).
                lots.push(StockLot {
                    bill: self.bill,
                    lot: LotRange {
                        start,
                        end: start + LOT - 1,
                    },
                });
            }
            let asked = send(client, chain, &self.giver, calls).await?;
            send(client, chain, &self.taker, agreements(&asked)).await?;
        }
        Ok(lots)
    }
}

async fn send(
    client: &NodeClient,
    chain: &Chain,
    (actor, key): &(MemberId, SigningKey),
    calls: Vec<Call>,
) -> Result<Final, CliError> {
    let signed = TransactionBuilder::new(chain, actor.clone())
        .calls(calls)
        .sign([key])?;
    let done = client.submit_and_wait(&signed, WITHIN).await?;
    match done.results() {
        Ok(_) => Ok(done),
        Err(rejection) => Err(crate::client::ClientError::Rejected {
            id: done.id,
            height: done.height,
            rejection: rejection.clone(),
        }
        .into()),
    }
}

fn bills(done: &Final) -> Vec<InstrumentNumber> {
    let results = done.results().unwrap_or_default().iter();
    results
        .filter_map(|result| match result {
            CallResult::Bill(number) => Some(*number),
            _ => None,
        })
        .collect()
}

fn agreements(done: &Final) -> Vec<Call> {
    let results = done.results().unwrap_or_default().iter();
    results
        .filter_map(|result| match result {
            CallResult::Request { request, terms } => Some(
                Agree {
                    request: RequestRef::Id(*request),
                    terms: *terms,
                }
                .into(),
            ),
            _ => None,
        })
        .collect()
}
