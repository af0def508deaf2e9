//! A ledger in memory for tests: one block after another, a transaction a call.

#![allow(dead_code, reason = "each test file uses its own part")]

use allonge_contracts::bills::{
    BankNumber, BillKind, InstrumentNumber, Lot, LotRange, Profile, RefusalCode,
};
use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance, Params};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::nodes::Node;
use allonge_contracts::outcome::FactValue;
use allonge_contracts::state::{EmptyView, Overlay, Value, View};
use allonge_contracts::{
    BlockContext, Call, CallResult, ClockRun, Code, Currency, Date, Event, Executed, Hash,
    MemberId, Money, Outcome, PublicKey, RequestId, TransactionContext, check_invariants,
    execute_calls, run_clock, write_genesis, write_nodes,
};
use std::collections::BTreeMap;

/// A view over a sorted map.
#[derive(Clone, Default, PartialEq)]
pub struct Memory(pub BTreeMap<Vec<u8>, Value>);

impl View for Memory {
    fn get(&self, key: &[u8]) -> Option<Value> {
        self.0.get(key).cloned()
    }
    fn next(&self, from: &[u8]) -> Option<(Vec<u8>, Value)> {
        self.0
            .range(from.to_vec()..)
            .next()
            .map(|(key, value)| (key.clone(), value.clone()))
    }
}

impl Memory {
    fn apply(&mut self, changes: allonge_contracts::state::Changes) {
        for (key, value) in changes {
            match value {
                Some(value) => self.0.insert(key, value),
                None => self.0.remove(&key),
            };
        }
    }
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn member(name: &str) -> MemberId {
    name.parse().unwrap()
}

pub fn cny() -> Currency {
    "CNY".parse().unwrap()
}

pub fn yuan(text: &str) -> Money {
    Money::parse(text, cny()).unwrap()
}

pub fn lot(text: &str) -> LotRange {
    text.parse().unwrap()
}

pub fn key(byte: u8) -> PublicKey {
    PublicKey([byte; 32])
}

pub fn bank_number(text: &str) -> Option<BankNumber> {
    Some(text.parse().unwrap())
}

pub fn new_member(name: &str, roles: &[Role], byte: u8) -> Member {
    Member {
        id: member(name),
        roles: roles.to_vec(),
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys: vec![key(byte)],
        threshold: 1,
        suspended: false,
    }
}

/// A central bank, two banks, a finance company, a core enterprise and three suppliers with accounts at
/// the first bank, a regulator, and a guarantor that may not trade.
pub fn rules() -> GenesisRules {
    let enterprise = |name: &str, byte: u8| Member {
        account_bank: Some(member("bank-a")),
        ..new_member(name, &[Role::Enterprise], byte)
    };
    let bank = |name: &str, role: Role, number: &str, byte: u8| Member {
        bank_number: bank_number(number),
        ..new_member(name, &[role], byte)
    };
    GenesisRules {
        members: vec![
            bank("bank-a", Role::Bank, "102100099996", 1),
            bank("bank-b", Role::Bank, "103100000026", 2),
            new_member("central", &[Role::CentralBank], 3),
            enterprise("core", 4),
            bank("finco", Role::FinanceCompany, "907100000019", 5),
            new_member("guarantor", &[Role::Guarantor], 6),
            new_member("regulator", &[Role::Regulator], 7),
            enterprise("s1", 8),
            enterprise("s2", 9),
            enterprise("s3", 10),
        ],
        currencies: vec![CurrencyAuthority {
            currency: cny(),
            authority: member("central"),
        }],
        balances: vec![
            OpeningBalance {
                member: member("bank-a"),
                money: yuan("10,000,000.00"),
            },
            OpeningBalance {
                member: member("core"),
                money: yuan("1,000.00"),
            },
        ],
        holidays: (1..=7)
            .map(|day| Date::from_ymd(2027, 10, day).unwrap())
            .collect(),
        working_weekends: vec![],
        utc_offset_minutes: 480,
        close_minute: 1200,
        development_clock: true,
        params: Params::default(),
        governance: Default::default(),
        protocol: 1,
    }
}

/// Work that no test means to reach.
pub const PLENTY: u64 = u64::MAX / 2;

pub struct World {
    pub memory: Memory,
    pub height: u64,
    pub time_ms: u64,
    pub salt: u64,
    pub work_limit: u64,
    /// Work of the clock in one block.
    pub clock_budget: u64,
    /// Every invariant is checked after each act and each run of the clock.
    pub checked: bool,
}

impl World {
    pub fn new(rules: &GenesisRules, start: &str) -> World {
        World::with_nodes(rules, start, &[])
    }

