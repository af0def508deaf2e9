//! What the clock does: requests lapse, unsigned certificates expire, pools are redeemed and tried again.

use super::{Circulation, Pool, Proceeds, Status, Terms, World};
use crate::days::Day;
use crate::interest::interest;
use crate::{Frozen, Who};

impl World {
    /// Time passes to a minute of a day; what is due by then is done.
    pub fn go(&mut self, day: Day, minute: u32) {
        loop {
            if self.minute < self.close_minute && (self.day < day || minute >= self.close_minute) {
                self.minute = self.close_minute;
                self.close_of_day();
            }
            if self.day == day {
                break;
            }
            self.day += 1;
            self.minute = 0;
            self.morning();
        }
        self.minute = minute;
    }

    /// On the morning of the due day what nobody has signed for expires.
    fn morning(&mut self) {
        for c in 0..self.certificates.len() {
            let certificate = &self.certificates[c];
            if certificate.opening.due != self.day || certificate.lots[0].status != Status::Opened {
                continue;
            }
            if let Some(request) = certificate.lots[0].request {
                self.undo(request);
            }
            self.end_unsigned(c, Status::Expired);
        }
    }

    fn close_of_day(&mut self) {
        // Of lots that were cut from one the higher first, so that all come together again.
        let mut lapsing: Vec<usize> = (0..self.requests.len())
            .filter(|r| self.requests[*r].live && self.requests[*r].answer_by == self.day)
            .collect();
        lapsing.sort_by_key(|r| std::cmp::Reverse(self.requests[*r].range.0));
        for r in lapsing {
            let signature = self.requests[r].terms == Terms::Signature;
            let (c, _) = self.undo(r);
            if signature {
                self.end_unsigned(c, Status::Expired);
            }
        }
        // Older due dates first.
        let mut due: Vec<usize> = (0..self.pools.len())
            .filter(|p| self.pools[*p].next == Some(self.day))
            .collect();
        due.sort_by_key(|p| {
            let pool = &self.pools[*p];
            (pool.due, self.members[pool.issuer].name)
        });
        for p in due {
            self.redeem_pool(p);
        }
    }

    /// The lots of a pool that are owed, in the order of their numbers.
    fn lots_of(&self, pool: Pool) -> Vec<(usize, u64)> {
        let mut of: Vec<usize> = (0..self.certificates.len())
            .filter(|c| {
                let certificate = &self.certificates[*c];
                certificate.issuer == pool.issuer && certificate.opening.due == pool.due
            })
            .collect();
        of.sort_by_key(|c| (self.certificates[*c].issued, self.certificates[*c].serial));
        of.into_iter()
            .flat_map(|c| {
                let lots = self.certificates[c].lots.iter();
                let owed = lots.filter(|lot| lot.is_owed() && lot.frozen != Frozen::Stopped);
                owed.map(move |lot| (c, lot.start))
            })
            .collect()
    }

    fn at(&self, (c, start): (usize, u64)) -> (usize, usize) {
        let found = self.certificates[c]
            .lots
            .iter()
            .position(|lot| lot.start == start);
        (c, found.expect("a lot that was there"))
    }

    /// In full where the cash goes round, else pro rata: what rounding down leaves over goes, one unit each, to the
    /// largest remainders, of equal ones to the first.
    fn redeem_pool(&mut self, p: usize) {
        let pool = self.pools[p];
        let (own, lots): (Vec<_>, Vec<_>) = self.lots_of(pool).into_iter().partition(|lot| {
            let (c, l) = self.at(*lot);
            self.certificates[c].lots[l].holder == pool.issuer
        });
        for lot in own {
            let at = self.at(lot);
            if self.certificates[at.0].lots[at.1].frozen == Frozen::No {
                self.extinguish(at);
            }
        }
        let amounts: Vec<u128> = lots
            .iter()
            .map(|lot| {
                let (c, l) = self.at(*lot);
                u128::from(self.certificates[c].lots[l].amount())
            })
            .collect();
        let owed: u128 = amounts.iter().sum();
        let cash = u128::from(self.cash[pool.issuer] - self.frozen(pool.issuer)).min(owed);
        let mut shares: Vec<u128> = amounts
            .iter()
            .map(|amount| amount * cash / owed.max(1))
            .collect();
        let mut order: Vec<usize> = (0..lots.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(amounts[*i] * cash % owed.max(1)));
        let left = cash - shares.iter().sum::<u128>();
        for i in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            shares[i] += 1;
        }
        for (lot, share) in lots.into_iter().zip(shares) {
            let at = self.at(lot);
            self.redeem_part(at, u64::try_from(share).unwrap_or(u64::MAX));
        }
        let retries = match pool.retries {
            _ if cash == owed => None,
            None => Some(self.numbers.retry_days).filter(|days| *days > 0),
            Some(left) => Some(left - 1).filter(|left| *left > 0),
        };
        let next = retries.map(|_| self.roll(self.day + 1));
        self.pools[p] = Pool {
            next,
            retries,
            ..pool
        };
    }

    /// Pays so much of a lot, from its low end; the rest is overdue.
    pub(super) fn redeem_part(&mut self, at: (usize, usize), units: u64) {
        let (c, l) = at;
        let lot = self.certificates[c].lots[l].clone();
        if units == 0 && lot.status == Status::Overdue {
            return;
        }
        self.end_waiting(at);
        if units == 0 {
            return self.fall_overdue(at);
        }
        let issuer = self.certificates[c].issuer;
        let mut left = lot.funding;
        let mut surplus = 0;
        if let Some(funding) = &mut left {
            let days = self.day.saturating_sub(funding.interest_from);
            let run = interest(funding.principal, funding.rate, days, funding.year);
            let open = run - funding.interest_paid;
            if units < open {
                funding.interest_paid += units;
            } else {
                let rest = units - open;
                surplus = rest.saturating_sub(funding.principal);
                funding.principal = funding.principal.saturating_sub(rest);
                funding.interest_from = funding.interest_from.max(self.day);
                funding.interest_paid = 0;
            }
        }
        self.cut(at, Some(units));
        let surplus = left
            .filter(|_| surplus > 0)
            .map(|funding| (funding.seller, surplus));
        self.pay(issuer, lot.holder, units);
        if lot.frozen == Frozen::No {
            self.pay_surplus(lot.holder, surplus);
        } else {
            // Under a court's measure all of it waits on the holder's account.
            self.proceeds.push(Proceeds {
                certificate: c,
                start: lot.start,
                owner: lot.holder,
                amount: units,
                surplus,
            });
        }
        self.record(at);
        let low = &mut self.certificates[c].lots[l];
        low.status = Status::Redeemed;
        low.circulation = Circulation::Ended;
        low.funding = None;
        if units < lot.amount() {
            self.certificates[c].lots[l + 1].funding = left;
            if lot.status != Status::Overdue {
                self.fall_overdue((c, l + 1));
            }
        }
    }

    /// The funder has recovered more than it is owed.
    pub(super) fn pay_surplus(&mut self, funder: Who, surplus: Option<(Who, u64)>) {
        if let Some((seller, amount)) = surplus {
            self.pay(funder, seller, amount);
        }
    }

    fn fall_overdue(&mut self, at: (usize, usize)) {
        self.record(at);
        self.certificates[at.0].lots[at.1].status = Status::Overdue;
    }
}
