//! Transfers, finance, disputes, and the answers to requests.

use super::opening::TRADING;
use super::{Circulation, Funding, Place, Sale, Status, Terms, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::interest::interest;
use crate::{Frozen, Role, Who};

const SELLERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Factor,
];
const FUNDERS: &[Role] = &[Role::Bank, Role::FinanceCompany, Role::Factor];

impl World {
    /// Notes what is wrong with letting a lot go to somebody else before it is due.
    fn check_move(
        &self,
        no: &mut Faults,
        who: Who,
        to: Who,
        place: Place,
        by: Option<Day>,
    ) -> Option<((usize, usize), Day)> {
        no.when(place.part == Some(0), "AMOUNT_ZERO");
        no.when(who == to, "SELF_DEALING");
        let Some(at) = self.find(place) else {
            no.when(true, "NO_SUCH_LOT");
            return None;
        };
        let certificate = &self.certificates[at.0];
        let (lot, due) = (&certificate.lots[at.1], certificate.opening.due);
        no.when(lot.holder != who, "NOT_HOLDER");
        no.when(lot.request.is_some(), "REQUEST_PENDING");
        no.when(lot.frozen != Frozen::No, "FROZEN");
        no.when(lot.status != Status::Held, "WRONG_STATE");
        self.check_part(no, at, place.part);
        no.when(self.day >= due, "MATURED");
        let by = self.check_answer_by(no, by, due - 1);
        no.when(to == certificate.issuer, "NOT_TO_ISSUER");
        no.when(lot.funding.is_some(), "UNDER_RECOURSE");
        no.when(lot.disputed_by.is_some(), "DISPUTED");
        Some((at, by))
    }

    pub fn transfer_lot(
        &mut self,
        who: Who,
        place: Place,
        to: Who,
        by: Option<Day>,
    ) -> Result<Option<usize>, Broken> {
        let mut no = Faults::new();
        let certificate = &self.certificates[place.certificate];
        let at_once = certificate.opening.notice_only;
        let deepest = certificate.max_tier;
        no.when(at_once && by.is_some(), "INVALID_ARGUMENT");
        let trade = self.has_role(who, TRADING) && self.has_role(to, TRADING);
        no.unless(trade, "ROLE_REQUIRED");
        let Some((at, by)) = self.check_move(&mut no, who, to, place, by) else {
            return Err(no.all());
        };
        let tier = self.certificates[at.0].lots[at.1].tier;
        no.when(tier >= deepest, "TIER_LIMIT");
        no.end()?;
        self.cut(at, place.part);
        if at_once {
            self.one_tier_down(at, to);
            return Ok(None);
        }
        Ok(Some(self.ask(at, who, to, Terms::Transfer, by)))
    }

    fn one_tier_down(&mut self, at: (usize, usize), to: Who) {
        self.record(at);
        let lot = &mut self.certificates[at.0].lots[at.1];
        lot.holder = to;
        lot.tier += 1;
    }

    pub fn ask_finance(
        &mut self,
        who: Who,
        place: Place,
        to: Who,
        sale: &Sale,
        by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let trade = self.has_role(who, SELLERS) && self.has_role(to, FUNDERS);
        no.unless(trade, "ROLE_REQUIRED");
        no.when(sale.advance == 0, "AMOUNT_ZERO");
        let Some((at, by)) = self.check_move(&mut no, who, to, place, by) else {
            return Err(no.all());
        };
        let money = place
            .part
            .unwrap_or(self.certificates[at.0].lots[at.1].amount());
        no.when(sale.advance > money, "ADVANCE_TOO_LARGE");
        no.when(self.price(at.0, sale).is_none(), "RATE_WRONG");
        no.end()?;
        self.cut(at, place.part);
        Ok(self.ask(at, who, to, Terms::Finance(sale.clone()), by))
    }

    /// The advance less interest to the day of redemption; none where the interest reaches the advance.
    fn price(&self, c: usize, sale: &Sale) -> Option<u64> {
        let to = self.roll(self.certificates[c].opening.due);
        let days = to.checked_sub(self.day)?;
        let interest = interest(sale.advance, sale.rate, days, sale.year);
        sale.advance
            .checked_sub(interest)
            .filter(|price| *price > 0)
    }

