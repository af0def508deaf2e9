//! What the parties know of their trade besides the ledger: orders, what is owed, loans.

use super::world::{Who, World};
use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{CallResult, Date, Hash, RequestId};
use std::collections::{BTreeMap, BTreeSet};

/// How a core pays for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// A certificate against its line.
    Certificate,
    /// A bill that its bank accepts.
    Bill,
    /// Cash, later, through netting.
    Account,
}

/// How far an order's payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Ordered; nothing is on the ledger.
    Placed,
    /// The seller's invoice is on record.
    Invoiced(Hash),
    /// A certificate is opened or a bill registered, and an answer is waited for.
    Asked(InstrumentNumber),
    /// The bill is accepted, not delivered.
    Accepted(InstrumentNumber),
    /// The seller holds it.
    Live(InstrumentNumber),
    /// Paid in another way, or not at all.
    Dead,
}

/// A core's purchase.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub core: Who,
    pub seller: Who,
    pub minor: u64,
    pub placed: Date,
    pub means: Means,
    pub due: Date,
    pub stage: Stage,
}

/// What something is owed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// A core to its bank, for a bill that the bank is to pay.
    Cover,
    /// To the market: paid in cash alone.
    Wages,
    /// A loan with its interest.
    Loan,
    /// Goods: paper is taken for them.
    Goods,
    /// Services among suppliers.
    Service,
    /// Interest on deposits.
    Deposit,
}

impl Why {
    pub const fn word(self) -> &'static str {
        match self {
            Why::Cover => "cover of a bill",
            Why::Wages => "wages and costs",
            Why::Loan => "loan",
            Why::Goods => "goods",
            Why::Service => "services",
            Why::Deposit => "interest",
        }
    }

    /// Its place in the payer's queue of netting.
    pub const fn priority(self) -> u8 {
        match self {
            Why::Cover => 0,
            Why::Wages | Why::Loan => 3,
            Why::Deposit => 4,
            Why::Goods => 5,
            Why::Service => 6,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    /// In its payer's queue of netting.
    Queued,
    Paid,
    /// Given up by whom it is owed to.
    Lost,
}

/// Something owed.
#[derive(Clone, Debug)]
pub(super) struct Payable {
    pub from: Who,
    pub to: Who,
    pub minor: u64,
    /// What of it is paid.
    pub paid: u64,
    pub due: Date,
    pub why: Why,
    pub standing: Standing,
    /// How often its deadline in the queue has passed.
    pub tries: u8,
}

impl Payable {
    pub const fn left(&self) -> u64 {
        self.minor.saturating_sub(self.paid)
    }
}

/// Money lent on a supplier's own credit.
#[derive(Clone, Debug)]
pub(super) struct Loan {
    pub to: Who,
    pub bank: Who,
    pub minor: u64,
    pub days: u32,
    pub interest: u64,
    pub due: Date,
}

/// After so many deadlines that pass, whoever is owed gives the claim up.
pub(super) const MAX_TRIES: u8 = 3;

/// What an act does to the trade when it is accepted.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Nothing,
    /// The invoice of an order is on record.
    Invoiced(usize),
    /// Its certificate is opened, or its bill registered.
    Issued(usize),
    Accepted(usize),
    /// In the seller's hands.
    Live(usize),
    /// Its bank does not accept: it will be paid in cash.
    NotAccepted(usize),
    /// So much of a debt is paid.
    Paid {
        payable: usize,
        minor: u64,
    },
    Queued(usize),
    Lent(Loan),
}

/// What the parties know.
#[derive(Clone, Debug, Default)]
pub(super) struct Trade {
    pub orders: Vec<Order>,
    pub payables: Vec<Payable>,
    /// Of each party what it owes still.
    open: BTreeMap<Who, BTreeSet<usize>>,
    /// Which debt waits in a queue under which name.
    obligations: BTreeMap<RequestId, usize>,
    /// Sales of each party by day.
    sales: BTreeMap<Who, Vec<(Date, u64)>>,
    pub loans: Vec<Loan>,
    /// Who asks for how much today.
    pub loan_asks: Vec<(Who, u64)>,
    asked_back: BTreeSet<(InstrumentNumber, u64)>,
    /// Claims that were given up, by day, payer, payee.
    pub lost: Vec<(Date, Who, Who, u64)>,
}

impl Trade {
    pub fn owe(&mut self, from: Who, to: Who, minor: u64, due: Date, why: Why) {
        if minor == 0 || from == to {
            return;
        }
        self.open
            .entry(from)
            .or_default()
            .insert(self.payables.len());
        self.payables.push(Payable {
            from,
            to,
            minor,
            paid: 0,
            due,
            why,
            standing: Standing::Open,
            tries: 0,
        });
    }

    /// What a party owes still, in the order in which it is to be paid.
    pub fn owed_by(&self, who: Who) -> Vec<(usize, &Payable)> {
        let ids = self.open.get(&who).into_iter().flatten();
        let mut all: Vec<(usize, &Payable)> = ids
            .filter_map(|id| Some((*id, self.payables.get(*id)?)))
            .collect();
        all.sort_by_key(|(id, payable)| (payable.due, payable.why, *id));
        all
    }

    pub fn sold(&mut self, seller: Who, on: Date, minor: u64) {
        self.sales.entry(seller).or_default().push((on, minor));
    }

