//! The network that is measured: two hundred accounts, each with cash and a bill, and the transactions for it.

use super::{Kind, supply};
use crate::client::{Chain, NodeClient, TransactionBuilder};
use crate::cluster::{Cluster, ClusterError, MemberSpec, Spec, built_in, names, whole};
use crate::error::CliError;
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::calls::{InstrumentRef, RequestEndorsement, Transfer};
use allonge_contracts::members::Role;
use allonge_contracts::{Call, Currency, Hash, MemberId, Money, Text};
use bytes::Bytes;
use ed25519_dalek::SigningKey;
use std::path::PathBuf;
use std::time::Duration;

/// How many accounts.
pub(super) const ACCOUNTS: usize = 200;
/// Opening cash of an account, and the sum of its bill, in whole units.
const CASH: u64 = 10_000_000;
pub(super) const SUM: u64 = 100_000_000;
/// What a transfer moves and what a request for endorsement asks for, in minor units.
pub(super) const STEP: u64 = 1;
/// What a payment costs, in units of work.
const PAYMENT_WORK: u64 = 6;
/// How long a block of a bounded network takes at least, in milliseconds.
const BLOCK_TIME_MS: u64 = 500;
/// How long measured transactions stay valid.
const LIFE: Duration = Duration::from_secs(1_800);

/// What transactions are made of.
pub(super) struct World {
    pub currency: Currency,
    pub accounts: Vec<Account>,
    made: u64,
}

/// An account, its bill, and the lots of its neighbour's bill that it may endorse.
pub(super) struct Account {
    pub id: MemberId,
    pub key: SigningKey,
    pub bill: Option<InstrumentNumber>,
    /// The first unit of what is left of its bill.
    pub next: u64,
    pub stock: Vec<StockLot>,
}

/// A lot that its holder may endorse.
#[derive(Clone, Copy, Debug)]
pub(super) struct StockLot {
    pub bill: InstrumentNumber,
    pub lot: LotRange,
}

/// A signed transaction, and who has to send it.
pub(super) struct Op {
    pub id: Hash,
    /// Its canonical bytes.
    pub bytes: Bytes,
    pub account: usize,
    /// Of a request for endorsement, its lot.
    pub lot: Option<StockLot>,
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

/// Bounds the network's blocks so that at most about so many payments a second become final: twice as many can then be
/// offered from the same machine.
pub(super) fn bound(spec: &mut Spec, ceiling: u64) {
    let payments = ceiling.saturating_mul(BLOCK_TIME_MS) / 1_000;
    spec.limits.block_work = payments.saturating_mul(PAYMENT_WORK).max(2);
    spec.limits.transaction_work = spec.limits.block_work / 2;
    spec.settings
        .push_str(&format!("block_time_ms = {BLOCK_TIME_MS}\n"));
}

fn account_name(i: usize) -> Result<MemberId, CliError> {
    own(&format!("account-{i:03}"))
}

pub(super) fn own<T>(text: &str) -> Result<T, CliError>
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
                stock: Vec::new(),
            });
        }
        if kind != Kind::Transfers {
            supply::draw_bills(&mut world, cluster, client).await?;
        }
        Ok(world)
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
            let lot = if endorse { account.stock.pop() } else { None };
            let call: Call = match lot {
                Some(StockLot { bill, lot }) => RequestEndorsement {
                    purpose: Default::default(),
                    bill: InstrumentRef::Number(bill),
                    lot,
                    part: Some(step),
                    to,
                    not_transferable: false,
                    answer_by: None,
                }
                .into(),
                None => Transfer {
                    to,
                    money: step,
                    purpose: Text::empty(),
                    reference: Text::empty(),
                }
                .into(),
            };
            let signed = TransactionBuilder::new(chain, account.id.clone())
                .call(call)
                .valid_until(valid_until)
                .sign([&account.key])?;
            ops.push(Op {
                id: signed.id,
                bytes: signed.bytes.into(),
                account: at,
                lot,
            });
        }
        Ok(ops)
    }

    /// These were signed but never taken: their lots are as they were.
    pub fn unsent<'a>(&mut self, ops: impl Iterator<Item = &'a Op>) {
        for op in ops {
            if let (Some(lot), Some(account)) = (op.lot, self.accounts.get_mut(op.account)) {
                account.stock.push(lot);
            }
        }
    }
}
