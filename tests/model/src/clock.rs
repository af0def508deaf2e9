//! The clock: one day after another, each looked at as a whole (rule book 2.3).

use crate::book::{Status, Terms, What, World};
use crate::days::Day;

impl World {
    /// To a minute of a day, the same or a later one. All that falls due on the way is done.
    pub fn go(&mut self, to: Day, minute: u32) {
        while self.day < to {
            if self.minute < self.close_minute {
                self.close_day();
            }
            self.day += 1;
            self.minute = 0;
            self.begin_day();
        }
        if self.minute < self.close_minute && minute >= self.close_minute {
            self.close_day();
        }
        self.minute = minute;
    }

    /// Bills in order of their numbers.
    fn by_number(&self) -> Vec<usize> {
        let mut bills: Vec<usize> = (0..self.bills.len()).collect();
        bills.sort_by_key(|b| self.bills[*b].number.clone());
        bills
    }

    /// A morning: maturities, repos not redeemed, presentments.
    fn begin_day(&mut self) {
        let today = self.day;
        let bills = self.by_number();
        for b in &bills {
            if self.bills[*b].maturity == today {
                self.mature(*b);
            }
        }
        for b in &bills {
            for l in 0..self.bills[*b].lots.len() {
                self.lapse_repo(*b, l);
            }
        }
        for b in &bills {
            let bill = &self.bills[*b];
            let due = bill.payable_on == today && today >= bill.maturity;
            if due && bill.is_delivered() {
                if self.is_business_day(today) {
                    self.fall_due(*b);
                } else {
                    self.bills[*b].payable_on = self.roll(today);
                }
            }
        }
    }

    /// Nominal maturity. The days that follow from it are now fixed; what is not accepted ends.
    fn mature(&mut self, b: usize) {
        let (profile, maturity) = (self.bills[b].profile, self.bills[b].maturity);
        let bill = &self.bills[b];
        if bill.lots[0].status == Status::Terminated && !bill.is_delivered() {
            return;
        }
        self.bills[b].payable_on = self.roll(maturity);
        self.bills[b].window_end = self.window_end(profile, maturity);
        if self.bills[b].lots[0].status == Status::Issued {
            if let Some(id) = self.lot(b, 0).request {
                self.undo(id);
            }
            self.record((b, 0), What::Terminated, None, None);
            self.terminate(b, 0);
        }
    }

    /// A close: payments, lapses, ends of windows, ends of holds, debts due, the month.
    fn close_day(&mut self) {
        let today = self.day;
        self.settle_day();
        self.lapse();
        self.end_windows();
        for hold in &mut self.holds {
            hold.live &= hold.until != today;
        }
        let due = |p: &crate::book::Proceeds| {
            !p.frozen && p.pledge.is_some_and(|pledge| pledge.debt_due <= today)
        };
        while let Some(at) = self.proceeds.iter().position(due) {
            self.pay_debt(at);
        }
        self.look_at_month();
    }

    /// Requests of which today was the last day; higher lots first, so that parts cut one after the other all rejoin.
    fn lapse(&mut self) {
        let mut over: Vec<usize> = (0..self.requests.len())
            .filter(|id| {
                let request = &self.requests[*id];
                request.live && request.answer_by == Some(self.day)
            })
            .collect();
        over.sort_by_key(|id| std::cmp::Reverse(self.requests[*id].range.0));
        for id in over {
            self.undo(id);
        }
    }

    /// Accepted bills that nobody took delivery of by the end of their window.
    fn end_windows(&mut self) {
        for b in self.by_number() {
            let bill = &self.bills[b];
            let over = self.day >= bill.maturity && bill.window_end == self.day;
            if !over || bill.lots[0].status != Status::Accepted {
                continue;
            }
            if let Some(id) = self.lot(b, 0).request
                && !matches!(self.requests[id].terms, Terms::Presentment { .. })
            {
                self.undo(id);
            }
            self.record((b, 0), What::Terminated, None, None);
            self.terminate(b, 0);
        }
    }
}