    /// A party's sales in the last so many days.
    pub fn sales(&self, who: Who, today: Date, days: u32) -> u64 {
        let from = today.minus_days(days).unwrap_or(Date::FIRST);
        let sales = self.sales.get(&who).into_iter().flatten();
        sales
            .filter(|(on, _)| *on >= from)
            .map(|(_, minor)| minor)
            .sum()
    }

    /// What a party has borrowed and not paid back, without interest.
    pub fn borrowed(&self, who: Who) -> u64 {
        self.owed_by(who)
            .iter()
            .filter(|(_, payable)| payable.why == Why::Loan)
            .map(|(_, payable)| payable.left())
            .sum()
    }

    pub fn asked_back(&self, number: InstrumentNumber, end: u64) -> bool {
        self.asked_back.contains(&(number, end))
    }

    /// A funder asks back what of a paper ends with this unit, once.
    pub fn take_asked_back(&mut self, number: InstrumentNumber, end: u64) {
        self.asked_back.insert((number, end));
    }

    /// An act was accepted.
    pub fn take(&mut self, world: &World, effect: &Effect, result: Option<&CallResult>) {
        match effect {
            Effect::Nothing => {}
            Effect::Invoiced(order) => {
                if let Some(CallResult::Paper(id)) = result {
                    self.stage(*order, Stage::Invoiced(*id));
                }
            }
            Effect::Issued(order) => {
                if let Some(CallResult::Certificate(number) | CallResult::Bill(number)) = result {
                    self.stage(*order, Stage::Asked(*number));
                }
            }
            Effect::Accepted(order) => {
                if let Some(number) = self.number(*order) {
                    self.stage(*order, Stage::Accepted(number));
                    self.owe_cover(world, *order);
                }
            }
            Effect::Live(order) => {
                if let Some(number) = self.number(*order) {
                    self.stage(*order, Stage::Live(number));
                }
            }
            Effect::NotAccepted(order) => {
                let Some(o) = self.orders.get(*order).cloned() else {
                    return;
                };
                self.stage(*order, Stage::Dead);
                self.owe(o.core, o.seller, o.minor, o.due, Why::Goods);
            }
            Effect::Paid { payable, minor } => self.pay(*payable, *minor),
            Effect::Queued(payable) => {
                if let Some(CallResult::Obligation(id)) = result {
                    self.obligations.insert(*id, *payable);
                    if let Some(payable) = self.payables.get_mut(*payable) {
                        payable.standing = Standing::Queued;
                    }
                }
            }
            Effect::Lent(loan) => {
                let owed = loan.minor.saturating_add(loan.interest);
                self.owe(loan.to, loan.bank, owed, loan.due, Why::Loan);
                self.loans.push(loan.clone());
            }
        }
    }

    fn stage(&mut self, order: usize, stage: Stage) {
        if let Some(order) = self.orders.get_mut(order) {
            order.stage = stage;
        }
    }

    fn number(&self, order: usize) -> Option<InstrumentNumber> {
        match self.orders.get(order)?.stage {
            Stage::Asked(number) | Stage::Accepted(number) | Stage::Live(number) => Some(number),
            _ => None,
        }
    }

    /// A core owes its bank what the bank is to pay on a bill, the business day before.
    fn owe_cover(&mut self, world: &World, order: usize) {
        if let Some(order) = self.orders.get(order).cloned() {
            let due = super::days::business_day_before(order.due);
            let bank = world.bank(order.core);
            self.owe(order.core, bank, order.minor, due, Why::Cover);
        }
    }

    fn pay(&mut self, id: usize, minor: u64) {
        let Some(payable) = self.payables.get_mut(id) else {
            return;
        };
        payable.paid = payable.paid.saturating_add(minor).min(payable.minor);
        if payable.left() == 0 {
            payable.standing = Standing::Paid;
            self.close(id);
        }
    }

    fn close(&mut self, id: usize) {
        let from = self.payables.get(id).map(|payable| payable.from);
        if let Some(open) = from.and_then(|from| self.open.get_mut(&from)) {
            open.remove(&id);
        }
    }

    /// A cycle of netting settled an obligation.
    pub fn netted(&mut self, obligation: &RequestId, minor: u64) {
        if let Some(id) = self.obligations.remove(obligation) {
            self.pay(id, minor);
        }
    }

    /// The deadline of an obligation passed.
    pub fn ended(&mut self, obligation: &RequestId, today: Date) {
        let Some(id) = self.obligations.remove(obligation) else {
            return;
        };
        let Some(payable) = self.payables.get_mut(id) else {
            return;
        };
        payable.tries = payable.tries.saturating_add(1);
        payable.standing = Standing::Open;
        if payable.tries >= MAX_TRIES {
            payable.standing = Standing::Lost;
            let lost = (today, payable.from, payable.to, payable.left());
            self.lost.push(lost);
            self.close(id);
        }
    }

    /// What is owed still, with how much of each: for the digest and the figures of a day.
    pub fn unsettled(&self) -> impl Iterator<Item = &Payable> {
        self.payables
            .iter()
            .filter(|payable| matches!(payable.standing, Standing::Open | Standing::Queued))
    }
}

#[cfg(test)]
mod tests;
