//! One lane: three enterprises with their own bills and cash, and every act foretold from the rule book.

mod acts;

use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::{
    Call, CallResult, Code, Date, Hash, MemberId, Money, Outcome, RequestId, Text,
};
use allonge_ledger::Transaction;
use allonge_node::api::types::TransactionState;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tests::{Api, Network, Party, money, until_for};

/// A number with a right check digit (rule book 2.1) that no bill has.
pub const NO_BILL: &str = "510210009999620270105000000011";

/// A transaction that became final.
pub struct Sent {
    pub id: Hash,
    pub what: &'static str,
    /// Accepted, or rejected with this code.
    pub expected: Result<(), Code>,
}

/// What a lane did, and what must have come of it.
pub struct Story {
    pub sent: Vec<Sent>,
    pub kinds: BTreeSet<&'static str>,
    pub refused_at_the_door: usize,
    /// Changes of balances in minor units.
    pub cash: BTreeMap<MemberId, i64>,
    /// Cash issued and not redeemed.
    pub issued: u64,
    pub bill: InstrumentNumber,
    /// Start, end, holder, status.
    pub lots: Vec<(u64, u64, String, String)>,
}

pub struct Lane {
    n: usize,
    apis: Vec<Api>,
    regulator: Party,
    central_bank: Party,
    bank: Party,
    drawer: Party,
    payee: Party,
    third: Party,
    today: Date,
    last_height: u64,
    sent: Vec<Sent>,
    kinds: BTreeSet<&'static str>,
    refused_at_the_door: usize,
}

pub fn transfer(to: &MemberId, amount: &str) -> Transfer {
    Transfer {
        to: to.clone(),
        money: money(amount),
        purpose: Text::empty(),
        reference: Text::empty(),
    }
}

fn request_of(results: &[CallResult], at: usize) -> (RequestId, Hash) {
    match &results[at] {
        CallResult::Request { request, terms } => (*request, *terms),
        other => panic!("no request: {other:?}"),
    }
}

fn agree((request, terms): (RequestId, Hash)) -> Agree {
    Agree {
        request: RequestRef::Id(request),
        terms,
    }
}

fn range(start: u64, end: u64) -> LotRange {
    LotRange { start, end }
}

impl Lane {
    pub fn new(network: &Network, n: usize) -> Self {
        let offset = network.genesis.rules.utc_offset_minutes;
        Lane {
            n,
            apis: network.all(),
            regulator: network.party("regulator"),
            central_bank: network.party("central-bank"),
            bank: network.party("first-bank"),
            drawer: network.newcomer(&format!("drawer-{n}"), 1),
            payee: network.newcomer(&format!("payee-{n}"), 1),
            third: network.newcomer(&format!("third-{n}"), 2),
            today: Date::from_unix_ms(tests::now_ms(), offset).unwrap(),
            last_height: 0,
            sent: Vec::new(),
            kinds: BTreeSet::new(),
            refused_at_the_door: 0,
        }
    }

    fn day(&self, ahead: u32) -> Date {
        self.today.plus_days(ahead).unwrap()
    }

    /// The nodes take turns; the one whose turn it is must know what the lane has seen final.
    async fn next_node(&self) -> usize {
        let node = (self.n + self.sent.len()) % self.apis.len();
        let (api, height) = (&self.apis[node], self.last_height);
        until_for(Duration::from_secs(60), "a node to follow", || async {
            let at = api.status().await?.height;
            if at >= height {
                Ok(())
            } else {
                Err(format!("at {at} of {height}"))
            }
        })
        .await;
        node
    }

