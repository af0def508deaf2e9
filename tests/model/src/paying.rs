//! Payment and refusal of what is presented (rule book 2.3, 2.5).

use crate::book::{
    Circulation, Dishonour, Frozen, Proceeds, Profile, Status, Terms, What, Who, World,
};
use crate::days::Day;

impl World {
    /// Cash to the holder, or as far as a debt is due to the pledgee; the lot is settled.
    pub(crate) fn pay_lot(&mut self, id: usize, by: Option<Who>) {
        let (b, l) = self.close(id);
        let acceptor = self.bills[b].acceptor;
        let lot = self.lot(b, l).clone();
        let amount = lot.amount();
        self.record((b, l), What::Paid, by, Some(lot.holder));
        self.pay(acceptor, lot.holder, amount);
        let proceeds = Proceeds {
            bill: b,
            range: lot.range(),
            owner: lot.holder,
            amount,
            pledge: lot.pledge,
            frozen: lot.frozen != Frozen::No,
        };
        if proceeds.frozen {
            self.proceeds.push(proceeds);
        } else {
            self.share_out(proceeds);
        }
        self.discharge(b, l);
        let lot = self.lot_mut(b, l);
        lot.status = Status::Settled;
        lot.circulation = Circulation::Ended;
    }

    /// Payment is refused: the lot stands as before it was presented, with the refusal on record.
    pub(crate) fn dishonour(&mut self, id: usize, code: &'static str, by: Option<Who>) {
        let (b, l) = self.close(id);
        self.record((b, l), What::Refused, by, None);
        let (day, maturity) = (self.day, self.bills[b].maturity);
        let window_end = self.bills[b].window_end;
        let lot = self.lot_mut(b, l);
        // What was presented early and stands at maturity is presented in time.
        if lot.presented_in_time.is_none() && (maturity..=window_end).contains(&day) {
            lot.presented_in_time = Some(day);
        }
        let before = matches!(lot.dishonour, Dishonour::InTime | Dishonour::Late);
        lot.refused = Some((code, day));
        lot.dishonour = if lot.presented_in_time.is_some() {
            Dishonour::InTime
        } else if day < maturity {
            Dishonour::Early
        } else {
            Dishonour::Late
        };
        let unpaid = lot.dishonour != Dishonour::Early;
        if unpaid && !before && self.accepted(b, l) > 0 {
            self.went_unpaid(b);
        }
    }

    /// The close of a day: what is due is paid as far as the acceptors' cash goes, the rest is refused.
    pub(crate) fn settle_day(&mut self) {
        let mut due = Vec::new();
        for (id, request) in self.requests.iter().enumerate() {
            let Terms::Presentment {
                at, due: Some(day), ..
            } = request.terms
            else {
                continue;
            };
            if request.live && day == self.day {
                let number = self.bills[request.bill].number.clone();
                due.push((at, number, request.range.0, id));
            }
        }
        due.sort();
        for (.., id) in due {
            self.settle(id);
        }
    }

    fn settle(&mut self, id: usize) {
        let (b, l) = self.place_of(id);
        if !self.is_business_day(self.day) {
            self.set_due(id, Some(self.roll(self.day)));
            return;
        }
        let bill = &self.bills[b];
        let (available, amount) = (self.available(bill.acceptor), self.lot(b, l).amount());
        if self.accepted(b, l) == 0 {
            self.dishonour(id, "other", None);
        } else if available >= amount {
            self.pay_lot(id, None);
        } else if bill.profile == Profile::Geneva && available > 0 {
            self.pay_partly(id, available);
        } else {
            self.dishonour(id, "low balance", None);
        }
    }

    /// Part payment may not be refused (ULB 39): the low end is paid, the rest dishonoured.
    fn pay_partly(&mut self, id: usize, paid: u64) {
        let rest = self.cut_presented(id, paid);
        self.pay_lot(id, None);
        if let Some(rest) = rest {
            self.dishonour(rest, "low balance", None);
        }
    }

    /// Cuts a presented lot: the low end keeps the presentment, the high end has one of its own, alike.
    pub(crate) fn cut_presented(&mut self, id: usize, units: u64) -> Option<usize> {
        let (b, l) = self.place_of(id);
        if units == self.lot(b, l).amount() {
            return None;
        }
        self.cut(b, l, Some(units));
        let rest = self.requests.len();
        let mut request = self.requests[id].clone();
        self.requests[id].range = self.lot(b, l).range();
        request.range = self.lot(b, l + 1).range();
        self.requests.push(request);
        self.lot_mut(b, l + 1).request = Some(rest);
        Some(rest)
    }

    pub(crate) fn set_due(&mut self, id: usize, day: Option<Day>) {
        if let Terms::Presentment { due, .. } = &mut self.requests[id].terms {
            *due = day;
        }
    }
}
