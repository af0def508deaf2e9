//! Sale of a lot: discount, interbank discount, rediscount; for good or under repo (rule book 2.2, 2.4).

use crate::bills::quote::{Deal, Quote, QuoteError, quote_amount};
use crate::bills::{
    Bill, BillKind, Circulation, HandKind, Lot, Market, NewHand, Repo, RepoDates, Sale, Settlement,
    bill_named, change_lot, lot_money, record_hand, repo_end,
};
use crate::calls::RequestDiscount;
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::clock::schedule;
use crate::codes::Code;
use crate::date::Date;
use crate::events::BillDiscounted;
use crate::gates;
use crate::members::{Role, TRADING_ROLES, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::Failure;
use crate::rate::{DayCount, Rate};
use crate::requests::{
    Ask, Asked, OnLot, Request, Standing, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_move, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

const MAX_PAPERS: usize = 16;

const DISCOUNTING: &[Role] = &[Role::Bank, Role::FinanceCompany];

/// Who sells and who buys on a market (rule book 2.2).
const fn sides(market: Market) -> (&'static [Role], &'static [Role]) {
    match market {
        Market::Discount => (TRADING_ROLES, DISCOUNTING),
        Market::Interbank => (DISCOUNTING, DISCOUNTING),
        Market::Rediscount => (DISCOUNTING, &[Role::CentralBank]),
    }
}

impl Ask for RequestDiscount {
    fn check_words(&self) -> Result<(), Failure> {
        if self.papers.len() > MAX_PAPERS {
            return Err(Failure::argument("papers"));
        }
        // A seller that does not buy back is liable as an endorser, so that under repo there is nothing to waive.
        let waivable = self.market == Market::Interbank && self.repo.is_none();
        if self.without_liability && !waivable {
            return Err(Failure::argument("without_liability"));
        }
        Ok(())
    }

    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        let (sellers, buyers) = sides(self.market);
        require_role(&acting(run.state, caller.actor)?, sellers)?;
        let buyer = named(run.state, &self.to)?;
        require_role(&buyer, buyers)?;
        require_active(&buyer)?;
        check_part_zero(self.part)?;
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let bill = bill?;
        let terms = Terms::Discount {
            market: self.market,
            rate: self.rate,
            day_count: self.day_count,
            repo: self.repo,
            settlement: self.settlement,
            without_liability: self.without_liability,
            papers: self.papers.clone(),
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let purpose = &self.purpose;
        let (lot, units) =
            lot_to_move(run, terms.rule(), &bill, on, caller.actor, &buyer, purpose)?;
        let answer_by = check_days(run, &bill, self.repo, self.answer_by)?;
        let sold = Sold::of(&terms)?;
        check_sold(run, &bill, Money::new(bill.sum.currency, units), &sold)?;
        Ok(Asked {
            instrument: bill.into(),
            lot,
            units,
            to: self.to.clone(),
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The day until which the request waits, with the days of the repo in order. A repo settles before the seller
/// may buy back, so that it cannot be agreed when its window is open or over.
fn check_days(
    run: &Run<'_, '_>,
    bill: &Bill,
    repo: Option<RepoDates>,
    asked: Option<Date>,
) -> Result<Date, Failure> {
    let latest = day_before_maturity(bill);
    let Some(repo) = repo else {
        return answer_by(run, asked, latest);
    };
    let ordered = run.date() < repo.open_from
        && repo.open_from <= repo.cut_off
        && repo.cut_off < bill.maturity;
    if !ordered {
        answer_by(run, asked, latest)?;
        return Err(Failure::of(Code::RepoDatesWrong)
            .fact("business date", run.date())
            .fact("open_from", repo.open_from)
            .fact("cut_off", repo.cut_off)
            .fact("maturity", bill.maturity));
    }
    answer_by(run, asked, repo.open_from.minus_days(1).unwrap_or(latest))
}

/// A sale as its request words it.
struct Sold {
    market: Market,
    rate: Rate,
    day_count: DayCount,
    repo: Option<RepoDates>,
    settlement: Settlement,
    without_liability: bool,
    papers: bool,
}

impl Sold {
    fn of(terms: &Terms) -> Result<Sold, StateFault> {
        match terms {
            Terms::Discount {
                market,
                rate,
                day_count,
                repo,
                settlement,
                without_liability,
                papers,
            } => Ok(Sold {
                market: *market,
                rate: *rate,
                day_count: *day_count,
                repo: *repo,
                settlement: *settlement,
                without_liability: *without_liability,
                papers: !papers.is_empty(),
            }),
            _ => Err(StateFault::new("requests", "a sale with other terms")),
        }
    }

    /// What it comes to when it settles today.
    fn quote(
        &self,
        run: &Run<'_, '_>,
        bill: &Bill,
        amount: Money,
    ) -> Result<Result<Quote, QuoteError>, StateFault> {
        let deal = Deal {
            rate: self.rate,
            day_count: self.day_count,
            on: run.date(),
            repo: self.repo,
        };
        quote_amount(run.state, bill, amount, &deal)
    }
}

/// What must hold both when a sale is asked for and when it is agreed: a price, and the gates of its market.
/// Papers and disclosure are asked of the first sale to a bank only.
fn check_sold(
    run: &Run<'_, '_>,
    bill: &Bill,
    amount: Money,
    sold: &Sold,
) -> Result<Quote, Failure> {
    let quote = sold.quote(run, bill, amount)?.map_err(|_| {
        Failure::of(Code::RateWrong)
            .fact("amount", amount)
            .fact("rate", sold.rate.to_string().as_str())
    })?;
    if sold.market == Market::Discount {
        if bill.disclosed_on.is_none() && needs_disclosure(run, bill.kind) {
            return Err(Failure::of(Code::NotDisclosed).fact("acceptor", &bill.acceptor));
        }
        let papers = sold.papers || !bill.trade_background.is_empty();
        if !papers && run.settings.params.discount_needs_papers != 0 {
            return Err(Failure::of(Code::NoTradePapers).fact("bill", bill.number));
        }
    }
    gates::check_paper(run, bill)?;
    Ok(quote)
}

/// Whether the acceptance of such a bill is disclosed before it is discounted (rule book 2.2).
fn needs_disclosure(run: &Run<'_, '_>, kind: BillKind) -> bool {
    let params = &run.settings.params;
    let flag = match kind {
        BillKind::Bank => params.disclosure_bank,
        BillKind::Commercial => params.disclosure_commercial,
        BillKind::FinanceCompany => params.disclosure_finance_company,
    };
    flag != 0
}

/// The gates again, and the buyer's cash unless the sale is free of payment.
pub(crate) fn check_agree(
    run: &Run<'_, '_>,
    bill: &Bill,
    standing: &Standing,
) -> Result<(), Failure> {
    let Standing { request, lot, .. } = standing;
    let sold = Sold::of(&request.terms)?;
    let pays = sold.settlement == Settlement::Dvp;
    if pays {
        require_no_due_debt(run, &request.to)?;
    }
    let quote = check_sold(run, bill, lot_money(bill, lot)?, &sold)?;
    if pays {
        require_available(run.state, &request.to, quote.price)?;
    }
    Ok(())
}

/// The lot to the buyer and the price to the seller, in the same instant; free of payment the lot only.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    let money = lot_money(&bill, &lot)?;
    let sold = Sold::of(&request.terms)?;
    let quote = sold
        .quote(run, &bill, money)?
        .map_err(|error| StateFault::new("requests", error.to_string()))?;
    remove(run, request)?;
    if sold.settlement == Settlement::Dvp {
        move_cash(run.state, &request.to, &request.from, quote.price)?;
    }
    let sale = Sale {
        market: sold.market,
        rate: sold.rate,
        day_count: sold.day_count,
        interest: quote.interest.minor,
        repo: sold.repo,
    };
    let kind = match sold.repo {
        Some(_) => HandKind::RepoSold,
        None => HandKind::Discounted,
    };
    let hand = NewHand {
        from: Some(request.from.clone()),
        to: Some(request.to.clone()),
        price: Some(quote.price),
        without_liability: sold.without_liability,
        sale: Some(sale),
        settlement: sold.settlement,
        ..NewHand::new(kind, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, circulation) = request.terms.rule().agreed;
    let repo = sold.repo.map(|dates| Repo {
        seller: request.from.clone(),
        dates,
        discounted_before: lot.discounted,
    });
    let bought = Lot {
        holder: request.to.clone(),
        status,
        circulation: match repo {
            Some(_) => Circulation::AwaitingRedemption,
            None => circulation,
        },
        not_transferable_by: None,
        discounted: true,
        repo,
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &bought)?;
    if let Some(key) = repo_end(&bill.number, &bought) {
        schedule(run, &key, 0)?;
    }
    run.emit(BillDiscounted {
        bill: bill.number,
        lot: lot.range,
        from: request.from.clone(),
        to: request.to.clone(),
        money,
        price: quote.price,
        sale,
        settlement: sold.settlement,
    });
    Ok(())
}
