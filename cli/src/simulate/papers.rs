//! Bills and certificates as a run knows them: a sum, and the lots that tile it.

use super::world::Who;
use allonge_contracts::bills::{Bill, LotRange};
use allonge_contracts::receivables::Certificate;
use allonge_contracts::{Date, RequestId};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PaperKind {
    Certificate,
    Bill,
}

/// How far a lot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// In nobody's hands yet.
    Waiting,
    Held,
    /// Due and not paid.
    Overdue,
    Paid,
    /// Ended without payment being owed.
    Void,
}

/// A lot, but for its first unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LotState {
    pub end: u64,
    pub holder: Who,
    pub standing: Standing,
    pub tier: u16,
    /// Who sold it with recourse.
    pub recourse_to: Option<Who>,
    /// A request waits.
    pub locked: bool,
}

/// A bill or a certificate.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    pub kind: PaperKind,
    /// Who is to pay: the issuer, or the bank that accepts.
    pub debtor: Who,
    pub sum: u64,
    pub due: Date,
    pub payable_on: Date,
    /// The line that it uses.
    pub line: Option<RequestId>,
    /// By first unit.
    pub lots: BTreeMap<u64, LotState>,
}

impl LotState {
    /// In its holder's hands, for it to use: not asked for, and without a claim of its seller's.
    pub fn is_free(&self) -> bool {
        self.standing == Standing::Held && !self.locked && self.recourse_to.is_none()
    }

    pub const fn units(&self, start: u64) -> u64 {
        self.end.saturating_sub(start).saturating_add(1)
    }

    pub fn give(&mut self, to: Who) {
        self.holder = to;
        self.standing = Standing::Held;
        self.locked = false;
    }

    pub fn end_as(&mut self, standing: Standing) {
        self.standing = standing;
        self.recourse_to = None;
        self.locked = false;
    }
}

impl Paper {
    pub fn certificate(certificate: &Certificate, debtor: Who) -> Paper {
        let line = Some(certificate.line);
        Paper {
            kind: PaperKind::Certificate,
            due: certificate.due,
            payable_on: certificate.payable_on,
            line,
            ..Paper::new(certificate.sum.minor, debtor, debtor)
        }
    }

    pub fn bill(bill: &Bill, debtor: Who, drawer: Who) -> Paper {
        Paper {
            due: bill.maturity,
            payable_on: bill.payable_on,
            ..Paper::new(bill.sum.minor, debtor, drawer)
        }
    }

    fn new(sum: u64, debtor: Who, holder: Who) -> Paper {
        let lot = LotState {
            end: sum,
            holder,
            standing: Standing::Waiting,
            tier: 1,
            recourse_to: None,
            locked: false,
        };
        Paper {
            kind: PaperKind::Bill,
            debtor,
            sum,
            due: Date::FIRST,
            payable_on: Date::FIRST,
            line: None,
            lots: BTreeMap::from([(1, lot)]),
        }
    }

    /// Lets a lot begin at this unit.
    pub fn cut(&mut self, at: u64) {
        let Some((start, lot)) = self.lots.range_mut(..=at).next_back() else {
            return;
        };
        if *start == at || lot.end < at {
            return;
        }
        let high = *lot;
        lot.end = at - 1;
        self.lots.insert(at, high);
    }

    /// The lot of exactly this range; none where it is not covered.
    pub fn carve(&mut self, range: LotRange) -> Option<&mut LotState> {
        range.amount()?;
        if range.end > self.sum {
            return None;
        }
        self.cut(range.start);
        self.cut(range.end.saturating_add(1));
        let pieces: Vec<u64> = self
            .lots
            .range(range.start..=range.end)
            .map(|(start, _)| *start)
            .collect();
        for start in pieces.iter().skip(1) {
            self.lots.remove(start);
        }
        let lot = self.lots.get_mut(&range.start)?;
        lot.end = range.end;
        Some(lot)
    }

    /// Whether the lots are the package, unit by unit.
    pub fn tiles(&self) -> bool {
        let mut next = 1;
        for (start, lot) in &self.lots {
            if *start != next || lot.end < *start {
                return false;
            }
            next = lot.end.saturating_add(1);
        }
        next == self.sum.saturating_add(1)
    }

    pub fn sum_of(&self, standing: Standing) -> u64 {
        self.lots
            .iter()
            .filter(|(_, lot)| lot.standing == standing)
            .map(|(start, lot)| lot.units(*start))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> LotRange {
        LotRange { start, end }
    }

    #[test]
    fn lots_are_carved_and_joined_and_always_tile() {
        let mut paper = Paper::new(100, 3, 4);
        assert!(paper.tiles());
        paper.carve(range(11, 30)).unwrap().give(7);
        let shape: Vec<_> = paper
            .lots
            .iter()
            .map(|(s, l)| (*s, l.end, l.holder))
            .collect();
        assert_eq!(shape, [(1, 10, 4), (11, 30, 7), (31, 100, 4)]);
        assert!(paper.tiles());
        assert_eq!(paper.sum_of(Standing::Held), 20);
        assert_eq!(paper.sum_of(Standing::Waiting), 80);
        paper.carve(range(1, 100)).unwrap().end_as(Standing::Paid);
        assert_eq!(paper.lots.len(), 1);
        assert!(paper.tiles());
        assert!(paper.carve(range(90, 101)).is_none());
        assert!(paper.carve(range(0, 5)).is_none());
        paper.lots.insert(50, *paper.lots.get(&1).unwrap());
        assert!(!paper.tiles());
    }

    #[test]
    fn a_free_lot_is_held_unasked_and_without_recourse() {
        let mut lot = *Paper::new(5, 1, 2).lots.get(&1).unwrap();
        assert!(!lot.is_free());
        lot.give(3);
        assert!(lot.is_free());
        assert_eq!(lot.units(1), 5);
        for spoilt in [
            LotState {
                locked: true,
                ..lot
            },
            LotState {
                recourse_to: Some(2),
                ..lot
            },
            LotState {
                standing: Standing::Overdue,
                ..lot
            },
        ] {
            assert!(!spoilt.is_free());
        }
    }
}
