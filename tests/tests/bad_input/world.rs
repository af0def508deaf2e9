//! The network that the rows are tried on, and what stands on its ledger beforehand.

use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::{Call, CallResult, Date, Hash, MemberId, Outcome, RequestId, Text};
use allonge_ledger::Transaction;
use allonge_node::api::types::TransactionState;
use tests::{Answer, Network, Party, Setup, money, until};

/// A network with members and bills in the states that the rows need.
pub struct World {
    pub network: Network,
    pub bank: Party,
    pub issuer: Party,
    pub regulator: Party,
    /// Drawer.
    pub core: Party,
    /// Payee and holder.
    pub first: Party,
    pub second: Party,
    /// Needs two of its three keys.
    pub careful: Party,
    /// Any of its two keys will do.
    pub either: Party,
    pub suspended: Party,
    /// Delivered, splittable, 1,000.00.
    pub bill: InstrumentNumber,
    /// Delivered, in one piece only.
    pub whole: InstrumentNumber,
    /// Delivered, marked not transferable.
    pub marked: InstrumentNumber,
    /// A request for acceptance that waits.
    pub waiting: (InstrumentNumber, RequestId, Hash),
    pub today: Date,
}

pub fn send(to: &MemberId, amount: &str) -> Transfer {
    Transfer {
        to: to.clone(),
        money: money(amount),
        purpose: Text::empty(),
        reference: Text::empty(),
    }
}

pub fn agree(request: RequestId, terms: Hash) -> Agree {
    Agree {
        request: RequestRef::Id(request),
        terms,
    }
}

impl World {
    pub async fn make(name: &'static str) -> World {
        let network = Setup::new(name).start().await;
        let offset = network.genesis.rules.utc_offset_minutes;
        let mut world = World {
            bank: network.party("first-bank"),
            issuer: network.party("central-bank"),
            regulator: network.party("regulator"),
            core: network.party("core-enterprise"),
            first: network.party("supplier-1"),
            second: network.party("supplier-2"),
            careful: network.newcomer("careful", 3),
            either: network.newcomer("either", 2),
            suspended: network.newcomer("suspended", 1),
            bill: "510210009999620270105000000011".parse().unwrap(),
            whole: "510210009999620270105000000011".parse().unwrap(),
            marked: "510210009999620270105000000011".parse().unwrap(),
            waiting: (
                "510210009999620270105000000011".parse().unwrap(),
                RequestId([0; 16]),
                Hash::ZERO,
            ),
            today: Date::from_unix_ms(tests::now_ms(), offset).unwrap(),
            network,
        };
        for (party, threshold) in [
            (&world.careful, 2),
            (&world.either, 1),
            (&world.suspended, 1),
        ] {
            let admit = Admit {
                member: party.id.clone(),
                roles: vec![Role::Enterprise],
                legal_id: None,
                bank_number: None,
                account_bank: Some(world.bank.id.clone()),
                keys: party.public_keys(),
                threshold,
            };
            let fund = Mint {
                to: party.id.clone(),
                money: money("1,000.00"),
                reference: Text::empty(),
            };
            world
                .accepted(world.issuer.acts(vec![admit.into(), fund.into()]))
                .await;
        }
        let suspend = Suspend {
            member: world.suspended.id.clone(),
            reason: "papers under review".parse().unwrap(),
        };
        world.accepted(world.regulator.act(suspend)).await;
        world.bill = world.delivered(true, false).await;
        world.whole = world.delivered(false, false).await;
        world.marked = world.delivered(true, true).await;
        world.waiting = world.drawn(true, false).await;
        world
    }

    pub fn register(&self) -> Register {
        Register {
            kind: BillKind::Bank,
            acceptor: self.bank.id.clone(),
            payee: self.first.id.clone(),
            sum: money("1,000.00"),
            maturity: self.day(90),
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: Vec::new(),
            backing: Vec::new(),
            profile: Default::default(),
            limits: None,
        }
    }

    pub fn day(&self, ahead: u32) -> Date {
        self.today.plus_days(ahead).unwrap()
    }

    async fn drawn(
        &self,
        splittable: bool,
        not_transferable: bool,
    ) -> (InstrumentNumber, RequestId, Hash) {
        let register = Register {
            splittable,
            not_transferable,
            ..self.register()
        };
        let ask = RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        };
        let made = self
            .accepted(self.core.acts(vec![register.into(), ask.into()]))
            .await;
        match made[..] {
            [
                CallResult::Bill(bill),
                CallResult::Request { request, terms },
            ] => (bill, request, terms),
            _ => panic!("{made:?}"),
        }
    }

    async fn delivered(&self, splittable: bool, not_transferable: bool) -> InstrumentNumber {
        let (bill, request, terms) = self.drawn(splittable, not_transferable).await;
        self.accepted(self.bank.act(agree(request, terms))).await;
        let deliver = RequestDelivery {
            bill: InstrumentRef::Number(bill),
            answer_by: None,
        };
        let made = self.accepted(self.core.act(deliver)).await;
        let CallResult::Request { request, terms } = made[0] else {
            panic!("{made:?}");
        };
        self.accepted(self.first.act(agree(request, terms))).await;
        bill
    }

    /// Sends a transaction to one node that must accept it.
    pub async fn accepted(&self, transaction: Transaction) -> Vec<CallResult> {
        let view = self.network.accept(0, &transaction).await;
        match view.status {
            TransactionState::Final { receipt, .. } => match receipt.outcome {
                Outcome::Accepted(results) => results,
                Outcome::Rejected(why) => panic!("{why:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    pub fn endorse(
        &self,
        bill: InstrumentNumber,
        lot: (u64, u64),
        part: Option<&str>,
    ) -> RequestEndorsement {
        RequestEndorsement {
            bill: InstrumentRef::Number(bill),
            lot: LotRange {
                start: lot.0,
                end: lot.1,
            },
            part: part.map(money),
            to: self.second.id.clone(),
            not_transferable: false,
            purpose: Default::default(),
            answer_by: None,
        }
    }

    /// Height, state root and waiting transactions.
    pub async fn stand(&self) -> (Hash, u64) {
        let status = self.network.api(0).status().await.unwrap();
        (status.body.state_root, status.body.mempool.transactions)
    }

    /// A transaction whose JSON is changed by hand, with the change's own signature still right where
    /// the text can be read at all: what is wrong is what the row says.
    pub fn json(&self, call: impl Into<Call>) -> serde_json::Value {
        serde_json::to_value(self.bank.act(call)).unwrap()
    }

    pub async fn post(&self, query: &str, kind: &str, body: Vec<u8>) -> Answer {
        let path = format!("/v1/transactions{query}");
        // A body that is refused unread may break the pipe before the answer is read.
        until("an answer", || {
            self.network.api(0).post(&path, kind, body.clone())
        })
        .await
    }
}
