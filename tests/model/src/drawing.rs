//! From drawing to delivery: register, acceptance, revocation, unused return, delivery (rule book 2.1, 2.2).

use crate::book::{
    Bill, Circulation, Dishonour, Frozen, Kind, Limits, Lot, Profile, Role, Status, Terms, What,
    Who, World,
};
use crate::days::{Day, civil, plus_months};
use crate::faults::{Broken, Faults};
use crate::members::TRADERS;

/// What a drawer wants to draw.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: Kind,
    pub acceptor: Who,
    pub payee: Who,
    pub sum: u64,
    pub maturity: Day,
    pub splittable: bool,
    pub marked: bool,
    pub papers: usize,
    pub profile: Profile,
    pub limits: Option<Limits>,
}

/// ISO 7064 mod 11,10 over digits.
fn check_digit(digits: &str) -> u32 {
    let mut product = 10;
    for digit in digits.chars().filter_map(|c| c.to_digit(10)) {
        let sum = (digit + product) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    (11 - product) % 10
}

impl World {
    /// The bank number in a bill's number: the acceptor's, or of a commercial bill its account bank's.
    fn bank_of(&self, kind: Kind, acceptor: Who) -> Option<String> {
        let acceptor = &self.members[acceptor];
        match kind {
            Kind::Commercial => {
                let bank = acceptor.account_bank?;
                self.members[bank].bank_number.clone()
            }
            Kind::Bank | Kind::FinanceCompany => acceptor.bank_number.clone(),
        }
    }

    /// Thirty digits: type, bank, registration date, serial, check.
    fn number(&self, kind: Kind, bank: &str) -> String {
        let digit = match kind {
            Kind::Bank => 5,
            Kind::Commercial => 6,
            Kind::FinanceCompany => 7,
        };
        let (year, month, day) = civil(self.day);
        let date = format!("{year:04}{month:02}{day:02}");
        let same = |bill: &&Bill| bill.number[1..13] == *bank && bill.number[13..21] == date;
        let serial = self.bills.iter().filter(same).count() + 1;
        let body = format!("{digit}{bank}{date}{serial:08}");
        format!("{body}{}", check_digit(&body))
    }

    /// The last day of the window of presentment.
    pub(crate) fn window_end(&self, profile: Profile, maturity: Day) -> Day {
        match profile {
            Profile::Prc => self.roll(maturity + self.count("presentment_window_days")),
            Profile::Geneva => {
                let days = self.count("geneva_window_business_days");
                self.business_days_after(self.roll(maturity), days)
            }
        }
    }

    pub fn register(&mut self, who: Who, draft: &Draft) -> Result<usize, Broken> {
        let Draft {
            kind,
            acceptor,
            payee,
            sum,
            maturity,
            ..
        } = *draft;
        let mut no = Faults::new();
        self.check_role(&mut no, who, TRADERS);
        self.check_role(&mut no, payee, TRADERS);
        let is = |role| self.has_role(acceptor, &[role]);
        let accepts = match kind {
            Kind::Bank => is(Role::Bank),
            Kind::FinanceCompany => is(Role::FinanceCompany),
            Kind::Commercial => {
                is(Role::Enterprise) && !is(Role::Bank) && !is(Role::FinanceCompany)
            }
        };
        no.unless(accepts, "ROLE_REQUIRED");
        self.check_active(&mut no, acceptor);
        self.check_active(&mut no, payee);
        no.when(sum == 0, "AMOUNT_ZERO");
        no.when(sum > self.param("bill_max_sum"), "AMOUNT_TOO_LARGE");
        no.when(acceptor == payee, "SELF_DEALING");
        let drawn_by_a_party = who == acceptor || who == payee;
        no.when(kind != Kind::Commercial && drawn_by_a_party, "SELF_DEALING");
        no.when(maturity <= self.day, "MATURITY_IN_PAST");
        let latest = plus_months(self.day, self.count("bill_max_term_months"));
        no.when(maturity > latest, "TERM_TOO_LONG");
        let bank = self.bank_of(kind, acceptor);
        no.when(bank.is_none(), "NO_BANK_NUMBER");
        if let Some(limits) = &draft.limits {
            no.unless(limits.in_order(), "INVALID_ARGUMENT");
        }
        no.end()?;
        let bill = Bill {
            number: self.number(kind, &bank.unwrap_or_default()),
            kind,
            profile: draft.profile,
            sum,
            drawer: who,
            acceptor,
            payee,
            maturity,
            splittable: draft.splittable,
            marked: draft.marked,
            papers: draft.papers,
            payable_on: self.roll(maturity),
            window_end: self.window_end(draft.profile, maturity),
            disclosed_on: None,
            accepted: 0,
            lots: vec![Lot {
                start: 1,
                end: sum,
                holder: who,
                status: Status::Issued,
                circulation: Circulation::AwaitingReceipt,
                marked_by: draft.marked.then_some(who),
                discounted: false,
                dishonour: Dishonour::None,
                refused: None,
                frozen: Frozen::No,
                request: None,
                presented_in_time: None,
                presented_late: None,
                splittable: draft.splittable,
                limits: draft.limits.clone(),
                pledge: None,
                repo: None,
                claim: None,
                chain: vec![],
            }],
            history: vec![],
            debts_paid: vec![],
        };
        self.bills.push(bill);
        let b = self.bills.len() - 1;
        self.record((b, 0), What::Registered, Some(who), None);
        Ok(b)
    }

    /// What every act on a whole, undelivered bill by its drawer asks for.
    fn check_whole(&self, no: &mut Faults, who: Who, b: usize, status: Status) {
        let bill = &self.bills[b];
        let lot = &bill.lots[0];
        no.unless(bill.drawer == who, "WRONG_PARTY");
        self.check_free(no, lot);
        no.unless(lot.status == status, "WRONG_STATE");
    }

    pub fn request_acceptance(
        &mut self,
        who: Who,
        b: usize,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let bill = &self.bills[b];
        let (acceptor, maturity) = (bill.acceptor, bill.maturity);
        self.check_active(&mut no, acceptor);
        self.check_whole(&mut no, who, b, Status::Issued);
        let latest = self.roll(self.day + self.count("acceptance_answer_days"));
        let by = self.check_answer_by(&mut no, answer_by, latest.min(maturity - 1));
        no.end()?;
        Ok(self.ask((b, 0), who, acceptor, Terms::Acceptance, Some(by)))
    }

    pub fn revoke(&mut self, who: Who, b: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_whole(&mut no, who, b, Status::Issued);
        no.end()?;
        self.record((b, 0), What::Revoked, Some(who), None);
        self.terminate(b, 0);
        Ok(())
    }

    pub fn request_unused_return(
        &mut self,
        who: Who,
        b: usize,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let bill = &self.bills[b];
        let (acceptor, window_end) = (bill.acceptor, bill.window_end);
        self.check_active(&mut no, acceptor);
        self.check_whole(&mut no, who, b, Status::Accepted);
        let by = self.check_answer_by(&mut no, answer_by, window_end);
        no.end()?;
        Ok(self.ask((b, 0), who, acceptor, Terms::UnusedReturn, Some(by)))
    }

    pub fn request_delivery(
        &mut self,
        who: Who,
        b: usize,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let bill = &self.bills[b];
        let (payee, window_end) = (bill.payee, bill.window_end);
        self.check_active(&mut no, payee);
        self.check_whole(&mut no, who, b, Status::Accepted);
        let by = self.check_answer_by(&mut no, answer_by, window_end);
        no.end()?;
        Ok(self.ask((b, 0), who, payee, Terms::Delivery, Some(by)))
    }

    /// The acceptor makes its acceptance public, once.
    pub fn disclose(&mut self, who: Who, b: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        let bill = &self.bills[b];
        no.unless(bill.acceptor == who, "WRONG_PARTY");
        let accepted = bill.accepted > 0 && bill.lots[0].status != Status::Terminated;
        no.unless(accepted && bill.disclosed_on.is_none(), "WRONG_STATE");
        no.end()?;
        self.bills[b].disclosed_on = Some(self.day);
        Ok(())
    }

    /// The acceptor owes so many units, all of them but under Geneva, where it is the low end (ULB 26).
    pub(crate) fn accept(&mut self, b: usize, units: u64) {
        let acceptor = self.bills[b].acceptor;
        self.record((b, 0), What::Accepted, Some(acceptor), None);
        let bill = &mut self.bills[b];
        bill.lots[0].status = Status::Accepted;
        bill.accepted = units;
        self.members[acceptor].acceptances += units;
    }

    /// How much of a lot is accepted.
    pub(crate) fn accepted(&self, b: usize, l: usize) -> u64 {
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        (bill.accepted + 1)
            .saturating_sub(lot.start)
            .min(lot.amount())
    }

    /// The payee takes the bill. From the day it is payable on it is presented at once.
    pub(crate) fn deliver(&mut self, b: usize) {
        let bill = &self.bills[b];
        let (drawer, payee, payable_on) = (bill.drawer, bill.payee, bill.payable_on);
        self.record((b, 0), What::Delivered, Some(drawer), Some(payee));
        let lot = &mut self.bills[b].lots[0];
        lot.holder = payee;
        lot.status = Status::Received;
        lot.circulation = lot.in_hand();
        if self.day >= payable_on {
            let due = self.day_of_payment(b, self.roll(self.next_close()));
            self.present_by_clock(b, 0, Some(due));
        }
    }

    /// A lot ends unpaid: the acceptor owes nothing on it any more.
    pub(crate) fn terminate(&mut self, b: usize, l: usize) {
        let lot = self.lot(b, l);
        if matches!(lot.status, Status::Accepted | Status::Received) {
            self.discharge(b, l);
        }
        let lot = self.lot_mut(b, l);
        lot.status = Status::Terminated;
        lot.circulation = Circulation::Ended;
        lot.frozen = Frozen::No;
        lot.claim = None;
        lot.request = None;
    }

    /// The acceptor is off its promise on a lot.
    pub(crate) fn discharge(&mut self, b: usize, l: usize) {
        let (acceptor, amount) = (self.bills[b].acceptor, self.accepted(b, l));
        self.members[acceptor].acceptances -= amount;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn check_digits_of_the_rule_book() {
        assert_eq!(super::check_digit("0794"), 5);
        assert_eq!(super::check_digit("51021000999962027010500000001"), 1);
    }
}