    /// A ledger whose genesis lists nodes too.
    pub fn with_nodes(rules: &GenesisRules, start: &str, nodes: &[Node]) -> World {
        let time_ms = local_ms(date(start), 9 * 60);
        let mut memory = Memory::default();
        let mut overlay = Overlay::new(&EmptyView);
        write_genesis(rules, time_ms, &mut overlay).unwrap();
        write_nodes(nodes, &mut overlay).unwrap();
        memory.apply(overlay.into_changes());
        World {
            memory,
            height: 1,
            time_ms,
            salt: 0,
            work_limit: PLENTY,
            clock_budget: PLENTY,
            checked: false,
        }
    }

    /// Tuesday 5 January 2027, 09:00.
    pub fn standard() -> World {
        World::new(&rules(), "2027-01-05")
    }

    /// The same, with every invariant checked after each act and each run of the clock.
    pub fn checked() -> World {
        World {
            checked: true,
            ..World::standard()
        }
    }

    pub fn block(&self) -> BlockContext {
        BlockContext {
            height: self.height,
            time_ms: self.time_ms,
        }
    }

    /// One transaction of several calls.
    pub fn run(&mut self, actor: &str, calls: &[Call]) -> Executed {
        self.salt += 1;
        let mut id = [0u8; 32];
        id[..8].copy_from_slice(&self.salt.to_be_bytes());
        let actor = member(actor);
        let context = TransactionContext {
            id: Hash(id),
            actor: &actor,
            work_limit: self.work_limit,
        };
        let block = self.block();
        let mut overlay = Overlay::new(&self.memory);
        let executed = execute_calls(&block, &context, calls, &mut overlay).unwrap();
        let changes = overlay.into_changes();
        if let Outcome::Rejected(_) = executed.outcome {
            assert!(changes.is_empty(), "a rejection changes nothing");
            assert!(executed.events.is_empty(), "a rejection has no events");
        }
        self.memory.apply(changes);
        if self.checked {
            self.sound();
        }
        executed
    }

    /// A call that is carried out.
    #[track_caller]
    pub fn ok(&mut self, actor: &str, call: impl Into<Call>) -> CallResult {
        let call = call.into();
        match self.run(actor, std::slice::from_ref(&call)).outcome {
            Outcome::Accepted(mut results) => results.remove(0),
            Outcome::Rejected(rejection) => panic!("{}: {rejection}", call.name()),
        }
    }

    /// A call that is refused: its code.
    #[track_caller]
    pub fn refused(&mut self, actor: &str, call: impl Into<Call>) -> Code {
        let call = call.into();
        match self.run(actor, std::slice::from_ref(&call)).outcome {
            Outcome::Rejected(rejection) => rejection.code,
            Outcome::Accepted(_) => panic!("{} by {actor} was carried out", call.name()),
        }
    }

    /// The facts with which a call is refused.
    #[track_caller]
    pub fn facts(&mut self, actor: &str, call: impl Into<Call>) -> Vec<(String, FactValue)> {
        match self.run(actor, &[call.into()]).outcome {
            Outcome::Rejected(rejection) => rejection
                .facts
                .into_iter()
                .map(|fact| (fact.what.to_string(), fact.value))
                .collect(),
            Outcome::Accepted(_) => panic!("carried out"),
        }
    }

    /// The clock in the current block, with a budget.
    pub fn clock_with(&mut self, budget: u64) -> ClockRun {
        let mut overlay = Overlay::new(&self.memory);
        let run = run_clock(&self.block(), &mut overlay, budget).unwrap();
        let changes = overlay.into_changes();
        self.memory.apply(changes);
        if self.checked {
            self.sound();
        }
        run
    }

    /// The next blocks begin at a local time; all that is due is worked off.
    pub fn go_to(&mut self, day: &str, minute: u32) -> Vec<Event> {
        self.go(date(day), minute)
    }

    pub fn go(&mut self, day: Date, minute: u32) -> Vec<Event> {
        let time_ms = local_ms(day, minute);
        assert!(time_ms >= self.time_ms, "time does not go back");
        self.time_ms = time_ms;
        let mut events = Vec::new();
        loop {
            self.height += 1;
            let run = self.clock_with(self.clock_budget);
            events.extend(run.events);
            if !run.pending {
                return events;
            }
        }
    }

    /// The morning of a day.
    pub fn morning(&mut self, day: &str) -> Vec<Event> {
        self.go_to(day, 8 * 60)
    }

    /// Just after the close of a day.
    pub fn close(&mut self, day: &str) -> Vec<Event> {
        self.go_to(day, 20 * 60)
    }

    #[track_caller]
    pub fn sound(&self) {
        assert_eq!(check_invariants(&self.memory).unwrap(), vec![]);
    }

    pub fn today(&self) -> Date {
        allonge_contracts::clock::read::state(&self.memory)
            .unwrap()
            .date
    }

    /// Total and available, in minor units.
    pub fn cash(&self, who: &str) -> (u64, u64) {
        let balance =
            allonge_contracts::cash::read::balance(&self.memory, &member(who), cny()).unwrap();
        (balance.total, balance.available())
    }

