//! Members with work to do: they pay each other, draw bills and pass them on until the clock pays them, and move the
//! development clock. Each signs, sends to any node, and sends again until what became of it is known.

use crate::chance::Chance;
use crate::memo::Memo;
use crate::world::{TRADERS, cny, date, id, key, public};
use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange};
use allonge_contracts::calls::{
    AdvanceClock, Agree, CallIndex, InstrumentRef, Register, RequestAcceptance, RequestDelivery,
    RequestEndorsement, RequestRef, Transfer,
};
use allonge_contracts::{
    Call, CallResult, Code, Hash, Outcome, RequestId, Signature, Text, tagged_hash,
};
use allonge_ledger::{Approval, Body, CheckedTransaction, Receipt, Transaction};
use ed25519_dalek::Signer;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The days to which the clock is moved, one after the other: bills mature on the 1st and are paid at the close of a
/// business day.
const DAYS: [&str; 8] = [
    "2027-02-26",
    "2027-03-01",
    "2027-03-02",
    "2027-03-03",
    "2027-03-31",
    "2027-04-01",
    "2027-04-02",
    "2027-04-03",
];
/// When bills mature.
const MATURITIES: [&str; 2] = ["2027-03-01", "2027-04-01"];
/// What a bill is for, in minor units.
const BILL: u64 = 100_000;

/// What a client knows of what it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing yet.
    Open,
    /// It is final.
    Final,
    /// A node said that it will never be.
    Never(Code),
}

/// What a client sent.
pub struct Sent {
    /// The transaction.
    pub transaction: CheckedTransaction,
    /// What is known of it.
    pub known: Known,
}

/// The way of a bill.
#[derive(Clone, Copy)]
enum Stage {
    Issued,
    Accepted,
    Offered,
    Delivered,
    Endorsing,
    Passed,
}

struct Way {
    stage: Stage,
    bill: Option<InstrumentNumber>,
    holder: &'static str,
    to: &'static str,
    left: LotRange,
}

/// All members.
pub struct Client {
    genesis: Hash,
    memo: Arc<Memo>,
    chance: Chance,
    salt: u64,
    /// In the order of sending.
    pub sent: Vec<Sent>,
    by_id: BTreeMap<Hash, usize>,
    ways: BTreeMap<Hash, Way>,
    next: Vec<(&'static str, Vec<Call>, Option<Way>)>,
    day: usize,
    most: usize,
}

impl Client {
    /// Members who will send about so many transactions.
    pub fn new(seed: u64, genesis: Hash, memo: Arc<Memo>, most: usize) -> Self {
        Client {
            genesis,
            memo,
            chance: Chance::new(seed, "client"),
            salt: 0,
            sent: Vec::new(),
            by_id: BTreeMap::new(),
            ways: BTreeMap::new(),
            next: Vec::new(),
            day: 0,
            most,
        }
    }

    /// Something new to send, if there is anything to do.
    pub fn act(&mut self, ledger_ms: u64) -> Option<CheckedTransaction> {
        let (actor, calls, way) = match self.next.pop() {
            Some(next) => next,
            None if self.sent.len() >= self.most => return None,
            None => self.invent(),
        };
        // Most live long; a few may expire before they are final.
        let life = if self.chance.permille(30) {
            self.chance.within(500..=5_000)
        } else {
            6 * 3_600_000
        };
        let transaction = self.sign(actor, calls, ledger_ms + life);
        self.by_id.insert(*transaction.id(), self.sent.len());
        if let Some(way) = way {
            self.ways.insert(*transaction.id(), way);
        }
        self.sent.push(Sent {
            transaction: transaction.clone(),
            known: Known::Open,
        });
        Some(transaction)
    }

    /// One that was sent before: mostly one of which nothing is known, sometimes one that is final.
    pub fn again(&mut self) -> Option<CheckedTransaction> {
        if self.sent.is_empty() {
            return None;
        }
        let open: Vec<usize> = (0..self.sent.len())
            .filter(|at| self.sent[*at].known == Known::Open)
            .collect();
        let at = if open.is_empty() || self.chance.permille(100) {
            self.chance.below(self.sent.len())
        } else {
            *self.chance.pick(&open)
        };
        Some(self.sent[at].transaction.clone())
    }

    /// How many of what was sent may still become final.
    pub fn open(&self) -> usize {
        self.sent
            .iter()
            .filter(|sent| sent.known == Known::Open)
            .count()
            + self.next.len()
    }

    /// A node will not take a transaction, now or ever.
    pub fn refused(&mut self, id: &Hash, code: Code) {
        if matches!(code, Code::MempoolFull | Code::MemberShareFull) {
            return;
        }
        if let Some(at) = self.by_id.get(id).copied()
            && self.sent[at].known == Known::Open
        {
            self.sent[at].known = Known::Never(code);
        }
    }

    /// A block is final. It may hold what a node refused: its clock may have been ahead.
    pub fn finals(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            let Some(at) = self.by_id.get(&receipt.transaction).copied() else {
                continue;
            };
            self.sent[at].known = Known::Final;
            if let Some(way) = self.ways.remove(&receipt.transaction)
                && let Outcome::Accepted(made) = &receipt.outcome
            {
                self.go_on(way, made);
            }
        }
    }

