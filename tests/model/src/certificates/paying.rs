//! Cash, and what an overdue issuer or a seller under recourse pays by its own act.

use super::{Place, Status, Terms, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::interest::interest;
use crate::{Frozen, Who};

impl World {
    /// Notes cash that is short, or fenced for overdue certificates.
    pub(super) fn check_cash(&self, no: &mut Faults, who: Who, amount: u64) {
        no.when(
            self.cash[who] - self.frozen(who) < amount,
            "INSUFFICIENT_FUNDS",
        );
        no.when(self.is_fenced(who), "RING_FENCED");
    }

    pub(super) fn pay(&mut self, from: Who, to: Who, amount: u64) {
        self.cash[from] -= amount;
        self.cash[to] += amount;
    }

    pub fn transfer(&mut self, who: Who, to: Who, amount: u64) -> Result<(), Broken> {
        let mut no = Faults::new();
        no.when(amount == 0, "AMOUNT_ZERO");
        no.when(who == to, "SELF_DEALING");
        self.check_cash(&mut no, who, amount);
        no.end()?;
        self.pay(who, to, amount);
        Ok(())
    }

    pub fn ask_back(
        &mut self,
        who: Who,
        place: Place,
        costs: Option<u64>,
        by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        no.when(costs == Some(0), "AMOUNT_ZERO");
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let (lot, due) = {
            let certificate = &self.certificates[at.0];
            (certificate.lots[at.1].clone(), certificate.opening.due)
        };
        no.when(lot.holder != who, "NOT_HOLDER");
        no.when(lot.request.is_some(), "REQUEST_PENDING");
        no.when(lot.frozen != Frozen::No, "FROZEN");
        no.when(lot.status != Status::Overdue, "WRONG_STATE");
        let latest = if self.day < due {
            due - 1
        } else {
            self.roll(self.day + self.numbers.answer_days)
        };
        let by = self.check_answer_by(&mut no, by, latest);
        let Some(funding) = lot.funding else {
            return Err(no.and("WITHOUT_RECOURSE"));
        };
        no.end()?;
        let days = self.day.saturating_sub(funding.interest_from);
        let run = interest(funding.principal, funding.rate, days, funding.year);
        let money = funding.principal + (run - funding.interest_paid) + costs.unwrap_or(0);
        if money == 0 {
            return Err(Faults::new().and("AMOUNT_ZERO"));
        }
        Ok(self.ask(at, who, funding.seller, Terms::AskBack(money), by))
    }

    pub fn redeem(&mut self, who: Who, place: Place) -> Result<(), Broken> {
        let mut no = Faults::new();
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let certificate = &self.certificates[at.0];
        let lot = &certificate.lots[at.1];
        no.when(certificate.issuer != who, "WRONG_PARTY");
        no.when(lot.frozen == Frozen::Stopped, "FROZEN");
        no.when(lot.status != Status::Overdue, "WRONG_STATE");
        self.check_cash(&mut no, who, lot.amount());
        no.end()?;
        let amount = lot.amount();
        self.redeem_part(at, amount);
        Ok(())
    }
}
