//! A core enterprise: buys, promises to pay by certificate or bill, covers its bills at its bank.

use super::{State, send, words};
use crate::invoice::Committed;
use crate::simulate::Stress;
use crate::simulate::act::{Act, Ask, Then, What};
use crate::simulate::agents::supplier::queue_due;
use crate::simulate::trade::{Effect, Means, Order, Stage, Why};
use crate::simulate::world::{OUTSIDE, Who, World};
use allonge_contracts::bills::BillKind;
use allonge_contracts::calls::{
    CallIndex, InstrumentRef, OpenCertificate, RecordPaper, Register, RequestAcceptance,
    RequestDelivery, RequestSignature,
};
use allonge_contracts::trade::{Backing, PaperBody};
use allonge_contracts::{Hash, Text};

/// The call of its own transaction that comes first.
const FIRST: InstrumentRef = InstrumentRef::Call(CallIndex { call: 0 });

/// The sellers of today's orders put their invoices on record.
pub(super) fn invoices(world: &World, state: &mut State, acts: &mut Vec<Act>) {
    let today = state.today;
    let new: Vec<(usize, Order)> = state
        .trade
        .orders
        .iter()
        .enumerate()
        .filter(|(_, order)| {
            order.stage == Stage::Placed
                && order.placed == today
                && order.means == Means::Certificate
        })
        .map(|(id, order)| (id, order.clone()))
        .collect();
    for (id, order) in new {
        let Some(paper) = invoice(world, &order, id) else {
            continue;
        };
        let call = RecordPaper { paper };
        acts.push(Act::one(order.seller, call, Effect::Invoiced(id)));
    }
}

/// What the ledger knows of an invoice: a commitment to its number, with the parties, the amount and the day.
fn invoice(world: &World, order: &Order, id: usize) -> Option<PaperBody> {
    let value = world.money(order.minor);
    let key = world.dice.bytes("invoice key", &[]);
    let number = format!("{}-{:06}", order.placed.compact(), id + 1);
    let facts = Committed::new(world.name(order.seller), &number, value, order.placed).ok()?;
    Some(PaperBody::Invoice {
        commitment: facts.commitment(&key),
        seller: world.id(order.seller)?.clone(),
        buyer: world.id(order.core)?.clone(),
        value,
        date: order.placed,
    })
}

/// A core's acts of a morning.
pub(super) fn morning(world: &World, state: &mut State, core: Who, acts: &mut Vec<Act>) {
    drained(world, state, core, acts);
    // With something overdue it opens nothing new: for what it has ordered it owes cash.
    let barred = state.book.overdue(core) > 0;
    let mut room = state.book.line_of(core).map_or(0, |(id, line)| {
        line.limit.saturating_sub(state.book.used(&id))
    });
    for (id, order) in waiting(state, core) {
        match (order.means, order.stage) {
            _ if barred => state.trade.take(world, &Effect::NotAccepted(id), None),
            (Means::Certificate, Stage::Invoiced(paper)) if order.minor <= room => {
                room -= order.minor;
                acts.extend(open(world, state, id, &order, paper));
            }
            (Means::Certificate, Stage::Invoiced(_)) | (Means::Account, _) => {
                // Nothing is left of the line: it pays in cash.
                state.trade.take(world, &Effect::NotAccepted(id), None);
            }
            (Means::Bill, Stage::Placed) => acts.extend(draw(world, id, &order)),
            (Means::Bill, Stage::Accepted(number)) => acts.push(Act::ask(
                core,
                order.seller,
                RequestDelivery {
                    bill: InstrumentRef::Number(number),
                    answer_by: None,
                },
                What::Deliver(id),
            )),
            _ => {}
        }
    }
    queue_due(world, state, core, acts, |why| why != Why::Wages);
}

/// Where its cash stops, other creditors take four fifths of what it has.
fn drained(world: &World, state: &mut State, core: Who, acts: &mut Vec<Act>) {
    let hit = world.stress == Stress::CoreDefault
        && world.stress_business_day(state.day)
        && world.failing_core() == Some(core);
    let minor = state.spendable(core) / 5 * 4;
    if hit && minor > 0 && state.take(core, minor) {
        let what = "other creditors";
        acts.extend(send(world, core, OUTSIDE, minor, what, Effect::Nothing));
    }
}

/// A core's orders that are not yet in their sellers' hands.
fn waiting(state: &State, core: Who) -> Vec<(usize, Order)> {
    let orders = state.trade.orders.iter().enumerate();
    orders
        .filter(|(_, order)| {
            order.core == core && !matches!(order.stage, Stage::Live(_) | Stage::Dead)
        })
        .map(|(id, order)| (id, order.clone()))
        .collect()
}

/// Opens the certificate of an order against its invoice, and asks the seller to sign for it.
fn open(world: &World, state: &State, id: usize, order: &Order, paper: Hash) -> Option<Act> {
    let (line, _) = state.book.line_of(order.core)?;
    let sum = world.money(order.minor);
    let opened = OpenCertificate {
        line,
        payee: world.id(order.seller)?.clone(),
        sum,
        due: order.due,
        splittable: world.splitting,
        notice_only: false,
        max_tier: None,
        term_reason: Text::empty(),
        backing: vec![Backing { paper, money: sum }],
    };
    let signature = RequestSignature {
        certificate: FIRST,
        answer_by: None,
    };
    Some(Act {
        by: order.core,
        calls: vec![
            (opened.into(), Then::Done(Effect::Issued(id))),
            (
                signature.into(),
                Then::Ask(Ask {
                    to: order.seller,
                    what: What::Sign(id),
                }),
            ),
        ],
    })
}

/// Draws the bill of an order on its bank, and asks the bank to accept.
fn draw(world: &World, id: usize, order: &Order) -> Option<Act> {
    let bank = world.bank(order.core);
    let registered = Register {
        kind: BillKind::Bank,
        acceptor: world.id(bank)?.clone(),
        payee: world.id(order.seller)?.clone(),
        sum: world.money(order.minor),
        maturity: order.due,
        issue_date: None,
        splittable: world.splitting,
        not_transferable: false,
        trade_background: vec![document(world, id)],
        profile: Default::default(),
        limits: None,
        backing: Vec::new(),
    };
    let acceptance = RequestAcceptance {
        bill: FIRST,
        answer_by: None,
    };
    Some(Act {
        by: order.core,
        calls: vec![
            (registered.into(), Then::Done(Effect::Issued(id))),
            (
                acceptance.into(),
                Then::Ask(Ask {
                    to: bank,
                    what: What::Accept(id),
                }),
            ),
        ],
    })
}

/// The salted hash of a document behind an order.
pub(super) fn document(world: &World, id: usize) -> Hash {
    Hash(world.dice.bytes("document", &[id as u64]))
}

/// A purpose that names a debt.
pub(super) fn for_debt<const N: usize>(id: usize) -> Text<N> {
    words(&format!("debt {}", id + 1))
}
