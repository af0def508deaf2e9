//! Pledge, release, and what a paid pledged lot brings (rule book 2.2).

use crate::book::{Circulation, Place, Pledge, Proceeds, Role, Status, Terms, What, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::members::{BANKS, TRADERS};

const PLEDGEES: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

impl World {
    pub fn request_pledge(
        &mut self,
        who: Who,
        place: Place,
        pledge: Pledge,
        purpose: &str,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let to = pledge.pledgee;
        self.check_role(&mut no, who, TRADERS);
        self.check_role(&mut no, to, PLEDGEES);
        self.check_active(&mut no, to);
        no.when(pledge.debt == 0, "AMOUNT_ZERO");
        no.when(who == to, "SELF_DEALING");
        no.when(pledge.debt_due < self.day, "DATE_IN_PAST");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        self.check_move(&mut no, who, (b, l), to, purpose);
        self.check_part(&mut no, b, l, place.part);
        let (maturity, lot) = (self.bills[b].maturity, self.lot(b, l));
        no.when(lot.discounted && !self.has_role(to, BANKS), "BANKS_ONLY");
        no.when(self.day >= maturity, "MATURED");
        let by = self.check_answer_by(&mut no, answer_by, maturity - 1);
        self.check_not_persistent(&mut no, self.bills[b].acceptor);
        no.end()?;
        self.cut(b, l, place.part);
        Ok(self.ask((b, l), who, to, Terms::Pledge(pledge), Some(by)))
    }

    /// The pledgee takes the lot as security.
    pub(crate) fn pledge(&mut self, (b, l): (usize, usize), from: Who, pledge: Pledge) {
        self.record((b, l), What::Pledged, Some(from), Some(pledge.pledgee));
        let act = self.bills[b].history.len() - 1;
        let pledge = Pledge { act, ..pledge };
        let lot = self.lot_mut(b, l);
        lot.circulation = Circulation::Pledged;
        lot.pledge = Some(pledge);
    }

    pub fn request_release(
        &mut self,
        who: Who,
        place: Place,
        price: Option<u64>,
        free: bool,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        no.when(price == Some(0), "AMOUNT_ZERO");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        let holder = lot.holder;
        self.check_active(&mut no, holder);
        self.check_free(&mut no, lot);
        self.check_part(&mut no, b, l, place.part);
        let pledged = lot.circulation == Circulation::Pledged;
        no.unless(lot.status == Status::Received && pledged, "WRONG_STATE");
        let pledgee = lot.pledge.is_some_and(|pledge| pledge.pledgee == who);
        no.unless(pledgee, "WRONG_PARTY");
        let latest = self.last_day_to_release(b);
        let by = self.check_answer_by(&mut no, answer_by, latest);
        no.end()?;
        self.cut(b, l, place.part);
        let terms = Terms::Release { price, free };
        Ok(self.ask((b, l), who, holder, terms, Some(by)))
    }

    fn last_day_to_release(&self, b: usize) -> Day {
        let bill = &self.bills[b];
        if self.day < bill.maturity {
            bill.maturity - 1
        } else if self.next_close() <= bill.window_end {
            bill.window_end
        } else {
            self.roll(self.day + self.count("acceptance_answer_days"))
        }
    }

    /// The lot is the holder's alone again.
    pub(crate) fn release(
        &mut self,
        (b, l): (usize, usize),
        pledgee: Who,
        holder: Who,
        price: u64,
    ) {
        self.pay(holder, pledgee, price);
        self.record((b, l), What::Released, Some(pledgee), Some(holder));
        let lot = self.lot_mut(b, l);
        lot.pledge = None;
        lot.circulation = lot.in_hand();
    }

    /// What is set aside of the payment of a lot.
    pub(crate) fn proceeds_of(&self, place: Place) -> Option<usize> {
        self.proceeds
            .iter()
            .position(|p| p.bill == place.bill && p.range == place.lot)
    }

    /// Proceeds held for a pledge, on which one side may act.
    fn check_proceeds(
        &self,
        no: &mut Faults,
        place: Place,
        entitled: impl Fn(&Proceeds) -> bool,
    ) -> Option<usize> {
        // Paid under recourse the lot may live on in other hands, and in parts: the record stands by itself.
        let Some(at) = self.proceeds_of(place) else {
            no.when(
                true,
                self.find(place).map_or_else(|code| code, |_| "WRONG_STATE"),
            );
            return None;
        };
        let proceeds = &self.proceeds[at];
        no.unless(entitled(proceeds), "WRONG_PARTY");
        no.when(proceeds.frozen, "FROZEN");
        no.unless(proceeds.pledge.is_some(), "WRONG_STATE");
        Some(at)
    }

    /// The pledgor pays the debt out of the proceeds before it is due.
    pub fn apply_proceeds(&mut self, who: Who, place: Place) -> Result<(), Broken> {
        let mut no = Faults::new();
        let at = self.check_proceeds(&mut no, place, |proceeds| proceeds.owner == who);
        no.end()?;
        if let Some(at) = at {
            self.pay_debt(at);
        }
        Ok(())
    }

    /// The pledgee gives the proceeds up.
    pub fn release_proceeds(&mut self, who: Who, place: Place) -> Result<(), Broken> {
        let mut no = Faults::new();
        let pledgee = |proceeds: &Proceeds| proceeds.pledge.is_some_and(|p| p.pledgee == who);
        let at = self.check_proceeds(&mut no, place, pledgee);
        no.end()?;
        if let Some(at) = at {
            self.proceeds.remove(at);
        }
        Ok(())
    }

    /// What a lot brought its holder: the pledgee's share where the debt is due, set aside where it is not.
    pub(crate) fn share_out(&mut self, proceeds: Proceeds) {
        let Some(pledge) = proceeds.pledge else {
            return;
        };
        self.proceeds.push(proceeds);
        if pledge.debt_due <= self.day {
            self.pay_debt(self.proceeds.len() - 1);
        }
    }

    /// Proceeds set aside go to the pledgee as far as the debt still asks for them, the rest is free.
    pub(crate) fn pay_debt(&mut self, at: usize) {
        let proceeds = self.proceeds.remove(at);
        let Some(pledge) = proceeds.pledge else {
            return;
        };
        let paid = &mut self.bills[proceeds.bill].debts_paid;
        let before: u64 = paid
            .iter()
            .filter(|(act, _)| *act == pledge.act)
            .map(|(_, sum)| sum)
            .sum();
        let amount = proceeds.amount.min(pledge.debt - before);
        paid.push((pledge.act, amount));
        self.pay(proceeds.owner, pledge.pledgee, amount);
    }
}