    /// The lots of a bill.
    pub fn lots(&self, bill: InstrumentNumber) -> Vec<Lot> {
        allonge_contracts::bills::read::lots(&self.memory, &bill, 0, usize::MAX).unwrap()
    }

    /// Holder, range, status and circulation of every lot, in words.
    pub fn shape(&self, bill: InstrumentNumber) -> Vec<String> {
        self.lots(bill)
            .iter()
            .map(|l| format!("{} {} {}/{}", l.range, l.holder, l.status, l.circulation))
            .collect()
    }

    /// The live request on the lot that starts at a unit.
    #[track_caller]
    pub fn request_at(&self, bill: InstrumentNumber, start: u64) -> (RequestId, Hash) {
        let lot = allonge_contracts::bills::read::lot(&self.memory, &bill, start)
            .unwrap()
            .unwrap();
        let request = allonge_contracts::requests::read::request(
            &self.memory,
            &lot.request.expect("a live request"),
        )
        .unwrap()
        .unwrap();
        (request.id, request.terms_hash())
    }

    /// The answerer of the request at a unit agrees.
    #[track_caller]
    pub fn agree(&mut self, actor: &str, bill: InstrumentNumber, start: u64) {
        let call = agree(self.request_at(bill, start));
        self.ok(actor, call);
    }

    /// A bank bill drawn by `core` on `bank-a` to `s1`, registered.
    pub fn registered(&mut self, sum: &str, maturity: &str) -> InstrumentNumber {
        match self.ok("core", register(sum, maturity)) {
            CallResult::Bill(number) => number,
            other => panic!("{other:?}"),
        }
    }

    /// The same, accepted.
    pub fn accepted(&mut self, sum: &str, maturity: &str) -> InstrumentNumber {
        let bill = self.registered(sum, maturity);
        self.ok("core", ask_acceptance(bill));
        self.agree("bank-a", bill, 1);
        bill
    }

    /// The same, delivered to `s1`.
    pub fn delivered(&mut self, sum: &str, maturity: &str) -> InstrumentNumber {
        let bill = self.accepted(sum, maturity);
        self.ok("core", ask_delivery(bill));
        self.agree("s1", bill, 1);
        bill
    }

    /// A lot or a part of it goes from one member to another.
    #[track_caller]
    pub fn endorse(
        &mut self,
        bill: InstrumentNumber,
        from: &str,
        range: &str,
        part: &str,
        to: &str,
    ) {
        self.ok(from, ask_endorsement(bill, range, part, to));
        self.agree(to, bill, lot(range).start);
    }
}

/// UTC milliseconds of a local time at UTC+8.
pub fn local_ms(day: Date, minute: u32) -> u64 {
    u64::from(day.days()) * 86_400_000 + u64::from(minute) * 60_000 - 8 * 3_600_000
}

pub fn agree((request, terms): (RequestId, Hash)) -> Agree {
    Agree {
        request: RequestRef::Id(request),
        terms,
    }
}

pub fn refuse((request, terms): (RequestId, Hash), code: RefusalCode) -> Refuse {
    Refuse {
        request: RequestRef::Id(request),
        terms,
        code,
        text: "as agreed by telephone".parse().unwrap(),
    }
}

pub fn withdraw((request, _): (RequestId, Hash)) -> Withdraw {
    Withdraw {
        request: RequestRef::Id(request),
    }
}

pub fn register(sum: &str, maturity: &str) -> Register {
    Register {
        kind: BillKind::Bank,
        acceptor: member("bank-a"),
        payee: member("s1"),
        sum: yuan(sum),
        maturity: date(maturity),
        issue_date: None,
        splittable: true,
        not_transferable: false,
        trade_background: vec![],
        profile: Profile::Prc,
        limits: None,
        backing: vec![],
    }
}

pub fn ask_acceptance(bill: InstrumentNumber) -> RequestAcceptance {
    RequestAcceptance {
        bill: InstrumentRef::Number(bill),
        answer_by: None,
    }
}

pub fn ask_delivery(bill: InstrumentNumber) -> RequestDelivery {
    RequestDelivery {
        bill: InstrumentRef::Number(bill),
        answer_by: None,
    }
}

/// An empty `part` means the whole lot.
pub fn ask_endorsement(
    bill: InstrumentNumber,
    range: &str,
    part: &str,
    to: &str,
) -> RequestEndorsement {
    RequestEndorsement {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        to: member(to),
        not_transferable: false,
        purpose: Default::default(),
        answer_by: None,
    }
}

pub fn present(bill: InstrumentNumber, range: &str) -> Present {
    Present {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        part: None,
        explanation: Default::default(),
    }
}

pub fn transfer(to: &str, money: Money) -> Transfer {
    Transfer {
        to: member(to),
        money,
        purpose: Default::default(),
        reference: Default::default(),
    }
}

pub fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).collect()
}
