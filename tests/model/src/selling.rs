//! Discount, interbank discount, rediscount; redemption under repo (rule book 2.2, 2.4).

use crate::book::{Circulation, Kind, Place, Repo, Role, Status, Terms, What, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::interest::interest;
use crate::members::{BANKS, TRADERS};

/// Where a lot is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Market {
    /// Holder to bank.
    Discount,
    /// Bank to bank.
    Interbank,
    /// Bank to central bank.
    Rediscount,
}

/// What is agreed in a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub market: Market,
    /// Millionths a year.
    pub rate: u64,
    /// Days of the year: 360 or 365.
    pub year: u32,
    /// First and last day on which it may be bought back.
    pub repo: Option<(Day, Day)>,
    /// The paper moves without the cash.
    pub free: bool,
    pub without_liability: bool,
    /// How many trade papers are named.
    pub papers: usize,
}

impl World {
    /// The interest taken when a sale settles today.
    pub fn discount_interest(&self, b: usize, amount: u64, sale: &Sale) -> u64 {
        let until = match sale.repo {
            Some((_, cut_off)) => cut_off,
            None => self.roll(self.bills[b].maturity),
        };
        let days = until.saturating_sub(self.day);
        interest(amount, sale.rate, days, sale.year)
    }

    /// What must hold before a lot is sold, asked and agreed alike.
    fn check_sale(&self, no: &mut Faults, b: usize, amount: u64, sale: &Sale) {
        let bill = &self.bills[b];
        if sale.market == Market::Discount {
            let needs_papers = self.param("discount_needs_papers") == 1;
            let papers = bill.papers > 0 || sale.papers > 0;
            no.when(needs_papers && !papers, "NO_TRADE_PAPERS");
            let needs_disclosure = match bill.kind {
                Kind::Bank => "disclosure_bank",
                Kind::Commercial => "disclosure_commercial",
                Kind::FinanceCompany => "disclosure_finance_company",
            };
            let must = self.param(needs_disclosure) == 1;
            no.when(must && bill.disclosed_on.is_none(), "NOT_DISCLOSED");
        }
        self.check_not_persistent(no, bill.acceptor);
        let interest = self.discount_interest(b, amount, sale);
        no.when(interest >= amount, "RATE_WRONG");
    }

    pub fn request_discount(
        &mut self,
        who: Who,
        place: Place,
        to: Who,
        sale: Sale,
        purpose: &str,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let (sellers, buyers) = match sale.market {
            Market::Discount => (TRADERS, BANKS),
            Market::Interbank => (BANKS, BANKS),
            Market::Rediscount => (BANKS, &[Role::CentralBank] as &[Role]),
        };
        self.check_role(&mut no, who, sellers);
        self.check_role(&mut no, to, buyers);
        self.check_active(&mut no, to);
        no.when(who == to, "SELF_DEALING");
        // Under repo there is nothing to waive: a seller that does not buy back is liable as an endorser.
        let waivable = sale.market == Market::Interbank && sale.repo.is_none();
        let waives = sale.without_liability && !waivable;
        no.when(waives, "INVALID_ARGUMENT");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        self.check_move(&mut no, who, (b, l), to, purpose);
        self.check_part(&mut no, b, l, place.part);
        let (maturity, lot) = (self.bills[b].maturity, self.lot(b, l));
        let first_sale = sale.market == Market::Discount;
        no.when(lot.discounted == first_sale, "WRONG_STATE");
        no.when(self.day >= maturity, "MATURED");
        if let Some((open_from, cut_off)) = sale.repo {
            let in_order = self.day < open_from && open_from <= cut_off && cut_off < maturity;
            no.unless(in_order, "REPO_DATES_WRONG");
        }
        // A repo settles before its window opens.
        let latest = sale.repo.map_or(maturity, |(open_from, _)| open_from) - 1;
        let by = self.check_answer_by(&mut no, answer_by, latest.min(maturity - 1));
        let amount = place.part.unwrap_or(lot.amount());
        self.check_sale(&mut no, b, amount, &sale);
        no.end()?;
        self.cut(b, l, place.part);
        Ok(self.ask((b, l), who, to, Terms::Discount(sale), Some(by)))
    }

