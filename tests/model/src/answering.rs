//! The answers to a request (rule book 2.2).

use crate::book::{Frozen, Profile, Terms, What, Who, World};
use crate::faults::{Broken, Faults};

/// Codes with which any request may be refused (rule book 2.5); the others belong to presentments.
const DEFENCES: [&str; 7] = [
    "contract breach",
    "fraud or theft",
    "bad faith",
    "known defence",
    "gross negligence",
    "court freeze",
    "other",
];

impl World {
    fn check_answer(&self, who: Who, id: usize) -> Result<Faults, Broken> {
        let mut no = Faults::new();
        let Some(request) = self.requests.get(id).filter(|r| r.live) else {
            return Err(no.and("NO_SUCH_REQUEST"));
        };
        no.unless(request.to == who, "WRONG_PARTY");
        Ok(no)
    }

    /// The answerer agrees: accepts, signs for, pays, as the request asks. What cannot be carried out stays open.
    pub fn agree(&mut self, who: Who, id: usize) -> Result<(), Broken> {
        let mut no = self.check_answer(who, id)?;
        let request = self.requests[id].clone();
        let (b, l) = self.place_of(id);
        self.check_measure(&mut no, id);
        // What a suspended member has offered cannot be taken up; what it is owed is paid.
        let owed = matches!(
            request.terms,
            Terms::Presentment { .. } | Terms::Offer { .. }
        );
        if !owed {
            self.check_active(&mut no, request.from);
        }
        let short = |amount: u64| self.available(who) < amount;
        match &request.terms {
            Terms::Acceptance => self.check_may_accept(&mut no, b, self.bills[b].sum),
            Terms::Guarantee { .. } | Terms::Pledge(_) => {
                self.check_not_persistent(&mut no, self.bills[b].acceptor);
            }
            Terms::Discount(sale) => self.check_buying(&mut no, (b, l), who, sale),
            Terms::Redemption { free } => {
                no.when(
                    !free && short(self.lot(b, l).amount()),
                    "INSUFFICIENT_FUNDS",
                );
            }
            Terms::Release {
                price: Some(price),
                free: false,
            } => no.when(short(*price), "INSUFFICIENT_FUNDS"),
            Terms::Presentment { .. } => {
                no.when(short(self.lot(b, l).amount()), "INSUFFICIENT_FUNDS");
            }
            _ => {}
        }
        no.end()?;
        self.carry_out(id);
        Ok(())
    }

    /// The drawee accepts a part of the sum, where the bill's law allows it.
    pub fn accept_part(&mut self, who: Who, id: usize, part: u64) -> Result<(), Broken> {
        let mut no = self.check_answer(who, id).map_err(|mut broken| {
            broken.extend((part == 0).then_some("AMOUNT_ZERO"));
            broken
        })?;
        let request = self.requests[id].clone();
        let (b, l) = self.place_of(id);
        let bill = &self.bills[b];
        no.unless(request.terms == Terms::Acceptance, "INVALID_ARGUMENT");
        no.unless(bill.profile == Profile::Geneva, "INVALID_ARGUMENT");
        no.when(self.is_measured(b, l), "FROZEN");
        self.check_active(&mut no, request.from);
        no.when(part == 0, "AMOUNT_ZERO");
        no.when(part > bill.sum, "PART_TOO_LARGE");
        self.check_may_accept(&mut no, b, part);
        no.end()?;
        self.close(id);
        self.accept(b, part);
        Ok(())
    }

    fn carry_out(&mut self, id: usize) {
        let request = self.requests[id].clone();
        let (from, to) = (request.from, request.to);
        match &request.terms {
            Terms::Presentment { .. } => return self.pay_lot(id, Some(to)),
            Terms::Offer { .. } => return self.settle_offer(id),
            _ => {}
        }
        let (b, l) = self.close(id);
        match request.terms {
            Terms::Acceptance => self.accept(b, self.bills[b].sum),
            Terms::UnusedReturn => {
                self.record((b, l), What::ReturnedUnused, Some(from), Some(to));
                self.terminate(b, l);
            }
            Terms::Delivery => self.deliver(b),
            Terms::Endorsement { mark } => self.endorse((b, l), from, to, mark),
            Terms::Unmark => self.unmark((b, l), to),
            Terms::Guarantee { ward } => self.guarantee((b, l), to, ward),
            Terms::Discount(sale) => self.sell((b, l), from, to, &sale),
            Terms::Redemption { free } => self.redeem((b, l), from, to, free),
            Terms::Pledge(pledge) => self.pledge((b, l), from, pledge),
            Terms::Release { price, free } => {
                let price = if free { 0 } else { price.unwrap_or(0) };
                self.release((b, l), from, to, price);
            }
            Terms::Presentment { .. } | Terms::Offer { .. } => {}
        }
    }

    /// The answerer refuses, with a code.
    pub fn refuse(&mut self, who: Who, id: usize, code: &'static str) -> Result<(), Broken> {
        let mut no = self.check_answer(who, id)?;
        let bill = &self.bills[self.requests[id].bill];
        let presented = matches!(self.requests[id].terms, Terms::Presentment { .. });
        let fits = match code {
            "not due" => presented && self.day < bill.maturity,
            "late" => presented && self.day > bill.window_end,
            "low balance" => presented,
            _ => DEFENCES.contains(&code),
        };
        no.unless(fits, "ANSWER_CODE_WRONG");
        self.check_measure(&mut no, id);
        no.end()?;
        if presented {
            self.dishonour(id, code, Some(who));
        } else {
            self.undo(id);
        }
        Ok(())
    }

    /// A freeze stops the holder: what is presented is paid or refused as ever. A stop of payment stops both.
    fn check_measure(&self, no: &mut Faults, id: usize) {
        let (b, l) = self.place_of(id);
        let presented = matches!(self.requests[id].terms, Terms::Presentment { .. });
        match self.lot(b, l).frozen {
            Frozen::No => {}
            Frozen::Frozen => no.unless(presented, "FROZEN"),
            Frozen::Stopped => no.when(true, "FROZEN"),
        }
    }
}
