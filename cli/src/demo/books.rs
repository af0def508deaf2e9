//! What the demo expects: its own small books, kept from what it asked for and not from what nodes say.

use allonge_contracts::bills::{Bill, Lot, LotRange, Status};
use allonge_contracts::{Currency, MemberId};
use std::collections::BTreeMap;

/// Cash and lots as they must be, in minor units.
#[derive(Clone, Debug)]
pub(super) struct Books {
    currency: Currency,
    minted: u128,
    cash: BTreeMap<MemberId, u64>,
    lots: Vec<Entry>,
}

/// A lot of the one bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// First and last unit.
    pub range: LotRange,
    /// Who holds it.
    pub holder: MemberId,
    /// Whether it was paid.
    pub paid: bool,
}

/// Something that the demo's own books do not allow: a mistake in the demo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the demo's own books do not allow it: {0}")]
pub(super) struct BooksError(String);

type Kept<T> = Result<T, BooksError>;

impl Books {
    pub fn new(currency: Currency) -> Self {
        Books {
            currency,
            minted: 0,
            cash: BTreeMap::new(),
            lots: Vec::new(),
        }
    }

    /// A member that may have cash.
    pub fn open(&mut self, member: &MemberId) {
        self.cash.entry(member.clone()).or_insert(0);
    }

    /// New cash.
    pub fn mint(&mut self, to: &MemberId, minor: u64) -> Kept<()> {
        self.minted += u128::from(minor);
        self.credit(to, minor)
    }

    /// Cash from one to another.
    pub fn transfer(&mut self, from: &MemberId, to: &MemberId, minor: u64) -> Kept<()> {
        let have = self
            .cash
            .get_mut(from)
            .ok_or_else(|| error(format!("{from} has no account")))?;
        *have = have
            .checked_sub(minor)
            .ok_or_else(|| error(format!("{from} has {have}, not {minor}")))?;
        self.credit(to, minor)
    }

    fn credit(&mut self, to: &MemberId, minor: u64) -> Kept<()> {
        let have = self.cash.entry(to.clone()).or_insert(0);
        *have = have
            .checked_add(minor)
            .ok_or_else(|| error(format!("the cash of {to} overflows")))?;
        Ok(())
    }

    /// The bill, whole, in its first holder's hands.
    pub fn draw(&mut self, holder: &MemberId, minor: u64) {
        self.lots = vec![Entry {
            range: LotRange {
                start: 1,
                end: minor,
            },
            holder: holder.clone(),
            paid: false,
        }];
    }

    /// The low end of a holder's only lot moves, the high end stays (rule book 2.1).
    pub fn endorse(&mut self, from: &MemberId, to: &MemberId, minor: u64) -> Kept<()> {
        let at = self.lot_index(from)?;
        let lot = self.entry(at)?.clone();
        let have = lot.range.amount().unwrap_or(0);
        if minor == 0 || minor > have {
            return Err(error(format!("{from} holds {have}, not {minor}")));
        }
        let last = lot.range.start + minor - 1;
        let mut parts = vec![Entry {
            range: LotRange {
                start: lot.range.start,
                end: last,
            },
            holder: to.clone(),
            paid: false,
        }];
        if last < lot.range.end {
            parts.push(Entry {
                range: LotRange {
                    start: last + 1,
                    end: lot.range.end,
                },
                ..lot
            });
        }
        self.lots.splice(at..=at, parts);
        Ok(())
    }

    /// The acceptor pays a holder's only lot; what it paid.
    pub fn pay(&mut self, acceptor: &MemberId, holder: &MemberId) -> Kept<u64> {
        let at = self.lot_index(holder)?;
        let minor = self.entry(at)?.range.amount().unwrap_or(0);
        if let Some(lot) = self.lots.get_mut(at) {
            lot.paid = true;
        }
        self.transfer(acceptor, holder, minor)?;
        Ok(minor)
    }

    /// The unpaid lot of a holder; in this story everybody has at most one.
    pub fn lot_of(&self, holder: &MemberId) -> Kept<LotRange> {
        Ok(self.entry(self.lot_index(holder)?)?.range)
    }

    fn lot_index(&self, holder: &MemberId) -> Kept<usize> {
        self.lots
            .iter()
            .position(|lot| lot.holder == *holder && !lot.paid)
            .ok_or_else(|| error(format!("{holder} holds no unpaid lot")))
    }

    fn entry(&self, at: usize) -> Kept<&Entry> {
        self.lots
            .get(at)
            .ok_or_else(|| error(format!("there is no lot {at}")))
    }

    /// All lots, in order.
    pub fn lots(&self) -> &[Entry] {
        &self.lots
    }

    /// Everybody's cash.
    pub fn cash(&self) -> &BTreeMap<MemberId, u64> {
        &self.cash
    }

    /// Nothing was made or lost since it was minted.
    pub fn conserved(&self) -> bool {
        self.cash
            .values()
            .map(|minor| u128::from(*minor))
            .sum::<u128>()
            == self.minted
    }

    /// What is different about a bill as a node or a proof shows it; nothing if it is as it must be.
    pub fn differences(&self, bill: &Bill, lots: &[Lot]) -> Vec<String> {
        let mut found = Vec::new();
        if bill.sum.currency != self.currency {
            found.push(format!(
                "the bill is in {}, not {}",
                bill.sum.currency, self.currency
            ));
        }
        let mut next = Some(1u64);
        for lot in lots {
            if Some(lot.range.start) != next {
                found.push(format!(
                    "the lot {} does not follow the one before",
                    lot.range
                ));
            }
            next = lot.range.end.checked_add(1);
        }
        if next != bill.sum.minor.checked_add(1) {
            found.push(format!("the lots do not end with the sum {}", bill.sum));
        }
        let shown: Vec<Entry> = lots
            .iter()
            .map(|lot| Entry {
                range: lot.range,
                holder: lot.holder.clone(),
                paid: lot.status == Status::Settled,
            })
            .collect();
        if shown != self.lots {
            found.push(format!("lots are {shown:?}, not {:?}", self.lots));
        }
        found
    }
}

fn error(what: String) -> BooksError {
    BooksError(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> MemberId {
        name.parse().unwrap()
    }

    #[test]
    fn the_low_end_moves_and_cash_follows_the_lots() {
        let mut books = Books::new("CNY".parse().unwrap());
        let (a, b, bank) = (id("a"), id("b"), id("bank"));
        books.mint(&bank, 100_000).unwrap();
        books.draw(&a, 100_000);
        books.endorse(&a, &b, 12_200).unwrap();
        // The rule book's own example, shifted to begin at 1: the moved part is the low end.
        assert_eq!(
            books.lot_of(&b).unwrap(),
            LotRange {
                start: 1,
                end: 12_200
            }
        );
        assert_eq!(
            books.lot_of(&a).unwrap(),
            LotRange {
                start: 12_201,
                end: 100_000
            }
        );
        assert_eq!(books.pay(&bank, &b).unwrap(), 12_200);
        assert!(books.pay(&bank, &b).is_err());
        assert!(books.endorse(&a, &b, 87_801).is_err());
        books.endorse(&a, &b, 87_800).unwrap();
        assert!(books.lot_of(&a).is_err());
        assert_eq!(books.cash()[&b], 12_200);
        assert!(books.conserved());
        assert!(books.transfer(&a, &b, 1).is_err());
    }
}
