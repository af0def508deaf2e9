//! The network that is measured: two hundred accounts, each with cash and a bill, and the transactions for it.

use super::Kind;
use crate::client::{Chain, Final, NodeClient, TransactionBuilder};
use crate::cluster::{Cluster, ClusterError, MemberSpec, Spec, built_in, names, whole};
use crate::error::CliError;
use allonge_contracts::bills::{BillKind, BillNumber, LotRange};
use allonge_contracts::calls::{
    Agree, BillRef, CallIndex, Register, RequestAcceptance, RequestDelivery, RequestEndorsement,
    RequestRef, Transfer,
};
use allonge_contracts::members::Role;
use allonge_contracts::{Call, CallResult, Currency, Hash, MemberId, Money, Text};
use bytes::Bytes;
use ed25519_dalek::SigningKey;
use futures::stream::{StreamExt, TryStreamExt};
use std::path::PathBuf;
use std::time::Duration;

/// How many accounts.
pub(super) const ACCOUNTS: usize = 200;
/// Opening cash of an account, and the sum of its bill, in whole units.
const CASH: u64 = 10_000_000;
const SUM: u64 = 100_000_000;
/// What a transfer moves and what a request for endorsement asks for, in minor units.
const STEP: u64 = 1;
/// Bills a transaction while they are made.
const AT_ONCE: usize = 8;
/// Transactions under way at a time while they are made.
const UNDER_WAY: usize = 32;
/// How long one of them may take.
const WITHIN: Duration = Duration::from_secs(30);
/// How long measured transactions stay valid.
const LIFE: Duration = Duration::from_secs(1_800);
const TERM_DAYS: u32 = 90;

/// What transactions are made of.
pub(super) struct World {
    currency: Currency,
    accounts: Vec<Account>,
    made: u64,
}

struct Account {
    id: MemberId,
    key: SigningKey,
    bill: Option<BillNumber>,
    /// The first unit of what is left of its bill.
    next: u64,
}

/// A signed transaction, and who has to send it.
pub(super) struct Op {
    pub id: Hash,
    /// Its canonical bytes.
    pub bytes: Bytes,
    pub account: usize,
    /// Of a request for endorsement, the first unit of its lot.
    pub lot_start: Option<u64>,
}

/// The network's files.
pub(super) fn spec(dir: PathBuf, nodes: usize) -> Result<Spec, CliError> {
    let currency: Currency = own("CNY")?;
    let mut spec = Spec::authorities(dir, vec![currency]).map_err(ClusterError::from)?;
    spec.network = own("bench")?;
    spec.nodes = nodes;
    spec.members
        .push(MemberSpec::new(own(names::CORE)?, Role::Enterprise));
    for i in 0..ACCOUNTS {
        spec.members.push(MemberSpec {
            balances: vec![whole(currency, CASH)],
            ..MemberSpec::new(account_name(i)?, Role::Enterprise)
        });
    }
    Ok(spec)
}

fn account_name(i: usize) -> Result<MemberId, CliError> {
    own(&format!("account-{i:03}"))
}

fn own<T>(text: &str) -> Result<T, CliError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    Ok(built_in(text).map_err(ClusterError::from)?)
}

impl World {
    /// Reads the accounts' keys; where endorsements are wanted, draws a bill for each account.
    pub async fn prepare(
        cluster: &Cluster,
        client: &NodeClient,
        kind: Kind,
    ) -> Result<Self, CliError> {
        let mut world = World {
            currency: own("CNY")?,
            accounts: Vec::new(),
            made: 0,
        };
        for i in 0..ACCOUNTS {
            let id = account_name(i)?;
            let key = cluster.key(id.as_str())?.key;
            world.accounts.push(Account {
                id,
                key,
                bill: None,
                next: 1,
            });
        }
        if kind != Kind::Transfers {
            world.draw_bills(cluster, client).await?;
        }
        Ok(world)
    }

    async fn draw_bills(&mut self, cluster: &Cluster, client: &NodeClient) -> Result<(), CliError> {
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
        let sum = whole(self.currency, SUM);
        let (acceptor, currency) = (bank.0.clone(), self.currency);
        for accounts in self.accounts.chunks_mut(AT_ONCE) {
            let mut calls: Vec<Call> = Vec::new();
            for account in accounts.iter() {
                let index = u8::try_from(calls.len()).unwrap_or(u8::MAX);
                calls.push(
                    Register {
                        kind: BillKind::Bank,
                        acceptor: acceptor.clone(),
                        payee: account.id.clone(),
                        sum: Money::new(currency, sum.minor),
                        maturity,
                        issue_date: None,
                        splittable: true,
                        not_transferable: false,
                        trade_background: Vec::new(),
                    }
                    .into(),
                );
                calls.push(
                    RequestAcceptance {
                        bill: BillRef::Call(CallIndex { call: index }),
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
                    bill: BillRef::Number(*number),
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

    /// So many transactions, signed.
    pub fn sign(&mut self, chain: &Chain, kind: Kind, count: usize) -> Result<Vec<Op>, CliError> {
        let valid_until = chain.valid_until(LIFE);
        let mut ops = Vec::with_capacity(count);
        let step = Money::new(self.currency, STEP);
        for _ in 0..count {
            let number = self.made;
            self.made += 1;
            let accounts = self.accounts.len() as u64;
            let at = usize::try_from(number % accounts).unwrap_or(0);
            let to = self
                .accounts
                .get((at + 1) % self.accounts.len())
                .map(|account| account.id.clone());
            let (Some(to), Some(account)) = (to, self.accounts.get_mut(at)) else {
                break;
            };
            let endorse = match kind {
                Kind::Transfers => false,
                Kind::Endorsements => true,
                // Each account does one and then the other.
                Kind::Mixed => (number / accounts) % 2 == 1,
            };
            let (call, lot_start): (Call, Option<u64>) = match account.bill.filter(|_| endorse) {
                Some(bill) => {
                    let lot = LotRange {
                        start: account.next,
                        end: whole(self.currency, SUM).minor,
                    };
                    // The part that moves takes the low end (rule book 2.1), so the next request is known by now.
                    account.next += STEP;
                    let ask = RequestEndorsement {
                        bill: BillRef::Number(bill),
                        lot,
                        part: Some(step),
                        to,
                        not_transferable: false,
                        answer_by: None,
                    };
                    (ask.into(), Some(lot.start))
                }
                None => {
                    let transfer = Transfer {
                        to,
                        money: step,
                        purpose: Text::empty(),
                        reference: Text::empty(),
                    };
                    (transfer.into(), None)
                }
            };
            let signed = TransactionBuilder::new(chain, account.id.clone())
                .call(call)
                .valid_until(valid_until)
                .sign([&account.key])?;
            ops.push(Op {
                id: signed.id,
                bytes: signed.bytes.into(),
                account: at,
                lot_start,
            });
        }
        Ok(ops)
    }

    /// These were signed but never taken: the next requests begin where they would have.
    pub fn unsent<'a>(&mut self, ops: impl Iterator<Item = &'a Op>) {
        for op in ops {
            if let (Some(start), Some(account)) = (op.lot_start, self.accounts.get_mut(op.account))
            {
                account.next = account.next.min(start);
            }
        }
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

fn bills(done: &Final) -> Vec<BillNumber> {
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
