//! The model's clock: one day after another, each looked at as a whole.

use super::{Model, Stage, State};

impl Model {
    /// To the morning or the evening of a day.
    pub fn go(&mut self, to: u32, evening: bool) {
        loop {
            let last = self.day == to;
            if !self.closed && (!last || evening) {
                self.close();
                self.closed = true;
            }
            if last {
                return;
            }
            self.day += 1;
            self.closed = false;
            self.begin();
        }
    }

    fn begin(&mut self) {
        let day = self.day;
        for b in 0..self.bills.len() {
            let bill = &mut self.bills[b];
            if bill.maturity == day && bill.stage == Stage::Registered {
                bill.stage = Stage::Dead;
                bill.parts[0].state = State::Gone;
            }
            if bill.payable() != day || bill.stage != Stage::Live {
                continue;
            }
            for p in 0..self.bills[b].parts.len() {
                self.fall_due((b, p));
            }
        }
    }

    fn fall_due(&mut self, (b, p): (usize, usize)) {
        let day = self.day;
        let acceptor = self.bills[b].acceptor;
        let part = &mut self.bills[b].parts[p];
        match part.state {
            State::Free if part.holder == acceptor => part.state = State::Gone,
            State::Free => self.presented((b, p), u64::from(day) * 4, Some(day), true),
            State::Presented {
                at,
                by_clock,
                first,
                ..
            } => {
                part.state = State::Presented {
                    at,
                    due: Some(day),
                    by_clock,
                    first: first || !part.in_time,
                };
                part.in_time = true;
            }
            State::Offered { .. } => panic!("an offer after maturity"),
            State::Paid | State::Gone => {}
        }
    }

    fn close(&mut self) {
        let day = self.day;
        let mut due = Vec::new();
        for (b, bill) in self.bills.iter().enumerate() {
            for (p, part) in bill.parts.iter().enumerate() {
                if let State::Presented {
                    at, due: Some(on), ..
                } = part.state
                    && on == day
                {
                    due.push((at, bill.number, part.start, (b, p)));
                }
            }
        }
        due.sort();
        for (_, _, _, (b, p)) in due {
            let amount = self.bills[b].parts[p].amount();
            let (from, to) = (self.bills[b].acceptor, self.bills[b].parts[p].holder);
            if self.pay(from, to, amount) {
                self.bills[b].parts[p].state = State::Paid;
            } else {
                self.turn_down((b, p));
            }
        }
        for b in 0..self.bills.len() {
            self.lapse(b);
        }
        for hold in &mut self.holds {
            hold.live &= hold.until != day;
        }
    }

    fn lapse(&mut self, b: usize) {
        let day = self.day;
        match self.bills[b].stage {
            Stage::AcceptanceAsked(by) | Stage::DeliveryAsked(by) if by == day => {
                self.undo((b, 0));
            }
            _ => {}
        }
        for p in (0..self.bills[b].parts.len()).rev() {
            if let State::Offered { by, .. } = self.bills[b].parts[p].state
                && by == day
            {
                self.undo((b, p));
            }
        }
        let bill = &mut self.bills[b];
        if bill.stage == Stage::Accepted && bill.window_end() == day {
            bill.stage = Stage::Dead;
            bill.parts[0].state = State::Gone;
        }
    }
}