    async fn send(
        &mut self,
        what: &'static str,
        transaction: Transaction,
        expected: Result<(), Code>,
    ) -> Vec<CallResult> {
        let node = self.next_node().await;
        let bytes = transaction.to_bytes();
        let id = transaction.body.id();
        if self.sent.len().is_multiple_of(7) {
            // To the others as well, at once: it must count once.
            for api in self
                .apis
                .iter()
                .filter(|api| api.base() != self.apis[node].base())
            {
                let (api, bytes) = (api.clone(), bytes.clone());
                tokio::spawn(async move { api.submit(&bytes, "").await });
            }
        }
        let view = self.apis[node]
            .settle(&bytes)
            .await
            .unwrap_or_else(|e| panic!("lane {}, {what}: {e}", self.n));
        let TransactionState::Final {
            block_height,
            receipt,
            rejection,
            ..
        } = view.status
        else {
            panic!("lane {}, {what}: not final", self.n);
        };
        assert_eq!((view.id, receipt.transaction), (id, id));
        self.last_height = self.last_height.max(block_height);
        self.kinds
            .extend(transaction.body.calls.iter().map(Call::name));
        self.sent.push(Sent { id, what, expected });
        match (receipt.outcome, expected) {
            (Outcome::Accepted(results), Ok(())) => results,
            (Outcome::Rejected(why), Err(code)) if why.code == code => {
                assert!(
                    receipt.events.is_empty(),
                    "a rejected transaction does nothing"
                );
                let said = rejection.expect("a rejection in words");
                assert_eq!((said.code, said.hint.as_str()), (code, code.hint()));
                Vec::new()
            }
            (outcome, expected) => panic!(
                "lane {}, {what}: expected {expected:?}, got {outcome:?}",
                self.n
            ),
        }
    }

    async fn ok(&mut self, what: &'static str, transaction: Transaction) -> Vec<CallResult> {
        self.send(what, transaction, Ok(())).await
    }

    async fn no(&mut self, what: &'static str, transaction: Transaction, code: Code) {
        self.send(what, transaction, Err(code)).await;
    }

    /// Refused before any block could hold it.
    async fn door(&mut self, what: &'static str, transaction: Transaction, code: Code) {
        let node = self.next_node().await;
        let answer = self.apis[node]
            .submit(&transaction.to_bytes(), "")
            .await
            .unwrap();
        assert_eq!(
            (answer.status, answer.code()),
            (403, code.name()),
            "lane {}, {what}: {answer:?}",
            self.n
        );
        assert_eq!(answer.hint(), code.hint());
        self.refused_at_the_door += 1;
    }

    fn admit(&self, party: &Party, threshold: u8) -> Admit {
        Admit {
            member: party.id.clone(),
            roles: vec![Role::Enterprise],
            legal_id: None,
            bank_number: None,
            account_bank: Some(self.bank.id.clone()),
            keys: party.public_keys(),
            threshold,
        }
    }

    fn register(
        &self,
        kind: BillKind,
        acceptor: &MemberId,
        sum: Money,
        maturity: Date,
    ) -> Register {
        Register {
            kind,
            acceptor: acceptor.clone(),
            payee: self.payee.id.clone(),
            sum,
            maturity,
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: Vec::new(),
            backing: Vec::new(),
            profile: Default::default(),
            limits: None,
        }
    }

    fn endorse(
        &self,
        bill: InstrumentNumber,
        lot: LotRange,
        part: Option<Money>,
    ) -> RequestEndorsement {
        RequestEndorsement {
            bill: InstrumentRef::Number(bill),
            lot,
            part,
            to: self.third.id.clone(),
            not_transferable: false,
            purpose: Default::default(),
            answer_by: None,
        }
    }

    pub async fn tell(mut self) -> Story {
        self.members_and_cash().await;
        let bill = self.a_bill_to_its_payment().await;
        self.what_the_rules_refuse(bill).await;
        self.suspension_keys_and_calendar().await;
        let (a, b, c) = (
            self.drawer.id.clone(),
            self.payee.id.clone(),
            self.third.id.clone(),
        );
        Story {
            cash: BTreeMap::from([
                (a, 100_000 - 10_000 - 2_500),
                (b.clone(), 10_000),
                (c.clone(), 12_100 + 2_500),
                (self.bank.id.clone(), -12_100),
            ]),
            issued: 100_000,
            bill,
            lots: vec![
                (1, 12_100, c.to_string(), "settled".to_owned()),
                (12_101, 50_000, b.to_string(), "received".to_owned()),
            ],
            sent: self.sent,
            kinds: self.kinds,
            refused_at_the_door: self.refused_at_the_door,
        }
    }

    fn genesis(&self) -> Hash {
        self.regulator.genesis()
    }
}
