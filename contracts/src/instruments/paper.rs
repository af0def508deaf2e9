//! What the rules of lots, hands and requests need to know of the instrument they work on.

use crate::bills::Bill;
use crate::date::Date;
use crate::instruments::{InstrumentKind, InstrumentNumber, Lot};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::Failure;
use crate::receivables::Certificate;
use crate::requests::Party;
use crate::run::Run;
use crate::state::{Overlay, StateFault};

/// An instrument whose lots move: a bill or a certificate.
pub(crate) trait Paper {
    /// Its number.
    fn number(&self) -> InstrumentNumber;
    /// Its sum, which its lots tile.
    fn sum(&self) -> Money;
    /// The day on which it falls due, as written on it.
    fn maturity(&self) -> Date;
    /// Counts one more hand and gives its number.
    fn next_hand(&mut self) -> u64;
    /// Writes its record.
    fn put(&self, state: &mut Overlay<'_>) -> Result<(), StateFault>;
    /// Who a side of a request is; none where the lot has no such side, or a call names it.
    fn side<'a>(&'a self, side: Party, lot: &'a Lot) -> Option<&'a MemberId>;
    /// Whether a mark "not transferable" stops its holder.
    fn mark_stops(&self) -> bool;
    /// Whether the clock has yet to do something on it, or on one lot of it, besides what a request brings.
    fn is_due(&self, run: &Run<'_, '_>, lot: &Lot) -> Result<bool, StateFault>;
    /// Takes out what was counted of a lot while it lived.
    fn lot_ended(&self, run: &mut Run<'_, '_>, old: &Lot) -> Result<(), StateFault>;
    /// Queues what is due for a lot that was cut off another.
    fn lot_cut(&self, run: &mut Run<'_, '_>, cut: &Lot) -> Result<(), StateFault>;
    /// Takes what is due for a lot that has been joined to another out of the queue.
    fn lot_joined(&self, run: &mut Run<'_, '_>, joined: &Lot);
    /// Refuses while its debtor's paper is not taken.
    fn check_taken(&self, run: &Run<'_, '_>) -> Result<(), Failure>;
    /// Refuses a lot that stays where it is, as things stand.
    fn check_lot_taken(&self, lot: &Lot) -> Result<(), Failure>;
    /// The last day for an answer to what may also be asked after maturity.
    fn latest_answer(&self, run: &Run<'_, '_>) -> Result<Date, StateFault>;
}

/// A bill or a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// A bill package.
    Bill(Bill),
    /// A receivable certificate.
    Certificate(Certificate),
}

impl From<Bill> for Instrument {
    fn from(bill: Bill) -> Self {
        Instrument::Bill(bill)
    }
}

impl From<Certificate> for Instrument {
    fn from(certificate: Certificate) -> Self {
        Instrument::Certificate(certificate)
    }
}

impl Instrument {
    /// Which of the two.
    pub fn kind(&self) -> InstrumentKind {
        match self {
            Instrument::Bill(_) => InstrumentKind::Bill,
            Instrument::Certificate(_) => InstrumentKind::Certificate,
        }
    }

    /// Its sum, which its lots tile.
    pub const fn sum(&self) -> Money {
        match self {
            Instrument::Bill(bill) => bill.sum,
            Instrument::Certificate(certificate) => certificate.sum,
        }
    }

    /// The bill that an act of bills works on.
    pub(crate) fn into_bill(self) -> Result<Bill, StateFault> {
        match self {
            Instrument::Bill(bill) => Ok(bill),
            Instrument::Certificate(other) => Err(StateFault::new(
                "requests",
                format!("an act of bills on {}", other.number),
            )),
        }
    }

    /// The bill that an act of bills works on.
    pub(crate) fn as_bill(&self) -> Result<&Bill, StateFault> {
        match self {
            Instrument::Bill(bill) => Ok(bill),
            Instrument::Certificate(other) => Err(StateFault::new(
                "requests",
                format!("an act of bills on {}", other.number),
            )),
        }
    }

    fn paper(&self) -> &dyn Paper {
        match self {
            Instrument::Bill(bill) => bill,
            Instrument::Certificate(certificate) => certificate,
        }
    }
}

impl Paper for Instrument {
    fn number(&self) -> InstrumentNumber {
        self.paper().number()
    }
    fn sum(&self) -> Money {
        self.paper().sum()
    }
    fn maturity(&self) -> Date {
        self.paper().maturity()
    }
    fn next_hand(&mut self) -> u64 {
        match self {
            Instrument::Bill(bill) => bill.next_hand(),
            Instrument::Certificate(certificate) => certificate.next_hand(),
        }
    }
    fn put(&self, state: &mut Overlay<'_>) -> Result<(), StateFault> {
        self.paper().put(state)
    }
    fn side<'a>(&'a self, side: Party, lot: &'a Lot) -> Option<&'a MemberId> {
        self.paper().side(side, lot)
    }
    fn mark_stops(&self) -> bool {
        self.paper().mark_stops()
    }
    fn is_due(&self, run: &Run<'_, '_>, lot: &Lot) -> Result<bool, StateFault> {
        self.paper().is_due(run, lot)
    }
    fn lot_ended(&self, run: &mut Run<'_, '_>, old: &Lot) -> Result<(), StateFault> {
        self.paper().lot_ended(run, old)
    }
    fn lot_cut(&self, run: &mut Run<'_, '_>, cut: &Lot) -> Result<(), StateFault> {
        self.paper().lot_cut(run, cut)
    }
    fn lot_joined(&self, run: &mut Run<'_, '_>, joined: &Lot) {
        self.paper().lot_joined(run, joined);
    }
    fn check_taken(&self, run: &Run<'_, '_>) -> Result<(), Failure> {
        self.paper().check_taken(run)
    }
    fn check_lot_taken(&self, lot: &Lot) -> Result<(), Failure> {
        self.paper().check_lot_taken(lot)
    }
    fn latest_answer(&self, run: &Run<'_, '_>) -> Result<Date, StateFault> {
        self.paper().latest_answer(run)
    }
}