    fn invent(&mut self) -> (&'static str, Vec<Call>, Option<Way>) {
        let from = *self.chance.pick(&TRADERS);
        match self.chance.below(20) {
            0..=1 if self.day < DAYS.len() && self.sent.len() * 2 > self.most => {
                let to = date(DAYS[self.day]);
                self.day += 1;
                ("regulator", vec![AdvanceClock { to }.into()], None)
            }
            0..=4 => {
                let calls = vec![self.register(), accept_own()];
                let way = Way {
                    stage: Stage::Issued,
                    bill: None,
                    holder: "t-1",
                    to: "t-1",
                    left: LotRange {
                        start: 1,
                        end: BILL,
                    },
                };
                ("t-0", calls, Some(way))
            }
            _ => {
                let to = *self.chance.pick(&TRADERS);
                let to = if to == from { "bank" } else { to };
                let minor = self.chance.within(1..=OVER);
                (from, vec![transfer(to, minor)], None)
            }
        }
    }

    fn register(&mut self) -> Call {
        let maturity = date(MATURITIES[self.chance.below(MATURITIES.len())]);
        Register {
            profile: Default::default(),
            limits: None,
            kind: BillKind::Bank,
            acceptor: id("bank"),
            payee: id("t-1"),
            sum: cny(BILL),
            maturity,
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: vec![Hash([5; 32])],
            backing: Vec::new(),
        }
        .into()
    }

    /// The next act on a bill's way.
    fn go_on(&mut self, mut way: Way, made: &[CallResult]) {
        let asked = made.iter().find_map(|result| match result {
            CallResult::Request { request, terms } => Some((*request, *terms)),
            _ => None,
        });
        for result in made {
            if let CallResult::Bill(bill) = result {
                way.bill = Some(*bill);
            }
        }
        let Some(bill) = way.bill.map(InstrumentRef::Number) else {
            return;
        };
        let (actor, call) = match (way.stage, asked) {
            (Stage::Issued, Some(asked)) => {
                way.stage = Stage::Accepted;
                ("bank", agree(asked))
            }
            (Stage::Accepted, _) => {
                way.stage = Stage::Offered;
                let ask = RequestDelivery {
                    bill,
                    answer_by: None,
                };
                ("t-0", ask.into())
            }
            (Stage::Offered, Some(asked)) => {
                way.stage = Stage::Delivered;
                ("t-1", agree(asked))
            }
            (Stage::Endorsing, Some(asked)) => {
                way.stage = Stage::Passed;
                let to = way.to;
                (to, agree(asked))
            }
            (Stage::Delivered | Stage::Passed, _) if self.chance.permille(700) => {
                let (start, end) = (way.left.start, way.left.end);
                let part = self.chance.within(100..=20_000).min(end - start);
                if part < 100 {
                    return;
                }
                way.stage = Stage::Endorsing;
                way.to = if self.chance.permille(500) {
                    "t-2"
                } else {
                    "t-3"
                };
                way.left.start = start + part;
                let ask = RequestEndorsement {
                    purpose: Text::default(),
                    bill,
                    lot: LotRange { start, end },
                    part: Some(cny(part)),
                    to: id(way.to),
                    not_transferable: false,
                    answer_by: None,
                };
                (way.holder, ask.into())
            }
            _ => return,
        };
        self.next.push((actor, vec![call], Some(way)));
    }

    fn sign(&mut self, actor: &str, calls: Vec<Call>, valid_until: u64) -> CheckedTransaction {
        self.salt += 1;
        let salt = tagged_hash("storm/salt", &[&self.salt.to_le_bytes()]).0;
        let mut short = [0; 16];
        short.copy_from_slice(&salt[..16]);
        let body = Body {
            genesis: self.genesis,
            actor: id(actor),
            calls,
            valid_until,
            salt: RequestId(short),
            annexes: vec![],
            memo: Text::default(),
        };
        let key = key(actor);
        let signature = key.sign(&Body::sign_bytes(&body.id()));
        let signatures = vec![Approval {
            key: public(&key),
            signature: Signature(signature.to_bytes()),
        }];
        let bytes: Arc<[u8]> = Transaction { body, signatures }.to_bytes().into();
        self.memo
            .transaction(&bytes)
            .expect("a client signs what it sends")
    }
}

/// The most that is paid at once: a few payments are more than there is.
const OVER: u64 = 300_000_000;

fn transfer(to: &str, minor: u64) -> Call {
    Transfer {
        to: id(to),
        money: cny(minor),
        purpose: Text::default(),
        reference: Text::default(),
    }
    .into()
}

fn accept_own() -> Call {
    RequestAcceptance {
        bill: InstrumentRef::Call(CallIndex { call: 0 }),
        answer_by: None,
    }
    .into()
}

fn agree((request, terms): (RequestId, Hash)) -> Call {
    Agree {
        request: RequestRef::Id(request),
        terms,
    }
    .into()
}