    /// Notes what has changed since a sale was asked for.
    pub(crate) fn check_buying(
        &self,
        no: &mut Faults,
        (b, l): (usize, usize),
        buyer: Who,
        sale: &Sale,
    ) {
        let amount = self.lot(b, l).amount();
        self.check_sale(no, b, amount, sale);
        let price = amount.saturating_sub(self.discount_interest(b, amount, sale));
        let short = !sale.free && self.available(buyer) < price;
        no.when(short, "INSUFFICIENT_FUNDS");
    }

    /// The buyer has the lot, the seller the price.
    pub(crate) fn sell(&mut self, (b, l): (usize, usize), from: Who, to: Who, sale: &Sale) {
        let amount = self.lot(b, l).amount();
        let price = amount - self.discount_interest(b, amount, sale);
        if !sale.free {
            self.pay(to, from, price);
        }
        let what = match sale.repo {
            Some(_) => What::RepoSold,
            None => What::Sold {
                without_liability: sale.without_liability,
            },
        };
        self.record((b, l), what, Some(from), Some(to));
        let lot = self.lot_mut(b, l);
        lot.holder = to;
        lot.circulation = match sale.repo {
            Some(_) => Circulation::AwaitingRedemption,
            None => Circulation::Circulable,
        };
        lot.repo = sale.repo.map(|(open_from, cut_off)| Repo {
            seller: from,
            open_from,
            cut_off,
            discounted_before: lot.discounted,
        });
        lot.discounted = true;
        lot.marked_by = None;
    }

    pub fn request_redemption(
        &mut self,
        who: Who,
        place: Place,
        free: bool,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        no.unless(lot.holder == who, "NOT_HOLDER");
        self.check_free(&mut no, lot);
        self.check_part(&mut no, b, l, place.part);
        let waits = lot.circulation == Circulation::AwaitingRedemption;
        no.unless(lot.status == Status::Received && waits, "WRONG_STATE");
        let Some(repo) = lot.repo else {
            return Err(no.and("WRONG_STATE"));
        };
        self.check_active(&mut no, repo.seller);
        let open = (repo.open_from..=repo.cut_off).contains(&self.day);
        no.unless(open, "REDEMPTION_WINDOW");
        let by = self.check_answer_by(&mut no, answer_by, repo.cut_off);
        no.end()?;
        self.cut(b, l, place.part);
        Ok(self.ask(
            (b, l),
            who,
            repo.seller,
            Terms::Redemption { free },
            Some(by),
        ))
    }

    /// The seller buys back at face.
    pub(crate) fn redeem(&mut self, (b, l): (usize, usize), buyer: Who, seller: Who, free: bool) {
        let amount = self.lot(b, l).amount();
        if !free {
            self.pay(seller, buyer, amount);
        }
        self.record((b, l), What::Redeemed, Some(buyer), Some(seller));
        let lot = self.lot_mut(b, l);
        lot.holder = seller;
        lot.circulation = lot.in_hand();
        lot.discounted = lot.repo.is_some_and(|repo| repo.discounted_before);
        lot.repo = None;
    }

    /// The morning after the cut-off: the buyer keeps what was not bought back.
    pub(crate) fn lapse_repo(&mut self, b: usize, l: usize) {
        let Some(repo) = self.lot(b, l).repo else {
            return;
        };
        let lot = self.lot(b, l);
        let over = lot.circulation == Circulation::AwaitingRedemption && repo.cut_off < self.day;
        if over {
            self.record((b, l), What::RepoLapsed, Some(repo.seller), None);
            let lot = self.lot_mut(b, l);
            lot.circulation = lot.in_hand();
            lot.repo = None;
        }
    }
}
