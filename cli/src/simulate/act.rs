//! What parties do in a round, and what is asked of others by it.

use super::trade::Effect;
use super::world::Who;
use allonge_contracts::{Call, Hash, RequestId};

/// Calls of one party that go into one transaction.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub by: Who,
    pub calls: Vec<(Call, Then)>,
}

/// What follows when a call is accepted.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// It is done.
    Done(Effect),
    /// Somebody is asked.
    Ask(Ask),
}

/// A question to another party.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub to: Who,
    pub what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// To sign for the certificate of an order.
    Sign(usize),
    /// To accept the bill of an order.
    Accept(usize),
    /// To take delivery of it.
    Deliver(usize),
    /// To take paper for a debt.
    Paper { payable: usize, minor: u64 },
    /// To pay this price for paper.
    Finance { price: u64 },
    /// To take an overdue lot back.
    TakeBack,
}

/// A question that waits on the ledger.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub ask: Ask,
    pub request: RequestId,
    pub terms: Hash,
}

impl Act {
    pub fn one(by: Who, call: impl Into<Call>, effect: Effect) -> Act {
        Act {
            by,
            calls: vec![(call.into(), Then::Done(effect))],
        }
    }

    pub fn ask(by: Who, to: Who, call: impl Into<Call>, what: What) -> Act {
        Act {
            by,
            calls: vec![(call.into(), Then::Ask(Ask { to, what }))],
        }
    }
}