    pub fn agree(&mut self, who: Who, id: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        let request = match self.requests.get(id).filter(|r| r.live) {
            None => return Err(no.and("NO_SUCH_REQUEST")),
            Some(request) => request.clone(),
        };
        no.when(request.to != who, "WRONG_PARTY");
        let pays = match &request.terms {
            Terms::Finance(sale) if !sale.free => {
                let price = self.price(request.certificate, sale);
                no.when(price.is_none(), "RATE_WRONG");
                price.unwrap_or(0)
            }
            Terms::AskBack(money) => *money,
            _ => 0,
        };
        if pays > 0 {
            self.check_cash(&mut no, request.to, pays);
        }
        no.end()?;
        let at = self.close(id);
        match &request.terms {
            Terms::Confirmation => {
                self.record(at);
                self.certificates[at.0].confirmed_by = Some(who);
            }
            Terms::Signature => {
                self.record(at);
                let lot = &mut self.certificates[at.0].lots[at.1];
                lot.holder = who;
                lot.status = Status::Held;
                lot.circulation = Circulation::Circulable;
            }
            Terms::Transfer => self.one_tier_down(at, who),
            Terms::Finance(sale) => self.financed(at, who, sale, pays),
            Terms::AskBack(_) => {
                self.pay(who, request.from, pays);
                self.record(at);
                let lot = &mut self.certificates[at.0].lots[at.1];
                lot.holder = who;
                lot.funding = None;
                lot.disputed_by = lot.disputed_by.filter(|by| *by != request.from);
            }
        }
        Ok(())
    }

    fn financed(&mut self, at: (usize, usize), funder: Who, sale: &Sale, price: u64) {
        let seller = self.certificates[at.0].lots[at.1].holder;
        self.pay(funder, seller, price);
        self.record(at);
        let interest_from = self.certificates[at.0].payable_on;
        let lot = &mut self.certificates[at.0].lots[at.1];
        lot.holder = funder;
        lot.funding = sale.recourse.then_some(Funding {
            seller,
            principal: sale.advance,
            rate: sale.rate,
            year: sale.year,
            interest_from,
            interest_paid: 0,
        });
    }

    pub fn refuse(&mut self, who: Who, id: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        let Some(request) = self.requests.get(id).filter(|r| r.live) else {
            return Err(no.and("NO_SUCH_REQUEST"));
        };
        let signature = request.terms == Terms::Signature;
        no.when(request.to != who, "WRONG_PARTY");
        no.end()?;
        let (c, _) = self.undo(id);
        if signature {
            self.end_unsigned(c, Status::Rejected);
        }
        Ok(())
    }

    pub fn withdraw(&mut self, who: Who, id: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        let Some(request) = self.requests.get(id).filter(|r| r.live) else {
            return Err(no.and("NO_SUCH_REQUEST"));
        };
        no.when(request.from != who, "WRONG_PARTY");
        no.end()?;
        self.undo(id);
        Ok(())
    }

    pub fn dispute(&mut self, who: Who, place: Place) -> Result<(), Broken> {
        let mut no = Faults::new();
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let certificate = &self.certificates[at.0];
        let lot = &certificate.lots[at.1];
        let party = who == certificate.issuer || who == lot.holder;
        no.unless(party, "WRONG_PARTY");
        no.when(lot.request.is_some(), "REQUEST_PENDING");
        no.unless(lot.is_owed(), "WRONG_STATE");
        no.when(lot.disputed_by.is_some(), "DISPUTED");
        no.end()?;
        self.record(at);
        self.certificates[at.0].lots[at.1].disputed_by = Some(who);
        Ok(())
    }

    pub fn settle_dispute(&mut self, who: Who, place: Place) -> Result<(), Broken> {
        let mut no = Faults::new();
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let lot = &self.certificates[at.0].lots[at.1];
        no.when(lot.disputed_by.is_some_and(|by| by != who), "WRONG_PARTY");
        no.unless(lot.is_owed(), "WRONG_STATE");
        no.when(lot.disputed_by.is_none(), "NOT_DISPUTED");
        no.end()?;
        self.record(at);
        self.certificates[at.0].lots[at.1].disputed_by = None;
        Ok(())
    }
}
